//! What a publish writes, what a reader sees, and what is deleted when.

use super::power::Power;
use super::{MINUTE, ORIGIN, entries, grow, key, log_of, publish_at, signer, text};
use earmark::archive::check::check;
use earmark::archive::medium::Medium;
use earmark::archive::reader::ArchiveReader;
use earmark::archive::scan::{Found, scan};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::entry::Sealed;
use earmark::chain::signature::SeedSigner;
use earmark::error::{Error, Kind, Result};
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::tile;
use earmark::tlog::tree::{Frontier, leaf_hash};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn files_below(folder: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                files.insert(name.to_str().unwrap().to_owned());
            }
        }
    }
    files
}

#[test]
fn every_size_reads_back_with_the_root_of_the_entries() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut frontier = Frontier::default();
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700, 3_000] {
        let mut writer = ArchiveWriter::open(&log).unwrap();
        let mut anchored = Vec::new();
        writer.append(&entries(writer.size()..size)).unwrap();
        let published = writer
            .publish(&signer(), ORIGIN, 0, &mut |note| {
                anchored = note.to_vec();
                Ok(())
            })
            .unwrap();
        entries(frontier.size()..size).iter().for_each(|e| frontier.push(leaf_hash(&e.bytes)));
        assert_eq!((published.size, published.root), (size, frontier.root()));
        assert_eq!(writer.published().unwrap(), published);
        assert_eq!(anchored, published.note);
        let checkpoint = Checkpoint::verify(&published.note, &key()).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (size, frontier.root()));
        let reader = ArchiveReader::open(&log).unwrap();
        assert_eq!((reader.size(), reader.note()), (size, published.note.as_slice()));
        assert_eq!(reader.checkpoint(), &checkpoint);
        let found: Vec<_> = reader.entries(0..u64::MAX).map(Result::unwrap).collect();
        assert!(found == entries(0..size), "size {size}");
        let checked = check(&reader, Some(&key())).unwrap();
        assert_eq!((checked.size, checked.entries, checked.damages), (size, size, vec![]));
        assert_eq!(checked.root, Some(frontier.root()));
    }
}

#[test]
fn the_files_of_70_000_entries_are_those_of_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[70_000]);
    let expected: BTreeSet<_> =
        tile::between(0, 70_000).map(tile::Tile::path).chain(["checkpoint".to_owned()]).collect();
    assert_eq!(files_below(&log), expected);
    assert_eq!(expected.len(), 274 + 274 + 2 + 1 + 1);
    for path in [
        "tile/entries/272",
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ] {
        assert!(expected.contains(path), "{path}");
    }
    assert_eq!(fs::metadata(log.join("tile/1/000")).unwrap().len(), 8_192);
    assert_eq!(fs::metadata(log.join("tile/2/000.p/1")).unwrap().len(), 32);
}

#[test]
fn one_more_entry_costs_three_files_and_three_folders() {
    let medium = Arc::new(Power::new());
    medium.create_folder(Path::new("/ledger")).unwrap();
    let log = Path::new("/ledger/log");
    grow(&mut ArchiveWriter::open_on(medium.clone(), log).unwrap(), 70_000);
    let before = medium.steps().len();
    grow(&mut ArchiveWriter::open_on(medium.clone(), log).unwrap(), 70_001);
    assert_eq!(
        medium.steps()[before..],
        [
            "write /ledger/log/tile/entries/273.p/.113.new",
            "write /ledger/log/tile/0/273.p/.113.new",
            "rename to /ledger/log/tile/entries/273.p/113",
            "rename to /ledger/log/tile/0/273.p/113",
            "sync /ledger/log/tile/0/273.p",
            "sync /ledger/log/tile/entries/273.p",
            "write /ledger/log/.checkpoint.new",
            "rename to /ledger/log/checkpoint",
            "sync /ledger/log",
        ]
    );
}

#[test]
fn a_publish_with_nothing_new_keeps_the_checkpoint_and_calls_no_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[5]);
    let before = fs::read(log.join("checkpoint")).unwrap();
    let mut writer = ArchiveWriter::open(&log).unwrap();
    let never = &mut |_: &[u8]| -> Result<()> { panic!("the anchor was called") };
    let published = writer.publish(&signer(), ORIGIN, 0, never).unwrap();
    assert_eq!((published.size, published.note), (5, before));
    // Another key signs the same head anew.
    let other = SeedSigner::new(&[8; 32]);
    let mut called = false;
    let anchor = &mut |_: &[u8]| {
        called = true;
        Ok(())
    };
    let published = writer.publish(&other, ORIGIN, 0, anchor).unwrap();
    assert_eq!((published.size, called), (5, true));
    assert_eq!(fs::read(log.join("checkpoint")).unwrap(), published.note);
}

#[test]
fn the_origin_of_a_log_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[5]);
    let mut writer = ArchiveWriter::open(&log).unwrap();
    let error = writer.publish(&signer(), "other.example/log", 0, &mut |_| Ok(())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "origin_changed: the log was published as budget.example.gov.cn/pudong, and is to be \
         published as other.example/log\n  next: the origin of a log never changes; correct ledger.toml"
    );
    let error = writer.publish(&signer(), "https://a", 0, &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.code(), "origin_malformed");
    grow(&mut writer, 6);
}

#[test]
fn entries_out_of_order_or_too_long_are_refused_with_nothing_added() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = ArchiveWriter::open(&folder.path().join("log")).unwrap();
    writer.append(&entries(0..3)).unwrap();
    let error = writer.append(&entries(4..6)).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (Kind::Conflict, "archive_gap: the archive's next entry is 3; found entry 4".to_owned())
    );
    let long = [Sealed::new(3, vec![0; 65_535]), Sealed::new(4, vec![0; 65_536])];
    assert_eq!(
        writer.append(&long).unwrap_err().to_string(),
        "entry_too_long: an entry of a bundle has at most 65535 bytes; entry 4 has 65536"
    );
    assert_eq!(writer.size(), 3);
    writer.append(&long[..1]).unwrap();
    assert_eq!(publish_at(&mut writer, 0).unwrap().size, 4);
}

#[test]
fn a_checkpoint_that_moved_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[5]);
    let mut slow = ArchiveWriter::open(&log).unwrap();
    log_of(&log, &[9]);
    slow.append(&entries(5..6)).unwrap();
    let error = publish_at(&mut slow, 0).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            Kind::Conflict,
            "checkpoint_moved: the checkpoint was replaced meanwhile: expected one of size 5, \
             found one of size 9\n  next: one program at a time may write a ledger; open it again"
                .to_owned()
        )
    );
    assert_eq!(ArchiveReader::open(&log).unwrap().size(), 9);
}

#[test]
fn superseded_partial_tiles_go_after_ten_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let names = |part: &str| -> Vec<String> {
        files_below(&log).into_iter().filter(|name| name.contains(part)).collect()
    };
    let publish = |size: u64, minute: i64| {
        let mut writer = ArchiveWriter::open(&log).unwrap();
        writer.append(&entries(writer.size()..size)).unwrap();
        publish_at(&mut writer, minute * MINUTE).unwrap();
    };
    publish(100, 0);
    publish(200, 1);
    assert_eq!(
        names("/000.p"),
        [
            "tile/0/000.p/100",
            "tile/0/000.p/200",
            "tile/entries/000.p/100",
            "tile/entries/000.p/200"
        ]
    );
    assert!(!log.join(".superseded").exists());
    publish(300, 2);
    assert_eq!(
        fs::read_to_string(log.join(".superseded")).unwrap(),
        "120000000 tile/entries/000.p\n120000000 tile/0/000.p\n"
    );
    // Not ten minutes yet, in a process of its own and by a clock that went back.
    publish(301, 12);
    publish(302, -100);
    assert_eq!(names("/000.p/").len(), 5, "{:?}", names(".p"));
    publish(303, 13);
    assert_eq!(names("/000.p"), ["tile/1/000.p/1"]);
    assert_eq!(fs::read_to_string(log.join(".superseded")).unwrap(), "");
    assert_eq!(names("/001.p").len(), 8);
    assert_eq!(check(&ArchiveReader::open(&log).unwrap(), Some(&key())).unwrap().damages, []);
}

#[test]
fn a_list_of_superseded_tiles_that_was_tampered_with_deletes_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[100, 300, 310]);
    let list = "0 ../log\n0 tile/entries/000\n0 /etc\n0 tile/entries/001.p\nx\n\u{0}\n";
    fs::write(log.join(".superseded"), list).unwrap();
    let mut writer = ArchiveWriter::open(&log).unwrap();
    writer.append(&entries(310..320)).unwrap();
    publish_at(&mut writer, i64::MAX).unwrap();
    let reader = ArchiveReader::open(&log).unwrap();
    assert_eq!(check(&reader, Some(&key())).unwrap().damages, []);
    // The full bundle 1 is not there, so its partial ones stay.
    assert!(log.join("tile/entries/001.p/44").exists());
}

#[test]
fn a_reader_whose_partial_tiles_are_gone_takes_the_full_ones() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[100]);
    let slow = ArchiveReader::open(&log).unwrap();
    log_of(&log, &[300]);
    fs::remove_dir_all(log.join("tile/entries/000.p")).unwrap();
    fs::remove_dir_all(log.join("tile/0/000.p")).unwrap();
    assert_eq!((slow.size(), slow.entries(0..1_000).count()), (100, 100));
    assert_eq!(slow.entry(99).unwrap(), entries(99..100)[0]);
    assert_eq!(check(&slow, Some(&key())).unwrap().damages, []);
    let error = slow.entry(100).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            Kind::NotFound,
            "entry_not_published: the log has 100 entries, so there is no entry 100".to_owned()
        )
    );
}

#[test]
fn a_reader_without_partial_and_full_tile_looks_at_the_checkpoint_again() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[100]);
    let slow = ArchiveReader::open(&log).unwrap();
    log_of(&log, &[200]);
    // As in a copy made by names: the newer partial bundle, without the older.
    fs::remove_file(log.join("tile/entries/000.p/100")).unwrap();
    assert_eq!(slow.entries(0..1_000).map(Result::unwrap).collect::<Vec<_>>(), entries(0..100));
    fs::remove_file(log.join("tile/entries/000.p/200")).unwrap();
    let error = slow.entry(7).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            Kind::Break,
            "tile_missing: tile/entries/000.p/100 is missing, and so is the full tile/entries/000\n  \
             next: take the file from another copy of the log, or open the ledger to rebuild it"
                .to_owned()
        )
    );
}

#[test]
fn readers_go_on_beside_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[1]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let read = || {
            let mut reader = ArchiveReader::open(&log).unwrap();
            let mut sizes = BTreeSet::new();
            while !done.load(Ordering::SeqCst) || sizes.is_empty() {
                reader.refresh().unwrap();
                sizes.insert(reader.size());
                let mut next = 0;
                let visit = |index: u64, bytes: &[u8], length: usize| {
                    assert_eq!((index, bytes.len()), (next, length));
                    next += 1;
                    Ok(())
                };
                reader.for_each(0..u64::MAX, |_, bytes| bytes.len(), visit).unwrap();
                assert_eq!(next, reader.size());
            }
            sizes.len()
        };
        let readers = [scope.spawn(read), scope.spawn(read)];
        let mut writer = ArchiveWriter::open(&log).unwrap();
        for step in 1..200_u64 {
            let more = if step.is_multiple_of(20) { 900 } else { 7 };
            let size = writer.size() + more;
            writer.append(&entries(writer.size()..size)).unwrap();
            // Each publish is eleven minutes later, so partial tiles vanish under the readers.
            publish_at(&mut writer, i64::try_from(step).unwrap() * 11 * MINUTE).unwrap();
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            assert!(reader.join().unwrap() > 1);
        }
    });
    let checked = check(&ArchiveReader::open(&log).unwrap(), Some(&key())).unwrap();
    assert_eq!(checked.damages, []);
}

#[test]
fn ranges_are_clipped_and_an_error_of_the_visitor_ends_a_walk() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[700]);
    let reader = ArchiveReader::open(&log).unwrap();
    for (range, expected) in
        [(0..0, 0..0), (250..260, 250..260), (690..9_000, 690..700), (700..9_000, 0..0)]
    {
        let found: Vec<_> = reader.entries(range.clone()).map(Result::unwrap).collect();
        assert_eq!(found, entries(expected.clone()));
        let mut visited = Vec::new();
        reader
            .for_each(
                range,
                |index, bytes| Sealed::new(index, bytes.to_vec()),
                |_, _, entry| {
                    visited.push(entry);
                    Ok(())
                },
            )
            .unwrap();
        assert_eq!(visited, entries(expected));
    }
    let stop = |index, _: &[u8], ()| {
        if index < 300 { Ok(()) } else { Err(Error::new(Kind::Break, "stop", "enough")) }
    };
    let error = reader.for_each(0..700, |_, _| (), stop).unwrap_err();
    assert_eq!(error.code(), "stop");
}

#[test]
fn a_folder_without_checkpoint_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let error = ArchiveReader::open(&log).unwrap_err();
    assert_eq!(
        (error.kind(), text(&error, &log)),
        (
            Kind::NotFound,
            "log_not_found: there is no checkpoint in LOG\n  next: name the `log` folder of a \
             ledger; nothing is published before the first command"
                .to_owned()
        )
    );
    log_of(&log, &[5]);
    fs::remove_file(log.join("checkpoint")).unwrap();
    let error = ArchiveWriter::open(&log).unwrap_err();
    assert_eq!(
        (error.kind(), text(&error, &log)),
        (
            Kind::Break,
            "checkpoint_missing: LOG has tiles but no checkpoint\n  next: the first publish was \
             interrupted, or the checkpoint was taken away"
                .to_owned()
        )
    );
}

#[test]
fn a_log_that_goes_back_is_noticed_by_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[1]);
    let old = fs::read(log.join("checkpoint")).unwrap();
    log_of(&log, &[2]);
    let mut reader = ArchiveReader::open(&log).unwrap();
    assert!(!reader.refresh().unwrap());
    fs::write(log.join("checkpoint"), old).unwrap();
    let error = reader.refresh().unwrap_err();
    let (one, two) = (Frontier::default(), Frontier::default());
    let root = |mut frontier: Frontier, size| {
        entries(0..size).iter().for_each(|e| frontier.push(leaf_hash(&e.bytes)));
        frontier.root()
    };
    assert_eq!(
        error.to_string(),
        format!(
            "log_went_back: the checkpoint was of size 2 and root {}, and is now of size 1 and \
             root {}\n  next: somebody put an older or another log in its place; keep both checkpoints",
            root(two, 2),
            root(one, 1)
        )
    );
    assert_eq!(reader.size(), 2);
}

#[test]
fn a_damaged_folder_is_moved_aside_and_the_log_rebuilt_from_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[100, 300]);
    fs::write(log.join("tile/0/001.p/44"), b"damaged").unwrap();
    assert_eq!(ArchiveWriter::open(&log).unwrap_err().code(), "tile_malformed");
    let found: Vec<_> = scan(&log)
        .unwrap()
        .map(|found| match found {
            Found::Entry(entry) => entry,
            Found::Damage(damage) => panic!("{damage}"),
        })
        .collect();
    assert_eq!(found, entries(0..300));
    for number in 1..3 {
        let aside = PathBuf::from(format!("{}.quarantine-{number}", log.display()));
        let (mut writer, moved) = ArchiveWriter::start_anew(&log).unwrap();
        assert_eq!(moved, Some(aside.clone()));
        assert!(aside.join("checkpoint").exists() && !log.exists());
        writer.append(&found).unwrap();
        assert_eq!(publish_at(&mut writer, 0).unwrap().size, 300);
        assert_eq!(check(&ArchiveReader::open(&log).unwrap(), Some(&key())).unwrap().damages, []);
    }
    let (writer, moved) = ArchiveWriter::start_anew(&folder.path().join("none")).unwrap();
    assert_eq!((writer.size(), moved), (0, None));
}

#[test]
fn a_log_that_is_damaged_again_and_again_is_left_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    log_of(&log, &[5]);
    for number in 1..=99 {
        fs::create_dir(folder.path().join(format!("log.quarantine-{number}"))).unwrap();
    }
    let error = ArchiveWriter::start_anew(&log).unwrap_err();
    assert_eq!(
        text(&error, &log),
        "too_many_quarantines: LOG was moved aside 99 times already\n  next: find out what damages \
         it, then move the quarantined copies elsewhere"
    );
    assert_eq!(ArchiveReader::open(&log).unwrap().size(), 5);
}
