//! Verbs about booking many rows at once.

use super::typed::{AmountText, parse_date, parse_text};
use crate::domain::calendar::Date;
use crate::domain::ids::Text;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What is done with an import
#[derive(Debug, Subcommand)]
pub(crate) enum ImportVerb {
    Undo(UndoImport),
    Template(ImportTemplate),
}

/// Reverse every entry of an import that moved something, newest first; what later entries were built on is left and named
#[derive(Debug, Args)]
#[command(
    after_help = "All entries stay in the ledger. A row whose entries are all reversed can be imported again. Cut off, the same line goes on with the rest.\n\nExample:\n  earmark import undo payments --dry-run\n  earmark import undo payments --reason \"wrong year\"\n  earmark register type:disbursement payee:SW-A -O csv -o rows.csv\n  earmark import undo payments --rows rows.csv"
)]
pub(crate) struct UndoImport {
    /// The source, as the mapping (with the batch) names it
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// Only the rows of these entries: one a line, or a register as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Why [default: import undo SOURCE]
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// Check and show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go on with a clock more than 40 days after the last entry, or more than a minute before it: DATE is the clock's own day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) accept_clock: Option<Date>,
}

/// Print a mapping to begin with, in which every field says what it is; with -o FILE.xlsx or FILE.csv the list that it reads
#[derive(Debug, Args)]
#[command(
    after_help = "Needs no ledger. Beside FILE.xlsx, a list ready to be filled in, the mapping that reads it is printed. Fields that the list has not are taken out of the mapping, or left out by --required.\n\nExample:\n  earmark import template disbursement record -o payments.xlsx\n  earmark import template disbursement record -o payments.csv\n  earmark import template disbursement record -o payments.toml\n  earmark import payments.csv --mapping payments.toml --dry-run"
)]
pub(crate) struct ImportTemplate {
    /// What a row becomes, with a point or a space between the words (schemas/mapping.md §6)
    #[arg(value_name = "VERB", required = true)]
    pub(crate) name: Vec<String>,
    /// Only what a row must have
    #[arg(long)]
    pub(crate) required: bool,
}

/// What is imported, and how.
#[derive(Debug, Args)]
pub(crate) struct ImportRows {
    /// The table of rows
    #[arg(value_name = "FILE")]
    pub(crate) table: PathBuf,
    /// How it is written and what its rows become, in TOML
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) mapping: PathBuf,
    /// Where refused rows go [default: NAME.rejects.csv beside FILE]; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Name the part of the list that FILE is: equal rows of two parts are two rows
    #[arg(long, value_name = "NAME")]
    pub(crate) batch: Option<String>,
    /// Book rows anew that are booked for another source
    #[arg(long)]
    pub(crate) again: bool,
    /// Refuse FILE whole unless it has this many rows
    #[arg(long, value_name = "N")]
    pub(crate) expect_rows: Option<u64>,
    /// Refuse FILE whole unless the amounts of its rows come to this
    #[arg(long, value_name = "A")]
    pub(crate) expect_total: Option<AmountText>,
    /// Create funds, lines, projects and payees that a row names and the ledger does not know
    #[arg(long)]
    pub(crate) create_missing: bool,
    /// Check and show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go on with a clock more than 40 days after the last entry, or more than a minute before it: DATE is the clock's own day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) accept_clock: Option<Date>,
}
