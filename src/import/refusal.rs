//! A rejection of the domain as a row's problem: which column it is about, and both figures.

use super::fields::Field;
use super::plan::Plan;
use super::problem::Problem;
use crate::domain::rejection::{Rejection, Thing};

/// What the rule allows, among the figures of a rejection.
const ALLOWED: [&str; 10] = [
    "available",
    "allowed",
    "expected",
    "today",
    "cut_over",
    "earliest",
    "line",
    "head",
    "first",
    "by",
];
/// What the row has, among the figures of a rejection.
const FOUND: [&str; 6] = ["asked", "found", "date", "now", "field", "entry"];

/// The problem of a row, one of whose events (of `[[event]]` number `rule`) a rule refused.
pub(super) fn problem(rejection: &Rejection, plan: &Plan, rule: usize) -> Problem {
    let details = rejection.details();
    let figure = |names: &[&str]| {
        let found = details.iter().find(|(name, _)| names.contains(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut column = "";
    for field in fields(rejection) {
        if column.is_empty() {
            column = plan.column(rule, *field);
        }
    }
    Problem {
        column: column.to_owned(),
        code: rejection.code(),
        rule: rejection.message(),
        allowed: figure(&ALLOWED),
        found: figure(&FOUND),
    }
}

/// The fields that a rejection is about, the likeliest first.
fn fields(rejection: &Rejection) -> &'static [Field] {
    use Field as F;
    match rejection {
        Rejection::TextEmpty { field }
        | Rejection::TextTooLong { field, .. }
        | Rejection::TextNotAllowed { field, .. }
        | Rejection::TextNotNormalised { field }
        | Rejection::CodeNotAllowed { field, .. }
        | Rejection::OutOfRange { field, .. } => of_form(field),
        Rejection::Unknown { thing, .. } | Rejection::Exists { thing, .. } => of_thing(*thing),
        Rejection::NegativeAmount { .. }
        | Rejection::Overflow
        | Rejection::SumDiffers { .. }
        | Rejection::Limit { .. } => &[F::Amount, F::Ceiling],
        Rejection::DateAbsurd { .. }
        | Rejection::DateInFuture { .. }
        | Rejection::HistoryTooLate { .. }
        | Rejection::PeriodClosed { .. }
        | Rejection::DateOrder { .. } => &[F::OccurredOn],
        Rejection::LineYearOver { .. } => &[F::OccurredOn, F::Year],
        Rejection::DistrictNotValid { .. } => &[F::District],
        Rejection::DistrictOrder { .. } => &[F::Parent, F::Level],
        Rejection::FundClosed { .. }
        | Rejection::FundNotEmpty { .. }
        | Rejection::TransferPurpose { .. }
        | Rejection::CarryMismatch { .. } => &[F::Fund],
        Rejection::ProjectStatus { .. } | Rejection::ProjectRequired => &[F::Project, F::Code],
        Rejection::CommitmentClosed { .. } | Rejection::NotAShare { .. } => {
            &[F::Contract, F::Commitment]
        }
        Rejection::FollowOnEnded { .. } => &[F::Code],
        Rejection::PayeeRequired => &[F::Payee],
        Rejection::PurposeRequired | Rejection::PurposeOutside { .. } => &[F::Purpose, F::Project],
        Rejection::ValuationRequired => &[F::Kind],
        Rejection::NoSplits
        | Rejection::SplitTwice { .. }
        | Rejection::NoLine { .. }
        | Rejection::LineAmbiguous { .. } => &[F::Year, F::Fund, F::Project],
        Rejection::CommandTooLarge { .. }
        | Rejection::LedgerNotOpen
        | Rejection::LedgerOpen
        | Rejection::RuleSetUnknown { .. }
        | Rejection::KeyInUse { .. }
        | Rejection::NumberNotNext { .. }
        | Rejection::ClockBehind { .. }
        | Rejection::ClockAhead { .. }
        | Rejection::CommandIdReused { .. }
        | Rejection::NotInRuleSet { .. }
        | Rejection::NotADisbursement { .. }
        | Rejection::NotReversible { .. }
        | Rejection::AlreadyReversed { .. }
        | Rejection::HasDependents { .. }
        | Rejection::VoucherBooked { .. } => &[],
    }
}

fn of_thing(thing: Thing) -> &'static [Field] {
    match thing {
        Thing::District => &[Field::District, Field::Parent, Field::Code],
        Thing::Programme => &[Field::Programme, Field::Code],
        Thing::Fund => &[Field::Fund, Field::Code],
        Thing::Line => &[Field::Year, Field::Fund],
        Thing::Project => &[Field::Project, Field::Code],
        Thing::Payee => &[Field::Payee, Field::Code],
        Thing::Commitment => &[Field::Contract, Field::Commitment],
        Thing::FollowOn => &[Field::Code],
        Thing::Officer | Thing::Entry => &[],
    }
}

/// The fields that the name of a form rule may mean.
fn of_form(field: &str) -> &'static [Field] {
    match field {
        "fund" => &[Field::Fund, Field::Code],
        "year" => &[Field::Year, Field::OccurredOn],
        "origin year" => &[Field::Origin, Field::Year],
        "class" => &[Field::Class],
        "project" | "follow-on investment" | "district" | "programme" | "payee" => &[Field::Code],
        "commitment" => &[Field::Contract],
        "name" => &[Field::Name],
        "name_zh" => &[Field::NameZh],
        "title" => &[Field::Title],
        "title_zh" => &[Field::TitleZh],
        "reason" => &[Field::Reason],
        "purpose" | "purposes" => &[Field::Purpose, Field::Purposes],
        "source number" => &[Field::SourceNo],
        "investor" => &[Field::Investor],
        "agreement" => &[Field::Agreement],
        "causality" => &[Field::Causality],
        "division" => &[Field::Division],
        "reference" => &[Field::Reference],
        "manager" => &[Field::Manager],
        "credit_code" => &[Field::CreditCode],
        "document_no" | "document number" => &[Field::DocumentNo],
        _ => &[],
    }
}
