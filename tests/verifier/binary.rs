//! Ledgers that the binary made, by commands and by importing the three real data sets.

use super::{PYTHON, Said, run};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A home and a ledger that only the binary writes.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A ledger with a policy for imports.
    pub(crate) fn open(currency: &str, control: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let ledger = desk.path("ledger");
        desk.earmark(&[
            "init",
            ledger.to_str().unwrap(),
            "--name",
            "Test",
            "--origin",
            "example.org/test",
            "--currency",
            currency,
            "--officer",
            "clerk",
        ]);
        let policy = desk.path("policy.toml");
        std::fs::write(&policy, format!("control = \"{control}\"\nproject_required = false\n"))
            .unwrap();
        desk.earmark(&["policy", "adopt", policy.to_str().unwrap()]);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub(crate) fn earmark(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_earmark"))
            .args(arguments)
            .env("EARMARK_HOME", self.path("home"))
            .env("EARMARK_LEDGER", self.path("ledger"))
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn import(&self, table: &Path, mapping: &str) {
        let mapping = Path::new(super::ROOT).join("tests/data").join(mapping);
        let rejects = self.path("rejects.csv");
        self.earmark(&[
            "import",
            table.to_str().unwrap(),
            "--mapping",
            mapping.to_str().unwrap(),
            "--rejects",
            rejects.to_str().unwrap(),
            "--create-missing",
        ]);
    }

    /// What the independent verifier says, once it and the binary agree on the head.
    #[track_caller]
    fn verified(&self) -> Value {
        let pins = std::fs::read_to_string(self.path("home").join("known-logs")).unwrap();
        let key = pins.split_whitespace().nth(3).unwrap();
        let log = self.path("ledger").join("log");
        let said: Said = run("verify.py", &[log.to_str().unwrap(), "--log-key", key]);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{said:?}");
        let json: Value = serde_json::from_str(&said.stdout).unwrap();
        let ours: Value = serde_json::from_str(&self.earmark(&["verify", "-O", "json"])).unwrap();
        assert_eq!(ours["verify"]["verified"], true, "{ours}");
        assert_eq!(json["head"], ours["verify"]["head"]["hash"]);
        assert_eq!(json["size"], ours["verify"]["head"]["size"]);
        let table: Value = serde_json::from_str(&self.earmark(&["balance", "-O", "json"])).unwrap();
        super::assert_same_figures(&json, &table);
        assert_eq!(json["commands"], ours["verify"]["commands"]);
        json
    }
}

/// The sum of a stage over all funds, in minor units.
fn sum(json: &Value, stage: &str) -> i128 {
    let funds = json["funds"].as_object().unwrap().values();
    funds.map(|fund| fund["stages"][stage].as_str().unwrap().parse::<i128>().unwrap()).sum()
}

fn real_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("EARMARK_DATA").map(|data| PathBuf::from(data).join(name));
    if folder.is_none() {
        println!("LEFT OUT: {name}, EARMARK_DATA does not say where the real data is");
    }
    folder
}

#[test]
fn a_ledger_of_typed_commands_adds_up() {
    let desk = Desk::open("CNY", "stop");
    let on = ["--on", "2026-02-01"];
    let fund = ["fund", "establish", "PD-INFO", "--name", "Informatization", "--purpose", "it"];
    desk.earmark(&[&fund[..], &["--kind", "special"]].concat());
    desk.earmark(&[&["allocate", "PD-INFO", "2026", "10000000"], &on[..]].concat());
    let json = desk.verified();
    assert_eq!(
        (sum(&json, "authority"), sum(&json, "unreserved")),
        (-1_000_000_000, 1_000_000_000)
    );
}

#[test]
fn chicago_adds_up() {
    let Some(data) = real_data("chicago_menu") else { return };
    let desk = Desk::open("USD", "warn");
    let budget = |year| if year <= 2020 { "1320000.00" } else { "1500000.00" };
    let mut table = "ward,year,budget\n".to_owned();
    for ward in 1..=50 {
        for year in 2012..=2023 {
            table.push_str(&format!("{ward},{year},{}\n", budget(year)));
        }
    }
    let budgets = desk.path("budgets.csv");
    std::fs::write(&budgets, table).unwrap();
    desk.import(&budgets, "chicago_allocations.toml");
    let items = desk.path("items.csv");
    let unpack = "import gzip, shutil, sys; \
                  shutil.copyfileobj(gzip.open(sys.argv[1]), open(sys.argv[2], 'wb'))";
    let packed = data.join("AllMenu2012-2023.csv.gz");
    let status =
        Command::new(PYTHON.as_path()).args(["-c", unpack]).arg(packed).arg(&items).status();
    assert!(status.unwrap().success());
    desk.import(&items, "chicago_menu.toml");
    let json = desk.verified();
    assert_eq!(sum(&json, "committed"), 80_400_788_317);
    assert_eq!(json["funds"].as_object().unwrap().len(), 50);
}

#[test]
fn dutch_projects_add_up() {
    let Some(data) = real_data("nl_cofinancing") else { return };
    let desk = Desk::open("EUR", "stop");
    desk.import(&data.join("StructuralFundsNL2007NOW.csv"), "nl_cofinancing.toml");
    assert_eq!(sum(&desk.verified(), "authority"), -130_608_997_600);
}

#[test]
fn the_budget_of_taiwan_adds_up() {
    let Some(data) = real_data("tw_budget_2019") else { return };
    let desk = Desk::open("TWD", "stop");
    desk.import(&data.join("proposed.csv"), "tw_proposed.toml");
    assert_eq!(sum(&desk.verified(), "authority"), -168_309_707_300_000);
    desk.import(&data.join("enacted.csv"), "tw_enacted.toml");
    assert_eq!(sum(&desk.verified(), "authority"), -166_110_452_800_000);
}
