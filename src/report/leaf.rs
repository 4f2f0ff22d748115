//! Balances by leaf: a row a line, stage, project and contract, and in all zero, for whatever stands in one
//! account came out of another.

use super::balance::beyond_counting;
use super::master::total;
use super::table::{Column, Header, Kind, Spec, Table};
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::groups::{self, Selection};
use crate::projection::names::Names;

/// `balance --by leaf`.
pub const BALANCE_LEAF: Spec = Spec {
    name: "balance-leaf",
    keys: &[],
    columns: &[
        Column::new("line", Kind::Code),
        Column::data("fund", Kind::Code),
        Column::data("year", Kind::Count),
        Column::data("origin", Kind::Count),
        Column::data("class", Kind::Code),
        Column::new("stage", Kind::Word),
        Column::used("project", Kind::Code),
        Column::used("commitment", Kind::Code),
        Column::new("balance", Kind::Amount),
    ],
};

/// The leaves that are not zero, ascending.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to.
pub fn by_leaf(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    header: Header,
) -> Result<Table> {
    let leaves = groups::leaves(balances, names, selection)?;
    let mut table = BALANCE_LEAF.table(&[], header);
    for (leaf, balance) in &leaves {
        let class = Some(&leaf.line.class).filter(|class| !class.as_str().is_empty());
        table.rows.push(vec![
            (&leaf.line).into(),
            (&leaf.line.fund).into(),
            leaf.line.year.into(),
            leaf.line.origin.into(),
            class.into(),
            leaf.stage.text().into(),
            leaf.project.as_ref().into(),
            leaf.commitment.as_ref().into(),
            (*balance).into(),
        ]);
    }
    if leaves.values().any(Option::is_none) {
        table.notes.push(beyond_counting());
    }
    total(&mut table, &["balance"]);
    Ok(table)
}
