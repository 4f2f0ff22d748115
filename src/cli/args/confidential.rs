//! Confidential fields: given in files, shown to those who have the sealed files, erased for ever.

use super::WriteFlags;
use super::typed::{EntryRef, parse_text};
use crate::domain::ids::Text;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Fields that no log ever holds. In files, because a command line stays in the shell's history.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SealedFlags {
    /// A text file with the number of the bank account; sealed beside the ledger, never in the log
    #[arg(long, value_name = "FILE", help_heading = "Confidential")]
    pub(crate) account_file: Option<PathBuf>,
    /// A text file with the identity number; sealed beside the ledger, never in the log
    #[arg(long, value_name = "FILE", help_heading = "Confidential")]
    pub(crate) identity_file: Option<PathBuf>,
    /// A text file with how to reach somebody; sealed beside the ledger, never in the log
    #[arg(long, value_name = "FILE", help_heading = "Confidential")]
    pub(crate) contact_file: Option<PathBuf>,
}

/// Show and erase the confidential fields of an entry
#[derive(Debug, Subcommand)]
pub(crate) enum ConfidentialVerb {
    Show(ShowConfidential),
    Erase(EraseConfidential),
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

/// Erase the confidential fields of an entry, for ever; the log stays whole
#[derive(Debug, Args)]
#[command(
    after_help = "Records who erased them, when and on what legal basis; then removes the sealed file and its key. Copies and backups of the folder `confidential` are yours to erase.\n\nExample:\n  earmark confidential erase @12 --legal-basis \"个人信息保护法第47条, request of 2003-02-11\""
)]
pub(crate) struct EraseConfidential {
    /// The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: EntryRef,
    /// The law, decision or request that asks for it
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) legal_basis: Text,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Remove sealed files that belong to no entry, left by a command that was never recorded
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark confidential sweep --dry-run")]
pub(crate) struct SweepConfidential {
    /// Show what would be removed, remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
