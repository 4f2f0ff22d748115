//! Damage in the durability log, and what it keeps.

use crate::{copy_folder, filled, flip, folder, frame_at, open, segments};
use earmark::store::Store;
use earmark::store::conformance::Maker;
use earmark::store::sled::SledStore;
use tempfile::TempDir;

#[test]
fn a_torn_end_is_ignored_and_said() {
    let filled = filled(&[1, 2, 3], false);
    let segment = segments(filled.at.path()).pop().unwrap();
    let end = frame_at(&segment, 3);
    let mut bytes = std::fs::read(&segment).unwrap();
    let (first, length) = (frame_at(&segment, 2), end - frame_at(&segment, 2));
    let copy = bytes[first..first + length / 2].to_vec();
    bytes[end..end + copy.len()].copy_from_slice(&copy);
    std::fs::write(&segment, bytes).unwrap();
    let (mut store, opening) = open(filled.at.path());
    assert_eq!(opening.differs, None);
    assert_eq!(
        opening.notes,
        [
            format!(
                "segment 1 of the durability log ends in an append that was cut short at byte {end} \
                 and never acknowledged; it is ignored"
            ),
            "completed sled's copy with 6 entries of the durability log".to_owned(),
        ]
    );
    assert_eq!(store.read(0..9).unwrap(), filled.entries);
    let head = store.head().unwrap();
    let mut maker = Maker::new(5);
    for count in [1, 2, 3] {
        maker.command(count, 100);
    }
    store.append(head, &[maker.command(4, 100)]).unwrap();
    drop(store);
    let (store, opening) = open(filled.at.path());
    assert_eq!(opening.differs, None, "{opening:?}");
    assert_eq!(store.head().unwrap(), maker.head());
    assert_eq!(segments(filled.at.path()).len(), 2, "a torn end is never written over");
}

#[test]
fn damage_in_the_durability_log_is_reported_with_what_stands_before_and_after() {
    let filled = filled(&[2, 3, 4, 5], false);
    let at = filled.at.path();
    let segment = segments(at).pop().unwrap();
    let (first, next) = (frame_at(&segment, 1), frame_at(&segment, 2));
    flip(&segment, first + 100, 1);
    let (mut store, opening) = open(at);
    let h = |index: usize| filled.entries[index].hash;
    let expected = format!(
        "sled's copy ends with 2 entries and hash {}, the durability log has entries 5 to 8 after {}",
        h(1),
        h(4)
    );
    assert_eq!(opening.differs, Some(expected.clone()));
    assert_eq!(
        opening.notes[0],
        format!(
            "the durability log is broken in segment 1 from byte {first} to {next}: expected entry 2 \
             after {}, found entry 5 after {}",
            h(1),
            h(4)
        )
    );
    assert_eq!(
        store.head().unwrap_err().to_string(),
        format!(
            "store_differs: the store needs recovery: {expected}\n  next: open the ledger with its \
             log/ folder in place: what verifies in the durability log and the archive is kept, and \
             sled's copy is rebuilt from it"
        )
    );
    let copies = store.copies(0..u64::MAX).unwrap();
    let indexes = |copy: usize| copies[copy].entries.iter().map(|e| e.index).collect::<Vec<_>>();
    assert_eq!((copies[0].name, copies[1].name), ("sled", "durability log"));
    assert_eq!(indexes(0), [0, 1]);
    assert_eq!(indexes(1), [0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    assert_eq!(copies[1].damage, [opening.notes[0].clone()]);
    // In parts: the damage belongs to the part that lacks entries.
    assert_eq!(store.copies(0..2).unwrap()[1].damage, Vec::<String>::new());
    assert_eq!(store.copies(2..9).unwrap()[1].damage.len(), 1);
    let moved = store.rebuild(&mut filled.commands.iter().cloned().map(Ok)).unwrap();
    assert_eq!(
        moved,
        format!(
            "moved the old files of the store to db.quarantine-1 and wal.quarantine-1 in {}, and \
             rebuilt it",
            at.display()
        )
    );
    assert!(at.join("wal.quarantine-1/00000000000000000001").exists());
    assert_eq!(store.read(0..99).unwrap(), filled.entries);
}

#[test]
fn damage_in_the_durability_log_below_sled_is_reported_and_harmless() {
    let filled = filled(&[2, 3, 4, 5], true);
    let segment = segments(filled.at.path()).pop().unwrap();
    flip(&segment, frame_at(&segment, 2) + 4, 8);
    let (store, opening) = open(filled.at.path());
    assert!(!opening.clean, "{opening:?}");
    assert_eq!(opening.differs, None);
    assert_eq!(opening.notes.len(), 1, "{opening:?}");
    assert_eq!(store.read(0..99).unwrap(), filled.entries);
    let copies = store.copies(0..99).unwrap();
    assert_eq!((copies[0].damage.len(), copies[1].damage.len()), (0, 1));
    assert_eq!((copies[0].entries.len(), copies[1].entries.len()), (14, 10));
}

#[test]
fn every_flip_in_the_durability_log_leaves_only_true_entries() {
    let sizes = [1, 2, 1, 3, 1];
    let source = filled(&sizes, true);
    let segment = segments(source.at.path()).pop().unwrap();
    let used = frame_at(&segment, sizes.len());
    for position in (0..used).step_by(7) {
        let at = folder();
        copy_folder(source.at.path(), at.path());
        flip(&at.path().join("wal").join(segment.file_name().unwrap()), position, 1);
        let header = (12..16).contains(&position);
        let (store, opening) = open(at.path());
        assert!(!opening.clean || header, "byte {position}");
        assert_eq!(opening.differs, None, "byte {position}: sled has everything");
        assert_eq!(store.read(0..99).unwrap(), source.entries);
        for copy in store.copies(0..99).unwrap() {
            assert!(copy.entries.iter().all(|e| source.entries[e.index as usize] == *e));
        }
    }
}

#[test]
fn a_durability_log_of_another_chain_is_a_difference() {
    let ours = filled(&[2, 3], true);
    let at = ours.at.path();
    for longer in [true, false] {
        let other = filled_with(6, if longer { &[4, 4] } else { &[4] });
        let mixed = folder();
        copy_folder(&at.join("db"), &mixed.path().join("db"));
        copy_folder(&other.path().join("wal"), &mixed.path().join("wal"));
        let (_, opening) = open(mixed.path());
        assert!(!opening.clean);
        let words = opening.differs.unwrap();
        let expected = if longer { "sled's copy ends with 5 entries" } else { "entry 3 is " };
        assert!(words.starts_with(expected), "{words}");
    }
}

fn filled_with(salt: u64, sizes: &[u16]) -> TempDir {
    let at = folder();
    let (mut store, _) = open(at.path());
    let mut maker = Maker::new(salt);
    for count in sizes {
        store.append(store.head().unwrap(), &[maker.command(*count, 100)]).unwrap();
    }
    at
}

#[test]
fn without_sled_the_durability_log_alone_gives_everything_that_was_not_released() {
    let filled = filled(&[5, 1_000, 1_000, 7], false);
    std::fs::remove_dir_all(filled.at.path().join("db")).unwrap();
    let (store, opening) = open(filled.at.path());
    assert_eq!(opening.differs, None);
    assert_eq!(opening.notes, ["completed sled's copy with 2012 entries of the durability log"]);
    assert_eq!(store.read(0..u64::MAX).unwrap(), filled.entries);
    for command in &filled.commands {
        let first = command.entries[0].index;
        assert_eq!(store.command(command.id).unwrap().unwrap().first, first);
    }
}

#[test]
fn segments_are_used_again_only_when_released() {
    let at = folder();
    let (mut store, _) = open(at.path());
    let mut maker = Maker::new(8);
    let mut fill = |store: &mut SledStore| {
        for _ in 0..10 {
            store.append(store.head().unwrap(), &[maker.command(200, 100)]).unwrap();
        }
    };
    fill(&mut store);
    assert_eq!(segments(at.path()).len(), 10, "nothing was released");
    store.sync().unwrap();
    store.release(1_000).unwrap();
    let kept = segments(at.path());
    assert_eq!(kept.len(), 7, "three of the five released segments go: {kept:?}");
    fill(&mut store);
    assert_eq!(segments(at.path()).len(), 15, "two were used again");
    store.release(u64::MAX).unwrap();
    assert_eq!(segments(at.path()).len(), 3, "the one being written and two for later");
    let copies = store.copies(0..u64::MAX).unwrap();
    assert_eq!((copies[1].entries.len(), copies[1].damage.len()), (600, 0));
    drop(store);
    let (store, opening) = open(at.path());
    assert_eq!(opening.differs, None, "{opening:?}");
    assert_eq!(store.head().unwrap().size, 4_000);
}
