//! The `earmark` binary: parse, run, exit code.

fn main() -> std::process::ExitCode {
    earmark::cli::run()
}
