//! The sled engine: entries in sled's pages behind a durability log, because sled's own `flush` does
//! not reach the disk (measured; schemas/storage.md has every byte).
//!
//! * `wal`, `frame`, `mark`, `sound`: the durability log, the commit point of an append; where it ended cleanly, and
//!   where all copies were one.
//! * `engine`: sled itself, its panics `caught` and its flushes followed by a sync; `warm`: what it reads as it opens is
//!   read before.
//! * `page`, `pages`, `head`, `index`, `snapshot`: keys and values.
//! * `live`, `tail`: a store at work; sled follows the durability log.
//! * `open`, `rebuild`: opening after any end, and starting afresh.
//!
//! A single append costs one write and one `fdatasync`; sled takes entries in batches. The store is
//! open in one program at a time. It repairs nothing by itself beyond completing sled from the durability
//! log: which of several copies is right needs signatures, and those are the ledger's to check.

mod caught;
mod engine;
mod frame;
mod head;
mod index;
mod live;
mod mark;
mod open;
mod page;
mod pages;
mod rebuild;
mod snapshot;
mod sound;
mod tail;
mod wal;
mod warm;
mod watch;

use self::engine::Engine;
use self::live::Live;
use self::wal::Wal;
use super::medium::{Disk, Medium};
use super::{Appended, Copy, Opening, Part, Parts, Snapshot, Span, Store};
use crate::chain::entry::{CommandId, Head, Sealed, SealedCommand};
use crate::error::{Error, Kind, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of sled's folder.
const DB: &str = "db";
/// Name of the durability log's folder.
const WAL: &str = "wal";

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Length of a new segment of the durability log in bytes; a longer frame makes a longer segment.
    pub segment_bytes: u64,
    /// The file operations; tests put faults here.
    pub medium: Arc<dyn Medium>,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: 4 << 20, medium: Arc::new(Disk) }
    }
}

/// A store on sled and a durability log, in a ledger's folder.
///
/// sled answers damage with panics, which are caught here. So that they print nothing, the first store
/// of a process puts a panic hook in front of the one that is there, which is called for every other panic.
/// Letting go of a store waits, for at most two seconds, until sled's threads have given up their lock.
#[derive(Debug)]
pub struct SledStore {
    folder: PathBuf,
    options: Options,
    state: State,
}

#[derive(Debug)]
enum State {
    Open(Box<Live>),
    Broken(Box<Broken>),
    Closed,
}

/// Copies that do not fit together, or a sled that does not open.
#[derive(Debug)]
struct Broken {
    words: String,
    engine: Option<Arc<Engine>>,
    wal: Wal,
}

impl SledStore {
    /// Opens the store in `db/` and `wal/` of the ledger's folder, which exists; makes it if there is none.
    ///
    /// # Errors
    /// `Kind::Locked` when it is open already; `Kind::Io` when the folder cannot be read, written or
    /// synced. Damage is no error here: see [`Opening::differs`].
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Opening)> {
        let (state, opening) = open::open(folder, &options)?;
        Ok((Self { folder: folder.to_owned(), options, state }, opening))
    }

    fn live(&self) -> Result<&Live> {
        match &self.state {
            State::Open(live) => Ok(live),
            State::Broken(broken) => Err(differs(&broken.words)),
            State::Closed => Err(closed()),
        }
    }

    fn live_mut(&mut self) -> Result<&mut Live> {
        match &mut self.state {
            State::Open(live) => Ok(live),
            State::Broken(broken) => Err(differs(&broken.words)),
            State::Closed => Err(closed()),
        }
    }
}

/// The entries that the bytes of a segment of the durability log hold (schemas/storage.md §2): those
/// up to its end, then those of frames beyond damage. Nothing says that they verify.
#[must_use]
pub fn segment_entries(bytes: &[u8], generation: u64) -> Vec<Sealed> {
    let scan = frame::scan(bytes, generation, true);
    scan.frames.iter().chain(&scan.strays).flat_map(frame::Frame::entries).collect()
}

fn differs(words: &str) -> Error {
    Error::new(Kind::Break, "store_differs", format!("the store needs recovery: {words}"))
        .with_hint(
            "open the ledger with its log/ folder in place: what verifies in the durability log and \
             the archive is kept, and sled's copy is rebuilt from it",
        )
}

fn unread_back(words: &str) -> Error {
    let message = format!("the store was written anew, and cannot be read back: {words}");
    Error::new(Kind::Io, "store_unread_back", message).with_hint(
        "nothing is lost: run the command again, and look at the disk where it says so twice",
    )
}

fn closed() -> Error {
    Error::new(Kind::Io, "store_closed", "the store was closed").with_hint("open the ledger again")
}

impl Store for SledStore {
    fn head(&self) -> Result<Head> {
        Ok(self.live()?.head())
    }

    fn append(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        self.live_mut()?.append(expected, commands)
    }

    fn complete(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        // Whoever asks next asks sled, which has every id at its first place.
        let live = self.live_mut()?;
        let outcome = live.complete(expected, commands)?;
        live.sync()?;
        Ok(outcome)
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        self.live()?.read(range)
    }

    fn command(&self, id: CommandId) -> Result<Option<Span>> {
        self.live()?.command(id)
    }

    fn snapshot(&self) -> Result<Option<Snapshot>> {
        self.live()?.snapshot()
    }

    fn parts(&self) -> Result<Arc<dyn Parts>> {
        Ok(self.live()?.parts())
    }

    fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
        self.live_mut()?.put_snapshot(snapshot, parts)
    }

    fn forget_snapshot(&mut self) -> Result<()> {
        self.live_mut()?.forget_snapshot()
    }

    fn sync(&mut self) -> Result<()> {
        self.live_mut()?.sync()
    }

    fn release(&mut self, published: u64) -> Result<()> {
        self.live_mut()?.release(published)
    }

    fn next_held(&self, from: u64) -> Result<Option<u64>> {
        let (engine, wal, head) = match &self.state {
            State::Open(live) => (Some(live.engine()), live.wal(), live.head().size),
            State::Broken(broken) => (broken.engine.as_deref(), &broken.wal, 0),
            State::Closed => return Err(closed()),
        };
        // What waits for sled to take it is in the durability log.
        let ours = (from < head).then_some(from);
        let paged = engine.map(|engine| pages::next_held(engine, from)).transpose()?.flatten();
        Ok([ours, paged, wal.next_held(from)?].into_iter().flatten().min())
    }

    fn copies(&self, range: Range<u64>) -> Result<Vec<Copy>> {
        let mut ours = Copy { name: "sled", entries: Vec::new(), damage: Vec::new() };
        let mut log = Copy { name: "durability log", entries: Vec::new(), damage: Vec::new() };
        let (engine, wal, head) = match &self.state {
            State::Open(live) => (Some(live.engine()), live.wal(), Some(live.head().size)),
            State::Broken(broken) => {
                ours.damage.push(broken.words.clone());
                (broken.engine.as_deref(), &broken.wal, None)
            }
            State::Closed => return Err(closed()),
        };
        if let Some(engine) = engine {
            let Copy { entries, damage, .. } = &mut ours;
            match &self.state {
                State::Open(live) => {
                    pages::survey(engine, Some(&live.index()), &range, entries, damage)?;
                }
                State::Broken(_) | State::Closed => {
                    let index = match head::load_index(engine) {
                        Ok(index) => index,
                        Err(error) => {
                            damage.push(pages::words_of_damage(error)?);
                            None
                        }
                    };
                    pages::survey(engine, index.as_ref(), &range, entries, damage)?;
                }
            }
        }
        wal.collect(&range, head, &mut log.entries, &mut log.damage)?;
        Ok(vec![ours, log])
    }

    fn rebuild(
        &mut self,
        commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
    ) -> Result<String> {
        if matches!(self.state, State::Closed) {
            return Err(closed());
        }
        rebuild::build(&self.folder, &self.options, commands)?;
        self.state = State::Closed;
        let moved = rebuild::finish(self.options.medium.as_ref(), &self.folder)?;
        let (state, opening) = open::open(&self.folder, &self.options)?;
        self.state = state;
        match opening.differs {
            // It was written a moment ago, from what verified: the machine does not give back what it took.
            Some(words) => Err(unread_back(&words)),
            None => Ok(moved.concat()),
        }
    }

    fn distrust(&self) -> Result<()> {
        match &self.state {
            State::Open(live) => live.distrust(),
            State::Broken(_) => Ok(()),
            State::Closed => Err(closed()),
        }
    }

    fn close(&mut self) -> Result<()> {
        let outcome = match &mut self.state {
            State::Open(live) => live.mark_clean(),
            State::Broken(_) | State::Closed => Ok(()),
        };
        self.state = State::Closed;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::Maker;

    type Pair = (Vec<u8>, Vec<u8>);

    /// The pages of sums over these keys and values that are not empty, and the root over all.
    fn sums_over(commands: &[Pair]) -> (Vec<Pair>, [u8; 32]) {
        let hash = |bytes: &[u8]| crate::chain::hash::plain(bytes).0;
        let page = |number: u8| {
            let mut value = vec![1];
            for bucket in (0..4_096_u16).filter(|bucket| bucket >> 6 == u16::from(number)) {
                let within = commands.iter().filter(|(key, _)| {
                    ((u16::from(key[1]) << 4) | (u16::from(key[2]) >> 4)) == bucket
                });
                let first_16 = |(key, value): &Pair| {
                    let all = hash(&[&key[1..], value].concat());
                    u128::from_le_bytes(all[..16].try_into().unwrap())
                };
                let hashes: Vec<u128> = within.map(first_16).collect();
                value.extend(u32::try_from(hashes.len()).unwrap().to_le_bytes());
                value.extend(hashes.into_iter().fold(0, u128::wrapping_add).to_le_bytes());
            }
            value
        };
        let root = hash(&(0..64).flat_map(|number| hash(&page(number))).collect::<Vec<_>>());
        let mut written: Vec<u8> = commands.iter().map(|(key, _)| key[1] >> 2).collect();
        written.dedup();
        let pages = written.into_iter().map(|number| {
            let (key, mut value) = (vec![0x21, number], page(number));
            value.extend(crc32c::crc32c(&[&key[..], &value].concat()).to_le_bytes());
            (key, value)
        });
        (pages.collect(), root)
    }

    /// What schemas/storage.md §4 says, put together by hand.
    #[test]
    fn keys_and_values_are_laid_out_as_the_schema_says() {
        let folder = tempfile::tempdir().unwrap();
        let mut maker = Maker::new(1);
        let (first, second) = (maker.command(31, 10), maker.command(2, 10));
        let (mut store, _) = SledStore::open(folder.path(), Options::default()).unwrap();
        store.append(Head::default(), &[first.clone(), second.clone()]).unwrap();
        let snapshot = Snapshot::new(maker.head(), vec![5; 7_681], |_| [9; 64]);
        let kept = [(7, false, vec![7; 7_682]), (1 << 40, true, vec![8])]
            .map(|(number, is_second, bytes)| Part { number, is_second, bytes });
        store.put_snapshot(&snapshot, &kept).unwrap();
        store.put_snapshot(&snapshot, &[]).unwrap();
        store.close().unwrap();

        let page = |index: u64, entries: &[Sealed]| {
            let key = [&[0x30][..], &index.to_be_bytes()].concat();
            let mut value = vec![1, u8::try_from(entries.len()).unwrap()];
            for entry in entries {
                value.extend(u16::try_from(entry.bytes.len()).unwrap().to_le_bytes());
                value.extend(&entry.bytes);
            }
            let checksum = crc32c::crc32c(&[&key[..], &value].concat());
            value.extend(checksum.to_le_bytes());
            (key, value)
        };
        let command = |command: &SealedCommand, first: u64, count: u16| {
            let key = [&[0x20][..], &command.id.0].concat();
            (key, [&first.to_le_bytes()[..], &count.to_le_bytes()].concat())
        };
        let piece = |part: u64, place: u8, piece: u32, bytes: Vec<u8>| {
            let key = [&[0x12][..], &part.to_be_bytes(), &[place], &piece.to_be_bytes()].concat();
            (key, bytes)
        };
        let place = [&33_u64.to_le_bytes()[..], &maker.head().hash.0].concat();
        let mut pointer = [&[3, 1][..], &place, &7_681_u32.to_le_bytes()].concat();
        pointer.extend(crate::chain::hash::state_part(&[5; 7_681]).0);
        pointer.extend([9; 64]);
        let mut commands = [command(&first, 0, 31), command(&second, 31, 2)];
        commands.sort();
        let (sums, root) = sums_over(&commands);
        let mut head = [&[2][..], &place, &root].concat();
        head.extend(crc32c::crc32c(&[&[0x40][..], &head].concat()).to_le_bytes());
        let all: Vec<Sealed> = [first.entries.clone(), second.entries.clone()].concat();
        let mut expected = vec![(vec![0x11], pointer)];
        for place in [0, 1] {
            expected.extend([piece(0, place, 0, vec![5; 7_680]), piece(0, place, 1, vec![5])]);
        }
        expected.extend([piece(7, 0, 0, vec![7; 7_680]), piece(7, 0, 1, vec![7; 2])]);
        expected.push(piece(1 << 40, 1, 0, vec![8]));
        expected.extend(commands);
        expected.extend(sums);
        expected.extend([page(0, &all[..32]), page(32, &all[32..]), (vec![0x40], head)]);

        let config = ::sled::Config::new().path(folder.path().join("db")).flush_every_ms(None);
        let db = config.open().unwrap();
        assert_eq!(db.tree_names().len(), 1, "one tree");
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            db.iter().map(|pair| pair.unwrap()).map(|(k, v)| (k.to_vec(), v.to_vec())).collect();
        assert_eq!(found, expected);
    }
}
