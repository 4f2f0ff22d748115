//! The register: one row a move, so that any balance can be traced to the entries that make it. An
//! entry without moves has one row; of a follow-on investment with its amount.
//!
//! Holds every row that its filter lets through; who reads a long log row by row calls
//! [`Register::rows_of`] and keeps nothing. A row says what became of its entry later where the
//! reversals are handed in: they are known only at the end of a log.

use super::filter::{Filter, Subject};
use super::names::is_duty;
use super::{Projection, Recorded, amount};
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event};
use crate::domain::fact::{about_entry, first_code};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::Thing;
use std::collections::BTreeMap;

/// Entries that were reversed, by index, with the index of the reversal.
pub type Reversals = BTreeMap<u64, u64>;

/// Names of officers, by number: all of master data that a row needs.
#[derive(Debug, Clone, Default)]
pub struct Officers(Vec<Text>);

impl Officers {
    /// The officer who opened a ledger: enrolled by its second entry, and so not yet named where the
    /// first one is told.
    #[must_use]
    pub fn opened_by(second: Option<&Event>) -> Self {
        match second.map(|event| &event.body) {
            Some(Body::OfficerEnrolled(b)) => Self(vec![b.name.clone()]),
            Some(_) | None => Self::default(),
        }
    }

    /// Takes in the next entry. MUST see every entry, in order.
    pub fn apply(&mut self, recorded: &Recorded<'_>) {
        if let Body::OfficerEnrolled(b) = &recorded.event.body
            && usize::try_from(b.number).is_ok_and(|number| number == self.0.len())
        {
            self.0.push(b.name.clone());
        }
    }

    /// The name of an officer.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&Text> {
        self.0.get(usize::try_from(number).ok()?)
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index of the entry.
    pub entry: u64,
    /// The day it happened.
    pub occurred_on: Date,
    /// When it was recorded, microseconds since 1970 in UTC.
    pub recorded_at_microseconds: i64,
    /// The officer's number.
    pub officer: u32,
    /// The type, like `DisbursementRecorded`.
    pub kind: &'static str,
    /// The fund: the line's, or the one that was established or closed.
    pub fund: Option<Code>,
    /// The line: of two, where the money was taken from.
    pub line: Option<LineKey>,
    /// The line it went to, where that is another.
    pub to_line: Option<LineKey>,
    /// The project.
    pub project: Option<Code>,
    /// The contract.
    pub commitment: Option<Code>,
    /// The payee: of a refund and a reversal, that of the payment.
    pub payee: Option<Code>,
    /// The follow-on investment.
    pub follow_on: Option<Code>,
    /// Where the money was taken from.
    pub from: Option<Stage>,
    /// Where it went.
    pub to: Option<Stage>,
    /// Minor units.
    pub amount: Option<Amount>,
    /// The office's file number.
    pub document_no: Option<Text>,
    /// The entry that it reverses or refunds.
    pub cited: Option<u64>,
    /// Part of an import of history.
    pub historical: bool,
    /// The voucher of a payment, as `FUND/YEAR/NUMBER`.
    pub voucher: Option<String>,
    /// The payee's own number of a payment.
    pub source_number: Option<Text>,
    /// The reversal that undid the entry.
    pub reversed_by: Option<u64>,
}

/// Rows of entries.
#[derive(Debug, Clone, Default)]
pub struct Register {
    filter: Filter,
    as_of: Option<Date>,
    position: u64,
    rows: Vec<Row>,
    reversals: Reversals,
    funds: BTreeMap<Code, Code>,
    projects: BTreeMap<Code, Code>,
    payees: BTreeMap<Code, Code>,
    refunds: BTreeMap<u64, Code>,
    follow_ons: BTreeMap<Code, Code>,
}

impl Register {
    /// The register of what a filter lets through, on or before a day.
    #[must_use]
    pub fn new(filter: Filter, as_of: Option<Date>) -> Self {
        Self { filter, as_of, ..Self::default() }
    }

    /// The same, with what is known of reversals: rows of these entries are marked.
    #[must_use]
    pub fn with_reversals(self, reversals: Reversals) -> Self {
        Self { reversals, ..self }
    }

    /// The rows, in order of the index.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows of the next entry, without keeping them. MUST see every entry in order, once.
    pub fn rows_of(&mut self, recorded: &Recorded<'_>) -> Vec<Row> {
        self.position = recorded.index.saturating_add(1);
        self.remember(recorded.event);
        let payee = self.payee(recorded);
        if self.as_of.is_some_and(|day| recorded.event.occurred_on > day) {
            return Vec::new();
        }
        let mut base = base(recorded, payee);
        base.reversed_by = self.reversals.get(&recorded.index).copied();
        let rows: Vec<Row> = if recorded.moves.is_empty() {
            vec![self.of_no_move(base, recorded)]
        } else {
            recorded.moves.iter().map(|m| of_move(&base, m)).collect()
        };
        let amount = if self.filter.is_empty() { None } else { amount::of(recorded) };
        rows.into_iter().filter(|row| self.wants(row, amount, recorded.event)).collect()
    }

    /// By the row's own names, and by the amount of its whole entry.
    fn wants(&self, row: &Row, amount: Option<Amount>, event: &Event) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let fund = row.fund.as_ref();
        let district = (row.project.as_ref().and_then(|project| self.projects.get(project)))
            .or_else(|| self.funds.get(fund?));
        self.filter.matches(&Subject {
            funds: [fund, row.to_line.as_ref().map(|line| &line.fund)],
            project: row.project.as_ref(),
            payee: row.payee.as_ref(),
            district: district.or_else(|| first_code(&event.body, Thing::District)),
            amount,
            voucher: row.voucher.as_deref(),
            invoice: row.source_number.as_ref().map(Text::as_str),
            event: Some(event),
        })
    }

    /// Districts of funds and projects, payees of contracts, projects of investments.
    fn remember(&mut self, event: &Event) {
        let (all, code, value) = if let Body::FundEstablished(b) = &event.body {
            (&mut self.funds, &b.code, b.district.as_ref())
        } else if let Body::ProjectApproved(b) = &event.body {
            (&mut self.projects, &b.code, b.district.as_ref())
        } else if let Body::CommitmentMade(b) = &event.body {
            (&mut self.payees, &b.contract, b.payee.as_ref())
        } else if let Body::FollowOnPledged(b) = &event.body {
            (&mut self.follow_ons, &b.code, Some(&b.project))
        } else {
            return;
        };
        match value {
            Some(value) => all.insert(code.clone(), value.clone()),
            None => all.remove(code),
        };
    }

    /// What an event without moves is about; a reversal of such an event is about the same.
    fn of_no_move(&self, mut row: Row, recorded: &Recorded<'_>) -> Row {
        let body = match (&recorded.event.body, recorded.cited) {
            (Body::EntryReversed(_), Some(undone)) => &undone.body,
            (body, _) => body,
        };
        let named = |thing| first_code(body, thing).cloned();
        let follow_on = named(Thing::FollowOn);
        row.fund = named(Thing::Fund);
        row.project = match &follow_on {
            Some(code) => self.follow_ons.get(code).cloned(),
            None => named(Thing::Project),
        };
        row.commitment = named(Thing::Commitment);
        if follow_on.is_some() {
            row.amount = amount::of(recorded);
        }
        row.follow_on = follow_on;
        row
    }

    fn payee(&mut self, recorded: &Recorded<'_>) -> Option<Code> {
        let body = &recorded.event.body;
        let of_refund = about_entry(body).and_then(|entry| self.refunds.get(&entry).cloned());
        let payee = self.payee_in(body).or(of_refund);
        let payee = payee.or_else(|| self.payee_in(&recorded.cited?.body));
        if let (Body::RefundReceived(_), Some(payee)) = (body, &payee) {
            self.refunds.insert(recorded.index, payee.clone());
        }
        payee
    }

    /// Who the event names, or whom its contract is with.
    fn payee_in(&self, body: &Body) -> Option<Code> {
        let named = first_code(body, Thing::Payee).cloned();
        let of_contract = || {
            let contract = first_code(body, Thing::Commitment).filter(|_| is_duty(body))?;
            self.payees.get(contract).cloned()
        };
        named.or_else(of_contract)
    }
}

impl Projection for Register {
    const NAME: &'static str = "register";
    const LOGIC_VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        let rows = self.rows_of(recorded);
        self.rows.extend(rows);
    }

    fn position(&self) -> u64 {
        self.position
    }
}

fn base(recorded: &Recorded<'_>, payee: Option<Code>) -> Row {
    let event = recorded.event;
    Row {
        entry: recorded.index,
        occurred_on: event.occurred_on,
        recorded_at_microseconds: recorded.recorded_at_microseconds,
        officer: recorded.officer,
        kind: event.body.name(),
        fund: None,
        line: None,
        to_line: None,
        project: None,
        commitment: None,
        payee,
        follow_on: None,
        from: None,
        to: None,
        amount: None,
        document_no: event.body.filing().document_no.clone(),
        cited: about_entry(&event.body),
        historical: event.historical,
        voucher: voucher(&event.body),
        source_number: source_number(&event.body),
        reversed_by: None,
    }
}

fn voucher(body: &Body) -> Option<String> {
    let Body::DisbursementRecorded(payment) = body else { return None };
    let line = &payment.splits.first()?.line;
    Some(format!("{}/{}/{}", line.fund, line.year, payment.voucher_no))
}

fn source_number(body: &Body) -> Option<Text> {
    let Body::DisbursementRecorded(payment) = body else { return None };
    payment.source_number.clone()
}

fn of_move(base: &Row, m: &Move) -> Row {
    let either = |of: fn(&Leaf) -> &Option<Code>| of(&m.to).clone().or_else(|| of(&m.from).clone());
    Row {
        fund: Some(m.from.line.fund.clone()),
        line: Some(m.from.line.clone()),
        to_line: (m.to.line != m.from.line).then(|| m.to.line.clone()),
        project: either(|leaf| &leaf.project),
        commitment: either(|leaf| &leaf.commitment),
        from: Some(m.from.stage),
        to: Some(m.to.stage),
        amount: Some(m.amount),
        ..base.clone()
    }
}
