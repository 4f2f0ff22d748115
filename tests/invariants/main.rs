//! What holds over random histories of the domain, whatever an office asks for. `office` draws wishes
//! that are mostly admissible, `world` books them and holds every booking against the invariants,
//! `oracle` computes all balances once more from the posting table in another style, and `hostile`
//! hands `admit` events that no office would write.
// profile: optimised

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod dependents;
mod dice;
mod errands;
mod hostile;
mod kept;
mod office;
mod oracle;
mod world;

use dice::Dice;
use earmark::domain::admit::admit;
use earmark::domain::apply;
use earmark::domain::event::{Body, Event, Policy, RULE_SET};
use earmark::domain::fact::moved_at;
use earmark::domain::invariant;
use earmark::domain::state::{Journal, State};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use world::{World, substance};

/// The words that one wish is drawn from.
type Step = [u32; 14];

fn history(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any::<Step>(), 1..most)
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A runner whose histories are the same on every run.
fn seeded(seed: u8) -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    TestRunner::new_with_rng(config(1), rng)
}

/// Plays a history, one half of them under rule set 2; every booking is checked as it is made.
fn play(steps: &[Step]) -> World {
    let odd =
        steps.first().is_some_and(|step| step.iter().fold(0, |all, word| all ^ word) % 2 == 1);
    let rule_set_version = if odd { 2 } else { RULE_SET };
    let mut world = World::under(Policy { rule_set_version, ..Policy::default() });
    for step in steps {
        let mut dice = Dice::new(step);
        if let Some(order) = office::wish(&mut world, &mut dice) {
            let _refused = world.submit(&order).err();
        }
    }
    world
}

proptest! {
    #![proptest_config(config(48))]

    /// `World::submit` asserts after every command: postings sum to zero, nothing is broken, a fold
    /// of the events alone gives the same state, the change can be taken back, the oracle agrees.
    #[test]
    fn whatever_is_admitted_leaves_nothing_broken(steps in history(400)) {
        play(&steps).check_years_and_totals();
    }

    /// An entry that was just made is undone without a trace.
    #[test]
    fn what_was_just_booked_is_undone_without_a_trace(steps in history(150)) {
        let mut world = World::open();
        for step in &steps {
            let mut dice = Dice::new(step);
            let Some(order) = office::wish(&mut world, &mut dice) else { continue };
            let before = world.state.clone();
            if world.submit(&order).is_ok() && world.log.len() as u64 > before.size {
                world.check_undone(&before);
            }
        }
    }

    /// Any entry that may be reversed gives back exactly what it moved, however long ago.
    #[test]
    fn an_old_entry_gives_back_exactly_what_it_moved(steps in history(150), picks in any::<[u16; 16]>()) {
        let mut world = play(&steps);
        for pick in picks {
            world.check_reversal(u64::from(pick) % world.log.len() as u64);
        }
    }

    /// What an entry moved is told by any later state, but of what was reversed and of reversals.
    #[test]
    fn a_later_state_tells_what_an_entry_moved(steps in history(300)) {
        let world = play(&steps);
        let cited = world.all_entries();
        for (index, event) in (0_u64..).zip(&world.log) {
            let told = moved_at(&world.state, index, event, &cited);
            let is_untold = matches!(event.body, Body::EntryReversed(_))
                || world.state.reversed.contains_key(&index)
                || !world.state.breaches.is_empty();
            let expected = (!is_untold).then(|| &world.moves[index as usize]);
            prop_assert_eq!(told.as_ref(), expected, "@{}: {:?}", index, event);
        }
    }

    /// The log in few commands, after its first up to each policy, is the log event by event; replayed
    /// twice it gives one state.
    #[test]
    fn a_log_is_its_entries(steps in history(150)) {
        let world = play(&steps);
        let cited = world.all_entries();
        let context = world.context(&cited);
        let whole = |log: &[Event]| {
            let mut state = State::default();
            // The first command enrols the officer who signs the others; a rule set counts from the next on.
            let (first, others) = log.split_at(2);
            // An acknowledgement is a command of its own.
            let is_last = |event: &Event, next: &Event| {
                matches!(event.body, Body::PolicyAdopted(_) | Body::BreachAcknowledged(_))
                    || matches!(next.body, Body::BreachAcknowledged(_))
            };
            let commands = others.chunk_by(|event, next| !is_last(event, next));
            for events in std::iter::once(first).chain(commands) {
                admit(&mut state, events, &context).expect("what was admitted is admitted");
            }
            state
        };
        let one_command = whole(&world.log);
        prop_assert_eq!(&one_command, &whole(&world.log));
        let (mut by_admit, mut by_fold) = (State::default(), State::default());
        for event in &world.log {
            admit(&mut by_admit, std::slice::from_ref(event), &context).expect("admit");
            by_fold.recorded_at_microseconds = context.recorded_at_microseconds;
            apply::fold(&mut Journal::on(&mut by_fold), event, &cited).expect("fold");
        }
        prop_assert_eq!(&one_command, &by_admit);
        prop_assert_eq!(&one_command, &by_fold);
        prop_assert_eq!(substance(&one_command), substance(&world.state));
    }
}

/// The generator is worth something: most wishes are admitted, every type of event that moves money
/// is booked and reversed, and many rules are met.
#[test]
fn the_office_is_busy_with_everything() {
    let mut runner = seeded(7);
    let (mut booked, mut reversed) = (BTreeMap::new(), BTreeMap::new());
    let (mut refused, mut findings) = (BTreeMap::new(), BTreeMap::new());
    for _ in 0..24 {
        let steps = history(400).new_tree(&mut runner).unwrap().current();
        let world = play(&steps);
        for event in &world.log {
            *booked.entry(event.body.name()).or_insert(0) += 1;
            if let Body::EntryReversed(b) = &event.body {
                let name = world.log[usize::try_from(b.entry).unwrap()].body.name();
                *reversed.entry(name).or_insert(0) += 1;
            }
        }
        for (code, times) in &world.refused {
            *refused.entry(*code).or_insert(0) += times;
        }
        for code in &world.findings {
            *findings.entry(*code).or_insert(0) += 1;
        }
    }
    let sum = |map: &BTreeMap<&str, i32>| map.values().sum::<i32>();
    let shown =
        format!("booked {booked:?}\nreversed {reversed:?}\nrefused {refused:?}\n{findings:?}");
    assert!(sum(&booked) > 2 * sum(&refused), "{shown}");
    assert_eq!(booked.len(), Body::TYPES.len(), "{shown}");
    assert_eq!(reversed.len(), 20, "{shown}");
    assert!(refused.len() >= 15, "{shown}");
    assert_eq!(findings.len(), 7, "{shown}");
}

/// An empty state, and one after opening, have nothing broken; a state that was tampered with has.
#[test]
fn a_state_that_was_tampered_with_is_broken() {
    assert!(invariant::broken(&State::default()).is_empty());
    let sound = play(&[[3; 14], [70_000; 14], [900_000_001; 14]]).state;
    assert!(invariant::broken(&sound).is_empty());
    let world = office::example();
    assert!(invariant::broken(&world.state).is_empty());
    for (leaf, _) in world.state.balances() {
        let mut state = world.state.clone();
        let in_leaves = state.leaves.get_mut(leaf).into_iter();
        in_leaves.chain(state.reserves.get_mut(leaf)).for_each(|balance| balance.0 += 1);
        assert!(!invariant::broken(&state).is_empty(), "{leaf} was raised unseen");
        state.leaves.remove(leaf);
        state.reserves.remove(leaf);
        assert!(!invariant::broken(&state).is_empty(), "{leaf} was lost unseen");
    }
    let mut state = world.state.clone();
    state.projects.values_mut().for_each(|project| project.engaged.0 += 1);
    assert!(!invariant::broken(&state).is_empty());
    let mut state = world.state.clone();
    state.follow_ons.values_mut().for_each(|it| it.paid_in.0 = it.pledged.0 + 1);
    assert!(!invariant::broken(&state).is_empty());
}
