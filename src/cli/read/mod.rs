//! Verbs that read: from the published log alone, without the ledger's lock.

mod checkpoint;
mod policy;
mod verify;

use super::args::{CheckpointVerb, PolicyVerb, Verb};
use super::output::Exit;
use super::session::Session;
use crate::edge::pins::Pin;
use crate::error::{Error, Kind, Result};
use crate::ledger::Reader;
use crate::tlog::note::VerifierKey;

/// Runs a verb that reads; nothing if it is none.
pub(crate) fn read(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others record, and stand in `write`")]
    Some(match verb {
        Verb::Policy(PolicyVerb::Show(_)) => policy::show(session),
        Verb::Verify(a) => verify::verify(session, a),
        Verb::Checkpoint(CheckpointVerb::Show(_)) => checkpoint::show(session),
        _ => return None,
    })
}

/// Opens the published log of the session's ledger. Caches are used only under the key that is pinned
/// on this machine.
fn open(session: &Session) -> Result<Reader> {
    let folder = session.ledger_folder()?;
    let config = crate::edge::config::LedgerConfig::read(&folder)?;
    let pin = session.home.known_logs().find(&config.origin)?;
    let key = pin.as_ref().map(key_of).transpose()?;
    Reader::open(&folder, key.map(|key| key.public_key().to_bytes()))
}

/// The log key of a pin.
fn key_of(pin: &Pin) -> Result<VerifierKey> {
    read_key(&pin.vkey)
}

/// Reads a log key as its keeper published it.
fn read_key(vkey: &str) -> Result<VerifierKey> {
    vkey.parse().map_err(|error: Error| {
        Error::new(Kind::Usage, "vkey_malformed", format!("no log key: {}", error.message()))
            .with_hint("write NAME+ID+KEY, as `earmark init` printed it")
    })
}
