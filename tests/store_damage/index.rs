//! Damage in the index of command ids: an id that was appended is found where it stands, or the look-up
//! fails and the next opening looks at everything. Never "no such command".

use crate::raw::with_sled;
use crate::{Filled, copy_folder, fill, folder, open};
use earmark::chain::entry::Head;
use earmark::error::Kind;
use earmark::store::Store;
use earmark::store::conformance::Maker;
use std::path::Path;

/// A copy of a closed store, changed in sled alone: its mark of a clean end stands.
fn changed(filled: &Filled, change: impl FnOnce(&::sled::Db)) -> tempfile::TempDir {
    let at = folder();
    copy_folder(filled.at.path(), at.path());
    with_sled(at.path(), change);
    at
}

/// Every id is found where it is or the look-up fails; gives how many failed.
fn look_up_all(at: &Path, filled: &Filled, case: &str) -> usize {
    let (mut store, opening) = open(at);
    let mut failed = 0;
    for command in &filled.commands {
        match store.command(command.id) {
            Ok(span) => {
                let span = span.unwrap_or_else(|| panic!("{case}: {} is lost", command.id));
                assert_eq!(span.first, command.entries[0].index, "{case}: {}", command.id);
                assert_eq!(usize::from(span.count), command.entries.len(), "{case}");
            }
            Err(error) => {
                assert_eq!(error.kind(), Kind::Break, "{case}: {error}");
                failed += 1;
            }
        }
    }
    store.close().unwrap();
    drop(store);
    if failed > 0 {
        let (store, again) = open(at);
        assert!(!again.clean, "{case}: called clean after {failed} look-ups failed");
        let damage = store.copies(0..u64::MAX).unwrap().remove(0).damage;
        assert!(!damage.is_empty() || opening.differs.is_some(), "{case}: recovery sees nothing");
    }
    failed
}

fn key_of(id: &[u8; 16]) -> Vec<u8> {
    [&[0x20][..], id].concat()
}

fn small() -> Filled {
    fill(&[1, 2, 1, 1, 40, 1, 1, 1, 3, 1, 1, 1], true, false)
}

#[test]
fn a_key_that_is_removed_is_missed() {
    let filled = small();
    for command in &filled.commands {
        let at = changed(&filled, |db| drop(db.remove(key_of(&command.id.0)).unwrap().unwrap()));
        assert_eq!(look_up_all(at.path(), &filled, &format!("removed {}", command.id)), 1);
    }
}

#[test]
fn a_key_that_says_something_else_is_not_believed() {
    let filled = small();
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 6] = [
        ("another entry", |value| value[0] ^= 1),
        ("far away", |value| value[7] = 0x7f),
        ("another count", |value| value[8] ^= 1),
        ("short", |value| value.truncate(9)),
        ("long", |value| value.push(0)),
        ("empty", Vec::clear),
    ];
    for command in &filled.commands {
        for (name, change) in changes {
            let key = key_of(&command.id.0);
            let at = changed(&filled, |db| {
                let mut value = db.get(&key).unwrap().unwrap().to_vec();
                change(&mut value);
                db.insert(&key, value).unwrap();
            });
            assert!(look_up_all(at.path(), &filled, name) > 0, "{name}");
        }
    }
}

#[test]
fn a_key_that_moved_is_missed_where_it_was_and_not_believed_where_it_is() {
    let filled = small();
    let stranger = Maker::new(77).command(1, 10).id;
    for (number, command) in filled.commands.iter().enumerate() {
        let key = key_of(&command.id.0);
        let near = {
            let mut id = command.id.0;
            id[15] ^= 1;
            id
        };
        for id in [stranger.0, near] {
            let at = changed(&filled, |db| {
                let value = db.remove(&key).unwrap().unwrap();
                db.insert(key_of(&id), value).unwrap();
            });
            let (store, _) = open(at.path());
            let found = store.command(earmark::chain::entry::CommandId(id));
            assert_eq!(found.unwrap_err().kind(), Kind::Break, "{number}");
            drop(store);
            look_up_all(at.path(), &filled, "moved");
        }
        // The values of two keys change places.
        let other = key_of(&filled.commands[(number + 1) % filled.commands.len()].id.0);
        let at = changed(&filled, |db| {
            let (one, two) = (db.get(&key).unwrap().unwrap(), db.get(&other).unwrap().unwrap());
            db.insert(&key, two).unwrap();
            db.insert(&other, one).unwrap();
        });
        assert_eq!(look_up_all(at.path(), &filled, "exchanged"), 2);
    }
}

#[test]
fn sums_and_head_are_checked_before_they_are_believed() {
    let filled = small();
    let keys: Vec<Vec<u8>> = {
        let at = changed(&filled, |_| {});
        with_sled(at.path(), |db| {
            let all = db.iter().keys().map(|key| key.unwrap().to_vec());
            all.filter(|key| matches!(key[0], 0x21 | 0x40)).collect()
        })
    };
    assert!(keys.len() > 5, "{keys:?}");
    for key in keys {
        for way in 0..4 {
            let at = changed(&filled, |db| {
                let mut value = db.get(&key).unwrap().unwrap().to_vec();
                let middle = value.len() / 2;
                match way {
                    0 => value[middle] ^= 4,
                    1 => value.truncate(middle),
                    2 => value.clear(),
                    _ => return drop(db.remove(&key).unwrap()),
                }
                db.insert(&key, value).unwrap();
            });
            let (_, opening) = open(at.path());
            assert!(!opening.clean && opening.differs.is_some(), "{key:?} {way}: {opening:?}");
        }
    }
}

/// What a database of the first version has: no sums, and a head without their root.
fn as_version_1(db: &::sled::Db, head: Head) {
    for number in 0..=63_u8 {
        db.remove([0x21, number]).unwrap();
    }
    db.insert([0x40], [&head.size.to_le_bytes()[..], &head.hash.0].concat()).unwrap();
}

#[test]
fn a_database_of_the_first_version_is_given_its_sums_once() {
    let filled = small();
    let last = filled.entries.last().unwrap();
    let head = Head { size: last.index + 1, hash: last.hash };
    let lost = filled.commands[3].id;
    for loses in [false, true] {
        let at = changed(&filled, |db| {
            as_version_1(db, head);
            if loses {
                db.remove(key_of(&lost.0)).unwrap().unwrap();
                db.insert(key_of(&[9; 16]), &[0; 10]).unwrap();
            }
        });
        let (mut store, opening) = open(at.path());
        assert_eq!((opening.clean, &opening.differs), (true, &None), "{opening:?}");
        assert_eq!(opening.notes.len(), 1, "{opening:?}");
        store.close().unwrap();
        drop(store);
        assert_eq!(look_up_all(at.path(), &filled, "version 1"), 0);
        let (mut store, opening) = open(at.path());
        assert_eq!((opening.clean, opening.notes.len()), (true, 0), "{opening:?}");
        let stray = earmark::chain::entry::CommandId([9; 16]);
        assert_eq!(store.command(stray).unwrap(), None);
        assert_eq!(store.copies(0..u64::MAX).unwrap()[0].damage, Vec::<String>::new());
        let mut maker = Maker::new(5);
        filled
            .commands
            .iter()
            .for_each(|command| drop(maker.command(command.entries.len() as u16, 100)));
        store.append(head, &[maker.command(2, 10)]).unwrap();
        store.close().unwrap();
    }
}
