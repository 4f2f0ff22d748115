//! The register 明细账: one row a move, as the projection tells it. Also what `export csv` writes.
//!
//! Its rows come one by one, for a log is longer than memory: [`Rows`] makes their cells and adds up.

use super::table::{Cell, Column, Header, Kind, Note, Spec, Table};
use crate::domain::calendar::Date;
use crate::domain::money::{Amount, Currency};
use crate::projection::Recorded;
use crate::projection::register::{Officers, Row};

/// `register`.
pub const REGISTER: Spec = Spec {
    name: "register",
    keys: &[],
    columns: &[
        Column::new("entry", Kind::Count),
        Column::new("occurred_on", Kind::Date),
        Column::data("recorded_at", Kind::Instant),
        Column::new("type", Kind::Code),
        Column::data("fund", Kind::Code),
        Column::new("line", Kind::Code),
        Column::used("to_line", Kind::Code),
        Column::used("project", Kind::Code),
        Column::used("commitment", Kind::Code),
        Column::used("payee", Kind::Code),
        Column::used("follow_on", Kind::Code),
        Column::new("from", Kind::Word),
        Column::new("to", Kind::Word),
        Column::new("amount", Kind::Amount),
        Column::used("cites", Kind::Count),
        Column::used("document_no", Kind::Name),
        Column::new("officer", Kind::Code),
        Column::used("historical", Kind::Flag),
        Column::used("voucher", Kind::Code),
        Column::used("source_number", Kind::Name),
        Column::new("recorded_on", Kind::Date),
        Column::used("reversed_by", Kind::Count),
        Column::data("reversed_amount", Kind::Amount),
    ],
};

/// What rows add up to: an amount where all are of one type, without what was reversed.
#[derive(Debug, Clone, Default)]
struct Sums {
    rows: u64,
    kind: Option<&'static str>,
    mixed: bool,
    amount: Option<Amount>,
    reversed: Option<Amount>,
    reversed_entries: u64,
    last_reversed: Option<u64>,
}

/// Rows as cells, one after the other, and their sums.
#[derive(Debug, Clone)]
pub struct Rows {
    utc_offset_minutes: i16,
    officers: Officers,
    sums: Sums,
}

impl Rows {
    /// No rows yet; days are those at the ledger's offset, and `opener` is known from the ledger's second
    /// entry: the first one stands before it.
    #[must_use]
    pub fn new(utc_offset_minutes: i16, opener: Officers) -> Self {
        let sums =
            Sums { amount: Some(Amount::ZERO), reversed: Some(Amount::ZERO), ..Sums::default() };
        Self { utc_offset_minutes, officers: opener, sums }
    }

    /// Takes in the next entry. MUST see every entry, in order, before its rows.
    pub fn apply(&mut self, recorded: &Recorded<'_>) {
        self.officers.apply(recorded);
    }

    /// The cells of a row, which is added up.
    #[must_use]
    pub fn cells(&mut self, row: &Row) -> Vec<Cell> {
        self.add(row);
        let recorded_on = Date::at(row.recorded_at_microseconds, self.utc_offset_minutes);
        vec![
            row.entry.into(),
            row.occurred_on.into(),
            Cell::Instant(row.recorded_at_microseconds),
            row.kind.into(),
            row.fund.as_ref().into(),
            row.line.as_ref().into(),
            row.to_line.as_ref().into(),
            row.project.as_ref().into(),
            row.commitment.as_ref().into(),
            row.payee.as_ref().into(),
            row.follow_on.as_ref().into(),
            row.from.map(|stage| stage.text()).into(),
            row.to.map(|stage| stage.text()).into(),
            row.amount.into(),
            row.cited.into(),
            row.document_no.as_ref().into(),
            self.officers.name(row.officer).into(),
            row.historical.into(),
            row.voucher.as_deref().into(),
            row.source_number.as_ref().into(),
            recorded_on.into(),
            row.reversed_by.into(),
            row.amount.filter(|_| row.reversed_by.is_some()).into(),
        ]
    }

    fn add(&mut self, row: &Row) {
        let sums = &mut self.sums;
        sums.rows = sums.rows.saturating_add(1);
        sums.mixed |= sums.kind.is_some_and(|kind| kind != row.kind);
        sums.kind = Some(row.kind);
        let amount = row.amount.unwrap_or_default();
        let sum = if row.reversed_by.is_some() {
            if sums.last_reversed != Some(row.entry) {
                sums.reversed_entries = sums.reversed_entries.saturating_add(1);
                sums.last_reversed = Some(row.entry);
            }
            &mut sums.reversed
        } else {
            &mut sums.amount
        };
        *sum = sum.and_then(|sum| sum.checked_add(amount));
    }

    /// The total by key: only where all rows are of one type.
    #[must_use]
    pub fn totals(&self) -> Option<Vec<(&'static str, Cell)>> {
        let is_one = !self.sums.mixed && self.sums.rows > 0;
        let (amount, reversed) = self.sums.amount.zip(self.sums.reversed).filter(|_| is_one)?;
        Some(vec![("amount", amount.into()), ("reversed_amount", reversed.into())])
    }

    /// What was reversed, and is in no total.
    #[must_use]
    pub fn note(&self, currency: Currency) -> Option<Note> {
        let count = self.sums.reversed_entries;
        let sum = self.sums.reversed.filter(|_| count > 0 && !self.sums.mixed)?;
        let sum = currency.grouped(sum);
        Some(Note {
            en: format!("reversed: {count}, {sum} (not in the total)"),
            zh: format!("已冲销：{count} 笔，{sum}（不计入合计）"),
        })
    }
}

/// The report of rows that are at hand; `rows` has taken in every entry.
#[must_use]
pub fn register(found: &[Row], rows: &mut Rows, header: Header) -> Table {
    let currency = header.currency;
    let mut table = REGISTER.table(&[], header);
    table.rows = found.iter().map(|row| rows.cells(row)).collect();
    if let Some(totals) = rows.totals() {
        table.set_totals(totals);
    }
    table.notes.extend(rows.note(currency));
    table
}
