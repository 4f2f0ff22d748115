//! Imports of the three real data sets by the mapping files of `tests/data`, with the sums that were
//! computed elsewhere: first read alone, then booked in a ledger in memory (`books`), by the domain's
//! own rules. Where the data is not there, it says so.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::missing_panics_doc,
    unreachable_pub,
    clippy::print_stderr,
    reason = "test code"
)]

mod books;
#[path = "../house/mod.rs"]
mod house;
mod kept;
mod keys;
mod taking;
mod typed;

use earmark::import::fields::{EventKind, Field};
use earmark::import::mapping::Mapping;
use earmark::import::plan::{MappedEvent, Plan};
use earmark::import::reader::{Row, RowReader};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file of the real data, or `None` with a word about it.
pub fn data(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("EARMARK_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("NOT CHECKED: {} is not there", path.display());
        return None;
    }
    if name.ends_with(".gz") {
        let out = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
        assert!(out.status.success(), "gzip: {}", String::from_utf8_lossy(&out.stderr));
        return Some(out.stdout);
    }
    Some(std::fs::read(&path).unwrap())
}

struct Read {
    rows: Vec<(Row, Vec<MappedEvent>)>,
}

/// Reads `bytes` by a mapping file of `tests/data`, with `changed` done to the mapping's text.
fn read(bytes: &[u8], mapping: &str, changed: impl Fn(String) -> String) -> Read {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(mapping);
    let text = changed(std::fs::read_to_string(path).unwrap());
    let mapping = Mapping::parse(&text).unwrap();
    let mut reader = RowReader::open(bytes, &mapping.format).unwrap();
    let plan = Plan::new(&mapping, reader.header(), 2).unwrap();
    let (mut row, mut rows) = (Row::default(), Vec::new());
    while reader.read(&mut row).unwrap() {
        let events =
            plan.map(&row).unwrap_or_else(|problem| panic!("line {}: {problem}", row.line));
        rows.push((row.clone(), events.unwrap()));
    }
    Read { rows }
}

impl Read {
    /// All amounts of a field of one kind of event, in minor units.
    fn amounts(&self, kind: EventKind, field: Field) -> Vec<i128> {
        let events = self.rows.iter().flat_map(|(_, events)| events);
        let mut of_kind: Vec<_> = events.filter(|event| event.kind == kind).cloned().collect();
        of_kind.iter_mut().filter_map(|event| event.values.amount(field)).map(|a| a.0).collect()
    }
}

#[test]
fn chicago_menu() {
    let Some(bytes) = data("chicago_menu/AllMenu2012-2023.csv.gz") else { return };
    let read = read(&bytes, "chicago_menu.toml", |text| text);
    let amounts = read.amounts(EventKind::CommitmentMake, Field::Amount);
    assert_eq!(amounts.len(), 28_108);
    let count = |wanted: fn(&i128) -> bool| amounts.iter().filter(|a| wanted(a)).count();
    assert_eq!((count(|a| *a > 0), count(|a| *a == 0), count(|a| *a < 0)), (26_029, 2_077, 2));
    assert_eq!(amounts.iter().sum::<i128>(), 80_400_788_317);
    let (row, events) = &read.rows[0];
    assert_eq!((row.number, row.line), (1, 2));
    let mut values = events[0].values.clone();
    assert_eq!(values.code(Field::Contract).unwrap().as_str(), "W01-2012-00001");
    assert_eq!(values.code(Field::Fund).unwrap().as_str(), "W01");
    assert_eq!(
        values.text(Field::Title).unwrap().as_str(),
        "Streets & Transportation: Alley Resurfacing Menu"
    );
    let last = &read.rows.last().unwrap().0;
    assert_eq!((last.number, last.line), (28_108, 28_109));
    let keys: BTreeSet<_> = read.rows.iter().map(|(row, _)| row.key(0)).collect();
    assert_eq!(keys.len(), 28_108, "no row is like another");
}

#[test]
fn nl_cofinancing() {
    let Some(bytes) = data("nl_cofinancing/StructuralFundsNL2007NOW.csv") else { return };
    let read = read(&bytes, "nl_cofinancing.toml", |text| text);
    assert_eq!(read.rows.len(), 1_808);
    assert_eq!(read.rows.last().unwrap().0.line, 4_233, "line breaks inside cells are counted");
    let ceilings = read.amounts(EventKind::ProjectApprove, Field::Ceiling);
    assert_eq!((ceilings.len(), ceilings.iter().filter(|a| **a == 0).count()), (1_789, 4));
    assert_eq!(ceilings.iter().sum::<i128>(), 130_608_997_600);
    let supplements = read.amounts(EventKind::AllocationSupplement, Field::Amount);
    assert_eq!(supplements, ceilings);
    let mut pledged = BTreeMap::new();
    let mut without_start = 0;
    for (row, events) in &read.rows {
        without_start += usize::from(row.cell(13).trim().is_empty());
        for event in events.iter().filter(|event| event.kind == EventKind::FollowOnPledge) {
            let mut values = event.values.clone();
            let sum = pledged.entry(values.word(Field::Kind).unwrap()).or_insert((0, 0));
            sum.0 += 1;
            sum.1 += values.amount(Field::Amount).unwrap().0;
        }
        let start = events[0].occurred_on.to_string();
        assert!(!row.cell(13).trim().is_empty() || start == "2007-01-01", "{start}");
    }
    assert_eq!(without_start, 7);
    assert_eq!(pledged["private"], (548, 59_778_190_400));
    assert_eq!(pledged["other_public"], (814, 132_828_524_800));
    let text = String::from_utf8(bytes).unwrap();
    let in_cells = read.rows.iter().flat_map(|(row, _)| row.cells()).flat_map(str::chars);
    let kept = in_cells.filter(|c| *c == '\u{fffd}').count();
    assert_eq!(kept, text.chars().filter(|c| *c == '\u{fffd}').count());
    assert_eq!(kept, 5_374, "what was broken in the source stays as it is");
}

#[test]
fn tw_budget() {
    let (Some(proposed), Some(enacted)) =
        (data("tw_budget_2019/proposed.csv"), data("tw_budget_2019/enacted.csv"))
    else {
        return;
    };
    let before = read(&proposed, "tw_proposed.toml", |text| text);
    let amounts = before.amounts(EventKind::AllocationRecord, Field::Amount);
    assert_eq!((amounts.len(), amounts.iter().filter(|a| **a == 0).count()), (1_177, 52));
    assert_eq!(amounts.iter().sum::<i128>(), 168_309_707_300_000);
    let after = read(&enacted, "tw_enacted.toml", |text| text);
    assert!(after.rows.iter().all(|(_, events)| events.len() == 1 && events[0].target));
    let targets = after.amounts(EventKind::AllocationRecord, Field::Amount);
    assert_eq!(targets.iter().sum::<i128>(), 166_110_452_800_000);
    let lines = |read: &Read| -> BTreeMap<String, i128> {
        let of = |events: &Vec<MappedEvent>| {
            let mut values = events[0].values.clone();
            let fund = values.code(Field::Fund).unwrap();
            let class = values.code(Field::Class).unwrap();
            (format!("{fund}:{class}"), values.amount(Field::Amount).unwrap().0)
        };
        read.rows.iter().map(|(_, events)| of(events)).collect()
    };
    let (before, after) = (lines(&before), lines(&after));
    assert_eq!(before.len(), 1_177);
    assert!(before.keys().eq(after.keys()));
    let cuts: Vec<i128> =
        before.iter().map(|(line, was)| was - after[line]).filter(|cut| *cut != 0).collect();
    assert!(cuts.iter().all(|cut| *cut > 0));
    assert_eq!((cuts.len(), cuts.iter().sum::<i128>()), (560, 2_199_254_500_000));
}

#[test]
fn a_gb18030_copy_is_the_same_to_the_last_character() {
    let Some(bytes) = data("tw_budget_2019/proposed.csv") else { return };
    let mut iconv = Command::new("iconv")
        .args(["-f", "utf-8", "-t", "gb18030"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = iconv.stdin.take().unwrap();
    let input = bytes.clone();
    let writing = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let copy = iconv.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(copy.status.success() && copy.stdout != bytes);
    let utf8 = read(&bytes, "tw_proposed.toml", |text| text);
    let gb18030 =
        read(&copy.stdout, "tw_proposed.toml", |text| format!("encoding = \"gb18030\"\n{text}"));
    assert_eq!(utf8.rows.len(), gb18030.rows.len());
    for ((one, events), (other, other_events)) in utf8.rows.iter().zip(&gb18030.rows) {
        assert!(one.cells().eq(other.cells()), "line {}", one.line);
        assert_eq!((one.key(0), events, one.line), (other.key(0), other_events, other.line));
    }
}

#[test]
fn ward_budgets_are_one_allocation_each() {
    let mut table = String::from("ward,year,budget\n");
    for ward in 1..=50 {
        for year in 2012..=2023 {
            let budget = if year <= 2020 { 1_320_000 } else { 1_500_000 };
            table.push_str(&format!("{ward},{year},{budget}\n"));
        }
    }
    let read = read(table.as_bytes(), "chicago_allocations.toml", |text| text);
    let amounts = read.amounts(EventKind::AllocationRecord, Field::Amount);
    assert_eq!((amounts.len(), amounts.iter().sum::<i128>()), (600, 81_900_000_000));
}
