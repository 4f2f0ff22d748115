//! What leaves, read back by others: hledger adds up the same leaves, CSV and JSON readers read the
//! same entries.
//!
//! hledger is run where it is on the path; with `EARMARK_HLEDGER=1` its absence is a failure.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod history;

use earmark::chain::entry::Head;
use earmark::chain::hash;
use earmark::domain::event::{AllocationRecorded, Filing, Policy};
use earmark::domain::ids::Text;
use earmark::domain::money::{Amount, Currency};
use earmark::domain::posting::Leaf;
use earmark::export::{Export, Form, hledger};
use earmark::projection::balances::Balances;
use earmark::projection::register::Officers;
use earmark::report::register::Rows;
use earmark::report::table::{Header, Identity};
use history::random::{HOSTILE, random};
use history::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

fn header(book: &Book) -> Header {
    Header {
        identity: Identity::Pinned,
        breaches: Vec::new(),
        ledger: "07".to_owned(),
        name: "Pudong; 浦东".to_owned(),
        head: Head { size: u64::try_from(book.entries.len()).unwrap(), hash: hash::entry(b"last") },
        recorded_at: None,
        as_of: None,
        as_known_at: None,
        filter: Vec::new(),
        currency: Currency::named("CNY").unwrap(),
    }
}

fn export(book: &Book, form: Form, header: &Header) -> String {
    let mut bytes = Vec::new();
    let rows = Rows::new(480, Officers::default());
    let mut export = Export::new(&mut bytes, form, header, rows, book.reversals());
    book.each(|recorded| export.take(recorded));
    export.finish().unwrap();
    String::from_utf8(bytes).unwrap()
}

/// True where hledger can be asked.
fn has_hledger() -> bool {
    let found = Command::new("hledger").arg("--version").output().is_ok_and(|o| o.status.success());
    let required = std::env::var("EARMARK_HLEDGER").is_ok_and(|value| value == "1");
    assert!(found || !required, "EARMARK_HLEDGER=1, and hledger is not on the path");
    if !found {
        println!("left out: hledger is not on the path");
    }
    found
}

/// Balances by account, as hledger adds them up, in minor units.
fn hledger_balances(journal: &str, exponent: usize) -> BTreeMap<String, i128> {
    let mut child = Command::new("hledger")
        .args(["-f", "-", "balance", "--flat", "--no-total", "--output-format", "csv"])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = journal.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let amount = row[1].split_once(' ').unwrap().0.replace(',', "");
        let (major, minor) = amount.split_once('.').unwrap_or((&amount, ""));
        assert_eq!(minor.len(), exponent, "{amount}");
        (row[0].to_owned(), format!("{major}{minor}").parse().unwrap())
    });
    rows.collect()
}

fn assert_hledger_agrees(book: &Book, header: &Header) {
    let journal = export(book, Form::Hledger, header);
    let ours: BTreeMap<Leaf, Amount> = book.project(Balances::default()).leaves().unwrap();
    assert_eq!(ours, book.balances(), "the projection and the rules hold the same leaves");
    if !has_hledger() {
        return;
    }
    let theirs = hledger_balances(&journal, usize::from(header.currency.exponent));
    let theirs: BTreeMap<Leaf, Amount> = (theirs.iter())
        .map(|(account, amount)| {
            let leaf = hledger::leaf(account);
            (leaf.unwrap_or_else(|| panic!("{account} is no leaf")), Amount(*amount))
        })
        .collect();
    assert_eq!(theirs, ours);
}

#[test]
fn hledger_adds_up_the_same_leaves() {
    for seed in 1..=5 {
        let book = random(seed);
        assert!(book.entries.len() > 150, "seed {seed} booked only {}", book.entries.len());
        let has = |name: &str| book.entries.iter().any(|kept| kept.event.body.name() == name);
        assert!(
            has("EntryReversed") && has("DisbursementRecorded") && has("BalanceCarriedForward")
        );
        assert_hledger_agrees(&book, &header(&book));
    }
}

#[test]
fn hledger_reads_every_number_of_digits() {
    let book = random(9);
    for code in ["JPY", "KWD"] {
        let header = Header { currency: Currency::named(code).unwrap(), ..header(&book) };
        assert_hledger_agrees(&book, &header);
    }
}

#[test]
fn a_journal_is_plain_to_read() {
    let mut book = Book::open(Policy::default());
    book.on("2001-01-01", fund("PD-INFO", None));
    let filing = Filing { document_no: Some(Text::new("沪财〔2001〕15号 | a;b")), ..filing() };
    let allocation = AllocationRecorded { filing, ..allocate("PD-INFO:2001", 1_000_000_000) };
    book.on("2001-01-05", allocation);
    book.on("2001-03-10", project("CARD", None, None, &[("PD-INFO:2001", 400_000_000)]));
    let journal = export(&book, Form::Hledger, &header(&book));
    let lines: Vec<&str> = journal.lines().filter(|line| !line.contains("; id:")).collect();
    let head = hash::entry(b"last");
    assert_eq!(
        lines,
        [
            &format!("; earmark Pudong%3B 浦东 07: 5 entries, head {head}"),
            "decimal-mark .",
            "commodity 1,000.00 CNY",
            "",
            "2001-01-05 (@3) AllocationRecorded | 沪财〔2001〕15号 %7C a%3Bb",
            "    authority:PD-INFO:2001  -10000000.00 CNY",
            "    unreserved:PD-INFO:2001  10000000.00 CNY",
            "",
            "2001-03-10 (@4) ProjectApproved",
            "    unreserved:PD-INFO:2001  -4000000.00 CNY",
            "    reserved:PD-INFO:2001:project=CARD  4000000.00 CNY",
        ]
    );
    let early = Header { as_of: Some(day("2001-01-31")), ..header(&book) };
    assert!(!export(&book, Form::Hledger, &early).contains("ProjectApproved"));
}

#[test]
fn rows_and_lines_are_read_back_whole() {
    let book = random(3);
    let header = header(&book);
    let table = export(&book, Form::Csv { raw: false }, &header);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let keys: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let place = |key: &str| keys.iter().position(|k| k == key).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let moves: usize = book.entries.iter().map(|kept| kept.moves.len().max(1)).sum();
    assert_eq!(rows.len(), moves);
    let running = |cell: &str| cell.starts_with(['=', '+', '@', '\t', '\r']);
    assert!(rows.iter().all(|row| !row.iter().any(running)));
    let allocated: Vec<&str> = (rows.iter())
        .filter(|row| &row[place("type")] == "AllocationRecorded")
        .map(|row| &row[place("document_no")])
        .collect();
    assert_eq!(allocated, HOSTILE);
    let lines = export(&book, Form::Jsonl, &header);
    let values: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), book.entries.len());
    for (value, kept) in values.iter().zip(&book.entries) {
        assert_eq!(value["type"], kept.event.body.name());
        assert_eq!(value["moves"].as_array().unwrap().len(), kept.moves.len());
    }
}
