//! The three real data sets through the binary, from an empty folder to the figures that were computed
//! elsewhere; also as workbooks that LibreOffice saved. Needs the folder of `EARMARK_DATA`, or `../shared/data`;
//! says so when it is not there.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "test code"
)]

#[path = "office/mod.rs"]
mod office;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the data, if it is there.
fn data(set: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("EARMARK_DATA").map_or(beside, PathBuf::from).join(set);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("LEFT OUT: {set}, there is no {}", folder.display());
    None
}

fn mapping(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a home of its own and one ledger, `book`.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(currency: &str, control: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let init = "init book --name 数据 --origin example.org/real --officer clerk --currency";
        desk.done(&format!("{init} {currency}"));
        let policy = format!("control = \"{control}\"\nproject_required = false\n");
        std::fs::write(desk.path("policy.toml"), policy).unwrap();
        desk.done("policy adopt policy.toml --ledger book");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.args(words.split(' ')).current_dir(self.0.path());
        command.env("EARMARK_HOME", self.path("home")).env("LANG", "en_US.UTF-8");
        command.env_remove("EARMARK_LEDGER").output().unwrap()
    }

    #[track_caller]
    fn done(&self, words: &str) -> String {
        let output = self.run(words);
        let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{words}: {}\n{err}", output.status);
        String::from_utf8(out.clone()).unwrap()
    }

    #[track_caller]
    fn json(&self, words: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{words} --ledger book -O json"))).unwrap()
    }

    #[track_caller]
    fn verified(&self) {
        let said = self.done("verify --ledger book");
        assert!(said.starts_with("Verified: "), "{said}");
    }
}

/// The ward-years' budgets, which no file has: 1,320,000 to 2020, 1,500,000 from 2021.
fn chicago(control: &str, data: &Path) -> Desk {
    let desk = Desk::new("USD", control);
    let mut wards = "ward,year,budget\n".to_owned();
    for year in 2012..2024 {
        let budget = if year <= 2020 { 1_320_000 } else { 1_500_000 };
        (1..=50).for_each(|ward| wards.push_str(&format!("{ward},{year},{budget}\n")));
    }
    std::fs::write(desk.path("wards.csv"), wards).unwrap();
    let packed = data.join("AllMenu2012-2023.csv.gz");
    let items = Command::new("gzip").arg("-dc").arg(packed).output().unwrap();
    std::fs::write(desk.path("menu.csv"), items.stdout).unwrap();
    let map = mapping("chicago_allocations.toml");
    desk.done(&format!("import wards.csv --mapping {map} --create-missing --ledger book"));
    desk
}

fn import_menu(desk: &Desk) -> Output {
    let map = mapping("chicago_menu.toml");
    desk.run(&format!("import menu.csv --mapping {map} --rejects rejects.csv --ledger book"))
}

#[test]
fn chicago_warns_of_exactly_21_ward_years_and_meets_every_printed_balance() {
    let Some(data) = data("chicago_menu") else { return };
    let desk = chicago("warn", &data);
    assert_eq!(import_menu(&desk).status.code(), Some(0));
    let balance = desk.json("balance --by line");
    assert_eq!(balance["totals"]["committed"], "804007883.17");
    let rows = balance["rows"].as_array().unwrap();
    let available = |row: &Value| row["available"].as_str().unwrap().to_owned();
    assert_eq!(rows.len(), 600);
    assert_eq!(rows.iter().filter(|row| available(row).starts_with('-')).count(), 21);
    let findings = desk.json("report findings")["rows"].as_array().unwrap().clone();
    // What stands below zero now, then what receipts warned of, by entry.
    let (told, standing): (Vec<_>, Vec<_>) =
        findings.iter().partition(|row| row["entry"].as_u64().is_some());
    for (what, rows) in [("standing", standing), ("told", told)] {
        let below = rows.iter().filter(|row| row["code"] == "below_zero").count();
        assert_eq!((below, rows.len()), (21, 23), "{what}: two more are the negative line items");
    }
    let controls = std::fs::read_to_string(data.join("ward_controls_from_pdf.csv")).unwrap();
    let (mut met, mut without) = (0, Vec::new());
    for line in controls.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let ward: u32 = cells[1].parse().unwrap();
        let key = format!("W{ward:02}:{}", cells[0]);
        match rows.iter().find(|row| row["line"] == key.as_str()) {
            Some(row) => {
                assert_eq!(available(row), cells[4], "{key}");
                met += 1;
            }
            None => without.push(key),
        }
    }
    assert_eq!((met, without), (250, vec!["W99:2023".to_owned()]));
    desk.verified();
    hledger_agrees(&desk, "book");
}

#[test]
fn chicago_stops_exactly_21_rows_and_a_second_import_adds_nothing() {
    let Some(data) = data("chicago_menu") else { return };
    let desk = chicago("stop", &data);
    let output = import_menu(&desk);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("1,495,157.26") && said.contains("28,087"), "{said}");
    let rejects = std::fs::read_to_string(desk.path("rejects.csv")).unwrap();
    assert_eq!(rejects.lines().filter(|line| line.contains("line_exceeded")).count(), 21);
    let balance = desk.json("balance");
    assert_eq!(balance["totals"]["committed"], "802512725.91");
    std::fs::remove_file(desk.path("rejects.csv")).unwrap();
    import_menu(&desk);
    assert_eq!(desk.json("balance")["size"], balance["size"], "the same file again added entries");
    desk.verified();
}

#[test]
fn nl_leverage_is_what_was_computed_elsewhere() {
    let Some(data) = data("nl_cofinancing") else { return };
    let desk = Desk::new("EUR", "stop");
    let (file, map) = (data.join("StructuralFundsNL2007NOW.csv"), mapping("nl_cofinancing.toml"));
    let file = file.display();
    desk.done(&format!("import {file} --mapping {map} --create-missing --ledger book"));
    assert_eq!(desk.json("projects")["rows"].as_array().unwrap().len(), 1_808);
    let all = desk.json("report leverage")["totals"].clone();
    let some = desk.json("report leverage --only-with-private")["totals"].clone();
    for (totals, name, expected) in [
        (&all, "ceiling", "1306089976.00"),
        (&all, "other_public_pledged", "1328285248.00"),
        (&all, "private_pledged", "597781904.00"),
        (&all, "leverage_own_pledged", "0.457688"),
        (&all, "leverage_public_pledged", "0.226916"),
        (&some, "leverage_own_pledged", "1.501526"),
        (&some, "leverage_public_pledged", "0.659456"),
    ] {
        assert_eq!(totals[name], expected, "{name}");
    }
    assert_eq!((&all["projects"], &some["projects"]), (&1_808.into(), &548.into()));
    assert!(all["leverage_own_paid"].is_null() && all["leverage_public_paid"].is_null(), "{all}");
    desk.verified();
}

#[test]
fn tw_reductions_are_exact_also_from_gb18030() {
    let Some(data) = data("tw_budget_2019") else { return };
    let desk = Desk::new("TWD", "stop");
    let import = |file: &Path, map: &str| {
        let file = file.display();
        desk.done(&format!("import {file} --mapping {map} --create-missing --ledger book"))
    };
    import(&data.join("proposed.csv"), &mapping("tw_proposed.toml"));
    assert_eq!(desk.json("balance")["totals"]["budget_final"], "1683097073000.00");
    let enacted = data.join("enacted.csv");
    let copy = Command::new("iconv").args(["-f", "utf-8", "-t", "gb18030"]).arg(&enacted).output();
    std::fs::write(desk.path("enacted.csv"), copy.unwrap().stdout).unwrap();
    let map = std::fs::read_to_string(mapping("tw_enacted.toml")).unwrap();
    let map = map.replacen("\nsource", "\nencoding = \"gb18030\"\nsource", 1);
    std::fs::write(desk.path("gb.toml"), map).unwrap();
    let said = import(&desk.path("enacted.csv"), "gb.toml");
    assert!(said.contains("560 entries"), "{said}");
    let balance = desk.json("balance");
    assert_eq!(balance["totals"]["adjustments"], "-21992545000.00");
    assert_eq!(balance["totals"]["budget_final"], "1661104528000.00");
    let rows = balance["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["fund"] == "國防部主管"), "the names are not intact");
    // Both files as gb18030 give the same rows, name by name.
    let other = Desk::new("TWD", "stop");
    let proposed = data.join("proposed.csv");
    let copy = Command::new("iconv").args(["-f", "utf-8", "-t", "gb18030"]).arg(&proposed).output();
    std::fs::write(other.path("proposed.csv"), copy.unwrap().stdout).unwrap();
    let map = std::fs::read_to_string(mapping("tw_proposed.toml")).unwrap();
    let map = map.replacen("\nsource", "\nencoding = \"gb18030\"\nsource", 1);
    std::fs::write(other.path("gb0.toml"), map).unwrap();
    std::fs::copy(desk.path("enacted.csv"), other.path("enacted.csv")).unwrap();
    std::fs::copy(desk.path("gb.toml"), other.path("gb.toml")).unwrap();
    other.done("import proposed.csv --mapping gb0.toml --create-missing --ledger book");
    other.done("import enacted.csv --mapping gb.toml --create-missing --ledger book");
    assert_eq!(other.json("balance --by line")["rows"], desk.json("balance --by line")["rows"]);
    assert_eq!(other.json("funds")["rows"], desk.json("funds")["rows"]);
    desk.verified();
}

/// LibreOffice is another program's idea of the same lists: what it saved as workbooks comes to the same.
#[test]
fn chicago_as_a_workbook_comes_to_the_same() {
    let Some(data) = data("chicago_menu").filter(|_| office::is_there()) else { return };
    let desk = chicago("warn", &data);
    let saved = office::saved(&[desk.path("menu.csv")], "xlsx", 1033);
    let (file, map) = (saved[0].display().to_string(), mapping("chicago_menu.toml"));
    let done = desk.json(&format!("import {file} --mapping {map}"))["import"].clone();
    assert_eq!((&done["rows"], &done["refused"]), (&28_108.into(), &0.into()));
    let balance = desk.json("balance --by line");
    assert_eq!(balance["totals"]["committed"], "804007883.17");
    let rows = balance["rows"].as_array().unwrap();
    let below = rows.iter().filter(|row| row["available"].as_str().unwrap().starts_with('-'));
    assert_eq!((rows.len(), below.count()), (600, 21));
    let again = desk.json(&format!("import {file} --mapping {map}"))["import"].clone();
    assert_eq!((&again["booked"], &again["known"]), (&0.into(), &done["booked"]));
    desk.verified();
}

#[test]
fn nl_as_a_workbook_comes_to_the_same() {
    let Some(data) = data("nl_cofinancing").filter(|_| office::is_there()) else { return };
    let desk = Desk::new("EUR", "stop");
    std::fs::copy(data.join("StructuralFundsNL2007NOW.csv"), desk.path("nl.csv")).unwrap();
    // In Dutch, 1.238.920 is a number, and its cell has 1238920.
    let saved = office::saved(&[desk.path("nl.csv")], "xlsx", 1043);
    let (file, map) = (saved[0].display(), mapping("nl_cofinancing.toml"));
    desk.done(&format!("import {file} --mapping {map} --create-missing --ledger book"));
    assert_eq!(desk.json("projects")["rows"].as_array().unwrap().len(), 1_808);
    let totals = desk.json("report leverage")["totals"].clone();
    for (name, expected) in [
        ("ceiling", "1306089976.00"),
        ("other_public_pledged", "1328285248.00"),
        ("private_pledged", "597781904.00"),
    ] {
        assert_eq!(totals[name], expected, "{name}");
    }
    desk.verified();
}

#[test]
fn tw_as_workbooks_of_both_forms_comes_to_the_same() {
    let Some(data) = data("tw_budget_2019").filter(|_| office::is_there()) else { return };
    let desk = Desk::new("TWD", "stop");
    let saved = |name: &str, to: &str| {
        std::fs::copy(data.join(name), desk.path(name)).unwrap();
        office::saved(&[desk.path(name)], to, 1033)[0].display().to_string()
    };
    let import = |file: &str, map: &str| {
        let map = mapping(map);
        desk.done(&format!("import {file} --mapping {map} --create-missing --ledger book"))
    };
    import(&saved("proposed.csv", "xls"), "tw_proposed.toml");
    assert_eq!(desk.json("balance")["totals"]["budget_final"], "1683097073000.00");
    let said = import(&saved("enacted.csv", "xlsx"), "tw_enacted.toml");
    assert!(said.contains("560 entries"), "{said}");
    let balance = desk.json("balance");
    assert_eq!(balance["totals"]["adjustments"], "-21992545000.00");
    assert_eq!(balance["totals"]["budget_final"], "1661104528000.00");
    desk.verified();
}

#[test]
fn the_demo_agrees_with_hledger() {
    let desk = Desk(tempfile::tempdir().unwrap());
    desk.done("demo demo");
    hledger_agrees(&desk, "demo/ledger");
}

/// hledger's sums of the exported journal, stage by stage, are ours; leaf by leaf on random histories
/// they are compared in tests/export.rs.
fn hledger_agrees(desk: &Desk, ledger: &str) {
    if Command::new("hledger").arg("--version").output().is_err() {
        println!("LEFT OUT: hledger is not installed");
        return;
    }
    desk.done(&format!("export hledger --ledger {ledger} -o book.journal"));
    let journal = desk.path("book.journal");
    let output = Command::new("hledger")
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .arg("-f")
        .arg(&journal)
        .args(["bal", "--depth", "2", "--flat", "-N", "-O", "csv"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words = format!("balance --by line --ledger {ledger} -O json");
    let balance: Value = serde_json::from_str(&desk.done(&words)).unwrap();
    for (stage, field) in [
        ("committed", "committed"),
        ("paid", "paid_net"),
        ("unreserved", "available"),
        ("reserved", "reserved"),
        ("lapsed", "lapsed"),
        ("refunded_out", "refunded_out"),
        ("carried_out", "carried_out"),
    ] {
        let cents = |text: &str| text.replace(['.', ','], "").parse::<i128>().unwrap();
        let ours: i128 = (balance["rows"].as_array().unwrap().iter())
            .map(|row| cents(row[field].as_str().unwrap()))
            .sum();
        let theirs: i128 = (said.lines())
            .filter(|line| line.starts_with(&format!("\"{stage}:")))
            .map(|line| {
                let amount = line.rsplit("\",\"").next().unwrap().trim_end_matches('"');
                cents(amount.split(' ').next().unwrap())
            })
            .sum();
        assert_eq!(ours, theirs, "{stage}");
    }
    assert!(said.lines().count() > 2, "{said}");
}
