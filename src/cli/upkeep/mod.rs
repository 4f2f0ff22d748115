//! Verbs that look after a ledger as a whole: its signed head, its anchor, the way
//! back from a copy of its log, and its health.

mod anchor;
mod checkpoint;
mod doctor;
mod restore;

use super::args::{AnchorVerb, ArchiveVerb, CheckpointVerb, Verb};
use super::output::Exit;
use super::session::Session;
use crate::error::Result;

/// Runs a verb that looks after a ledger; nothing if it is none.
pub(crate) fn upkeep(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others stand in `read` and `write`")]
    let done = match verb {
        Verb::Checkpoint(CheckpointVerb::Sign(_)) => checkpoint::sign(session),
        Verb::Anchor(AnchorVerb::Show(_)) => anchor::show(session),
        Verb::Anchor(AnchorVerb::Adopt(a)) => anchor::adopt(session, a),
        Verb::Doctor(a) => doctor::doctor(session, a),
        Verb::Archive(ArchiveVerb::Restore(a)) => restore::restore(session, a),
        _ => return None,
    };
    Some(done)
}
