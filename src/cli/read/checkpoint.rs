//! `checkpoint show`: the signed head of the log, byte for byte, and who of a policy cosigned it.

use crate::cli::args::{ReadFlags, ShowCheckpoint};
use crate::cli::session::Session;
use crate::cli::trust::read_policy;
use crate::error::Result;
use crate::words::verdict::cosigners;
use serde_json::json;

/// Runs `checkpoint show`.
pub(super) fn show(session: &Session, a: &ShowCheckpoint) -> Result<()> {
    let policy = a.policy.as_deref().map(read_policy).transpose()?;
    let reader = super::open(session, &ReadFlags::default())?.reader;
    let note = String::from_utf8_lossy(reader.archive().note()).into_owned();
    let checkpoint = reader.archive().checkpoint();
    let standing = policy.map(|policy| policy.verify(note.as_bytes())).transpose()?;
    let standing = standing.map(|(_, standing)| standing);
    if let Some(standing) = &standing {
        session.console.note(&standing.to_string());
    }
    let json = json!({"checkpoint": {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.to_base64(),
        "note": note,
        "quorum": standing.map(|standing| json!({
            "name": standing.quorum,
            "is_met": standing.is_met,
            "cosigned": cosigners(&standing),
            "missing": standing.missing,
        })),
    }});
    session.console.value(&note, &json)
}
