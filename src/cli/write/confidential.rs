//! `confidential sweep`: sealed files that belong to nothing.

use crate::cli::args::SweepConfidential;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::words::shown::{counted, for_terminal};
use serde_json::json;

/// Removes sealed files that belong to no entry.
pub(super) fn sweep(session: &Session, a: &SweepConfidential) -> Result<Exit> {
    let swept = session.on_ledger(|ledger| ledger.sweep_sealed(a.dry_run))?;
    let files = u64::try_from(swept.orphans.len()).unwrap_or(u64::MAX);
    let files = counted(files, "file", "files");
    let mut text = if swept.orphans.is_empty() {
        "Every sealed file belongs to an entry.\n".to_owned()
    } else if a.dry_run {
        format!("Would remove {files} of no entry:\n")
    } else {
        format!("Removed {files} of no entry:\n")
    };
    for name in &swept.orphans {
        text.push_str(&format!("  confidential/{name}\n"));
    }
    for name in &swept.strange {
        text.push_str(&format!("  left alone: confidential/{}\n", for_terminal(name)));
    }
    let json = json!({"sweep": {
        "dry_run": a.dry_run,
        "orphans": swept.orphans,
        "strange": swept.strange,
    }});
    session.console.receipt(&text, &json)?;
    Ok(Exit::Done)
}
