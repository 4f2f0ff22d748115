//! Balances by fund, year, line, project, district, contract or payee.

use super::table::{Cell, Column, Header, Kind, Note, Shown, Spec, Table};
use crate::domain::calendar::Year;
use crate::domain::ids::Code;
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::figures::Figures;
use crate::projection::groups::{self, By, Grouped, Key, Row, Selection};
use crate::projection::names::{Fund, Names};
use crate::projection::totals::Totals;
use std::collections::BTreeSet;

/// What a row of balances may be for.
pub(super) const KEYS: &[Column] = &[
    Column::new("line", Kind::Code),
    Column::new("fund", Kind::Code),
    Column::new("year", Kind::Count),
    Column::data("origin", Kind::Count),
    Column::data("class", Kind::Code),
    Column::new("project", Kind::Code),
    Column::new("district", Kind::Code),
    Column::new("commitment", Kind::Code),
    Column::new("name", Kind::Name),
    Column::new("name_zh", Kind::Name),
    Column::used("ceiling", Kind::Amount),
];

macro_rules! figures {
    ($($more:expr),*) => {
        &[
            Column::used("allocated", Kind::Amount),
            Column::used("adjustments", Kind::Amount),
            Column::used("transfers_net", Kind::Amount),
            Column::used("carried_in", Kind::Amount),
            Column::used("funded", Kind::Amount),
            Column::new("budget_final", Kind::Amount),
            Column::used("reserved", Kind::Amount),
            Column::used("committed", Kind::Amount),
            Column::used("approved_unpaid", Kind::Amount),
            Column::new("paid_net", Kind::Amount),
            Column::used("refunded_out", Kind::Amount),
            Column::used("carried_out", Kind::Amount),
            Column::used("lapsed", Kind::Amount),
            Column::new("available", Kind::Amount),
            Column::new("execution_rate", Kind::Ratio),
            $($more,)*
            Column::used("below_zero", Kind::Flag),
        ]
    };
}
pub(super) use figures;

/// `balance`: figures by the names of the budget.
pub const BALANCE: Spec = Spec { name: "balance", keys: KEYS, columns: figures!() };

/// `balance --by payee`: committed and paid only.
pub const BALANCE_PAYEE: Spec = Spec {
    name: "balance-payee",
    keys: &[],
    columns: &[
        Column::new("payee", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
        Column::new("committed", Kind::Amount),
        Column::new("paid_net", Kind::Amount),
    ],
};

/// Balances by what is asked for.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to; `sum_overflow`.
pub fn balance(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    by: By,
    header: Header,
) -> Result<Table> {
    let grouped = groups::rows(balances, names, selection, by)?;
    Ok(table_of(&grouped, by, header, &|key| key_cells(names, key, by)))
}

/// Balances by fund, year or line of the lines alone; `None` where more is asked for than they know.
#[must_use]
pub fn balance_of_lines(
    totals: &Totals,
    selection: Selection<'_>,
    by: By,
    header: Header,
) -> Option<Table> {
    let grouped = groups::rows_of_lines(totals, selection, by)?;
    let cells = |key: &Key| match key {
        Key::Fund(code) => fund_cells(code, totals.funds.get(code)),
        Key::Year(_) | Key::Line(_) | Key::Code(_) | Key::Without => line_cells(key, by),
    };
    let mut table = table_of(&grouped, by, header, &cells);
    if !matches!(by, By::Year | By::Line) {
        table.notes.extend(note_of_years(&groups::years_of_lines(totals, selection), selection));
    }
    Some(table)
}

fn table_of(
    grouped: &Grouped,
    by: By,
    header: Header,
    key_cells: &dyn Fn(&Key) -> Vec<Cell>,
) -> Table {
    let mut table = of_rows(&BALANCE, by, header);
    for row in &grouped.rows {
        let mut cells = key_cells(&row.key);
        cells.extend(figure_cells(row.figures.as_ref()).into_iter().map(|(_, cell)| cell));
        cells.push(row.below_zero.into());
        table.rows.push(cells);
    }
    table.set_totals(figure_cells(grouped.total.figures.as_ref()));
    table.notes.extend(notes(grouped));
    table
}

/// Committed and paid by payee.
///
/// # Errors
/// As [`balance`].
pub fn by_payee(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    header: Header,
) -> Result<Table> {
    let (rows, total) = groups::payees(balances, names, selection)?;
    let mut table = BALANCE_PAYEE.table(&[], header);
    for row in rows {
        let known = row.payee.code().and_then(|code| names.payees.get(code));
        table.rows.push(vec![
            row.payee.code().into(),
            known.map(|payee| &payee.name).into(),
            known.and_then(|payee| payee.name_zh.as_ref()).into(),
            row.committed.into(),
            row.paid_net.into(),
        ]);
    }
    if total.committed.is_none() || total.paid_net.is_none() {
        table.notes.push(beyond_counting());
    }
    let (committed, paid) = (total.committed.into(), total.paid_net.into());
    table.set_totals(vec![("committed", committed), ("paid_net", paid)]);
    Ok(table)
}

/// An empty table with the keys of `by`. A line says its fund and year itself.
pub(super) fn of_rows(spec: &Spec, by: By, header: Header) -> Table {
    let mut table = spec.table(keys(by), header);
    for column in table.columns.iter_mut().filter(|_| by == By::Line) {
        if matches!(column.key, "fund" | "year") {
            column.shown = Shown::InData;
        }
    }
    table
}

/// The keys of rows by `by`, in the order of [`KEYS`].
fn keys(by: By) -> &'static [&'static str] {
    match by {
        By::Fund => &["fund", "name", "name_zh"],
        By::Year => &["year"],
        By::Line => &["line", "fund", "year", "origin", "class"],
        By::Project => &["project", "name", "name_zh", "ceiling"],
        By::District => &["district", "name", "name_zh"],
        By::Commitment => &["commitment", "name", "name_zh"],
    }
}

/// The cells of [`keys`].
pub(super) fn key_cells(names: &Names, key: &Key, by: By) -> Vec<Cell> {
    match key {
        Key::Year(_) | Key::Line(_) | Key::Without => line_cells(key, by),
        Key::Fund(code) if by == By::Fund => fund_cells(code, names.funds.get(code)),
        Key::Fund(code) | Key::Code(code) => {
            let (name, name_zh) = name(names, code, by);
            let mut cells = vec![code.into(), name, name_zh];
            if by == By::Project {
                let ceiling = names.projects.get(code).and_then(|project| project.ceiling);
                cells.push(ceiling.into());
            }
            cells
        }
    }
}

/// The cells of what no name is needed for.
fn line_cells(key: &Key, by: By) -> Vec<Cell> {
    match key {
        Key::Year(year) => vec![(*year).into()],
        Key::Line(line) => {
            let class = Some(&line.class).filter(|class| !class.as_str().is_empty());
            let (fund, origin) = (&line.fund, line.origin);
            vec![line.into(), fund.into(), line.year.into(), origin.into(), class.into()]
        }
        Key::Fund(_) | Key::Code(_) | Key::Without => vec![Cell::Empty; keys(by).len()],
    }
}

fn fund_cells(code: &Code, fund: Option<&Fund>) -> Vec<Cell> {
    let name_zh = fund.and_then(|fund| fund.name_zh.as_ref());
    vec![code.into(), fund.map(|fund| &fund.name).into(), name_zh.into()]
}

fn name(names: &Names, code: &Code, by: By) -> (Cell, Cell) {
    let (name, name_zh) = match by {
        By::Project => {
            let project = names.projects.get(code);
            (project.map(|p| &p.title), project.and_then(|p| p.title_zh.as_ref()))
        }
        By::District => {
            let district = names.districts.get(code);
            (district.map(|d| &d.name), district.and_then(|d| d.name_zh.as_ref()))
        }
        By::Commitment => (names.commitments.get(code).and_then(|c| c.title.as_ref()), None),
        By::Fund | By::Year | By::Line => (None, None),
    };
    (name.into(), name_zh.into())
}

/// The figures, by key, up to the execution rate; empty where they cannot be counted.
pub(super) fn figure_cells(figures: Option<&Figures>) -> Vec<(&'static str, Cell)> {
    let counted = figures.and_then(|figures| {
        Some((figures, figures.budget_final().ok()?, figures.execution_rate().ok()?))
    });
    let Some((figures, budget_final, execution_rate)) = counted else {
        return FIGURES.iter().map(|key| (*key, Cell::Empty)).collect();
    };
    vec![
        ("allocated", figures.allocated.into()),
        ("adjustments", figures.adjustments.into()),
        ("transfers_net", figures.transfers_net.into()),
        ("carried_in", figures.carried_in.into()),
        ("funded", figures.funded.into()),
        ("budget_final", budget_final.into()),
        ("reserved", figures.reserved.into()),
        ("committed", figures.committed.into()),
        ("approved_unpaid", figures.approved_unpaid.into()),
        ("paid_net", figures.paid_net.into()),
        ("refunded_out", figures.refunded_out.into()),
        ("carried_out", figures.carried_out.into()),
        ("lapsed", figures.lapsed.into()),
        ("available", figures.available.into()),
        ("execution_rate", execution_rate.into()),
    ]
}

/// The keys of [`figure_cells`], in order.
const FIGURES: &[&str] = &[
    "allocated",
    "adjustments",
    "transfers_net",
    "carried_in",
    "funded",
    "budget_final",
    "reserved",
    "committed",
    "approved_unpaid",
    "paid_net",
    "refunded_out",
    "carried_out",
    "lapsed",
    "available",
    "execution_rate",
];

/// What the marks and gaps of a table mean, where there are any.
pub(super) fn notes(grouped: &Grouped) -> Vec<Note> {
    let all = grouped.rows.iter().chain([&grouped.total]);
    let beyond = all.clone().any(|row| row.figures.is_none()).then(beyond_counting);
    note_below_zero(&grouped.rows).into_iter().chain(beyond).collect()
}

/// A gap says that a figure is not known here, never that it is zero.
pub(super) fn beyond_counting() -> Note {
    Note {
        en: "empty: a sum beyond what can be counted (2^127 minor units); amounts of that size can \
             only be a mistake: find them with balance --by line, and reverse them"
            .to_owned(),
        zh: "空白：合计超出可计数范围（2^127 最小货币单位）；如此金额只能是差错，请用 balance --by line 查出并冲销"
            .to_owned(),
    }
}

/// Which fiscal years are in figures that nobody asked one year of; nothing where it is one.
#[must_use]
pub fn note_years(balances: &Balances, names: &Names, selection: Selection<'_>) -> Option<Note> {
    note_of_years(&groups::years(balances, names, selection), selection)
}

fn note_of_years(years: &BTreeSet<Year>, selection: Selection<'_>) -> Option<Note> {
    let last = years.last().filter(|_| selection.years.is_empty() && years.len() > 1)?;
    let listed =
        |between: &str| years.iter().map(ToString::to_string).collect::<Vec<_>>().join(between);
    Some(Note {
        en: format!("fiscal years in it: {}; one of them: --year {last}", listed(", ")),
        zh: format!("含 {} 年度；只看一年：--year {last}", listed("、")),
    })
}

/// What the mark means, where there is one.
fn note_below_zero(rows: &[Row]) -> Option<Note> {
    rows.iter().any(|row| row.below_zero).then(|| Note {
        en: "! an account of this row stands below zero (report findings names it)".to_owned(),
        zh: "！ 该行有科目余额为负（见疑点清单）".to_owned(),
    })
}
