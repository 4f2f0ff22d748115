//! `import`: the rows of a CSV file or a sheet, as a mapping file says.

use crate::chain::entry::Head;
use crate::cli::args::ImportRows;
use crate::cli::output::Exit;
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::desk::documents::{document_of, document_of_bytes};
use crate::desk::fill::currency_of;
use crate::desk::name_officer;
use crate::domain::event::DocumentRef;
use crate::domain::ids::Text;
use crate::domain::money::Currency;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::form::amount::exact::Exact;
use crate::import::former::KEY_DOCUMENT;
use crate::import::history::{FILE_DOCUMENT, LIST_DOCUMENT, MAPPING_DOCUMENT};
use crate::import::intake::LedgerIntake;
use crate::import::mapping::Mapping;
use crate::import::rejects::{LateFile, RejectsFile, is_passing};
use crate::import::run::{self, Input, Job, Summary};
use crate::import::sheet::{self, Workbook};
use crate::import::survey::Expected;
use crate::ledger::Ledger;
use crate::words::shown::{counted, for_terminal, grouped};
use serde_json::json;
use std::io::{ErrorKind, Sink, Write};
use std::path::Path;

/// Runs `import`.
///
/// # Errors
/// The file or the mapping cannot be read (nothing is written); the ledger or the rejects fail (what
/// is recorded until then stays, and the same import goes on after it).
pub(super) fn import(session: &Session, a: &ImportRows) -> Result<Exit> {
    let text = crate::file::read_named_text(&a.mapping);
    let text = text.map_err(|error| mapping_unread(&a.mapping, error))?;
    let mapping = Mapping::parse(&text)?;
    let source = mapping.source_of(&a.table, a.batch.as_deref())?;
    let rejects = rejects(a)?;
    let passed = if is_passing(&a.table) {
        Some(passed_through(&a.table)?)
    } else {
        sheet::bytes_of_workbook(&a.table)?
    };
    let book = passed.as_deref().filter(|bytes| sheet::may_be_workbook(bytes));
    let book = book.map(|bytes| Workbook::open(bytes, &mapping)).transpose()?;
    let documents = || documents(a, &mapping, &text, passed.as_deref());
    let job = Job {
        input: match (&book, passed.as_deref()) {
            (Some(book), _) => Input::Sheet(book),
            (None, Some(bytes)) => Input::Bytes(bytes),
            (None, None) => Input::File(&a.table),
        },
        mapping: &mapping,
        source: &source,
        again: a.again,
        create_missing: a.create_missing,
        expected: Expected { rows: a.expect_rows, total: None },
        documents: &documents,
    };
    let officer = session.recording_officer()?;
    session.on_ledger(|ledger| import_into(session, ledger, officer, a, rejects, job))
}

/// Why a mapping cannot be read; one in another encoding is for its writer to mend.
fn mapping_unread(path: &Path, error: std::io::Error) -> Error {
    if error.kind() != ErrorKind::InvalidData {
        return Error::io("read the mapping", path, error);
    }
    let message = format!("the mapping {} is not text in UTF-8", path.display());
    Error::new(Kind::Usage, "mapping_not_utf8", message)
        .with_hint(
            "save it as UTF-8; `encoding` in it says how the list is written, not the mapping",
        )
        .with_detail("path", path.display())
}

fn import_into(
    session: &Session,
    ledger: &mut Ledger,
    officer: (String, PrivateKey),
    a: &ImportRows,
    mut rejects: RejectsFile<Out>,
    mut job: Job<'_>,
) -> Result<Exit> {
    let (officer, key) = session.desk.in_use(officer, ledger)?;
    let currency = currency_of(ledger)?;
    let total = a.expect_total.as_ref();
    job.expected.total = total.map(|total| total.in_minor_units(currency)).transpose()?;
    let batch = ledger
        .batch(&job.source.name, &key, a.accept_clock, a.dry_run)
        .map_err(|error| name_officer(error, &officer, &key))?;
    let mut intake = LedgerIntake::new(batch);
    let mut bar = Progress::new(&session.console, "rows");
    let ran = run::run(&job, &mut intake, &mut rejects, &mut |at| bar.set(at.rows, at.of));
    bar.finish();
    // What was taken before a failure is kept: the same import goes on after it.
    let finished = intake.finish();
    let wrote = rejects.finish();
    let summary = ran?;
    finished.and(wrote)?;
    let told = Told {
        a,
        source: &job.source.name,
        currency,
        rejects: rejects.target().path(),
        head: ledger.head(),
        published: ledger.published_size() >= ledger.head().size,
    };
    session.desk.warn_unpublished(ledger, None);
    let (text, json) = (told.text(&summary), told.json(&summary));
    if a.dry_run {
        session.console.receipt(&text, &json)?;
    } else {
        session.console.done(&text, &json)?;
    }
    Ok(if summary.refused == 0 { Exit::Done } else { Exit::Rejects })
}

/// The most bytes that are taken through a pipe: they are kept in memory, since a table is read twice.
const MOST_PASSED_BYTES: usize = 268_435_456;

/// What comes through a pipe.
fn passed_through(path: &Path) -> Result<Vec<u8>> {
    crate::file::read_named(path, MOST_PASSED_BYTES).map_err(|error| {
        Error::io("read", path, error)
            .with_hint("write what is longer than 256 MiB to a file and import that")
    })
}

/// What the first entry of each command names: the file and the mapping, the day of a list of
/// targets, and the columns that rows are known by.
fn documents(
    a: &ImportRows,
    mapping: &Mapping,
    text: &str,
    passed: Option<&[u8]>,
) -> Result<Vec<DocumentRef>> {
    let file = match passed {
        Some(bytes) => document_of_bytes(&a.table, FILE_DOCUMENT, bytes)?,
        None => document_of(&a.table, FILE_DOCUMENT)?,
    };
    let mut all = vec![file, document_of_bytes(&a.mapping, MAPPING_DOCUMENT, text.as_bytes())?];
    if let Some(target) = mapping.target {
        let name = Text::new(&target.as_of.to_string());
        let list = all.first().cloned().map(|file| DocumentRef {
            kind: Text::new(LIST_DOCUMENT),
            name,
            ..file
        });
        all.extend(list);
    }
    if let Some(name) = mapping.key_name() {
        let kind = Text::new(KEY_DOCUMENT);
        let key = all.get(1).cloned();
        all.extend(key.map(|mapping| DocumentRef { kind, name: Text::new(&name), ..mapping }));
    }
    Ok(all)
}

/// Where refused rows go; a dry run keeps them only where it was told where.
enum Out {
    Nowhere(Sink),
    File(LateFile),
}

impl Out {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Nowhere(_) => None,
            Self::File(file) => Some(file.path()),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Nowhere(sink) => sink.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Nowhere(sink) => sink.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

fn rejects(a: &ImportRows) -> Result<RejectsFile<Out>> {
    if a.dry_run && a.rejects.is_none() {
        return Ok(RejectsFile::new(Out::Nowhere(std::io::sink())));
    }
    let file = LateFile::beside(&a.table, a.rejects.as_deref())?;
    crate::desk::target::check(file.path())?;
    Ok(RejectsFile::new(Out::File(file)))
}

/// Lines that a summary names.
const LINES_NAMED: usize = 10;

/// What an import did, to be told.
struct Told<'a> {
    a: &'a ImportRows,
    source: &'a str,
    currency: Currency,
    rejects: Option<&'a Path>,
    head: Head,
    published: bool,
}

impl Told<'_> {
    fn text(&self, summary: &Summary) -> String {
        let did = if self.a.dry_run { "Would import" } else { "Imported" };
        let mut out = format!(
            "{did} {file} as source {source}.\n\
             \x20 rows      {rows:>12}\n\
             \x20 booked    {booked:>12}  {amount}{entries} in {commands}\n",
            amount = summary
                .booked_amount
                .filter(|_| summary.booked > 0)
                .map_or_else(String::new, |amount| format!("{}  ", self.currency.money(amount))),
            file = for_terminal(&self.a.table.display().to_string()),
            source = for_terminal(self.source),
            rows = grouped(&summary.rows.to_string()),
            booked = grouped(&summary.booked.to_string()),
            entries = counted(summary.entries, "entry", "entries"),
            commands = counted(summary.commands, "command", "commands"),
        );
        for (count, words) in [
            (summary.known, "known       ", "in the ledger already"),
            (summary.skipped, "left out    ", "by the mapping's filters, or blank"),
            (summary.without_effect, "no effect   ", "nothing to book"),
        ]
        .map(|(count, title, why)| (count, (title, why)))
        {
            if count > 0 {
                let (title, why) = words;
                out.push_str(&format!("  {title}{:>10}  {why}\n", grouped(&count.to_string())));
            }
        }
        self.known(summary, &mut out);
        self.rounded(summary, &mut out);
        self.findings(summary, &mut out);
        suspect(summary, &mut out);
        absent(summary, &mut out);
        self.refused(summary, &mut out);
        let size = counted(self.head.size, "entry", "entries");
        out.push_str(&if self.a.dry_run {
            "  dry run: nothing was written\n".to_owned()
        } else if self.published {
            format!("  published; the ledger has {size}\n")
        } else {
            format!("  recorded; the ledger has {size}\n")
        });
        out
    }

    fn known(&self, summary: &Summary, out: &mut String) {
        if !summary.known_first.is_empty() {
            let first: Vec<String> = (summary.known_first.iter())
                .map(|(line, entry)| format!("line {line} is @{entry}"))
                .collect();
            out.push_str(&format!("              known rows: {}\n", first.join(", ")));
        }
        if summary.known_of_other_mapping > 0 {
            let count = grouped(&summary.known_of_other_mapping.to_string());
            out.push_str(&format!(
                "              {count:>10}  of them are known from another mapping; what it adds is not booked\n"
            ));
        }
    }

    fn rounded(&self, summary: &Summary, out: &mut String) {
        let rounded = summary.rounded;
        if rounded.count > 0 {
            let count = grouped(&rounded.count.to_string());
            let by = rounded.difference.map_or_else(|| "beyond 128 bits".into(), signed);
            out.push_str(&format!(
                "  rounded     {count:>10}  amounts, as the mapping says; booked less written: {} {by}\n",
                self.currency
            ));
        }
    }

    fn refused(&self, summary: &Summary, out: &mut String) {
        if summary.refused > 0 {
            let amount = summary
                .refused_amount
                .filter(|_| summary.refused_read > 0)
                .map_or_else(String::new, |amount| format!("  {}", self.currency.money(amount)));
            let joint = if summary.refused_read > 0 { ", and " } else { "  " };
            let unread = match summary.refused_unread {
                0 => String::new(),
                count => {
                    format!("{joint}{} whose amount cannot be read", grouped(&count.to_string()))
                }
            };
            out.push_str(&format!(
                "  refused     {:>10}{amount}{unread}\n",
                grouped(&summary.refused.to_string())
            ));
            for (code, count) in &summary.refused_by_code {
                out.push_str(&format!(
                    "              {:>10}  {code}\n",
                    grouped(&count.to_string())
                ));
            }
            if let Some(path) = self.rejects {
                let path = for_terminal(&path.display().to_string());
                out.push_str(&format!(
                    "  see {path}: mend the rows there and import that file with the same mapping\n"
                ));
            }
        }
    }

    fn findings(&self, summary: &Summary, out: &mut String) {
        let count = summary.findings.len();
        if count == 0 {
            return;
        }
        let shown = grouped(&count.to_string());
        out.push_str(&format!("  findings    {shown:>10}  booked; a soft rule looks at them\n"));
        for (code, of, found) in summary.findings.all().take(LINES_NAMED) {
            let amount = found
                .amount
                .map_or_else(String::new, |amount| format!("  {}", self.currency.money(amount)));
            out.push_str(&format!(
                "              {:>10}  {code}: {of}, from @{} on{amount}\n",
                grouped(&found.count.to_string()),
                found.first_entry,
                of = for_terminal(of),
            ));
        }
        if count > LINES_NAMED {
            out.push_str("                          …: -O json lists all, `report findings` what stands below zero\n");
        }
    }

    fn json(&self, summary: &Summary) -> serde_json::Value {
        let state = if self.published { "published" } else { "recorded" };
        json!({"import": {
            "source": self.source,
            "rows": summary.rows,
            "booked": summary.booked,
            "known": summary.known,
            "known_first": summary.known_first.iter().map(|(line, entry)| json!({"line": line, "entry": entry})).collect::<Vec<_>>(),
            "known_of_other_mapping": summary.known_of_other_mapping,
            "skipped": summary.skipped,
            "suspect": summary.suspect.count,
            "suspect_cells": summary.suspect.cells,
            "absent_lines": summary.absent_lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "zeroed_lines": summary.zeroed_lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "without_effect": summary.without_effect,
            "refused": summary.refused,
            "booked_amount": summary.booked_amount.map(|amount| self.currency.plain(amount)),
            "refused_unread": summary.refused_unread,
            "refused_amount": summary.refused_amount.map(|amount| self.currency.plain(amount)),
            "rounded": json!({
                "amounts": summary.rounded.count,
                "difference": summary.rounded.difference.unwrap_or_default().to_string(),
            }),
            "refused_by_code": summary.refused_by_code,
            "rejects": self.rejects.as_ref().filter(|_| summary.refused > 0),
            "entries": summary.entries,
            "commands": summary.commands,
            "findings": summary.findings.len(),
            "findings_of": summary.findings.all().map(|(code, of, found)| json!({
                "code": code,
                "of": of,
                "count": found.count,
                "first_entry": found.first_entry,
                "amount": found.amount.map(|amount| self.currency.plain(amount)),
            })).collect::<Vec<_>>(),
            "size": self.head.size,
            "head": self.head.hash.to_string(),
            "state": if self.a.dry_run { None } else { Some(state) },
            "dry_run": self.a.dry_run,
        }})
    }
}

/// Figures that look like those of a program that had no room for the true ones.
fn suspect(summary: &Summary, out: &mut String) {
    let count = summary.suspect.count;
    if count > 0 {
        let cells = summary.suspect.cells.join(", ");
        let more = if wide(summary.suspect.cells.len()) < count { ", …" } else { "" };
        out.push_str(&format!(
            "  suspect     {:>10}  figures that a program writes when one was too large for it: {cells}{more}\n",
            grouped(&count.to_string())
        ));
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A difference with its sign.
fn signed(difference: Exact) -> String {
    if difference.is_negative() || difference.is_zero() {
        difference.to_string()
    } else {
        format!("+{difference}")
    }
}

/// Lines that a list of targets does not have any more.
fn absent(summary: &Summary, out: &mut String) {
    for (lines, what) in [
        (&summary.absent_lines, "lines that this list no longer has keep what they have"),
        (&summary.zeroed_lines, "lines that this list no longer has were brought to zero"),
    ] {
        if !lines.is_empty() {
            let some = lines.iter().take(LINES_NAMED).map(|line| for_terminal(&line.to_string()));
            let some = some.collect::<Vec<_>>().join(", ");
            let more = if lines.len() > LINES_NAMED { ", …" } else { "" };
            let count = grouped(&lines.len().to_string());
            out.push_str(&format!("  absent      {count:>10}  {what}: {some}{more}\n"));
        }
    }
}
