//! Which later entries have to be reversed before an entry can be: a set from which none can be left
//! out. The rules say what stands in the way; what could clear it is looked for among later entries,
//! last first; and the whole is tried out, then without each of them in turn. Nothing is guessed: a
//! set that is given has been admitted on this very state, which then was taken back.

use super::built::Built;
use super::{Context, Standing, admit_one, begin, limits};
use crate::domain::apply::{self, Cited};
use crate::domain::event::{Body, EntryReversed, Event, Filing};
use crate::domain::fact::Fact;
use crate::domain::ids::Text;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::rejection::{Dependents, Ground, Rejection};
use crate::domain::state::{Journal, State};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries that are found: with the one they build on they fit one command.
pub const MOST_DEPENDENTS: usize = 999;
/// How many of the last candidates are asked whether they can be reversed without others.
const MOST_ASKED_ALONE: usize = 2_000;

/// Reads an entry of the log by its index.
pub type ReadEvent<'a, E> = dyn FnMut(u64) -> Result<Option<Event>, E> + 'a;

/// What the entries after one did, by what their reversal would clear.
#[derive(Debug, Default)]
pub struct LaterEntries {
    /// Entries that can be reversed, ascending, with the minor units that it would free.
    clearing: BTreeMap<Ground, Vec<(u64, Amount)>>,
    /// Entries that cannot be.
    standing: BTreeMap<Ground, Vec<(u64, &'static str)>>,
}

impl LaterEntries {
    /// Takes note of the next entry. Those that are reversed already have nothing to give.
    ///
    /// # Errors
    /// A sum overflows, or what the event refers to is not there: the log was never admitted.
    pub fn note(&mut self, state: &State, index: u64, event: Event) -> Result<(), Rejection> {
        if state.reversed.contains_key(&index) {
            return Ok(());
        }
        let kind = event.body.name();
        let built = event.body.builds(state, index);
        if !event.body.is_reversible(state.policy.rule_set_version) {
            for ground in built {
                self.standing.entry(Ground::Built(ground)).or_default().push((index, kind));
            }
            return Ok(());
        }
        for ground in built {
            self.clear(Ground::Built(ground), index, Amount::ZERO);
        }
        let reversal = reversal(index, event.occurred_on, Text::default());
        let moves = reversal.body.moves(state, &Cited::from([(index, event)]))?;
        for (leaf, change) in limits::changes(&moves)? {
            let freed =
                if leaf.stage == Stage::Authority { change.checked_neg() } else { Some(change) };
            let freed = freed.ok_or(Rejection::Overflow)?;
            if freed > Amount::ZERO {
                self.clear(Ground::Account(leaf.clone()), index, freed);
            }
        }
        for (project, change) in apply::engaged(&moves)? {
            let freed = change.checked_neg().ok_or(Rejection::Overflow)?;
            if freed > Amount::ZERO {
                self.clear(Ground::Ceiling(project.clone()), index, freed);
            }
        }
        for (project, change) in apply::spoken_for(&moves)? {
            let freed = change.checked_neg().ok_or(Rejection::Overflow)?;
            if freed > Amount::ZERO {
                self.clear(Ground::Reserved(project.clone()), index, freed);
            }
        }
        Ok(())
    }

    /// Takes note of a later reversal of `original`, which was no later entry: it took back what that
    /// had brought, and stays. Only named, so what can no longer be told of it is left out.
    pub fn note_reversal(&mut self, state: &State, index: u64, original: &Event) {
        let moves = original.body.moves(state, &Cited::new()).unwrap_or_default();
        for (leaf, change) in limits::changes(&moves).unwrap_or_default() {
            if (change > Amount::ZERO) != (leaf.stage == Stage::Authority) {
                let standing = self.standing.entry(Ground::Account(leaf.clone())).or_default();
                standing.push((index, "EntryReversed"));
            }
        }
    }

    fn clear(&mut self, ground: Ground, index: u64, freed: Amount) {
        self.clearing.entry(ground).or_default().push((index, freed));
    }
}

fn reversal(entry: u64, occurred_on: crate::domain::calendar::Date, reason: Text) -> Event {
    let body = EntryReversed { entry, reason, filing: Filing::default() }.into();
    Event { occurred_on, historical: false, confidential: None, body }
}

/// Finds what has to be reversed before the entry of `asked`, a reversal that the rules refuse.
/// `later` has noted every entry after it.
///
/// # Errors
/// What `read` says.
pub fn find_dependents<E>(
    state: &mut State,
    asked: &Event,
    context: &Context<'_>,
    later: &LaterEntries,
    read: &mut ReadEvent<'_, E>,
) -> Result<Dependents, E> {
    let mut search = Search {
        state,
        asked,
        context: *context,
        cited: context.cited.clone(),
        chosen: BTreeSet::new(),
        given_up: BTreeMap::new(),
        read,
    };
    while let Some((at, rejection)) = search.refusal() {
        let found = if let Rejection::HasDependents { ground, short, .. } = &rejection {
            let needed = short.and_then(|short| short.amount.checked_neg());
            search.candidates(later, at, ground, needed)?
        } else {
            Vec::new()
        };
        if found.is_empty() {
            let standing = search.standing(later, at, rejection);
            if !search.chosen.remove(&at) {
                return Ok(Dependents::Standing(standing));
            }
            // Perhaps others clear the way as well.
            search.given_up.insert(at, standing);
        }
        search.chosen.extend(found);
        if search.chosen.len() > MOST_DEPENDENTS {
            let last = search.chosen.iter().rev().take(MOST_DEPENDENTS);
            return Ok(Dependents::Part(last.copied().collect()));
        }
    }
    search.leave_out();
    Ok(Dependents::All(search.chosen.into_iter().rev().collect()))
}

struct Search<'a, 'r, E> {
    state: &'a mut State,
    asked: &'a Event,
    context: Context<'a>,
    /// The events of everything that is chosen, and of the entry itself.
    cited: Cited,
    chosen: BTreeSet<u64>,
    /// Entries that cannot be reversed whatever is reversed before, and what stands in their way.
    given_up: BTreeMap<u64, Vec<(u64, Rejection)>>,
    read: &'a mut ReadEvent<'r, E>,
}

impl<E> Search<'_, '_, E> {
    /// Reverses the chosen, last first, then the entry, and takes it all back: gives the first entry
    /// whose reversal is refused.
    fn refusal(&mut self) -> Option<(u64, Rejection)> {
        let Body::EntryReversed(asked) = &self.asked.body else { return None };
        let context = Context { cited: &self.cited, ..self.context };
        let standing = Standing::of(self.state, context.officer);
        let mut journal = Journal::on(self.state);
        if let Err(rejection) = begin(&mut journal, &context) {
            return Some((asked.entry, rejection));
        }
        let admit = |journal: &mut Journal<'_>, event: &Event| {
            admit_one(journal, event, (&standing, &context), &mut Vec::new()).err()
        };
        let before = self.chosen.iter().rev().find_map(|index| {
            let event = reversal(*index, self.asked.occurred_on, asked.reason.clone());
            admit(&mut journal, &event).map(|rejection| (*index, rejection))
        });
        let refused = before.or_else(|| Some((asked.entry, admit(&mut journal, self.asked)?)));
        journal.take_back();
        refused
    }

    /// Entries after `at` whose reversal clears the ground: of what makes an account short, as many as
    /// cover it, those first that can be reversed by themselves; of anything else all.
    fn candidates(
        &mut self,
        later: &LaterEntries,
        at: u64,
        ground: &Ground,
        needed: Option<Amount>,
    ) -> Result<Vec<u64>, E> {
        let all = later.clearing.get(ground).map_or(&[][..], Vec::as_slice);
        let all = all.iter().rev().copied().take_while(|(index, _)| *index > at);
        let all = all.filter(|(index, _)| {
            !self.chosen.contains(index) && !self.given_up.contains_key(index)
        });
        let all: Vec<(u64, Amount)> = all.collect();
        let Some(mut needed) = needed else {
            let most = all.iter().take(MOST_DEPENDENTS.saturating_add(1));
            return self.take(most.map(|(index, _)| *index).collect());
        };
        let mut found = Vec::new();
        let mut others = Vec::new();
        for (place, (index, freed)) in all.into_iter().enumerate() {
            if needed <= Amount::ZERO || found.len() > MOST_DEPENDENTS {
                break;
            }
            if place < MOST_ASKED_ALONE && !self.stands_alone(index)? {
                others.push((index, freed));
                continue;
            }
            needed = Amount(needed.0.saturating_sub(freed.0));
            found.push(index);
        }
        for (index, freed) in others {
            if needed <= Amount::ZERO || found.len() > MOST_DEPENDENTS {
                break;
            }
            needed = Amount(needed.0.saturating_sub(freed.0));
            found.push(index);
        }
        self.take(found)
    }

    /// What stands in the way of `at` and cannot be reversed.
    fn standing(
        &self,
        later: &LaterEntries,
        at: u64,
        rejection: Rejection,
    ) -> Vec<(u64, Rejection)> {
        let Rejection::HasDependents { ground, .. } = &rejection else {
            return vec![(at, rejection)];
        };
        let fixed = later.standing.get(ground).into_iter().flatten();
        let fixed = fixed
            .filter(|(index, _)| *index > at)
            .map(|&(entry, kind)| (entry, Rejection::NotReversible { entry, kind }));
        let clearing = later.clearing.get(ground).into_iter().flatten();
        let given_up = clearing.filter(|(index, _)| *index > at);
        let given_up = given_up.filter_map(|(index, _)| self.given_up.get(index)).flatten();
        let mut all: Vec<(u64, Rejection)> = fixed.chain(given_up.cloned()).collect();
        all.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        all.dedup();
        all
    }

    /// True if the entry could be reversed now, as things are.
    fn stands_alone(&mut self, index: u64) -> Result<bool, E> {
        self.take(vec![index])?;
        let context = Context { cited: &self.cited, ..self.context };
        let standing = Standing::of(self.state, context.officer);
        let event = reversal(index, self.asked.occurred_on, Text::new("-"));
        let mut journal = Journal::on(self.state);
        let stands = begin(&mut journal, &context)
            .and_then(|()| admit_one(&mut journal, &event, (&standing, &context), &mut Vec::new()));
        journal.take_back();
        Ok(stands.is_ok())
    }

    /// Reads the events of entries that are to be reversed.
    fn take(&mut self, indexes: Vec<u64>) -> Result<Vec<u64>, E> {
        for index in &indexes {
            if !self.cited.contains_key(index)
                && let Some(event) = (self.read)(*index)?
            {
                self.cited.insert(*index, event);
            }
        }
        Ok(indexes)
    }

    /// Leaves out every entry that is not needed. One that is gone can make another superfluous, so
    /// it goes round until none goes.
    fn leave_out(&mut self) {
        loop {
            let before = self.chosen.len();
            for index in self.chosen.iter().rev().copied().collect::<Vec<_>>() {
                self.chosen.remove(&index);
                if self.refusal().is_some() {
                    self.chosen.insert(index);
                }
            }
            if self.chosen.len() == before {
                return;
            }
        }
    }
}
