//! Lists of master data: funds, projects, payees, contracts, districts, programmes, officers. As
//! known at the size that was read; the amounts beside them are balances.

use super::balance::beyond_counting;
use super::table::{Cell, Column, Header, Kind, Spec, Table};
use crate::domain::ids::{Code, Tag};
use crate::domain::money::Amount;
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::figures::Figures;
use crate::projection::filter::{Filter, Subject};
use crate::projection::groups::{self, By, Grouped, Selection};
use crate::projection::names::Names;
use std::collections::{BTreeMap, BTreeSet};

/// `funds`.
pub const FUNDS: Spec = Spec {
    name: "funds",
    keys: &[],
    columns: &[
        Column::new("fund", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
        Column::new("kind", Kind::Word),
        Column::new("status", Kind::Word),
        Column::used("district", Kind::Code),
        Column::new("purposes", Kind::Codes),
        Column::used("manager", Kind::Name),
        Column::new("established_on", Kind::Date),
        Column::new("budget_final", Kind::Amount),
        Column::new("available", Kind::Amount),
    ],
};

/// `projects`.
pub const PROJECTS: Spec = Spec {
    name: "projects",
    keys: &[],
    columns: &[
        Column::new("project", Kind::Code),
        Column::new("title", Kind::Name),
        Column::new("title_zh", Kind::Name),
        Column::new("status", Kind::Word),
        Column::used("district", Kind::Code),
        Column::used("programme", Kind::Code),
        Column::new("purpose", Kind::Code),
        Column::data("funds", Kind::Codes),
        Column::used("start", Kind::Date),
        Column::used("end", Kind::Date),
        Column::new("approved_on", Kind::Date),
        Column::new("ceiling", Kind::Amount),
        Column::new("reserved", Kind::Amount),
        Column::new("committed", Kind::Amount),
        Column::new("paid_net", Kind::Amount),
    ],
};

/// `payees`.
pub const PAYEES: Spec = Spec {
    name: "payees",
    keys: &[],
    columns: &[
        Column::new("payee", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
        Column::used("credit_code", Kind::Code),
        Column::new("committed", Kind::Amount),
        Column::new("paid_net", Kind::Amount),
    ],
};

/// `commitments`.
pub const COMMITMENTS: Spec = Spec {
    name: "commitments",
    keys: &[],
    columns: &[
        Column::new("commitment", Kind::Code),
        Column::used("title", Kind::Name),
        Column::used("payee", Kind::Code),
        Column::new("status", Kind::Word),
        Column::new("made_on", Kind::Date),
        Column::new("funds", Kind::Codes),
        Column::used("project_codes", Kind::Codes),
        Column::data("purpose", Kind::Code),
        Column::new("amount", Kind::Amount),
        Column::new("committed", Kind::Amount),
        Column::new("paid_net", Kind::Amount),
    ],
};

/// `district list`.
pub const DISTRICTS: Spec = Spec {
    name: "districts",
    keys: &[],
    columns: &[
        Column::new("district", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
        Column::new("level", Kind::Word),
        Column::used("above", Kind::Code),
        Column::used("valid_from", Kind::Date),
        Column::used("valid_to", Kind::Date),
        Column::used("successor", Kind::Code),
    ],
};

/// `programme list`.
pub const PROGRAMMES: Spec = Spec {
    name: "programmes",
    keys: &[],
    columns: &[
        Column::new("programme", Kind::Code),
        Column::new("name", Kind::Name),
        Column::new("name_zh", Kind::Name),
        Column::used("district", Kind::Code),
    ],
};

/// `officer list`.
pub const OFFICERS: Spec = Spec {
    name: "officers",
    keys: &[],
    columns: &[
        Column::new("number", Kind::Count),
        Column::new("officer", Kind::Code),
        Column::new("roles", Kind::Codes),
        Column::used("limit", Kind::Amount),
        Column::new("since", Kind::Count),
        Column::used("revoked", Kind::Count),
        Column::new("key_since", Kind::Count),
        Column::new("key", Kind::Code),
    ],
};

fn tags(tags: &[Tag]) -> Cell {
    tags.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

fn codes(codes: Option<&BTreeSet<&Code>>) -> Cell {
    codes.into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().into()
}

fn status(closed: bool) -> Cell {
    if closed { "closed" } else { "open" }.into()
}

/// Balances of everything, by code.
struct ByCode(Grouped);

impl ByCode {
    fn new(balances: &Balances, names: &Names, by: By) -> Result<Self> {
        let selection = Selection { filter: &Filter::default(), years: &[] };
        groups::rows(balances, names, selection, by).map(Self)
    }

    /// Zero without postings; nothing where they cannot be counted.
    fn get(&self, code: &Code) -> Option<Figures> {
        let found = self.0.rows.iter().find(|row| row.key.code() == Some(code));
        found.map_or(Some(Figures::default()), |row| row.figures)
    }
}

/// Adds up the amounts of some columns for a total; one that cannot be counted stays empty.
pub(super) fn total(table: &mut Table, keys: &[&'static str]) {
    let mut totals = Vec::new();
    for key in keys {
        let Some(place) = table.place(key) else { continue };
        let amounts = table.rows.iter().filter_map(|row| match row.get(place) {
            Some(Cell::Amount(amount)) => Some(*amount),
            Some(_) | None => None,
        });
        let sum = Amount::sum(amounts.collect::<Vec<_>>());
        totals.push((*key, sum.into()));
    }
    if totals.iter().any(|(_, cell)| *cell == Cell::Empty) {
        table.notes.push(beyond_counting());
    }
    table.set_totals(totals);
}

/// Funds, with what they were given and what is available.
///
/// # Errors
/// `filter_not_here` for a word that funds have no answer to; `sum_overflow`.
pub fn funds(names: &Names, balances: &Balances, filter: &Filter, header: Header) -> Result<Table> {
    filter.only("the list of funds", &["fund", "district"])?;
    let by_fund = ByCode::new(balances, names, By::Fund)?;
    let mut table = FUNDS.table(&[], header);
    for (code, fund) in &names.funds {
        let funds = [Some(code), None];
        let district = fund.district.as_ref();
        if !filter.matches(&Subject { funds, district, ..Subject::default() }) {
            continue;
        }
        let figures = by_fund.get(code);
        table.rows.push(vec![
            code.into(),
            (&fund.name).into(),
            fund.name_zh.as_ref().into(),
            fund.kind.text().into(),
            status(fund.closed),
            district.into(),
            tags(&fund.purposes),
            fund.manager.as_ref().into(),
            fund.established_on.into(),
            figures.and_then(|figures| figures.budget_final().ok()).into(),
            figures.map(|figures| figures.available).into(),
        ]);
    }
    total(&mut table, &["budget_final", "available"]);
    Ok(table)
}

/// Funds and projects that things have postings in.
#[derive(Default)]
struct Touched<'a> {
    funds: BTreeSet<&'a Code>,
    projects: BTreeSet<&'a Code>,
}

/// True if one of the funds, projects and their districts is what the filter asks for.
fn is_wanted(
    filter: &Filter,
    names: &Names,
    touched: Option<&Touched<'_>>,
    project: Option<&Code>,
    payee: Option<&Code>,
) -> bool {
    let none = [None];
    let funds: Vec<Option<&Code>> =
        touched.map(|t| t.funds.iter().map(|fund| Some(*fund)).collect()).unwrap_or_default();
    let funds = if funds.is_empty() { &none[..] } else { &funds[..] };
    let of_contract: Vec<Option<&Code>> =
        touched.map(|t| t.projects.iter().map(|code| Some(*code)).collect()).unwrap_or_default();
    let own = [project];
    let projects =
        if project.is_some() || of_contract.is_empty() { &own[..] } else { &of_contract[..] };
    funds.iter().any(|fund| {
        projects.iter().any(|project| {
            let of_project = project.and_then(|p| names.projects.get(p)?.district.as_ref());
            let district = of_project.or_else(|| names.funds.get((*fund)?)?.district.as_ref());
            let funds = [*fund, None];
            let project = *project;
            filter.matches(&Subject { funds, project, payee, district, ..Subject::default() })
        })
    })
}

/// Projects, with what is held for them, committed and paid.
///
/// # Errors
/// `filter_not_here` for a word that projects have no answer to; `sum_overflow`.
pub fn projects(
    names: &Names,
    balances: &Balances,
    filter: &Filter,
    header: Header,
) -> Result<Table> {
    filter.only("the list of projects", &["fund", "project", "district"])?;
    let by_project = figures_by(balances, |place| place.project.as_ref());
    let mut table = PROJECTS.table(&[], header);
    for (code, project) in &names.projects {
        let (figures, touched) = by_project.get(code).map(|(f, t)| (*f, t)).unzip();
        if !is_wanted(filter, names, touched, Some(code), None) {
            continue;
        }
        let figures = figures.unwrap_or(Some(Figures::default()));
        table.rows.push(vec![
            code.into(),
            (&project.title).into(),
            project.title_zh.as_ref().into(),
            project.status.text().into(),
            project.district.as_ref().into(),
            project.programme.as_ref().into(),
            (&project.purpose).into(),
            codes(touched.map(|touched| &touched.funds)),
            project.start.into(),
            project.end.into(),
            project.approved_on.into(),
            project.ceiling.into(),
            figures.map(|figures| figures.reserved).into(),
            figures.map(|figures| figures.committed).into(),
            figures.map(|figures| figures.paid_net).into(),
        ]);
    }
    total(&mut table, &["ceiling", "reserved", "committed", "paid_net"]);
    Ok(table)
}

type Touching<'a> = BTreeMap<&'a Code, (Option<Figures>, Touched<'a>)>;

/// Figures of places by a code of theirs, with the funds and projects they touch.
fn figures_by(
    balances: &Balances,
    code: impl Fn(&crate::projection::balances::Place) -> Option<&Code>,
) -> Touching<'_> {
    let mut by_code = Touching::new();
    for (place, figures) in balances.places() {
        let Some(code) = code(place) else { continue };
        let first = || (Some(Figures::default()), Touched::default());
        let (sum, touched) = by_code.entry(code).or_insert_with(first);
        *sum = sum.zip(figures).and_then(|(sum, figures)| sum.checked_add(figures));
        touched.funds.insert(&place.line.fund);
        touched.projects.extend(place.project.as_ref());
    }
    by_code
}

/// Contracts, with the duty as it stands, what is owed and what was paid.
///
/// # Errors
/// `filter_not_here` for a word that contracts have no answer to; `sum_overflow`.
pub fn commitments(
    names: &Names,
    balances: &Balances,
    filter: &Filter,
    header: Header,
) -> Result<Table> {
    filter.only("the list of commitments", &["fund", "project", "district", "payee"])?;
    let by_contract = figures_by(balances, |place| place.commitment.as_ref());
    let mut table = COMMITMENTS.table(&[], header);
    for (code, made) in &names.commitments {
        let (figures, touched) = by_contract.get(code).map(|(f, t)| (*f, t)).unzip();
        if !is_wanted(filter, names, touched, None, made.payee.as_ref()) {
            continue;
        }
        let figures = figures.unwrap_or(Some(Figures::default()));
        table.rows.push(vec![
            code.into(),
            made.title.as_ref().into(),
            made.payee.as_ref().into(),
            status(made.closed),
            made.made_on.into(),
            codes(touched.map(|touched| &touched.funds)),
            codes(touched.map(|touched| &touched.projects)),
            made.purpose.as_ref().into(),
            made.amount.into(),
            figures.map(|figures| figures.committed).into(),
            figures.map(|figures| figures.paid_net).into(),
        ]);
    }
    total(&mut table, &["amount", "committed", "paid_net"]);
    Ok(table)
}

/// Payees, with what is owed to them and what they got.
///
/// # Errors
/// `filter_not_here` for a word that payees have no answer to; `sum_overflow`.
pub fn payees(
    names: &Names,
    balances: &Balances,
    filter: &Filter,
    header: Header,
) -> Result<Table> {
    filter.only("the list of payees", &["payee"])?;
    let selection = Selection { filter: &Filter::default(), years: &[] };
    let (rows, _) = groups::payees(balances, names, selection)?;
    let amounts: BTreeMap<&Code, (Option<Amount>, Option<Amount>)> = (rows.iter())
        .filter_map(|row| Some((row.payee.code()?, (row.committed, row.paid_net))))
        .collect();
    let mut table = PAYEES.table(&[], header);
    for (code, payee) in &names.payees {
        if !filter.matches(&Subject { payee: Some(code), ..Subject::default() }) {
            continue;
        }
        let nothing = (Some(Amount::ZERO), Some(Amount::ZERO));
        let (committed, paid) = amounts.get(code).copied().unwrap_or(nothing);
        table.rows.push(vec![
            code.into(),
            (&payee.name).into(),
            payee.name_zh.as_ref().into(),
            payee.credit_code.as_ref().into(),
            committed.into(),
            paid.into(),
        ]);
    }
    total(&mut table, &["committed", "paid_net"]);
    Ok(table)
}

/// Districts, with the time their codes are valid.
#[must_use]
pub fn districts(names: &Names, header: Header) -> Table {
    let mut table = DISTRICTS.table(&[], header);
    for (code, district) in &names.districts {
        table.rows.push(vec![
            code.into(),
            (&district.name).into(),
            district.name_zh.as_ref().into(),
            district.level.text().into(),
            district.above.as_ref().into(),
            district.valid_from.into(),
            district.valid_to.into(),
            district.successor.as_ref().into(),
        ]);
    }
    table
}

/// Programmes.
#[must_use]
pub fn programmes(names: &Names, header: Header) -> Table {
    let mut table = PROGRAMMES.table(&[], header);
    for (code, programme) in &names.programmes {
        table.rows.push(vec![
            code.into(),
            (&programme.name).into(),
            programme.name_zh.as_ref().into(),
            programme.district.as_ref().into(),
        ]);
    }
    table
}

/// Officers, with their public keys and the entries that enrolled and revoked them.
#[must_use]
pub fn officers(names: &Names, header: Header) -> Table {
    let mut table = OFFICERS.table(&[], header);
    for officer in &names.officers {
        let roles: Vec<String> = officer.roles.iter().map(ToString::to_string).collect();
        table.rows.push(vec![
            officer.number.into(),
            officer.name.as_str().into(),
            roles.into(),
            officer.limit.into(),
            officer.since.into(),
            officer.revoked.into(),
            officer.key_since.into(),
            officer.key.to_string().into(),
        ]);
    }
    table
}
