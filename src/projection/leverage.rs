//! Leverage: what public money drew, own and public, pledged and paid side by side.
//!
//! Private is what enterprises put in (kinds `private` and `enterprise_build`); the other kinds have
//! columns of their own. On the pledged basis public money is the ceilings of projects (one without a
//! ceiling counts as 0), on the paid basis what was paid. Pledges are told less what was withdrawn.
//! Until attributed, an investment (and a ceiling) is shared among the project's funds by approved
//! funding, by largest remainder, so that funds add up to the total; without approved funding by
//! what the funds have paid, and if that is nothing too it stands in a row without a fund.

use super::balances::Balances;
use super::filter::{Filter, Subject};
use super::groups::Key;
pub use super::investment::Investment;
use super::names::Names;
use super::ratio::Ratio;
use super::shares::largest_remainder;
use super::{Projection, Recorded, overflow};
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Event, FollowOnPledged, ProjectApproved};
use crate::domain::ids::Code;
use crate::domain::kinds::FollowOnKind;
use crate::domain::money::Amount;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Amounts by kind of investment, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByKind {
    /// Private capital.
    pub private: Amount,
    /// Enterprises that build with their own capital.
    pub enterprise_build: Amount,
    /// The project owner's own funds.
    pub own_funds: Amount,
    /// Public money of another body.
    pub other_public: Amount,
    /// Goods, land or work.
    pub in_kind: Amount,
}

impl ByKind {
    fn of(&mut self, kind: FollowOnKind) -> &mut Amount {
        match kind {
            FollowOnKind::Private => &mut self.private,
            FollowOnKind::EnterpriseBuild => &mut self.enterprise_build,
            FollowOnKind::OwnFunds => &mut self.own_funds,
            FollowOnKind::OtherPublic => &mut self.other_public,
            FollowOnKind::InKind => &mut self.in_kind,
        }
    }

    fn checked_add(mut self, other: Self) -> Option<Self> {
        for (kind, amount) in other.each() {
            *self.of(kind) = self.of(kind).checked_add(amount)?;
        }
        Some(self)
    }

    fn each(mut self) -> impl Iterator<Item = (FollowOnKind, Amount)> {
        FollowOnKind::ALL.iter().map(move |kind| (*kind, *self.of(*kind)))
    }
}

/// One basis of leverage: pledged or paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Basis {
    /// Public money of this ledger, minor units.
    pub public: Amount,
    /// What it drew.
    pub drawn: ByKind,
}

impl Basis {
    fn checked_add(self, other: Self) -> Option<Self> {
        let public = self.public.checked_add(other.public)?;
        Some(Self { public, drawn: self.drawn.checked_add(other.drawn)? })
    }

    /// Private and enterprise-built together.
    ///
    /// # Errors
    /// `sum_overflow` beyond `i128`, as for all figures here.
    pub fn private(&self) -> Result<Amount> {
        let sum = self.drawn.private.checked_add(self.drawn.enterprise_build);
        sum.ok_or_else(|| overflow("private investment"))
    }

    /// `private / public`.
    ///
    /// # Errors
    /// As [`private`](Self::private).
    pub fn leverage_own(&self) -> Result<Ratio> {
        Ok(Ratio::of(self.private()?, self.public))
    }

    /// `private / (public + other_public)`.
    ///
    /// # Errors
    /// As [`private`](Self::private).
    pub fn leverage_public(&self) -> Result<Ratio> {
        let whole = self.public.checked_add(self.drawn.other_public);
        Ok(Ratio::of(self.private()?, whole.ok_or_else(|| overflow("public money"))?))
    }

    /// `(public + private) / public`.
    ///
    /// # Errors
    /// As [`private`](Self::private).
    pub fn multiplier(&self) -> Result<Ratio> {
        let whole = self.public.checked_add(self.private()?);
        Ok(Ratio::of(whole.ok_or_else(|| overflow("public and private money"))?, self.public))
    }
}

/// The figures of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drawn {
    /// Number of projects.
    pub projects: u64,
    /// Ceilings, and what was pledged less withdrawn.
    pub pledged: Basis,
    /// What was paid, and paid in.
    pub paid: Basis,
    /// True where a sum is beyond what can be counted: none of the figures but `projects` is known.
    pub is_beyond: bool,
}

impl Drawn {
    /// `paid in / (pledged - withdrawn)` of private money.
    ///
    /// # Errors
    /// `sum_overflow` beyond `i128`.
    pub fn pledge_fulfilment(&self) -> Result<Ratio> {
        Ok(Ratio::of(self.paid.private()?, self.pledged.private()?))
    }

    fn add(&mut self, figures: Option<(Basis, Basis)>) {
        let sums = figures.and_then(|(pledged, paid)| {
            self.pledged.checked_add(pledged).zip(self.paid.checked_add(paid))
        });
        match sums {
            Some(sums) => (self.pledged, self.paid) = sums,
            None => self.is_beyond = true,
        }
    }
}

/// What a row of leverage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeverageBy {
    /// Funds.
    Fund,
    /// Projects.
    Project,
    /// Districts.
    District,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Rows.
    pub by: LeverageBy,
    /// Names.
    pub filter: &'a Filter,
    /// Only projects with private money pledged.
    pub only_with_private: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Approval {
    ceiling: Option<Amount>,
    funding: BTreeMap<Code, Amount>,
}

/// Approvals and investments, at a date or at the end of what was taken in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Leverage {
    as_of: Option<Date>,
    position: u64,
    overflowed: bool,
    approvals: BTreeMap<Code, Approval>,
    investments: BTreeMap<Code, Investment>,
}

/// Part of a project's figures: the project and the fund, where there are any; no figures where they are
/// beyond what can be counted.
type Part<'a> = (Option<&'a Code>, Option<Code>, Option<(Basis, Basis)>);

impl Leverage {
    /// Events with `occurred_on` on or before a day; `None`: all events.
    #[must_use]
    pub fn new(as_of: Option<Date>) -> Self {
        Self { as_of, ..Self::default() }
    }

    /// Every investment that stands, by code.
    #[must_use]
    pub fn investments(&self) -> &BTreeMap<Code, Investment> {
        &self.investments
    }

    /// The funds that a project's approval and reservations named.
    pub fn funds_of(&self, project: &Code) -> impl Iterator<Item = &Code> {
        self.approvals.get(project).into_iter().flat_map(|approval| approval.funding.keys())
    }

    /// Rows and total. `balances` MUST be of the same entries and day. A row whose sums cannot be counted
    /// says so, and the others have theirs.
    ///
    /// # Errors
    /// `filter_not_here` for a word that leverage has no answer to; `sum_overflow` where a single line
    /// cannot be counted.
    pub fn rows(
        &self,
        balances: &Balances,
        names: &Names,
        question: Question<'_>,
    ) -> Result<(Vec<(Key, Drawn)>, Drawn)> {
        question.filter.only("leverage", &["fund", "project", "district"])?;
        let mut rows: BTreeMap<Key, (Drawn, BTreeSet<&Code>)> = BTreeMap::new();
        let (mut total, mut counted) = (Drawn::default(), BTreeSet::new());
        for (project, fund, figures) in self.parts(balances, question.only_with_private)? {
            let district = district(names, project, fund.as_ref());
            let wanted = question.filter.is_empty()
                || question.filter.matches(&Subject {
                    funds: [fund.as_ref(), None],
                    project,
                    district,
                    ..Subject::default()
                });
            if !wanted {
                continue;
            }
            let key = match question.by {
                LeverageBy::Fund => fund.map_or(Key::Without, Key::Fund),
                LeverageBy::Project => Key::of(project),
                LeverageBy::District => Key::of(district),
            };
            let (row, of_row) = rows.entry(key).or_default();
            row.add(figures);
            total.add(figures);
            of_row.extend(project);
            counted.extend(project);
        }
        let count = |set: &BTreeSet<&Code>| u64::try_from(set.len()).unwrap_or(u64::MAX);
        total.projects = count(&counted);
        let rows = rows.into_iter().map(|(key, (mut row, projects))| {
            row.projects = count(&projects);
            (key, row)
        });
        Ok((rows.collect(), total))
    }

    /// Every project's figures by fund, and what was paid without a project.
    fn parts(&self, balances: &Balances, only_with_private: bool) -> Result<Vec<Part<'_>>> {
        let mut paid: BTreeMap<Option<&Code>, BTreeMap<&Code, Option<Amount>>> = BTreeMap::new();
        for (place, figures) in balances.places() {
            let of_project = paid.entry(place.project.as_ref()).or_default();
            let sum = of_project.entry(&place.line.fund).or_insert(Some(Amount::ZERO));
            *sum = sum.zip(figures).and_then(|(sum, figures)| sum.checked_add(figures.paid_net));
        }
        let mut drawn = self.drawn();
        let mut parts = Vec::new();
        for (code, approval) in &self.approvals {
            let by_fund = paid.remove(&Some(code)).unwrap_or_default();
            let nothing = Some(<(ByKind, ByKind)>::default());
            let drawn = drawn.remove(code).unwrap_or(nothing).filter(|_| !self.overflowed);
            let pledged = drawn
                .map(|(drawn, _)| Basis { public: approval.ceiling.unwrap_or_default(), drawn });
            let private = pledged.and_then(|pledged| pledged.private().ok());
            if only_with_private && private.is_some_and(|private| private <= Amount::ZERO) {
                continue;
            }
            let known: Option<BTreeMap<&Code, Amount>> =
                by_fund.iter().map(|(fund, paid)| Some((*fund, (*paid)?))).collect();
            let paid_in = drawn.map(|(_, paid_in)| paid_in);
            let shared = pledged.zip(paid_in).zip(known).and_then(|((pledged, paid_in), paid)| {
                share(code, approval, pledged, paid_in, &paid).ok()
            });
            let funds = approval.funding.keys().chain(by_fund.keys().copied());
            match shared {
                Some(shared) => parts.extend(shared),
                None => parts.extend(beyond(code, funds.collect())),
            }
        }
        if !only_with_private {
            for (fund, public) in paid.remove(&None).unwrap_or_default() {
                if public != Some(Amount::ZERO) {
                    let of = |public| (Basis::default(), Basis { public, ..Basis::default() });
                    parts.push((None, Some(fund.clone()), public.map(of)));
                }
            }
        }
        Ok(parts)
    }

    /// What every project drew, pledged and paid in; nothing for one whose sums are beyond counting.
    fn drawn(&self) -> BTreeMap<&Code, Option<(ByKind, ByKind)>> {
        let mut drawn: BTreeMap<&Code, Option<(ByKind, ByKind)>> = BTreeMap::new();
        for investment in self.investments.values() {
            let sums = drawn.entry(&investment.project).or_insert(Some(Default::default()));
            *sums = sums.and_then(|(mut pledged, mut paid_in)| {
                let standing = investment.standing()?;
                let added = [(&mut pledged, standing), (&mut paid_in, investment.paid_in)];
                for (sum, amount) in added {
                    let sum = sum.of(investment.kind);
                    *sum = sum.checked_add(amount)?;
                }
                Some((pledged, paid_in))
            });
        }
        drawn
    }

    fn fund(&mut self, project: &Code, fund: &Code, amount: Amount, sign: i128) {
        if let Some(approval) = self.approvals.get_mut(project) {
            let sum = approval.funding.entry(fund.clone()).or_default();
            self.overflowed |= !add(sum, amount, sign);
        }
    }

    /// Takes in an event, or with `sign` −1 takes it back.
    fn take(&mut self, event: &Event, sign: i128) {
        if let Body::ProjectApproved(b) = &event.body {
            self.approve(b, sign);
        } else if let Body::FundsReserved(b) = &event.body {
            self.fund(&b.project, &b.line.fund, b.amount, sign);
        } else if let Body::ReservationReleased(b) = &event.body {
            self.fund(&b.project, &b.line.fund, b.amount, sign.saturating_neg());
        } else if let Body::FollowOnPledged(b) = &event.body {
            self.pledge(b, event.occurred_on, sign);
        } else if let Body::FollowOnPaidIn(b) = &event.body {
            if let Some(investment) = self.investments.get_mut(&b.code) {
                self.overflowed |= !add(&mut investment.paid_in, b.amount, sign);
            }
        } else if let Body::FollowOnWithdrawn(b) = &event.body
            && let Some(investment) = self.investments.get_mut(&b.code)
        {
            self.overflowed |= !add(&mut investment.withdrawn, b.amount, sign);
        }
    }

    fn approve(&mut self, b: &ProjectApproved, sign: i128) {
        if sign < 0 {
            self.approvals.remove(&b.code);
            return;
        }
        let approval = Approval { ceiling: b.ceiling, funding: BTreeMap::new() };
        self.approvals.insert(b.code.clone(), approval);
        for funding in &b.funding {
            self.fund(&b.code, &funding.line.fund, funding.amount, sign);
        }
    }

    fn pledge(&mut self, b: &FollowOnPledged, pledged_on: Date, sign: i128) {
        if sign < 0 {
            self.investments.remove(&b.code);
            return;
        }
        let investment = Investment {
            project: b.project.clone(),
            investor: b.investor.clone(),
            kind: b.kind,
            pledged_on,
            pledged: b.amount,
            paid_in: Amount::ZERO,
            withdrawn: Amount::ZERO,
        };
        self.investments.insert(b.code.clone(), investment);
    }
}

impl Projection for Leverage {
    const NAME: &'static str = "leverage";
    const LOGIC_VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        self.position = recorded.index.saturating_add(1);
        if self.as_of.is_some_and(|day| recorded.event.occurred_on > day) {
            return;
        }
        match (&recorded.event.body, recorded.cited) {
            (Body::EntryReversed(_), Some(cited)) => self.take(cited, -1),
            _ => self.take(recorded.event, 1),
        }
    }

    fn position(&self) -> u64 {
        self.position
    }
}

fn add(sum: &mut Amount, amount: Amount, sign: i128) -> bool {
    let added = amount.0.checked_mul(sign).and_then(|signed| sum.checked_add(Amount(signed)));
    *sum = added.unwrap_or(*sum);
    added.is_some()
}

/// The project's district, else its fund's.
fn district<'n>(names: &'n Names, project: Option<&Code>, fund: Option<&Code>) -> Option<&'n Code> {
    let of_project = project.and_then(|code| names.projects.get(code)?.district.as_ref());
    of_project.or_else(|| names.funds.get(fund?)?.district.as_ref())
}

/// A project whose figures are beyond counting, by each fund that it has.
fn beyond<'a>(project: &'a Code, funds: BTreeSet<&Code>) -> Vec<Part<'a>> {
    if funds.is_empty() {
        return vec![(Some(project), None, None)];
    }
    funds.into_iter().map(|fund| (Some(project), Some(fund.clone()), None)).collect()
}

/// The parts of a project: what its funds paid, and their shares of the rest.
fn share<'a>(
    project: &'a Code,
    approval: &Approval,
    pledged: Basis,
    paid_in: ByKind,
    paid: &BTreeMap<&Code, Amount>,
) -> Result<Vec<Part<'a>>> {
    let approved: Vec<(&Code, Amount)> =
        approval.funding.iter().map(|(fund, amount)| (fund, *amount)).collect();
    let by_payment: Vec<(&Code, Amount)> = paid.iter().map(|(fund, a)| (*fund, *a)).collect();
    let counts = |weights: &[(&Code, Amount)]| weights.iter().any(|(_, a)| *a > Amount::ZERO);
    let weights = match (counts(&approved), counts(&by_payment)) {
        (true, _) => approved,
        (false, true) => by_payment,
        (false, false) => Vec::new(),
    };
    let mut shares: BTreeMap<Option<&Code>, (Basis, Basis)> = BTreeMap::new();
    for (fund, amount) in paid {
        shares.entry(Some(fund)).or_default().1.public = *amount;
    }
    for (fund, part) in largest_remainder(pledged.public, &weights)? {
        shares.entry(fund).or_default().0.public = part;
    }
    for (kind, amount) in pledged.drawn.each() {
        for (fund, part) in largest_remainder(amount, &weights)? {
            *shares.entry(fund).or_default().0.drawn.of(kind) = part;
        }
    }
    for (kind, amount) in paid_in.each() {
        for (fund, part) in largest_remainder(amount, &weights)? {
            *shares.entry(fund).or_default().1.drawn.of(kind) = part;
        }
    }
    // A fund that paid nothing and drew nothing is no part of the project. Where none did, the project
    // still counts, by the first fund that it has.
    let is_empty = |(pledged, paid): &(Basis, Basis)| {
        *pledged == Basis::default() && *paid == Basis::default()
    };
    if shares.values().all(is_empty) {
        let fund = shares.into_keys().flatten().next().cloned();
        return Ok(vec![(Some(project), fund, Some(Default::default()))]);
    }
    let parts = shares.into_iter().filter(|(_, share)| !is_empty(share));
    Ok(parts.map(|(fund, share)| (Some(project), fund.cloned(), Some(share))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_leverages_by_hand() {
        let drawn = ByKind {
            private: Amount(500_000_000),
            enterprise_build: Amount(97_781_904),
            own_funds: Amount(77),
            other_public: Amount(1_328_285_248),
            in_kind: Amount(99),
        };
        let basis = Basis { public: Amount(1_306_089_976), drawn };
        assert_eq!(basis.leverage_own().unwrap().decimal(6).as_deref(), Some("0.457688"));
        assert_eq!(basis.leverage_public().unwrap().decimal(6).as_deref(), Some("0.226916"));
        assert_eq!(basis.multiplier().unwrap().decimal(6).as_deref(), Some("1.457688"));
        let paid = Basis::default();
        assert!(!paid.leverage_own().unwrap().applies());
        assert!(!paid.leverage_public().unwrap().applies());
        let row = Drawn { projects: 1, pledged: basis, paid, is_beyond: false };
        assert_eq!(row.pledge_fulfilment().unwrap().decimal(6).as_deref(), Some("0.000000"));
    }
}
