//! Verbs about what should not be in the ledger.

use super::WriteFlags;
use super::typed::{EntryRef, parse_text};
use crate::domain::ids::Text;
use clap::{Args, Subcommand};

/// A command that is signed, and that the rules of its time refuse
#[derive(Debug, Subcommand)]
pub(crate) enum BreachVerb {
    Acknowledge(AcknowledgeBreach),
}

/// Say how a command against the rules came in; the ledger is written to again, and names it for ever
#[derive(Debug, Args)]
#[command(
    after_help = "By an administrator who was one before it, and who did not sign it where another is there. `earmark verify` names the entry and the rule, before and after; with --accept-breaches it goes on past what is acknowledged. A command id that was used twice is acknowledged likewise.\n\nExample:\n  earmark breach acknowledge @41 --reason \"paid twice by a program of our own; refund asked for\""
)]
pub(crate) struct AcknowledgeBreach {
    /// The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER; any of the command
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: EntryRef,
    /// How it came in, and what was done about it
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Text,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
