//! Orders about what should not be in the ledger.

use super::Desk;
use crate::cli::args::AcknowledgeBreach;
use crate::domain::breach::COMMAND_ID_REPEATED;
use crate::domain::command::Command;
use crate::domain::event::BreachAcknowledged;
use crate::domain::ids::Text;
use crate::error::{Error, Kind, Result};

/// The command that an entry belongs to, acknowledged by the rule that refuses it.
///
/// # Errors
/// `no_breach` for a command that no rule refuses.
pub(super) fn acknowledge(desk: &Desk<'_>, a: &AcknowledgeBreach) -> Result<Command> {
    let entry = desk.entry(&a.entry)?;
    let before = desk.state().breaches.range(..=entry).next_back();
    let breach = before.filter(|(first, breach)| entry < first.saturating_add(breach.entries));
    let (first, rule) = match breach {
        Some((first, breach)) => (*first, breach.rule.clone()),
        None => match desk.ledger.repeated(entry)? {
            Some(first) => (first, Text::new(COMMAND_ID_REPEATED)),
            None => return Err(no_breach(entry)),
        },
    };
    let (reason, filing) = (a.reason.clone(), desk.filing());
    Ok(Command::AcknowledgeBreach(BreachAcknowledged { first, rule, reason, filing }))
}

fn no_breach(entry: u64) -> Error {
    let message = format!("no rule refuses the command of @{entry}, and its id is its own");
    Error::new(Kind::NotFound, "no_breach", message)
        .with_hint("`earmark verify` names the entries of each breach")
        .with_detail("index", entry)
}
