//! Power goes at every step of a publish, and disks fill up or turn read-only at every step.

use super::power::{Power, Unsynced};
use super::{ORIGIN, entries, key, publish_at, signer};
use earmark::archive::check::check;
use earmark::archive::medium::{Disk, Faulty, Medium};
use earmark::archive::reader::ArchiveReader;
use earmark::archive::writer::ArchiveWriter;
use earmark::error::{Error, Kind, Result};
use earmark::tlog::checkpoint::Checkpoint;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LOG: &str = "/ledger/log";
const ANCHOR: &str = "/anchors/log";

/// Grows the log to `size` and publishes it, writing the anchor on the same medium.
fn grow(medium: &Arc<Power>, size: u64) -> Result<()> {
    let mut writer = ArchiveWriter::open_on(medium.clone(), Path::new(LOG))?;
    writer.append(&entries(writer.size()..size))?;
    let anchor = Path::new(ANCHOR);
    writer.publish(&signer(), ORIGIN, 0, &mut |note| {
        let io = |e| Error::io("write", anchor, e);
        let temporary = anchor.with_extension("new");
        medium.write(&[(temporary.clone(), note)]).map_err(io)?;
        medium.rename(&temporary, anchor).map_err(io)?;
        medium.sync_folders(&[anchor.parent().unwrap().to_owned()]).map_err(io)
    })?;
    Ok(())
}

/// Sees that the log is sound, and gives its size; `None` before the first publish.
fn sound_size(medium: &Arc<Power>) -> Option<u64> {
    let reader = match ArchiveReader::open_on(medium.clone(), Path::new(LOG)) {
        Err(error) if error.code() == "log_not_found" => return None,
        other => other.unwrap(),
    };
    let checked = check(&reader, Some(&key())).unwrap();
    assert_eq!(checked.damages, []);
    assert_eq!(checked.root, Some(reader.root()));
    // The tree vouches for what is before the end.
    let end = reader.size().saturating_sub(900)..reader.size();
    assert!(reader.entries(end.clone()).map(Result::unwrap).eq(entries(end)));
    let anchor = medium.read(Path::new(ANCHOR), 65_536).unwrap().unwrap();
    assert!(Checkpoint::verify(&anchor, &key()).unwrap().size >= reader.size());
    Some(reader.size())
}

fn crash_everywhere(steps: &[u64], luck: &[Unsynced]) {
    let (new, old) = steps.split_last().unwrap();
    let medium = Arc::new(Power::new());
    for folder in ["/ledger", "/anchors"] {
        medium.create_folder(Path::new(folder)).unwrap();
    }
    medium.sync_folders(&[PathBuf::from("/")]).unwrap();
    old.iter().for_each(|size| grow(&medium, *size).unwrap());
    let before = medium.crash(Unsynced::Lost);
    let whole = Arc::new(before.copy(usize::MAX, Unsynced::Lost));
    grow(&whole, *new).unwrap();
    let count = whole.steps().len();
    assert!(count >= 9, "{:#?}", whole.steps());
    for (fails_at, luck) in (0..=count).flat_map(|n| luck.iter().map(move |luck| (n, *luck))) {
        let running = Arc::new(before.copy(fails_at, luck));
        let outcome = grow(&running, *new);
        assert_eq!(outcome.is_ok(), fails_at == count);
        let after = Arc::new(running.crash(luck));
        let context = format!("{steps:?}, power gone at step {fails_at}, {luck:?}");
        let size = sound_size(&after);
        let is_old = size == old.last().copied();
        assert!(size == Some(*new) || (is_old && outcome.is_err()), "{context}: {size:?}");
        match grow(&after, new + 3) {
            Err(error) if old.is_empty() && error.code() == "checkpoint_missing" => {
                let (writer, aside) =
                    ArchiveWriter::start_anew_on(after.clone(), Path::new(LOG)).unwrap();
                assert_eq!((writer.size(), aside.is_some()), (0, true));
                grow(&after, new + 3).unwrap();
            }
            other => other.unwrap(),
        }
        assert_eq!(sound_size(&Arc::new(after.crash(Unsynced::Lost))), Some(new + 3), "{context}");
    }
}

fn every_luck(seeds: u64) -> Vec<Unsynced> {
    let random = (1..=seeds).map(Unsynced::Some);
    [Unsynced::Lost, Unsynced::Kept].into_iter().chain(random).collect()
}

#[test]
fn a_first_publish_survives_a_power_cut_at_every_step() {
    crash_everywhere(&[1], &every_luck(12));
    crash_everywhere(&[300], &every_luck(4));
}

#[test]
fn one_more_entry_survives_a_power_cut_at_every_step() {
    for steps in [[3, 4], [255, 256], [256, 257]] {
        crash_everywhere(&steps, &every_luck(12));
    }
}

#[test]
fn many_entries_survive_a_power_cut_at_every_step() {
    crash_everywhere(&[250, 255, 800], &every_luck(3));
    crash_everywhere(&[100, 600, 512 + 256], &every_luck(3));
}

#[test]
fn a_new_level_of_the_tree_survives_a_power_cut_at_every_step() {
    crash_everywhere(&[65_500, 65_537], &[Unsynced::Some(1)]);
}

#[test]
fn tiles_written_ahead_of_a_publish_survive_a_power_cut() {
    // More than 64 bundles: some are written while entries are still being appended.
    let medium = Arc::new(Power::new());
    for folder in ["/ledger", "/anchors"] {
        medium.create_folder(Path::new(folder)).unwrap();
    }
    grow(&medium, 700).unwrap();
    let mut writer = ArchiveWriter::open_on(medium.clone(), Path::new(LOG)).unwrap();
    writer.append(&entries(700..20_000)).unwrap();
    let files = medium.list(Path::new("/ledger/log/tile/entries")).unwrap().unwrap();
    assert!(files.len() > 60, "{files:?}");
    for luck in every_luck(4) {
        let after = Arc::new(medium.crash(luck));
        medium.sync_folders(&[PathBuf::from("/")]).unwrap();
        let size = sound_size(&after);
        assert!(size.is_none() || size == Some(700), "{size:?}");
    }
    publish_at(&mut writer, 0).unwrap();
    assert_eq!(ArchiveReader::open_on(medium.clone(), Path::new(LOG)).unwrap().size(), 20_000);
}

#[test]
fn a_disk_that_fails_at_any_step_leaves_a_sound_log_and_a_clear_error() {
    let good = tempfile::tempdir().unwrap();
    super::log_of(good.path(), &[250]);
    for (os_error, code, stride) in [(28, "disk_full", 1), (30, "read_only", 3), (5, "io", 3)] {
        let mut failures = 0;
        for fails_at in (0..).step_by(stride) {
            let folder = tempfile::tempdir().unwrap();
            let log = folder.path().join("log");
            copy(good.path(), &log);
            let medium = Arc::new(Faulty::new(Arc::new(Disk), fails_at, os_error));
            let outcome = grow_once(medium.clone(), &log);
            let mut reader = ArchiveReader::open(&log).unwrap();
            if let Err(error) = outcome {
                failures += 1;
                assert_eq!((error.kind(), error.code()), (Kind::Io, code), "{error}");
                assert!(error.to_string().contains(log.to_str().unwrap()), "{error}");
                assert!([250, 600].contains(&reader.size()), "{}", reader.size());
                assert_eq!(check(&reader, Some(&key())).unwrap().damages, []);
                super::log_of(&log, &[600]);
                reader.refresh().unwrap();
            }
            assert_eq!(reader.size(), 600);
            assert_eq!(check(&reader, Some(&key())).unwrap().damages, []);
            if medium.steps() <= fails_at {
                break;
            }
        }
        assert!(failures > 24 / stride, "{failures}");
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn grow_once(medium: Arc<Faulty>, log: &Path) -> Result<()> {
    let mut writer = ArchiveWriter::open_on(medium, log)?;
    writer.append(&entries(250..600))?;
    let outcome = publish_at(&mut writer, 0);
    if let Err(first) = &outcome {
        let error = publish_at(&mut writer, 0).unwrap_err();
        let why = super::text(first, log);
        let why = why.lines().next().and_then(|line| line.split_once(": ")).unwrap().1.to_owned();
        assert_eq!(
            super::text(&error, log),
            format!(
                "archive_poisoned: an earlier write to LOG failed: {why}\n  \
                 next: open the ledger again; what was recorded is published then"
            )
        );
        assert_eq!(writer.append(&entries(600..601)).unwrap_err().code(), "archive_poisoned");
    }
    outcome.map(drop)
}

#[test]
fn an_anchor_that_cannot_be_written_stops_the_publish() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    super::log_of(&log, &[10]);
    let mut writer = ArchiveWriter::open(&log).unwrap();
    writer.append(&entries(10..20)).unwrap();
    let refuse = || Error::new(Kind::Break, "anchor_ahead", "the anchor is at a larger size");
    let error = writer.publish(&signer(), ORIGIN, 0, &mut |_| Err(refuse())).unwrap_err();
    assert_eq!(error.code(), "anchor_ahead");
    assert_eq!(ArchiveReader::open(&log).unwrap().size(), 10);
    super::log_of(&log, &[20]);
}
