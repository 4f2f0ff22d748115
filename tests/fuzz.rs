//! Bytes from nobody knows where, against everything that reads them: no panic, no memory beyond a
//! bound. Some seconds here, longer when asked (tools/fuzz/README.md).
//!
// profile: optimised

#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code"
)]

#[path = "../tools/fuzz/hunt.rs"]
mod hunt;
#[path = "../tools/fuzz/samples.rs"]
mod samples;
#[path = "../tools/fuzz/targets.rs"]
mod targets;

use hunt::{Counted, Tally, hunt, try_one};
use peak_alloc::PeakAlloc;
use std::hint::black_box;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use targets::{TARGETS, Target, run};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory is counted for the whole program: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn wanted<T: std::str::FromStr>(variable: &str, default: T) -> T {
    let Ok(text) = std::env::var(variable) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{variable}={text:?} does not say a number"))
}

/// Said at once: a test that aborts loses what it printed.
fn say(text: &str) {
    std::io::stderr().write_all(format!("fuzz: {text}\n").as_bytes()).unwrap();
}

#[test]
fn no_bytes_bring_down_what_reads_them() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let only = std::env::var("EARMARK_FUZZ_TARGET").ok();
    let seed = wanted("EARMARK_FUZZ_SEED", 1_u64);
    let chosen: Vec<Target> = TARGETS
        .iter()
        .filter(|t| only.as_ref().is_none_or(|name| name == t.name))
        .copied()
        .collect();
    assert!(!chosen.is_empty(), "no target is called {only:?}");
    let memory = Counted(&MEMORY);
    if let Ok(file) = std::env::var("EARMARK_FUZZ_INPUT") {
        assert!(only.is_some(), "EARMARK_FUZZ_INPUT needs EARMARK_FUZZ_TARGET");
        let text = std::fs::read_to_string(file).unwrap();
        let input = earmark::chain::hash::from_hex(text.trim()).expect("hexadecimal");
        let mut tally = Tally { inputs: 0, most_bytes: 0, slowest: Duration::ZERO };
        try_one(chosen[0], &input, &mut tally, &memory).unwrap_or_else(|why| panic!("{why}"));
        return;
    }
    let time = Duration::from_secs(wanted("EARMARK_FUZZ_SECONDS", 15)) / chosen.len() as u32;
    let trace = std::env::var_os("EARMARK_FUZZ_TRACE").map(PathBuf::from);
    let mut failures = Vec::new();
    for target in chosen {
        say(&format!("{}, seed {seed}", target.name));
        let samples = samples::of(target.name);
        match hunt(target, &samples, seed, time, trace.as_deref(), &memory) {
            Ok(Tally { inputs, most_bytes, slowest }) => say(&format!(
                "{}: {inputs} inputs, at most {most_bytes} bytes held, the slowest in {slowest:?}",
                target.name
            )),
            Err(failure) => failures.push(failure.to_string()),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A hunt that finds nothing means something only if it finds what is there.
#[test]
fn a_panic_and_too_much_memory_are_found() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let samples = [b"abcdefgh".to_vec()];
    let find = |run: fn(&[u8])| {
        let target = Target { name: "planted", run, bound_bytes: 1 << 20 };
        let found = hunt(target, &samples, 7, Duration::from_secs(20), None, &Counted(&MEMORY));
        found.expect_err("what was planted is found").to_string()
    };
    let panics = |data: &[u8]| assert!(data.last() != Some(&b'a'), "an a at the end");
    let found = find(panics);
    assert!(found.starts_with("target planted, seed 7: panicked: an a at the end;"), "{found}");
    assert!(found.ends_with("61"), "{found}");
    assert_eq!(find(panics), found, "the same seed finds the same input");
    // An optimised build would leave out memory that nobody looks at.
    let greedy = |data: &[u8]| {
        drop(black_box(Vec::<u8>::with_capacity(usize::from(data.len() != 8) << 22)));
    };
    let found = find(greedy);
    assert!(found.contains("held 4194304 bytes at once, at most 104"), "{found}");
}

/// Samples are whole: what is changed in them is the first thing wrong.
#[test]
fn samples_are_read_to_their_end() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    use earmark::import::mapping::Mapping;
    use earmark::import::plan::Plan;
    use earmark::import::reader::{Row, RowReader};
    use earmark::tlog::{checkpoint::Checkpoint, policy::Policy, proof_file::ProofFile};
    let part = |sample: &[u8]| {
        let at = sample.windows(targets::PART.len()).position(|w| w == targets::PART).unwrap();
        (sample[..at].to_vec(), sample[at + targets::PART.len()..].to_vec())
    };
    for (place, sample) in samples::of("frames").iter().enumerate() {
        let entries = earmark::store::sled::segment_entries(sample, targets::GENERATION);
        assert_eq!(entries.len(), [3, 4][place]);
    }
    for target in TARGETS {
        samples::of(target.name).iter().for_each(|sample| run(target.name, sample));
    }
    for sample in samples::of("checkpoint") {
        Checkpoint::read(&sample).unwrap();
    }
    for sample in samples::of("proof_file") {
        ProofFile::parse(&sample).unwrap();
    }
    for sample in samples::of("policy") {
        let (policy, note) = part(&sample);
        Policy::parse(&policy).unwrap().verify(&note).unwrap().1.check().unwrap();
    }
    for sample in samples::of("mapping") {
        let (mapping, _) = part(&sample);
        Mapping::parse(std::str::from_utf8(&mapping).unwrap()).unwrap();
    }
    for sample in samples::of("submission") {
        earmark::witness::Submission::parse(&sample).unwrap();
    }
    let (manifest, name) = part(&samples::of("manifest")[0]);
    let name = String::from_utf8(name).unwrap();
    let files = [(name.as_str(), &b"content"[..]), ("manifest.json", &manifest[..])];
    assert!(targets::open_package(&targets::zip_of(&files).unwrap()));
    let (mapping, rows) = part(&samples::of("mapping")[0]);
    let mapping = Mapping::parse(std::str::from_utf8(&mapping).unwrap()).unwrap();
    let mut reader = RowReader::open(&rows[..], &mapping.format).unwrap();
    let plan = Plan::new(&mapping, reader.header(), 2).unwrap();
    let mut row = Row::default();
    assert!(reader.read(&mut row).unwrap());
    assert_eq!(plan.map(&row).unwrap().unwrap().len(), 1);
    let bare = samples::of("state")[0].len();
    assert!(samples::of("state")[2].len() > 10 * bare, "golden entries make up a state");
}
