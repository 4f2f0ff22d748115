//! Leverage 资金撬动情况表: what public money drew, pledged and paid side by side, every kind of
//! investment in columns of its own.

use super::table::{Cell, Column, Header, Kind, Spec, Table};
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::groups::Key;
use crate::projection::leverage::{Drawn, Leverage, LeverageBy, Question};
use crate::projection::names::Names;

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
/// `filter_not_here` for a word that leverage has no answer to; `sum_overflow`.
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
        cells.extend(cells_of(drawn)?.into_iter().map(|(_, cell)| cell));
        table.rows.push(cells);
    }
    table.set_totals(cells_of(&total)?);
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

fn cells_of(drawn: &Drawn) -> Result<Vec<(&'static str, Cell)>> {
    let (pledged, paid) = (&drawn.pledged, &drawn.paid);
    Ok(vec![
        ("projects", drawn.projects.into()),
        ("ceiling", pledged.public.into()),
        ("paid_net", paid.public.into()),
        ("private_pledged", pledged.drawn.private.into()),
        ("private_paid_in", paid.drawn.private.into()),
        ("enterprise_build_pledged", pledged.drawn.enterprise_build.into()),
        ("enterprise_build_paid_in", paid.drawn.enterprise_build.into()),
        ("own_funds_pledged", pledged.drawn.own_funds.into()),
        ("own_funds_paid_in", paid.drawn.own_funds.into()),
        ("other_public_pledged", pledged.drawn.other_public.into()),
        ("other_public_paid_in", paid.drawn.other_public.into()),
        ("in_kind_pledged", pledged.drawn.in_kind.into()),
        ("in_kind_paid_in", paid.drawn.in_kind.into()),
        ("leverage_own_pledged", pledged.leverage_own()?.into()),
        ("leverage_own_paid", paid.leverage_own()?.into()),
        ("leverage_public_pledged", pledged.leverage_public()?.into()),
        ("leverage_public_paid", paid.leverage_public()?.into()),
        ("multiplier_pledged", pledged.multiplier()?.into()),
        ("multiplier_paid", paid.multiplier()?.into()),
        ("pledge_fulfilment", drawn.pledge_fulfilment()?.into()),
    ])
}
