//! The list of follow-on investments 社会资本台账: who promised what to which project, and what came of it.

use super::master::total;
use super::table::{Column, Header, Kind, Note, Spec, Table};
use crate::error::Result;
use crate::projection::filter::{Filter, Subject};
use crate::projection::leverage::Leverage;
use crate::projection::names::Names;

/// `follow-on list`.
pub const FOLLOW_ON: Spec = Spec {
    name: "follow-on",
    keys: &[],
    columns: &[
        Column::new("follow_on", Kind::Code),
        Column::new("project", Kind::Code),
        Column::new("investor", Kind::Name),
        Column::new("kind", Kind::Word),
        Column::new("status", Kind::Word),
        Column::new("pledged_on", Kind::Date),
        Column::new("pledged", Kind::Amount),
        Column::new("paid_in", Kind::Amount),
        Column::new("withdrawn", Kind::Amount),
        Column::new("not_paid_in_yet", Kind::Amount),
    ],
};

/// The investments, by code. An investment is in its project's district, else in that of a fund of the
/// project.
///
/// # Errors
/// `filter_not_here` for a word that investments have no answer to.
pub fn follow_on(
    leverage: &Leverage,
    names: &Names,
    filter: &Filter,
    header: Header,
) -> Result<Table> {
    filter.only("the list of investments", &["project", "district"])?;
    let mut table = FOLLOW_ON.table(&[], header);
    let (mut has_private, mut has_others) = (false, false);
    for (code, investment) in leverage.investments() {
        let project = Some(&investment.project);
        let wants = |district| filter.matches(&Subject { project, district, ..Subject::default() });
        let mut funds = leverage.funds_of(&investment.project).peekable();
        let is_wanted = if funds.peek().is_none() {
            wants(names.projects.get(&investment.project).and_then(|p| p.district.as_ref()))
        } else {
            // Every `not:` has to hold for all of its funds, everything else for one.
            let districts: Vec<_> = funds.map(|fund| names.district(fund, project)).collect();
            let refuses =
                |district| filter.refuses(&Subject { project, district, ..Subject::default() });
            !districts.iter().copied().any(refuses) && districts.into_iter().any(wants)
        };
        if !is_wanted {
            continue;
        }
        has_private |= investment.is_private();
        has_others |= !investment.is_private();
        table.rows.push(vec![
            code.into(),
            project.into(),
            (&investment.investor).into(),
            investment.kind.text().into(),
            investment.status().into(),
            investment.pledged_on.into(),
            investment.pledged.into(),
            investment.paid_in.into(),
            investment.withdrawn.into(),
            investment.rest().into(),
        ]);
    }
    total(&mut table, &["pledged", "paid_in", "withdrawn", "not_paid_in_yet"]);
    if has_private && has_others {
        table.notes.push(mixed());
    }
    Ok(table)
}

/// What the total must not be taken for.
fn mixed() -> Note {
    Note {
        en: "the total is of all kinds; private money alone is what `earmark report leverage` counts"
            .to_owned(),
        zh: "合计含各类投资；仅计社会资本的数见资金撬动情况表（`earmark report leverage`）。".to_owned(),
    }
}
