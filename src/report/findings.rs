//! Findings 疑点清单: every account that stands below zero, with what its line was given, then every
//! finding that a receipt warned of, by entry; and which tests ran, and which could not. A line that
//! is spent beyond what it has is `below_zero`; the account of a contract or payment can only be so at
//! the end because history had a negative amount, and is `negative_amount`, as `admit` calls it.

use super::table::{Cell, Column, Header, Kind, Note, Spec, Table};
use crate::domain::ids::LineKey;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::figures::Figures;
use crate::projection::groups::{self, By, Key, Selection};
use crate::projection::names::Names;
use crate::projection::told::Told;
use crate::words::Lang;
use crate::words::finding::finding;
use std::collections::BTreeMap;

/// `report findings`.
pub const FINDINGS: Spec = Spec {
    name: "findings",
    keys: &[],
    columns: &[
        Column::new("code", Kind::Word),
        Column::used("entry", Kind::Count),
        Column::used("occurred_on", Kind::Date),
        Column::new("line", Kind::Code),
        Column::data("fund", Kind::Code),
        Column::data("year", Kind::Count),
        Column::new("account", Kind::Word),
        Column::used("project", Kind::Code),
        Column::used("commitment", Kind::Code),
        Column::new("balance", Kind::Amount),
        Column::new("budget_final", Kind::Amount),
        Column::used("message", Kind::Code),
    ],
};

/// Accounts below zero, in order of line, with their sum as total; then what receipts told, in order of
/// the entry.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to; `sum_overflow`.
pub fn findings(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    told: &[Told],
    header: Header,
) -> Result<Table> {
    let lines = groups::rows(balances, names, selection, By::Line)?.rows;
    let given: BTreeMap<&LineKey, &Figures> = (lines.iter())
        .filter(|row| row.below_zero)
        .filter_map(|row| match &row.key {
            Key::Line(line) => Some((line, row.figures.as_ref()?)),
            Key::Fund(_) | Key::Year(_) | Key::Code(_) | Key::Without => None,
        })
        .collect();
    let mut found = Vec::new();
    for (place, figures) in balances.places() {
        if let Some((line, figures)) = given.get(&place.line).zip(figures) {
            let below = figures.below_zero().into_iter();
            found.extend(below.map(|(stage, amount)| (place, stage, amount, *line)));
        }
    }
    found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let mut table = FINDINGS.table(&[], header);
    let mut total = Some(Amount::ZERO);
    for (place, stage, amount, line) in found {
        let (account, given): (&str, _) = (Stage::text(stage), line.budget_final().ok());
        total = total.and_then(|total| total.checked_add(amount));
        table.rows.push(vec![
            code(stage, balances.as_of().is_some()).into(),
            Cell::Empty,
            Cell::Empty,
            (&place.line).into(),
            (&place.line.fund).into(),
            place.line.year.into(),
            account.into(),
            place.project.as_ref().into(),
            place.commitment.as_ref().into(),
            amount.into(),
            given.into(),
            Cell::Empty,
        ]);
    }
    table.set_totals(vec![("balance", total.into())]);
    let wanted = told.iter().filter(|told| is_wanted(told, balances, selection, names));
    table.rows.extend(wanted.map(told_cells));
    table.notes.push(tests());
    Ok(table)
}

/// By the line it is on; what is on none is wanted where nothing is chosen.
fn is_wanted(told: &Told, balances: &Balances, selection: Selection<'_>, names: &Names) -> bool {
    let is_later = balances.as_of().is_some_and(|day| told.occurred_on > day);
    let is_chosen = match &told.line {
        Some(line) => selection.has_line(names, line, told.project.as_ref()),
        None => selection.filter.is_empty() && selection.years.is_empty(),
    };
    is_chosen && !is_later
}

fn told_cells(told: &Told) -> Vec<Cell> {
    vec![
        told.code.into(),
        told.entry.into(),
        told.occurred_on.into(),
        told.line.as_ref().into(),
        told.line.as_ref().map(|line| &line.fund).into(),
        told.line.as_ref().map(|line| line.year).into(),
        told.account.map(Stage::text).into(),
        told.project.as_ref().into(),
        told.commitment.as_ref().into(),
        told.amount.into(),
        Cell::Empty,
        Cell::Said(finding(&told.finding, Lang::En), finding(&told.finding, Lang::Zh)),
    ]
}

/// A list without rows is no all-clear: it says what was looked for.
fn tests() -> Note {
    Note {
        en: "looked for, in every entry: accounts below zero, payments above their contract and \
             contracts above their ceiling (D13); in history also dates outside a line's year, dates \
             out of order, negative amounts. Not in this release: D01 to D12, D14 to D19. The total \
             is of accounts that stand below zero now."
            .to_owned(),
        zh: "逐笔检查：余额为负、超合同支付、超批复金额（D13）；历史数据另查：超出指标年度、日期颠倒、负数金额。\
             本版尚无：D01 至 D12、D14 至 D19。合计仅含目前余额为负的科目。"
            .to_owned(),
    }
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
