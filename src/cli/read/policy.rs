//! `policy show`: the policy in force, in the form that `policy adopt` reads.

use super::Reading;
use crate::cli::args::ReadFlags;
use crate::cli::session::Session;
use crate::desk::policy_file;
use crate::error::Result;

/// Runs `policy show`.
pub(super) fn show(session: &Session) -> Result<()> {
    let reading = Reading::open(session, &ReadFlags::default())?;
    let (currency, books) = (reading.facts.currency(), reading.books()?);
    let policy = &books.names.policy;
    session
        .console
        .value(&policy_file::text(policy, currency), &policy_file::json(policy, currency))
}
