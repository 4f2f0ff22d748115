//! `policy show`: the policy in force, in the form that `policy adopt` reads.

use super::open;
use crate::cli::output::Exit;
use crate::cli::policy_file;
use crate::cli::session::Session;
use crate::domain::state::LedgerFacts;
use crate::error::{Error, Kind, Result};

/// Runs `policy show`.
pub(super) fn show(session: &Session) -> Result<Exit> {
    let reader = open(session)?;
    let books = reader.books(reader.size(), None)?;
    let currency = books.state.ledger.as_ref().map(LedgerFacts::currency).ok_or_else(|| {
        Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry")
            .with_hint("run `earmark verify`")
    })?;
    let policy = &books.state.policy;
    let (text, json) = (policy_file::text(policy, currency), policy_file::json(policy, currency));
    session.console.value(&text, &json).map(|()| Exit::Done)
}
