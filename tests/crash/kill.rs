//! kill -9 in a loop: a process that records is killed, and whatever it had acknowledged is there.
//!
//! The test runs itself as a child, which writes each receipt to its standard output as it gets it.
//! Half of the kills come at a random moment, opening included; half right after an acknowledgement.

use crate::house::{House, allocation, fund, payee, payment};
use crate::whole::{assert_whole, spawn, undisturbed};
use earmark::chain::hash::{self, Hash};
use earmark::edge::anchors::Anchors;
use earmark::edge::clock::SystemClock;
use earmark::edge::ids::SystemIds;
use earmark::ledger::{Durability, Ledger, Outside, RowIn, RowOut, Submission};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the child finds the ledger; set for the child alone.
const FOLDER: &str = "EARMARK_CRASH_FOLDER";
/// `single` or `import`.
const WORK: &str = "EARMARK_CRASH_WORK";
const KILLS_OF_EACH: usize = 30;

fn outside(house: &House) -> Outside {
    Outside {
        clock: Box::new(SystemClock),
        ids: Box::new(SystemIds::new().unwrap()),
        log_signer: Box::new(house.log_signer()),
        lost_log_key: None,
        anchors: Anchors::at(house.folder.path().join("home/anchors")),
    }
}

fn open(house: &House, folder: &Path) -> Ledger {
    Ledger::open(folder, outside(house)).unwrap()
}

fn tell(words: &str) {
    let mut out = std::io::stdout().lock();
    // The test runner's own words may stand before it on the line.
    out.write_all(format!("\n{words}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// An acknowledged head: the entry before `size` has this hash.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Acknowledged {
    size: u64,
    hash: Hash,
}

impl Acknowledged {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("acknowledged ")?.split(' ');
        Some(Self { size: words.next()?.parse().ok()?, hash: words.next()?.parse().ok()? })
    }
}

fn acknowledge(head: earmark::chain::entry::Head) {
    tell(&format!("acknowledged {} {}", head.size, head.hash));
}

/// Single commands for ever, every third one acknowledged before it is published.
fn record_singles(ledger: &mut Ledger, house: &House) {
    for number in 0_u64.. {
        let until = if number % 3 == 2 { Durability::Recorded } else { Durability::Published };
        let receipt = ledger.submit(&Submission {
            order: &payment("PD-INFO", "P-1", 1),
            confidential: None,
            signer: &house.officer(),
            command_key: None,
            accept_clock: None,
            dry_run: false,
            until,
        });
        acknowledge(receipt.unwrap().head);
    }
}

/// Imports for ever, one after the other: rows that are known already are left out.
fn import(ledger: &mut Ledger, house: &House) {
    let signer = house.officer();
    for batch_number in 0_u64.. {
        let known = ledger.known_rows("bank").unwrap();
        let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
        let first = u64::try_from(known.len()).unwrap();
        for row in first..first + 100 + 150 * (batch_number % 3) {
            let key = hash::row_key([row.to_string().as_str()], 0);
            if known.contains(&key) {
                continue;
            }
            let orders = [payment("PD-INFO", "P-1", 1)];
            let admitted = batch.admit(&RowIn { key, orders: &orders }).unwrap();
            assert!(matches!(admitted, RowOut::Admitted { entries: 1, .. }));
            if row % 10 == 9 {
                batch.seal().unwrap();
            }
        }
        batch.finish().unwrap();
        acknowledge(ledger.head());
    }
}

/// The child's part: never returns.
fn work(folder: &str) {
    let house = House::new();
    let home = PathBuf::from(folder);
    let mut outside = outside(&house);
    outside.anchors = Anchors::at(home.join("home/anchors"));
    let mut ledger = Ledger::open(&home.join("ledger"), outside).unwrap();
    tell("opened");
    match std::env::var(WORK).as_deref() {
        Ok("single") => record_singles(&mut ledger, &house),
        _ => import(&mut ledger, &house),
    }
}

struct Victim {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    acknowledged: Vec<Acknowledged>,
}

impl Victim {
    fn start(house: &House, work: &str, test: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(FOLDER, house.folder.path())
            .env(WORK, work)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = spawn(&mut command).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, acknowledged: Vec::new() }
    }

    /// Reads on until a line that begins like this; false at the end.
    fn read_until(&mut self, begin: &str) -> bool {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.acknowledged.extend(Acknowledged::parse(&line));
            if line.starts_with(begin) {
                return true;
            }
        }
        false
    }

    /// SIGKILL; everything that it said before counts.
    fn kill(mut self) -> Vec<Acknowledged> {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it ended by itself: {status}");
        assert!(!self.read_until("never"));
        self.acknowledged
    }
}

/// Numbers that need not be good, only different.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn check(house: &House, acknowledged: &[Acknowledged]) -> u64 {
    let ledger = open(house, &house.ledger_folder());
    for Acknowledged { size, hash } in acknowledged {
        let entry = ledger.entry(size - 1).unwrap();
        assert_eq!(entry.map(|sealed| sealed.hash), Some(*hash), "size {size} was acknowledged");
    }
    let size = ledger.head().size;
    assert_eq!(ledger.published_size(), size, "opening publishes");
    // No row was recorded twice.
    let mut rows = 0_usize;
    for index in 0..size {
        let sealed = ledger.entry(index).unwrap().unwrap();
        let envelope = earmark::chain::entry::parse(&sealed.bytes).unwrap();
        rows += usize::from(envelope.row.is_some());
    }
    assert_eq!(ledger.known_rows("bank").unwrap().len(), rows);
    ledger.close().unwrap();
    size
}

#[test]
fn no_single_record_that_was_acknowledged_is_lost() {
    kill_in_a_loop("single", "kill::no_single_record_that_was_acknowledged_is_lost");
}

#[test]
fn no_import_that_was_acknowledged_is_lost() {
    kill_in_a_loop("import", "kill::no_import_that_was_acknowledged_is_lost");
}

/// `test` is the name of the test that calls this, for the child to run.
fn kill_in_a_loop(kind: &'static str, test: &'static str) {
    if let Ok(folder) = std::env::var(FOLDER) {
        return work(&folder);
    }
    let mut dice = Dice(u64::from(std::process::id()));
    let house = begin();
    let (mut receipts, mut before, begun) = (0, 0, Instant::now());
    for number in 0..KILLS_OF_EACH {
        let mut victim = Victim::start(&house, kind, test);
        if number % 2 == 0 {
            assert!(victim.read_until("opened"), "the child could not open the ledger");
            for _ in 0..=dice.roll(4) {
                assert!(victim.read_until("acknowledged"), "the child ended by itself");
            }
            if number == 0 {
                let locked = Ledger::open(&house.ledger_folder(), outside(&house)).unwrap_err();
                let pid = victim.child.id().to_string();
                assert_eq!(locked.code(), "locked");
                assert!(locked.details().contains(&("pid", pid)), "{:?}", locked.details());
            }
        } else {
            std::thread::sleep(Duration::from_micros(dice.roll(80_000)));
        }
        let acknowledged = victim.kill();
        receipts += acknowledged.len();
        let _undisturbed = undisturbed();
        let size = check(&house, &acknowledged);
        assert!(size >= before, "{size} entries, {before} before");
        before = size;
        assert_eq!(assert_whole(&house), size);
    }
    println!(
        "{kind}: {KILLS_OF_EACH} kills, {receipts} receipts, {before} entries, in {:?}",
        begun.elapsed()
    );
    assert!(receipts >= KILLS_OF_EACH / 2);
}

/// A ledger of the present: the clock of the house stands still in the past.
fn begin() -> House {
    let _undisturbed = undisturbed();
    let house = House::new();
    let config = earmark::edge::config::LedgerConfig::new(crate::house::ORIGIN, "pudong");
    let (folder, genesis, officer) = (house.ledger_folder(), house.genesis(), house.officer());
    let made = Ledger::create(&folder, &config, &genesis, &officer, outside(&house));
    let mut ledger = made.unwrap().0;
    let year = ledger.today().unwrap().to_string()[..4].to_owned();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation(&format!("PD-INFO:{year}"), 1_000_000_000));
    ledger.close().unwrap();
    house
}
