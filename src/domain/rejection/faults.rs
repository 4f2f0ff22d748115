//! What a rejection names where there are few of them: each a closed list, so that none lacks words.
//!
//! Those with a `Display` are figures of `details`, whose text is stable.

use super::next::{NextStep, Verb};
use crate::domain::ids::{Code, LineKey, Text};
use std::fmt;

/// The limits of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// What a line has unreserved.
    Line,
    /// What is reserved for a project on a line.
    Reservation,
    /// What is left of a project's ceiling.
    Ceiling,
    /// What is left of a project's ceiling beside what is reserved for it.
    Reserved,
    /// What is left of a commitment on a line.
    Commitment,
    /// What is left of a payment after refunds.
    Payment,
    /// The authority of a line.
    Authority,
    /// The unpaid rest of a pledge.
    Pledge,
}

impl LimitKind {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Line => "line_exceeded",
            Self::Reservation => "reservation_exceeded",
            Self::Ceiling => "ceiling_exceeded",
            Self::Reserved => "reserved_above_ceiling",
            Self::Commitment => "commitment_exceeded",
            Self::Payment => "payment_exceeded",
            Self::Authority => "authority_exceeded",
            Self::Pledge => "pledge_exceeded",
        }
    }

    pub(super) fn next(self) -> Vec<NextStep> {
        use NextStep::{Correct, Do};
        match self {
            Self::Line => vec![Do(Verb::Supplement)],
            Self::Reservation => vec![Do(Verb::Reserve)],
            Self::Commitment => vec![Do(Verb::IncreaseCommitment)],
            Self::Pledge => vec![Do(Verb::Pledge)],
            Self::Reserved => vec![Do(Verb::Release)],
            Self::Ceiling | Self::Payment | Self::Authority => vec![Correct("amount")],
        }
    }
}

/// What is wrong with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// It has no characters.
    Empty,
    /// It has more characters than a code may have.
    TooLong,
    /// It has a character that separates codes.
    Separator,
    /// It looks like an option.
    Dash,
    /// It has an outer or a double space.
    Space,
    /// A purpose without a word between two slashes.
    Segment,
    /// A document's name that names a folder.
    Folder,
}

/// What a value of a field may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// From one number to another.
    Between(i64, i64),
    /// This number.
    Just(i64),
    /// The year of the allocation, which this is.
    YearOfAllocation(i64),
    /// As many entries as stand before this one.
    EntriesBefore(u64),
    /// At most as many.
    AtMostEntriesBefore(u64),
    /// A currency's code.
    Currency,
    /// The origin of a log.
    Origin,
    /// A unified social credit code (统一社会信用代码).
    CreditCode,
    /// Another district than itself.
    AnotherDistrict,
    /// Another line than the one that gives.
    AnotherLine,
    /// Another ledger than this one.
    AnotherLedger,
    /// One of the two.
    LineOrLedger,
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between(least, most) => write!(f, "{least} to {most}"),
            Self::Just(number) => write!(f, "{number}"),
            Self::YearOfAllocation(year) => write!(f, "{year}, the year of the allocation"),
            Self::EntriesBefore(size) => write!(f, "{size}, the entries before this one"),
            Self::AtMostEntriesBefore(size) => {
                write!(f, "at most {size}, the entries before this one")
            }
            Self::Currency => f.write_str("a code of ISO 4217"),
            Self::Origin => {
                f.write_str("a URL without scheme, spaces and +, like example.org/ledger")
            }
            Self::CreditCode => f.write_str("18 characters with their check character (GB 32100)"),
            Self::AnotherDistrict => f.write_str("another district"),
            Self::AnotherLine => f.write_str("another line"),
            Self::AnotherLedger => f.write_str("another ledger"),
            Self::LineOrLedger => f.write_str("a line or another ledger"),
        }
    }
}

/// What a field has instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This.
    This(String),
    /// Both, where one is wanted.
    Both,
    /// Neither.
    Neither,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::This(text) => text,
            Self::Both => "both",
            Self::Neither => "none",
        })
    }
}

/// What a command can have too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Entries.
    Entries,
    /// Bytes of one entry.
    BytesOfEntry,
    /// Bytes of all.
    Bytes,
}

/// Numbers without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// Of officers.
    Officers,
    /// Of vouchers of a fund and year.
    Vouchers,
}

/// What a later rule set brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// Approvals by amount.
    ApprovalBands,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOf {
    /// The log's.
    Log,
    /// An officer's.
    Officer(Text),
}

/// What is not dated before something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateRule {
    /// A commitment or payment, before its allocation.
    UseOfAllocation,
    /// An increase, before its commitment.
    Increase,
    /// A reduction, before its commitment.
    Reduction,
    /// A closing, before its commitment.
    Closing,
    /// A payment, before its commitment.
    Payment,
    /// A refund, before its payment.
    Refund,
    /// A reversal, before its entry.
    Reversal,
    /// The end of a project, before its beginning.
    Project,
    /// The end of a district, before its beginning.
    District,
}

/// Why a balance cannot be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarryRule {
    /// Fund, origin year and class are kept.
    SameLine,
    /// Into the next fiscal year.
    NextYear,
    /// Only money of these stages.
    Stages,
}

/// What holds money that is drawn on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are what the variant names")]
pub enum Holder {
    /// A line.
    Line(LineKey),
    /// A project.
    Project(Code),
    /// A project on a line.
    ProjectOn { project: Code, line: LineKey },
    /// A contract.
    Commitment(Code),
    /// A contract on a line.
    CommitmentOn { contract: Code, line: LineKey },
    /// A payment.
    Payment(u64),
    /// A payment on a line.
    PaymentOn { entry: u64, line: LineKey },
    /// A follow-on investment.
    FollowOn(Code),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Project(project) => write!(f, "project {project}"),
            Self::ProjectOn { project, line } => write!(f, "project {project} on line {line}"),
            Self::Commitment(contract) => write!(f, "commitment {contract}"),
            Self::CommitmentOn { contract, line } => {
                write!(f, "commitment {contract} on line {line}")
            }
            Self::Payment(entry) => write!(f, "payment @{entry}"),
            Self::PaymentOn { entry, line } => write!(f, "payment @{entry} on line {line}"),
            Self::FollowOn(code) => write!(f, "follow-on investment {code}"),
        }
    }
}

/// A name that nothing has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A code, a name, or `@` and an index.
    As(String),
    /// An officer's number.
    Number(u32),
    /// An officer's public key.
    Key(String),
}

impl<T: ToString> From<&T> for Named {
    fn from(name: &T) -> Self {
        Self::As(name.to_string())
    }
}
