//! The power goes at any change that any command makes, sled's own too, and while the next one recovers:
//! nothing acknowledged is lost, nothing is booked twice, there is no fork, and the command that was cut
//! off is run again.
//!
//! A script is run once under the shim, which records its changes with their bytes; each trial builds the
//! disk that a cut may leave (`disk.rs`) and goes on there. `EARMARK_CUTS` trials are made (tools/powerloss
//! makes thousands), at places and with a luck that a printed seed chooses; one that failed prints its line for [`KEPT`].

use crate::Place;
use crate::disk::{Change, Disk, Luck, read_changes};
use crate::kept::plain;
use crate::place::{INIT, Ran};
use crate::{Dice, fail};

/// A line of a script, and the entries that there are once it is done.
struct Step {
    line: &'static str,
    size: u64,
}

const fn step(line: &'static str, size: u64) -> Step {
    Step { line, size }
}

/// Lines that follow each other on one ledger of eight entries.
const WORK: [Step; 9] = [
    step("disburse 7 --fund PD --purpose it --payee SOFT-A --command-id seven", 9),
    step("payee register SEALED --name S --account-file account.txt --command-id sealed", 10),
    step("import rows.csv --mapping map.toml", 50),
    step("publish", 50),
    step("key rotate-log --reason yearly --command-id rotated", 51),
    step("confidential erase @7 --legal-basis law --command-id gone", 52),
    step("disburse 8 --fund PD --purpose it --payee SOFT-A --command-id eight", 53),
    step("officer rotate li --reason yearly --command-id li", 54),
    step("disburse 9 --fund PD --purpose it --payee SOFT-A --command-id nine", 55),
];
const INITIAL: [Step; 1] = [step(INIT, 2)];
const RESTORE: [Step; 1] = [step("archive restore --from lost/log book", 8)];

/// How many trials there are without `EARMARK_CUTS`.
const CUTS: u64 = 200;

/// A cut that failed once: script, change, which of its kind, luck.
const KEPT: [(&str, &str, usize, u64); 0] = [];

/// A script that was run, with the changes that it made.
struct Recorded {
    name: &'static str,
    /// Where it ran, and where every disk is put: some files hold its path.
    place: Place,
    begin: Disk,
    steps: &'static [Step],
    changes: Vec<Change>,
    /// Changes made when each step had been acknowledged.
    ends: Vec<usize>,
}

impl Recorded {
    fn run(name: &'static str, place: Place, steps: &'static [Step]) -> Self {
        let begin = Disk::of(&place.path(""));
        let record = tempfile::NamedTempFile::new().unwrap();
        let read = || read_changes(&std::fs::read(record.path()).unwrap());
        let mut ends = Vec::new();
        for step in steps {
            let ran = place.recorded(step.line, record.path());
            assert_eq!(ran.status, Some(0), "{}: {}{}", step.line, ran.out, ran.err);
            ends.push(read().len());
        }
        let changes = read();
        println!("{name}: {} changes", changes.len());
        Self { name, place, begin, steps, changes, ends }
    }

    /// Puts in place what is there after the power went before change `at` of `changes`.
    fn cut(&self, begin: &Disk, changes: &[Change], at: usize, luck: u64) {
        let mut disk = begin.clone();
        changes[..at].iter().for_each(|change| disk.make(change));
        self.place.clear();
        disk.after_power_cut(&mut Luck::new(luck), &self.place.path(""));
    }

    /// The line for [`KEPT`] of a cut before change `at`.
    fn to_keep(&self, at: usize, luck: u64) -> String {
        let Some(change) = self.changes.get(at) else { return format!("at the end, luck {luck}") };
        let of = named(change);
        let same = |other: &&Change| named(other) == of;
        let nth = self.changes[..at].iter().filter(same).count();
        format!("({:?}, {of:?}, {nth}, {luck})", self.name)
    }

    /// One trial: the cut, the step that was under way again, sometimes cut off once more, and a look.
    fn try_cut(&self, at: usize, luck: u64, twice: bool) {
        let place = &self.place;
        self.cut(&self.begin, &self.changes, at, luck);
        let done = self.ends.iter().filter(|end| **end <= at).count();
        let step = &self.steps[done.min(self.steps.len() - 1)];
        let told = format!(
            "the power goes before change {at} of {} ({}); to keep it: {}; in `{}`",
            self.changes.len(),
            self.changes.get(at).map_or("the end".to_owned(), ToString::to_string),
            self.to_keep(at, luck),
            step.line
        );
        if twice {
            self.cut_again(step.line, luck, &told);
        }
        let before = match done.checked_sub(1) {
            Some(last) => self.steps[last].size,
            None => 0,
        };
        let again = place.run(step.line);
        let told = format!("{told}\nagain: {:?} {}{}", again.status, again.out, again.err);
        assert!(is_run_again(place, &again), "{told}");
        let verified = place.run("verify --store");
        let whole = format!("Verified: {} entries", step.size);
        assert!(
            verified.status == Some(0) && verified.out.starts_with(&whole),
            "{told}\nexpected {whole} (acknowledged before: {before}), found {}{}",
            verified.out,
            verified.err
        );
    }
}

impl Recorded {
    /// The power goes once more while a line is run on what the first cut left.
    fn cut_again(&self, line: &str, luck: u64, told: &str) {
        let begin = Disk::of(&self.place.path(""));
        let record = tempfile::NamedTempFile::new().unwrap();
        let ran = self.place.recorded(line, record.path());
        let said = format!("{told}\nbefore it goes again: {:?} {}{}", ran.status, ran.out, ran.err);
        assert!(is_run_again(&self.place, &ran), "{said}");
        let changes = read_changes(&std::fs::read(record.path()).unwrap());
        let at = Dice::new(luck, false).below(changes.len() as u64 + 1) as usize;
        self.cut(&begin, &changes, at, luck.wrapping_add(1));
        println!("{told}\nand again before change {at} of {}", changes.len());
    }
}

/// Done again, or found to be done when all that was left was to say so.
fn is_run_again(place: &Place, again: &Ran) -> bool {
    let code = again.err.lines().find(|line| !line.starts_with("note: ")).unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    again.status == Some(0)
        || code == "ledger_exists"
        || (code == "folder_not_empty" && !place.path("book/RESTORE").exists())
}

/// What a change is and of which file, whatever the run.
fn named(change: &Change) -> String {
    let shown = change.to_string();
    let (what, path) = shown.split_once(" of ").unwrap();
    format!("{what} of {}", plain(path))
}

fn scripts() -> Vec<Recorded> {
    let restored = Place::with_ledger();
    std::fs::rename(restored.path("book"), restored.path("lost")).unwrap();
    vec![
        Recorded::run("work", fail::ledger(), &WORK),
        Recorded::run("init", Place::new(), &INITIAL),
        Recorded::run("restore", restored, &RESTORE),
    ]
}

#[test]
fn the_power_goes_at_any_change() {
    let scripts = scripts();
    for (name, change, nth, luck) in KEPT {
        let script = scripts.iter().find(|script| script.name == name).unwrap();
        let same = |(_, other): &(usize, &Change)| named(other) == change;
        let found = script.changes.iter().enumerate().filter(same).nth(nth);
        let (at, _) = found.unwrap_or_else(|| panic!("no such change any more: {name} {change}"));
        script.try_cut(at, luck, false);
    }
    let mut dice = Dice::of_environment();
    let given = std::env::var("EARMARK_CUTS").ok().map(|cuts| cuts.parse().unwrap());
    let cuts: u64 = given.unwrap_or(CUTS);
    for number in 0..cuts {
        // Six of eight in the work, one each in the making of a ledger.
        let script = &scripts[[0, 0, 0, 1, 0, 0, 0, 2][(number % 8) as usize]];
        let at = dice.below(script.changes.len() as u64 + 1) as usize;
        let luck = dice.below(1 << 40);
        script.try_cut(at, luck, number % 5 == 0);
    }
    println!("{cuts} cuts");
}
