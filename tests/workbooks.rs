//! A register of many rows as a workbook: memory does not grow with it.
//!
//! `EARMARK_ROWS` asks for another number of rows, by hand: `EARMARK_ROWS=1048574 cargo test --test workbooks --
//! --nocapture` prints bytes and memory of the largest there is.
// profile: optimised
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "test code"
)]

use earmark::chain::entry::Head;
use earmark::domain::calendar::Date;
use earmark::domain::money::{Amount, Currency};
use earmark::report::register::REGISTER;
use earmark::report::stream::Stream;
use earmark::report::table::{Cell, Header, Identity, Kind, Table};
use earmark::report::{Format, Style};
use peak_alloc::PeakAlloc;
use std::io::{self, Write};

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

/// Counts what is written.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn register() -> Table {
    let header = Header {
        identity: Identity::Pinned,
        breaches: Vec::new(),
        ledger: String::new(),
        name: "Pudong".to_owned(),
        head: Head::default(),
        recorded_at: None,
        as_of: None,
        as_known_at: None,
        filter: Vec::new(),
        currency: Currency::named("CNY").unwrap(),
    };
    REGISTER.table(&[], header)
}

fn amount(n: u64) -> i128 {
    i128::from(n % 1_000_003) * 97
}

/// A row with something in every column.
fn row(table: &Table, n: u64) -> Vec<Cell> {
    let columns = table.columns.iter().map(|column| match column.kind {
        Kind::Amount => Cell::Amount(Amount(amount(n))),
        Kind::Count => Cell::Count(i128::from(n)),
        Kind::Date => Cell::Date(Date(12_000)),
        Kind::Instant => Cell::Instant(1_025_000_000_000_000),
        Kind::Flag => Cell::Flag(n.is_multiple_of(2)),
        Kind::Code | Kind::Name | Kind::Word | Kind::Codes | Kind::Ratio | Kind::Points => {
            Cell::Text(format!("{}-{}", column.key, n % 5_000))
        }
    });
    columns.collect()
}

/// The bytes of a workbook of so many rows, and what it took of memory at most.
fn written(rows: u64) -> (u64, f32) {
    let (table, mut out) = (register(), Counted(0));
    PEAK.reset_peak_usage();
    let before = PEAK.current_usage_as_mb();
    let mut stream = Stream::begin(&mut out, &table, Format::Xlsx, Style::default()).unwrap();
    for n in 0..rows {
        stream.row(&mut out, row(&table, n)).unwrap();
    }
    let sum = (0..rows).map(amount).sum();
    let mut whole = table.clone();
    whole.set_totals(vec![("amount", Amount(sum).into()), ("reversed_amount", Amount(sum).into())]);
    stream.end(&mut out, whole.totals.as_ref(), &[]).unwrap();
    (out.0, PEAK.peak_usage_as_mb() - before)
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    let (few, many) = (20_000, 100_000);
    let ((_, small), (bytes, large)) = (written(few), written(many));
    println!("{few} rows: {small:.1} MB of memory; {many}: {large:.1} MB, {bytes} bytes");
    assert!(bytes > 1_000_000 && large < 32.0 && large < small + 4.0, "{small} {large}");
    if let Some(rows) = std::env::var("EARMARK_ROWS").ok().and_then(|rows| rows.parse().ok()) {
        let (bytes, memory) = written(rows);
        println!("{rows} rows: {memory:.1} MB of memory, {bytes} bytes");
    }
}
