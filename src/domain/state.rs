//! What the rules need to remember, and nothing more: no titles, no texts, no entry bytes.
//!
//! [`State`] is the whole. A command changes it in place through a [`Journal`], which notes what was
//! there before, so that `admit` costs what the command changes, not what the ledger holds; [`Undo`]
//! takes the command back. Payments are not remembered one by one: a command that cites an entry is
//! handed it (`Context::cited`), and the state keeps only what was refunded or reversed since.
//!
//! Codes are kept as text, not as numbers of their own. Of `verify` on 400,000 entries with 300,000 names, hashing
//! codes takes 1 % of the time and comparing bytes 7 %, most of it not of codes; an event says codes, so
//! that a leaf by numbers would cost three look-ups before the one that counts.

mod breach;
mod journal;
mod master;
mod office;

pub use breach::Breach;
pub use journal::{Journal, Undo};
pub use master::{District, Fund, FundedLine, Line, Project, SealedFields};
pub use office::{FormerLogKey, LedgerFacts, NO_CURRENCY, Officer, SpentKey};

use super::calendar::{Date, Year};
use super::event::{Bytes32, Policy};
use super::ids::{Code, LineKey, Tag};
use super::kinds::{FollowOnKind, Stage};
use super::money::{Amount, Currency};
use super::posting::{Leaf, Move};
use super::sharded::{Sharded, Visit};
use super::slot::{Lookup, Slot};
use super::table::Table;
use journal::Change;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line and project of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The line.
    pub line: LineKey,
    /// The project.
    pub project: Option<Code>,
    /// Drawn from what was reserved for the project; else from the line's unreserved money.
    pub from_reserved: bool,
    /// Entries that committed or carried money to it and are not reversed.
    pub entries: u64,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Who is paid.
    pub payee: Option<Code>,
    /// What it is for, where there is no project.
    pub purpose: Option<Tag>,
    /// The day it was made.
    pub made_on: Date,
    /// Whether it is closed.
    pub closed: bool,
    /// Its lines and projects.
    pub shares: Vec<Share>,
    /// Increases, reductions, carry-forwards and payments above it that are not reversed.
    pub changes: u64,
}

impl Commitment {
    /// The share of a line and project.
    #[must_use]
    pub fn share(&self, line: &LineKey, project: Option<&Code>) -> Option<&Share> {
        self.shares.iter().find(|share| share.line == *line && share.project.as_ref() == project)
    }
}

/// A follow-on investment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowOn {
    /// The project that drew it.
    pub project: Code,
    /// Its kind.
    pub kind: FollowOnKind,
    /// Promised.
    pub pledged: Amount,
    /// Paid in.
    pub paid_in: Amount,
    /// Withdrawn.
    pub withdrawn: Amount,
    /// A closed promise: the rest was withdrawn.
    pub ended: bool,
}

impl FollowOn {
    /// What is promised and neither paid in nor withdrawn.
    #[must_use]
    pub fn rest(&self) -> Option<Amount> {
        self.pledged.checked_sub(self.paid_in)?.checked_sub(self.withdrawn)
    }
}

/// A fund and fiscal year, which number their vouchers together.
pub type VoucherSeries = (Code, Year);
/// A refunded part of a payment: its entry, the line and the project.
pub type RefundKey = (u64, LineKey, Option<Code>);

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident: $map:ident<$key:ty, $value:ty>,)+) => {
        /// The whole state of the rules.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct State {
            /// What LedgerOpened fixed; `None` before the genesis command.
            pub ledger: Option<LedgerFacts>,
            /// The policy in force.
            pub policy: Policy,
            /// Officers, by number.
            pub officers: Vec<Officer>,
            /// Nothing is dated on this day or before (the watermark of closed periods).
            pub closed_until: Option<Date>,
            /// A policy once had control `warn` or `track`, or a tolerance: `unreserved` may stand
            /// below zero since.
            pub was_lenient: bool,
            /// When the last command was recorded, microseconds since 1970.
            pub recorded_at_microseconds: i64,
            /// Number of events applied.
            pub size: u64,
            $($(#[$doc])* pub $table: $map<$key, $value>,)+
        }

        impl State {
            /// All of the state that is in no shard of a table, the tables empty.
            #[must_use]
            pub fn without_shards(&self) -> Self {
                Self {
                    ledger: self.ledger.clone(),
                    policy: self.policy.clone(),
                    officers: self.officers.clone(),
                    closed_until: self.closed_until,
                    was_lenient: self.was_lenient,
                    recorded_at_microseconds: self.recorded_at_microseconds,
                    size: self.size,
                    $($table: self.$table.without_shards(),)+
                }
            }

            /// How many keys are in shards that changed since the last snapshot, and how many such shards
            /// there are.
            #[must_use]
            pub fn changed(&self) -> [usize; 2] {
                let all = [$(Sharded::changed(&self.$table),)+];
                all.into_iter().fold([0, 0], |[keys, shards], [more, others]| {
                    [keys.saturating_add(more), shards.saturating_add(others)]
                })
            }

            /// Goes through the tables that are cut into shards, always in the same order.
            ///
            /// # Errors
            /// What stops the visitor.
            pub fn visit<T: Visit>(&mut self, visitor: &mut T) -> Result<(), T::Stop> {
                let mut number = 0;
                $(self.$table.visit(&mut number, visitor)?;)+
                Ok(())
            }
        }

        journal::tables! { $($table: $map<$key, $value>,)+ }
    };
}

tables! {
    /// Districts, by code.
    districts: BTreeMap<Code, District>,
    /// Programmes, by code.
    programmes: BTreeMap<Code, ()>,
    /// Funds, by code.
    funds: BTreeMap<Code, Fund>,
    /// Lines that have been opened.
    lines: BTreeMap<LineKey, Line>,
    /// Projects, by code.
    projects: Table<Code, Project>,
    /// Payees, by code.
    payees: Table<Code, ()>,
    /// Contracts, by number.
    commitments: Table<Code, Commitment>,
    /// Follow-on investments, by code.
    follow_ons: Table<Code, FollowOn>,
    /// Balances of leaves that are not zero, but for those of the stage reserved.
    leaves: Table<Leaf, Amount>,
    /// Balances of leaves of the stage reserved that are not zero: those of a project are together, since it
    /// is closed out over all of its lines.
    reserves: Table<Leaf, Amount>,
    /// How far below zero negative amounts of history took an account of a contract or of payments.
    floors: Table<Leaf, Amount>,
    /// The last voucher number of a fund and fiscal year.
    vouchers: Table<VoucherSeries, u64>,
    /// What has been refunded of a payment.
    refunded: Table<RefundKey, Amount>,
    /// Moves that a reversal could not tell from the entry alone, by index (fact/correction).
    kept_moves: Table<u64, Vec<Move>>,
    /// Entries that have been reversed, with the reversal's index.
    reversed: Table<u64, u64>,
    /// Carry-forwards that gave their project funding on the line carried to, by index.
    carried_funding: Table<u64, ()>,
    /// Hashes of e-vouchers that have been booked, with the index of the entry they belong to.
    e_vouchers: Table<Bytes32, u64>,
    /// Keys of officers and of the log that were given up.
    spent_keys: BTreeMap<Bytes32, SpentKey>,
    /// E-vouchers that were attached to an entry later, by its index.
    attached_e_vouchers: Table<u64, Vec<Bytes32>>,
    /// Confidential fields, by the commitment to them.
    confidential: Table<Bytes32, SealedFields>,
    /// Commands that the rules refuse, by the index of their first entry.
    breaches: BTreeMap<u64, Breach>,
    /// Commands with an id of an earlier one, by the index of their first entry, that were acknowledged,
    /// with the index of the entry that did.
    repeats: BTreeMap<u64, u64>,
    /// Entries of breaches that change nothing, by index.
    void: BTreeMap<u64, ()>,
}

impl State {
    /// The balance of a leaf; zero when it has none.
    #[must_use]
    pub fn balance(&self, leaf: &Leaf) -> Amount {
        let found = if leaf.stage == Stage::Reserved {
            self.reserves.get(leaf)
        } else {
            self.leaves.get(leaf)
        };
        found.copied().unwrap_or(Amount::ZERO)
    }

    /// The entry that brought in the present key of an officer who had another one before.
    #[must_use]
    pub fn last_key_rotation(&self, officer: u32) -> Option<u64> {
        let spent = self.spent_keys.values().filter(|spent| spent.officer == Some(officer));
        spent.map(|spent| spent.until).max()
    }

    /// The currency; none before the ledger is open.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.ledger.as_ref().map_or(NO_CURRENCY, LedgerFacts::currency)
    }

    /// The first leaf, in order, that is not zero and `wanted`. Reads all of them.
    pub fn find_leaf(&self, wanted: impl Fn(&Leaf) -> bool) -> Option<&Leaf> {
        let found = self.leaves.find(|leaf, _| wanted(leaf));
        found.into_iter().chain(self.reserves.find(|leaf, _| wanted(leaf))).min()
    }

    /// What is reserved for a project, a line each, ascending.
    pub(super) fn reserved_for<'a>(
        &'a self,
        project: &'a Code,
    ) -> impl Iterator<Item = (&'a Leaf, &'a Amount)> {
        let line = LineKey::new(Code::default(), Year::MIN);
        let leaf = Leaf::new(&line, Stage::Reserved, Some(project), None);
        let beside = self.reserves.beside(&leaf);
        let mut all: Vec<(&Leaf, &Amount)> =
            beside.filter(|(leaf, _)| leaf.project.as_ref() == Some(project)).collect();
        all.sort_unstable_by(|a, b| a.0.cmp(b.0));
        all.into_iter()
    }

    /// True if the line of a leaf with its fund, the project and the contract are known.
    #[must_use]
    pub fn knows(&self, leaf: &Leaf) -> bool {
        self.lines.contains_key(&leaf.line)
            && self.funds.contains_key(&leaf.line.fund)
            && leaf.project.as_ref().is_none_or(|code| self.projects.contains_key(code))
            && leaf.commitment.as_ref().is_none_or(|code| self.commitments.contains_key(code))
    }

    /// Every leaf that is not zero, in no order that means anything.
    pub fn balances(&self) -> impl Iterator<Item = (&Leaf, &Amount)> {
        self.leaves.iter().chain(self.reserves.iter())
    }
}
