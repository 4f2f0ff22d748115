//! Every file of a log missing, cut, flipped, or replaced by an older one: `verify` names the file.

use crate::book::{Log, import, log_key, pay, start, trusted, verify_log};
use crate::both::verify;
use crate::house::{House, copy_folder};
use earmark::chain::signature::SeedSigner;
use earmark::error::Kind;
use earmark::verify::{Report, Tier};
use std::path::{Path, PathBuf};

/// Two full bundles and tiles, partial ones on two levels, and stale partial ones; with a copy of the
/// log as it was at each publish.
struct Logs {
    log: Log,
    older: Vec<Log>,
}

fn logs() -> Logs {
    let house = House::new();
    let mut ledger = start(&house);
    let mut taken = Vec::new();
    let take = || {
        let log = Log::new();
        copy_folder(&house.ledger_folder().join("log"), &log.path());
        log
    };
    pay(&house, &mut ledger, 3);
    taken.push(take());
    import(&house, &mut ledger, (1, 240, 1));
    taken.push(take());
    import(&house, &mut ledger, (2, 200, 1));
    taken.push(take());
    pay(&house, &mut ledger, 2);
    taken.push(take());
    assert_eq!(ledger.head().size, 650);
    let log = taken.pop().unwrap();
    Logs { log, older: taken }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let file = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.push(file);
            }
        }
    }
    found.sort();
    found.retain(|file| !file.starts_with('.'));
    found
}

/// The report, or the file that an error names where the log does not even open.
fn names(log: &Log) -> Result<Report, String> {
    match verify(&log.path(), &Tier::ALL, &trusted()) {
        Ok(report) => Ok(report),
        Err(error) => {
            assert!(matches!(error.kind(), Kind::Break | Kind::NotFound), "{error:?}");
            Err(error.to_string())
        }
    }
}

/// The file is named, by a fault of the tier `log`, or as the place of the first bad entry.
#[track_caller]
fn check(log: &Log, file: &str, what: &str) {
    match names(log) {
        Err(text) => assert!(file == "checkpoint" && text.contains("checkpoint"), "{what}: {text}"),
        Ok(report) => {
            assert!(!report.is_whole(), "{what} is not seen");
            let named = report.faults.iter().filter(|fault| fault.tier == Tier::Log);
            let named: Vec<_> = named.filter_map(|fault| fault.file.as_deref()).collect();
            assert!(named.contains(&file), "{what}: {:#?}", report.faults);
            assert!(report.faults.iter().all(|fault| !fault.likely.is_empty()), "{what}");
        }
    }
}

#[test]
fn a_damaged_file_is_named() {
    let Logs { log, older } = logs();
    assert!(log.verify().is_verified());
    let files = files(&log.path());
    for wanted in ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/138", "tile/1/000.p/2"] {
        assert!(files.iter().any(|file| file == wanted), "{files:?}");
    }
    let needed = |file: &str| {
        !file.contains(".p/") || file.contains("002.p/138") || file.contains("tile/1/000.p/2")
    };
    for file in &files {
        let path = log.path().join(file);
        let good = std::fs::read(&path).unwrap();
        let put = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
        if needed(file) {
            std::fs::remove_file(&path).unwrap();
            check(&log, file, &format!("{file} missing"));
        }
        for cut in [1, 32, good.len() / 2, good.len()] {
            put(&good[..good.len() - cut]);
            check(&log, file, &format!("{file} cut by {cut} bytes"));
        }
        put(&[&good[..], &[0]].concat());
        check(&log, file, &format!("{file} with one byte more"));
        let step = (good.len() / 40).max(1);
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            put(&bad);
            check(&log, file, &format!("bit of byte {at} of {file} flipped"));
        }
        for (number, old) in older.iter().enumerate() {
            // The same place in the log, as it was: a partial tile of it, or an older checkpoint.
            let place = file.split(".p/").next().unwrap();
            for older_file in crate::files::files(&old.path()) {
                let same = older_file.split(".p/").next() == Some(place);
                let bytes = std::fs::read(old.path().join(&older_file)).unwrap();
                if same && file != "checkpoint" && bytes != good {
                    put(&bytes);
                    let what = format!("{file} replaced by {older_file} of log {number}");
                    check(&log, file, &what);
                }
            }
        }
        put(&good);
        assert!(log.verify().is_verified());
    }
}

#[test]
fn two_files_exchanged_are_both_named() {
    let Logs { log, .. } = logs();
    for (one, other) in [("tile/entries/000", "tile/entries/001"), ("tile/0/000", "tile/0/001")] {
        let (a, b) = (log.path().join(one), log.path().join(other));
        let swap = || {
            let (first, second) = (std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
            std::fs::write(&a, second).unwrap();
            std::fs::write(&b, first).unwrap();
        };
        swap();
        check(&log, one, &format!("{one} and {other} exchanged"));
        check(&log, other, &format!("{one} and {other} exchanged"));
        swap();
    }
    assert!(log.verify().is_verified());
}

#[test]
fn a_checkpoint_of_another_key_or_of_other_entries_is_named() {
    let Logs { log, older } = logs();
    let path = log.path().join("checkpoint");
    let good = std::fs::read(&path).unwrap();
    let checkpoint = earmark::tlog::checkpoint::Checkpoint::read(&good).unwrap();
    let stranger = SeedSigner::new(&[99; 32]);
    std::fs::write(&path, checkpoint.sign(&stranger).unwrap()).unwrap();
    check(&log, "checkpoint", "a checkpoint signed by a stranger");
    let other_root = earmark::tlog::checkpoint::Checkpoint {
        root: earmark::tlog::tree::leaf_hash(b"other"),
        ..checkpoint.clone()
    };
    std::fs::write(&path, other_root.sign(&log_key()).unwrap()).unwrap();
    check(&log, "checkpoint", "a checkpoint of another root");
    let larger = earmark::tlog::checkpoint::Checkpoint { size: 700, ..checkpoint };
    std::fs::write(&path, larger.sign(&log_key()).unwrap()).unwrap();
    let report = log.verify();
    assert!(!report.is_whole() && report.size == 700);

    // An older checkpoint is the whole truth of an earlier time; that it is old shows only against
    // an anchor or a later checkpoint from outside (see `claims`).
    let old = older.last().unwrap();
    std::fs::copy(old.path().join("checkpoint"), &path).unwrap();
    let report = log.verify();
    assert!(report.is_verified() && report.size == 648, "{:#?}", report.faults);
    assert_eq!(verify_log(&old.path(), None).root, report.root);
}
