//! `import undo`: what an import recorded, reversed.

use crate::cli::args::UndoImport;
use crate::cli::output::{Exit, error_json};

use crate::cli::session::Session;
use crate::desk::name_officer;
use crate::domain::ids::{MAX_REASON_BYTES, Text};
use crate::error::{Error, Result};
use crate::import::undo::{Undo, Undone, entries_of, undo as take_back};
use crate::ledger::Ledger;
use crate::words::shown::{counted, for_terminal, grouped};
use crate::words::{Lang, Surface};
use serde_json::{Value, json};

/// Entries that could not be undone and are named in the text.
const NAMED: usize = 20;

/// Runs `import undo`.
///
/// # Errors
/// `unknown_source`, what is wrong with the rows; the ledger. What is recorded until then stays, and the
/// same line goes on after it.
pub(super) fn undo(session: &Session, a: &UndoImport) -> Result<Exit> {
    let rows = a.rows.as_ref().map(|path| {
        let text = crate::file::read_named_text(path);
        entries_of(&text.map_err(|error| Error::io("read the rows", path, error))?)
    });
    let rows = rows.transpose()?;
    let plain = || Text::new(&format!("import undo {}", a.source));
    let reason = a.reason.clone().unwrap_or_else(plain);
    reason.check("reason", MAX_REASON_BYTES)?;
    let officer = session.desk.officer()?;
    session.on_ledger(|ledger| {
        let (officer, key) = session.desk.in_use(officer, ledger)?;
        let wanted = Undo { source: &a.source, rows: rows.as_ref(), reason: &reason };
        let mut batch = ledger
            .reversals(&a.source, &key, a.accept_clock, a.dry_run)
            .map_err(|error| name_officer(error, &officer, &key))?;
        let done = take_back(&mut batch, &wanted);
        // What was reversed before a failure is kept.
        let finished = batch.finish();
        let done = done?;
        finished?;
        session.desk.warn_unpublished(ledger, None);
        let lang = session.console.lang;
        let (text, json) = (text(a, &done, ledger, lang), json(a, &done, ledger, lang));
        if a.dry_run {
            session.console.receipt(&text, &json)?;
        } else {
            session.console.done(&text, &json)?;
        }
        Ok(if done.left.is_empty() { Exit::Done } else { Exit::Rejects })
    })
}

fn text(a: &UndoImport, done: &Undone, ledger: &Ledger, lang: Lang) -> String {
    let did = if a.dry_run { "Would undo" } else { "Undid" };
    let mut out = format!(
        "{did} the import of source {}.\n  reversed    {:>10}  of {} that stood\n",
        for_terminal(&a.source),
        grouped(&done.reversed.to_string()),
        counted(done.entries, "entry", "entries"),
    );
    for (count, title, why) in [
        (done.already, "before      ", "reversed already"),
        (done.naming, "stay        ", "only name or open something"),
    ] {
        if count > 0 {
            out.push_str(&format!("  {title}{:>10}  {why}\n", grouped(&count.to_string())));
        }
    }
    if !done.left.is_empty() {
        let count = u64::try_from(done.left.len()).unwrap_or(u64::MAX);
        out.push_str(&format!("  left        {:>10}\n", grouped(&count.to_string())));
    }
    for (entry, reason) in done.left.iter().take(NAMED) {
        let said = reason.said(lang, Surface::CommandLine);
        let rule = for_terminal(&said.rule);
        out.push_str(&format!("    @{entry}: {}: {rule}\n", reason.code()));
        if let Some(next) = said.next {
            out.push_str(&format!("      next: {}\n", for_terminal(&next)));
        }
    }
    if done.left.len() > NAMED {
        out.push_str("    …: -O json lists all\n");
    }
    let size = counted(ledger.head().size, "entry", "entries");
    out.push_str(&if a.dry_run {
        "  dry run: nothing was written\n".to_owned()
    } else if ledger.published_size() >= ledger.head().size {
        format!("  published; the ledger has {size}\n")
    } else {
        format!("  recorded; the ledger has {size}\n")
    });
    out
}

fn json(a: &UndoImport, done: &Undone, ledger: &Ledger, lang: Lang) -> Value {
    let is_published = ledger.published_size() >= ledger.head().size;
    let state = if is_published { "published" } else { "recorded" };
    let left = done.left.iter().map(|(entry, reason)| {
        let error: Value = serde_json::from_str(&error_json(reason, lang)).unwrap_or_default();
        json!({"entry": entry, "error": error.get("error")})
    });
    json!({"undo": {
        "source": a.source,
        "entries": done.entries,
        "reversed": done.reversed,
        "already_reversed": done.already,
        "naming": done.naming,
        "left": left.collect::<Vec<_>>(),
        "size": ledger.head().size,
        "head": ledger.head().hash.to_string(),
        "state": if a.dry_run { None } else { Some(state) },
        "dry_run": a.dry_run,
    }})
}
