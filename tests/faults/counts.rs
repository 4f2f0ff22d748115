//! How often each command asks the disk to be sure, and how often it reads: what a change must not let
//! grow unseen. A command that only reads never syncs.

use crate::{Call, Place};

/// A line, the most syncs, and the most reads, in a ledger of a few entries that was closed.
const MOST: [(&str, usize, usize); 9] = [
    ("balance", 0, 40),
    ("register", 0, 40),
    ("stats", 0, 40),
    ("verify", 0, 160),
    ("disburse 7 --fund PD --purpose it --payee SOFT-A", 30, 180),
    ("disburse 8 --fund PD --purpose it --payee SOFT-A", 30, 180),
    ("publish", 20, 180),
    ("key rotate-log --reason yearly", 36, 200),
    ("disburse 9 --fund PD --purpose it --payee SOFT-A", 30, 180),
];

fn counted(calls: &[Call]) -> (usize, usize) {
    let count = |names: &[&str]| calls.iter().filter(|call| names.contains(&&*call.name)).count();
    (count(&["fsync", "fdatasync"]), count(&["read", "readv", "pread", "pread64"]))
}

#[test]
fn syncs_and_reads_of_each_command_are_counted() {
    let place = Place::with_ledger();
    for (line, most_syncs, most_reads) in MOST {
        let (ran, calls) = place.under_shim(line, None);
        assert_eq!(ran.status, Some(0), "{line}: {}", ran.err);
        let (syncs, reads) = counted(&calls);
        println!("{line}: {syncs} syncs, {reads} reads, {} calls", calls.len());
        assert!(syncs <= most_syncs, "{line}: {syncs} syncs, at most {most_syncs}");
        assert!(reads <= most_reads, "{line}: {reads} reads, at most {most_reads}");
        // What is acknowledged is durable: the log's frame and the checkpoint at least.
        assert!(most_syncs == 0 || syncs >= 2, "{line}: {syncs} syncs");
    }
}
