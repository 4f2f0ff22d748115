//! Changes samples at random and watches a target read them.
//!
//! The same seed makes the same inputs in the same order, whatever the machine. A panic, more memory
//! than the target's bound and an input that takes too long are failures. What it lacks on purpose:
//! guidance by coverage; that is what libFuzzer is for.

use super::targets::Target;
use earmark::chain::hash::to_hex;
use peak_alloc::PeakAlloc;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longer than any input may take, on a busy machine too.
const SLOW: Duration = Duration::from_secs(10);
/// Inputs grow to this at most.
const MAX_INPUT_BYTES: usize = 1 << 16;
/// Numbers at which something changes.
const EDGES: [u64; 12] =
    [0, 1, 2, 127, 128, 250, 255, 256, 65_535, 1 << 31, (1 << 63) - 1, u64::MAX];
/// Texts that mean something somewhere.
const WORDS: [&[u8]; 16] = [
    b"\n",
    b"\n\n",
    b" ",
    b"0",
    b"-1",
    b"18446744073709551616",
    b"none",
    b"all",
    b"..",
    b"/x001",
    b"\xe2\x80\x94 ",
    b"\"",
    b",",
    b"[[",
    b"{",
    b"=",
];

/// Memory as it is counted.
pub(crate) struct Counted<'a>(pub(crate) &'a PeakAlloc);

/// What a hunt did.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) inputs: u64,
    pub(crate) most_bytes: usize,
    pub(crate) slowest: Duration,
}

/// An input that its target does not take as it should.
pub(crate) struct Failure {
    target: &'static str,
    seed: u64,
    why: String,
    input: Vec<u8>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, seed, why, input } = self;
        write!(
            f,
            "target {target}, seed {seed}: {why}; the input in hexadecimal:\n{}",
            to_hex(input)
        )
    }
}

/// Random numbers (splitmix64): the same everywhere for the same seed.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Reads every sample as it is, then changed ones until the time is over.
pub(crate) fn hunt(
    target: Target,
    samples: &[Vec<u8>],
    seed: u64,
    time: Duration,
    trace: Option<&Path>,
    memory: &Counted<'_>,
) -> Result<Tally, Failure> {
    assert!(!samples.is_empty(), "{} has no samples", target.name);
    let mut tally = Tally { inputs: 0, most_bytes: 0, slowest: Duration::ZERO };
    let mut random = Random(seed);
    let begin = Instant::now();
    for number in 0.. {
        let input = match samples.get(number) {
            Some(sample) => sample.clone(),
            None if begin.elapsed() >= time => break,
            None => changed(samples, &mut random),
        };
        if let Some(file) = trace {
            std::fs::write(file, to_hex(&input)).expect("the trace file takes bytes");
        }
        try_one(target, &input, &mut tally, memory).map_err(|why| Failure {
            target: target.name,
            seed,
            why,
            input,
        })?;
    }
    Ok(tally)
}

/// Reads one input.
pub(crate) fn try_one(
    target: Target,
    input: &[u8],
    tally: &mut Tally,
    memory: &Counted<'_>,
) -> Result<(), String> {
    let before = memory.0.current_usage();
    memory.0.reset_peak_usage();
    let begin = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let took = begin.elapsed();
    let held = memory.0.peak_usage().saturating_sub(before);
    if let Err(panic) = outcome {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        return Err(format!("panicked: {}", text.unwrap_or("without words")));
    }
    let bound = target.bound_bytes + 64 * input.len();
    if held > bound {
        return Err(format!("held {held} bytes at once, at most {bound} are allowed"));
    }
    if took > SLOW {
        return Err(format!("took {took:?}, at most {SLOW:?} are allowed"));
    }
    tally.inputs += 1;
    tally.most_bytes = tally.most_bytes.max(held);
    tally.slowest = tally.slowest.max(took);
    Ok(())
}

/// A sample with one to eight changes.
fn changed(samples: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = samples[random.below(samples.len())].clone();
    for _ in 0..=random.below(8) {
        change(&mut input, samples, random);
    }
    input.truncate(MAX_INPUT_BYTES);
    input
}

fn change(input: &mut Vec<u8>, samples: &[Vec<u8>], random: &mut Random) {
    let length = input.len();
    let at = random.below(length + 1);
    let end = at + random.below((length - at).min(64) + 1);
    match random.below(10) {
        0 if at < length => input[at] ^= 1 << random.below(8),
        1 if at < length => input[at] = random.next() as u8,
        2 => drop(input.drain(at..end)),
        3 => input.truncate(at),
        4 => {
            let piece = input[at..end].to_vec();
            let to = random.below(length + 1);
            drop(input.splice(to..to, piece));
        }
        5 => {
            let other = &samples[random.below(samples.len())];
            let from = random.below(other.len() + 1);
            let to = from + random.below(other.len() - from + 1);
            drop(input.splice(at..end, other[from..to].iter().copied()));
        }
        6 => number(input, at, random),
        7 => drop(input.splice(at..end, WORDS[random.below(WORDS.len())].iter().copied())),
        8 => line(input, random),
        _ => {
            let text = EDGES[random.below(EDGES.len())].to_string();
            drop(input.splice(at..end, text.into_bytes()));
        }
    }
}

/// Writes an edge over the bytes at a place: 1, 2, 4 or 8 of them, either way round.
fn number(input: &mut [u8], at: usize, random: &mut Random) {
    let edge = EDGES[random.below(EDGES.len())].wrapping_sub(random.next() & 1);
    let width = 1 << random.below(4);
    let mut bytes = edge.to_le_bytes()[..width].to_vec();
    if random.below(2) == 0 {
        bytes.reverse();
    }
    for (to, from) in input[at..].iter_mut().zip(bytes) {
        *to = from;
    }
}

/// Doubles, drops or swaps a line.
fn line(input: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let (at, other) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(3) {
        0 => lines.insert(other, lines[at]),
        1 => drop(lines.remove(at)),
        _ => lines.swap(at, other),
    }
    *input = lines.join(&b'\n');
}
