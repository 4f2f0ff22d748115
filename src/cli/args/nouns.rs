//! Nouns whose things are listed too; their other verbs have forms.

use super::List;
use clap::Subcommand;

/// Register payees
#[derive(Debug, Subcommand)]
pub(crate) enum PayeeVerb {
    /// List the payees, with what they are owed and were paid; same as `payees`
    List(List),
}

/// Establish, amend and close funds
#[derive(Debug, Subcommand)]
pub(crate) enum FundVerb {
    /// List the funds, with their balances; same as `funds`
    List(List),
}

/// Approve projects, and end them
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectVerb {
    /// List the projects, with status, ceiling and balances; same as `projects`
    List(List),
}

/// Make contracts, change and close them
#[derive(Debug, Subcommand)]
pub(crate) enum CommitmentVerb {
    /// List the contracts, with what is owed and paid under them; same as `commitments`
    List(List),
}

/// Record investment that a project drew (社会资金跟进投资)
#[derive(Debug, Subcommand)]
pub(crate) enum FollowOnVerb {
    /// List the investments: who promised what to which project, paid in, withdrawn, still open
    #[command(
        after_help = "Filters: project:CODE, district:CODE; not: in front of one turns it round.\n\nExample:\n  earmark follow-on list\n  earmark follow-on list project:CARD --as-of 2002"
    )]
    List(List),
}
