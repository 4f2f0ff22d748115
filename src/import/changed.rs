//! A row that is known by columns of its own, held against what was booked for it: the first field that
//! says something else. What the row leaves blank is not compared.

use super::fields::{EventKind, Field};
use super::plan::{MappedEvent, Value};
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::kinds::Direction;
use crate::domain::money::Amount;

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
    let number = match kind {
        EventKind::DistrictRegister => 8,
        EventKind::FundEstablish => 10,
        EventKind::AllocationRecord => 13,
        EventKind::AllocationSupplement | EventKind::AllocationReduce => 14,
        EventKind::ProgrammeRegister => 19,
        EventKind::ProjectApprove => 21,
        EventKind::ProjectComplete => 26,
        EventKind::ProjectTerminate => 27,
        EventKind::ProjectCloseOut => 28,
        EventKind::CommitmentMake => 30,
        EventKind::CommitmentIncrease => 31,
        EventKind::CommitmentReduce => 32,
        EventKind::CommitmentClose => 33,
        EventKind::PayeeRegister => 35,
        EventKind::DisbursementRecord => 45,
        EventKind::FollowOnPledge => 50,
        EventKind::FollowOnPayIn => 51,
        EventKind::FollowOnWithdraw => 52,
    };
    body.number() == number
}

/// What an event says in a field: any of these; `None` for what it has not.
fn said(body: &Body, field: Field) -> Option<Vec<Value>> {
    let parts = parts(body)?;
    Some(match field {
        Field::Amount => vec![Value::Amount(parts.amount?)],
        Field::Fund => parts.lines.iter().map(|line| code(&line.fund)).collect(),
        Field::Year => parts.lines.iter().map(|line| Value::Year(line.year)).collect(),
        Field::Origin => parts.lines.iter().map(|line| Value::Year(line.origin)).collect(),
        Field::Class => parts.lines.iter().map(|line| code(&line.class)).collect(),
        Field::Project => parts.projects.into_iter().map(code).collect(),
        Field::Payee => parts.payee.into_iter().map(code).collect(),
        Field::Contract | Field::Commitment => parts.contract.into_iter().map(code).collect(),
        Field::Code => parts.code.into_iter().map(code).collect(),
        Field::Name | Field::Title => {
            parts.name.into_iter().map(|name| Value::Text(name.clone())).collect()
        }
        Field::SourceNo => text(parts.source_no?),
        Field::Reason => text(parts.reason?),
        Field::DocumentNo => text(&body.filing().document_no),
        // Compared before all others.
        Field::OccurredOn => return None,
        Field::NameZh
        | Field::TitleZh
        | Field::Level
        | Field::Parent
        | Field::ValidFrom
        | Field::District
        | Field::CreditCode
        | Field::Kind
        | Field::Purpose
        | Field::Purposes
        | Field::Manager
        | Field::SourceOfMoney
        | Field::Division
        | Field::Reference
        | Field::Programme
        | Field::Start
        | Field::End
        | Field::Ceiling
        | Field::Investor
        | Field::Agreement
        | Field::Causality => return of_its_own(body, field),
    })
}

fn code(code: &Code) -> Value {
    Value::Code(code.clone())
}

fn text(text: &Option<Text>) -> Vec<Value> {
    text.iter().cloned().map(Value::Text).collect()
}

/// What only some events have, word for word as the row gave it.
fn of_its_own(body: &Body, field: Field) -> Option<Vec<Value>> {
    let codes = |of: &Option<Code>| of.iter().map(code).collect();
    let day = |day: Option<Date>| day.into_iter().map(Value::Date).collect();
    let word = |word| vec![Value::Word(word)];
    Some(match (body, field) {
        (Body::DistrictRegistered(b), Field::NameZh) => text(&b.name_zh),
        (Body::DistrictRegistered(b), Field::Level) => word(b.level.text()),
        (Body::DistrictRegistered(b), Field::Parent) => codes(&b.parent),
        (Body::DistrictRegistered(b), Field::ValidFrom) => day(b.valid_from),
        (Body::ProgrammeRegistered(b), Field::NameZh) => text(&b.name_zh),
        (Body::ProgrammeRegistered(b), Field::District) => codes(&b.district),
        (Body::FundEstablished(b), Field::NameZh) => text(&b.name_zh),
        (Body::FundEstablished(b), Field::Kind) => word(b.kind.text()),
        (Body::FundEstablished(b), Field::Purposes) => vec![Value::Tags(b.purposes.clone())],
        (Body::FundEstablished(b), Field::Manager) => text(&b.manager),
        (Body::FundEstablished(b), Field::District) => codes(&b.district),
        (Body::PayeeRegistered(b), Field::NameZh) => text(&b.name_zh),
        (Body::PayeeRegistered(b), Field::CreditCode) => text(&b.credit_code),
        (Body::AllocationRecorded(b), Field::SourceOfMoney) => word(b.source.kind.text()),
        (Body::AllocationRecorded(b), Field::Division) => text(&b.source.division),
        (Body::AllocationRecorded(b), Field::Reference) => text(&b.source.reference),
        (Body::ProjectApproved(b), Field::TitleZh) => text(&b.title_zh),
        (Body::ProjectApproved(b), Field::Purpose) => vec![Value::Tag(b.purpose.clone())],
        (Body::ProjectApproved(b), Field::District) => codes(&b.district),
        (Body::ProjectApproved(b), Field::Programme) => codes(&b.programme),
        (Body::ProjectApproved(b), Field::Start) => day(b.start),
        (Body::ProjectApproved(b), Field::End) => day(b.end),
        (Body::ProjectApproved(b), Field::Ceiling) => {
            b.ceiling.into_iter().map(Value::Amount).collect()
        }
        (Body::CommitmentMade(b), Field::Purpose) => tag(&b.purpose),
        (Body::DisbursementRecorded(b), Field::Purpose) => tag(&b.purpose),
        (Body::FollowOnPledged(b), Field::Investor) => vec![Value::Text(b.investor.clone())],
        (Body::FollowOnPledged(b), Field::Kind) => word(b.kind.text()),
        (Body::FollowOnPledged(b), Field::Agreement) => text(&b.agreement),
        (Body::FollowOnPledged(b), Field::Causality) => text(&b.causality),
        _ => return None,
    })
}

fn tag(tag: &Option<Tag>) -> Vec<Value> {
    tag.iter().cloned().map(Value::Tag).collect()
}

/// The parts of an event that rows are compared by.
#[derive(Default)]
struct Parts<'a> {
    amount: Option<Amount>,
    lines: Vec<&'a LineKey>,
    projects: Vec<&'a Code>,
    payee: Option<&'a Code>,
    contract: Option<&'a Code>,
    code: Option<&'a Code>,
    name: Option<&'a Text>,
    reason: Option<&'a Option<Text>>,
    source_no: Option<&'a Option<Text>>,
}

impl<'a> Parts<'a> {
    fn drawn(splits: &'a [Split]) -> Self {
        Self {
            amount: Amount::sum(splits.iter().map(|split| split.amount)),
            lines: splits.iter().map(|split| &split.line).collect(),
            projects: splits.iter().filter_map(|split| split.project.as_ref()).collect(),
            ..Self::default()
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "an import makes only these")]
fn parts(body: &Body) -> Option<Parts<'_>> {
    let none = Parts::default;
    Some(match body {
        Body::DistrictRegistered(b) => Parts { code: Some(&b.code), name: Some(&b.name), ..none() },
        Body::ProgrammeRegistered(b) => {
            Parts { code: Some(&b.code), name: Some(&b.name), ..none() }
        }
        Body::FundEstablished(b) => Parts { code: Some(&b.code), name: Some(&b.name), ..none() },
        Body::PayeeRegistered(b) => Parts { code: Some(&b.code), name: Some(&b.name), ..none() },
        Body::AllocationRecorded(b) => {
            Parts { amount: Some(b.amount), lines: vec![&b.line], ..none() }
        }
        Body::AllocationAdjusted(b) => {
            let (amount, reason) = (Some(b.amount), Some(&b.reason));
            Parts { amount, lines: vec![&b.line], reason, ..none() }
        }
        Body::ProjectApproved(b) => Parts {
            amount: Amount::sum(b.funding.iter().map(|part| part.amount)),
            lines: b.funding.iter().map(|part| &part.line).collect(),
            code: Some(&b.code),
            name: Some(&b.title),
            ..none()
        },
        Body::ProjectCompleted(b) => of_project(&b.code, &b.reason),
        Body::ProjectTerminated(b) => of_project(&b.code, &b.reason),
        Body::ProjectClosedOut(b) => of_project(&b.code, &b.reason),
        Body::CommitmentMade(b) => Parts {
            payee: b.payee.as_ref(),
            contract: Some(&b.contract),
            name: b.title.as_ref(),
            ..Parts::drawn(&b.splits)
        },
        Body::CommitmentIncreased(b) => Parts {
            contract: Some(&b.contract),
            reason: Some(&b.reason),
            ..Parts::drawn(&b.splits)
        },
        Body::CommitmentReduced(b) => Parts {
            contract: Some(&b.contract),
            reason: Some(&b.reason),
            ..Parts::drawn(&b.splits)
        },
        Body::CommitmentClosed(b) => {
            Parts { contract: Some(&b.contract), reason: Some(&b.reason), ..none() }
        }
        Body::DisbursementRecorded(b) => Parts {
            payee: b.payee.as_ref(),
            contract: b.commitment.as_ref(),
            source_no: Some(&b.source_number),
            ..Parts::drawn(&b.splits)
        },
        Body::FollowOnPledged(b) => {
            let (code, projects) = (Some(&b.code), vec![&b.project]);
            Parts { amount: Some(b.amount), code, projects, ..none() }
        }
        Body::FollowOnPaidIn(b) => Parts { amount: Some(b.amount), code: Some(&b.code), ..none() },
        Body::FollowOnWithdrawn(b) => {
            Parts { code: Some(&b.code), reason: Some(&b.reason), ..none() }
        }
        _ => return None,
    })
}

fn of_project<'a>(code: &'a Code, reason: &'a Option<Text>) -> Parts<'a> {
    Parts { projects: vec![code], reason: Some(reason), ..Parts::default() }
}
