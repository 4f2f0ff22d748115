//! Damage in sled's files.

use crate::{Filled, copy_folder, fill, filled, flip, folder, open};
use earmark::error::Kind;
use earmark::store::Store;
use std::path::Path;

fn check_damaged(at: &Path, filled: &Filled, case: &str) -> bool {
    let (mut store, opening) = open(at);
    let all = &filled.entries;
    let is_whole = match store.head() {
        Ok(head) => {
            assert_eq!(opening.differs, None, "{case}");
            assert!(
                head.size == all.len() as u64 || !opening.clean,
                "{case}: {} of {} entries, and called clean",
                head.size,
                all.len()
            );
            match store.read(0..u64::MAX) {
                Ok(entries) => {
                    assert_eq!(entries, all[..head.size as usize], "{case}");
                    entries.len() == all.len()
                }
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Break, "{case}: {error}");
                    false
                }
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), Kind::Break, "{case}: {error}");
            assert!(opening.differs.is_some(), "{case}");
            for refused in [store.read(0..1).map(drop), store.sync(), store.release(1)] {
                assert_eq!(refused.unwrap_err().code(), "store_differs", "{case}");
            }
            false
        }
    };
    for command in filled.commands.iter().filter(|_| opening.clean) {
        match store.command(command.id) {
            Ok(span) => {
                let first = span.map(|span| span.first);
                assert_eq!(first, Some(command.entries[0].index), "{case}: {}", command.id);
            }
            Err(error) => assert_eq!(error.kind(), Kind::Break, "{case}: {error}"),
        }
    }
    if let Ok(Some(snapshot)) = store.snapshot() {
        assert_eq!(snapshot.bytes, vec![7; 30_000], "{case}");
    }
    let copies = store.copies(0..u64::MAX).unwrap();
    for copy in &copies {
        for entry in &copy.entries {
            assert_eq!(Some(entry), all.get(entry.index as usize), "{case}: {}", copy.name);
        }
        let is_short = copy.entries.len() < all.len();
        // The durability log begins where the released entries end.
        if opening.clean && is_short && copy.name == "sled" {
            assert!(!copy.damage.is_empty(), "{case}: {} is short and says nothing", copy.name);
        }
    }
    store.rebuild(&mut filled.commands.iter().cloned().map(Ok)).unwrap();
    assert_eq!(store.read(0..u64::MAX).unwrap(), *all, "{case}");
    store.close().unwrap();
    drop(store);
    let (store, opening) = open(at);
    assert!(opening.clean, "{case}: {opening:?}");
    assert_eq!(store.read(0..u64::MAX).unwrap(), *all, "{case}");
    is_whole
}

/// Damages a copy of a closed store in one way after the other; gives how many stayed or were made
/// whole, where the durability log has everything and where it has only the end.
fn damage_each(name: &str, ways: usize, damage: impl Fn(&Path, usize)) -> (usize, usize) {
    let mut whole = [0, 0];
    for (count, release) in whole.iter_mut().zip([false, true]) {
        let filled = fill(&[1, 700, 700, 700, 1, 1, 33, 1, 900, 900, 1, 900, 900], true, release);
        for way in 0..ways {
            let at = folder();
            copy_folder(filled.at.path(), at.path());
            damage(at.path(), way);
            if check_damaged(at.path(), &filled, &format!("{name} {way}, released: {release}")) {
                *count += 1;
            }
        }
    }
    whole.into()
}

#[test]
fn flipped_bytes_all_over_sled() {
    let whole = damage_each("flip of 3 bytes", 150, |at, way| {
        let path = at.join("db/db");
        let length = std::fs::metadata(&path).unwrap().len() as usize;
        flip(&path, way * length / 150, 3);
    });
    assert!(whole.1 < 150, "no flip was noticed");
}

#[test]
fn flipped_sectors_all_over_sled() {
    let whole = damage_each("flip of a sector", 60, |at, way| {
        let path = at.join("db/db");
        let length = std::fs::metadata(&path).unwrap().len() as usize;
        flip(&path, way * length / 60, 512);
    });
    assert!(whole.1 < 60, "no flip was noticed");
}

#[test]
fn a_shortened_or_missing_database() {
    let whole = damage_each("cut", 24, |at, way| {
        let path = at.join("db/db");
        let length = std::fs::metadata(&path).unwrap().len();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_len(way as u64 * length / 24).unwrap();
    });
    assert!(whole.1 < 24, "no cut was noticed");
    let whole = damage_each("no file", 1, |at, _| std::fs::remove_file(at.join("db/db")).unwrap());
    assert_eq!(whole.1, 0);
    let whole =
        damage_each("no folder", 1, |at, _| std::fs::remove_dir_all(at.join("db")).unwrap());
    assert_eq!(whole, (1, 0));
}

#[test]
fn damaged_small_files_of_sled() {
    for small in ["conf", "snap."] {
        let find = |at: &Path| {
            let mut paths = std::fs::read_dir(at.join("db")).unwrap().map(|f| f.unwrap().path());
            paths.find(|p| p.file_name().unwrap().to_string_lossy().starts_with(small))
        };
        damage_each(small, 24, |at, way| {
            let Some(path) = find(at) else { return };
            let length = std::fs::metadata(&path).unwrap().len() as usize;
            flip(&path, way * length / 24, 1);
        });
        damage_each(small, 1, |at, _| {
            if let Some(path) = find(at) {
                std::fs::remove_file(path).unwrap();
            }
        });
    }
}

#[test]
fn a_half_made_snapshot_of_sled_is_removed_and_said() {
    let filled = filled(&[3], true);
    let at = filled.at.path();
    std::fs::write(at.join("db/snap.0000000000000042.generating"), b"half").unwrap();
    let (store, opening) = open(at);
    assert!(opening.clean);
    assert_eq!(
        opening.notes,
        ["removed snap.0000000000000042.generating, which a crash of sled's opening left behind"]
    );
    assert_eq!(store.head().unwrap().size, 3);
}
