//! A plain SQLite table, measured beside in the same run (tools/benchmark/sqlite).

use crate::Wanted;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What it does, each step in a process of its own.
pub(crate) struct Sqlite<'a> {
    program: &'a Path,
    folder: PathBuf,
}

impl<'a> Sqlite<'a> {
    /// An empty table in a folder of this name.
    pub(crate) fn new(wanted: &'a Wanted, folder: &Path, name: &str) -> Self {
        let folder = folder.join(name);
        std::fs::create_dir(&folder).unwrap();
        Self { program: &wanted.sqlite, folder }
    }

    fn run(&self, step: &str, arguments: &[&str]) -> Vec<f64> {
        let output = Command::new(self.program)
            .arg(step)
            .arg(&self.folder)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{step}: {}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.split_whitespace().filter_map(|figure| figure.parse().ok()).collect()
    }

    /// Median of `count` payments, a transaction each, µs.
    pub(crate) fn single(&self, count: usize) -> f64 {
        self.run("single", &[&count.to_string()])[0]
    }

    /// Rows a second from the CSV file.
    pub(crate) fn import(&self, csv: &Path) -> f64 {
        let figures = self.run("import", &[csv.to_str().unwrap(), "4000"]);
        figures[0] / figures[1]
    }

    /// Rows a second whose chain is checked.
    pub(crate) fn check(&self) -> f64 {
        let figures = self.run("check", &[]);
        figures[0] / figures[1]
    }

    /// The command that prints the kept total of each fund.
    pub(crate) fn balance(&self) -> Command {
        let mut command = Command::new(self.program);
        command.arg("balance").arg(&self.folder);
        command
    }
}
