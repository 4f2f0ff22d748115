//! Every field of every command, changed alone, is the one that is named.

#![allow(clippy::arithmetic_side_effects, reason = "test code")]

use super::*;
use crate::domain::command::*;
use crate::domain::event::*;
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::kinds::{
    Control, Direction, FollowOnKind, FundKind, Level, RestKind, Role, SourceKind, Stage,
};

type Change = (&'static str, fn(&mut Order));

/// A command, the event that it became, and each of its fields with another value.
type Case = (Command, Body, Vec<Change>);

macro_rules! changes {
    ($variant:ident($b:ident): $($name:literal => $change:expr,)+) => {
        vec![$(($name, |order: &mut Order| {
            let Command::$variant($b) = &mut order.command else { panic!("another command") };
            $change;
        }),)+]
    };
}

mod contracts;
mod money;
mod names;
mod projects;

fn code(text: &str) -> Code {
    Code::new(text)
}

fn text(text: &str) -> Text {
    Text::new(text)
}

fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap()
}

fn filing() -> Filing {
    let document = DocumentRef {
        hash: Bytes32([1; 32]),
        kind: text("contract"),
        name: text("a.pdf"),
        pages: Some(3),
    };
    Filing { documents: vec![document], document_no: Some(text("沪财〔2026〕1号")) }
}

fn day(n: i32) -> Option<Date> {
    Some(Date(20_000 + n))
}

/// The day it was recorded on.
const THEN: Date = Date(20_513);

fn same(command: &Command) -> Body {
    as_said(command).unwrap()
}

fn direct(command: Command, changes: Vec<Change>) -> Case {
    (command.clone(), same(&command), changes)
}

fn cases() -> Vec<Case> {
    [
        names::districts(),
        names::funds_and_payees(),
        names::amended(),
        names::officers(),
        names::keys(),
        names::beginnings(),
        money::allocated(),
        money::set_aside(),
        projects::approved(),
        projects::ended(),
        projects::followed(),
        contracts::made(),
        contracts::changed(),
        contracts::paid(),
    ]
    .concat()
}

#[track_caller]
fn differs(order: &Order, command: &Command, stored: &Event, name: &str) {
    let first = Order { occurred_on: None, historical: false, command: command.clone() };
    let digest = order_digest(&first).unwrap();
    assert_ne!(order_digest(order).unwrap(), digest, "{name}: nothing was changed");
    let found = differing_field(order, &[stored], Some(digest), THEN);
    assert_eq!(found, name, "{:?}", order.command);
}

#[test]
fn the_one_field_that_was_changed_is_named_for_every_field_of_every_command() {
    for (command, body, changes) in cases() {
        let stored = Event { occurred_on: THEN, historical: false, confidential: None, body };
        let order = Order { occurred_on: None, historical: false, command: command.clone() };
        for (name, change) in &changes {
            let mut other = order.clone();
            change(&mut other);
            differs(&other, &command, &stored, name);
        }
        differs(&Order { historical: true, ..order.clone() }, &command, &stored, "historical");
        let dated = |date| Order { occurred_on: Some(date), ..order.clone() };
        differs(&dated(Date(THEN.0 - 1)), &command, &stored, "occurred_on");
        // Said, what was left open and filled in: the same day, and still another order.
        differs(&dated(THEN), &command, &stored, "occurred_on");
    }
}

#[test]
fn another_command_is_named_as_such_and_every_field_stands_in_the_table() {
    let all = cases();
    for (n, (command, body, changes)) in all.iter().enumerate() {
        let stored =
            Event { occurred_on: THEN, historical: false, confidential: None, body: body.clone() };
        for (m, (other, other_body, _)) in all.iter().enumerate() {
            let order = Order { occurred_on: None, historical: false, command: other.clone() };
            if n != m && other_body.name() != body.name() && filled(other, body).is_none() {
                differs(&order, command, &stored, KIND);
            }
        }
        // A field of the event that no change of the table names was forgotten here.
        let text = format!("{body:#?}");
        let fields = text.lines().filter_map(|line| line.strip_prefix("        "));
        let fields =
            fields.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_once(": "));
        for (field, value) in fields {
            let is_filled = matches!(field, "voucher_no")
                || (field == "number" && matches!(command, Command::EnrolOfficer(_)));
            let is_nested = value.ends_with('{')
                || matches!(
                    field,
                    "splits" | "line" | "from" | "to" | "filing" | "policy" | "source"
                );
            let is_lost = matches!(command, Command::SetAllocation(_));
            assert!(
                is_filled || is_nested || is_lost || changes.iter().any(|(name, _)| *name == field),
                "{field} of {}",
                body.name()
            );
        }
    }
    assert_eq!(all.len(), 41, "every command but the one that opens a ledger");
}
