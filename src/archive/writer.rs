//! Grows the log folder and publishes it, so that a reader sees the old size or the new one.
//!
//! The order of a publish (schemas/log.md §4): new bundles and tiles under temporary names, durable;
//! renamed; each folder synced once; all of them read back and hashed; the head signed; the anchor;
//! the checkpoint renamed; `log/` synced. A folder
//! below a published tile was synced when that tile was published, so its own name needs no second
//! sync: one new entry costs three files and three folders, whatever the size of the log.
//!
//! What it lacks on purpose: a lock (the ledger holds LOCK), keys, and repair. After any error the
//! writer refuses to go on, because a sync that failed may not be tried again; open it anew.

mod attach;

use super::durable::{Durable, above};
use super::folder::{CHECKPOINT, Folder, Signed};
use super::medium::{Disk, Medium};
use super::reread::{ReadBack, reread};
use super::standing::{read_levels, read_partial_bundle};
use super::superseded::{LIST, Superseded};
use super::threads;
use crate::chain::entry::Sealed;
use crate::error::{Error, Kind, Result};
use crate::tlog::Signer;
use crate::tlog::checkpoint::{self, Checkpoint};
use crate::tlog::levels::Levels;
use crate::tlog::note::VerifierKey;
use crate::tlog::tile::{self, Content, Tile};
use crate::tlog::tree::{self, Digest};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What readers see: the head of the log as it was last published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// The signed checkpoint, verbatim.
    pub note: Vec<u8>,
}

/// Full tiles and bundles kept in memory before they are written out ahead of a publish.
const FULL_TILES_IN_MEMORY: usize = 32;

/// Damaged copies kept beside the log.
const MAX_QUARANTINES: u32 = 99;

/// The one writer of a log folder.
pub struct ArchiveWriter {
    files: Durable,
    published: Option<Signed>,
    /// The tree that was published.
    published_levels: Levels,
    /// The tree of everything appended, published or not.
    levels: Levels,
    /// The last, partial bundle.
    bundle: Vec<u8>,
    /// Full tiles and bundles that are not written yet.
    full: Vec<(Tile, Vec<u8>)>,
    superseded: Superseded,
    /// The last bundle as the last publish read it back.
    read_back: Option<ReadBack>,
    /// What failed first, in words: nothing is written after it.
    poisoned: Option<String>,
}

impl fmt::Debug for ArchiveWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let published = self.published.as_ref().map(|p| p.checkpoint.size);
        write!(f, "ArchiveWriter({:?} size {} published ", self.files.folder.path, self.size())?;
        write!(f, "{published:?} poisoned {:?})", self.poisoned)
    }
}

impl ArchiveWriter {
    /// Opens the log folder where its checkpoint stands; a folder that is not there is made by the
    /// first publish.
    ///
    /// Reads the checkpoint and the partial tiles, and sees that they give its root and that the
    /// partial bundle has its leaves. Full tiles and the checkpoint's signature are not looked at.
    ///
    /// # Errors
    /// `Kind::Break` when what is read is damaged or does not fit together: `note_malformed`,
    /// `checkpoint_malformed`, `tile_missing`, `tile_malformed`, `root_differs`, `bundle_differs`;
    /// `checkpoint_missing` when there are tiles but no checkpoint. `Kind::Io` when the disk could not.
    pub fn open(log_folder: &Path) -> Result<Self> {
        Self::open_on(Arc::new(Disk), log_folder)
    }

    /// [`ArchiveWriter::open`] on another medium.
    ///
    /// # Errors
    /// As [`ArchiveWriter::open`].
    pub fn open_on(medium: Arc<dyn Medium>, log_folder: &Path) -> Result<Self> {
        let folder = Folder::new(medium, log_folder);
        let Some(signed) = folder.checkpoint()? else {
            return check_unused(&folder).map(|()| Self::empty(folder));
        };
        let levels = read_levels(&folder, &signed.checkpoint)?;
        let bundle = read_partial_bundle(&folder, &levels)?;
        let superseded = Superseded::read(&folder);
        let files = Durable::published(folder.clone(), signed.checkpoint.size);
        let (published, published_levels) = (Some(signed), levels.clone());
        let opened = Self { files, published, published_levels, levels, ..Self::empty(folder) };
        Ok(Self { bundle, superseded, ..opened })
    }

    /// Moves a damaged log folder aside, to the first free `<log_folder>.quarantine-N`, and starts
    /// with an empty one. Nothing is deleted. Gives the name it was moved to, `None` if there was no
    /// folder.
    ///
    /// # Errors
    /// `Kind::Io` when the folder cannot be moved, `too_many_quarantines` when 99 are there already;
    /// it is then still in its place.
    pub fn start_anew(log_folder: &Path) -> Result<(Self, Option<PathBuf>)> {
        Self::start_anew_on(Arc::new(Disk), log_folder)
    }

    /// [`ArchiveWriter::start_anew`] on another medium.
    ///
    /// # Errors
    /// As [`ArchiveWriter::start_anew`].
    pub fn start_anew_on(
        medium: Arc<dyn Medium>,
        log_folder: &Path,
    ) -> Result<(Self, Option<PathBuf>)> {
        let io = |error| Error::io("move aside", log_folder, error);
        let is_there = |path: &Path| medium.list(path).map(|names| names.is_some()).map_err(io);
        if !is_there(log_folder)? {
            return Ok((Self::empty(Folder::new(medium, log_folder)), None));
        }
        for number in 1..=MAX_QUARANTINES {
            let mut name = log_folder.as_os_str().to_owned();
            name.push(format!(".quarantine-{number}"));
            let aside = PathBuf::from(name);
            if !is_there(&aside)? {
                medium.rename(log_folder, &aside).map_err(io)?;
                medium.sync_folders(&[above(log_folder)]).map_err(io)?;
                return Ok((Self::empty(Folder::new(medium, log_folder)), Some(aside)));
            }
        }
        Err(too_many_quarantines(log_folder))
    }

    fn empty(folder: Folder) -> Self {
        Self {
            files: Durable::new(folder),
            published: None,
            published_levels: Levels::default(),
            levels: Levels::default(),
            bundle: Vec::new(),
            full: Vec::new(),
            superseded: Superseded::default(),
            read_back: None,
            poisoned: None,
        }
    }

    /// A reader of what is published.
    ///
    /// # Errors
    /// As [`crate::archive::reader::ArchiveReader::open`].
    pub fn reader(&self) -> Result<super::reader::ArchiveReader> {
        super::reader::ArchiveReader::of(self.files.folder.clone())
    }

    /// Number of entries appended, published or not: the index of the next one.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.size()
    }

    /// Root of the tree over everything appended.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.levels.root()
    }

    /// The head that readers see; `None` before the first publish.
    #[must_use]
    pub fn published(&self) -> Option<Published> {
        self.published.as_ref().map(|signed| Published {
            size: signed.checkpoint.size,
            root: signed.checkpoint.root,
            note: signed.note.clone(),
        })
    }

    /// Adds entries to what the next publish publishes. When many gather, full tiles are written out
    /// ahead of it; no reader looks at them before the checkpoint says so.
    ///
    /// # Errors
    /// `archive_gap` (`Kind::Conflict`) when an entry's index is not the next one, and
    /// `entry_too_long` (`Kind::Usage`), both with nothing added. `Kind::Io` when the disk could
    /// not, or `archive_poisoned` after an earlier error.
    pub fn append(&mut self, entries: &[Sealed]) -> Result<()> {
        self.append_hashed(entries, leaf_hashes(entries))
    }

    /// [`ArchiveWriter::append`] with the leaves of the entries, which the caller has made from their bytes:
    /// what a publish reads back is held against them.
    ///
    /// # Errors
    /// As [`ArchiveWriter::append`].
    pub fn append_hashed(&mut self, entries: &[Sealed], leaves: Vec<Digest>) -> Result<()> {
        self.check_usable()?;
        self.check_entries(entries)?;
        for (entry, leaf) in entries.iter().zip(leaves) {
            self.push(&entry.bytes, leaf);
            if self.full.len() >= FULL_TILES_IN_MEMORY {
                let full = std::mem::take(&mut self.full);
                let written = self.files.write_tiles(full, &[]);
                self.poison_on_error(written)?;
            }
        }
        Ok(())
    }

    /// Publishes everything appended: durable when it returns, and seen by every reader from then on.
    /// What is new is read back from the disk and hashed before its head is signed.
    ///
    /// `anchor` gets the signed checkpoint after every tile is durable and before readers see it; it
    /// must make its copy durable. Where nothing was appended since the last publish and the signer
    /// is the same, the checkpoint stays as it is and `anchor` is not called.
    /// `now_microseconds` (since 1970) decides which superfluous partial tiles are deleted.
    ///
    /// # Errors
    /// `origin_malformed` or `origin_changed` (`Kind::Usage`), with nothing done. `checkpoint_moved`
    /// (`Kind::Conflict`) when somebody else published; `written_differs` (`Kind::Io`) when the disk
    /// does not give back what it was given, or `Kind::Io` when it could not; what `anchor` returned; `archive_poisoned` after an earlier error. Whether the checkpoint was
    /// replaced is then known after opening anew.
    pub fn publish(
        &mut self,
        signer: &dyn Signer,
        origin: &str,
        now_microseconds: i64,
        anchor: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<Published> {
        self.check_usable()?;
        self.check_origin(origin)?;
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size: self.size(),
            root: self.root(),
            extensions: Vec::new(),
        };
        let key = VerifierKey::new(origin, &signer.public_key())?;
        let done = if self.stands(&checkpoint, &key) {
            // It may stem from a publish that was cut before its last sync.
            self.files.sync_log()
        } else {
            let sign = |checkpoint: &Checkpoint| checkpoint.sign(signer).map(String::into_bytes);
            self.replace(checkpoint, &sign, now_microseconds, anchor)
        };
        self.poison_on_error(done)?;
        self.published().ok_or_else(|| self.poison_error())
    }

    /// Publishes everything appended under a checkpoint that was signed before, elsewhere: a copy of
    /// a log. Who signed it is for the caller to see.
    ///
    /// # Errors
    /// `entries_differ` (`Kind::Break`) when the entries are not those of the checkpoint, with nothing
    /// done; otherwise as [`ArchiveWriter::publish`].
    pub fn publish_signed(&mut self, note: &[u8]) -> Result<Published> {
        self.check_usable()?;
        let checkpoint = Checkpoint::read(note)?;
        self.check_origin(&checkpoint.origin)?;
        if (checkpoint.size, checkpoint.root) != (self.size(), self.root()) {
            return Err(entries_differ(&checkpoint, self.size(), self.root()));
        }
        let done = self.replace(checkpoint, &|_| Ok(note.to_vec()), 0, &mut |_| Ok(()));
        self.poison_on_error(done)?;
        self.published().ok_or_else(|| self.poison_error())
    }

    fn replace(
        &mut self,
        checkpoint: Checkpoint,
        sign: &dyn Fn(&Checkpoint) -> Result<Vec<u8>>,
        now_microseconds: i64,
        anchor: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.check_not_moved()?;
        let listed = self.superseded.text();
        self.superseded.delete_due(&self.files.folder, now_microseconds);
        let old_size = self.published.as_ref().map_or(0, |old| old.checkpoint.size);
        self.superseded.add(old_size, checkpoint.size, now_microseconds);
        let list = Some(self.superseded.text()).filter(|list| *list != listed);
        let list = list.as_deref().map(|list| (LIST, list.as_bytes()));
        let mut tiles = std::mem::take(&mut self.full);
        tiles.extend(self.partial_tiles(old_size));
        self.files.write_tiles(tiles, list.as_slice())?;
        self.files.sync_new()?;
        let before = self.read_back.take();
        let read_back = reread(&self.files.folder, &self.published_levels, &self.levels, before)?;
        let note = sign(&checkpoint)?;
        self.files.write_tiles(Vec::new(), &[(CHECKPOINT, &note)])?;
        anchor(&note)?;
        self.check_not_moved()?;
        self.files.rename_in_place(CHECKPOINT)?;
        if list.is_some() {
            self.files.rename_in_place(LIST)?;
        }
        self.files.sync_log()?;
        self.published = Some(Signed { checkpoint, note });
        self.published_levels = self.levels.clone();
        self.read_back = read_back;
        Ok(())
    }

    fn push(&mut self, entry: &[u8], leaf: Digest) {
        let full = &mut self.full;
        // The length was checked, so it always fits.
        let _ = tile::push_entry(&mut self.bundle, entry);
        let bundle = &mut self.bundle;
        self.levels.push(leaf, &mut |tile, hashes| {
            if tile.content == Content::Hashes(0) {
                let bytes = std::mem::take(bundle);
                full.push((Tile { content: Content::Entries, ..tile }, bytes));
            }
            full.push((tile, tile::tile_bytes(hashes)));
        });
    }

    /// The partial tiles and bundle that the published log of `old_size` entries lacks.
    fn partial_tiles(&self, old_size: u64) -> Vec<(Tile, Vec<u8>)> {
        tile::between(old_size, self.size())
            .filter(|tile| !tile.is_full())
            .map(|tile| match tile.content {
                Content::Entries => (tile, self.bundle.clone()),
                Content::Hashes(level) => (tile, tile::tile_bytes(self.levels.partial(level))),
            })
            .collect()
    }

    /// True if the published checkpoint says this and is signed by this key.
    fn stands(&self, checkpoint: &Checkpoint, key: &VerifierKey) -> bool {
        self.published.as_ref().is_some_and(|published| {
            published.checkpoint == *checkpoint && Checkpoint::verify(&published.note, key).is_ok()
        })
    }

    fn check_usable(&self) -> Result<()> {
        if self.poisoned.is_some() { Err(self.poison_error()) } else { Ok(()) }
    }

    fn poison_error(&self) -> Error {
        let folder = self.files.folder.path.display();
        let why = self.poisoned.as_deref().unwrap_or("there is no checkpoint");
        let message = format!("an earlier write to {folder} failed: {why}");
        Error::new(Kind::Io, "archive_poisoned", message)
            .with_hint("open the ledger again; what was recorded is published then")
            .with_detail("path", self.files.folder.path.display())
    }

    fn poison_on_error<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && self.poisoned.is_none()
        {
            self.poisoned = Some(error.message().to_owned());
        }
        result
    }

    fn check_entries(&self, entries: &[Sealed]) -> Result<()> {
        for (entry, expected) in entries.iter().zip(self.size()..) {
            if entry.index != expected {
                return Err(Error::new(
                    Kind::Conflict,
                    "archive_gap",
                    format!("the archive's next entry is {expected}; found entry {}", entry.index),
                )
                .with_detail("expected", expected)
                .with_detail("found", entry.index));
            }
            let length = entry.bytes.len();
            if length > tile::MAX_BUNDLE_ENTRY_BYTES {
                let most = tile::MAX_BUNDLE_ENTRY_BYTES;
                return Err(Error::new(
                    Kind::Usage,
                    "entry_too_long",
                    format!(
                        "an entry of a bundle has at most {most} bytes; entry {expected} has {length}"
                    ),
                ).with_detail("index", expected).with_detail("expected", most).with_detail("found", length));
            }
        }
        Ok(())
    }

    fn check_origin(&self, origin: &str) -> Result<()> {
        checkpoint::check_origin(origin)?;
        match self.published.as_ref().map(|published| &published.checkpoint.origin) {
            Some(published) if published != origin => Err(Error::new(
                Kind::Usage,
                "origin_changed",
                format!("the log was published as {published}, and is to be published as {origin}"),
            )
            .with_detail("expected", published)
            .with_detail("found", origin)
            .with_hint("the origin of a log never changes; correct ledger.toml")),
            _ => Ok(()),
        }
    }

    fn check_not_moved(&self) -> Result<()> {
        let found = self.files.folder.checkpoint()?;
        if found == self.published {
            return Ok(());
        }
        let size = |signed: Option<&Signed>| {
            signed
                .map_or_else(|| "none".to_owned(), |s| format!("one of size {}", s.checkpoint.size))
        };
        Err(moved(&size(self.published.as_ref()), &size(found.as_ref())))
    }
}

fn moved(expected: &str, found: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "checkpoint_moved",
        format!("the checkpoint was replaced meanwhile: expected {expected}, found {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
    .with_hint("one program at a time may write a ledger; open it again")
}

fn check_unused(folder: &Folder) -> Result<()> {
    let tiles = folder.join("tile");
    let names = folder.medium.list(&tiles);
    let names = names.map_err(|error| Error::io("list", &tiles, error))?;
    if names.unwrap_or_default().is_empty() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Break,
        "checkpoint_missing",
        format!("{} has tiles but no checkpoint", folder.path.display()),
    )
    .with_detail("file", CHECKPOINT)
    .with_hint("the first publish was interrupted, or the checkpoint was taken away")
    .with_detail("path", folder.path.display()))
}

fn entries_differ(checkpoint: &Checkpoint, size: u64, root: Digest) -> Error {
    let expected = format!("the root {} at size {}", checkpoint.root, checkpoint.size);
    let found = format!("the root {root} at size {size}");
    let message =
        format!("the entries are not those of the checkpoint: expected {expected}, found {found}");
    Error::new(Kind::Break, "entries_differ", message)
        .with_detail("expected", expected)
        .with_detail("found", found)
        .with_hint("`earmark verify --from` names the file that is wrong; take another copy")
}

fn too_many_quarantines(log_folder: &Path) -> Error {
    Error::new(
        Kind::Io,
        "too_many_quarantines",
        format!("{} was moved aside {MAX_QUARANTINES} times already", log_folder.display()),
    )
    .with_hint("find out what damages it, then move the quarantined copies elsewhere")
    .with_detail("path", log_folder.display())
    .with_detail("times", MAX_QUARANTINES)
}

/// Entries that are worth a second thread: hashing them takes longer than starting it.
const ENTRIES_PER_THREAD: usize = 1_024;

fn leaf_hashes(entries: &[Sealed]) -> Vec<Digest> {
    let hash = |entries: &[Sealed]| -> Vec<Digest> {
        entries.iter().map(|entry| tree::leaf_hash(&entry.bytes)).collect()
    };
    let share = entries.len().div_ceil(threads()).max(ENTRIES_PER_THREAD);
    if share >= entries.len() {
        return hash(entries);
    }
    std::thread::scope(|scope| {
        let running: Vec<_> =
            entries.chunks(share).map(|share| (share, scope.spawn(move || hash(share)))).collect();
        // A thread that could not finish leaves its share to this one.
        running
            .into_iter()
            .flat_map(|(share, thread)| thread.join().unwrap_or_else(|_| hash(share)))
            .collect()
    })
}
