//! Confidential fields: given in files, shown to those who have the sealed files, erased for ever.

use super::typed::EntryRef;
use clap::{Args, Subcommand};

/// Show and erase the confidential fields of an entry
#[derive(Debug, Subcommand)]
pub(crate) enum ConfidentialVerb {
    Show(ShowConfidential),
    Sweep(SweepConfidential),
}

/// Show the confidential fields of an entry, to those who have its sealed files
#[derive(Debug, Args)]
#[command(
    after_help = "The fields stand in two files of the ledger's folder `confidential`, never in the log. They are shown only if they are those that the entry committed to.\n\nExample:\n  earmark confidential show @12"
)]
pub(crate) struct ShowConfidential {
    /// The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: EntryRef,
}

/// Remove sealed files that belong to no entry, left by a command that was never recorded
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark confidential sweep --dry-run")]
pub(crate) struct SweepConfidential {
    /// Show what would be removed, remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
