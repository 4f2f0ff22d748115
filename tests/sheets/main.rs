//! Workbooks through the binary, and what its child says of each cell: workbooks that the tests make part by
//! part, and those that LibreOffice makes where it is there (`EARMARK_SOFFICE=1`).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod cells;
mod dirty;
mod hostile;
mod kinds;
#[path = "../office/mod.rs"]
mod office;
mod saved;
mod workbook;

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Payments by day, payee and amount.
const MAPPING: &str = r#"source = "payments"
historical = true
[create.payee]
name = { column = "Payee" }
[[event]]
type = "disbursement.record"
occurred_on = { column = "Date" }
fund = "GF"
year = 2001
purpose = "gen"
payee = { template = "{Payee|code}" }
amount = { column = "Amount" }
"#;

/// A folder with a home and a ledger, in which a fund has 10,000,000,000.00.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.ok("init book --name B --origin example.org/sheets --officer li");
        place.write("policy.toml", "project_required = false\ncontrol = \"stop\"\n");
        place.ok("policy adopt policy.toml");
        place.ok("fund establish GF --name Fund --kind special --purpose gen");
        place.write("open.csv", "a\n1\n");
        place.write(
            "open.toml",
            "source = \"open\"\nhistorical = true\n[[event]]\ntype = \"allocation.record\"\noccurred_on = \"2001-01-01\"\nfund = \"GF\"\nyear = 2001\namount = 10000000000\n",
        );
        place.ok("import open.csv --mapping open.toml");
        place.write("map.toml", MAPPING);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.args(line.split(' ')).current_dir(self.0.path()).env_clear();
        command.env("EARMARK_HOME", self.path("home"));
        if self.path("book").exists() {
            command.env("EARMARK_LEDGER", self.path("book"));
        }
        command.output().unwrap()
    }

    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        let err = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "earmark {line}: {}\n{err}", ran.status);
        String::from_utf8(ran.stdout).unwrap()
    }

    /// What an import did, by its JSON.
    #[track_caller]
    fn import(&self, line: &str) -> Value {
        let ran = self.run(&format!("import {line} --create-missing -O json"));
        let err = String::from_utf8_lossy(&ran.stderr);
        let value: Value = serde_json::from_slice(&ran.stdout)
            .unwrap_or_else(|error| panic!("import {line}: {error}\n{err}"));
        value["import"].clone()
    }

    /// The code and the words of a refusal, in English, and its code and words in Chinese too.
    #[track_caller]
    fn refused(&self, line: &str, code: &str) -> String {
        let before = self.ok("stats -O json");
        let ran = self.run(&format!("import {line} --create-missing"));
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "import {line}: {err}");
        assert!(err.starts_with(&format!("{code}: ")), "import {line}: {err}");
        let ran = self.run(&format!("import {line} --create-missing --lang zh"));
        let chinese = String::from_utf8(ran.stderr).unwrap();
        assert!(chinese.starts_with(&format!("{code}: ")), "{chinese}");
        let is_chinese =
            |text: &str| text.chars().filter(|c| ('一'..='龥').contains(c)).count() > 5;
        assert!(is_chinese(&chinese) && chinese.contains("下一步"), "{chinese}");
        assert_eq!(self.ok("stats -O json"), before, "a refused file changes nothing");
        err
    }

    fn paid(&self) -> String {
        let balance: Value = serde_json::from_str(&self.ok("balance -O json")).unwrap();
        balance["totals"]["paid_net"].as_str().unwrap().to_owned()
    }
}

#[track_caller]
fn counts(import: &Value, booked: u64, known: u64, refused: u64) {
    let found = ["booked", "known", "refused"].map(|name| import[name].as_u64().unwrap());
    assert_eq!(found, [booked, known, refused], "{import:#}");
}
