//! Whole inputs for the targets: golden files, and what the code itself writes.
//!
//! Every sample is one that its target reads to the end (`tests/fuzz.rs` sees to it where a reader
//! says so), so that what is made of it gets far.

use super::targets::{GENERATION, PART, open_package, sealed_frame, zip_of};
use earmark::archive::package::MANIFEST;
use earmark::chain::confidential::{Field, Fields, Secrets, seal};
use earmark::chain::entry::LedgerId;
use earmark::chain::signature::{SeedSigner, Signer as _};
use earmark::chain::{body, entry, hash};

use earmark::chain::entry::Head;
use earmark::domain::apply::{Cited, fold};
use earmark::domain::state::{Journal, State};
use earmark::ledger::reader::bodies::read_event;
use earmark::ledger::reader::books::Books;
use earmark::ledger::reader::cache::{self, Cache};
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::cosignature::{WitnessKey, cosign};
use earmark::tlog::note::{Note, VerifierKey};
use earmark::tlog::proof_file::ProofFile;
use earmark::tlog::tile;
use earmark::tlog::tree::{EMPTY_ROOT, leaf_hash};
use earmark::witness::Submission;
use std::path::Path;

const ORIGIN: &str = "budget.example.gov.cn/pudong";

/// The samples of a target.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "entry" => golden_entries(),
        "body" => golden_entries().iter().map(|bytes| typed_body(bytes)).collect(),
        "state" => vec![state(0), state(12), state(usize::MAX)],
        "walk" | "bundle" => bundles(),
        "frames" => segments(),
        "note" | "checkpoint" => vec![checkpoint(0), checkpoint(5), cosigned()],
        "tile_path" => tile_paths(),
        "proof" => proofs(),
        "proof_file" => vec![proof_file(None), proof_file(Some(b"more".to_vec()))],
        "policy" => policies(),
        "key" => vec![log_key().into_bytes(), witness_key(1).into_bytes()],
        "mapping" => mappings(),
        "rows" => mappings().iter().map(|bytes| [b"\x01", rows_of(bytes)].concat()).collect(),
        "sealed" => vec![sealed()],
        "package" => vec![package()],
        "manifest" => vec![manifest(7)],
        "submission" => submissions(),
        "cache" => vec![cache(0), cache(usize::MAX)],
        other => panic!("{other} has no samples"),
    }
}

fn golden_entries() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/entries");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let json = std::fs::read_to_string(path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        hash::from_hex(json["entry"].as_str().unwrap()).unwrap()
    };
    files.iter().map(read).collect()
}

fn typed_body(bytes: &[u8]) -> Vec<u8> {
    let envelope = entry::parse(bytes).unwrap();
    [&envelope.event_type.to_le_bytes()[..], envelope.body].concat()
}

fn state(entries: usize) -> Vec<u8> {
    body::encode_state(&folded(entries)).unwrap()
}

/// A cache of the same, with empty projections.
fn cache(entries: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache {
        ledger: [7; 16],
        head: Head { size: 12, hash: hash::Hash([3; 32]) },
        recorded_at_microseconds: 1,
        books: Books { state: folded(entries), ..Books::default() },
    };
    cache::write(folder.path(), &cache, &signer(9)).unwrap();
    std::fs::read(folder.path().join(cache::FILE)).unwrap()
}

/// The state after the first golden entries; those that refer to what is not there are left out.
fn folded(entries: usize) -> State {
    let mut state = State::default();
    for bytes in golden_entries().iter().take(entries) {
        let event = read_event(bytes).unwrap().unwrap();
        let mut journal = Journal::on(&mut state);
        if fold(&mut journal, &event, &Cited::new()).is_err() {
            journal.take_back();
        }
    }
    state
}

/// All golden entries, and the first few.
fn bundles() -> Vec<Vec<u8>> {
    let entries = golden_entries();
    let bundle = |entries: &[Vec<u8>]| {
        let mut bytes = Vec::new();
        assert!(entries.iter().all(|entry| tile::push_entry(&mut bytes, entry)));
        bytes
    };
    vec![bundle(&entries), bundle(&entries[..3])]
}

/// A segment of one frame with three entries, and one of three frames.
fn segments() -> Vec<Vec<u8>> {
    let entries = golden_entries();
    let frame = |first: usize, count: usize| {
        let previous = entry::parse(&entries[first]).unwrap().previous;
        let mut content = GENERATION.to_le_bytes().to_vec();
        content.extend(u64::try_from(first).unwrap().to_le_bytes());
        content.extend(u32::try_from(count).unwrap().to_le_bytes());
        content.extend(previous.0);
        for entry in &entries[first..first + count] {
            content.extend(u16::try_from(entry.len()).unwrap().to_le_bytes());
            content.extend(entry);
        }
        sealed_frame(&content)
    };
    let mut header = b"EARMWAL1".to_vec();
    header.extend(crc32c::crc32c(b"EARMWAL1").to_le_bytes());
    header.extend([0; 4]);
    let room = vec![0; 200];
    vec![
        [&header[..], &frame(0, 3), &room].concat(),
        [&header[..], &frame(0, 1), &frame(1, 1), &frame(2, 2), &room].concat(),
    ]
}

fn signer(seed: u8) -> SeedSigner {
    SeedSigner::new(&[seed; 32])
}

fn head(size: u64) -> Checkpoint {
    let root = if size == 0 { EMPTY_ROOT } else { leaf_hash(b"root") };
    Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() }
}

fn checkpoint(size: u64) -> Vec<u8> {
    head(size).sign(&signer(9)).unwrap().into_bytes()
}

/// A checkpoint with two cosignatures.
fn cosigned() -> Vec<u8> {
    let mut lines = String::from_utf8(checkpoint(7)).unwrap();
    for witness in [1, 2] {
        let line = cosign(&head(7), 1_000_000_000, &witness_name(witness), &signer(witness));
        lines.push_str(&format!("{}\n", line.unwrap()));
    }
    assert_eq!(Note::parse(lines.as_bytes()).unwrap().signatures().len(), 3);
    lines.into_bytes()
}

fn witness_name(witness: u8) -> String {
    format!("witness{witness}.example")
}

fn witness_key(witness: u8) -> String {
    WitnessKey::new(&witness_name(witness), &signer(witness).public_key()).unwrap().to_string()
}

fn log_key() -> String {
    VerifierKey::new(ORIGIN, &signer(9).public_key()).unwrap().to_string()
}

fn tile_paths() -> Vec<Vec<u8>> {
    let texts = [
        "tile/0/000",
        "tile/1/x001/x234/067.p/17",
        "tile/entries/x999/999",
        "tile/7/x001/000.p/255",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn proofs() -> Vec<Vec<u8>> {
    let of = |first: u64, second: u64, hashes: usize| {
        let mut bytes = [first.to_le_bytes(), second.to_le_bytes()].concat();
        bytes.resize(16 + 32 * hashes, 7);
        bytes
    };
    vec![
        of(3, 8, 3),
        of(0, 1, 0),
        of(5, 5, 0),
        of(6, 1_000_000, 20),
        of(u64::MAX - 1, u64::MAX, 64),
    ]
}

fn proof_file(extra: Option<Vec<u8>>) -> Vec<u8> {
    let checkpoint = String::from_utf8(cosigned()).unwrap();
    let path = vec![leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")];
    ProofFile { extra, index: 3, path, checkpoint }.text().into_bytes()
}

fn policies() -> Vec<Vec<u8>> {
    let log = log_key();
    let (one, two) = (witness_key(1), witness_key(2));
    let full = format!(
        "log {log}\nwitness one {one}\nwitness two {two} https://two.example/\n\
         group both all one two\ngroup some any both\nquorum some\n"
    );
    let bare = format!("# nobody\nlog {log}\nquorum none\n");
    vec![
        [full.as_bytes(), PART, &cosigned()].concat(),
        [bare.as_bytes(), PART, &checkpoint(5)].concat(),
    ]
}

/// The mappings of the real data sets, with a row of made-up cells under the columns they name.
fn mappings() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let mut samples = vec![
        [SMALL_MAPPING, PART, b"ward,year,cost\n12,2002,\"1,234.50\"\n,,\n7,2003,-5\n"].concat(),
    ];
    for path in files {
        samples.push([&std::fs::read(path).unwrap()[..], PART, b"a,b,c\n1,2,3\n"].concat());
    }
    samples
}

/// The first example of schemas/mapping.md, with conditions.
const SMALL_MAPPING: &[u8] = br#"source = "menu-money"
historical = true
encoding = "gb18030"
[numbers]
thousands = ","
[[skip]]
column = "ward"
is = "blank"
[[event]]
type = "commitment.make"
occurred_on = { template = "{year}-06-30" }
contract = { template = "W{ward}-{row|pad5}" }
fund = { template = "WARD-{ward}" }
year = { column = "year" }
amount = { column = "cost" }
purpose = "ward/menu"
"#;

fn rows_of(mapping: &[u8]) -> &[u8] {
    let at = mapping.windows(PART.len()).position(|window| window == PART).unwrap();
    &mapping[at + PART.len()..]
}

fn sealed() -> Vec<u8> {
    let mut fields = Fields::default();
    fields.set(Field::Contact, "窗口一").unwrap();
    let secrets = Secrets { cipher_key: [1; 32], commitment_key: [2; 32], nonce: [3; 24] };
    let pair = seal(LedgerId([0x1e; 16]), &fields, &secrets).unwrap();
    [&pair.sealed[..], PART, &pair.key].concat()
}

/// A manifest that lists one file, and the file's name.
fn manifest(bytes: usize) -> Vec<u8> {
    let name = "log/checkpoint";
    let listed = format!("{{\"files\":[{{\"path\":\"{name}\",\"bytes\":{bytes}}}]}}");
    [listed.as_bytes(), PART, name.as_bytes()].concat()
}

/// A small zip that opens as a package.
fn package() -> Vec<u8> {
    let checkpoint = checkpoint(5);
    let manifest = manifest(checkpoint.len());
    let manifest = &manifest[..manifest.len() - PART.len() - "log/checkpoint".len()];
    let bytes = zip_of(&[("log/checkpoint", &checkpoint), (MANIFEST, manifest)]).unwrap();
    assert!(open_package(&bytes), "the sample is a package");
    bytes
}

/// Two submissions to a witness: its first head, and a later one with a proof.
fn submissions() -> Vec<Vec<u8>> {
    let note = Note::parse(&checkpoint(5)).unwrap();
    let proof = vec![leaf_hash(b"a"), leaf_hash(b"b")];
    let first = Submission { old_size: 0, proof: Vec::new(), note: note.clone() };
    let later = Submission { old_size: 3, proof, note };
    [first, later].iter().map(|submission| submission.to_string().into_bytes()).collect()
}
