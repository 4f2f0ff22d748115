//! What every engine must pass: the contract of [`Store`], clause by clause, compared with the model.
//!
//! It is in the library, so that an engine kept elsewhere can run it too. It knows nothing of an engine's
//! files, so crashes and damage are tested beside each engine. [`Maker`] makes entries that are
//! well formed and chained; their bodies and signatures are arbitrary bytes, for no store looks at them.

mod maker;

pub use maker::Maker;

use super::memory::MemoryStore;
use super::{Appended, Part, Snapshot, Span, Store};
use crate::chain::entry::{
    CommandId, Head, MAX_COMMAND_ENTRIES, MAX_ENTRY_BYTES, Sealed, SealedCommand,
};
use crate::chain::hash::Hash;
use crate::error::{Error, Kind};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Makes and reopens the stores under test.
pub trait Bench {
    /// An empty store in a place of its own.
    fn fresh(&mut self) -> Box<dyn Store>;

    /// Opens the store again that was last made; it was closed before, or is dropped now.
    fn reopen(&mut self, store: Box<dyn Store>) -> Box<dyn Store>;
}

/// A clause that an engine broke.
pub type Outcome = Result<(), String>;

type Clause = fn(&mut dyn Bench) -> Outcome;

/// The contract, all of it.
///
/// # Errors
/// The clause that the engine broke, with what was expected and found.
pub fn run(bench: &mut dyn Bench) -> Outcome {
    let clauses: [(&str, Clause); 14] = [
        ("an empty store", empty),
        ("appends come back, in any range", appends),
        ("commands of every size, as the model", as_the_model),
        ("a conflict writes nothing", conflict),
        ("what cannot be appended is refused", malformed),
        ("an id is appended once, and found for ever", ids),
        ("the largest entries and commands", largest),
        ("everything is there after a close", reopen_closed),
        ("everything is there without a close", reopen_dropped),
        ("a snapshot is whole", snapshots),
        ("parts stay where they are put", parts),
        ("copies hold every entry", copies),
        ("a rebuild starts again", rebuild),
        ("a closed store refuses", closed),
    ];
    for (name, clause) in clauses {
        clause(bench).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

fn same<T: PartialEq + Debug>(what: &str, expected: &T, found: &T) -> Outcome {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, found {found:?}"))
}

fn words(error: Error) -> String {
    error.to_string()
}

fn append(store: &mut dyn Store, maker: &mut Maker, sizes: &[(u16, usize)]) -> Outcome {
    let before = maker.head();
    let commands: Vec<_> = sizes.iter().map(|(count, body)| maker.command(*count, *body)).collect();
    let outcome = store.append(before, &commands).map_err(words)?;
    same("append", &Appended::Done(maker.head()), &outcome)
}

/// Compares everything readable with the model's.
fn compare(store: &dyn Store, model: &dyn Store) -> Outcome {
    let head = model.head().map_err(words)?;
    same("head", &head, &store.head().map_err(words)?)?;
    let expected = model.read(0..u64::MAX).map_err(words)?;
    let found = store.read(0..u64::MAX).map_err(words)?;
    same("number of entries", &expected.len(), &found.len())?;
    for (expected, found) in expected.iter().zip(&found) {
        same("entry", expected, found)?;
    }
    for entry in &expected {
        let Ok(envelope) = crate::chain::entry::parse(&entry.bytes) else { continue };
        if envelope.place == 0 {
            let span = Some(Span { first: entry.index, count: envelope.count });
            same("span", &span, &store.command(envelope.command).map_err(words)?)?;
        }
    }
    let unknown = store.command(CommandId([0xEE; 16])).map_err(words)?;
    same("unknown command", &None, &unknown)
}

fn ranges(store: &dyn Store, model: &dyn Store) -> Outcome {
    let size = model.head().map_err(words)?.size;
    let edges = [0, 1, 29, 30, 31, 32, 33, 500, 999, 1_000, 1_001];
    let edges = edges.into_iter().chain([size.saturating_sub(1), size, size.saturating_add(9)]);
    for from in edges.clone() {
        for to in edges.clone() {
            let expected = model.read(from..to).map_err(words)?;
            let found = store.read(from..to).map_err(words)?;
            same(&format!("entries {from}..{to}"), &expected, &found)?;
        }
    }
    Ok(())
}

fn empty(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    compare(store.as_ref(), &MemoryStore::new())?;
    same("snapshot", &None, &store.snapshot().map_err(words)?)?;
    let done = store.append(Head::default(), &[]).map_err(words)?;
    same("an append of nothing", &Appended::Done(Head::default()), &done)?;
    store.sync().map_err(words)?;
    store.release(0).map_err(words)
}

fn appends(bench: &mut dyn Bench) -> Outcome {
    let (mut store, mut model) = (bench.fresh(), MemoryStore::new());
    let mut makers = (Maker::new(1), Maker::new(1));
    for (number, count) in (0..70_u16).zip([1, 2, 3].into_iter().cycle()) {
        let sizes = [(count, usize::from(number))];
        append(store.as_mut(), &mut makers.0, &sizes)?;
        append(&mut model, &mut makers.1, &sizes)?;
        if number == 40 {
            store.sync().map_err(words)?;
        }
    }
    compare(store.as_ref(), &model)?;
    ranges(store.as_ref(), &model)
}

fn as_the_model(bench: &mut dyn Bench) -> Outcome {
    let (mut store, mut model) = (bench.fresh(), MemoryStore::new());
    let mut makers = (Maker::new(2), Maker::new(2));
    let rounds: [&[(u16, usize)]; 10] = [
        &[(1, 100)],
        &[(1_000, 10)],
        &[(1, 7_000), (999, 100), (1, 100)],
        &[(31, 100), (1, 100), (600, 200), (700, 200), (800, 200)],
        &[(1, 0)],
        &[(33, 7_700)],
        &[(1, 100); 50],
        &[(2, 7_700), (2, 10), (2, 7_700)],
        &[(1_000, 100), (1_000, 100)],
        &[(7, 300)],
    ];
    for (number, sizes) in rounds.into_iter().enumerate() {
        append(store.as_mut(), &mut makers.0, sizes)?;
        append(&mut model, &mut makers.1, sizes)?;
        compare(store.as_ref(), &model)?;
        if number % 4 == 3 {
            store.release(makers.0.head().size).map_err(words)?;
            compare(store.as_ref(), &model)?;
        }
    }
    ranges(store.as_ref(), &model)?;
    store = bench.reopen(store);
    compare(store.as_ref(), &model)?;
    ranges(store.as_ref(), &model)
}

fn conflict(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(3);
    append(store.as_mut(), &mut maker, &[(3, 10)])?;
    let found = maker.head();
    let command = maker.command(1, 10);
    let other_hash = Head { size: found.size, hash: Hash([9; 32]) };
    for expected in [Head::default(), Head { size: 2, hash: found.hash }, other_hash] {
        let outcome = store.append(expected, std::slice::from_ref(&command)).map_err(words)?;
        same("outcome", &Appended::Conflict { expected, found }, &outcome)?;
    }
    same("head", &found, &store.head().map_err(words)?)?;
    same("span", &None, &store.command(command.id).map_err(words)?)?;
    let outcome = store.append(found, &[command]).map_err(words)?;
    same("the append after", &Appended::Done(maker.head()), &outcome)
}

fn malformed(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(4);
    append(store.as_mut(), &mut maker, &[(3, 10)])?;
    let head = maker.head();
    let good = maker.clone().command(2, 10);
    let mut later = maker.clone();
    later.command(1, 10);
    let long = Sealed::new(head.size, vec![1; MAX_ENTRY_BYTES.saturating_add(1)]);
    let many = maker.clone().command(1_001, 1);
    let wide = maker.clone().command(500, 700);
    let bad = [
        SealedCommand { id: good.id, entries: Vec::new() },
        SealedCommand { id: good.id, entries: vec![long] },
        SealedCommand { id: good.id, entries: vec![Sealed::new(head.size, Vec::new())] },
        SealedCommand { id: good.id, entries: good.entries.iter().rev().cloned().collect() },
        later.command(1, 10),
        many,
        wide,
    ];
    for (number, bad) in bad.into_iter().enumerate() {
        // A good command before it must not be written either.
        for commands in [vec![bad.clone()], vec![good.clone(), bad]] {
            match store.append(head, &commands) {
                Err(error) => same("kind", &Kind::Usage, &error.kind())?,
                Ok(outcome) => return Err(format!("case {number}: {outcome:?}")),
            }
        }
        same("head", &head, &store.head().map_err(words)?)?;
        same("span", &None, &store.command(good.id).map_err(words)?)?;
    }
    append(store.as_mut(), &mut maker, &[(2, 10)])
}

fn ids(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(12);
    let mut known = Vec::new();
    let mut all = Vec::new();
    for _ in 0..300 {
        let first = maker.head().size;
        let command = maker.command(1, 40);
        known.push((command.id, Span { first, count: 1 }));
        let before = store.head().map_err(words)?;
        store.append(before, std::slice::from_ref(&command)).map_err(words)?;
        all.push(command);
    }
    let head = maker.head();
    let next = |id: &SealedCommand| SealedCommand { id: id.id, ..maker.clone().command(1, 40) };
    let mut other = maker.clone();
    let (one, mut two) = (other.command(1, 40), other.command(1, 40));
    two.id = one.id;
    let again = all.first().map(next).into_iter().chain(all.last().map(next)).map(|c| vec![c]);
    for twice in again.chain([vec![one, two]]) {
        match store.append(head, &twice) {
            Err(error) => same("kind", &Kind::Usage, &error.kind())?,
            Ok(outcome) => return Err(format!("an id was appended twice: {outcome:?}")),
        }
        same("head", &head, &store.head().map_err(words)?)?;
    }
    let absent = Maker::new(13).command(1, 40).id;
    for is_again in [false, true] {
        for (id, span) in &known {
            same("span", &Some(*span), &store.command(*id).map_err(words)?)?;
        }
        same("span of an absent id", &None, &store.command(absent).map_err(words)?)?;
        if !is_again {
            store = bench.reopen(store);
        }
    }
    // A log that has an id twice is taken as it is; the first is the one that is meant.
    let first = known.first().map(|(id, span)| (*id, *span));
    let Some((id, span)) = first else { return Ok(()) };
    let twice = SealedCommand { id, ..maker.clone().command(1, 40) };
    store.complete(head, std::slice::from_ref(&twice)).map_err(words)?;
    for _ in 0..2 {
        same("head", &head.size.saturating_add(1), &store.head().map_err(words)?.size)?;
        same("span of the first", &Some(span), &store.command(id).map_err(words)?)?;
        let all = all.iter().cloned().chain([twice.clone()]);
        store.rebuild(&mut all.map(Ok)).map_err(words)?;
    }
    Ok(())
}

fn largest(bench: &mut dyn Bench) -> Outcome {
    let (mut store, mut model) = (bench.fresh(), MemoryStore::new());
    let mut makers = (Maker::new(5), Maker::new(5));
    let whole = u16::try_from(MAX_COMMAND_ENTRIES).unwrap_or(u16::MAX);
    // 118 bytes of envelope, 2 of length, 32 of digest, 64 of signature: 8,000 together.
    let sizes = [(1, 7_784), (whole, 100), (37, 7_784)];
    for size in sizes.into_iter().chain([(1, 7_784); 120]) {
        append(store.as_mut(), &mut makers.0, &[size])?;
        append(&mut model, &mut makers.1, &[size])?;
    }
    let longest = store.read(0..1).map_err(words)?;
    same("length", &Some(MAX_ENTRY_BYTES), &longest.first().map(|entry| entry.bytes.len()))?;
    compare(store.as_ref(), &model)?;
    store.sync().map_err(words)?;
    compare(store.as_ref(), &model)?;
    store = bench.reopen(store);
    compare(store.as_ref(), &model)
}

fn reopen_closed(bench: &mut dyn Bench) -> Outcome {
    let (mut store, mut model) = (bench.fresh(), MemoryStore::new());
    let mut makers = (Maker::new(6), Maker::new(6));
    for round in 1..=6 {
        let sizes = [(round, 50), (200, 100)];
        append(store.as_mut(), &mut makers.0, &sizes)?;
        append(&mut model, &mut makers.1, &sizes)?;
        if round % 2 == 0 {
            store.release(makers.0.head().size).map_err(words)?;
        }
        store.close().map_err(words)?;
        store = bench.reopen(store);
        compare(store.as_ref(), &model)?;
    }
    Ok(())
}

fn reopen_dropped(bench: &mut dyn Bench) -> Outcome {
    let (mut store, mut model) = (bench.fresh(), MemoryStore::new());
    let mut makers = (Maker::new(7), Maker::new(7));
    for round in 1..=6 {
        let sizes = [(1, 50), (300, 100), (round, 100)];
        for size in sizes {
            append(store.as_mut(), &mut makers.0, &[size])?;
            append(&mut model, &mut makers.1, &[size])?;
        }
        store = bench.reopen(store);
        compare(store.as_ref(), &model)?;
    }
    Ok(())
}

fn snapshots(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(8);
    append(store.as_mut(), &mut maker, &[(5, 10)])?;
    for length in [0, 1, 7_680, 7_681, 1_000_000, 300_000, 3] {
        let bytes: Vec<u8> = (0_u32..length).flat_map(u32::to_le_bytes).collect();
        let snapshot = Snapshot::new(maker.head(), bytes, |_| [9; 64]);
        store.put_snapshot(&snapshot, &[]).map_err(words)?;
        let found = store.snapshot().map_err(words)?;
        if found.as_ref() != Some(&snapshot) {
            return Err(format!("a snapshot of {length} numbers is not what was put"));
        }
        append(store.as_mut(), &mut maker, &[(1, 10)])?;
        store = bench.reopen(store);
        if store.snapshot().map_err(words)? != Some(snapshot) {
            return Err(format!("a snapshot of {length} numbers changed at the reopen"));
        }
    }
    same("head", &maker.head(), &store.head().map_err(words)?)
}

fn parts(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(14);
    append(store.as_mut(), &mut maker, &[(5, 10)])?;
    let mut put: BTreeMap<(u64, bool), Vec<u8>> = BTreeMap::new();
    for round in 1..=6_u8 {
        // Each round puts other parts, and some anew, into either place.
        let numbers = [1, u64::from(round), u64::from(round) << 40];
        let lengths = [1, 7_680, 7_681, 40_000, 3];
        let new: Vec<Part> = (numbers.into_iter().zip(lengths.iter().cycle().skip(round.into())))
            .map(|(number, length)| Part {
                number,
                is_second: round.is_multiple_of(2),
                bytes: vec![round; *length],
            })
            .collect();
        let snapshot = Snapshot::new(maker.head(), vec![round; 9_000], |_| [round; 64]);
        store.put_snapshot(&snapshot, &new).map_err(words)?;
        put.extend(new.into_iter().map(|part| ((part.number, part.is_second), part.bytes)));
        if round > 3 {
            store = bench.reopen(store);
        }
        same("snapshot", &Some(snapshot), &store.snapshot().map_err(words)?)?;
        let reading = store.parts().map_err(words)?;
        for ((number, is_second), bytes) in &put {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let found = reading.part(*number, *is_second, length).map_err(words)?;
            if found.as_ref() != Some(bytes) {
                return Err(format!("part {number:x} is not what was put"));
            }
        }
        same("a part that is not there", &None, &reading.part(77, false, 1).map_err(words)?)?;
    }
    store.forget_snapshot().map_err(words)?;
    for _ in 0..2 {
        same("a forgotten snapshot", &None, &store.snapshot().map_err(words)?)?;
        let reading = store.parts().map_err(words)?;
        same("a forgotten part", &None, &reading.part(1, false, 1).map_err(words)?)?;
        store = bench.reopen(store);
    }
    same("head", &maker.head(), &store.head().map_err(words)?)
}

fn copies(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    let mut maker = Maker::new(9);
    append(store.as_mut(), &mut maker, &[(600, 100), (600, 100)])?;
    append(store.as_mut(), &mut maker, &[(5, 100)])?;
    let all = store.read(0..u64::MAX).map_err(words)?;
    store.sync().map_err(words)?;
    for range in [0..u64::MAX, 0..7, 7..1_100, 1_204..1_205, 1_205..1_300] {
        let expected: Vec<_> = all.iter().filter(|e| range.contains(&e.index)).cloned().collect();
        for copy in store.copies(range.clone()).map_err(words)? {
            same(copy.name, &Vec::new(), &copy.damage)?;
            if copy.entries != expected {
                return Err(format!("{}: entries of {range:?} are not the stored ones", copy.name));
            }
        }
    }
    Ok(())
}

fn rebuild(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    append(store.as_mut(), &mut Maker::new(10), &[(40, 100)])?;
    let before = store.head().map_err(words)?;
    let mut maker = Maker::new(11);
    let commands: Vec<_> = [700, 700, 1, 33].map(|count| maker.command(count, 100)).into();
    let fails = || Err(Error::new(Kind::Io, "test", "the source broke off"));
    let mut broken = commands.iter().take(2).cloned().map(Ok).chain(std::iter::once_with(fails));
    match store.rebuild(&mut broken) {
        Err(error) => same("code", &"test", &error.code())?,
        Ok(_) => return Err("a rebuild from a broken source was taken".to_owned()),
    }
    same("head after a failed rebuild", &before, &store.head().map_err(words)?)?;
    store.rebuild(&mut commands.iter().cloned().map(Ok)).map_err(words)?;
    let mut model = MemoryStore::new();
    model.append(Head::default(), &commands).map_err(words)?;
    compare(store.as_ref(), &model)?;
    let more = maker.command(3, 100);
    for store in [store.as_mut(), &mut model] {
        let head = store.head().map_err(words)?;
        store.append(head, std::slice::from_ref(&more)).map_err(words)?;
    }
    store = bench.reopen(store);
    compare(store.as_ref(), &model)
}

fn closed(bench: &mut dyn Bench) -> Outcome {
    let mut store = bench.fresh();
    append(store.as_mut(), &mut Maker::new(12), &[(2, 10)])?;
    store.close().map_err(words)?;
    store.close().map_err(words)?;
    let head = Head::default();
    let snapshot = Snapshot::new(head, Vec::new(), |_| [9; 64]);
    let refusals = [
        store.head().map(|_| ()),
        store.append(head, &[]).map(|_| ()),
        store.read(0..1).map(|_| ()),
        store.command(CommandId::default()).map(|_| ()),
        store.snapshot().map(|_| ()),
        store.put_snapshot(&snapshot, &[]),
        store.parts().map(drop),
        store.forget_snapshot(),
        store.sync(),
        store.release(0),
        store.copies(0..1).map(|_| ()),
        store.rebuild(&mut std::iter::empty()).map(|_| ()),
        store.distrust(),
    ];
    for (number, refusal) in refusals.into_iter().enumerate() {
        match refusal {
            Err(error) => same("code", &"store_closed", &error.code())?,
            Ok(()) => return Err(format!("call {number} was answered")),
        }
    }
    Ok(())
}
