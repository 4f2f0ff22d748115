//! Verification from public data, in tiers: what is true, what is broken, and what was not looked at.
//!
//! One pass re-reads and re-hashes every byte of the log and runs everything anew: chain, officers'
//! signatures, tree and checkpoint, rules, projections. A tier that was not asked for, or could not be
//! followed to the end, never counts as passed. Trust comes from outside the ledger: a log key or a
//! pin. Without one the identity is [`Identity::NotPinned`] and nothing is called verified.
//!
//! A long verification can be interrupted and gone on with ([`verify_on`]): what an earlier run found
//! out is taken for entries that hash to the very head it had, and for no others.
//!
//! Whoever holds the log key and the officers' keys can rewrite all of a log; only a copy of an old
//! checkpoint shows that. This module does not claim otherwise.

mod against;
mod bookmark;
mod figures;
mod quorum;
mod run;
mod sealed;
mod store;
mod succession;
mod totals;

pub use against::{Against, Older, hold_against};
pub use bookmark::{Bookmark, Resumption};
pub use figures::{Figures, FundFigures, OfficerFigures};
pub use quorum::Quorum;
pub use run::{verify, verify_on};
pub use store::{StoreReport, verify_store};
pub use succession::Succession;

use crate::chain::breaks::Likely;
use crate::chain::clocks::Clocks;
use crate::chain::entry::{Head, LedgerId};
use crate::chain::hash::Hash;
use crate::edge::pins::Pin;
use crate::tlog::note::VerifierKey;
use crate::tlog::tree::Digest;
use std::fmt;

/// The tiers, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Bytes and chain.
    Chain,
    /// Officers' signatures against the keys valid at that position.
    Signatures,
    /// Tree, tiles and the checkpoint's signature.
    Log,
    /// `admit` run again on every command; what holds after it.
    Rules,
    /// Every cache equals a fresh run.
    Projections,
}

impl Tier {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Chain, Self::Signatures, Self::Log, Self::Rules, Self::Projections];

    /// The word for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Signatures => "signatures",
            Self::Log => "log",
            Self::Rules => "rules",
            Self::Projections => "projections",
        }
    }
}

/// What came of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything looked at holds.
    Passed,
    /// Something does not.
    Broken,
    /// It could not be followed from this entry on, for what another tier says.
    NotCheckedFrom(u64),
    /// It was not asked for.
    NotAsked,
    /// There is nothing of it: no caches.
    Nothing,
}

/// Something that does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The tier it belongs to.
    pub tier: Tier,
    /// The first entry concerned, where one is.
    pub index: Option<u64>,
    /// The file concerned, below the folder of the log, where one is.
    pub file: Option<String>,
    /// The field, or the kind of damage.
    pub field: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What probably happened.
    pub likely: String,
    /// The entry that acknowledged it, if an administrator did.
    pub acknowledged: Option<u64>,
}

impl Fault {
    /// A command that the rules of its time refuse.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.tier == Tier::Rules && self.field == "rules"
    }

    /// A command with the id of an earlier one.
    #[must_use]
    pub fn is_repetition(&self) -> bool {
        self.tier == Tier::Chain && self.likely == Likely::Repeated.to_string()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tier.text())?;
        if let Some(index) = self.index {
            write!(f, ", entry {index}")?;
        }
        if let Some(file) = &self.file {
            write!(f, ", file {file}")?;
        }
        write!(f, ", {}: expected {}, found {}", self.field, self.expected, self.found)?;
        if !self.likely.is_empty() {
            write!(f, " (likely {})", self.likely)?;
        }
        self.acknowledged.map_or(Ok(()), |by| write!(f, ", acknowledged at {by}"))
    }
}

/// What the verifier trusts, from outside the ledger.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The log's key.
    pub key: Option<VerifierKey>,
    /// A pin of this log: ledger id and genesis hash too.
    pub pin: Option<Pin>,
}

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The log key, ledger id and genesis hash are those pinned on this machine.
    Pinned,
    /// The log key is the one given.
    KeyGiven,
    /// Nothing from outside says whose log this is.
    NotPinned,
}

/// What one run of `verify` found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Number of entries that the checkpoint says.
    pub size: u64,
    /// The checkpoint's root.
    pub root: Digest,
    /// The log's origin.
    pub origin: String,
    /// Size and hash as far as the chain holds.
    pub head: Head,
    /// The ledger's id, once known.
    pub ledger: Option<LedgerId>,
    /// The hash of its first entry.
    pub genesis: Option<Hash>,
    /// The log's key as the ledger names it: shown, never trusted.
    pub claimed_key: Option<VerifierKey>,
    /// Whose log it is.
    pub identity: Identity,
    /// What became of the key that is trusted, where it does not sign any more.
    pub succession: Option<Succession>,
    /// Who cosigned it, where a policy was given and its quorum is met.
    pub quorum: Option<Quorum>,
    /// Every key that the ledger names as its log's, as far back as each handed over to the next; the
    /// present one last. Never trusted by themselves.
    pub log_keys: Vec<VerifierKey>,
    /// What came of each tier.
    pub tiers: Vec<(Tier, Outcome)>,
    /// What does not verify, the first of each tier first.
    pub faults: Vec<Fault>,
    /// What an administrator acknowledged, where the caller goes on past it: named for ever.
    pub accepted: Vec<Fault>,
    /// Number of commands.
    pub commands: u64,
    /// What a soft rule looks at, counted.
    pub findings: u64,
    /// Entries whose recorded time stands on an officer's word, as far as the chain holds.
    pub clocks: Clocks,
    /// What an earlier run had verified before, where a bookmark was asked for.
    pub resumption: Option<Resumption>,
    /// What the log holds.
    pub figures: Figures,
    /// The copies that were read.
    pub read: Vec<String>,
    /// The copies that were not.
    pub not_read: Vec<String>,
}

impl Report {
    /// True when every tier that was asked for held to the end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
            && self.tiers.iter().all(|(_, outcome)| match outcome {
                Outcome::Passed | Outcome::NotAsked | Outcome::Nothing => true,
                Outcome::Broken | Outcome::NotCheckedFrom(_) => false,
            })
    }

    /// Goes on past every breach that an administrator acknowledged. One that is open stays a fault.
    pub fn accept_breaches(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        let (accepted, faults) = faults.into_iter().partition(|fault| fault.acknowledged.is_some());
        (self.accepted, self.faults) = (accepted, faults);
        for (tier, outcome) in &mut self.tiers {
            let is_open = self.faults.iter().any(|fault| fault.tier == *tier);
            let was_accepted = self.accepted.iter().any(|fault| fault.tier == *tier);
            if *outcome == Outcome::Broken && was_accepted && !is_open {
                *outcome = Outcome::Passed;
            }
        }
    }

    /// Adds something that does not verify.
    pub fn add(&mut self, fault: Fault) {
        let tiers = self.tiers.iter_mut().filter(|(tier, _)| *tier == fault.tier);
        tiers.for_each(|(_, outcome)| *outcome = Outcome::Broken);
        self.faults.push(fault);
    }

    /// What a run would have found that trusted nobody and looked at the log alone: of a log that is whole, the
    /// same but for whose it is.
    #[must_use]
    pub fn of_the_log_alone(&self) -> Self {
        Self {
            identity: Identity::NotPinned,
            succession: None,
            quorum: None,
            resumption: None,
            read: vec!["log".to_owned()],
            not_read: ["db", "wal", "cache"].map(str::to_owned).to_vec(),
            ..self.clone()
        }
    }

    /// True when it is whole and the log is known from outside, by a key that its checkpoint was held
    /// against: only then it is called verified.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        let log = self.tiers.iter().find(|(tier, _)| *tier == Tier::Log);
        let is_signed = log.is_some_and(|(_, outcome)| *outcome == Outcome::Passed);
        self.is_whole() && is_signed && self.identity != Identity::NotPinned
    }
}
