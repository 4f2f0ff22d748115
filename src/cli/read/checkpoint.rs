//! `checkpoint show`: the signed head of the log, byte for byte.

use super::Reading;
use crate::cli::args::ReadFlags;
use crate::cli::session::Session;
use crate::error::Result;
use serde_json::json;

/// Runs `checkpoint show`.
pub(super) fn show(session: &Session) -> Result<()> {
    let reader = Reading::open(session, &ReadFlags::default())?.reader;
    let note = String::from_utf8_lossy(reader.archive().note()).into_owned();
    let checkpoint = reader.archive().checkpoint();
    let json = json!({"checkpoint": {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.to_base64(),
        "note": note,
    }});
    session.console.value(&note, &json)
}
