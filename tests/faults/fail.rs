//! One call of the machine fails (EIO), once or from there on, in what records and publishes: no fork,
//! nothing acknowledged is lost, nothing is booked twice.
//!
//! Each line is tried in a copy of one ledger, once cleanly closed and once not (so that the opening
//! recovers), and run again when the disk is well. The choice of calls has a seed, which is printed.

use crate::kept::{self, Kept, to_keep};
use crate::{Call, Dice, Fault, Mode, Place};

/// A line, and how many entries it adds.
struct Work {
    line: &'static str,
    adds: u64,
}

const WORK: [Work; 7] = [
    Work { line: "disburse 7 --fund PD --purpose it --payee SOFT-A --command-id seven", adds: 1 },
    Work {
        line: "payee register SEALED --name S --account-file account.txt --command-id sealed",
        adds: 1,
    },
    Work { line: "import rows.csv --mapping map.toml", adds: 40 },
    Work { line: "publish", adds: 0 },
    Work { line: "key rotate-log --reason yearly", adds: 1 },
    Work { line: "officer rotate li --reason yearly", adds: 1 },
    Work { line: "confidential erase @7 --legal-basis law --command-id gone", adds: 1 },
];

/// Calls that are tried of each line, about.
const CALLS_OF_EACH: u64 = 16;

const MAPPING: &str = "source = \"bank\"\n[[event]]\ntype = \"disbursement.record\"\noccurred_on = \
                       \"2002-06-30\"\nfund = \"PD\"\nyear = 2002\npayee = \"SOFT-A\"\npurpose = \
                       \"it\"\namount = { column = \"amount\" }\n";

/// Eight entries, the last a payee with a sealed account.
pub(crate) fn ledger() -> Place {
    let place = Place::with_ledger();
    std::fs::write(place.path("account.txt"), "6222 0212 3456 7890 123\n").unwrap();
    place.ok("payee register ERASED --name E --account-file account.txt");
    std::fs::write(place.path("map.toml"), MAPPING).unwrap();
    let rows: Vec<String> = (1..=40).map(|amount| format!("{amount}.25")).collect();
    std::fs::write(place.path("rows.csv"), format!("amount\n{}\n", rows.join("\n"))).unwrap();
    place
}

/// The same ledger, not closed: killed as it ended a payment.
fn unclean() -> Place {
    let place = ledger();
    let line = "disburse 8 --fund PD --purpose it --payee SOFT-A --command-id eight";
    let (ran, calls) = place.copy().under_shim(line, None);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    // Recorded, and its tiles not yet named.
    let at = calls.iter().find(|call| call.path.contains("/log/tile") && call.name == "rename");
    place.under_shim(line, Some(Fault { at: at.unwrap().number, mode: Mode::Kill }));
    place
}

fn size(place: &Place) -> u64 {
    let stats: serde_json::Value = serde_json::from_str(&place.ok("stats -O json")).unwrap();
    stats["stats"]["size"].as_u64().unwrap()
}

/// So many, by chance, or all of them.
fn choose(calls: &[Call], dice: &mut Dice) -> Vec<Call> {
    let sides = (calls.len() as u64 / CALLS_OF_EACH).max(1);
    calls.iter().filter(|_| dice.chooses(sides)).cloned().collect()
}

fn fail_in_turn(begin: &Place, work: &Work, before: u64, kept: &[Kept]) {
    let (ran, calls) = begin.copy().under_shim(work.line, None);
    assert_eq!(ran.status, Some(0), "{}: {}{}", work.line, ran.out, ran.err);
    let mut dice = Dice::of_environment();
    let chosen = choose(&calls, &mut dice);
    println!("{}: {} of {} calls", work.line, chosen.len(), calls.len());
    for (call, mode) in kept::trials(kept, work.line, &calls) {
        fail_at(begin, work, before, &calls, &call, mode);
    }
    for call in chosen {
        let mode = match dice.below(3) {
            0 => Mode::From,
            1 if call.name.contains("write") => Mode::Half,
            _ => Mode::Once,
        };
        fail_at(begin, work, before, &calls, &call, mode);
    }
}

fn fail_at(begin: &Place, work: &Work, before: u64, calls: &[Call], call: &Call, mode: Mode) {
    let place = begin.copy();
    let keep = to_keep(work.line, calls, call, mode);
    let (first, _) = place.under_shim(work.line, Some(Fault { at: call.number, mode }));
    let told = format!(
        "{}: {mode:?} at {call}: {:?} {}{}\n{keep}",
        work.line, first.status, first.out, first.err
    );
    // The machine could not, or it is not known whether it did; never a fault of the ledger or the user.
    assert!(matches!(first.status, Some(0 | 4 | 5)), "{told}");
    // A rotation that was acknowledged is not asked for once more: that would be another.
    let is_done = first.status == Some(0) && work.line.contains(" rotate");
    let again = place.run(if is_done { "publish" } else { work.line });
    let told = format!("{told}\nagain: {:?} {}{}", again.status, again.out, again.err);
    assert_eq!(again.status, Some(0), "{told}");
    if first.status == Some(0) && work.adds > 0 && !is_done {
        let known = ["Recorded before as @", "known"];
        assert!(known.iter().any(|words| again.out.contains(words)), "acknowledged: {told}");
    }
    assert_eq!(size(&place), before + work.adds, "{told}");
    let verified = place.run("verify --store");
    assert_eq!(verified.status, Some(0), "{told}\n{}{}", verified.out, verified.err);
    place.ok("disburse 9 --fund PD --purpose it --payee SOFT-A");
    assert_eq!(size(&place), before + work.adds + 1, "{told}");
}

#[test]
fn a_call_fails_on_a_ledger_that_was_closed() {
    let begin = ledger();
    WORK.iter().for_each(|work| fail_in_turn(&begin, work, 8, &kept::CLOSED));
}

#[test]
fn a_call_fails_on_a_ledger_that_was_not_closed() {
    let begin = unclean();
    WORK.iter().for_each(|work| fail_in_turn(&begin, work, 9, &kept::UNCLEAN));
}

/// A thread of sled's fails while another waits for what it writes: the wait has an end.
#[test]
fn a_write_of_the_database_that_fails_late_leaves_nobody_waiting() {
    let begin = ledger();
    for work in [&WORK[0], &WORK[2], &WORK[4]] {
        let (ran, calls) = begin.copy().under_shim(work.line, None);
        assert_eq!(ran.status, Some(0), "{}: {}{}", work.line, ran.out, ran.err);
        let is_write = |call: &&Call| call.path == "/book/db/db" && call.class != 'r';
        let writes: Vec<&Call> = calls.iter().filter(is_write).collect();
        println!("{}: {} writes", work.line, writes.len());
        assert!(!writes.is_empty(), "{calls:?}");
        for call in writes {
            fail_at(&begin, work, 8, &calls, call, Mode::Late);
        }
    }
}

/// A damaged database is moved aside and written anew from the log; a read of the new one that fails, or
/// ends early, never makes a shorter ledger.
#[test]
fn a_call_fails_while_the_database_is_written_anew() {
    let begin = ledger();
    let path = begin.path("book/db/db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.iter_mut().step_by(64).for_each(|byte| *byte ^= 0x55);
    std::fs::write(&path, bytes).unwrap();
    fail_in_turn(&begin, &WORK[0], 8, &kept::DAMAGED);
}

/// A disk that fails once moves nothing aside, whichever read of `db/` it is; what was read already is in
/// memory, and does not fail.
#[test]
fn one_read_of_the_database_that_fails_moves_no_store() {
    let begin = ledger();
    let line = WORK[0].line;
    let (ran, calls) = begin.copy().under_cache(line, None);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let opening =
        calls.iter().take_while(|call| call.path != "/book/wal/clean" || call.class != 'w');
    let reads: Vec<&Call> =
        opening.filter(|call| call.class == 'r' && call.path.starts_with("/book/db")).collect();
    println!("{} reads of db/ at an opening", reads.len());
    assert!(reads.len() >= 5, "{reads:?}");
    for call in reads {
        let place = begin.copy();
        let (first, _) = place.under_cache(line, Some(Fault { at: call.number, mode: Mode::Once }));
        let told = format!("{call}: {:?} {}{}", first.status, first.out, first.err);
        assert!(matches!(first.status, Some(0 | 4)), "{told}");
        assert_eq!(place.run(line).status, Some(0), "{told}");
        let aside = place.files().into_iter().find(|name| name.contains("quarantine"));
        assert_eq!(aside, None, "{told}");
        assert_eq!(size(&place), 9, "{told}");
    }
}

/// What the disk cannot read of a package says nothing of the package, and nothing of the log in it.
#[test]
fn a_package_that_cannot_be_read_is_not_called_unfit() {
    let place = ledger();
    place.ok("export package -o kit.zip");
    let line = "verify --from kit.zip --unpinned";
    let (ran, calls) = place.under_shim(line, None);
    assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
    let reads: Vec<Call> = calls.into_iter().filter(|call| call.path.contains("kit.zip")).collect();
    assert!(reads.len() > 20, "{reads:?}");
    for call in reads {
        let (ran, _) = place.under_shim(line, Some(Fault { at: call.number, mode: Mode::Once }));
        let told = format!("{call}: {:?} {}{}", ran.status, ran.out, ran.err);
        assert!(matches!(ran.status, Some(0 | 4)), "{told}");
    }
}
