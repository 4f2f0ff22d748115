//! Findings 疑点清单: every account that stands below zero, with what its line was given. A line that
//! is spent beyond what it has is `below_zero`; the account of a contract or payment can only be so at
//! the end because history had a negative amount, and is `negative_amount`, as `admit` calls it.

use super::table::{Column, Header, Kind, Spec, Table};
use crate::domain::ids::LineKey;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::figures::Figures;
use crate::projection::groups::{self, By, Key, Selection};
use crate::projection::names::Names;
use std::collections::BTreeMap;

/// `report findings`.
pub const FINDINGS: Spec = Spec {
    name: "findings",
    keys: &[],
    columns: &[
        Column::new("code", Kind::Word),
        Column::new("line", Kind::Code),
        Column::data("fund", Kind::Code),
        Column::data("year", Kind::Count),
        Column::new("account", Kind::Word),
        Column::used("project", Kind::Code),
        Column::used("commitment", Kind::Code),
        Column::new("balance", Kind::Amount),
        Column::new("budget_final", Kind::Amount),
    ],
};

/// Accounts below zero, in order of line; their sum as total.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to; `sum_overflow`.
pub fn findings(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    header: Header,
) -> Result<Table> {
    let lines = groups::rows(balances, names, selection, By::Line)?.rows;
    let given: BTreeMap<&LineKey, &Figures> = (lines.iter())
        .filter(|row| row.below_zero)
        .filter_map(|row| match &row.key {
            Key::Line(line) => Some((line, &row.figures)),
            Key::Fund(_) | Key::Year(_) | Key::Code(_) | Key::Without => None,
        })
        .collect();
    let mut found = Vec::new();
    for (place, figures) in balances.places()? {
        if let Some(line) = given.get(&place.line) {
            let below = figures.below_zero().into_iter();
            found.extend(below.map(|(stage, amount)| (place, stage, amount, *line)));
        }
    }
    found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let mut table = FINDINGS.table(&[], header);
    let mut total = Amount::ZERO;
    for (place, stage, amount, line) in found {
        let (account, given): (&str, _) = (Stage::text(stage), line.budget_final()?);
        total = total.checked_add(amount).ok_or_else(|| crate::projection::overflow("findings"))?;
        table.rows.push(vec![
            code(stage, balances.as_of().is_some()).into(),
            (&place.line).into(),
            (&place.line.fund).into(),
            place.line.year.into(),
            account.into(),
            place.project.as_ref().into(),
            place.commitment.as_ref().into(),
            amount.into(),
            given.into(),
        ]);
    }
    table.set_totals(vec![("balance", total.into())]);
    Ok(table)
}

/// At an earlier day a contract's account may be below zero for want of what was dated later.
fn code(stage: Stage, as_of: bool) -> &'static str {
    match stage {
        Stage::Committed | Stage::Paid if !as_of => "negative_amount",
        Stage::Authority
        | Stage::Unreserved
        | Stage::Reserved
        | Stage::Committed
        | Stage::ApprovedUnpaid
        | Stage::Paid
        | Stage::RefundedOut
        | Stage::CarriedOut
        | Stage::Lapsed
        | Stage::Invested => "below_zero",
    }
}
