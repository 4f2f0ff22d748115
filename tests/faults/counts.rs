//! How often each command asks the disk to be sure, and how often it reads: what a change must not let
//! grow unseen. A command that only reads never syncs.

use crate::{Call, Place, fail};

/// A line, the most syncs, and the most reads, in a ledger of a few entries that was closed.
const MOST: [(&str, usize, usize); 12] = [
    ("balance", 0, 40),
    ("register", 0, 40),
    ("stats", 0, 40),
    ("verify", 0, 160),
    ("disburse 7 --fund PD --purpose it --payee SOFT-A", 30, 180),
    ("disburse 8 --fund PD --purpose it --payee SOFT-A", 30, 180),
    ("publish", 20, 180),
    ("key rotate-log --reason yearly", 36, 200),
    ("disburse 9 --fund PD --purpose it --payee SOFT-A", 30, 180),
    ("import rows.csv --mapping map.toml", 40, 240),
    ("confidential erase @7 --legal-basis law", 40, 200),
    ("import rows.csv --mapping map.toml", 40, 240),
];
const RESTORE: (&str, usize, usize) = ("archive restore --from lost/log book", 90, 300);

fn counted(calls: &[Call]) -> (usize, usize) {
    let count = |names: &[&str]| calls.iter().filter(|call| names.contains(&&*call.name)).count();
    (count(&["fsync", "fdatasync"]), count(&["read", "readv", "pread", "pread64"]))
}

fn check(place: &Place, (line, most_syncs, most_reads): (&str, usize, usize)) {
    let (ran, calls) = place.under_shim(line, None);
    assert_eq!(ran.status, Some(0), "{line}: {}", ran.err);
    let (syncs, reads) = counted(&calls);
    println!("{line}: {syncs} syncs, {reads} reads, {} calls", calls.len());
    assert!(syncs <= most_syncs, "{line}: {syncs} syncs, at most {most_syncs}");
    assert!(reads <= most_reads, "{line}: {reads} reads, at most {most_reads}");
    // What is acknowledged is durable: the log's frame and the checkpoint at least.
    assert!(most_syncs == 0 || syncs >= 2, "{line}: {syncs} syncs");
}

#[test]
fn syncs_and_reads_of_each_command_are_counted() {
    let place = fail::ledger();
    MOST.into_iter().for_each(|most| check(&place, most));
    std::fs::rename(place.path("book"), place.path("lost")).unwrap();
    check(&place, RESTORE);
}
