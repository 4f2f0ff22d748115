//! The benchmark behind `tools/bench`: measures `earmark` beside the raw limits of the same machine in
//! the same run, and prints one table. It judges nothing.
//!
//! Raw limits write and hash *our* entry bytes. Steps that need a cold process, or their own peak
//! memory, run in a child: this program again, with the step's name as its first argument.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a measuring tool: it stops at the first surprise and prints"
)]

mod beside;
mod ledgers;
mod raw;
mod steps;

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the command line asked for.
pub(crate) struct Wanted {
    /// The binary whose cold processes are timed.
    pub(crate) earmark: PathBuf,
    /// The plain SQLite table that is measured beside it (tools/benchmark/sqlite).
    pub(crate) sqlite: PathBuf,
    /// Entries of the largest ledger.
    pub(crate) entries: u32,
    /// Rows of the import.
    pub(crate) rows: u32,
    /// Payments of one command each.
    pub(crate) commands: u32,
    /// Single records.
    pub(crate) records: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(step) = arguments.first().filter(|word| !word.starts_with("--")) {
        return steps::child(step, &arguments[1..]);
    }
    let value = |name: &str| {
        let place = arguments.iter().position(|word| word == name)?;
        arguments.get(place + 1).cloned()
    };
    let number = |name: &str, default: u32| {
        value(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let wanted = Wanted {
        earmark: value("--earmark").map(PathBuf::from).expect("--earmark FILE"),
        sqlite: value("--sqlite").map(PathBuf::from).expect("--sqlite FILE"),
        entries: number("--entries", 1_000_000),
        rows: number("--rows", 115_000),
        commands: number("--commands", 20_000),
        records: number("--records", 300) as usize,
    };
    let folder = tempfile::Builder::new().prefix("earmark-bench").tempdir_in(".").unwrap();
    let mut table = Table::default();
    println!("earmark {} on {} cores", env!("CARGO_PKG_VERSION"), cores());
    steps::run(&wanted, folder.path(), &mut table);
    table.print();
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Runs a step of this program in a process of its own; gives what it prints.
pub(crate) fn in_child(step: &str, arguments: &[&str]) -> String {
    let itself = std::env::current_exe().unwrap();
    let output = Command::new(itself).arg(step).args(arguments).output().unwrap();
    assert!(output.status.success(), "{step}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Peak resident memory of this process so far, MiB.
pub(crate) fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kibibytes.unwrap_or(f64::NAN) / 1024.0
}

/// Processor seconds of this process so far, all threads, user and system.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    // Linux counts these in hundredths of a second on every platform it runs on.
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Bytes of all files in a folder.
pub(crate) fn folder_bytes(folder: &Path) -> u64 {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        sum += if kind.is_dir() {
            folder_bytes(&entry.path())
        } else {
            entry.metadata().map_or(0, |data| data.len())
        };
    }
    sum
}

/// The table: what was measured, the figure, what it stands for.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    pub(crate) fn row(&mut self, what: &str, figure: String, note: &str) {
        println!("  {what}: {figure}  ({note})");
        self.rows.push([what.to_owned(), figure, note.to_owned()]);
    }

    fn print(&self) {
        println!("\n| measured | figure | of what |\n|---|---:|---|");
        for [what, figure, note] in &self.rows {
            println!("| {what} | {figure} | {note} |");
        }
    }
}
