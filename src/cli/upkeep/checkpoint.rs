//! `checkpoint sign`: publishes what is recorded, under the log key that stands now.

use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::tlog::checkpoint::Checkpoint;
use crate::words::shown::counted;
use serde_json::json;

/// Runs `checkpoint sign`.
pub(super) fn sign(session: &Session) -> Result<Exit> {
    let published = session.on_ledger(Ledger::publish)?;
    let note = String::from_utf8_lossy(&published.note).into_owned();
    let checkpoint = Checkpoint::read(&published.note)?;
    let size = counted(published.size, "entry", "entries");
    let text = format!("The head of {} is published: {size}.\n{note}", checkpoint.origin);
    let json = json!({"checkpoint": {
        "origin": checkpoint.origin,
        "size": published.size,
        "root": published.root.to_base64(),
        "note": note,
    }});
    session.console.receipt(&text, &json).map(|()| Exit::Done)
}
