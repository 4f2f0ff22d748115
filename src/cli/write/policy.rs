//! The order that adopts a policy.

use super::Desk;
use crate::cli::args::AdoptPolicy;
use crate::cli::policy_file;
use crate::domain::command::Command;
use crate::domain::event::PolicyAdopted;
use crate::error::Result;

pub(super) fn adopt(desk: &Desk<'_>, a: &AdoptPolicy) -> Result<Command> {
    let policy = policy_file::read(&a.policy, &desk.state().policy, desk.currency)?;
    Ok(Command::AdoptPolicy(PolicyAdopted { policy, filing: desk.filing() }))
}
