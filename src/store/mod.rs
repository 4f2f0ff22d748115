//! Where the chain is kept: the trait [`Store`], its engines and the suite they all pass.
//!
//! An engine keeps bytes, in order, and says when they are durable. It knows entries only as
//! [`Sealed`] (index, hash, bytes); it judges no rule and no signature. The engine of this release
//! is sled behind a durability log (`sled`, bytes in schemas/storage.md); `memory` is the model that
//! tests compare it with. `conformance` is what every engine passes; `medium` and `fault` let tests
//! fail each file operation in turn; `counting` shows which calls a caller makes.

pub mod conformance;
pub mod counting;
pub mod fault;
pub mod medium;
pub mod memory;
pub mod sled;

use crate::chain::entry::{CommandId, Head, SIGNATURE_BYTES, Sealed, SealedCommand};
use crate::chain::hash::{self, Hash};
use crate::error::Result;
use std::ops::Range;
use std::sync::Arc;

/// Whether an append took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Durable; the head is now this.
    Done(Head),
    /// Nothing was written: the head is not the expected one.
    Conflict {
        /// What the caller expected.
        expected: Head,
        /// What the store holds.
        found: Head,
    },
}

/// The entries of one command in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Index of the command's first entry.
    pub first: u64,
    /// Number of its entries.
    pub count: u16,
}

/// Bytes of a piece of a part of a snapshot; the last one may be shorter.
pub const PIECE_BYTES: usize = 7_680;

/// A snapshot of the state, as the ledger gave it: opaque bytes with the head they belong to. What stands
/// in its parts, these bytes say, to those who can read them.
///
/// Invariant: `root` is that of the bytes. Whether the signature holds is for the ledger to say: a
/// store keeps it and judges nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The head of the chain just after the last entry that the snapshot contains.
    pub head: Head,
    /// The bytes of the top, which vouch for the parts.
    pub bytes: Vec<u8>,
    /// The hash of the top.
    pub root: Hash,
    /// What vouches for head and root.
    pub signature: [u8; SIGNATURE_BYTES],
}

impl Snapshot {
    /// A snapshot with this top, for whose root `sign` vouches.
    pub fn new(
        head: Head,
        bytes: Vec<u8>,
        sign: impl FnOnce(&Hash) -> [u8; SIGNATURE_BYTES],
    ) -> Self {
        let root = hash::state_part(&bytes);
        let signature = sign(&root);
        Self { head, bytes, root, signature }
    }
}

/// A part of a snapshot beside its top. It has two places, of which a snapshot uses one: a part that is put
/// goes into the one that the snapshot before does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: u64,
    /// In the second of its places.
    pub is_second: bool,
    /// Its bytes, one at least.
    pub bytes: Vec<u8>,
}

/// Reads parts of the snapshot for as long as the store is open; it keeps no store open.
pub trait Parts: Send + Sync + std::fmt::Debug {
    /// The part with this number in this place; `None` where there is none of `length` bytes. Whether it is
    /// the one that the snapshot means is for the caller to say.
    ///
    /// # Errors
    /// `Kind::Break` when it is damaged, `Kind::Io` when the engine cannot read or was closed.
    fn part(&self, number: u64, is_second: bool, length: u32) -> Result<Option<Vec<u8>>>;
}

/// One place where an engine found entries while opening, for recovery (design: the longest
/// sequence that verifies wins).
#[derive(Debug)]
pub struct Copy {
    /// `"sled"` or `"durability log"`.
    pub name: &'static str,
    /// The entries found, ascending by index; after damage there may be gaps, and different entries
    /// with the same index.
    pub entries: Vec<Sealed>,
    /// Damage met while reading, in words; empty when the copy read cleanly to its end. It is no damage
    /// that the engine's own copy ends before the durable one while the store is open, nor that the
    /// durability log begins only where the released entries end.
    pub damage: Vec<String>,
}

/// What an engine found when it opened, for the ledger to act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The last end was a [`Store::close`] and both copies are as it left them: the engine's own copy
    /// may be trusted. Otherwise compare [`Store::copies`] with the archive.
    pub clean: bool,
    /// Where the end was not clean: the last head at which the engine's copies and the published archive were one,
    /// as the engine remembers, where its copies fit together from there on. The caller looks whether it
    /// still is, and then need only compare what comes after.
    pub sound: Option<Head>,
    /// What was unusual and what was done about it, in words, in order.
    pub notes: Vec<String>,
    /// Why the copies do not fit together; the store then only gives [`Store::copies`] and
    /// takes [`Store::rebuild`], and everything else fails with `Kind::Break`.
    pub differs: Option<String>,
}

/// Opens the store of a ledger's folder with the engine of this release.
///
/// # Errors
/// `Kind::Locked` when it is open already; `Kind::Io` when the folder cannot be read or written.
/// Damage is no error here: see [`Opening::differs`].
pub fn open(folder: &std::path::Path) -> Result<(Box<dyn Store>, Opening)> {
    let (store, opening) = sled::SledStore::open(folder, sled::Options::default())?;
    Ok((Box::new(store), opening))
}

/// An append-only sequence of sealed commands with one writer.
///
/// # Contract
///
/// 1. `append` MUST make every entry of every given command durable before it returns
///    [`Appended::Done`], and MUST write all of them or none, in order.
/// 2. `append` MUST NOT write anything when `expected` is not the head; it MUST then return
///    [`Appended::Conflict`] with both heads.
/// 3. After a `Kind::Io` error from a writing call the store MUST refuse further writes (it is
///    poisoned): an fsync is never tried twice. Reads are true or fail; the caller reopens. Commands that cannot
///    be appended at all (not the next indexes, empty, beyond the limits of an entry or a command, an id
///    that was appended before) MUST be refused with `Kind::Usage` before anything is written, and do not poison.
/// 4. `head`, `read`, `command` and `snapshot` MUST reflect every append that returned `Done`, and
///    after a reopen every append that was acknowledged; they MUST NOT show part of a command.
/// 5. `read` MUST return exactly the stored bytes, or an error; never other bytes, and never fewer
///    entries than the range has below the head. `command` MUST be as true in absence as in presence: an id
///    that was appended is found where its first entry stands, or the call fails with `Kind::Break`. Of two
///    commands with one id, which only a log that is there already can have
///    ([`Store::complete`], [`Store::rebuild`]), it gives the first.
/// 6. A store MUST NOT be open twice; the second open MUST fail with `Kind::Locked`
///    (the LOCK file of the ledger folder is taken by the ledger, before the store is opened).
/// 7. `put_snapshot` MUST be atomic: after a crash the old or the new snapshot is there, whole, as long as no
///    part is put into a place that the old one uses. A part MUST stay where it is until another is put there, or
///    `forget_snapshot`; parts MUST NOT be mixed up.
/// 8. A store MUST NOT drop the durable copy that `release` has not covered.
pub trait Store: Send + std::fmt::Debug {
    /// The head: number of entries and hash of the last one.
    ///
    /// # Errors
    /// `Kind::Io` when the engine cannot read.
    fn head(&self) -> Result<Head>;

    /// Appends whole commands after `expected`, durably.
    ///
    /// # Errors
    /// `Kind::Io` when the engine could not; where the commands were written but may not be durable,
    /// with the detail `landed`: whether they are there is then known after a reopen.
    fn append(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended>;

    /// Appends what the log has beyond the store, as [`Store::append`] does, in recovery. The commands are
    /// recorded already, so two of them may have one id.
    ///
    /// # Errors
    /// As [`Store::append`].
    fn complete(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended>;

    /// The entries of `range`, clipped at the head.
    ///
    /// # Errors
    /// `Kind::Break` when stored bytes are damaged, `Kind::Io` when the engine cannot read.
    fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>>;

    /// Where the command with this id is; `None` only if none was ever appended.
    ///
    /// # Errors
    /// `Kind::Break` when damage does not let the engine say; `Kind::Io` when it cannot read.
    fn command(&self, id: CommandId) -> Result<Option<Span>>;

    /// The newest snapshot whose top is whole, if any.
    ///
    /// # Errors
    /// `Kind::Io` when the engine cannot read; damage is reported as no snapshot.
    fn snapshot(&self) -> Result<Option<Snapshot>>;

    /// What reads the parts of the snapshot.
    ///
    /// # Errors
    /// When the store was closed, or needs recovery.
    fn parts(&self) -> Result<Arc<dyn Parts>>;

    /// Replaces the snapshot, and puts those of its parts that the old one does not have.
    ///
    /// # Errors
    /// `Kind::Io` when the engine could not; the old snapshot is then still there.
    fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()>;

    /// Forgets the snapshot and all parts there are.
    ///
    /// # Errors
    /// `Kind::Io` when the engine could not; the store is then poisoned.
    fn forget_snapshot(&mut self) -> Result<()>;

    /// Makes the engine's own copy durable too (for sled: the flush pair).
    ///
    /// # Errors
    /// `Kind::Io`; the store is then poisoned.
    fn sync(&mut self) -> Result<()>;

    /// Tells the store that entries below `published` are durable in the archive; what was kept
    /// only for their sake may be recycled once the engine's own copy is durable too.
    ///
    /// # Errors
    /// `Kind::Io`; the store is then poisoned.
    fn release(&mut self, published: u64) -> Result<()>;

    /// The first index at or after `from` at which any copy of the engine may hold an entry; `None` where there is
    /// nothing any more. So a gap is passed in one step, however wide it is.
    ///
    /// # Errors
    /// `Kind::Io` when the engine cannot read.
    fn next_held(&self, from: u64) -> Result<Option<u64>>;

    /// What every copy that the engine holds has in `range` (`0..u64::MAX` is all of it), for
    /// `verify --store` and for recovery. A caller with many entries goes through it range by range.
    ///
    /// # Errors
    /// `Kind::Io` when not even damage can be read.
    fn copies(&self, range: Range<u64>) -> Result<Vec<Copy>>;

    /// Throws nothing away: moves the engine's own files aside and starts again from `commands`, from
    /// index 0, which the caller has verified; two of them may have one id. Returns where the old files are.
    /// The snapshot is gone.
    ///
    /// # Errors
    /// The first error that `commands` yields, or `Kind::Io` when the disk could not; the old files are
    /// then still in place, or set aside with the rebuild complete.
    fn rebuild(
        &mut self,
        commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
    ) -> Result<String>;

    /// The caller found that the engine's own copy is not what is vouched for elsewhere: the next open
    /// MUST NOT be clean, whether this session is closed or not.
    ///
    /// # Errors
    /// `Kind::Io` when a mark that is there cannot be taken away; the close tries it again.
    fn distrust(&self) -> Result<()>;

    /// Syncs, marks a clean end and lets go of the files. The next open may then trust the engine's own
    /// copy. Everything but another `close` fails from then on. A session that wrote nothing leaves the
    /// clean end that it found, closed or not.
    ///
    /// # Errors
    /// `Kind::Io`; the next open then checks everything.
    fn close(&mut self) -> Result<()>;
}
