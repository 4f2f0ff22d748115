//! The register 明细账: one row a move, as the projection tells it. Also what `export csv` writes.

use super::table::{Cell, Column, Header, Kind, Spec, Table};
use crate::domain::money::Amount;
use crate::projection::names::Names;
use crate::projection::register::Row;

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
        Column::data("officer", Kind::Code),
        Column::used("historical", Kind::Flag),
    ],
};

/// The report. The amounts have a total only where all rows are of one type.
#[must_use]
pub fn register(rows: &[Row], names: &Names, header: Header) -> Table {
    let mut table = REGISTER.table(&[], header);
    table.rows = rows.iter().map(|row| cells(row, names)).collect();
    let mut amounts = rows.iter().map(|row| row.amount.unwrap_or_default());
    let alike = rows.windows(2).all(|pair| matches!(pair, [a, b] if a.kind == b.kind));
    let total = amounts.try_fold(Amount::ZERO, Amount::checked_add).filter(|_| alike);
    if let Some(total) = total.filter(|_| !rows.is_empty()) {
        table.set_totals(vec![("amount", total.into())]);
    }
    table
}

/// The cells of one row.
#[must_use]
pub fn cells(row: &Row, names: &Names) -> Vec<Cell> {
    let by_number = |officer: &&crate::projection::names::Officer| officer.number == row.officer;
    let officer = names.officers.iter().find(by_number).map(|officer| officer.name.to_string());
    vec![
        row.entry.into(),
        row.occurred_on.into(),
        Cell::Instant(row.recorded_at_microseconds),
        row.kind.as_str().into(),
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
        officer.into(),
        row.historical.into(),
    ]
}
