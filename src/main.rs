//! The `earmark` binary: parse, run, exit code.

fn main() {}
