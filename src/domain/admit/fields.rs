//! The rules that are asked of every event alike, field by field: the sign of amounts, the form of
//! texts, codes, lines and purposes, what has to be known or must not be yet, and absurd dates. Which
//! field is what, [`Fact::fields`] says.

use super::rules::Scene;
use crate::domain::calendar::{Date, Year};
use crate::domain::event::{Body, Event};
use crate::domain::fact::{Fact, See, Seen, Sight, Value};
use crate::domain::ids::{Code, LineKey, MAX_NAME_BYTES, Tag, Text};
use crate::domain::known;
use crate::domain::money::Currency;
use crate::domain::rejection::{Allowed, Found, Rejection, Thing};
use crate::domain::state::State;

/// Years that a line may have.
const YEARS: std::ops::RangeInclusive<Year> = 1900..=2199;

/// The form of every field.
pub(super) fn check_form(at: &Scene<'_>) -> Seen {
    let (mut signs, mut forms) =
        (Signs::of(at.state, at.event), Forms { state: at.state, rule_set: at.rule_set });
    // One look where nothing is wrong; which of the two speaks first, only their order tells.
    if at.event.body.fields(&mut Both { signs: &mut signs, forms: &mut forms }).is_ok() {
        return Ok(());
    }
    at.event.body.fields(&mut signs)?;
    at.event.body.fields(&mut forms)
}

/// Everything that an event names.
pub(super) fn check_names(at: &Scene<'_>) -> Seen {
    let sight = Sight { state: at.state, cited: at.context.cited, rule_set: at.rule_set };
    let mut names = Names { sight, new: None };
    at.event.body.fields(&mut names)?;
    match names.new {
        Some((thing, code)) => known::unless(known::has(at.state, thing, code), thing, code),
        None => Ok(()),
    }
}

/// Every day that an event names.
pub(super) fn check_days(event: &Event) -> Seen {
    event.body.fields(&mut Days)
}

/// Amounts are not negative, except of contracts and payments in history (`limits` keeps accounts).
struct Signs {
    currency: Currency,
    may_be_negative: bool,
}

impl Signs {
    fn of(state: &State, event: &Event) -> Self {
        let opened = if let Body::LedgerOpened(b) = &event.body {
            Currency::named(b.currency.as_str())
        } else {
            None
        };
        let may_be_negative = event.historical
            && matches!(
                event.body,
                Body::CommitmentMade(_)
                    | Body::CommitmentIncreased(_)
                    | Body::DisbursementRecorded(_)
            );
        Self { currency: opened.unwrap_or_else(|| state.currency()), may_be_negative }
    }
}

impl<'e> See<'e> for Signs {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        if let Value::Amount(amount) = value
            && amount.is_negative()
            && !self.may_be_negative
        {
            return Err(Rejection::NegativeAmount { amount: self.currency.money(amount) });
        }
        Ok(())
    }
}

/// What a field may be.
struct Forms<'a> {
    state: &'a State,
    rule_set: u32,
}

impl Forms<'_> {
    /// From rule set 3 on, two codes that look alike are alike.
    fn code(&self, field: &'static str, code: &Code) -> Seen {
        code.check(field)?;
        if self.rule_set >= 3 { code.check_visible(field) } else { Ok(()) }
    }

    /// A line that is opened; what is there was opened under the rules of its time, and stays of use.
    fn new_line(&self, line: &LineKey) -> Seen {
        check_line(line)?;
        if self.rule_set >= 3 { line.class.check_visible("class") } else { Ok(()) }
    }

    /// From rule set 3 on, a name begins and ends with something to be seen; a reason need not.
    fn text(&self, field: &'static str, text: &Text, max_bytes: usize) -> Seen {
        text.check(field, max_bytes)?;
        let is_name = max_bytes <= MAX_NAME_BYTES;
        if self.rule_set >= 3 && is_name { text.check_ends(field) } else { Ok(()) }
    }

    fn purpose(&self, tag: &Tag) -> Seen {
        tag.check("purpose")?;
        if self.rule_set >= 3 { tag.check_visible("purpose") } else { Ok(()) }
    }
}

impl<'e> See<'e> for Forms<'_> {
    fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen {
        match value {
            Value::New(thing, code) => self.code(thing.word(), code),
            Value::Code(code) => self.code(label(field), code),
            Value::NewLine(line) => self.new_line(line),
            Value::Line(line) | Value::AnyLine(line) => check_line(line),
            Value::Text(text, max_bytes) => self.text(label(field), text, max_bytes),
            Value::Purpose(tag) => self.purpose(tag),
            // What must be known was well formed when it became known.
            Value::Known(..)
            | Value::Named(..)
            | Value::Officer(_)
            | Value::Entry(_)
            | Value::Mention(_)
            | Value::Amount(_)
            | Value::Day(_)
            | Value::Number(_)
            | Value::Flag(_)
            | Value::Own(_)
            | Value::Kind(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Struct
            | Value::Absent => Ok(()),
        }
    }

    fn form(&mut self, rule: impl FnOnce(&State) -> Seen) -> Seen {
        rule(self.state)
    }
}

/// Signs and forms in one look.
struct Both<'b, 'a> {
    signs: &'b mut Signs,
    forms: &'b mut Forms<'a>,
}

impl<'e> See<'e> for Both<'_, '_> {
    fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen {
        self.signs.see(field, value)?;
        self.forms.see(field, value)
    }

    fn form(&mut self, rule: impl FnOnce(&State) -> Seen) -> Seen {
        self.forms.form(rule)
    }
}

/// A field as refusals call it.
fn label(field: &'static str) -> &'static str {
    match field {
        "filing.documents.kind" => "document kind",
        "filing.documents.name" => "document name",
        "filing.document_no" => "document_no",
        "source.division" => "division",
        "source.reference" => "reference",
        "source_number" => "source number",
        "legal_basis" => "legal basis",
        "tranches.code" => "tranche",
        "accounts.label" => "label",
        "original.currency" => "original currency",
        "original.rate" => "exchange rate",
        "original.source" => "source of the rate",
        "duplicates_reason" => "reason",
        "successor" => "district",
        own => own,
    }
}

fn check_line(line: &LineKey) -> Seen {
    line.fund.check("fund")?;
    for (field, year) in [("year", line.year), ("origin year", line.origin)] {
        if !YEARS.contains(&year) {
            let (least, most) = (i64::from(*YEARS.start()), i64::from(*YEARS.end()));
            let (found, allowed) = (Found::This(year.to_string()), Allowed::Between(least, most));
            return Err(Rejection::OutOfRange { field, found, allowed });
        }
    }
    if line.class.as_str().is_empty() { Ok(()) } else { line.class.check("class") }
}

/// What has to be known, in the order of the fields; last, what must not be known yet.
struct Names<'a> {
    sight: Sight<'a>,
    new: Option<(Thing, &'a Code)>,
}

impl<'e> See<'e> for Names<'e> {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        let Sight { state, cited, .. } = self.sight;
        match value {
            Value::New(thing, code) => {
                self.new = Some((thing, code));
                Ok(())
            }
            Value::Known(thing, code) => check_known(state, thing, code),
            Value::Line(line) => known::line(state, line).map(|_| ()),
            Value::NewLine(line) => {
                known::fund(state, &line.fund)?;
                known::unless(state.lines.contains_key(line), Thing::Line, line)
            }
            Value::Officer(number) => known::officer(state, number).map(|_| ()),
            Value::Entry(index) => known::entry(state, cited, index).map(|_| ()),
            Value::Mention(index) if index < state.size => Ok(()),
            Value::Mention(index) => Err(known::unknown(Thing::Entry, &format!("@{index}"))),
            Value::AnyLine(_)
            | Value::Named(..)
            | Value::Code(_)
            | Value::Text(..)
            | Value::Purpose(_)
            | Value::Amount(_)
            | Value::Day(_)
            | Value::Number(_)
            | Value::Flag(_)
            | Value::Own(_)
            | Value::Kind(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Struct
            | Value::Absent => Ok(()),
        }
    }

    fn known(&mut self, rule: impl FnOnce(&Sight<'_>) -> Seen) -> Seen {
        rule(&self.sight)
    }
}

fn check_known(state: &State, thing: Thing, code: &Code) -> Seen {
    match thing {
        Thing::District => known::district(state, code).map(|_| ()),
        Thing::Programme => known::programme(state, code),
        Thing::Fund => known::fund(state, code).map(|_| ()),
        Thing::Project => known::project(state, code).map(|_| ()),
        Thing::Payee => known::payee(state, code),
        Thing::Commitment => known::commitment(state, code).map(|_| ()),
        Thing::FollowOn => known::follow_on(state, code).map(|_| ()),
        // These are not named by a code.
        Thing::Officer | Thing::Line | Thing::Entry => Err(known::unknown(thing, code)),
    }
}

/// Days that can be.
struct Days;

impl<'e> See<'e> for Days {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        if let Value::Day(day) = value { absurd(day) } else { Ok(()) }
    }
}

pub(super) fn absurd(date: Date) -> Seen {
    if (Date::EARLIEST..=Date::LATEST).contains(&date) {
        Ok(())
    } else {
        Err(Rejection::DateAbsurd { date })
    }
}
