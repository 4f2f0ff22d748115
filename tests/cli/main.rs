//! The command line as a user meets it: the built binary, its output, errors and exit statuses.
//!
//! A small harness of its own: runs a line in a folder of its own at a fixed time, and masks what no
//! two runs share (hashes, ids, keys, paths).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod anchor;
mod chinese;
mod clean_end;
mod clock;
mod confidential;
#[path = "../conforms/mod.rs"]
mod conforms;
mod copies;
mod demo;
mod doctor;
mod escapes;
mod figures;
mod files;
mod forms;
mod given_back;
mod home_caches;
mod json;
mod keys;
mod known;
mod lists;
mod machine;
mod messy;
mod names;
mod package;
mod proof;
mod refusals;
mod refused;
mod register;
mod reports;
mod restore;
mod reverse;
mod rows;
mod setup;
mod story;
mod template;
mod typing;
mod undo;
mod unpublished;
mod untrusted;
mod verify;
mod wait;
mod wanted;
mod whose;
mod width;
#[path = "../workbook/mod.rs"]
mod workbook;
mod xlsx;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The time at which every line is run, unless it says another.
const NOW: &str = "2002-06-30T09:00:00+08:00";

/// A folder with a home in it, where lines are run.
struct Place {
    folder: tempfile::TempDir,
    now: String,
}

/// What a line did.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

/// A list with letters put right in its cells, but for those of `reject_key`, which may happen to hold the same.
fn mended(list: &str, from: &str, to: &str) -> String {
    let cell = |cell: &str| match cell.starts_with("r-") {
        true => cell.to_owned(),
        false => cell.replace(from, to),
    };
    list.split_inclusive([',', ';', '\t', '\n']).map(cell).collect()
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: NOW.to_owned() }
    }

    /// A place with a ledger in `pudong`, opened on 2 January 2002, with one fund of 10 million.
    fn with_fund() -> Self {
        let place = Self::new();
        place
            .ok("init pudong --name 浦东 --origin example.org/pudong --officer li --on 2002-01-02");
        place
            .ok("fund establish PD-INFO --name Pudong --kind special --purpose it --on 2002-01-02");
        place.ok("allocate PD-INFO 2002 1000万 --on 2002-01-10");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The command for a line; words are parted by spaces, single quotes keep spaces together.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("EARMARK_HOME", self.path("user")).env("EARMARK_TEST_CLOCK", &self.now);
        if self.path("pudong").exists() {
            command.env("EARMARK_LEDGER", self.path("pudong"));
        }
        command.args(words(line));
        command
    }

    fn run(&self, line: &str) -> Ran {
        self.ran(&mut self.command(line))
    }

    fn ran(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| masked(&String::from_utf8_lossy(bytes), self.folder.path());
        Ran {
            status: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Runs a line that has to succeed, and gives what it printed.
    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "earmark {line}\n{}", ran.out);
        ran.out
    }

    /// Runs a line that has to succeed, and gives what it printed, unmasked.
    #[track_caller]
    fn ok_raw(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        assert!(output.status.success(), "earmark {line}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a line and compares what it printed.
    #[track_caller]
    fn prints(&self, line: &str, expected: &str) {
        assert_text(line, &self.ok(line), expected);
    }

    /// Runs a line that has to be refused with this status, and compares what it says.
    #[track_caller]
    fn refuses(&self, line: &str, status: i32, expected: &str) {
        let ran = self.run(line);
        assert_eq!(ran.out, "", "earmark {line}");
        assert_text(line, &ran.err, expected);
        assert_eq!(ran.status, status, "earmark {line}");
    }

    /// The value that a line prints with `-O json`.
    #[track_caller]
    fn value(&self, line: &str) -> serde_json::Value {
        let output = self.command(&format!("{line} -O json")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("earmark {line}: {error}\n{text}{said}"))
    }

    fn size(&self) -> u64 {
        self.value("stats")["stats"]["size"].as_u64().unwrap()
    }
}

/// Copies a folder with everything in it.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for found in std::fs::read_dir(from).unwrap() {
        let found = found.unwrap();
        let target = to.join(found.file_name());
        if found.file_type().unwrap().is_dir() {
            copy_folder(&found.path(), &target);
        } else {
            std::fs::copy(found.path(), target).unwrap();
        }
    }
}

#[track_caller]
fn assert_text(line: &str, found: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    assert!(found == expected, "earmark {line}\n--- expected\n{expected}\n--- found\n{found}");
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Hashes, keys and ids become HASH, KEY and ID, the folder becomes DIR.
fn masked(text: &str, folder: &Path) -> String {
    let text = text.replace(folder.to_str().unwrap(), "DIR");
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '/' | '=' | '.');
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        out.push_str(&mask(run));
        run.clear();
    };
    for c in text.chars() {
        if is_part(c) {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

fn mask(run: &str) -> String {
    let bare = run.trim_end_matches('.');
    if bare.split_once('+').is_some_and(|(_, rest)| rest.len() == 53) {
        return format!("VKEY{}", &run[bare.len()..]);
    }
    let is_hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let mut out = String::new();
    for part in run.split_inclusive(['/', '.']) {
        let bare = part.trim_end_matches(['/', '.']);
        out.push_str(match bare.len() {
            64 if is_hex(bare) => "HASH",
            128 if is_hex(bare) => "PROOF",
            36 if bare.matches('-').count() == 4 && is_hex(&bare.replace('-', "")) => "ID",
            _ => bare,
        });
        out.push_str(&part[bare.len()..]);
    }
    out
}
