//! Every entry of a ledger tampered with in every way, with and without the tree made to fit.

use crate::book::{Log, book, end_of, entries_of, first, log_key, rehash, remade, trusted};
use crate::both::{self, SWEEP};
use earmark::chain::entry::{self, Envelope};
use earmark::chain::signature::SeedSigner;
use earmark::error::Result;
use earmark::verify::{Report, Tier, Trust};
use std::path::Path;

/// How a log is verified: by both, or by ours alone.
type Verify = fn(&Path, &[Tier], &Trust) -> Result<Report>;

/// The regions of an entry as schemas/entry.md lays them out, with where each begins.
pub(crate) fn regions(bytes: &[u8]) -> Vec<(&'static str, usize)> {
    let envelope = entry::parse(bytes).unwrap();
    let mut regions = vec![
        ("magic", 0),
        ("format version", 4),
        ("event type", 5),
        ("event version", 7),
        ("flags", 9),
        ("ledger id", 10),
        ("index", 26),
        ("entry id", 34),
        ("previous", 50),
        ("recorded_at", 82),
        ("occurred_on", 90),
        ("officer", 94),
        ("command id", 98),
        ("place", 114),
        ("count", 116),
    ];
    let mut at = 118;
    if envelope.digest.is_some() {
        regions.push(("digest", at));
        at += 32;
    }
    if let Some(row) = envelope.row {
        regions.push(("source", at));
        regions.push(("row key", at + 1 + row.source.len()));
        at += 17 + row.source.len();
    }
    regions.push(("body length", at));
    regions.push(("body", at + 2));
    at += 2 + envelope.body.len();
    if envelope.commitment.is_some() {
        regions.push(("commitment", at));
        at += 32;
    }
    if envelope.signature.is_some() {
        regions.push(("signature", at));
        at += 64;
    }
    assert_eq!(at, bytes.len(), "the regions are those of the format");
    regions
}

struct Scene {
    entries: Vec<Vec<u8>>,
    log: Log,
}

impl Scene {
    fn new(ends_in_import: bool) -> Self {
        let entries = entries_of(&book(ends_in_import));
        let log = Log::new();
        log.publish(&entries, &log_key());
        assert!(log.verify().is_verified());
        Self { entries, log }
    }

    /// The report on a log in which only the bundle was changed.
    fn changed(&self, entries: &[Vec<u8>], verify: Verify) -> Report {
        self.log.replace_bundle(self.entries.len(), entries);
        let report = verify(&self.log.path(), &Tier::ALL, &trusted()).unwrap();
        self.log.replace_bundle(self.entries.len(), &self.entries);
        assert!(report.faults.iter().any(|fault| fault.tier == Tier::Log), "{:#?}", report.faults);
        report
    }

    /// The report on a log that somebody with the log key made of these entries.
    fn republished(&self, entries: &[Vec<u8>], verify: Verify) -> Report {
        let log = Log::new();
        log.publish(entries, &log_key());
        let report = verify(&log.path(), &Tier::ALL, &trusted()).unwrap();
        let others = report.faults.iter().filter(|fault| fault.tier == Tier::Log);
        assert_eq!(others.count(), 0, "the tree was made to fit: {:#?}", report.faults);
        report
    }

    /// Both, each of which must name `index` and one of `likely`.
    #[track_caller]
    fn check(&self, what: &str, entries: &[Vec<u8>], index: usize, likely: &[&str]) {
        self.check_by(both::verify, what, entries, index, likely);
    }

    /// As [`Scene::check`], for the step of a sweep.
    #[track_caller]
    fn check_step(&self, step: usize, what: &str, entries: &[Vec<u8>], index: usize) {
        let verify = if step.is_multiple_of(SWEEP) { both::verify } else { both::verify_ours };
        self.check_by(verify, what, entries, index, &["changed"]);
    }

    #[track_caller]
    fn check_by(
        &self,
        verify: Verify,
        what: &str,
        entries: &[Vec<u8>],
        index: usize,
        likely: &[&str],
    ) {
        assert_ne!(entries, self.entries, "{what} changed nothing");
        let reports =
            [("bundle", self.changed(entries, verify)), ("all", self.republished(entries, verify))];
        for (how, report) in reports {
            let fault = first(&report);
            let place = format!("{what}, {how}: {:#?}", report.faults);
            assert_eq!(fault.index, Some(index as u64), "{place}");
            // A file's damage says no more than that it is damaged.
            assert!(likely.contains(&fault.likely.as_str()), "{place}");
            assert!(!fault.expected.is_empty() && !fault.found.is_empty(), "{place}");
        }
    }
}

#[test]
fn a_flipped_bit_in_any_region_of_any_entry_names_the_entry() {
    for ends_in_import in [false, true] {
        let scene = Scene::new(ends_in_import);
        for index in 0..scene.entries.len() {
            for (number, (region, at)) in regions(&scene.entries[index]).into_iter().enumerate() {
                let mut entries = scene.entries.clone();
                entries[index][at] ^= 1 << ((index + number) % 8);
                let what = format!("bit of {region} of entry {index} flipped");
                scene.check_step(index + number, &what, &entries, index);
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_any_byte_names_the_entry() {
    let scene = Scene::new(true);
    let last = scene.entries.len() - 1;
    // The genesis, a single command, one in the middle of an import, the last two.
    for index in [0, 1, 10, 30, last - 1, last] {
        for at in 0..scene.entries[index].len() {
            let mut entries = scene.entries.clone();
            entries[index][at] ^= 1 << (at % 8);
            let what = format!("bit of byte {at} of entry {index} flipped");
            scene.check_step(at, &what, &entries, index);
        }
    }
}

#[test]
fn entries_dropped_swapped_repeated_or_cut_are_named() {
    for ends_in_import in [false, true] {
        let scene = Scene::new(ends_in_import);
        let count = scene.entries.len();
        for index in 0..count {
            let mut entries = scene.entries.clone();
            entries.remove(index);
            let what = format!("entry {index} dropped");
            if index + 1 < count || ends_in_import {
                scene.check(&what, &entries, index, &["missing"]);
            }

            if index + 1 < count {
                let mut entries = scene.entries.clone();
                entries.swap(index, index + 1);
                let what = format!("entries {index} and {} swapped", index + 1);
                scene.check(&what, &entries, index, &["reordered"]);
            }

            let mut entries = scene.entries.clone();
            entries.insert(index, entries[index].clone());
            // One too many at the end is seen by its file alone, where the tree was not made to fit.
            let likely: &[&str] =
                if index + 1 < count { &["reordered"] } else { &["reordered", "changed"] };
            scene.check(&format!("entry {index} repeated"), &entries, index + 1, likely);

            for cut in [1, 30, 64, 100] {
                let mut entries = scene.entries.clone();
                let length = entries[index].len();
                entries[index].truncate(length - cut);
                let what = format!("entry {index} cut by {cut} bytes");
                scene.check(&what, &entries, index, &["changed"]);
            }
        }
    }
}

/// A day earlier: nobody's rule, but not what was signed.
fn backdate(envelope: &mut Envelope<'_>) {
    envelope.occurred_on_days -= 1;
}

#[test]
fn a_chain_made_to_fit_again_breaks_at_the_signature() {
    let scene = Scene::new(false);
    let count = scene.entries.len();
    for index in 0..count {
        let mut entries = scene.entries.clone();
        entries[index] = remade(&entries[index], None, backdate);
        rehash(&mut entries, index + 1, None);
        let report = scene.republished(&entries, both::verify);
        let fault = first(&report);
        let end = end_of(&scene.entries, index);
        assert_eq!((fault.tier, fault.index), (Tier::Signatures, Some(end as u64)), "{fault}");
        assert_eq!(fault.field, "signature");
        let likely = if end + 1 < count { "rewritten" } else { "changed" };
        assert_eq!(fault.likely, likely, "{fault}");
    }
}

#[test]
fn an_entry_signed_by_another_key_breaks_at_its_signature() {
    let stranger = SeedSigner::new(&[77; 32]);
    for ends_in_import in [false, true] {
        let scene = Scene::new(ends_in_import);
        let count = scene.entries.len();
        for index in 0..count {
            let is_signed = end_of(&scene.entries, index) == index;
            if !is_signed {
                continue;
            }
            // The entry alone: the next one still vouches for the old bytes.
            let mut entries = scene.entries.clone();
            entries[index] = remade(&entries[index], Some(&stranger), |_| {});
            let what = format!("entry {index} signed by a stranger");
            scene.check(&what, &entries, index, &["changed"]);
            // And everything after it made to fit, also signed by the stranger.
            rehash(&mut entries, index + 1, Some(&stranger));
            let report = scene.republished(&entries, both::verify);
            let fault = first(&report);
            assert_eq!((fault.tier, fault.index), (Tier::Signatures, Some(index as u64)));
            let likely = if index + 1 < count { "rewritten" } else { "changed" };
            assert_eq!(fault.likely, likely, "{fault}");
        }
    }
}

#[test]
fn a_log_cut_inside_a_command_misses_the_rest_of_it() {
    let scene = Scene::new(true);
    for size in 1..scene.entries.len() {
        if end_of(&scene.entries, size - 1) == size - 1 {
            continue;
        }
        let report = scene.republished(&scene.entries[..size], both::verify);
        let fault = first(&report);
        assert_eq!((fault.tier, fault.index), (Tier::Chain, Some(size as u64)), "{fault}");
        assert_eq!((fault.field.as_str(), fault.likely.as_str()), ("count", "missing"));
    }
}
