//! Verbs that look after a ledger as a whole: its signed head and its anchor.

mod anchor;
mod checkpoint;

use super::args::{AnchorVerb, CheckpointVerb, Verb};
use super::output::Exit;
use super::session::Session;
use crate::error::Result;

/// Runs a verb that looks after a ledger; nothing if it is none.
pub(crate) fn upkeep(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others stand in `read` and `write`")]
    let done = match verb {
        Verb::Checkpoint(CheckpointVerb::Sign(_)) => checkpoint::sign(session),
        Verb::Anchor(AnchorVerb::Show(_)) => anchor::show(session),
        _ => return None,
    };
    Some(done)
}
