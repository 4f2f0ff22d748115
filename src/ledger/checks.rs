//! What opening looks at whichever way it goes: by a clean end, by its tail, or by a recovery.

use super::Outside;
use crate::archive::writer::ArchiveWriter;
use crate::domain::state::State;
use crate::edge::config::LedgerConfig;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::tlog::tree::{Digest, Frontier, leaf_hash};

/// The folder holds the ledger that it says, and this machine's log key is the ledger's.
///
/// # Errors
/// `origin_differs`, `log_key_differs`, `ledger_not_open`.
pub(super) fn check_identity(
    state: &State,
    config: &LedgerConfig,
    outside: &Outside,
) -> Result<()> {
    let Some(facts) = state.ledger.as_ref() else {
        let message = "the ledger has no first entry";
        return Err(Error::new(Kind::Break, "ledger_not_open", message));
    };
    if facts.origin.as_str() != config.origin {
        let message = format!(
            "ledger.toml says origin {}, the log's first entry says {}",
            config.origin, facts.origin
        );
        return Err(Error::new(Kind::Break, "origin_differs", message)
            .with_hint("put the ledger's own ledger.toml back")
            .with_detail("expected", &facts.origin)
            .with_detail("found", &config.origin));
    }
    if facts.log_key.0 != outside.log_key() {
        let message = "the log key on this machine is not the one that the ledger was opened with";
        return Err(Error::new(Kind::NotPinned, "log_key_differs", message)
            .with_hint(
                "use the machine, or the $EARMARK_HOME, that the ledger was made with; where its key is \
                 lost: earmark key rotate-log --lost",
            ));
    }
    Ok(())
}

/// Opening for writing needs every event to be understood.
///
/// # Errors
/// `read_only_ledger` names the first entry that is not.
pub(super) fn check_understood(not_understood: Option<u64>) -> Result<()> {
    let Some(index) = not_understood else { return Ok(()) };
    let message = format!(
        "entry {index} is of a type, or brings in a rule set, that this release does not know"
    );
    Err(Error::new(Kind::Break, "read_only_ledger", message)
        .with_hint("write with the release that made it; reading and verifying still work")
        .in_case("unknown")
        .with_detail("index", index))
}

/// `None` for what a recovery may heal; what the machine could not read is an error.
pub(super) fn unless_damaged<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == Kind::Io => Err(error),
        Err(_) => Ok(None),
    }
}

/// The tree's root at `size`: what the archive stands at, or hashed anew from the store's entries.
pub(super) fn root_at(archive: &ArchiveWriter, size: u64, store: &dyn Store) -> Result<Digest> {
    if let Some(published) = archive.published().filter(|published| published.size == size) {
        return Ok(published.root);
    }
    if archive.size() == size {
        return Ok(archive.root());
    }
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        let from = frontier.size();
        let page = store.read(from..size.min(from.saturating_add(1_000)))?;
        if page.is_empty() {
            break;
        }
        page.iter().for_each(|sealed| frontier.push(leaf_hash(&sealed.bytes)));
    }
    Ok(frontier.root())
}
