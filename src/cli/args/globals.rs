//! Flags that many verbs share: everywhere, on every write, on every read.

use super::typed::{Known, Period, parse_command_id, parse_date, parse_text};
use crate::desk::commit::filing;
use crate::domain::calendar::Date;
use crate::domain::event::Filing;
use crate::domain::ids::Text;
use crate::words::Lang;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Flags that every verb takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Globals {
    /// The ledger's folder; to read also a copy of it or of its log/, or a package [default: $EARMARK_LEDGER, else this folder or the nearest around it with a ledger.toml]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub(crate) ledger: Option<PathBuf>,
    /// Whose key signs [default: the only key in $EARMARK_HOME/keys/officers; $EARMARK_HOME is ~/.earmark]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Everywhere")]
    pub(crate) officer: Option<String>,
    /// The format of what is printed [default: table]
    #[arg(
        short = 'O',
        long = "output-format",
        global = true,
        value_name = "FORMAT",
        help_heading = "Everywhere"
    )]
    pub(crate) format: Option<FormatName>,
    /// To a file; the format follows its ending unless -O is given
    #[arg(
        short = 'o',
        long = "output-file",
        global = true,
        value_name = "FILE",
        help_heading = "Everywhere"
    )]
    pub(crate) file: Option<PathBuf>,
    /// The language of labels and refusals [default: from LANG]
    #[arg(long, global = true, value_name = "LANG", help_heading = "Everywhere")]
    pub(crate) lang: Option<LangName>,
    /// CSV for people with a spreadsheet: the mark of UTF-8, labels in the language, guarded against formulas
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) excel: bool,
    /// The display unit of tables and workbooks [default: yuan, which is the currency's major unit]
    #[arg(long, global = true, value_name = "UNIT", help_heading = "Everywhere")]
    pub(crate) unit: Option<UnitName>,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    /// Print more: ids and hashes
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub(crate) verbose: bool,
    /// No progress bars; there are none outside a terminal anyway
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) no_progress: bool,
    /// Wait so long for another program that writes to the ledger [default: 10]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Everywhere", value_parser = clap::value_parser!(u32).range(..=86_400))]
    pub(crate) wait: Option<u32>,
    /// Colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Everywhere"
    )]
    pub(crate) color: ColorName,
}

/// A format of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    // Aligned columns for people
    Table,
    // Comma-separated values
    Csv,
    // One JSON value
    Json,
    // One JSON value a line
    Jsonl,
    // A workbook for spreadsheets
    Xlsx,
    // A page to read and print
    Html,
}

impl FormatName {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangName {
    // English
    En,
    // 中文
    Zh,
}

impl From<LangName> for Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::En => Self::En,
            LangName::Zh => Self::Zh,
        }
    }
}

/// A display unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitName {
    // The currency's major unit (元)
    Yuan,
    // Ten thousand of it (万元)
    Wan,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorName {
    // On a terminal
    #[default]
    Auto,
    // Always
    Always,
    // Never
    Never,
}

/// Flags of every verb that records something.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WriteFlags {
    /// The day it happened [default: today at the ledger's UTC offset]
    #[arg(long, alias = "date", value_name = "DATE", value_parser = parse_date, help_heading = "Recording")]
    pub(crate) on: Option<Date>,
    /// A number of your own for this command: run twice with the same, it is recorded once
    #[arg(long, value_name = "KEY", value_parser = parse_command_id, help_heading = "Recording")]
    pub(crate) command_id: Option<String>,
    /// Check and show everything, write nothing
    #[arg(long, help_heading = "Recording")]
    pub(crate) dry_run: bool,
    /// Go on with a clock more than 40 days after the last entry, or more than a minute before it: DATE is the clock's own day
    #[arg(long, value_name = "DATE", value_parser = parse_date, help_heading = "Recording")]
    pub(crate) accept_clock: Option<Date>,
    /// Attach a document by its SHA-256; the file stays with you (repeatable)
    #[arg(long = "document", value_name = "FILE[:KIND]", help_heading = "Recording")]
    pub(crate) documents: Vec<String>,
    /// The office's file number, for example 沪财〔2002〕15号
    #[arg(long, value_name = "TEXT", value_parser = parse_text, help_heading = "Recording")]
    pub(crate) document_no: Option<Text>,
}

impl WriteFlags {
    /// What every body ends with.
    pub(crate) fn filing(&self) -> crate::error::Result<Filing> {
        filing(&self.documents, self.document_no.as_ref())
    }
}

/// Flags of every verb that reads.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReadFlags {
    /// What had happened by the end of this day (or of a period like 2002Q1)
    #[arg(long, value_name = "DATE", help_heading = "Time")]
    pub(crate) as_of: Option<Period>,
    /// What was known when the ledger had this size, or at this time
    #[arg(long, value_name = "SIZE|TIME", help_heading = "Time")]
    pub(crate) as_known_at: Option<Known>,
    /// CSV cells as they are; without it a text that begins with = + - @ gets a ' in front, so that no spreadsheet runs it
    #[arg(long)]
    pub(crate) raw: bool,
}
