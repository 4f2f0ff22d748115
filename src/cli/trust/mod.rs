//! Verbs about trust between machines: being a witness, and publishing with witnesses.

mod publish;
mod witness;

use super::args::Verb;
use super::output::Exit;
use super::session::Session;
use crate::error::{Error, Result};
use crate::tlog::policy::{MAX_POLICY_BYTES, Policy};
use std::path::Path;

/// Runs a verb about trust between machines; `None` if it is none.
pub(super) fn trust(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    if let Verb::Witness(verb) = verb {
        return Some(witness::witness(session, verb));
    }
    if let Verb::Publish(a) = verb {
        return Some(publish::publish(session, a));
    }
    None
}

/// Reads a policy from its file, and no more than a policy may have.
///
/// # Errors
/// `policy_malformed` (`Kind::Usage`), with the file's name; an I/O code.
pub(super) fn read_policy(path: &Path) -> Result<Policy> {
    let io = |source| Error::io("read the policy", path, source);
    let bytes = crate::file::read_named(path, MAX_POLICY_BYTES).map_err(io)?;
    Policy::parse(&bytes).map_err(|error| {
        let message = format!("{}: {}", path.display(), error.message());
        let named = Error::new(error.kind(), error.code(), message);
        named.with_hint(error.hint().unwrap_or_default())
    })
}
