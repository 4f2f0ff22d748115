//! How the domain says no: one enum in order of precedence, each with a stable code, the rule in
//! words, both figures and the next step.
//!
//! Where several rules refuse the same command, the first in this order is reported; among limits
//! the tightest one. Codes are never changed or used again for another rule.

use super::calendar::{Date, Year};
use super::ids::{Code, LineKey, Tag, Text};
use super::kinds::{ProjectStatus, Role};
use super::money::Money;
use std::fmt;

mod dependents;
mod hint;
mod text;

pub use dependents::{BuiltOn, Dependents, Ground};

/// The kinds of things that have a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An officer.
    Officer,
    /// A district.
    District,
    /// A programme.
    Programme,
    /// A fund.
    Fund,
    /// A line.
    Line,
    /// A project.
    Project,
    /// A payee.
    Payee,
    /// A commitment.
    Commitment,
    /// A follow-on investment.
    FollowOn,
    /// An entry.
    Entry,
}

impl Thing {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.texts().0
    }

    fn texts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Officer => {
                ("officer", "unknown_officer", "officer_exists", "earmark officer list")
            }
            Self::District => {
                ("district", "unknown_district", "district_exists", "earmark district register")
            }
            Self::Programme => {
                ("programme", "unknown_programme", "programme_exists", "earmark programme register")
            }
            Self::Fund => ("fund", "unknown_fund", "fund_exists", "earmark funds"),
            Self::Line => ("line", "unknown_line", "line_exists", "earmark balance --by line"),
            Self::Project => ("project", "unknown_project", "project_exists", "earmark projects"),
            Self::Payee => ("payee", "unknown_payee", "payee_exists", "earmark payees"),
            Self::Commitment => {
                ("commitment", "unknown_commitment", "commitment_exists", "earmark commitments")
            }
            Self::FollowOn => (
                "follow-on investment",
                "unknown_follow_on",
                "follow_on_exists",
                "earmark register type:follow-on",
            ),
            Self::Entry => ("entry", "unknown_entry", "entry_exists", "earmark register"),
        }
    }
}

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
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Line => (
                "line_exceeded",
                "a line cannot be drawn below zero",
                "draw less, or supplement the line (earmark allocation supplement)",
            ),
            Self::Reservation => (
                "reservation_exceeded",
                "a project draws only what is reserved for it on the line",
                "draw less, or reserve more (earmark reservation make)",
            ),
            Self::Ceiling => (
                "ceiling_exceeded",
                "commitments and direct payments of a project stay within its ceiling",
                "commit less; the ceiling is fixed at approval",
            ),
            Self::Reserved => (
                "reserved_above_ceiling",
                "what is reserved for a project stays, with what it has engaged, within its ceiling",
                "reserve less, or release what it does not need (earmark reservation release)",
            ),
            Self::Commitment => (
                "commitment_exceeded",
                "a payment or reduction stays within what is committed",
                "pay less, or increase the commitment (earmark commitment increase)",
            ),
            Self::Payment => (
                "payment_exceeded",
                "refunds of a payment stay within that payment",
                "refund at most what is left of it",
            ),
            Self::Authority => (
                "authority_exceeded",
                "a line's authority cannot be less than nothing",
                "reduce by at most the line's authority",
            ),
            Self::Pledge => (
                "pledge_exceeded",
                "payments of a pledge stay within what was pledged and not withdrawn",
                "record a pledge of its own for the rest (earmark follow-on pledge)",
            ),
        }
    }
}

/// A line that an amount could be drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleLine {
    /// The line.
    pub line: LineKey,
    /// The project it is for there.
    pub project: Option<Code>,
    /// What it offers.
    pub available: Money,
}

/// Why the domain said no. The fields are what `message` and `details` show, under the same names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the words of the message above each")]
pub enum Rejection {
    // Form.
    /// A text that must not be empty is.
    TextEmpty { field: &'static str },
    /// A text is too long.
    TextTooLong { field: &'static str, bytes: usize, max_bytes: usize },
    /// A text has a code point that is not allowed.
    TextNotAllowed { field: &'static str, code_point: char },
    /// A text is not in NFC.
    TextNotNormalised { field: &'static str },
    /// A code, purpose or origin has a character that cannot be told by looking.
    CharacterHidden { field: &'static str, code_point: char },
    /// A name begins or ends with what cannot be seen.
    TextPadded { field: &'static str, code_point: char },
    /// A code does not have the form of one.
    CodeNotAllowed { field: &'static str, code: Code, why: &'static str },
    /// A field has a value outside its range.
    OutOfRange { field: &'static str, found: String, allowed: String },
    /// An amount is negative outside history.
    NegativeAmount { amount: Money },
    /// A sum is beyond what can be counted.
    Overflow,
    /// The parts do not add up to the whole.
    SumDiffers { whole: Money, parts: Money },
    /// The same line and project stand in two splits.
    SplitTwice { line: LineKey, project: Option<Code> },
    /// A command that moves money names no line.
    NoSplits,
    /// A command would make no entry, too many, or too long ones.
    CommandTooLarge { what: &'static str, found: u64, max: u64 },
    // Ledger, officer, clock.
    /// The ledger is not open yet.
    LedgerNotOpen,
    /// The ledger is open already.
    LedgerOpen,
    /// The policy asks for rules that this program does not have.
    RuleSetUnknown { version: u32 },
    /// A policy asks for older rules than those in force.
    RuleSetOlder { present: u32, wanted: u32 },
    /// The officer's roles do not allow it.
    RoleRequired { officer: Text, roles: Vec<Role>, wanted: Role, event: &'static str },
    /// Roles are asked for, and nobody is administrator.
    NoAdministrator,
    /// The last administrator stays.
    LastAdministrator { officer: Text },
    /// A key already has a purpose.
    KeyInUse { purpose: String },
    /// A key was given up.
    KeyUsedBefore { purpose: String, until: u64 },
    /// The officer was revoked.
    OfficerRevoked { officer: Text, entry: u64 },
    /// An officer's number is not the next one.
    NumberNotNext { what: &'static str, expected: u64, found: u64 },
    /// The clock is behind the head.
    ClockBehind { now: i64, head: i64, day: Date },
    /// The clock is far ahead of the head.
    ClockAhead { now: i64, head: i64, day: Date },
    /// The day that was said is not the clock's.
    ClockDay { said: Date, day: Date },
    /// A command id was used for another command.
    CommandIdReused { field: String, first: u64 },
    /// A feature that a later rule set brings.
    NotInRuleSet { what: &'static str },
    // Names.
    /// A thing is not known.
    Unknown { thing: Thing, name: String, near: Vec<String> },
    /// A thing exists already.
    Exists { thing: Thing, name: String },
    /// Not a disbursement.
    NotADisbursement { entry: u64, found: &'static str },
    /// Such an entry cannot be reversed.
    NotReversible { entry: u64, kind: &'static str },
    /// An entry without confidential fields.
    NotConfidential { entry: u64, kind: &'static str },
    // Time.
    /// A date no public money has.
    DateAbsurd { date: Date },
    /// Something is dated after today.
    DateInFuture { date: Date, today: Date },
    /// History after the cut-over date.
    HistoryTooLate { date: Date, cut_over: Date },
    /// A date in a closed period.
    PeriodClosed { date: Date, closed_until: Date },
    /// Something is dated before what it depends on.
    DateOrder { what: &'static str, date: Date, earliest: Date },
    /// A line's year is over, or not yet there.
    LineYearOver { line: LineKey, date: Date, first: Date, last: Date },
    /// A district is not valid on the date.
    DistrictNotValid {
        district: Code,
        date: Date,
        from: Option<Date>,
        to: Option<Date>,
        successor: Option<Code>,
    },
    /// A district under one that is not above it.
    DistrictOrder { code: Code, parent: Code },
    // State.
    /// The district has ended already.
    DistrictEnded { district: Code, to: Date, successor: Option<Code> },
    /// The fund is closed.
    FundClosed { fund: Code },
    /// The fund still holds money.
    FundNotEmpty { fund: Code, account: String, balance: Money },
    /// The project's status does not allow it.
    ProjectStatus { project: Code, status: ProjectStatus, wanted: &'static str },
    /// The commitment is closed.
    CommitmentClosed { commitment: Code },
    /// The follow-on investment has ended.
    FollowOnEnded { follow_on: Code },
    /// Not a line and project of the contract or payment.
    NotAShare { of: String, line: LineKey, project: Option<Code> },
    /// A carry-forward between lines that do not follow each other.
    CarryMismatch { from: LineKey, to: LineKey, why: &'static str },
    /// It has been reversed already.
    AlreadyReversed { entry: u64, by: u64 },
    /// Its confidential fields have been erased already.
    AlreadyErased { entry: u64, by: u64 },
    /// Another entry holds the same commitment to confidential fields.
    ConfidentialReused { entry: u64 },
    // Purpose and choice.
    /// A project is required by the policy.
    ProjectRequired,
    /// A payee is required for a live payment.
    PayeeRequired,
    /// A purpose is required.
    PurposeRequired,
    /// 专款专用: the purpose is not the fund's.
    PurposeOutside { purpose: Tag, fund: Code, purposes: Vec<Tag> },
    /// Money of a fund for another purpose.
    TransferPurpose { from: Code, to: Code },
    /// A valuation document is required.
    ValuationRequired,
    /// No line is possible.
    NoLine { fund: Option<Code>, project: Option<Code>, year: Option<Year> },
    /// Several lines are possible.
    LineAmbiguous { lines: Vec<PossibleLine> },
    /// The e-voucher is booked already.
    VoucherBooked { hash: String, entry: u64 },
    // Limits.
    /// More than the officer may move.
    OfficerLimit { officer: Text, asked: Money, limit: Money },
    /// A withdrawal that is not the whole unpaid rest.
    RestDiffers { follow_on: Code, rest: Money, asked: Money },
    /// A limit of money.
    Limit { limit: LimitKind, name: String, asked: Money, available: Money },
    // Later entries.
    /// Later entries build on it.
    HasDependents { entry: u64, ground: Box<Ground>, short: Option<Money>, later: Dependents },
}

impl Rejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TextEmpty { .. } => "text_empty",
            Self::TextTooLong { .. } => "text_too_long",
            Self::TextNotAllowed { .. } => "text_not_allowed",
            Self::TextNotNormalised { .. } => "text_not_normalised",
            Self::CharacterHidden { .. } => "character_hidden",
            Self::TextPadded { .. } => "text_padded",
            Self::CodeNotAllowed { .. } => "code_not_allowed",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NegativeAmount { .. } => "negative_amount",
            Self::Overflow => "overflow",
            Self::SumDiffers { .. } => "sum_differs",
            Self::SplitTwice { .. } => "split_twice",
            Self::NoSplits => "no_splits",
            Self::CommandTooLarge { .. } => "command_too_large",
            Self::LedgerNotOpen => "ledger_not_open",
            Self::LedgerOpen => "ledger_open",
            Self::RuleSetUnknown { .. } => "rule_set_unknown",
            Self::RuleSetOlder { .. } => "rule_set_older",
            Self::RoleRequired { .. } => "role_required",
            Self::NoAdministrator => "no_administrator",
            Self::LastAdministrator { .. } => "last_administrator",
            Self::KeyInUse { .. } => "key_in_use",
            Self::KeyUsedBefore { .. } => "key_used_before",
            Self::OfficerRevoked { .. } => "officer_revoked",
            Self::NumberNotNext { .. } => "number_not_next",
            Self::ClockBehind { .. } => "clock_behind",
            Self::ClockAhead { .. } => "clock_ahead",
            Self::ClockDay { .. } => "clock_day",
            Self::CommandIdReused { .. } => "command_id_reused",
            Self::NotInRuleSet { .. } => "not_in_rule_set",
            Self::Unknown { thing, .. } => thing.texts().1,
            Self::Exists { thing, .. } => thing.texts().2,
            Self::DateAbsurd { .. } => "date_absurd",
            Self::DateInFuture { .. } => "date_in_future",
            Self::HistoryTooLate { .. } => "history_too_late",
            Self::PeriodClosed { .. } => "period_closed",
            Self::DateOrder { .. } => "date_order",
            Self::LineYearOver { .. } => "line_year_over",
            Self::DistrictNotValid { .. } => "district_not_valid",
            Self::DistrictOrder { .. } => "district_order",
            Self::DistrictEnded { .. } => "district_ended",
            Self::FundClosed { .. } => "fund_closed",
            Self::FundNotEmpty { .. } => "fund_not_empty",
            Self::ProjectStatus { .. } => "project_status",
            Self::CommitmentClosed { .. } => "commitment_closed",
            Self::FollowOnEnded { .. } => "follow_on_ended",
            Self::NotAShare { .. } => "not_a_share",
            Self::NotADisbursement { .. } => "not_a_disbursement",
            Self::CarryMismatch { .. } => "carry_mismatch",
            Self::ProjectRequired => "project_required",
            Self::PayeeRequired => "payee_required",
            Self::PurposeRequired => "purpose_required",
            Self::PurposeOutside { .. } => "purpose_outside",
            Self::TransferPurpose { .. } => "transfer_purpose",
            Self::ValuationRequired => "valuation_required",
            Self::NoLine { .. } => "no_line",
            Self::LineAmbiguous { .. } => "line_ambiguous",
            Self::OfficerLimit { .. } => "officer_limit",
            Self::RestDiffers { .. } => "rest_differs",
            Self::Limit { limit, .. } => limit.texts().0,
            Self::NotReversible { .. } => "not_reversible",
            Self::AlreadyReversed { .. } => "already_reversed",
            Self::NotConfidential { .. } => "not_confidential",
            Self::AlreadyErased { .. } => "already_erased",
            Self::ConfidentialReused { .. } => "confidential_reused",
            Self::HasDependents { .. } => "has_dependents",
            Self::VoucherBooked { .. } => "voucher_booked",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for Rejection {}
