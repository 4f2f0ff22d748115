//! Damage of every kind: the check names the file that is wrong, and recovery still finds the rest.

use super::{ORIGIN, entries, key, log_of, signer, text};
use earmark::archive::check::{Checked, check, check_with};
use earmark::archive::damage::{Damage, DamageKind};
use earmark::archive::reader::ArchiveReader;
use earmark::archive::scan::{Found, scan};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::entry::Sealed;
use earmark::chain::signature::SeedSigner;
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::tile::push_entry;
use earmark::tlog::tree::leaf_hash;
use proptest::prelude::*;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Partial tiles on three levels, a full one on two, and stale partial ones.
const SIZE: u64 = 65_536 + 256 + 3;

struct Log {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn log(sizes: &[u64]) -> Log {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    log_of(&path, sizes);
    Log { _folder: folder, path }
}

impl Log {
    fn check(&self) -> Checked {
        check(&ArchiveReader::open(&self.path).unwrap(), Some(&key())).unwrap()
    }

    /// The check's damages after a change to a file, which is undone.
    fn damages(&self, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Damage> {
        let path = self.path.join(file);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good, "{file} was not changed");
        fs::write(&path, bad).unwrap();
        let damages = self.check().damages;
        fs::write(&path, good).unwrap();
        damages
    }

    /// The check's damages while a file is away.
    fn damages_without(&self, file: &str) -> Vec<Damage> {
        let (path, away) = (self.path.join(file), self.path.join("away"));
        fs::rename(&path, &away).unwrap();
        let damages = self.check().damages;
        fs::rename(&away, &path).unwrap();
        damages
    }
}

fn flip(bytes: &mut [u8], place: usize) {
    bytes[place] ^= 0x10;
}

/// Kind, file and index of the only damage.
fn only(damages: &[Damage]) -> (DamageKind, &str, Option<u64>) {
    assert_eq!(damages.len(), 1, "{damages:#?}");
    (damages[0].kind, damages[0].file.as_str(), damages[0].index)
}

#[test]
fn a_flipped_bit_in_any_file_names_that_file() {
    let log = log(&[100, 65_700, SIZE]);
    assert_eq!(log.check().damages, []);
    for (file, index) in [
        ("tile/entries/000", Some(0)),
        ("tile/entries/131", Some(131 * 256)),
        ("tile/entries/256", Some(256 * 256)),
        ("tile/entries/257.p/3", Some(257 * 256)),
        ("tile/0/000", Some(0)),
        ("tile/0/255", Some(255 * 256)),
        ("tile/0/256", Some(256 * 256)),
        ("tile/0/257.p/3", Some(257 * 256)),
        ("tile/1/000", None),
        ("tile/1/001.p/1", None),
        ("tile/2/000.p/1", None),
        // Kept for slow readers of the sizes 100 and 65,700.
        ("tile/entries/000.p/100", None),
        ("tile/0/000.p/100", None),
        ("tile/entries/256.p/164", None),
        ("tile/0/256.p/164", None),
    ] {
        let damages = log.damages(file, |bytes| flip(bytes, 5));
        assert_eq!(only(&damages), (DamageKind::Changed, file, index));
    }
}

#[test]
fn a_changed_entry_is_named_with_both_leaves() {
    let log = log(&[700]);
    let all = entries(0..700);
    let place: usize = all[256..300].iter().map(|entry| entry.bytes.len() + 2).sum();
    let damages = log.damages("tile/entries/001", |bytes| flip(bytes, place + 4));
    let mut changed = all[300].bytes.clone();
    flip(&mut changed, 2);
    assert_eq!(
        damages.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!(
            "tile/entries/001 (entry 300): changed: expected an entry with leaf {}, found leaf {}",
            leaf_hash(&all[300].bytes),
            leaf_hash(&changed)
        )]
    );
}

#[test]
fn a_wrong_length_in_a_bundle_names_the_first_entry_that_does_not_fit() {
    let log = log(&[700]);
    let all = entries(0..700);
    let place: usize = all[..17].iter().map(|entry| entry.bytes.len() + 2).sum();
    for bit in [0x01, 0x80] {
        let damages = log.damages("tile/entries/000", |bytes| bytes[place + 1] ^= bit);
        assert_eq!(only(&damages), (DamageKind::Malformed, "tile/entries/000", Some(17)));
    }
    let damages = log.damages("tile/entries/002.p/188", |bytes| bytes.push(0));
    assert_eq!(
        damages[0].to_string(),
        "tile/entries/002.p/188 (entry 700): malformed: expected 188 entries and nothing else, \
         found 188 entries and then 1 bytes"
    );
    let damages = log.damages("tile/entries/002.p/188", |bytes| bytes.truncate(100));
    assert_eq!(only(&damages).0, DamageKind::Malformed);
}

#[test]
fn missing_cut_and_unfit_files_are_named() {
    let log = log(&[100, 65_700, SIZE]);
    for (file, index) in [
        ("tile/entries/000", Some(0)),
        ("tile/entries/256", Some(256 * 256)),
        ("tile/entries/257.p/3", Some(257 * 256)),
        ("tile/0/255", Some(255 * 256)),
        ("tile/0/257.p/3", None),
        ("tile/1/000", None),
        ("tile/1/001.p/1", None),
        ("tile/2/000.p/1", None),
    ] {
        let damages = log.damages_without(file);
        let named: Vec<_> = damages.iter().filter(|damage| damage.file == file).collect();
        assert_eq!((named[0].kind, named[0].index), (DamageKind::Missing, index), "{damages:#?}");
        assert!(damages.iter().all(|d| d.file == file || d.kind == DamageKind::Root), "{file}");
    }
    for file in ["tile/0/255", "tile/1/000", "tile/0/257.p/3"] {
        let damages = log.damages(file, |bytes| bytes.truncate(31));
        assert!(damages.iter().any(|d| d.file == file && d.kind == DamageKind::Malformed));
        let damages = log.damages(file, |bytes| bytes.extend([0; 8_192]));
        assert!(damages.iter().any(|d| d.file == file && d.kind == DamageKind::Malformed));
    }
    let bundle = log.path.join("tile/entries/000");
    fs::remove_file(&bundle).unwrap();
    fs::create_dir(&bundle).unwrap();
    let damages = log.check().damages;
    assert_eq!(
        damages[0].to_string(),
        "tile/entries/000 (entry 0): malformed: expected a readable file of the log, found not a \
         regular file"
    );
}

#[test]
fn a_missing_tile_does_not_hide_a_changed_entry() {
    let log = log(&[SIZE]);
    fs::remove_file(log.path.join("tile/0/003")).unwrap();
    fs::remove_file(log.path.join("tile/1/001.p/1")).unwrap();
    let checked = log.check();
    assert_eq!(checked.root, Some(ArchiveReader::open(&log.path).unwrap().root()));
    let files: Vec<_> = checked.damages.iter().map(|damage| damage.file.as_str()).collect();
    assert_eq!(files, ["tile/1/001.p/1", "tile/0/003"]);
    let damages = log.damages("tile/entries/003", |bytes| flip(bytes, 9));
    assert!(damages.iter().any(|damage| damage.kind == DamageKind::Root), "{damages:#?}");
}

#[test]
fn swapped_bundles_and_swapped_entries_are_named() {
    let log = log(&[700]);
    let (a, b) = (log.path.join("tile/entries/000"), log.path.join("tile/entries/001"));
    let (first, second) = (fs::read(&a).unwrap(), fs::read(&b).unwrap());
    fs::write(&a, &second).unwrap();
    fs::write(&b, &first).unwrap();
    let checked = log.check();
    let files: Vec<_> = checked.damages.iter().map(|d| (d.file.as_str(), d.index)).collect();
    assert_eq!(files, [("tile/entries/000", Some(0)), ("tile/entries/001", Some(256))]);
    assert_eq!(checked.first_entry().unwrap().index, Some(0));
    let mut swapped = entries(0..256);
    swapped.swap(40, 41);
    fs::write(&a, bundle(&swapped)).unwrap();
    fs::write(&b, &second).unwrap();
    assert_eq!(only(&log.check().damages), (DamageKind::Changed, "tile/entries/000", Some(40)));
}

fn bundle(entries: &[Sealed]) -> Vec<u8> {
    let mut bytes = Vec::new();
    entries.iter().for_each(|entry| assert!(push_entry(&mut bytes, &entry.bytes)));
    bytes
}

/// An entry changed together with its leaf, as somebody would who cannot sign a checkpoint.
#[test]
fn an_entry_rewritten_with_its_tiles_is_found_by_the_tree_above() {
    let log = log(&[SIZE]);
    let mut rewritten = entries(512..768);
    flip(&mut rewritten[5].bytes, 3);
    fs::write(log.path.join("tile/entries/002"), bundle(&rewritten)).unwrap();
    let tile = log.path.join("tile/0/002");
    let mut hashes = fs::read(&tile).unwrap();
    hashes[5 * 32..6 * 32].copy_from_slice(&leaf_hash(&rewritten[5].bytes).0);
    fs::write(&tile, hashes).unwrap();
    let damages = log.check().damages;
    let files: Vec<_> = damages.iter().map(|d| (d.file.as_str(), d.index)).collect();
    assert_eq!(files, [("tile/entries/002", Some(512)), ("tile/0/002", Some(512))]);
}

/// A whole other log under the old checkpoint.
#[test]
fn a_log_rewritten_up_to_its_root_is_found_by_the_checkpoint() {
    let log = log(&[700]);
    let checkpoint = fs::read(log.path.join("checkpoint")).unwrap();
    fs::remove_dir_all(&log.path).unwrap();
    let mut writer = ArchiveWriter::open(&log.path).unwrap();
    let mut rewritten = entries(0..700);
    flip(&mut rewritten[690].bytes, 3);
    writer.append(&rewritten).unwrap();
    let published = writer.publish(&signer(), ORIGIN, 0, &mut |_| Ok(())).unwrap();
    fs::write(log.path.join("checkpoint"), &checkpoint).unwrap();
    let checked = log.check();
    assert_eq!(checked.root, Some(published.root));
    let signed = Checkpoint::read(&checkpoint).unwrap().root;
    assert_eq!(
        checked.damages.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!(
            "checkpoint: root: expected the root {signed} for 700 entries, found {} over the \
             entries of the bundles",
            published.root
        )]
    );
    let error = ArchiveWriter::open(&log.path).unwrap_err();
    assert_eq!(
        text(&error, &log.path),
        "root_differs: the last tiles of LOG do not give the root of its checkpoint of size 700\n  \
         next: `earmark verify` names the file; opening the ledger rebuilds the log"
    );
}

#[test]
fn a_checkpoint_by_another_key_or_for_another_size_is_named() {
    let log = log(&[700]);
    let reader = ArchiveReader::open(&log.path).unwrap();
    let forged = reader.checkpoint().sign(&SeedSigner::new(&[1; 32])).unwrap();
    let damages = log.damages("checkpoint", |bytes| *bytes = forged.into_bytes());
    assert_eq!(only(&damages), (DamageKind::Signature, "checkpoint", None));
    assert!(damages[0].expected.starts_with("a signature of budget.example.gov.cn/pudong+"));
    let damages = log.damages("checkpoint", |bytes| {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replacen("700", "600", 1).into_bytes();
    });
    let kinds: Vec<_> = damages.iter().map(|damage| damage.kind).collect();
    assert_eq!(kinds, [DamageKind::Signature, DamageKind::Missing], "{damages:#?}");
    // Without a key nothing is said about the signature.
    assert_eq!(check(&reader, None).unwrap().damages, []);
}

#[test]
fn a_log_truncated_below_its_checkpoint_misses_its_bundles() {
    let log = log(&[700]);
    let longer = {
        let folder = tempfile::tempdir().unwrap();
        log_of(folder.path(), &[1_500]);
        fs::read(folder.path().join("checkpoint")).unwrap()
    };
    let damages = log.damages("checkpoint", |bytes| *bytes = longer);
    let missing: Vec<_> = damages
        .iter()
        .map(|damage| (damage.file.as_str(), damage.index, damage.found.as_str()))
        .collect();
    // One fault, from the first entry on that is not there, however many files that are.
    assert_eq!(missing, [("tile/entries/002", Some(700), "no file of entries from 700 on")]);
}

#[test]
fn the_walk_in_passing_gets_every_entry_that_is_there() {
    let log = log(&[700]);
    fs::remove_file(log.path.join("tile/entries/001")).unwrap();
    let reader = ArchiveReader::open(&log.path).unwrap();
    let mut indices = Vec::new();
    let checked = check_with(
        &reader,
        true,
        |index, bytes| Sealed::new(index, bytes.to_vec()),
        |index, bytes, entry| {
            assert_eq!((entry.index, entry.bytes.as_slice()), (index, bytes));
            indices.push(index);
            Ok(ControlFlow::Continue(()))
        },
    )
    .unwrap();
    assert_eq!(indices, (0..256).chain(512..700).collect::<Vec<_>>());
    assert_eq!((checked.size, checked.entries, checked.root), (700, 444, None));
    assert_eq!(only(&checked.damages), (DamageKind::Missing, "tile/entries/001", Some(256)));
}

#[test]
fn a_writer_refuses_to_go_on_from_damage() {
    let log = log(&[300]);
    let refusal = |file: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = log.path.join(file);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        change(&mut bad);
        fs::write(&path, bad).unwrap();
        let error = ArchiveWriter::open(&log.path).unwrap_err();
        fs::write(&path, good).unwrap();
        text(&error, &log.path)
    };
    let all = entries(0..300);
    let mut changed = all[256].bytes.clone();
    flip(&mut changed, 3);
    assert_eq!(
        refusal("tile/entries/001.p/44", &|bytes| flip(bytes, 5)),
        format!(
            "bundle_differs: entry 256 in tile/entries/001.p/44 is not the one that the tree has: \
             expected leaf {}, found {}",
            leaf_hash(&all[256].bytes),
            leaf_hash(&changed)
        )
    );
    assert_eq!(
        refusal("tile/0/001.p/44", &|bytes| bytes.truncate(9)),
        "tile_malformed: tile/0/001.p/44 must hold 1408 bytes; found 9 bytes"
    );
    assert_eq!(
        refusal("tile/0/001.p/44", &|bytes| bytes.extend([0; 9_000])),
        "file_unfit: tile/0/001.p/44 is no file of a log: more than 8192 bytes"
    );
    assert!(refusal("tile/1/000.p/1", &|bytes| flip(bytes, 5)).starts_with("root_differs: "));
    assert!(refusal("checkpoint", &|bytes| bytes.truncate(9)).starts_with("note_malformed: "));
    fs::remove_file(log.path.join("tile/0/001.p/44")).unwrap();
    assert!(
        ArchiveWriter::open(&log.path).unwrap_err().to_string().starts_with(
            "tile_missing: tile/0/001.p/44 is missing, and so is the full tile/0/001\n"
        )
    );
}

#[test]
fn a_scan_finds_every_entry_that_any_file_still_holds() {
    let log = log(&[100, 600, 1_000]);
    let all = entries(0..1_000);
    // Bundle 0 breaks at entry 40, but its old partial one has all up to 99.
    let place: usize = all[..40].iter().map(|entry| entry.bytes.len() + 2).sum();
    change(&log.path, "tile/entries/000", |bytes| bytes.truncate(place + 7));
    // In bundle 2, entry 530 differs from its old partial one: both come.
    let place: usize = all[512..530].iter().map(|entry| entry.bytes.len() + 2).sum();
    change(&log.path, "tile/entries/002", |bytes| flip(bytes, place + 5));
    fs::remove_file(log.path.join("tile/entries/001")).unwrap();
    fs::remove_file(log.path.join("tile/entries/003.p/232")).unwrap();
    let (mut found, mut damages) = (Vec::new(), Vec::new());
    for item in scan(&log.path).unwrap() {
        match item {
            Found::Entry(entry) => found.push(entry),
            Found::Damage(damage) => damages.push(damage.to_string()),
        }
    }
    let indices: Vec<_> = found.iter().map(|entry| entry.index).collect();
    let expected: Vec<_> = (0..100).chain(512..530).chain([530]).chain(530..768).collect();
    assert_eq!(indices, expected);
    let good = found.iter().filter(|entry| all.contains(entry)).count();
    assert_eq!(good, 100 + 256);
    assert_eq!(
        damages,
        [
            "tile/entries/000 (entry 0): malformed: expected 256 entries and nothing else, found 40 \
             entries and then 7 bytes",
            "tile/entries/001 (entry 256): missing: expected a file, found none",
            "tile/entries/003.p/232 (entry 768): missing: expected a file, found none",
        ]
    );
}

fn change(log: &Path, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = log.join(file);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_scan_needs_no_checkpoint_and_no_folder() {
    let log = log(&[5]);
    assert_eq!(scan(&log.path.join("none")).unwrap().count(), 0);
    fs::write(log.path.join("checkpoint"), "no note").unwrap();
    let found: Vec<_> = scan(&log.path).unwrap().collect();
    assert!(matches!(&found[0], Found::Damage(damage) if damage.to_string()
        == "checkpoint: malformed: expected a line feed at the end, found none"));
    assert_eq!(found.len(), 6);
    fs::remove_file(log.path.join("checkpoint")).unwrap();
    let found: Vec<_> = scan(&log.path).unwrap().collect();
    assert!(matches!(&found[0], Found::Damage(damage) if damage.to_string()
        == "checkpoint: missing: expected a file, found none"));
    assert_eq!(found.len(), 6);
}

fn any_damage() -> impl Strategy<Value = (usize, usize, Vec<u8>, bool)> {
    (any::<usize>(), any::<usize>(), prop::collection::vec(any::<u8>(), 0..40), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is written over whichever file: nothing panics, the file is named, and what a scan
    /// finds of the other bundles is right.
    #[test]
    fn any_damage_to_any_file_is_found((which, place, bytes, cut) in any_damage()) {
        let files = [
            "checkpoint", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/188",
            "tile/entries/000.p/100", "tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2",
        ];
        let log = log(&[100, 700]);
        let file = files[which % files.len()];
        let good = fs::read(log.path.join(file)).unwrap();
        let place = place % good.len();
        let mut bad = good[..place].to_vec();
        bad.extend(&bytes);
        if !cut {
            bad.extend(good.iter().skip(bad.len()));
        }
        prop_assume!(bad != good);
        fs::write(log.path.join(file), &bad).unwrap();
        match ArchiveReader::open(&log.path) {
            Ok(reader) => {
                let damages = check(&reader, Some(&key())).unwrap().damages;
                prop_assert!(damages.iter().any(|damage| damage.file == file), "{file} {damages:?}");
                reader.entries(0..700).for_each(drop);
            }
            Err(_) => prop_assert_eq!(file, "checkpoint"),
        }
        let all = entries(0..700);
        let found = scan(&log.path).unwrap().filter(|found| {
            matches!(found, Found::Entry(entry) if all.get(entry.index as usize) == Some(entry))
        });
        let kept = if file.starts_with("tile/entries/00") { 700 - 256 } else { 700 };
        prop_assert!(found.count() >= kept);
    }

    #[test]
    fn random_bytes_are_no_checkpoint(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Checkpoint::read(&bytes).is_err());
        prop_assert!(Checkpoint::read(&[b"o\n1\n", bytes.as_slice()].concat()).is_err());
    }
}
