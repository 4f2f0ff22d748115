//! Ctrl-C, at moments that count: the next command costs what it would have, or recovers what came after
//! the last publish and no more; nothing is lost, nothing booked twice.

use crate::fail;
use crate::{Call, Fault, Mode, Place};
use std::collections::BTreeSet;

const PAY: &str = "disburse 3 --fund PD --purpose it --payee SOFT-A --command-id three";
const NEXT: &str = "disburse 4 --fund PD --purpose it --payee SOFT-A --command-id four";
const MANY: &str = "import many.csv --mapping map.toml";
const MORE: &str = "import more.csv --mapping map.toml";
/// Entries of the ledger: eight and those of `many.csv`, in nine bundles.
const BEFORE: u64 = 2_108;
/// Entries of `more.csv`: three commands.
const OF_MORE: u64 = 2_500;

fn ledger() -> Place {
    let place = fail::ledger();
    let rows = |from: u64, count: u64| {
        let rows: Vec<String> = (from..from + count).map(|cents| format!("0.{cents:05}")).collect();
        format!("amount\n{}\n", rows.join("\n"))
    };
    let map = std::fs::read_to_string(place.path("map.toml")).unwrap();
    assert!(map.contains("disbursement.record"), "{map}");
    let cents = |text: String| text.replace("0.", "");
    std::fs::write(place.path("many.csv"), cents(rows(10_000, BEFORE - 8))).unwrap();
    std::fs::write(place.path("more.csv"), cents(rows(20_000, OF_MORE))).unwrap();
    place.ok("allocation supplement PD 2002 9亿");
    place.ok("publish");
    place.ok(MANY);
    place
}

/// What a command reads: calls, and the bundles of entries that it opens.
fn cost(calls: &[Call]) -> (usize, usize) {
    let is_read = |call: &&Call| call.name.starts_with("read") || call.name.starts_with("pread");
    let of_bundle = |call: &&Call| call.path.contains("/log/tile/entries/") && call.class == 'r';
    let bundles: BTreeSet<&str> =
        calls.iter().filter(of_bundle).map(|call| call.path.as_str()).collect();
    (calls.iter().filter(is_read).count(), bundles.len())
}

fn size(place: &Place) -> u64 {
    let stats: serde_json::Value = serde_json::from_str(&place.ok("stats -O json")).unwrap();
    stats["stats"]["size"].as_u64().unwrap()
}

/// The next command after `line` was interrupted before the call: what it cost.
fn after(begin: &Place, line: &str, call: &Call) -> (Place, usize, usize) {
    let place = begin.copy();
    let (ran, _) = place.under_shim(line, Some(Fault { at: call.number, mode: Mode::Interrupt }));
    assert_eq!(ran.status, None, "{line}: ended by the signal at {call}: {}", ran.err);
    let (next, calls) = place.under_shim(NEXT, None);
    assert_eq!(next.status, Some(0), "{line} at {call}, then: {}{}", next.out, next.err);
    let (reads, bundles) = cost(&calls);
    println!("{line} at {call}: then {reads} reads, {bundles} bundles");
    (place, reads, bundles)
}

#[test]
fn what_comes_after_an_interrupted_command_costs_what_it_would_have() {
    let begin = ledger();
    let before = size(&begin);
    let (ran, calls) = begin.copy().under_shim(NEXT, None);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let (reads, bundles) = cost(&calls);
    println!("ordinarily {reads} reads, {bundles} bundles");
    for (line, adds) in [(PAY, 1), (MORE, OF_MORE)] {
        let (ran, calls) = begin.copy().under_shim(line, None);
        assert_eq!(ran.status, Some(0), "{line}: {}", ran.err);
        let first = |name: &str, path: &str| {
            let found = calls.iter().find(|call| call.name == name && call.path.contains(path));
            found.unwrap_or_else(|| panic!("{line}: no {name} of {path}")).clone()
        };
        // Nothing of ours is written yet: the clean end stands.
        let (place, reads_then, _) = after(&begin, line, &first("unlink", "/book/wal/clean"));
        assert!(reads_then * 10 <= reads * 12, "{line}: {reads_then} reads, ordinarily {reads}");
        assert_eq!(size(&place), before + 1, "{line}");
        // Recorded, and not published: what came after the last publish is compared, and no more.
        let of_log: Vec<&Call> = calls
            .iter()
            .filter(|call| call.name == "pwrite64" && call.path.contains("/book/wal/0"))
            .collect();
        let last = of_log.last().expect("a frame");
        let next = calls.iter().find(|call| call.number > last.number + 1 && call.class == 'w');
        let (place, _, bundles_then) = after(&begin, line, next.expect("a change after it"));
        let new = usize::try_from(adds / 256).unwrap() + 2;
        assert!(
            bundles_then <= bundles + new,
            "{line}: {bundles_then} bundles, ordinarily {bundles}"
        );
        // What was recorded is there, and the same line again adds the rest.
        assert_eq!(place.run(line).status, Some(0), "{line}");
        assert_eq!(size(&place), before + adds + 1, "{line}");
        let verified = place.run("verify --store");
        assert_eq!(verified.status, Some(0), "{line}: {}{}", verified.out, verified.err);
    }
}
