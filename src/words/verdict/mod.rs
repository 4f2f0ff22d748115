//! A verification told: to a terminal, to a program (schemas/verify.json), and as a page for people.
//!
//! All three tell the same [`Verdict`]. None of them calls anything verified that nobody outside the
//! ledger vouches for. Lacks checks of its own, and escapes nothing for a terminal.

mod html;
mod json;
mod meaning;
mod page;
mod text;

pub use json::{budget_json, cosigners, fund_json};
pub use page::page;

use crate::domain::money::Amount;
use crate::projection::figures::Figures as Budget;
use crate::verify::{Against, Fault, Identity, Outcome, Report, StoreReport, Tier};
use crate::words::Lang;

/// A figure of a fund or of all, where it can be counted.
type Figure = fn(&Budget) -> Option<Amount>;

/// The figures of a fund and of all of them, by the names that reports have.
const BUDGET: [(&str, Figure); 14] = [
    ("allocated", |f| Some(f.allocated)),
    ("adjustments", |f| Some(f.adjustments)),
    ("transfers_net", |f| Some(f.transfers_net)),
    ("carried_in", |f| Some(f.carried_in)),
    ("budget_final", |f| f.budget_final().ok()),
    ("reserved", |f| Some(f.reserved)),
    ("committed", |f| Some(f.committed)),
    ("approved_unpaid", |f| Some(f.approved_unpaid)),
    ("paid_net", |f| Some(f.paid_net)),
    ("invested", |f| Some(f.invested)),
    ("refunded_out", |f| Some(f.refunded_out)),
    ("carried_out", |f| Some(f.carried_out)),
    ("lapsed", |f| Some(f.lapsed)),
    ("available", |f| Some(f.available)),
];

/// What a verification found, and what was asked of it.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    /// What was found in the log.
    pub report: &'a Report,
    /// What was found in the store, if it was compared.
    pub store: Option<&'a StoreReport>,
    /// What came of holding the log against older ones.
    pub against: &'a [Against],
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Everything holds, and a key from outside says whose log it is.
    Verified,
    /// What was asked for holds, under a key from outside.
    WholeAsAsked,
    /// It holds; nothing from outside says whose log it is.
    WholeInItself,
    /// Something does not hold, or could not be followed.
    Broken,
}

impl Verdict<'_> {
    fn faults(&self) -> impl Iterator<Item = &Fault> {
        let store = self.store.iter().flat_map(|store| &store.faults);
        let against = self.against.iter().flat_map(|against| &against.faults);
        self.report.faults.iter().chain(store).chain(against)
    }

    fn is_whole(&self) -> bool {
        self.report.is_whole()
            && self.store.is_none_or(|store| store.faults.is_empty())
            && self.against.iter().all(|against| against.faults.is_empty())
    }

    /// What it comes to.
    #[must_use]
    pub fn came(&self) -> Came {
        let is_pinned = self.report.identity != Identity::NotPinned;
        match (self.is_whole(), is_pinned) {
            (true, true) if self.report.is_verified() => Came::Verified,
            (true, true) => Came::WholeAsAsked,
            (true, false) => Came::WholeInItself,
            (false, _) => Came::Broken,
        }
    }

    /// The copies that were read, with what each had.
    fn read(&self, lang: Lang) -> Vec<String> {
        let mut read = self.report.read.clone();
        for (name, count) in self.store.iter().flat_map(|store| &store.read) {
            let count = meaning::entries(lang, *count);
            read.push(format!("{name}, {count}"));
        }
        read
    }

    fn not_read(&self) -> &[String] {
        self.store.map_or(&self.report.not_read, |store| &store.not_compared)
    }
}

/// The log, tier by tier: those that were looked at.
fn asked(report: &Report) -> impl Iterator<Item = (Tier, Outcome)> + '_ {
    report.tiers.iter().copied().filter(|(_, outcome)| *outcome != Outcome::NotAsked)
}
