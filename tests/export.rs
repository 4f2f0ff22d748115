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
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Text};
use earmark::domain::kinds::{Control, Direction, Stage};
use earmark::domain::money::{Amount, Currency};
use earmark::domain::posting::Leaf;
use earmark::export::{Export, Form, hledger};
use earmark::projection::balances::Balances;
use earmark::report::table::Header;
use history::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// Codes that are allowed and mean something to one format or another.
const HOSTILE: &[&str] = &[
    "PD-INFO",
    "a;b",
    "; comment",
    "say \"x\"",
    "a|b",
    "(a)",
    "[a]",
    "*a",
    "! b",
    "50% off",
    "社保卡（二期）",
    "全\u{3000}角",
    "nb\u{a0}\u{a0}sp",
    "שלום",
    "مرحبا",
    "2001",
    "~ x",
    "include y",
    "{a}",
    "#c",
    "'q",
    "a.b,c",
];

/// A small generator of numbers, so that a history can be told again from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(n).unwrap()).unwrap()
    }

    fn amount(&mut self) -> i128 {
        i128::try_from(self.below(500_000)).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A random history: wishes are thrown at the rules, and what they admit is booked.
fn random(seed: u64) -> Book {
    let mut dice = Dice(seed);
    let policy = Policy { control: Control::Warn, project_required: false, ..Policy::default() };
    let mut book = Book::open(policy);
    let at = |fund: &str, year: i16| LineKey::new(Code::new(fund), year);
    for name in HOSTILE {
        book.on("2001-01-01", fund(name, None));
        book.on("2001-01-01", payee(name));
        let filing = Filing { document_no: Some(Text::new(name)), ..Filing::default() };
        let class = if dice.below(3) == 0 { Code::new(dice.of(HOSTILE)) } else { Code::default() };
        let line = LineKey { class, ..at(name, 2001) };
        let amount = Amount(1_000_000 + dice.amount());
        book.on("2001-01-02", AllocationRecorded { line, amount, filing, ..allocate("x:2001", 0) });
    }
    for _ in 0..400 {
        let lines: Vec<LineKey> = book.state.lines.keys().cloned().collect();
        let (line, other) =
            (lines[dice.below(lines.len())].clone(), lines[dice.below(lines.len())].clone());
        let (code, amount) = (Code::new(dice.of(HOSTILE)), Amount(dice.amount()));
        let known: Vec<Code> = book.state.projects.keys().cloned().collect();
        let project = known.get(dice.below(known.len() + 1)).cloned();
        let splits = vec![Split { line: line.clone(), project: project.clone(), amount }];
        let entry = u64::try_from(dice.below(book.entries.len())).unwrap();
        let date = if line.year == 2001 { "2001-06-30" } else { "2002-06-30" };
        let body: Body = match dice.below(12) {
            0 => AllocationAdjusted { line, amount, ..adjust("x:2001", Direction::Supplement, 0) }
                .into(),
            1 => AllocationAdjusted { line, amount, ..adjust("x:2001", Direction::Reduction, 0) }
                .into(),
            2 => {
                let (from, to) = (line, Some(other));
                AllocationTransferred { from, to, amount, ..transfer("x:2001", "y:2001", 0) }.into()
            }
            3 => {
                let funding = vec![Funding { line, amount }];
                ProjectApproved { code, funding, ..project_of("x") }.into()
            }
            4 => CommitmentMade { contract: code, splits, ..commitment("x", None, Vec::new()) }
                .into(),
            5 | 6 => {
                let series = (line.fund.clone(), line.year);
                let voucher = book.state.vouchers.get(&series).copied().unwrap_or_default() + 1;
                let contract = book.state.commitments.contains_key(&code).then(|| code.clone());
                let payment = pay(voucher, None, None, splits);
                DisbursementRecorded { commitment: contract, payee: Some(code), ..payment }.into()
            }
            7 => refund(entry, dice.below(2) == 0, splits_of(&book, entry)).into(),
            8 | 9 => reverse(entry).into(),
            10 => lapse_of(line, amount).into(),
            _ => {
                let to = LineKey { year: 2002, ..line.clone() };
                let carried = carry("x:2001", "x:2002", Stage::Unreserved, (None, None), 0);
                BalanceCarriedForward { from: line, to, amount, ..carried }.into()
            }
        };
        let _admitted = book.attempt(day(date), false, body).is_ok();
    }
    book
}

fn project_of(code: &str) -> ProjectApproved {
    project(code, None, None, &[])
}

fn lapse_of(line: LineKey, amount: Amount) -> BalanceLapsed {
    BalanceLapsed { line, amount, ..lapse("x:2001", 0) }
}

fn splits_of(book: &Book, entry: u64) -> Vec<Split> {
    match &book.entries[usize::try_from(entry).unwrap()].event.body {
        Body::DisbursementRecorded(payment) => payment.splits.clone(),
        _ => Vec::new(),
    }
}

fn header(book: &Book) -> Header {
    Header {
        ledger: "07".to_owned(),
        name: "Pudong; 浦东".to_owned(),
        head: Head { size: u64::try_from(book.entries.len()).unwrap(), hash: hash::entry(b"last") },
        as_of: None,
        as_known_at: None,
        filter: Vec::new(),
        currency: Currency::named("CNY").unwrap(),
    }
}

fn export(book: &Book, form: Form, header: &Header) -> String {
    let mut bytes = Vec::new();
    let mut export = Export::new(&mut bytes, form, header);
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
    assert_eq!(ours, book.state.leaves, "the projection and the rules hold the same leaves");
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
