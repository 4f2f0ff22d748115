//! `import`: the rows of a CSV file or a sheet, as a mapping file says.

use super::imported::Told;
use crate::cli::args::ImportRows;
use crate::cli::output::Exit;
use crate::cli::progress::Progress;
use crate::cli::session::Session;
use crate::desk::documents::{document_of, document_of_bytes};
use crate::desk::fill::currency_of;
use crate::desk::name_officer;
use crate::domain::event::DocumentRef;
use crate::domain::ids::Text;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::import::former::KEY_DOCUMENT;
use crate::import::history::{FILE_DOCUMENT, LIST_DOCUMENT, MAPPING_DOCUMENT};
use crate::import::intake::LedgerIntake;
use crate::import::mapping::Mapping;
use crate::import::rejects::{LateFile, RejectsFile, is_passing};
use crate::import::run::{self, Input, Job};
use crate::import::sheet::{self, Workbook};
use crate::import::survey::Expected;
use crate::ledger::Ledger;
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
        lang: session.console.lang,
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
