//! A row that is known by columns of its own, held against what was booked for it: the first field that
//! says something else. What the row leaves blank is not compared.

use super::fields::{EventKind, Field};
use super::plan::{MappedEvent, Value};
use crate::domain::event::{Body, Event};
use crate::domain::fact::{Fact, See, Seen, Value as Shown};
use crate::domain::ids::{Tag, Text};
use crate::domain::kinds::Direction;
use crate::domain::money::Amount;
use crate::domain::rejection::Thing;

/// A field that differs: of which `[[event]]`, what the row says and what is booked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) rule: usize,
    pub(super) field: Field,
    pub(super) now: Option<Value>,
    pub(super) then: Option<Value>,
}

/// The first field of `events` that says something else than `booked`; an event that was not booked, or
/// not of this kind, is a change of its day.
pub(super) fn change(events: &[MappedEvent], booked: &[Event]) -> Option<Change> {
    let mut rest = booked.iter();
    for mapped in events {
        let Some(event) = rest.find(|event| is_of(&event.body, mapped.kind)) else {
            let now = Some(Value::Date(mapped.occurred_on));
            return Some(Change { rule: mapped.rule, field: Field::OccurredOn, now, then: None });
        };
        let change = |field, now, then| Some(Change { rule: mapped.rule, field, now, then });
        if event.occurred_on != mapped.occurred_on {
            let (now, then) = (Value::Date(mapped.occurred_on), Value::Date(event.occurred_on));
            return change(Field::OccurredOn, Some(now), Some(then));
        }
        for (field, now) in mapped.values.all() {
            let then = said(&event.body, *field);
            if then.as_ref().is_some_and(|then| !then.contains(now)) {
                return change(*field, Some(now.clone()), then.unwrap_or_default().pop());
            }
        }
    }
    None
}

fn is_of(body: &Body, kind: EventKind) -> bool {
    if let Body::AllocationAdjusted(b) = body {
        return match b.direction {
            Direction::Supplement => kind == EventKind::AllocationSupplement,
            Direction::Reduction => kind == EventKind::AllocationReduce,
        };
    }
    NUMBERS.iter().any(|(of, number)| *of == kind && *number == body.number())
}

/// The types of events that rows become, by their numbers, but for adjustments, which their direction tells apart.
const NUMBERS: &[(EventKind, u16)] = &[
    (EventKind::DistrictRegister, 8),
    (EventKind::DistrictRetire, 9),
    (EventKind::FundEstablish, 10),
    (EventKind::FundAmend, 11),
    (EventKind::FundClose, 12),
    (EventKind::AllocationRecord, 13),
    (EventKind::AllocationTransfer, 15),
    (EventKind::ReservationMake, 17),
    (EventKind::ReservationRelease, 18),
    (EventKind::ProgrammeRegister, 19),
    (EventKind::ProjectApprove, 21),
    (EventKind::ProjectComplete, 26),
    (EventKind::ProjectTerminate, 27),
    (EventKind::ProjectCloseOut, 28),
    (EventKind::CommitmentMake, 30),
    (EventKind::CommitmentIncrease, 31),
    (EventKind::CommitmentReduce, 32),
    (EventKind::CommitmentClose, 33),
    (EventKind::PayeeRegister, 35),
    (EventKind::DisbursementRecord, 45),
    (EventKind::Refund, 46),
    (EventKind::FollowOnPledge, 50),
    (EventKind::FollowOnPayIn, 51),
    (EventKind::FollowOnWithdraw, 52),
    (EventKind::AllocationCarry, 70),
    (EventKind::AllocationLapse, 71),
];

/// What an event says in a field: any of these; `None` for what it has not.
fn said(body: &Body, field: Field) -> Option<Vec<Value>> {
    if field == Field::RestoresBudget {
        // A word of the list, and a truth in the event.
        return None;
    }
    let mut said = Said { field, found: None };
    // Nothing is refused by looking.
    drop(body.fields(&mut said));
    let found = said.found?;
    if matches!(field, Field::Purposes | Field::PurposesAdded) {
        return Some(vec![Value::Tags(found.into_iter().filter_map(tag).collect())]);
    }
    if field == Field::Amount {
        return Some(vec![Value::Amount(Amount::sum(found.iter().filter_map(amount))?)]);
    }
    Some(found)
}

fn tag(value: Value) -> Option<Tag> {
    if let Value::Tag(tag) = value { Some(tag) } else { None }
}

fn amount(value: &Value) -> Option<Amount> {
    if let Value::Amount(amount) = value { Some(*amount) } else { None }
}

/// Gathers what the fields of an event say that a field of a row is held against.
struct Said {
    field: Field,
    found: Option<Vec<Value>>,
}

impl<'e> See<'e> for Said {
    fn see(&mut self, path: &'static str, value: Shown<'e>) -> Seen {
        let said = match (self.field, value.line(), value) {
            (Field::Fund, Some(line), _) => Some(Value::Code(line.fund.clone())),
            (Field::Year, Some(line), _) => Some(Value::Year(line.year)),
            (Field::Origin, Some(line), _) => Some(Value::Year(line.origin)),
            (Field::Class, Some(line), _) => Some(Value::Code(line.class.clone())),
            (Field::Project, _, Shown::Known(Thing::Project, code)) if path != "duplicates" => {
                Some(Value::Code(code.clone()))
            }
            (field, _, value) if becomes(field, path) => plain(value),
            // Parts of which there may be none.
            (field, _, Shown::List(_)) if is_of_parts(field) && PARTS.contains(&path) => None,
            _ => return Ok(()),
        };
        self.found.get_or_insert_default().extend(said);
        Ok(())
    }
}

/// Lists of parts, with lines and amounts.
const PARTS: [&str; 2] = ["splits", "funding"];

fn is_of_parts(field: Field) -> bool {
    matches!(field, Field::Amount | Field::Fund | Field::Year | Field::Origin | Field::Class)
}

/// A field's value by itself; nothing for one that is not there.
fn plain(value: Shown<'_>) -> Option<Value> {
    if let Some(line) = value.line() {
        return Some(Value::Line(line.clone()));
    }
    if let Some(code) = value.code() {
        return Some(Value::Code(code.clone()));
    }
    // A row's text is taken as it is typed; what older releases booked may have more around it.
    if let Some(text) = value.text() {
        return Some(Value::Text(Text::typed(text.as_str())));
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "no column holds the others")]
    match value {
        Shown::Purpose(tag) => Some(Value::Tag(tag.clone())),
        Shown::Amount(amount) => Some(Value::Amount(amount)),
        Shown::Day(day) => Some(Value::Date(day)),
        Shown::Kind(word) => Some(Value::Word(word)),
        _ => None,
    }
}

/// True if a field of a row becomes the field of an event at `path`, by its name in schemas/entry.md.
fn becomes(field: Field, path: &str) -> bool {
    let other = OTHERS.iter().find(|(of, _)| *of == field);
    other.map_or(path == field.text(), |(_, paths)| paths.contains(&path))
}

/// Fields that events have under other names. Those of a line are looked at by themselves, and the day is
/// compared before all others.
const OTHERS: &[(Field, &[&str])] = &[
    (Field::Amount, &["amount", "splits.amount", "funding.amount"]),
    (Field::Contract, &["contract", "commitment"]),
    (Field::Commitment, &["contract", "commitment"]),
    (Field::Name, &["name", "title"]),
    (Field::Title, &["name", "title"]),
    (Field::DocumentNo, &["filing.document_no"]),
    (Field::SourceNo, &["source_number"]),
    (Field::SourceOfMoney, &["source.kind"]),
    (Field::Division, &["source.division"]),
    (Field::Reference, &["source.reference"]),
    (Field::Project, &["project", "splits.project"]),
    (Field::Rest, &["rest", "class"]),
    (Field::Fund, &[]),
    (Field::Year, &[]),
    (Field::Origin, &[]),
    (Field::Class, &[]),
    (Field::OccurredOn, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_an_import_is_told_from_the_others() {
        let told = |kind: &EventKind| NUMBERS.iter().filter(|(of, _)| of == kind).count();
        for kind in crate::import::fields::kinds() {
            let adjusts =
                matches!(kind, EventKind::AllocationSupplement | EventKind::AllocationReduce);
            assert_eq!(told(&kind), usize::from(!adjusts), "{}", kind.text());
        }
    }
}
