//! A plain SQLite ledger, to be measured beside earmark in one run: WAL, `synchronous = FULL`, a BLAKE3
//! chain over the rows, a unique document number, totals kept by fund and by contract.
//!
//! What it lacks of what earmark does: signatures, rules beyond "the document number is new", a log
//! that others can check, a second copy. Its figures are the limit of a table that trusts its keeper.
//!
//! `sqlite-beside single FOLDER COUNT | import FOLDER CSV ROWS_A_COMMIT | check FOLDER | balance FOLDER`
//! prints its figures on one line, parted by blanks.

use rusqlite::{Connection, Statement, params};
use std::path::Path;
use std::time::Instant;

type Done<T> = Result<T, Box<dyn std::error::Error>>;

/// A payment as the CSV file has it.
struct Payment<'a> {
    date: &'a str,
    contract: &'a str,
    fund: &'a str,
    year: i64,
    /// Minor units.
    amount: i64,
    payee: &'a str,
    invoice: &'a str,
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["single", folder, count] => single(Path::new(folder), count.parse()?),
        ["import", folder, csv, rows] => import(Path::new(folder), Path::new(csv), rows.parse()?),
        ["check", folder] => check(Path::new(folder)),
        ["balance", folder] => balance(Path::new(folder)),
        _ => Err("single FOLDER COUNT | import FOLDER CSV ROWS | check FOLDER | balance FOLDER".into()),
    }
}

fn open(folder: &Path) -> Done<Connection> {
    let database = Connection::open(folder.join("ledger.sqlite"))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE IF NOT EXISTS entry (
             n INTEGER PRIMARY KEY, date TEXT NOT NULL, contract TEXT NOT NULL, fund TEXT NOT NULL,
             year INTEGER NOT NULL, amount INTEGER NOT NULL, payee TEXT NOT NULL,
             document TEXT NOT NULL UNIQUE, hash BLOB NOT NULL) STRICT;
         CREATE TABLE IF NOT EXISTS total (
             kind INTEGER NOT NULL, code TEXT NOT NULL, amount INTEGER NOT NULL,
             PRIMARY KEY (kind, code)) STRICT, WITHOUT ROWID;",
    )?;
    Ok(database)
}

/// The hash of a row: of the hash before it and of every field, each with its length in front.
fn hash(before: &[u8; 32], payment: &Payment<'_>) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(160);
    bytes.extend_from_slice(before);
    let (year, amount) = (payment.year.to_le_bytes(), payment.amount.to_le_bytes());
    let texts = [payment.date, payment.contract, payment.fund, payment.payee, payment.invoice];
    for field in texts.map(str::as_bytes).into_iter().chain([&year[..], &amount[..]]) {
        bytes.extend_from_slice(&(field.len() as u32).to_le_bytes());
        bytes.extend_from_slice(field);
    }
    *blake3::hash(&bytes).as_bytes()
}

fn head(database: &Connection) -> Done<[u8; 32]> {
    let sql = "SELECT hash FROM entry ORDER BY n DESC LIMIT 1";
    let found = database.query_row(sql, [], |row| row.get::<_, [u8; 32]>(0));
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok([0; 32]),
        found => Ok(found?),
    }
}

/// The statements of one payment.
struct Writer<'a> {
    insert: Statement<'a>,
    add: Statement<'a>,
}

impl<'a> Writer<'a> {
    fn of(database: &'a Connection) -> Done<Self> {
        let insert = database.prepare(
            "INSERT INTO entry (date, contract, fund, year, amount, payee, document, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let add = database.prepare(
            "INSERT INTO total VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
        )?;
        Ok(Self { insert, add })
    }

    fn write(&mut self, before: &mut [u8; 32], payment: &Payment<'_>) -> Done<()> {
        *before = hash(before, payment);
        let Payment { date, contract, fund, year, amount, payee, invoice } = payment;
        self.insert.execute(params![date, contract, fund, year, amount, payee, invoice, *before])?;
        self.add.execute(params![0, fund, amount])?;
        self.add.execute(params![1, contract, amount])?;
        Ok(())
    }
}

/// Prints the median and the 99th of a hundred of one payment a transaction, µs.
fn single(folder: &Path, count: usize) -> Done<()> {
    let database = open(folder)?;
    let mut before = head(&database)?;
    let mut writer = Writer::of(&database)?;
    let first: i64 = database.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?;
    let mut times = Vec::with_capacity(count);
    for number in first..first + count as i64 {
        let invoice = format!("S-{number}");
        let payment = Payment {
            date: "2025-12-31",
            contract: "HT-00001",
            fund: "F-01",
            year: 2025,
            amount: 1,
            payee: "P-1",
            invoice: &invoice,
        };
        let start = Instant::now();
        database.execute_batch("BEGIN IMMEDIATE")?;
        writer.write(&mut before, &payment)?;
        database.execute_batch("COMMIT")?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    println!("{} {}", times[times.len() / 2], times[times.len() * 99 / 100]);
    Ok(())
}

fn minor_units(text: &str) -> Done<i64> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "00"));
    if minor.len() != 2 {
        return Err(format!("{text}: two decimals").into());
    }
    Ok(major.parse::<i64>()? * 100 + minor.parse::<i64>()?)
}

/// Prints rows and seconds.
fn import(folder: &Path, csv: &Path, rows_a_commit: u64) -> Done<()> {
    let start = Instant::now();
    let database = open(folder)?;
    let mut before = head(&database)?;
    let mut writer = Writer::of(&database)?;
    let mut reader = csv::Reader::from_path(csv)?;
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    database.execute_batch("BEGIN IMMEDIATE")?;
    while reader.read_record(&mut record)? {
        let cell = |n: usize| record.get(n).ok_or("a cell is missing");
        let payment = Payment {
            date: cell(0)?,
            contract: cell(1)?,
            fund: cell(2)?,
            year: cell(3)?.parse()?,
            amount: minor_units(cell(4)?)?,
            payee: cell(5)?,
            invoice: cell(6)?,
        };
        writer.write(&mut before, &payment)?;
        rows += 1;
        if rows % rows_a_commit == 0 {
            database.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
    }
    database.execute_batch("COMMIT")?;
    println!("{rows} {}", start.elapsed().as_secs_f64());
    Ok(())
}

/// Reads every row and holds its hash against the one before. Prints rows and seconds.
fn check(folder: &Path) -> Done<()> {
    let start = Instant::now();
    let database = open(folder)?;
    let sql = "SELECT date, contract, fund, year, amount, payee, document, hash FROM entry ORDER BY n";
    let mut select = database.prepare(sql)?;
    let mut found = select.query([])?;
    let (mut rows, mut before) = (0_u64, [0; 32]);
    while let Some(row) = found.next()? {
        let text = |n: usize| row.get_ref(n).and_then(|value| Ok(value.as_str()?));
        let payment = Payment {
            date: text(0)?,
            contract: text(1)?,
            fund: text(2)?,
            year: row.get(3)?,
            amount: row.get(4)?,
            payee: text(5)?,
            invoice: text(6)?,
        };
        before = hash(&before, &payment);
        if row.get_ref(7)?.as_blob()? != before {
            return Err(format!("row {rows} breaks the chain").into());
        }
        rows += 1;
    }
    println!("{rows} {}", start.elapsed().as_secs_f64());
    Ok(())
}

/// Prints the kept total of each fund.
fn balance(folder: &Path) -> Done<()> {
    let database = open(folder)?;
    let mut select = database.prepare("SELECT code, amount FROM total WHERE kind = 0")?;
    let mut found = select.query([])?;
    while let Some(row) = found.next()? {
        println!("{} {}", row.get::<_, String>(0)?, row.get::<_, i64>(1)?);
    }
    Ok(())
}
