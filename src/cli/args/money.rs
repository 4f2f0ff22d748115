//! Verbs that give authority and move it: allocations and reservations.

use super::WriteFlags;
use super::typed::{AmountText, LinePart, parse_code, parse_line, parse_text, parse_year};
use crate::domain::calendar::Year;
use crate::domain::ids::{Code, LineKey, Text};
use clap::{Args, Subcommand, ValueEnum};

/// Give authority to a line, change it, move it, carry it over
#[derive(Debug, Subcommand)]
pub(crate) enum AllocationVerb {
    Record(RecordAllocation),
    Supplement(AdjustAllocation),
    /// Take part of a line's authority away
    #[command(
        after_help = "Example:\n  earmark allocation reduce PD-INFO 2002 50万 --reason \"revised budget\""
    )]
    Reduce(AdjustAllocation),
    Transfer(TransferAllocation),
    Carry(CarryBalance),
    Lapse(LapseBalance),
}

/// Where an allocation's money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    // The district's own budget
    Own,
    // A higher level of government
    #[value(name = "upper_level")]
    UpperLevel,
    // Anything else
    Other,
}

/// Record a year's allocation; it opens the line FUND:YEAR
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark allocate PD-INFO 2002 1000万\n  earmark allocation record PD-INFO 2002 10,000,000.00 --on 2002-01-10 --document-no 浦财〔2002〕3号"
)]
pub(crate) struct RecordAllocation {
    /// The fund
    #[arg(value_name = "FUND", value_parser = parse_code)]
    pub(crate) fund: Code,
    /// The fiscal year
    #[arg(value_name = "YEAR", value_parser = parse_year)]
    pub(crate) year: Year,
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// A class within the fund and year, for example 设备
    #[arg(long = "class", value_name = "CLASS", value_parser = parse_code)]
    pub(crate) class: Option<Code>,
    /// Where the money comes from
    #[arg(long, value_name = "SOURCE", default_value = "own")]
    pub(crate) source: SourceName,
    /// The division that gives it
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) division: Option<Text>,
    /// The division's reference
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reference: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Add to a line's authority
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark allocation supplement PD-INFO 2002 50万 --reason \"school network, second stage\""
)]
pub(crate) struct AdjustAllocation {
    /// The fund
    #[arg(value_name = "FUND", value_parser = parse_code)]
    pub(crate) fund: Code,
    /// The fiscal year
    #[arg(value_name = "YEAR", value_parser = parse_year)]
    pub(crate) year: Year,
    /// By how much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// The line's class
    #[arg(long = "class", value_name = "CLASS", value_parser = parse_code)]
    pub(crate) class: Option<Code>,
    /// The year the line's money was first allocated [default: YEAR]
    #[arg(long, value_name = "YEAR", value_parser = parse_year)]
    pub(crate) origin: Option<Year>,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Move free authority from one line to another
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark allocation transfer PD-INFO:2002 PD-INFO:2002:2002:设备 200000"
)]
pub(crate) struct TransferAllocation {
    /// The line that gives
    #[arg(value_name = "FROM", value_parser = parse_line)]
    pub(crate) from: LineKey,
    /// The line that receives
    #[arg(value_name = "TO", value_parser = parse_line)]
    pub(crate) to: LineKey,
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// A stage whose balance can be carried forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageName {
    // Free money
    Unreserved,
    // Held for a project
    Reserved,
    // Owed under a contract
    Committed,
}

/// What a carried balance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RestName {
    // 结转: unfinished, for the same purpose
    CarryOver,
    // 结余: the goal was met
    Surplus,
}

/// Carry a balance from a year's line to a later one; stage, project and contract stay
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage committed --commitment HT-2001-07 --project CARD --amount 300000 --class carry-over"
)]
pub(crate) struct CarryBalance {
    /// The line of the year that ends
    #[arg(value_name = "FROM", value_parser = parse_line)]
    pub(crate) from: LineKey,
    /// The line of the later year, FUND:YEAR:ORIGIN; opened if it is not there
    #[arg(value_name = "TO", value_parser = parse_line)]
    pub(crate) to: LineKey,
    /// The stage whose balance it is
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: StageName,
    /// How much
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// What it is: carry-over (结转) or surplus (结余)
    #[arg(long = "class", value_name = "CLASS")]
    pub(crate) class: RestName,
    /// The project whose balance it is
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) project: Option<Code>,
    /// The contract whose balance it is
    #[arg(long, alias = "contract", value_name = "CONTRACT", value_parser = parse_code)]
    pub(crate) commitment: Option<Code>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Let unspent money of a line go back
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark allocation lapse PD-INFO:2002:2001 120000 --reason \"unspent for two years\""
)]
pub(crate) struct LapseBalance {
    /// The line
    #[arg(value_name = "LINE", value_parser = parse_line)]
    pub(crate) line: LineKey,
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Hold money of a line for a project, or free it again
#[derive(Debug, Subcommand)]
pub(crate) enum ReservationVerb {
    Make(ReserveMoney),
    /// Free money that is held for a project
    #[command(after_help = "Example:\n  earmark reservation release CARD --from PD-INFO:2002=20万")]
    Release(ReserveMoney),
}

/// Hold money of a line for a project
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark reservation make CARD --from PD-INFO:2002=100万")]
pub(crate) struct ReserveMoney {
    /// The project
    #[arg(value_name = "PROJECT", value_parser = parse_code)]
    pub(crate) project: Code,
    /// The line and how much
    #[arg(long, value_name = "LINE=AMOUNT")]
    pub(crate) from: LinePart,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
