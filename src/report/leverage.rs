//! Leverage 资金撬动情况表: what public money drew, pledged and paid side by side, every kind of
//! investment in columns of its own.

use super::balance::beyond_counting;
use super::table::{Cell, Column, Header, Kind, Spec, Table};
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::groups::Key;
use crate::projection::leverage::{Drawn, Leverage, LeverageBy, Question};
use crate::projection::names::Names;
use crate::projection::ratio::Ratio;

/// `report leverage`.
pub const LEVERAGE: Spec = Spec {
    name: "leverage",
    keys: &[
        Column::new("fund", Kind::Code),
        Column::new("project", Kind::Code),
        Column::new("district", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
    ],
    columns: &[
        Column::new("projects", Kind::Count),
        Column::new("ceiling", Kind::Amount),
        Column::new("paid_net", Kind::Amount),
        Column::new("private_pledged", Kind::Amount),
        Column::new("private_paid_in", Kind::Amount),
        Column::used("enterprise_build_pledged", Kind::Amount),
        Column::used("enterprise_build_paid_in", Kind::Amount),
        Column::used("own_funds_pledged", Kind::Amount),
        Column::used("own_funds_paid_in", Kind::Amount),
        Column::used("other_public_pledged", Kind::Amount),
        Column::used("other_public_paid_in", Kind::Amount),
        Column::used("in_kind_pledged", Kind::Amount),
        Column::used("in_kind_paid_in", Kind::Amount),
        Column::new("leverage_own_pledged", Kind::Ratio),
        Column::new("leverage_own_paid", Kind::Ratio),
        Column::new("leverage_public_pledged", Kind::Ratio),
        Column::new("leverage_public_paid", Kind::Ratio),
        Column::used("multiplier_pledged", Kind::Ratio),
        Column::used("multiplier_paid", Kind::Ratio),
        Column::used("pledge_fulfilment", Kind::Ratio),
    ],
};

/// The report. `balances` MUST be of the same entries and day as `leverage`.
///
/// # Errors
/// `filter_not_here` for a word that leverage has no answer to; `sum_overflow` where a single line cannot
/// be counted.
pub fn leverage(
    leverage: &Leverage,
    balances: &Balances,
    names: &Names,
    question: Question<'_>,
    header: Header,
) -> Result<Table> {
    let (rows, total) = leverage.rows(balances, names, question)?;
    let key = match question.by {
        LeverageBy::Fund => "fund",
        LeverageBy::Project => "project",
        LeverageBy::District => "district",
    };
    let mut table = LEVERAGE.table(&[key, "name", "name_zh"], header);
    for (of, drawn) in &rows {
        let (name, name_zh) = name(names, of, question.by);
        let mut cells = vec![of.code().into(), name, name_zh];
        cells.extend(cells_of(drawn).into_iter().map(|(_, cell)| cell));
        table.rows.push(cells);
    }
    table.set_totals(cells_of(&total));
    let has_gaps = rows.iter().map(|(_, drawn)| drawn).chain([&total]).any(has_gap);
    table.notes.extend(has_gaps.then(beyond_counting));
    Ok(table)
}

fn name(names: &Names, key: &Key, by: LeverageBy) -> (Cell, Cell) {
    let Some(code) = key.code() else { return (Cell::Empty, Cell::Empty) };
    let (name, name_zh) = match by {
        LeverageBy::Fund => {
            let fund = names.funds.get(code);
            (fund.map(|f| &f.name), fund.and_then(|f| f.name_zh.as_ref()))
        }
        LeverageBy::Project => {
            let project = names.projects.get(code);
            (project.map(|p| &p.title), project.and_then(|p| p.title_zh.as_ref()))
        }
        LeverageBy::District => {
            let district = names.districts.get(code);
            (district.map(|d| &d.name), district.and_then(|d| d.name_zh.as_ref()))
        }
    };
    (name.into(), name_zh.into())
}

/// True where a figure is beyond what can be counted.
fn has_gap(drawn: &Drawn) -> bool {
    drawn.is_beyond || ratios(drawn).into_iter().any(|(_, ratio)| ratio.is_none())
}

/// The figures; empty where one cannot be counted.
fn cells_of(drawn: &Drawn) -> Vec<(&'static str, Cell)> {
    let (pledged, paid) = (&drawn.pledged, &drawn.paid);
    let amounts = [
        ("ceiling", pledged.public),
        ("paid_net", paid.public),
        ("private_pledged", pledged.drawn.private),
        ("private_paid_in", paid.drawn.private),
        ("enterprise_build_pledged", pledged.drawn.enterprise_build),
        ("enterprise_build_paid_in", paid.drawn.enterprise_build),
        ("own_funds_pledged", pledged.drawn.own_funds),
        ("own_funds_paid_in", paid.drawn.own_funds),
        ("other_public_pledged", pledged.drawn.other_public),
        ("other_public_paid_in", paid.drawn.other_public),
        ("in_kind_pledged", pledged.drawn.in_kind),
        ("in_kind_paid_in", paid.drawn.in_kind),
    ];
    let mut cells = vec![("projects", drawn.projects.into())];
    let known = |amount| if drawn.is_beyond { Cell::Empty } else { Cell::Amount(amount) };
    cells.extend(amounts.map(|(key, amount)| (key, known(amount))));
    let ratios = ratios(drawn).into_iter();
    cells.extend(ratios.map(|(key, ratio)| (key, ratio.map_or(Cell::Empty, Cell::from))));
    cells
}

fn ratios(drawn: &Drawn) -> [(&'static str, Option<Ratio>); 7] {
    let (pledged, paid) = (&drawn.pledged, &drawn.paid);
    let all = [
        ("leverage_own_pledged", pledged.leverage_own()),
        ("leverage_own_paid", paid.leverage_own()),
        ("leverage_public_pledged", pledged.leverage_public()),
        ("leverage_public_paid", paid.leverage_public()),
        ("multiplier_pledged", pledged.multiplier()),
        ("multiplier_paid", paid.multiplier()),
        ("pledge_fulfilment", drawn.pledge_fulfilment()),
    ];
    all.map(|(key, ratio)| (key, ratio.ok().filter(|_| !drawn.is_beyond)))
}
