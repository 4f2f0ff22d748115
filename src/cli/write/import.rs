//! `import`: the rows of a CSV file, as a mapping file says.

use super::documents::document_of;
use crate::chain::entry::Head;
use crate::cli::args::ImportRows;
use crate::cli::output::{Exit, counted, for_terminal, grouped};
use crate::cli::progress::Progress;
use crate::cli::session::{Session, name_officer};
use crate::domain::event::DocumentRef;
use crate::domain::money::Currency;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Result};
use crate::import::intake::LedgerIntake;
use crate::import::mapping::Mapping;
use crate::import::rejects::{LateFile, RejectsFile};
use crate::import::run::{self, Job, Summary};
use crate::ledger::Ledger;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Runs `import`.
///
/// # Errors
/// The file or the mapping cannot be read (nothing is written); the ledger or the rejects fail (what
/// is recorded until then stays, and the same import goes on after it).
pub(super) fn import(session: &Session, a: &ImportRows) -> Result<Exit> {
    let text = crate::file::read_named_text(&a.mapping);
    let text = text.map_err(|e| Error::io("read the mapping", &a.mapping, e))?;
    let mapping = Mapping::parse(&text)?;
    let document = document_of(&a.table, "import")?;
    let officer = session.officer()?;
    session.on_ledger(|ledger| import_into(session, ledger, officer, a, &mapping, &document))
}

fn import_into(
    session: &Session,
    ledger: &mut Ledger,
    officer: (String, PrivateKey),
    a: &ImportRows,
    mapping: &Mapping,
    document: &DocumentRef,
) -> Result<Exit> {
    let (officer, key) = session.in_use(officer, ledger)?;
    let currency = super::currency_of(ledger)?;
    let (mut rejects, rejects_path) = rejects(a)?;
    let known = ledger.known_rows(&mapping.source)?;
    let batch = ledger
        .batch(&mapping.source, &key, a.accept_clock, a.dry_run)
        .map_err(|error| name_officer(error, &officer, &key))?;
    let mut intake = LedgerIntake::new(batch, known);
    let job =
        Job { path: &a.table, mapping, create_missing: a.create_missing, document: Some(document) };
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
        source: &mapping.source,
        currency,
        rejects: rejects_path,
        head: ledger.head(),
        published: ledger.published_size() >= ledger.head().size,
    };
    session.warn_unpublished(ledger, None);
    let (text, json) = (told.text(&summary), told.json(&summary));
    if a.dry_run {
        session.console.receipt(&text, &json)?;
    } else {
        session.console.done(&text, &json)?;
    }
    Ok(if summary.refused == 0 { Exit::Done } else { Exit::Rejects })
}

type RejectsOut = RejectsFile<Box<dyn Write>>;

/// Where refused rows go. A dry run keeps them only where it was told where.
fn rejects(a: &ImportRows) -> Result<(RejectsOut, Option<PathBuf>)> {
    if a.dry_run && a.rejects.is_none() {
        return Ok((RejectsFile::new(Box::new(std::io::sink())), None));
    }
    let file = LateFile::beside(&a.table, a.rejects.as_deref())?;
    let path = file.path().to_owned();
    crate::cli::target::check(&path)?;
    Ok((RejectsFile::new(Box::new(file)), Some(path)))
}

/// What an import did, to be told.
struct Told<'a> {
    a: &'a ImportRows,
    source: &'a str,
    currency: Currency,
    rejects: Option<PathBuf>,
    head: Head,
    published: bool,
}

impl Told<'_> {
    fn text(&self, summary: &Summary) -> String {
        let did = if self.a.dry_run { "Would import" } else { "Imported" };
        let mut out = format!(
            "{did} {file} as source {source}.\n\
             \x20 rows      {rows:>12}\n\
             \x20 booked    {booked:>12}  {entries} in {commands}\n",
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
            (summary.findings, "findings    ", "booked; a soft rule looks at them"),
        ]
        .map(|(count, title, why)| (count, (title, why)))
        {
            if count > 0 {
                let (title, why) = words;
                out.push_str(&format!("  {title}{:>10}  {why}\n", grouped(&count.to_string())));
            }
        }
        if summary.refused > 0 {
            let amount = summary
                .refused_amount
                .map_or_else(String::new, |amount| format!("  {}", self.currency.money(amount)));
            out.push_str(&format!(
                "  refused     {:>10}{amount}\n",
                grouped(&summary.refused.to_string())
            ));
            for (code, count) in &summary.refused_by_code {
                out.push_str(&format!(
                    "              {:>10}  {code}\n",
                    grouped(&count.to_string())
                ));
            }
            if let Some(path) = &self.rejects {
                let path = for_terminal(&path.display().to_string());
                out.push_str(&format!(
                    "  see {path}: mend the rows there and import that file with the same mapping\n"
                ));
            }
        }
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

    fn json(&self, summary: &Summary) -> serde_json::Value {
        let state = if self.published { "published" } else { "recorded" };
        json!({"import": {
            "source": self.source,
            "rows": summary.rows,
            "booked": summary.booked,
            "known": summary.known,
            "skipped": summary.skipped,
            "without_effect": summary.without_effect,
            "refused": summary.refused,
            "refused_amount": summary.refused_amount.map(|amount| self.currency.plain(amount)),
            "refused_by_code": summary.refused_by_code,
            "rejects": self.rejects.as_ref().filter(|_| summary.refused > 0),
            "entries": summary.entries,
            "commands": summary.commands,
            "findings": summary.findings,
            "size": self.head.size,
            "head": self.head.hash.to_string(),
            "state": if self.a.dry_run { None } else { Some(state) },
            "dry_run": self.a.dry_run,
        }})
    }
}
