//! Verbs that read: balances, the register, lists, reports, exports, verification.

use super::ReadFlags;
use super::typed::{EntryRef, ThingName, parse_code, parse_year};
use crate::domain::calendar::Year;
use crate::domain::ids::Code;
use clap::{Args, Subcommand, ValueEnum};

/// What balances are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupName {
    // One row a fund
    Fund,
    // One row a fund and fiscal year
    Year,
    // One row a line
    Line,
    // One row a project
    Project,
    // One row a district
    District,
    // One row a payee: committed and paid
    Payee,
    // One row a contract
    Commitment,
    // One row a line, stage, project and contract
    Leaf,
}

/// Show balances: what was given, what is held, owed and paid, what is left
#[derive(Debug, Args)]
#[command(
    after_help = "Filters: fund:CODE, project:CODE, district:CODE (and payee:CODE with --by payee); not: in front of one turns it round.\n\nExample:\n  earmark balance\n  earmark balance PD-INFO --by year\n  earmark balance --by project --as-of 2002Q2 --unit wan\n  earmark balance --by leaf --year 2002"
)]
pub(crate) struct Balance {
    /// Funds, or filters such as project:CARD
    #[arg(value_name = "FUND")]
    pub(crate) filters: Vec<String>,
    /// What a row is
    #[arg(long, value_name = "WHAT", default_value = "fund")]
    pub(crate) by: GroupName,
    /// This fiscal year only [default: all]
    #[arg(long, value_name = "YEAR", value_parser = parse_year)]
    pub(crate) year: Option<Year>,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// List entries in their order, with what they moved
#[derive(Debug, Args)]
#[command(
    after_help = "Filters: fund:CODE, project:CODE, payee:CODE, district:CODE, amt:100000.., date:2002Q1, type:disbursement, text:WORD, voucher:PD-INFO/2002/7, invoice:INV-7; not: in front of one turns it round.\nWords of one kind are alternatives, kinds are combined. text: looks in every name, title, reason, code and number of an entry; of these three a part is enough, large or small letters.\namt: is the amount of the whole entry; below zero stands only history.\n\nExample:\n  earmark register\n  earmark register fund:PD-INFO type:disbursement amt:100000.. date:2002\n  earmark register text:school not:type:project\n  earmark register --limit 100 --after @4211"
)]
pub(crate) struct Register {
    /// Which entries; all of these have to fit
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// At most this many rows, but whole entries; the last line says where to go on
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Only entries after this one
    #[arg(long, value_name = "ENTRY")]
    pub(crate) after: Option<EntryRef>,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Show one thing: an entry, a line, a fund, a project, a payee, a contract …
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark show @41\n  earmark show project:CARD --explain\n  earmark show PD-INFO:2002"
)]
pub(crate) struct Show {
    /// @INDEX, a UUID, FUND/YEAR/VOUCHER, FUND:YEAR, fund:CODE, project:CODE, …, or a code that only one thing has
    #[arg(value_name = "NAME")]
    pub(crate) name: ThingName,
    /// Show where the money went: the entries and postings behind every figure
    #[arg(long)]
    pub(crate) explain: bool,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// List them, with their balances
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark projects\n  earmark project list fund:PD-INFO")]
pub(crate) struct List {
    /// Filters such as fund:PD-INFO or district:310115
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Print a report
#[derive(Debug, Subcommand)]
pub(crate) enum ReportVerb {
    Execution(Execution),
    Leverage(Leverage),
    Findings(Findings),
}

/// What a row of the budget execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExecutionRows {
    // One row a fund
    Fund,
    // One row a fiscal year
    Year,
    // One row a line
    Line,
    // One row a project
    Project,
    // One row a district
    District,
}

/// What a row of leverage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LeverageRows {
    // One row a fund
    Fund,
    // One row a project
    Project,
    // One row a district
    District,
}

/// Budget execution 预算执行情况表: original, adjusted, carried, final, paid, available, rate against time
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark report execution --year 2002 --as-of 2002-06-30 --lang zh --unit wan"
)]
pub(crate) struct Execution {
    /// This fiscal year only
    #[arg(long, value_name = "YEAR", value_parser = parse_year)]
    pub(crate) year: Option<Year>,
    /// What a row is [default: line, or fund with --year]
    #[arg(long, value_name = "WHAT")]
    pub(crate) by: Option<ExecutionRows>,
    /// This fund only (repeatable)
    #[arg(long = "fund", value_name = "FUND", value_parser = parse_code)]
    pub(crate) funds: Vec<Code>,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Leverage: private money drawn by public money, pledged and paid side by side
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark report leverage --only-with-private")]
pub(crate) struct Leverage {
    /// This fund only (repeatable)
    #[arg(long = "fund", value_name = "FUND", value_parser = parse_code)]
    pub(crate) funds: Vec<Code>,
    /// What a row is
    #[arg(long, value_name = "WHAT", default_value = "fund")]
    pub(crate) by: LeverageRows,
    /// Only projects that drew private money
    #[arg(long)]
    pub(crate) only_with_private: bool,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Findings 疑点清单: accounts below zero, and everything that a receipt warned of
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark report findings --year 2002")]
pub(crate) struct Findings {
    /// This fiscal year only
    #[arg(long, value_name = "YEAR", value_parser = parse_year)]
    pub(crate) year: Option<Year>,
    /// This fund only (repeatable)
    #[arg(long = "fund", value_name = "FUND", value_parser = parse_code)]
    pub(crate) funds: Vec<Code>,
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Say what the ledger is and how much is in it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark stats")]
pub(crate) struct Stats {
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// Write the ledger in a form that other programs read
#[derive(Debug, Subcommand)]
pub(crate) enum ExportVerb {
    Hledger(ExportFlags),
    /// One CSV row a posting
    #[command(after_help = "Example:\n  earmark export csv -o postings.csv")]
    Csv(ExportFlags),
    /// One JSON value an entry, a line each
    #[command(after_help = "Example:\n  earmark export jsonl -o entries.jsonl")]
    Jsonl(ExportFlags),
    Package(PackageFlags),
}

/// One zip for auditors: the log, the Python verifier, reports, tables, a manifest of sums and hashes
#[derive(Debug, Args)]
#[command(
    after_help = "It can be verified on a machine without earmark and without a network. Keys in it are shown, never trusted: hand over the log key by another way.\n\nExample:\n  earmark export package -o pudong-2002.zip"
)]
pub(crate) struct PackageFlags {}

/// A journal for hledger, which shows the same balances
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark export hledger -o ledger.journal")]
pub(crate) struct ExportFlags {
    /// What every read takes.
    #[command(flatten)]
    pub(crate) flags: ReadFlags,
}

/// List what each command takes, or show one form: every field with its kind, and how it is typed
#[derive(Debug, Args)]
#[command(
    after_help = "Needs no ledger. -O json is for programs (schemas/forms.json).\n\nExample:\n  earmark forms\n  earmark forms disbursement.record\n  earmark forms fund establish --lang zh\n  earmark forms -O json"
)]
pub(crate) struct ShowForms {
    /// The command, with a point or a space between its words
    #[arg(value_name = "NAME")]
    pub(crate) name: Vec<String>,
}
