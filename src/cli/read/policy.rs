//! `policy show`: the policy in force, in the form that `policy adopt` reads.

use crate::cli::args::ReadFlags;
use crate::cli::session::Session;
use crate::desk::policy_file;
use crate::domain::event::Policy;
use crate::domain::money::Currency;
use crate::error::Result;

/// Runs `policy show`.
pub(super) fn show(session: &Session) -> Result<()> {
    let reading = super::open(session, &ReadFlags::default())?;
    let (currency, books) = (reading.facts.currency(), reading.books()?);
    let policy = &books.names()?.policy;
    session.console.value(&policy_file::text(policy, currency), &json(policy, currency))
}

/// The policy as JSON.
fn json(policy: &Policy, currency: Currency) -> serde_json::Value {
    serde_json::json!({"policy": {
        "control": policy.control.text(),
        "tolerance_basis_points": policy.tolerance_basis_points,
        "tolerance": currency.plain(policy.tolerance_minor_units),
        "project_required": policy.project_required,
        "transfer_between_purposes": policy.transfer_between_purposes,
        "history_before": policy.history_before,
        "rule_set_version": policy.rule_set_version,
    }})
}
