//! A package: one zip that an auditor can verify without us, and the files in it that follow from the log.

use super::Reading;
use super::target::printing;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::error::Result;
use crate::export::package::Package;
use crate::export::{Export, Form};
use crate::projection::filter::Filter;
use crate::projection::groups::{By, Selection};
use crate::report::text::Unit;
use crate::report::{Format, Style, balance};
use crate::tlog::checkpoint::Checkpoint;
use crate::verify::Report;
use crate::words::Lang;
use crate::words::verdict::{self, Verdict};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::ops::ControlFlow;

/// Writes the package of a log that verifies.
///
/// # Errors
/// What cannot be read or written.
pub(crate) fn write(reading: &Reading, report: &Report, out: &mut dyn Write) -> Result<()> {
    let archive = reading.reader.archive();
    let mut package = Package::begin(out, &report.origin, report.size)?;
    package.file("log/checkpoint", archive.note())?;
    // A quorum that came since the log was opened cosigned a head that this package does not hold.
    let cosigned =
        archive.cosigned()?.map(|note| Checkpoint::read(&note).map(|head| (head.size, note)));
    if let Some((_, note)) = cosigned.transpose()?.filter(|(size, _)| *size <= archive.size()) {
        package.file("log/checkpoint.cosigned", &note)?;
    }
    for file in archive.files() {
        let (path, bytes) = file?;
        package.file(&format!("log/{path}"), &bytes)?;
    }
    for Part { path, mut write, .. } in parts(reading, report, archive.note()) {
        package.rows(path, &mut *write)?;
    }
    package.finish(facts(report))
}

/// A file that follows from the log.
pub(crate) struct Part<'a> {
    /// Its path in the package.
    pub(crate) path: &'static str,
    /// True where another release may word it otherwise.
    pub(crate) is_of_release: bool,
    /// Writes it, and gives the number of its rows, where it has any.
    pub(crate) write: WritePart<'a>,
}

type WritePart<'a> = Box<dyn FnMut(&mut dyn Write) -> Result<Option<u64>> + 'a>;

/// The files that follow from the log, in order. `report`: of the log alone; `note`: its checkpoint.
pub(crate) fn parts<'a>(reading: &'a Reading, report: &'a Report, note: &'a [u8]) -> [Part<'a>; 5] {
    let told = move || Verdict { report, store: None, against: &[] };
    let page = move |lang| -> WritePart<'a> {
        Box::new(move |out| put(out, &verdict::page(&told(), lang, None, note)))
    };
    let part = |path, is_of_release, write| Part { path, is_of_release, write };
    [
        part("balances.csv", false, Box::new(|out| balances(reading, out).map(Some))),
        part("register.csv", false, Box::new(|out| register(reading, out).map(Some))),
        part("report.html", true, page(Lang::En)),
        part("report.zh.html", true, page(Lang::Zh)),
        part("report.json", true, Box::new(move |out| put(out, &format!("{:#}\n", told().json())))),
    ]
}

fn put(out: &mut dyn Write, text: &str) -> Result<Option<u64>> {
    out.write_all(text.as_bytes()).map_err(|e| printing(&e))?;
    Ok(None)
}

fn balances(reading: &Reading, out: &mut dyn Write) -> Result<u64> {
    let (books, filter) = (reading.books()?, Filter::default());
    let selection = Selection { filter: &filter, years: &[] };
    let header = reading.header(&filter)?;
    let table = balance::balance(books.balances()?, books.names()?, selection, By::Line, header)?;
    let style = Style { lang: Lang::En, unit: Unit::Major, ..Style::default() };
    let text = crate::report::write(&table, Format::Csv, style);
    out.write_all(text.as_bytes()).map_err(|e| printing(&e))?;
    Ok(u64::try_from(table.rows.len()).unwrap_or(u64::MAX))
}

fn register(reading: &Reading, out: &mut dyn Write) -> Result<u64> {
    let header = reading.header(&Filter::default())?;
    let mut lines = Lines::new(out);
    let reversals = reading.reader.reversals(reading.size, None)?;
    let (form, rows) = (Form::Csv { raw: false }, reading.rows()?);
    let mut export = Export::new(&mut lines, form, &header, rows, reversals);
    reading.reader.fold_while(reading.size, &mut |recorded| {
        export.take(recorded);
        Ok(if export.has_failed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    export.finish()?;
    Ok(lines.rows())
}

/// Counts the lines of CSV that pass through; a line feed inside quotes ends none.
pub(crate) struct Lines<W> {
    out: W,
    count: u64,
    is_quoted: bool,
}

impl<W> Lines<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, count: 0, is_quoted: false }
    }

    /// Rows: the first line names the columns.
    pub(crate) fn rows(&self) -> u64 {
        self.count.saturating_sub(1)
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        for byte in bytes.iter().take(written) {
            match byte {
                b'"' => self.is_quoted = !self.is_quoted,
                b'\n' if !self.is_quoted => self.count = self.count.saturating_add(1),
                _ => {}
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// What the manifest says of the ledger.
pub(crate) fn facts(report: &Report) -> Map<String, Value> {
    let figures = &report.figures;
    let funds = figures.funds.iter().map(|fund| verdict::fund_json(fund, figures.currency));
    let all: Map<String, Value> = (Stage::ALL.iter())
        .map(|stage| {
            let mut sums =
                figures.funds.iter().map(|fund| fund.stages.get(stage).copied().flatten());
            let sum = sums.try_fold(Amount::default(), |sum, amount| sum.checked_add(amount?));
            let text = sum.zip(figures.currency).map(|(sum, currency)| currency.plain(sum));
            (stage.text().to_owned(), json!(text))
        })
        .collect();
    let facts = json!({
        "origin": report.origin,
        "ledger": report.ledger.map(|id| id.to_string()),
        "name": figures.name,
        "size": report.size,
        "head": report.head.hash.to_string(),
        "root": report.root.to_base64(),
        "genesis": report.genesis.map(|hash| hash.to_string()),
        "log_key": report.claimed_key.as_ref().map(ToString::to_string),
        "commands": report.commands,
        "currency": figures.currency.map(|currency| currency.to_string()),
        "control_totals": {
            "funds": funds.collect::<Vec<_>>(),
            "all": all,
            "totals": verdict::budget_json(figures.total.as_ref(), figures.currency),
        },
    });
    if let Value::Object(facts) = facts { facts } else { Map::new() }
}
