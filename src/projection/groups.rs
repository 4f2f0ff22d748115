//! Balances in rows: by fund, year, line, project, district or contract, and what payees got.
//!
//! A total over several years leaves out carried in and carried out: what was carried between two
//! lines of one row (or of the total) is taken out of both columns, so that
//! `available = budget_final - …` holds for every row, also where only one of the two lines was
//! chosen. Authority that is carried in counts where it arrives (that project, that contract), all
//! other authority on the line alone; a district's row therefore has its own projects' spending and
//! its own funds' authority. A row of a project or contract, and whatever else is not a line's own, has
//! what came to it from its lines as `funded`: that is a project's budget, and the row without a project
//! has as much less.

use super::balances::{Balances, Place};
use super::figures::Figures;
use super::filter::{Filter, Subject};
use super::names::Names;
use super::totals::Totals;
use crate::domain::calendar::Year;
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::posting::Leaf;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Funds.
    Fund,
    /// Fiscal years.
    Year,
    /// Lines.
    Line,
    /// Projects; one row without.
    Project,
    /// Districts; one row without.
    District,
    /// Contracts; one row without.
    Commitment,
}

/// The key of a row. A missing code sorts last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A fund.
    Fund(Code),
    /// A fiscal year.
    Year(Year),
    /// A line.
    Line(LineKey),
    /// A project, district, contract or payee.
    Code(Code),
    /// The postings that have none.
    Without,
}

impl Key {
    /// A code that may be missing.
    #[must_use]
    pub fn of(code: Option<&Code>) -> Self {
        code.map_or(Self::Without, |code| Self::Code(code.clone()))
    }

    /// The code of a project, district, contract or payee.
    #[must_use]
    pub fn code(&self) -> Option<&Code> {
        match self {
            Self::Code(code) | Self::Fund(code) => Some(code),
            Self::Year(_) | Self::Line(_) | Self::Without => None,
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is for.
    pub key: Key,
    /// Its figures; nothing where they add up beyond what can be counted (2^127 minor units).
    pub figures: Option<Figures>,
    /// True if an account in it stands below zero.
    pub below_zero: bool,
}

/// Rows with their total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouped {
    /// The rows, ascending.
    pub rows: Vec<Row>,
    /// Over all of them.
    pub total: Row,
}

/// Which places are asked for: a filter by name, and fiscal years (none: all).
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// Names.
    pub filter: &'a Filter,
    /// Fiscal years of lines.
    pub years: &'a [Year],
}

/// The prefixes that lines alone can be filtered by.
const FUND_PREFIXES: &[&str] = &["fund"];
/// The prefixes that balances can be filtered by.
pub const BALANCE_PREFIXES: &[&str] = &["fund", "project", "district"];
/// The prefixes that payees' rows can be filtered by.
pub const PAYEE_PREFIXES: &[&str] = &["fund", "project", "district", "payee"];

impl Selection<'_> {
    /// True if a line, for a project where there is one, is asked for.
    #[must_use]
    pub fn has_line(&self, names: &Names, line: &LineKey, project: Option<&Code>) -> bool {
        let place = Place { line: line.clone(), project: project.cloned(), commitment: None };
        self.has(names, &place, None)
    }

    /// True if a line is asked for by a filter that names funds alone.
    fn has_funds_line(&self, line: &LineKey) -> bool {
        let year = self.years.is_empty() || self.years.contains(&line.year);
        let subject = Subject { funds: [Some(&line.fund), None], ..Subject::default() };
        year && self.filter.matches(&subject)
    }

    fn has(&self, names: &Names, place: &Place, payee: Option<&Code>) -> bool {
        let year = self.years.is_empty() || self.years.contains(&place.line.year);
        year && (self.filter.is_empty()
            || self.filter.matches(&Subject {
                funds: [Some(&place.line.fund), None],
                project: place.project.as_ref(),
                district: names.district(&place.line.fund, place.project.as_ref()),
                payee,
                ..Subject::default()
            }))
    }
}

fn key(names: &Names, place: &Place, by: By) -> Key {
    match by {
        By::Fund => Key::Fund(place.line.fund.clone()),
        By::Year => Key::Year(place.line.year),
        By::Line => Key::Line(place.line.clone()),
        By::Project => Key::of(place.project.as_ref()),
        By::District => Key::of(names.district(&place.line.fund, place.project.as_ref())),
        By::Commitment => Key::of(place.commitment.as_ref()),
    }
}

/// Balances by what is asked for.
///
/// A row whose sum cannot be counted has no figures; the others have theirs.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to.
pub fn rows(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    by: By,
) -> Result<Grouped> {
    selection.filter.only("a balance", BALANCE_PREFIXES)?;
    let chosen = balances.places().filter(|(place, _)| selection.has(names, place, None));
    let places = chosen.map(|(place, figures)| {
        let below_zero = figures.is_some_and(|figures| !figures.below_zero().is_empty());
        (key(names, place, by), figures, below_zero)
    });
    let both = |from, to| selection.has(names, from, None) && selection.has(names, to, None);
    let carried = balances.carried().filter(|(from, to, _)| both(*from, *to));
    let keyed = |place| key(names, place, by);
    let carried = carried.map(|(from, to, amount)| (keyed(from), keyed(to), amount));
    Ok(grouped(places, carried, by))
}

/// Balances by fund, year or line: of the lines alone, where nothing below them is asked for.
///
/// `None` where `by` or the filter asks for more than lines know.
#[must_use]
pub fn rows_of_lines(totals: &Totals, selection: Selection<'_>, by: By) -> Option<Grouped> {
    let key: fn(&LineKey) -> Key = match by {
        By::Fund => |line| Key::Fund(line.fund.clone()),
        By::Year => |line| Key::Year(line.year),
        By::Line => |line| Key::Line(line.clone()),
        By::Project | By::District | By::Commitment => return None,
    };
    selection.filter.only("", FUND_PREFIXES).ok()?;
    let chosen = totals.lines.iter().filter(|total| selection.has_funds_line(&total.line));
    let places = chosen.map(|total| (key(&total.line), total.figures.as_ref(), total.below_zero));
    let both = |from, to| selection.has_funds_line(from) && selection.has_funds_line(to);
    let carried = totals.carried.iter().filter(|(from, to, _)| both(from, to));
    let carried = carried.map(|(from, to, amount)| (key(from), key(to), *amount));
    Some(grouped(places, carried, by))
}

/// Rows by key with their total, each without what was carried within it.
fn grouped<'a>(
    places: impl Iterator<Item = (Key, Option<&'a Figures>, bool)>,
    carried: impl Iterator<Item = (Key, Key, Amount)>,
    by: By,
) -> Grouped {
    let mut rows: BTreeMap<Key, (Option<Figures>, bool)> = BTreeMap::new();
    let (mut total, mut any_below) = (Some(Figures::default()), false);
    for (key, figures, below) in places {
        let row = rows.entry(key).or_insert((Some(Figures::default()), false));
        row.0 = row.0.zip(figures).and_then(|(sum, figures)| sum.checked_add(figures));
        row.1 |= below;
        total = total.zip(figures).and_then(|(sum, figures)| sum.checked_add(figures));
        any_below |= below;
    }
    for (from, to, amount) in carried {
        total = total.and_then(|sum| sum.without_carried(amount));
        if let Some((figures, _)) = rows.get_mut(&from).filter(|_| from == to) {
            *figures = figures.and_then(|sum| sum.without_carried(amount));
        }
    }
    // A district has its own funds' authority beside its own projects' spending, as they are.
    let whole = |figures: Figures| if by == By::District { Some(figures) } else { figures.fund() };
    let row = |key, figures: Option<Figures>, below_zero| Row {
        key,
        figures: figures.and_then(whole),
        below_zero,
    };
    let total = row(Key::Without, total, any_below);
    let rows = rows.into_iter().map(|(key, (figures, below))| row(key, figures, below));
    Grouped { rows: rows.collect(), total }
}

/// The fiscal years whose lines have figures among what is asked for.
#[must_use]
pub fn years(balances: &Balances, names: &Names, selection: Selection<'_>) -> BTreeSet<Year> {
    let has_figures = |figures: Option<&Figures>| figures.is_none_or(|figures| !figures.is_zero());
    let places = balances.places().filter(|(_, figures)| has_figures(*figures));
    let chosen = places.filter(|(place, _)| selection.has(names, place, None));
    chosen.map(|(place, _)| place.line.year).collect()
}

/// As [`years`], of the lines alone; the filter names funds and nothing else.
#[must_use]
pub fn years_of_lines(totals: &Totals, selection: Selection<'_>) -> BTreeSet<Year> {
    let chosen = totals.lines.iter().filter(|total| selection.has_funds_line(&total.line));
    chosen.filter(|total| total.has_figures).map(|total| total.line.year).collect()
}

/// Every leaf that is not zero, authority included, ascending: the leaves of a line add up to zero. A leaf
/// that cannot be counted has no balance.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to.
pub fn leaves(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
) -> Result<BTreeMap<Leaf, Option<Amount>>> {
    selection.filter.only("a balance", BALANCE_PREFIXES)?;
    let mut leaves: BTreeMap<Leaf, Option<Amount>> = BTreeMap::new();
    for (place, figures) in balances.places() {
        for stage in Stage::ALL {
            let leaf = place.leaf(*stage);
            let (line, project) = (leaf.line.clone(), leaf.project.clone());
            let own = Place { line, project, commitment: leaf.commitment.clone() };
            if selection.has(names, &own, None) {
                let balance = figures.and_then(|figures| figures.stage(*stage).ok());
                let sum = leaves.entry(leaf).or_insert(Some(Amount::ZERO));
                *sum = plus(*sum, balance);
            }
        }
    }
    leaves.retain(|_, balance| *balance != Some(Amount::ZERO));
    Ok(leaves)
}

/// What a payee has coming and got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayeeRow {
    /// The payee; without one, what no payee was named for.
    pub payee: Key,
    /// Owed under contracts with it, minor units; nothing beyond what can be counted.
    pub committed: Option<Amount>,
    /// Paid to it, less refunds, minor units; nothing beyond what can be counted.
    pub paid_net: Option<Amount>,
}

impl PayeeRow {
    fn new(payee: Key) -> Self {
        Self { payee, committed: Some(Amount::ZERO), paid_net: Some(Amount::ZERO) }
    }
}

fn plus(sum: Option<Amount>, amount: Option<Amount>) -> Option<Amount> {
    sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount))
}

/// Committed and paid by payee, and in all: committed by the contract's payee, paid by the
/// payment's.
///
/// # Errors
/// `filter_not_here` for a word that payees have no answer to.
pub fn payees(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
) -> Result<(Vec<PayeeRow>, PayeeRow)> {
    selection.filter.only("a payee's balance", PAYEE_PREFIXES)?;
    let mut rows: BTreeMap<Key, PayeeRow> = BTreeMap::new();
    let mut total = PayeeRow::new(Key::Without);
    let mut add = |payee: Option<&Code>, committed: Option<Amount>, paid: Option<Amount>| {
        let key = Key::of(payee);
        let row = rows.entry(key.clone()).or_insert_with(|| PayeeRow::new(key));
        for sums in [row, &mut total] {
            sums.committed = plus(sums.committed, committed);
            sums.paid_net = plus(sums.paid_net, paid);
        }
    };
    for (place, figures) in balances.places().filter(|(p, _)| p.commitment.is_some()) {
        let payee = names.payee_of(place.commitment.as_ref());
        if selection.has(names, place, payee) {
            add(payee, figures.map(|figures| figures.committed), Some(Amount::ZERO));
        }
    }
    for (place, payee, amount) in balances.paid() {
        if selection.has(names, place, payee) {
            add(payee, Some(Amount::ZERO), amount);
        }
    }
    Ok((rows.into_values().collect(), total))
}
