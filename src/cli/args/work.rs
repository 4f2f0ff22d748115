//! Verbs of the work that money is spent on: projects, contracts, payments, refunds.

use super::typed::{
    AmountText, EntryRef, LinePart, parse_code, parse_date, parse_tag, parse_text, parse_year,
};
use super::{List, WriteFlags};
use crate::domain::calendar::{Date, Year};
use crate::domain::ids::{Code, Tag, Text};
use clap::{Args, Subcommand, ValueEnum};

/// Approve projects, and end them
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectVerb {
    Approve(Box<ApproveProject>),
    Complete(EndProject),
    /// Give a project up; its contracts can still be closed and refunded
    #[command(
        after_help = "Example:\n  earmark project terminate CARD --reason \"merged with another project\""
    )]
    Terminate(EndProject),
    /// Settle a project; what is still reserved for it is free again
    #[command(after_help = "Example:\n  earmark project close-out CARD --on 2003-03-20")]
    CloseOut(EndProject),
    /// List the projects, with status, ceiling and balances; same as `projects`
    List(List),
}

/// Let a project spend; money named with --from is reserved for it
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark project approve CARD --title \"Social security card\" --title-zh 社保卡 --purpose it/social-card --district 310115 --ceiling 300万 --from PD-INFO:2002=300万"
)]
pub(crate) struct ApproveProject {
    /// Its code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its title
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) title: Text,
    /// Its Chinese title
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) title_zh: Option<Text>,
    /// What it is for; has to lie within its funds' purposes
    #[arg(long, value_name = "TAG", value_parser = parse_tag)]
    pub(crate) purpose: Tag,
    /// Where it is [default: its fund's district]
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) district: Option<Code>,
    /// The most it may commit and pay [default: no ceiling]
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) ceiling: Option<AmountText>,
    /// Money reserved for it (repeatable); the sum is at most the ceiling
    #[arg(long, value_name = "LINE=AMOUNT")]
    pub(crate) from: Vec<LinePart>,
    /// The programme it implements
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) programme: Option<Code>,
    /// Its first day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) start: Option<Date>,
    /// Its last day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) end: Option<Date>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Say that a project's work is done; its contracts are still paid
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark project complete CARD --on 2002-11-30")]
pub(crate) struct EndProject {
    /// The project
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Why, or how
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Make contracts, change and close them
#[derive(Debug, Subcommand)]
pub(crate) enum CommitmentVerb {
    Make(MakeCommitment),
    Increase(ChangeCommitment),
    /// Reduce a contract; the money goes back to where it came from
    #[command(
        after_help = "Example:\n  earmark commitment reduce HT-2002-07 15万 --reason \"one server less\""
    )]
    Reduce(ChangeCommitment),
    Close(CloseCommitment),
    /// List the contracts, with what is owed and paid under them; same as `commitments`
    List(List),
}

/// What a contract or payment is for, and which money it draws on.
#[derive(Debug, Args)]
pub(crate) struct Purse {
    /// The project it is for
    #[arg(long, value_name = "CODE", value_parser = parse_code, conflicts_with_all = ["fund", "year", "purpose"])]
    pub(crate) project: Option<Code>,
    /// Without a project: the fund …
    #[arg(long, value_name = "FUND", value_parser = parse_code, requires = "purpose")]
    pub(crate) fund: Option<Code>,
    /// … its fiscal year [default: of the day] …
    #[arg(long, value_name = "YEAR", value_parser = parse_year, requires = "fund")]
    pub(crate) year: Option<Year>,
    /// … and what it is for
    #[arg(long, value_name = "TAG", value_parser = parse_tag)]
    pub(crate) purpose: Option<Tag>,
    /// The lines to draw on, where several are possible (repeatable); the parts add up to the amount
    #[arg(long, value_name = "LINE=AMOUNT")]
    pub(crate) from: Vec<LinePart>,
}

/// Record a contract: a legal duty to pay
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark commit HT-2002-07 --project CARD --payee SOFT-A --amount 240万 --document contract.pdf:contract"
)]
pub(crate) struct MakeCommitment {
    /// The contract's own number
    #[arg(value_name = "CONTRACT", value_parser = parse_code)]
    pub(crate) contract: Code,
    /// How much
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// Who will be paid
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) payee: Option<Code>,
    /// What the contract is about
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) title: Option<Text>,
    /// What it is for and which money it draws on.
    #[command(flatten)]
    pub(crate) purse: Purse,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Increase a contract
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark commitment increase HT-2002-07 30万 --reason \"200 more card readers\""
)]
pub(crate) struct ChangeCommitment {
    /// The contract
    #[arg(value_name = "CONTRACT", value_parser = parse_code)]
    pub(crate) contract: Code,
    /// By how much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// On which lines, where the contract has several (repeatable)
    #[arg(long, value_name = "LINE=AMOUNT")]
    pub(crate) from: Vec<LinePart>,
    /// For which project, where the contract has several
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) project: Option<Code>,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Close a contract; what is still owed under it goes back to where it came from
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark commitment close HT-2002-07 --reason \"accepted and paid\""
)]
pub(crate) struct CloseCommitment {
    /// The contract
    #[arg(value_name = "CONTRACT", value_parser = parse_code)]
    pub(crate) contract: Code,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Record payments
#[derive(Debug, Subcommand)]
pub(crate) enum DisbursementVerb {
    Record(RecordDisbursement),
}

/// Record a payment; the ledger gives it the next voucher number of its fund and year
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark disburse 72万 --commitment HT-2002-07 --on 2002-06-28 --source-no 0012345\n  earmark disburse 5000 --fund PD-INFO --year 2002 --purpose it/training --payee SCHOOL-B"
)]
pub(crate) struct RecordDisbursement {
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// The contract it is paid under
    #[arg(long, alias = "contract", value_name = "CONTRACT", value_parser = parse_code, conflicts_with_all = ["fund", "year", "purpose"])]
    pub(crate) commitment: Option<Code>,
    /// Who was paid [default: the contract's payee]
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) payee: Option<Code>,
    /// Their number, of the invoice or the bank
    #[arg(long, alias = "invoice", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) source_no: Option<Text>,
    /// What it is for and which money it draws on.
    #[command(flatten)]
    pub(crate) purse: Purse,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    // The money can be used again
    Yes,
    // It goes to the treasury
    No,
}

/// Record money that came back from a payment
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark refund 30,000.00 --disbursement PD-INFO/2002/3 --reason \"two servers returned\""
)]
pub(crate) struct RefundPayment {
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// The payment: @INDEX, its UUID, or FUND/YEAR/VOUCHER
    #[arg(long, value_name = "ENTRY")]
    pub(crate) disbursement: EntryRef,
    /// Whether it can be used again [default: yes in the payment's fiscal year, no after it]
    #[arg(long, value_name = "YES|NO")]
    pub(crate) restores_budget: Option<YesNo>,
    /// To which lines, where the payment has several (repeatable)
    #[arg(long, value_name = "LINE=AMOUNT")]
    pub(crate) from: Vec<LinePart>,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
