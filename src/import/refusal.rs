//! A rejection of the domain as a row's problem: which column it is about, and both figures.

use super::changed::Change;
use super::fields::Field;
use super::fields::Field as F;
use super::plan::Plan;
use super::plan::Value;
use super::problem::{Problem, quoted};
use crate::domain::ids::LineKey;
use crate::domain::rejection::{Rejection, Thing};
use crate::words::refusal::refusal;
use crate::words::{Lang, Surface};

/// What the rule allows, among the figures of a rejection.
const ALLOWED: [&str; 12] = [
    "available",
    "allowed",
    "expected",
    "today",
    "cut_over",
    "earliest",
    "closed_until",
    "wanted",
    "line",
    "head",
    "first",
    "by",
];
/// What the row has, among the figures of a rejection.
const FOUND: [&str; 7] = ["asked", "found", "date", "status", "now", "field", "entry"];

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
    let mut said = refusal(rejection, Lang::En, Surface::CommandLine).rule;
    if plan.is_payment(rule) {
        said.push_str(by_mapping(rejection));
    }
    Problem {
        column: column.to_owned(),
        code: rejection.code(),
        rule: said,
        allowed: figure(&ALLOWED),
        found: figure(&FOUND),
    }
}

/// What the mapping can say of a payment that is refused so.
#[expect(clippy::wildcard_enum_match_arm, reason = "the mapping has no word for the others")]
fn by_mapping(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NegativeAmount { .. } => {
            "; `negative = \"refund\"` with `refunds` in the mapping books it as a refund of the payment that a column names"
        }
        Rejection::LineAmbiguous { .. } => {
            "; `split = \"shares\"` in the mapping pays a contract of several lines by what is owed on each"
        }
        _ => "",
    }
}

/// The problem of a row that says something else than what was booked under its key.
pub(super) fn changed(change: &Change, entry: u64, plan: &Plan) -> Problem {
    let field = change.field.text();
    let rule = format!(
        "the row is booked as @{entry}, with another `{field}`; reverse that entry and import the row again, or book a correction"
    );
    let shown = |value: &Option<Value>| {
        value.as_ref().map_or_else(|| "nothing".to_owned(), |v| plan.shown(v))
    };
    Problem::new("row_changed", rule, shown(&change.then), shown(&change.now))
        .in_column(plan.column(change.rule, change.field))
}

/// The problem of a row of targets whose line a row before it set.
pub(super) fn line_twice(line: &LineKey) -> Problem {
    let rule = "a list says once what a line should have: of two rows the last would hold, unseen";
    Problem::new("target_twice", rule, "one row for the line", quoted(&line.to_string()))
}

/// The problem of a row that is booked already, as a row of another list.
pub(super) fn elsewhere(then: &str, now: &str, entry: u64) -> Problem {
    let rule = format!(
        "the same row is booked as @{entry}, under another source; --again books rows of this list anew"
    );
    Problem::new(
        "row_of_another_source",
        rule,
        format!("source {}", quoted(then)),
        format!("source {}", quoted(now)),
    )
}

/// The fields that a rejection is about, the likeliest first.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are of no field of a row")]
fn fields(rejection: &Rejection) -> &'static [Field] {
    match rejection {
        Rejection::TextEmpty { field }
        | Rejection::TextTooLong { field, .. }
        | Rejection::TextNotAllowed { field, .. }
        | Rejection::TextNotNormalised { field }
        | Rejection::TextPadded { field, .. }
        | Rejection::CharacterHidden { field, .. }
        | Rejection::CodeNotAllowed { field, .. }
        | Rejection::OutOfRange { field, .. } => of_form(field),
        Rejection::Unknown { thing, .. } | Rejection::Exists { thing, .. } => of_thing(*thing),
        Rejection::NegativeAmount { .. }
        | Rejection::Overflow
        | Rejection::SumDiffers { .. }
        | Rejection::OfficerLimit { .. }
        | Rejection::RestDiffers { .. }
        | Rejection::Limit { .. } => &[F::Amount, F::Ceiling],
        Rejection::DateAbsurd { .. }
        | Rejection::DateInFuture { .. }
        | Rejection::HistoryTooLate { .. }
        | Rejection::PeriodClosed { .. }
        | Rejection::DateOrder { .. } => &[F::OccurredOn],
        Rejection::LineYearOver { .. } => &[F::OccurredOn, F::Year],
        Rejection::DistrictNotValid { .. }
        | Rejection::DistrictEnded { .. }
        | Rejection::DistrictOrder { .. } => &[F::District, F::Parent, F::Level],
        Rejection::FundClosed { .. }
        | Rejection::FundNotEmpty { .. }
        | Rejection::TransferPurpose { .. }
        | Rejection::CarryMismatch { .. } => &[F::Fund],
        Rejection::ProjectStatus { .. }
        | Rejection::ProjectRequired
        | Rejection::FollowOnEnded { .. } => &[F::Project, F::Code],
        Rejection::CommitmentClosed { .. } | Rejection::NotAShare { .. } => {
            &[F::Contract, F::Commitment]
        }
        Rejection::PayeeRequired => &[F::Payee],
        Rejection::PurposeRequired | Rejection::PurposeOutside { .. } => &[F::Purpose, F::Project],
        Rejection::ValuationRequired => &[F::Kind],
        Rejection::NoSplits
        | Rejection::SplitTwice { .. }
        | Rejection::NoLine { .. }
        | Rejection::LineAmbiguous { .. } => &[F::Year, F::Fund, F::Project],
        _ => &[],
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
        "origin" | "origin year" => &[Field::Origin, Field::Year],
        "class" => &[Field::Class],
        "project" => &[Field::Project, Field::Code],
        "payee" => &[Field::Payee, Field::Code],
        "programme" => &[Field::Programme, Field::Code],
        "district" => &[Field::District, Field::Parent, Field::Code],
        "follow-on investment" => &[Field::Code],
        "commitment" => &[Field::Contract],
        "name" => &[Field::Name, Field::Payee],
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
        "document_no" => &[Field::DocumentNo],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Date;
    use crate::domain::ids::{Code, LineKey};
    use crate::domain::money::{Amount, Currency};
    use crate::domain::rejection::{Allowed, Found, Holder, LimitKind};
    use crate::import::mapping::Mapping;

    fn plan() -> Plan {
        let columns =
            ["contract", "amount", "payee", "purpose", "title", "project", "fund", "year"];
        let mut text = String::from(
            "source = \"s\"\n[[event]]\ntype = \"commitment.make\"\noccurred_on = { column = \"c-date\" }\n",
        );
        for name in columns {
            text.push_str(&format!("{name} = {{ column = \"c-{name}\" }}\n"));
        }
        let header: Vec<String> =
            columns.iter().chain(&["date"]).map(|name| format!("c-{name}")).collect();
        Plan::new(&Mapping::parse(&text).unwrap(), &header, 2).unwrap()
    }

    #[test]
    fn a_rejection_is_about_a_column_and_has_both_figures() {
        let money = |amount| Currency::named("CNY").unwrap().money(Amount(amount));
        let date = |text| Date::parse(text).unwrap();
        let name = || "x".to_owned();
        let limit = Rejection::Limit {
            limit: LimitKind::Line,
            name: Box::new(Holder::Line(LineKey::new(Code::new("F"), 2002))),
            asked: money(6_000),
            available: money(4_000),
        };
        let late = Rejection::DateInFuture { date: date("2099-01-01"), today: date("2026-01-05") };
        let unknown =
            |thing| Rejection::Unknown { thing, name: (&name()).into(), near: Vec::new() };
        let range = Rejection::OutOfRange {
            field: "year",
            found: Found::This("1".into()),
            allowed: Allowed::Between(1900, 2199),
        };
        let long = Rejection::TextTooLong { field: "title", bytes: 401, max_bytes: 400 };
        let year = Rejection::LineYearOver {
            line: LineKey::new(Code::new("F"), 2002),
            date: date("2003-01-01"),
            first: date("2002-01-01"),
            last: date("2002-12-31"),
        };
        for (rejection, column, allowed, found) in [
            (limit, "c-amount", "40.00", "60.00"),
            (late, "c-date", "2026-01-05", "2099-01-01"),
            (unknown(Thing::Fund), "c-fund", "", ""),
            (unknown(Thing::Payee), "c-payee", "", ""),
            (unknown(Thing::Project), "c-project", "", ""),
            (unknown(Thing::Line), "c-year", "", ""),
            (Rejection::Exists { thing: Thing::Commitment, name: name() }, "c-contract", "", ""),
            (range, "c-year", "1900 to 2199", "1"),
            (long, "c-title", "400", "401"),
            (year, "c-date", "F:2002", "2003-01-01"),
            (Rejection::PurposeRequired, "c-purpose", "", ""),
            (Rejection::ProjectRequired, "c-project", "", ""),
            (Rejection::NoLine { fund: None, project: None, year: None }, "c-year", "", ""),
            (Rejection::LedgerNotOpen, "", "", ""),
        ] {
            let problem = problem(&rejection, &plan(), 0);
            let said = refusal(&rejection, Lang::En, Surface::CommandLine);
            let (message, code) = (said.rule, rejection.code());
            assert_eq!((problem.rule.as_str(), problem.code), (message.as_str(), code));
            let shown = (problem.column.as_str(), problem.allowed.as_str(), problem.found.as_str());
            assert_eq!(shown, (column, allowed, found), "{code}");
        }
    }
}
