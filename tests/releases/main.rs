//! Whole folders of every release (`tests/releases/VERSION/*.tar.gz`, made by
//! `tools/release-folders`): this build opens, reads, verifies and goes on with each of them, and so
//! does the independent verifier.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "test code"
)]

mod kept;
mod place;

use earmark::domain::event::RULE_SET;
use place::{Place, places};
use std::collections::BTreeSet;

/// The reads that were kept, and the line that each is.
const READS: [(&str, &str); 7] = [
    ("balance", "balance"),
    ("register", "register"),
    ("payees", "payees"),
    ("projects", "projects"),
    ("commitments", "commitments"),
    ("execution", "report execution"),
    ("leverage", "report leverage"),
];

/// One test for all, so that a folder that is added is tried without another line here.
#[test]
fn every_folder_is_read_verified_and_gone_on_with() {
    let mut tried = 0;
    for (release, name) in places() {
        eprintln!("{release}/{name}");
        let place = Place::unpack(&release, &name);
        reads_as_then(&place);
        verifies(&place, place.facts["stats"]["size"].as_u64().unwrap());
        opens_to_what_was_recorded(&place);
        goes_on(&place);
        tried += 1;
    }
    assert!(tried >= 50, "{tried} folders");
}

/// A release that was landed and is kept nowhere would be forgotten.
#[test]
fn every_release_of_the_changelog_but_todays_is_kept() {
    let changelog = include_str!("../../CHANGELOG.md");
    let told = changelog.lines().filter_map(|line| line.strip_prefix("## [")?.split_once("] - "));
    let told: BTreeSet<_> = told.map(|(release, _)| release.to_owned()).collect();
    let kept: BTreeSet<_> = places().into_iter().map(|(release, _)| release).collect();
    let today = BTreeSet::from([env!("CARGO_PKG_VERSION").to_owned()]);
    assert_eq!(&told - &today, kept);
}

/// Every column that was printed then is printed today, with the same values.
fn reads_as_then(place: &Place) {
    for (kept, line) in READS {
        let then = Table::read(&std::fs::read_to_string(place.said(kept)).unwrap());
        let today = Table::read(&place.ok(&format!("{line} -O csv")));
        assert_eq!(then.rows.len(), today.rows.len(), "{line}");
        for (number, column) in then.columns.iter().enumerate() {
            let found = today.columns.iter().position(|name| name == column);
            let found = found.unwrap_or_else(|| panic!("{line}: no column {column}"));
            for (row, (then, today)) in then.rows.iter().zip(&today.rows).enumerate() {
                assert_eq!(then[number], today[found], "{line}: row {row}, {column}");
            }
        }
    }
    let stats = place.value("stats");
    for key in ["ledger", "origin", "size", "head", "commands", "types", "last_recorded_at"] {
        assert_eq!(stats["stats"][key], place.facts["stats"][key], "{key}");
    }
}

fn verifies(place: &Place, size: u64) {
    let said = place.ok("verify");
    assert!(said.starts_with(&format!("Verified: {size} entries")), "{said}");
    let key = place.facts["vkey"].as_str().unwrap();
    let said = place.ok(&format!("verify --from book/log --log-key {key}"));
    assert!(said.starts_with("Verified: "), "{said}");
    assert_eq!(place.python(key)["size"], size);
}

/// Opening it for a write finds every entry that was recorded, published or not.
fn opens_to_what_was_recorded(place: &Place) {
    let twice = "disburse 72万 --commitment HT-1 --on 2002-02-01 --command-id payment-1";
    assert!(place.ok(twice).starts_with("Recorded before as @10,"));
    let stats = place.value("stats");
    for key in ["size", "head", "commands", "types"] {
        assert_eq!(stats["stats"][key], place.facts["opened"][key], "{key}");
    }
}

fn goes_on(place: &Place) {
    let size = place.facts["opened"]["size"].as_u64().unwrap();
    let line = "disburse 7 --fund PD-INFO --purpose it --payee SOFT-A --command-id later";
    let said = format!("published; the ledger has {} entries", size + 1);
    assert!(place.ok(line).contains(&said));
    assert!(place.ok(line).starts_with(&format!("Recorded before as @{size},")));
    takes_the_rules_of_today(place, size + 1);
    verifies(place, size + 3);
    let said = place.ok("verify --store");
    assert!(said.starts_with("Verified: "), "{said}");
    let doctor = place.value("doctor");
    assert_eq!(doctor["doctor"]["healthy"], true, "{doctor}");
    assert_eq!(doctor["doctor"]["size"], size + 3, "{doctor}");
}

/// What was recorded stays judged by the rules of its time; what comes after the policy, by its own.
fn takes_the_rules_of_today(place: &Place, size: u64) {
    let policy = format!("rule_set_version = {RULE_SET}\n");
    std::fs::write(place.path("policy.toml"), policy).unwrap();
    let said = place.ok("policy adopt policy.toml");
    assert!(said.contains(&format!("the ledger has {} entries", size + 1)), "{said}");
    let said = place.ok("fund amend PD-INFO --manager Bureau --add-purpose data");
    assert!(said.contains(&format!("the ledger has {} entries", size + 2)), "{said}");
    let refused = place.run("payee register SOFT\u{200B}A --name Soft");
    assert!(refused.err.starts_with("character_hidden: "), "{}", refused.err);
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { columns, rows }
    }
}
