//! Whatever creates in steps is killed before each step, in the middle of each write, and fails at each
//! call: the same line again ends it, and nothing of the first attempt is left.

use crate::kept::{self, to_keep};
use crate::place::{INIT, Ran};
use crate::{Call, Dice, Fault, Mode, Place};
use std::collections::BTreeSet;

/// The trials for a line: a kill before each change, or in the middle where it is a write; and failing
/// calls, some by chance or all of them.
fn trials(calls: &[Call]) -> Vec<(Call, Mode)> {
    let mut trials = Vec::new();
    let mut written = BTreeSet::new();
    let mut dice = Dice::of_environment();
    for call in calls {
        let is_write = call.name.contains("write");
        // A file that is written in many pieces is cut in the first.
        if call.class == 'w' && (!is_write || written.insert(call.path.clone())) {
            trials.push((call.clone(), if is_write { Mode::Torn } else { Mode::Kill }));
        }
        if dice.chooses(24) {
            trials.push((call.clone(), if is_write { Mode::Half } else { Mode::Once }));
            trials.push((call.clone(), Mode::From));
        }
    }
    trials
}

/// Runs `line` in a copy of `begin` with each fault, then without, and looks at what is there.
fn again_after_each(begin: &Place, line: &str, check: impl Fn(&Place, &Ran, &str)) {
    let (ran, calls) = begin.copy().under_shim(line, None);
    assert_eq!(ran.status, Some(0), "{line}: {}{}", ran.out, ran.err);
    let mut trials = trials(&calls);
    trials.extend(kept::trials(&kept::CUT, line, &calls));
    println!("{line}: {} calls, {} trials", calls.len(), trials.len());
    for (call, mode) in trials {
        let place = begin.copy();
        let (first, _) = place.under_shim(line, Some(Fault { at: call.number, mode }));
        let keep = to_keep(line, &calls, &call, mode);
        let told = format!("{line}: {mode:?} at {call}: {:?} {}\n{keep}", first.status, first.err);
        assert_ne!(first.status, Some(101), "{told}");
        let second = place.run(line);
        let told = format!("{told}\nagain: {:?} {}", second.status, second.err);
        if first.status == Some(0) {
            // It had ended, or did without.
            assert_ne!(second.status, Some(101), "{told}");
        } else if second.status != Some(0) {
            let code = second.err.split(':').next().unwrap();
            assert!(
                ["ledger_exists", "witness_exists", "origin_has_key"].contains(&code)
                    // Cut off when all that was left to do was to say so.
                    || (code == "folder_not_empty" && !place.path("book/RESTORE").exists()),
                "{told}"
            );
        }
        // A tile on its way is written over by the next of that name; what is moved aside stays as it was.
        let is_left = |name: &String| name.ends_with(".new") && !name.starts_with("book/log");
        let left = place.files().into_iter().find(is_left);
        assert_eq!(left, None, "{told}");
        check(&place, &second, &told);
    }
}

#[test]
fn an_init_that_was_cut_off_is_run_again() {
    again_after_each(&Place::new(), INIT, |place, _, told| {
        let written = place.run("fund establish PD --name P --kind special --purpose it");
        assert_eq!(written.status, Some(0), "{told}\n{}", written.err);
        let verified = place.run("verify --store");
        assert!(
            verified.out.starts_with("Verified: 3 entries"),
            "{told}\n{}{}",
            verified.out,
            verified.err
        );
    });
}

#[test]
fn a_restore_that_was_cut_off_is_run_again() {
    let begin = Place::with_ledger();
    std::fs::rename(begin.path("book"), begin.path("lost")).unwrap();
    again_after_each(&begin, "archive restore --from lost/log book", |place, _, told| {
        let written = place.run("disburse 6 --fund PD --purpose it --payee SOFT-A");
        assert_eq!(written.status, Some(0), "{told}\n{}", written.err);
        let verified = place.run("verify --store");
        assert!(
            verified.out.starts_with("Verified: 9 entries"),
            "{told}\n{}{}",
            verified.out,
            verified.err
        );
    });
}

#[test]
fn a_key_and_a_witness_are_made_again() {
    again_after_each(
        &Place::new(),
        "witness init --name city.example/witness",
        |place, second, told| {
            assert_eq!(place.run("witness show").status, Some(0), "{told}{}", second.out);
        },
    );
}
