//! A state changed in place, with what takes each change back.
//!
//! Every table is changed through its [`Slot`], every other part through a method that notes it first,
//! so that there is no way to change a state under a journal that cannot be undone.

use super::{KeyChange, LedgerFacts, Officer, State};
use crate::domain::event::Policy;
use crate::domain::ids::Code;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::posting::Leaf;
use crate::domain::rejection::Rejection;

/// Changes a state and notes what was there before. What it changed stays when it goes.
#[derive(Debug)]
pub struct Journal<'s> {
    pub(super) state: &'s mut State,
    pub(super) undo: Vec<Change>,
}

/// What takes a command back.
#[derive(Debug, Default)]
pub struct Undo(Vec<Change>);

/// What one change replaced.
#[derive(Debug)]
pub(in crate::domain) enum Change {
    /// The ledger's facts.
    Ledger(Option<Box<LedgerFacts>>),
    /// The policy.
    Policy(Box<Policy>),
    /// The officers.
    Officers(Vec<Officer>),
    /// The figures that every event moves on.
    Figures { size: u64, recorded_at_microseconds: i64, was_lenient: bool },
    /// What a project has engaged; the project stays where it is.
    Engaged(Code, Amount),
    /// A key of a table.
    Key(KeyChange),
}

/// Tables with their slots, and what a key of each had.
macro_rules! tables {
    ($($table:ident: $map:ident<$key:ty, $value:ty>,)+) => {
        /// What a key of a table had before it was changed.
        #[derive(Debug)]
        #[expect(non_camel_case_types, reason = "named as the tables are")]
        pub(in crate::domain) enum KeyChange { $($table($key, Option<$value>),)+ }

        impl KeyChange {
            pub(super) fn take_back(self, state: &mut State) {
                match self { $(Self::$table(key, before) => drop(state.$table.set(key, before)),)+ }
            }
        }

        impl Journal<'_> {
            $(
                #[doc = concat!("The table `", stringify!($table), "`, to change.")]
                pub(in crate::domain) fn $table(&mut self) -> Slot<'_, $map<$key, $value>, Change> {
                    let wrap = |key, before| Change::Key(KeyChange::$table(key, before));
                    Slot::new(&mut self.state.$table, &mut self.undo, wrap)
                }
            )+
        }
    };
}
pub(super) use tables;

impl std::ops::Deref for Journal<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}

impl<'s> Journal<'s> {
    /// On a state, nothing changed yet.
    #[must_use]
    pub fn on(state: &'s mut State) -> Self {
        Self { state, undo: Vec::new() }
    }

    /// What takes back all that was changed.
    #[must_use]
    pub fn into_undo(self) -> Undo {
        Undo(self.undo)
    }

    /// Takes back all that was changed.
    pub fn take_back(self) {
        self.state.take_back(Undo(self.undo));
    }

    fn note_figures(&mut self) {
        let State { size, recorded_at_microseconds, was_lenient, .. } = *self.state;
        self.undo.push(Change::Figures { size, recorded_at_microseconds, was_lenient });
    }

    /// When the command is recorded, microseconds since 1970.
    pub(in crate::domain) fn set_recorded_at(&mut self, microseconds: i64) {
        self.note_figures();
        self.state.recorded_at_microseconds = microseconds;
    }

    /// Sets the number of events applied.
    pub(in crate::domain) fn set_size(&mut self, size: u64) {
        self.note_figures();
        self.state.size = size;
    }

    /// The ledger's facts, to change.
    pub(in crate::domain) fn ledger_mut(&mut self) -> &mut Option<LedgerFacts> {
        self.undo.push(Change::Ledger(self.state.ledger.clone().map(Box::new)));
        &mut self.state.ledger
    }

    /// Adopts a policy; whether one was ever lenient is remembered.
    pub(in crate::domain) fn set_policy(&mut self, policy: Policy, is_lenient: bool) {
        self.note_figures();
        self.state.was_lenient |= is_lenient;
        let before = std::mem::replace(&mut self.state.policy, policy);
        self.undo.push(Change::Policy(Box::new(before)));
    }

    /// The officers, by number, to change.
    pub(in crate::domain) fn officers_mut(&mut self) -> &mut Vec<Officer> {
        self.undo.push(Change::Officers(self.state.officers.clone()));
        &mut self.state.officers
    }

    /// Adds to what a project has engaged, where it is known. Noted by itself: it changes with most
    /// payments, and a project has much else.
    ///
    /// # Errors
    /// `overflow`.
    pub(in crate::domain) fn engage(
        &mut self,
        code: &Code,
        change: Amount,
    ) -> Result<(), Rejection> {
        let Some(project) = self.state.projects.get_mut(code) else { return Ok(()) };
        let before = project.engaged;
        project.engaged = before.checked_add(change).ok_or(Rejection::Overflow)?;
        self.undo.push(Change::Engaged(code.clone(), before));
        Ok(())
    }

    /// Adds to the balance of a leaf; one that comes to zero is forgotten.
    ///
    /// # Errors
    /// `overflow`.
    pub(in crate::domain) fn post(&mut self, leaf: &Leaf, amount: Amount) -> Result<(), Rejection> {
        let add = |balance: Option<&Amount>| {
            let balance = balance.copied().unwrap_or(Amount::ZERO);
            let balance = balance.checked_add(amount).ok_or(Rejection::Overflow)?;
            Ok(Some(balance).filter(|balance| !balance.is_zero()))
        };
        if leaf.stage == Stage::Reserved {
            self.reserves().update(leaf, add)
        } else {
            self.leaves().update(leaf, add)
        }
    }
}

impl State {
    /// Takes back what a journal changed last, or everything since, last first.
    pub fn take_back(&mut self, undo: Undo) {
        for change in undo.0.into_iter().rev() {
            match change {
                Change::Ledger(before) => self.ledger = before.map(|facts| *facts),
                Change::Policy(before) => self.policy = *before,
                Change::Officers(before) => self.officers = before,
                Change::Figures { size, recorded_at_microseconds, was_lenient } => {
                    self.size = size;
                    self.recorded_at_microseconds = recorded_at_microseconds;
                    self.was_lenient = was_lenient;
                }
                Change::Engaged(code, before) => {
                    if let Some(project) = self.projects.get_mut(&code) {
                        project.engaged = before;
                    }
                }
                Change::Key(change) => change.take_back(self),
            }
        }
    }
}
