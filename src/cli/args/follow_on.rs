//! Verbs of follow-on investment.

use super::typed::{AmountText, parse_code, parse_text};
use super::{List, WriteFlags};
use crate::domain::ids::{Code, Text};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Record investment that a project drew (社会资金跟进投资)
#[derive(Debug, Subcommand)]
pub(crate) enum FollowOnVerb {
    Pledge(PledgeFollowOn),
    PayIn(PayInFollowOn),
    Withdraw(WithdrawFollowOn),
    /// List the investments: who promised what to which project, paid in, withdrawn, still open
    #[command(
        after_help = "Filters: project:CODE, district:CODE; not: in front of one turns it round.\n\nExample:\n  earmark follow-on list\n  earmark follow-on list project:CARD --as-of 2002"
    )]
    List(List),
}

/// The kind of an investment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum FollowOnKindName {
    // Private capital
    Private,
    // An enterprise builds with its own capital (带资兴建)
    EnterpriseBuild,
    // The project owner's own funds
    OwnFunds,
    // Public money of another body
    OtherPublic,
    // Goods, land or work, valued by a document
    InKind,
}

/// Record a promise to invest
#[derive(Debug, Args)]
#[command(
    after_help = "Kinds: private; enterprise_build (带资兴建); own_funds (自筹); other_public (其他财政资金); in_kind (实物, with --valuation).\nPrivate money is private and enterprise_build; the others have columns of their own in `report leverage`.\n\nExample:\n  earmark follow-on pledge INV-1 --project CARD --investor 示例软件企业甲 --kind enterprise_build --amount 600万"
)]
pub(crate) struct PledgeFollowOn {
    /// Its code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// The project that drew it
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) project: Code,
    /// Who invests
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) investor: Text,
    /// Its kind
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: FollowOnKindName,
    /// How much
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// The valuation, by its SHA-256; required for in_kind
    #[arg(long, value_name = "FILE")]
    pub(crate) valuation: Option<PathBuf>,
    /// The agreement's number or title
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) agreement: Option<Text>,
    /// What shows that the public money drew it
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) causality: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Record that part of a pledge was paid in
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark follow-on pay-in INV-1 250万 --on 2002-09-12")]
pub(crate) struct PayInFollowOn {
    /// The investment
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// How much
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: AmountText,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Record that the unpaid rest of a pledge was withdrawn
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark follow-on withdraw INV-1 350万 --reason \"investor left\""
)]
pub(crate) struct WithdrawFollowOn {
    /// The investment
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// The unpaid rest, as a check [default: whatever it is]
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: Option<AmountText>,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
