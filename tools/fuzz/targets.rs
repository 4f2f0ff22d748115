//! What is fuzzed: one function a target, of bytes from nobody knows where.
//!
//! A target reads its bytes with the code that ships and panics where a promise is broken: mostly that
//! what a strict reader took is, written again, the very bytes it was read from. The functions are
//! what libFuzzer wants. What they lack on purpose: where bytes come from (`samples`, `hunt`).

use earmark::archive::foreign::Source;
use earmark::archive::package::{MANIFEST, Package};
use earmark::chain::entry::LedgerId;
use earmark::chain::hash::{self, Hash};
use earmark::chain::walk::Walk;
use earmark::chain::{body, confidential, entry};

use earmark::import::mapping::Mapping;
use earmark::import::plan::Plan;
use earmark::import::reader::{FileFormat, Row, RowReader};
use earmark::ledger::reader::books::Books;
use earmark::ledger::reader::cache;
use earmark::store::sled::segment_entries;
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::cosignature::WitnessKey;
use earmark::tlog::note::{Note, VerifierKey};
use earmark::tlog::policy::Policy;
use earmark::tlog::proof::{
    consistency_ranges, inclusion_ranges, verify_consistency, verify_inclusion,
};
use earmark::tlog::proof_file::ProofFile;
use earmark::tlog::tile::{self, BundleEntries, Tile};
use earmark::tlog::tree::{Digest, leaf_hash};
use earmark::witness::Submission;
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

/// Generation of the segments in the samples.
pub(crate) const GENERATION: u64 = 3;
/// Parts the two halves of an input that is two files.
pub(crate) const PART: &[u8] = b"\n=====\n";

/// One kind of input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: &'static str,
    /// What reads it; panics where it reads wrongly.
    pub(crate) run: fn(&[u8]),
    /// The most bytes that it may hold at once, beside 64 for each byte of its input.
    pub(crate) bound_bytes: usize,
}

const MIB: usize = 1 << 20;

/// All targets.
pub(crate) const TARGETS: &[Target] = &[
    // For a list whose count is a lie serde keeps up to 1 MiB ready; lists stand in lists.
    Target { name: "entry", run: one_entry, bound_bytes: 2 * MIB },
    Target { name: "body", run: one_body, bound_bytes: 2 * MIB },
    Target { name: "state", run: one_state, bound_bytes: 8 * MIB },
    Target { name: "walk", run: chain_of_entries, bound_bytes: 2 * MIB },
    Target { name: "frames", run: frames, bound_bytes: MIB },
    Target { name: "note", run: note, bound_bytes: MIB },
    Target { name: "checkpoint", run: checkpoint, bound_bytes: MIB },
    Target { name: "tile_path", run: tile_path, bound_bytes: MIB },
    Target { name: "bundle", run: bundle, bound_bytes: MIB },
    Target { name: "proof", run: proof, bound_bytes: MIB },
    Target { name: "proof_file", run: proof_file, bound_bytes: MIB },
    Target { name: "policy", run: policy, bound_bytes: MIB },
    Target { name: "submission", run: submission, bound_bytes: MIB },
    Target { name: "key", run: key, bound_bytes: MIB },
    Target { name: "mapping", run: mapping, bound_bytes: MIB },
    Target { name: "rows", run: rows, bound_bytes: 4 * MIB },
    Target { name: "sealed", run: sealed, bound_bytes: MIB },
    // A manifest may be unpacked to 64 MiB and is parsed from there.
    Target { name: "package", run: package, bound_bytes: 256 * MIB },
    Target { name: "manifest", run: manifest, bound_bytes: MIB },
    // Tables of a state and of the projections, each with the 1 MiB that serde keeps ready.
    Target { name: "cache", run: cache, bound_bytes: 16 * MIB },
];

/// Lets the target of this name read an input: the way in for libFuzzer.
pub(crate) fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target is called {name}")).run)(data);
}

/// The input's first `N` bytes, zeros where there are fewer, and the rest.
fn take<const N: usize>(data: &[u8]) -> ([u8; N], &[u8]) {
    data.split_first_chunk().map_or(([0; N], &[]), |(first, rest)| (*first, rest))
}

/// The two files of an input.
fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data.windows(PART.len()).position(|window| window == PART);
    at.map_or((data, &[]), |at| (&data[..at], &data[at + PART.len()..]))
}

fn one_entry(data: &[u8]) {
    let Ok(envelope) = entry::parse(data) else { return };
    let signature = envelope.signature;
    let mut again = envelope.prefix().expect("what was read fits");
    again.extend(signature.into_iter().flatten());
    assert_eq!(again, data, "an entry that was read is written otherwise");
    let (event_type, version) = (envelope.event_type, envelope.event_version);
    drop(body::decode(event_type, version, envelope.body));
}

/// The type in two bytes, then the body of version 1.
fn one_body(data: &[u8]) {
    let (event_type, bytes) = take::<2>(data);
    let event_type = u16::from_le_bytes(event_type);
    if let Ok(Some(read)) = body::decode(event_type, 1, bytes) {
        assert_eq!(body::encode(&read).expect("it was read"), bytes, "a body has one encoding");
        assert_eq!((read.number(), read.version()), (event_type, 1));
    }
}

fn one_state(data: &[u8]) {
    let Ok(state) = body::decode_state(data) else { return };
    let bytes = body::encode_state(&state).expect("it was read");
    let again = body::decode_state(&bytes).expect("it was written");
    assert_eq!(body::encode_state(&again).expect("it was read"), bytes, "a state has one encoding");
}

/// Entries as in a bundle: from the first on, and each from where it says that it is.
fn chain_of_entries(data: &[u8]) {
    let mut walk = Walk::new(None);
    let mut last: Option<&[u8]> = None;
    for bytes in BundleEntries::new(data) {
        let before = walk.head();
        match walk.step(bytes) {
            Ok(step) => {
                assert_eq!(walk.head().size, before.size + 1);
                assert_eq!(step.hash, hash::entry(bytes));
                drop(step.completed.map(|completed| completed.message()));
            }
            Err(broken) => {
                assert_eq!(walk.head(), before, "a walk that broke has moved");
                drop(broken.clone().refine(bytes, last));
                drop(broken.refine_last(true));
            }
        }
        if let Ok(envelope) = entry::parse(bytes) {
            let head = entry::Head { size: envelope.index, hash: envelope.previous };
            let mut from_here = Walk::resume(envelope.ledger, head, -1);
            drop(from_here.step(bytes));
            drop(from_here.finish());
        }
        last = Some(bytes);
    }
    drop(walk.finish());
}

/// A segment as it is, and as one frame whose length and checksum are made right: no change of a
/// sample would otherwise pass the checksum.
fn frames(data: &[u8]) {
    for found in segment_entries(data, GENERATION) {
        assert_eq!(found.hash, hash::entry(&found.bytes));
    }
    let Some(fixed) = data.get(16..) else { return };
    let body = fixed.get(4..).unwrap_or_default();
    let mut whole = data[..16].to_vec();
    whole.extend(sealed_frame(body));
    drop(segment_entries(&whole, GENERATION));
}

/// A frame of this content, with its length and checksum (schemas/storage.md §2).
pub(crate) fn sealed_frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).expect("samples are short");
    let mut frame = [&length.to_le_bytes()[..], content].concat();
    frame.extend(crc32c::crc32c(&frame).to_le_bytes());
    frame
}

fn note(data: &[u8]) {
    let Ok(note) = Note::parse(data) else { return };
    let lines = note.signatures().iter().map(|line| format!("{line}\n"));
    let again = format!("{}\n{}", note.text(), lines.collect::<String>());
    assert_eq!(again.as_bytes(), data, "a note that was read is written otherwise");
}

fn checkpoint(data: &[u8]) {
    let Ok(read) = Checkpoint::read(data) else { return };
    let note = Note::parse(data).expect("a checkpoint is a note");
    assert_eq!(read.text(), note.text(), "a checkpoint that was read is written otherwise");
}

fn tile_path(data: &[u8]) {
    let Ok(path) = std::str::from_utf8(data) else { return };
    if let Some(tile) = Tile::parse(path) {
        assert_eq!(tile.path(), path, "a path that was read is written otherwise");
        assert!(tile.full().is_full() && !tile.partials_folder().contains(".."));
    }
}

fn bundle(data: &[u8]) {
    let mut entries = BundleEntries::new(data);
    let mut again = Vec::new();
    for entry in entries.by_ref() {
        assert!(tile::push_entry(&mut again, entry));
    }
    again.extend_from_slice(entries.rest());
    assert_eq!(again, data, "a bundle that was read is written otherwise");
    if let Some(hashes) = tile::tile_hashes(data) {
        assert_eq!(tile::tile_bytes(&hashes), data);
    }
}

/// Two numbers, then hashes, for roots that nobody can prove.
fn proof(data: &[u8]) {
    let (first, rest) = take::<8>(data);
    let (second, rest) = take::<8>(rest);
    let (index, size) = (u64::from_le_bytes(first), u64::from_le_bytes(second));
    let hashes: Vec<Digest> = rest.as_chunks::<32>().0.iter().map(|hash| Digest(*hash)).collect();
    let (leaf, root) = (leaf_hash(b"leaf"), leaf_hash(b"root"));
    assert!(verify_inclusion(leaf, index, size, root, &hashes).is_err());
    assert!(verify_consistency(index, leaf, size, root, &hashes).is_err());
    assert_eq!(inclusion_ranges(index, size).is_some(), index < size);
    assert_eq!(consistency_ranges(index, size).is_some(), index <= size);
}

fn proof_file(data: &[u8]) {
    let Ok(read) = ProofFile::parse(data) else { return };
    assert_eq!(read.text().as_bytes(), data, "a proof that was read is written otherwise");
    let checkpoint = Checkpoint::read(read.checkpoint.as_bytes()).expect("it was read");
    drop(verify_inclusion(
        leaf_hash(b""),
        read.index,
        checkpoint.size,
        checkpoint.root,
        &read.path,
    ));
}

/// A policy, and a note that is judged under it.
fn policy(data: &[u8]) {
    let (policy, note) = parts(data);
    let Ok(policy) = Policy::parse(policy) else { return };
    drop(policy.verify(note).and_then(|(_, standing)| standing.check()));
    if let Ok(note) = Note::parse(note) {
        let standing = policy.standing(&note);
        if let Ok(standing) = standing {
            let counted = standing.signed.len() + standing.missing.len();
            assert_eq!(counted, policy.witnesses().len());
        }
    }
}

/// What is posted to a witness.
fn submission(data: &[u8]) {
    let Ok(read) = Submission::parse(data) else { return };
    assert_eq!(
        read.to_string().as_bytes(),
        data,
        "a submission that was read is written otherwise"
    );
}

fn key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text, "a key that was read is written otherwise");
    }
    if let Ok(key) = text.parse::<WitnessKey>() {
        assert_eq!(key.to_string(), text, "a key that was read is written otherwise");
    }
}

/// A mapping, and a CSV file that it maps.
fn mapping(data: &[u8]) {
    let (mapping, rows) = parts(data);
    let Ok(text) = std::str::from_utf8(mapping) else { return };
    let Ok(mapping) = Mapping::parse(text) else { return };
    let Ok(mut reader) = RowReader::open(rows, &mapping.format) else { return };
    let Ok(plan) = Plan::new(&mapping, reader.header(), 2) else { return };
    let mut row = Row::default();
    while let Ok(true) = reader.read(&mut row) {
        drop(plan.map(&row));
    }
}

/// The encoding and delimiter in a byte, then a CSV file.
fn rows(data: &[u8]) {
    let (choice, bytes) = take::<1>(data);
    let encodings = ["utf-8", "gb18030", "gbk", "big5", "windows-1252", "utf-16le"];
    let encoding = encodings[usize::from(choice[0]) % encodings.len()];
    let delimiter = [",", ";", "\t", "|"][usize::from(choice[0] >> 4) % 4];
    let Ok(format) = FileFormat::new(encoding, delimiter, u64::from(choice[0] & 1)) else { return };
    let Ok(mut reader) = RowReader::open(bytes, &format) else { return };
    let mut row = Row::default();
    let mut rows = 0;
    while let Ok(true) = reader.read(&mut row) {
        rows += 1;
        assert!(rows <= bytes.len() + 1, "more rows than bytes");
    }
}

/// A sealed file and a key file.
fn sealed(data: &[u8]) {
    let (sealed, key) = parts(data);
    drop(confidential::open(LedgerId([0x1e; 16]), Hash([0; 32]), sealed, key));
}

fn package(data: &[u8]) {
    open_package(data);
}

/// The cache of a copied ledger, whoever signed it.
fn cache(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(cache::FILE), data).expect("a temporary file takes bytes");
    drop(cache::read(folder.path(), &[9; 32], 1_000));
    std::hint::black_box(cache::is_of_other_release(folder.path(), &[9; 32], 1_000));
    drop(std::hint::black_box(cache::glance(folder.path(), 1_000)));
    // As if it had been signed.
    if let Ok(books) = body::decode_value::<Books>(data.get(80..).unwrap_or_default()) {
        drop(body::encode_value(&books).expect("it was read"));
    }
}

/// The manifest of a package, and the name of a file in it: sound in the zip, whatever they say.
fn manifest(data: &[u8]) {
    let (manifest, name) = parts(data);
    let name = String::from_utf8_lossy(name);
    if let Ok(bytes) = zip_of(&[(&name, b"content"), (MANIFEST, manifest)]) {
        open_package(&bytes);
    }
}

/// A zip of these files.
pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Opens a package and reads what it lists; true if it opens.
pub(crate) fn open_package(bytes: &[u8]) -> bool {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a temporary file takes bytes");
    let Ok(package) = Package::open(file.path()) else { return false };
    for name in package.list("log").into_iter().flatten().flatten() {
        assert!(!name.contains(['/', '\\']) && name != "..", "{name} leaves its folder");
        drop(package.read(&format!("log/{name}"), 1 << 16));
    }
    drop(package.read(MANIFEST, 1 << 20));
    true
}
