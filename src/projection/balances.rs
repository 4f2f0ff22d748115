//! Balances: every leaf's postings added up, with authority told apart by what gave it.
//!
//! A *place* is a leaf without its stage: line, project, commitment; most payments touch one. What a
//! reversal undoes falls into the column that the reversed entry had gone into. What was carried
//! from one line to another is kept by pair, so that a total that holds both leaves it out.
//!
//! Lacks names, districts and payees of contracts: those are [`names`](super::names).

use super::figures::{Figures, Flow};
use super::{Projection, Recorded};
use crate::domain::calendar::Date;
use crate::domain::event::{BalanceCarriedForward, Body, Event};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A leaf without its stage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub line: LineKey,
    /// The project.
    pub project: Option<Code>,
    /// The contract.
    pub commitment: Option<Code>,
}

impl Place {
    fn of(leaf: &Leaf) -> Self {
        Self {
            line: leaf.line.clone(),
            project: leaf.project.clone(),
            commitment: leaf.commitment.clone(),
        }
    }

    fn is_of(&self, leaf: &Leaf) -> bool {
        self.project == leaf.project && self.commitment == leaf.commitment && self.line == leaf.line
    }

    /// The leaf at `stage`; authority is the line's alone.
    #[must_use]
    pub fn leaf(&self, stage: Stage) -> Leaf {
        match stage {
            Stage::Authority => Leaf::of(&self.line, stage),
            Stage::Unreserved
            | Stage::Reserved
            | Stage::Committed
            | Stage::ApprovedUnpaid
            | Stage::Paid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested => {
                Leaf::new(&self.line, stage, self.project.as_ref(), self.commitment.as_ref())
            }
        }
    }
}

/// The number of a place, in order of first use.
type PlaceNo = u32;
/// The number of a payee, in order of first use; 0 is nobody.
type PayeeNo = u32;

/// The balances of every place, at a date or at the end of what was taken in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Balances {
    as_of: Option<Date>,
    position: u64,
    /// Places of which a figure went beyond what can be counted: none of theirs is known.
    lost: BTreeSet<PlaceNo>,
    places: Vec<(Place, Figures)>,
    payees: Vec<Option<Code>>,
    paid: BTreeMap<(PlaceNo, PayeeNo), Amount>,
    carried: BTreeMap<(PlaceNo, PlaceNo), Amount>,
    refunds: BTreeMap<u64, PayeeNo>,
    #[serde(skip)]
    index: Index,
}

/// Where places and payees are found; made again from the rest after reading a cache.
#[derive(Debug, Clone, Default)]
struct Index {
    places: BTreeMap<Place, PlaceNo>,
    payees: BTreeMap<Option<Code>, PayeeNo>,
    last_place: PlaceNo,
    last_payee: PayeeNo,
}

impl Balances {
    /// Balances of postings with `occurred_on` on or before a day; `None`: of all postings.
    #[must_use]
    pub fn new(as_of: Option<Date>) -> Self {
        Self { as_of, ..Self::default() }
    }

    /// The day that was asked for.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// Every place ever touched with its figures, in order of first use; without them where one went
    /// beyond what can be counted.
    pub fn places(&self) -> impl Iterator<Item = (&Place, Option<&Figures>)> {
        let is_lost = |number| self.lost.contains(&number);
        self.places.iter().zip(0..).map(move |((place, figures), number)| {
            (place, Some(figures).filter(|_| !is_lost(number)))
        })
    }

    /// What was paid, less refunds, by place and payee of the event; nothing beyond what can be counted.
    pub fn paid(&self) -> impl Iterator<Item = (&Place, Option<&Code>, Option<Amount>)> {
        self.paid.iter().filter_map(|((number, payee), amount)| {
            let (place, _) = get(&self.places, *number)?;
            let amount = Some(*amount).filter(|_| !self.lost.contains(number));
            Some((place, get(&self.payees, *payee)?.as_ref(), amount))
        })
    }

    /// What was carried from one place to another.
    pub fn carried(&self) -> impl Iterator<Item = (&Place, &Place, Amount)> {
        self.carried.iter().filter_map(|((from, to), amount)| {
            Some((&get(&self.places, *from)?.0, &get(&self.places, *to)?.0, *amount))
        })
    }

    /// Every leaf that is not zero, authority included, ascending: what the postings add up to.
    ///
    /// # Errors
    /// `sum_overflow` if an amount went beyond `i128`.
    pub fn leaves(&self) -> crate::error::Result<BTreeMap<Leaf, Amount>> {
        let mut leaves: BTreeMap<Leaf, Amount> = BTreeMap::new();
        for (place, figures) in self.places() {
            let figures = figures.ok_or_else(|| super::overflow("a line's postings"))?;
            for stage in Stage::ALL {
                let sum = leaves.entry(place.leaf(*stage)).or_default();
                let balance = figures.stage(*stage)?;
                *sum = sum.checked_add(balance).ok_or_else(|| super::overflow("a leaf"))?;
            }
        }
        leaves.retain(|_, balance| !balance.is_zero());
        Ok(leaves)
    }

    fn place(&mut self, leaf: &Leaf) -> PlaceNo {
        if self.index.places.len() != self.places.len() {
            let places = self.places.iter().zip(0..);
            self.index.places = places.map(|((place, _), n)| (place.clone(), n)).collect();
        }
        if get(&self.places, self.index.last_place).is_some_and(|(place, _)| place.is_of(leaf)) {
            return self.index.last_place;
        }
        let place = Place::of(leaf);
        let next = number(self.places.len());
        let found = *self.index.places.entry(place).or_insert_with_key(|place| {
            self.places.push((place.clone(), Figures::default()));
            next
        });
        self.index.last_place = found;
        found
    }

    fn payee(&mut self, payee: Option<&Code>) -> PayeeNo {
        if self.payees.is_empty() {
            self.payees.push(None);
        }
        if self.index.payees.len() != self.payees.len() {
            let payees = self.payees.iter().zip(0..);
            self.index.payees = payees.map(|(payee, n)| (payee.clone(), n)).collect();
        }
        if get(&self.payees, self.index.last_payee).is_some_and(|last| last.as_ref() == payee) {
            return self.index.last_payee;
        }
        let next = number(self.payees.len());
        let found = *self.index.payees.entry(payee.cloned()).or_insert_with_key(|payee| {
            self.payees.push(payee.clone());
            next
        });
        self.index.last_payee = found;
        found
    }

    fn add(
        &mut self,
        place: PlaceNo,
        amount: Amount,
        figure: impl Fn(&mut Figures) -> Option<&mut Amount>,
    ) {
        let figure = get_mut(&mut self.places, place).and_then(|(_, figures)| figure(figures));
        let is_counted = figure.is_some_and(|figure| add_to(figure, amount));
        self.keep(place, is_counted);
    }

    fn keep(&mut self, place: PlaceNo, is_counted: bool) {
        if !is_counted {
            self.lost.insert(place);
        }
    }

    fn post(&mut self, m: &Move, flow: Flow, payee: Option<PayeeNo>) {
        let Some(taken) = m.amount.checked_neg() else {
            let places = [&m.from, &m.to].map(|leaf| self.place(leaf));
            self.lost.extend(places);
            return;
        };
        for (leaf, amount, other) in [(&m.from, taken, &m.to), (&m.to, m.amount, &m.from)] {
            if leaf.stage == Stage::Authority {
                // Authority is counted where it arrives, as a sum given.
                let place = self.place(other);
                let given = amount.checked_neg().unwrap_or(Amount::ZERO);
                self.add(place, given, |f| Some(f.flow_mut(flow)));
                continue;
            }
            let place = self.place(leaf);
            self.add(place, amount, |f| f.stage_mut(leaf.stage));
            if leaf.stage == Stage::Paid {
                let sum = self.paid.entry((place, payee.unwrap_or_default())).or_default();
                let is_counted = add_to(sum, amount);
                self.keep(place, is_counted);
            }
        }
    }

    /// Keeps what was carried by pair of places; a reversal takes it away again.
    fn carry(&mut self, carried: &BalanceCarriedForward, undone: bool) {
        let leaf = |line| {
            let (project, commitment) = (carried.project.as_ref(), carried.commitment.as_ref());
            Leaf::new(line, carried.stage, project, commitment)
        };
        let pair = (self.place(&leaf(&carried.from)), self.place(&leaf(&carried.to)));
        let amount = if undone { carried.amount.checked_neg() } else { Some(carried.amount) };
        let sum = self.carried.entry(pair).or_default();
        let is_counted = amount.is_some_and(|amount| add_to(sum, amount));
        self.keep(pair.0, is_counted);
        self.keep(pair.1, is_counted);
    }

    /// The payee whose payments the entry changes: of a refund and of a reversal, that of the payment.
    fn payee_of(&mut self, recorded: &Recorded<'_>) -> Option<PayeeNo> {
        let payee = |event: Option<&Event>| match event.map(|event| &event.body) {
            Some(Body::DisbursementRecorded(payment)) => Some(payment.payee.clone()),
            Some(_) | None => None,
        };
        let Body::EntryReversed(reversal) = &recorded.event.body else {
            if let Body::DisbursementRecorded(payment) = &recorded.event.body {
                return Some(self.payee(payment.payee.as_ref()));
            }
            let payee = self.payee(payee(recorded.cited)?.as_ref());
            self.refunds.insert(recorded.index, payee);
            return Some(payee);
        };
        match payee(recorded.cited) {
            Some(payee) => Some(self.payee(payee.as_ref())),
            None => self.refunds.get(&reversal.entry).copied(),
        }
    }
}

impl Projection for Balances {
    const NAME: &'static str = "balances";
    const LOGIC_VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        self.position = recorded.index.saturating_add(1);
        if recorded.moves.is_empty() {
            return;
        }
        let payee = self.payee_of(recorded);
        if self.as_of.is_some_and(|day| recorded.event.occurred_on > day) {
            return;
        }
        let (body, undone) = recorded.moved_by();
        let flow = flow_of(body);
        for m in recorded.moves {
            self.post(m, flow, payee);
        }
        if let Body::BalanceCarriedForward(carried) = body {
            self.carry(carried, undone);
        }
    }

    fn position(&self) -> u64 {
        self.position
    }
}

/// The column of authority that an event's moves go into.
#[must_use]
pub fn flow_of(body: &Body) -> Flow {
    if matches!(body, Body::AllocationRecorded(_)) {
        Flow::Allocated
    } else if matches!(body, Body::AllocationTransferred(_)) {
        Flow::TransfersNet
    } else if matches!(body, Body::BalanceCarriedForward(_)) {
        Flow::CarriedIn
    } else {
        Flow::Adjustments
    }
}

/// Adds, and says whether the sum could be counted.
fn add_to(sum: &mut Amount, amount: Amount) -> bool {
    match sum.checked_add(amount) {
        Some(added) => {
            *sum = added;
            true
        }
        None => false,
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn get<T>(all: &[T], number: u32) -> Option<&T> {
    all.get(usize::try_from(number).ok()?)
}

fn get_mut<T>(all: &mut [T], number: u32) -> Option<&mut T> {
    all.get_mut(usize::try_from(number).ok()?)
}
