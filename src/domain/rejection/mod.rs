//! How the domain says no: one table in order of precedence, a row a refusal, with its stable code, its
//! figures by name and the next steps. The sentences are written in [`words`](crate::words).
//!
//! Where several rules refuse the same command, the first in this order is reported; among limits
//! the tightest one. Codes are never changed or used again for another rule.

use super::calendar::{Date, Year, instant_text};
use super::event::RULE_SET;
use super::ids::{Code, LineKey, Tag, Text};
use super::kinds::{ProjectStatus, Role};
use super::money::Money;
use super::posting::Leaf;
use std::fmt;

mod dependents;
mod faults;
mod next;

pub use dependents::{BuiltOn, Dependents, Ground};
pub use faults::{
    Allowed, CarryRule, CodeFault, DateRule, Found, Holder, KeyOf, Later, LimitKind, Named,
    Numbered, Size,
};
pub use next::{Input, List, NextStep, Setting, Verb};

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
    /// The word for it, as forms and figures have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.texts().0
    }

    /// The word, the code where it is not known, and the code where it exists already.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Officer => ("officer", "unknown_officer", "officer_exists"),
            Self::District => ("district", "unknown_district", "district_exists"),
            Self::Programme => ("programme", "unknown_programme", "programme_exists"),
            Self::Fund => ("fund", "unknown_fund", "fund_exists"),
            Self::Line => ("line", "unknown_line", "line_exists"),
            Self::Project => ("project", "unknown_project", "project_exists"),
            Self::Payee => ("payee", "unknown_payee", "payee_exists"),
            Self::Commitment => ("commitment", "unknown_commitment", "commitment_exists"),
            Self::FollowOn => ("follow-on investment", "unknown_follow_on", "follow_on_exists"),
            Self::Entry => ("entry", "unknown_entry", "entry_exists"),
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

/// Figures by name, in the order of `details`.
type Figures = Vec<(&'static str, String)>;

macro_rules! figures {
    ($($name:literal: $figure:expr),*) => { vec![$(($name, $figure.to_string())),*] };
}

/// Makes the enum of its rows: what each variant holds; its code; its figures; its next steps. The last
/// three may use the fields by their names.
macro_rules! refusals {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($field:ident: $type:ty),+ $(,)? })?
            = $code:expr, $figures:expr, $next:expr;
    )+) => {
        /// Why the domain said no, in order of precedence.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the fields are the words of the line above each")]
        pub enum Rejection { $($(#[$doc])* $name $({ $($field: $type),+ })?),+ }

        #[expect(unused_variables, reason = "no row uses all of its fields three times")]
        impl Rejection {
            /// The names of all variants, in order.
            pub const VARIANTS: &[&str] = &[$(stringify!($name)),+];

            /// The stable code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name $({ $($field),+ })? => $code),+ }
            }

            /// The figures, by name.
            #[must_use]
            pub fn details(&self) -> Figures {
                match self { $(Self::$name $({ $($field),+ })? => $figures),+ }
            }

            /// What can be done next, the likeliest first. None where nothing has to be.
            #[must_use]
            pub fn next(&self) -> Vec<NextStep> {
                use NextStep::{
                    AcceptClock, Adopt, Again, Ask, Correct, Do, LeaveOut, Look, Say, Show, Upgrade,
                };
                match self { $(Self::$name $({ $($field),+ })? => $next.into()),+ }
            }
        }
    };
}

refusals! {
    // Form.
    /// A text that must not be empty is.
    TextEmpty { field: &'static str }
        = "text_empty", figures!(), [Correct(field)];
    /// A text is too long.
    TextTooLong { field: &'static str, bytes: usize, max_bytes: usize }
        = "text_too_long", figures!("found": bytes, "allowed": max_bytes), [Correct(field)];
    /// A text has a code point that is not allowed.
    TextNotAllowed { field: &'static str, code_point: char }
        = "text_not_allowed", figures!(), [Correct(field)];
    /// A text is not in NFC.
    TextNotNormalised { field: &'static str }
        = "text_not_normalised", figures!(), [Correct(field)];
    /// A code, purpose or origin has a character that cannot be told by looking.
    CharacterHidden { field: &'static str, code_point: char }
        = "character_hidden", figures!(), [Correct(field)];
    /// A name begins or ends with what cannot be seen.
    TextPadded { field: &'static str, code_point: char }
        = "text_padded", figures!(), [Correct(field)];
    /// A code does not have the form of one.
    CodeNotAllowed { field: &'static str, code: Code, why: CodeFault }
        = "code_not_allowed", figures!(), [Correct(field)];
    /// A field has a value outside its range.
    OutOfRange { field: &'static str, found: Found, allowed: Allowed }
        = "out_of_range", figures!("found": found, "allowed": allowed), [Correct(field)];
    /// An amount is negative outside history.
    NegativeAmount { amount: Money }
        = "negative_amount", figures!("found": plain(amount)), [Correct("amount")];
    /// A sum is beyond what can be counted.
    Overflow
        = "overflow", figures!(), [Correct("amount")];
    /// The parts do not add up to the whole.
    SumDiffers { whole: Money, parts: Money }
        = "sum_differs", figures!("expected": plain(whole), "found": plain(parts)),
        [Correct("amount")];
    /// The same line and project stand in two splits.
    SplitTwice { line: LineKey, project: Option<Code> }
        = "split_twice", figures!(), [Say(Input::Lines)];
    /// A command that moves money names no line.
    NoSplits
        = "no_splits", figures!(), [Say(Input::Lines)];
    /// A command would make no entry, too many, or too long ones.
    CommandTooLarge { what: Size, found: u64, max: u64 }
        = "command_too_large", figures!("found": found, "allowed": max), [];

    // Ledger, officer, clock.
    /// The ledger is not open yet.
    LedgerNotOpen
        = "ledger_not_open", figures!(), [Do(Verb::OpenLedger)];
    /// The ledger is open already.
    LedgerOpen
        = "ledger_open", figures!(), [];
    /// The policy asks for rules that this program does not have.
    RuleSetUnknown { version: u32 }
        = "rule_set_unknown",
        figures!("found": version, "allowed": Allowed::Between(1, RULE_SET.into())), [Upgrade];
    /// A policy asks for older rules than those in force.
    RuleSetOlder { present: u32, wanted: u32 }
        = "rule_set_older", figures!("present": present, "wanted": wanted),
        [Correct("rule_set_version")];
    /// The officer's roles do not allow it.
    RoleRequired { officer: Text, roles: Vec<Role>, wanted: Role, event: &'static str }
        = "role_required",
        figures!("found": texts(roles), "wanted": wanted, "officer": officer),
        [Ask(*wanted), Say(Input::Officer), Look(List::Of(Thing::Officer))];
    /// Roles are asked for, and nobody is administrator.
    NoAdministrator
        = "no_administrator", figures!(), [Do(Verb::ChangeRoles)];
    /// The last administrator stays.
    LastAdministrator { officer: Text }
        = "last_administrator", figures!("officer": officer), [Do(Verb::ChangeRoles)];
    /// A key already has a purpose.
    KeyInUse { purpose: KeyOf }
        = "key_in_use", figures!(), [Do(Verb::MakeKey)];
    /// A key was given up.
    KeyUsedBefore { purpose: KeyOf, until: u64 }
        = "key_used_before", figures!("until": at(until)), [Do(Verb::MakeKey)];
    /// The officer was revoked.
    OfficerRevoked { officer: Text, entry: u64 }
        = "officer_revoked", figures!("entry": at(entry)), [Do(Verb::EnrolOfficer)];
    /// An officer's number is not the next one.
    NumberNotNext { what: Numbered, expected: u64, found: u64 }
        = "number_not_next", figures!("expected": expected, "found": found), [LeaveOut];
    /// The clock is behind the head.
    ClockBehind { now: i64, head: i64, day: Date }
        = "clock_behind", clock(*now, *head, *day), [Again, AcceptClock(*day)];
    /// The clock is far ahead of the head.
    ClockAhead { now: i64, head: i64, day: Date }
        = "clock_ahead", clock(*now, *head, *day), [AcceptClock(*day), Again];
    /// The day that was said is not the clock's.
    ClockDay { said: Date, day: Date }
        = "clock_day", figures!("found": said, "day": day), [Say(Input::Clock)];
    /// A command id was used for another command.
    CommandIdReused { field: String, first: u64 }
        = "command_id_reused", figures!("field": field, "first": at(first)),
        [Say(Input::CommandId)];
    /// No open breach of that rule begins there.
    BreachUnknown { first: u64, rule: Text }
        = "breach_unknown", figures!("first": at(first), "rule": rule), [];
    /// It was acknowledged before.
    BreachClosed { first: u64, by: u64 }
        = "breach_closed", figures!("first": at(first), "by": at(by)),
        [Show(Thing::Entry, at(by))];
    /// Who acknowledges it was no administrator before it.
    BreachLater { first: u64, officer: Text }
        = "breach_later", figures!("first": at(first), "officer": officer),
        [Say(Input::Officer), Look(List::Of(Thing::Officer))];
    /// Who acknowledges it signed it, and another administrator is there.
    BreachOwn { first: u64, officer: Text }
        = "breach_own", figures!("first": at(first), "officer": officer),
        [Say(Input::Officer), Look(List::Of(Thing::Officer))];
    /// An acknowledgement comes with something else.
    BreachAlone
        = "breach_alone", figures!(), [];
    /// A feature that a later rule set brings.
    NotInRuleSet { what: Later }
        = "not_in_rule_set", figures!(), [LeaveOut];

    // Names.
    /// A thing is not known.
    Unknown { thing: Thing, name: Named, near: Vec<String> }
        = thing.texts().1, figures!(), [Look(List::Of(*thing))];
    /// A thing exists already.
    Exists { thing: Thing, name: String }
        = thing.texts().2, figures!(), exists(*thing);
    /// Not a disbursement.
    NotADisbursement { entry: u64, found: &'static str }
        = "not_a_disbursement", figures!(), [Look(List::Payments)];
    /// Such an entry cannot be reversed.
    NotReversible { entry: u64, kind: &'static str }
        = "not_reversible", figures!(), [];
    /// An entry of a breach that moved nothing.
    EntryVoid { entry: u64 }
        = "entry_void", figures!("entry": at(entry)), [Show(Thing::Entry, at(entry))];
    /// An entry without confidential fields.
    NotConfidential { entry: u64, kind: &'static str }
        = "not_confidential", figures!(), [Look(List::Card)];

    // Time.
    /// A date no public money has.
    DateAbsurd { date: Date }
        = "date_absurd",
        figures!("date": date, "earliest": Date::EARLIEST, "latest": Date::LATEST),
        [Say(Input::OccurredOn)];
    /// Something is dated after today.
    DateInFuture { date: Date, today: Date }
        = "date_in_future", figures!("date": date, "today": today), [Say(Input::OccurredOn)];
    /// History after the cut-over date.
    HistoryTooLate { date: Date, cut_over: Date }
        = "history_too_late", figures!("date": date, "cut_over": cut_over),
        [Say(Input::Historical), Adopt(Setting::HistoryBefore)];
    /// A date in a closed period.
    PeriodClosed { date: Date, closed_until: Date }
        = "period_closed", figures!("date": date, "closed_until": closed_until),
        [Say(Input::OccurredOn)];
    /// Something is dated before what it depends on.
    DateOrder { what: DateRule, date: Date, earliest: Date }
        = "date_order", figures!("date": date, "earliest": earliest), [Say(Input::OccurredOn)];
    /// A line's year is over, or not yet there.
    LineYearOver { line: LineKey, date: Date, first: Date, last: Date }
        = "line_year_over",
        figures!("date": date, "line": line, "first": first, "last": last),
        [Do(Verb::CarryForward), Say(Input::Lines)];
    /// A district is not valid on the date.
    DistrictNotValid {
        district: Code,
        date: Date,
        from: Option<Date>,
        to: Option<Date>,
        successor: Option<Code>,
    }
        = "district_not_valid", validity(*date, *from, *to), [Correct("district")];
    /// A district under one that is not above it.
    DistrictOrder { code: Code, parent: Code }
        = "district_order", figures!(), [Correct("parent")];

    // State.
    /// The district has ended already.
    DistrictEnded { district: Code, to: Date, successor: Option<Code> }
        = "district_ended", figures!("valid_to": to), [];
    /// The fund is closed.
    FundClosed { fund: Code }
        = "fund_closed", figures!(), [Look(List::Of(Thing::Fund))];
    /// The fund still holds money.
    FundNotEmpty { fund: Code, account: Box<Leaf>, balance: Money }
        = "fund_not_empty", figures!("balance": plain(balance), "account": account),
        [Look(List::Of(Thing::Line))];
    /// The project's status does not allow it.
    ProjectStatus { project: Code, status: ProjectStatus, wanted: &'static [ProjectStatus] }
        = "project_status", figures!("status": status, "wanted": one_of(wanted)),
        [Look(List::Of(Thing::Project))];
    /// The commitment is closed.
    CommitmentClosed { commitment: Code }
        = "commitment_closed", figures!(), [Do(Verb::Reverse)];
    /// The follow-on investment has ended.
    FollowOnEnded { follow_on: Code }
        = "follow_on_ended", figures!(), [Do(Verb::Pledge)];
    /// Not a line and project of the contract or payment.
    NotAShare { of: Box<Holder>, line: LineKey, project: Option<Code> }
        = "not_a_share", figures!(), [Look(List::Card)];
    /// A carry-forward between lines that do not follow each other.
    CarryMismatch { from: LineKey, to: LineKey, why: CarryRule }
        = "carry_mismatch", figures!(), [Correct("to")];
    /// It has been reversed already.
    AlreadyReversed { entry: u64, by: u64 }
        = "already_reversed", figures!("entry": at(entry), "by": at(by)), [];
    /// Its confidential fields have been erased already.
    AlreadyErased { entry: u64, by: u64 }
        = "already_erased", figures!("entry": at(entry), "by": at(by)), [];
    /// Another entry holds the same commitment to confidential fields.
    ConfidentialReused { entry: u64 }
        = "confidential_reused", figures!(), [Again];

    // Purpose and choice.
    /// A project is required by the policy.
    ProjectRequired
        = "project_required", figures!(),
        [Say(Input::Project), Adopt(Setting::NoProjectRequired)];
    /// A payee is required for a live payment.
    PayeeRequired
        = "payee_required", figures!(), [Say(Input::Payee)];
    /// A purpose is required.
    PurposeRequired
        = "purpose_required", figures!(), [Say(Input::Purpose)];
    /// 专款专用: the purpose is not the fund's.
    PurposeOutside { purpose: Tag, fund: Code, purposes: Vec<Tag> }
        = "purpose_outside", figures!(), [Look(List::Of(Thing::Fund))];
    /// Money of a fund for another purpose.
    TransferPurpose { from: Code, to: Code }
        = "transfer_purpose", figures!(), [Adopt(Setting::TransferBetweenPurposes)];
    /// A valuation document is required.
    ValuationRequired
        = "valuation_required", figures!(), [Say(Input::Valuation)];
    /// No line is possible.
    NoLine { fund: Option<Code>, project: Option<Code>, year: Option<Year> }
        = "no_line", figures!(), [Say(Input::Lines)];
    /// Several lines are possible.
    LineAmbiguous { lines: Vec<PossibleLine> }
        = "line_ambiguous", possible(lines), [Say(Input::Lines), Say(Input::Project)];
    /// The e-voucher is booked already.
    VoucherBooked { hash: String, entry: u64 }
        = "voucher_booked", figures!("hash": hash, "entry": at(entry)),
        [Show(Thing::Entry, at(entry))];

    // Limits.
    /// More than the officer may move.
    OfficerLimit { officer: Text, asked: Money, limit: Money }
        = "officer_limit",
        figures!("asked": plain(asked), "limit": plain(limit), "officer": officer),
        [Say(Input::Officer), Look(List::Of(Thing::Officer))];
    /// A withdrawal that is not the whole unpaid rest.
    RestDiffers { follow_on: Code, rest: Money, asked: Money }
        = "rest_differs", figures!("asked": plain(asked), "available": plain(rest)),
        [Correct("amount")];
    /// A limit of money.
    Limit { limit: LimitKind, name: Box<Holder>, asked: Money, available: Money }
        = limit.code(),
        figures!("asked": plain(asked), "available": plain(available), "limit": name),
        limit.next();

    // Later entries.
    /// Later entries build on it.
    HasDependents { entry: u64, ground: Box<Ground>, short: Option<Money>, later: Dependents }
        = "has_dependents", dependents(*entry, ground, short.as_ref(), later), later.next(*entry);
}

fn plain(money: &Money) -> String {
    money.currency.plain(money.amount)
}

fn at(entry: &u64) -> String {
    format!("@{entry}")
}

fn texts(roles: &[Role]) -> String {
    roles.iter().map(|role| role.text()).collect::<Vec<_>>().join(", ")
}

fn one_of(wanted: &[ProjectStatus]) -> String {
    wanted.iter().map(|status| status.text()).collect::<Vec<_>>().join(" or ")
}

fn clock(now: i64, head: i64, day: Date) -> Figures {
    figures!("now": instant_text(now), "head": instant_text(head), "day": day)
}

fn exists(thing: Thing) -> Vec<NextStep> {
    let is_line = thing == Thing::Line;
    vec![if is_line { NextStep::Do(Verb::Adjust) } else { NextStep::Correct("code") }]
}

fn validity(date: Date, from: Option<Date>, to: Option<Date>) -> Figures {
    let mut out = figures!("date": date);
    out.extend(from.map(|from| ("valid_from", from.to_string())));
    out.extend(to.map(|to| ("valid_to", to.to_string())));
    out
}

fn possible(lines: &[PossibleLine]) -> Figures {
    let each =
        |part: &PossibleLine| figures!("line": part.line, "available": plain(&part.available));
    lines.iter().flat_map(each).collect()
}

fn dependents(entry: u64, ground: &Ground, short: Option<&Money>, later: &Dependents) -> Figures {
    let mut out = figures!("entry": at(&entry), "account": ground);
    out.extend(short.map(|short| ("balance", plain(short))));
    out.extend(later.details());
    out
}

/// The code with the figures; in words for people it is said by [`words`](crate::words).
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        self.details().iter().try_for_each(|(name, figure)| write!(f, " {name}={figure:?}"))
    }
}

impl std::error::Error for Rejection {}
