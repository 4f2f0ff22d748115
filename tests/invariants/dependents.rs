//! What has to be reversed before an entry: enough, and none too many, over random histories.

use crate::world::World;
use crate::{config, history, play};
use earmark::domain::admit::{LaterEntries, admit, find_dependents};
use earmark::domain::event::{Body, Event};
use earmark::domain::rejection::{Dependents, Rejection};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::convert::Infallible;

impl World {
    /// What a ledger would name as dependents of an entry; nothing if it can be reversed, or not for
    /// another reason.
    fn dependents(&self, entry: u64) -> Option<Dependents> {
        let all = self.all_entries();
        let cited = all.range(entry..=entry).map(|(i, e)| (*i, e.clone())).collect();
        let context = self.context(&cited);
        let asked = self.reversal(entry);
        let mut state = self.state.clone();
        let refused = admit(&mut state, std::slice::from_ref(&asked), &context).err()?;
        let Rejection::HasDependents { later, .. } = refused else { return None };
        assert_eq!(later, Dependents::NotSought);
        let mut later = LaterEntries::default();
        for (index, event) in all.range(entry + 1..) {
            match &event.body {
                Body::EntryReversed(b) if b.entry < entry => {
                    later.note_reversal(&self.state, *index, &all[&b.entry]);
                }
                _ => later.note(&self.state, *index, event.clone()).unwrap(),
            }
        }
        let mut read = |index| Ok::<_, Infallible>(all.get(&index).cloned());
        let found = find_dependents(&mut state, &asked, &context, &later, &mut read).unwrap();
        assert_eq!(state, self.state, "what was tried out is taken back");
        Some(found)
    }

    fn reversals(&self, first: &[u64], entry: u64) -> Vec<Event> {
        first.iter().copied().chain([entry]).map(|index| self.reversal(index)).collect()
    }

    fn is_admitted(&self, events: &[Event]) -> bool {
        let cited = self.all_entries();
        admit(&mut self.state.clone(), events, &self.context(&cited)).is_ok()
    }

    /// Everything after the entry that can be, reversed, last first; then the entry.
    fn is_undone_by_undoing_all(&self, entry: u64) -> bool {
        let mut branch = self.branch();
        for later in (entry + 1..self.log.len() as u64).rev() {
            let event = branch.reversal(later);
            if branch.is_admitted(std::slice::from_ref(&event)) {
                branch.apply(event);
            }
        }
        branch.is_admitted(&[branch.reversal(entry)])
    }

    fn check_dependents(&self, entry: u64, met: &mut [usize; 3]) {
        let kind = self.log[entry as usize].body.name();
        match self.dependents(entry) {
            None => {}
            Some(Dependents::All(later)) => {
                met[0] += 1;
                met[1] = met[1].max(later.len());
                let whole = self.reversals(&later, entry);
                assert!(later.is_sorted_by(|a, b| a > b) && later.iter().all(|i| *i > entry));
                self.branch().book(&whole).expect("the whole sequence is admitted");
                for place in 0..later.len() {
                    let mut fewer = whole.clone();
                    fewer.remove(place);
                    assert!(
                        !self.is_admitted(&fewer),
                        "@{entry} {kind}: @{} of {later:?} can be left out",
                        later[place]
                    );
                }
            }
            Some(Dependents::Standing(standing)) => {
                met[2] += 1;
                assert!(!self.is_undone_by_undoing_all(entry), "@{entry} {kind}: {standing:?}");
            }
            Some(other) => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    /// Reversing all that is named, last first, then the entry, is admitted as one command; leaving
    /// out any one is refused. What is said to stand in the way does.
    #[test]
    fn what_is_named_is_enough_and_none_of_it_too_much(steps in history(120)) {
        let world = play(&steps);
        let mut met = [0; 3];
        for entry in 0..world.log.len() as u64 {
            world.check_dependents(entry, &mut met);
        }
    }
}

/// The histories are worth something: sets of many entries are met, and some that cannot be undone.
#[test]
fn histories_have_dependents_of_every_sort() {
    let mut runner = crate::seeded(11);
    let mut met = [0; 3];
    // Only under rule set 2, which is every other one, can something stand in the way for good.
    for _ in 0..28 {
        let steps = history(200).new_tree(&mut runner).unwrap().current();
        let world = play(&steps);
        for entry in 0..world.log.len() as u64 {
            world.check_dependents(entry, &mut met);
        }
    }
    assert!(met[0] > 100 && met[1] > 5 && met[2] > 5, "{met:?}");
}
