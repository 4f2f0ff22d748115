//! sled itself, fenced: every call is guarded against panics, every flush is followed by its sync.
//!
//! On damaged files sled answers with `Corruption`, with a panic, or with a shorter database. The
//! first two become `Kind::Break` here; the third is for the callers to notice, who compare heads. It
//! knows nothing of pages and entries.

use super::caught::caught;
use super::warm::{SEGMENT_BYTES, warm};
use super::watch::{self, Watch};
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::store::medium::{Medium, MediumFile};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const CACHE_BYTES: u64 = 16 << 20;

/// An open database and our own descriptor of its file.
pub(super) struct Engine {
    base: Base,
    medium: Arc<dyn Medium>,
    synced: Mutex<Synced>,
}

/// sled's handle, let go of with care.
struct Base {
    /// Taken only by the drop.
    db: Option<::sled::Db>,
    /// Taken only by the drop, before.
    watch: Option<Watch>,
    config: ::sled::Config,
    /// A write gave up half way. sled may have reserved room for it that nobody fills: unless it notes an
    /// error too, whoever waits for a later write waits for ever.
    gave_up: AtomicBool,
    folder: PathBuf,
}

#[derive(Debug)]
struct Synced {
    file: Box<dyn MediumFile>,
    blobs: BTreeSet<String>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not `db`: its Debug prints every key and value.
        f.debug_struct("Engine").field("folder", &self.base.folder).finish_non_exhaustive()
    }
}

/// Why an open failed.
pub(super) enum Unopened {
    /// The files are damaged: the words say how.
    Damaged(String),
    /// The machine or the caller's rights do not allow it.
    Refused(Error),
}

/// The error for damage in sled's copy.
pub(super) fn damaged(why: impl std::fmt::Display) -> Error {
    Error::new(Kind::Break, "store_damaged", format!("sled's copy cannot be used: {why}"))
        .with_hint(
            "open the ledger with its log/ folder in place: what verifies in the durability log and \
             the archive is kept, and sled's copy is rebuilt from it",
        )
}

/// How a failed system call shows in words, where sled keeps a copy of an error or panics on one.
const OF_SYSTEM: &str = "Os { code: ";

/// What sled said: damage, or, where a system call failed, the machine's fault.
fn said(doing: &str, folder: &Path, words: &str) -> Error {
    if words.contains(OF_SYSTEM) {
        return Error::io(doing, folder, std::io::Error::other(words.to_owned()));
    }
    damaged(words)
}

fn is_damage(error: &::sled::Error) -> bool {
    use std::io::ErrorKind as E;
    match error {
        ::sled::Error::Io(io) if io.to_string().contains(OF_SYSTEM) => false,
        ::sled::Error::Io(io) => {
            // A system call that failed has a number; sled wraps its own findings without one, and
            // the copies of errors that it keeps lose theirs, so the kinds are named.
            !matches!(
                io.kind(),
                E::PermissionDenied
                    | E::StorageFull
                    | E::QuotaExceeded
                    | E::ReadOnlyFilesystem
                    | E::NotFound
                    | E::FileTooLarge
                    | E::OutOfMemory
                    | E::Interrupted
            ) && io.raw_os_error().is_none()
        }
        ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_)
        | ::sled::Error::Corruption { .. } => true,
    }
}

fn plain(doing: &str, folder: &Path, error: ::sled::Error) -> Error {
    use std::io::ErrorKind as E;
    match error {
        // sled keeps a copy of the error in words meant for programmers.
        ::sled::Error::Io(io) if io.raw_os_error().is_none() && io.kind() != E::Other => {
            Error::io(doing, folder, io.kind().into())
        }
        ::sled::Error::Io(io) => Error::io(doing, folder, io),
        other @ (::sled::Error::CollectionNotFound(_)
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_)
        | ::sled::Error::Corruption { .. }) => damaged(other),
    }
}

/// The error of a second open.
fn locked(folder: &Path) -> Error {
    Error::new(
        Kind::Locked,
        "store_locked",
        format!("the store in {} is open in another program", folder.display()),
    )
    .with_hint("wait until it has finished, or end it")
    .with_detail("path", folder.display())
}

/// Whether somebody has the database of this folder open.
fn is_locked(folder: &Path) -> bool {
    let file = match file::open(&folder.join("db")) {
        Ok(file) => file,
        Err(_) => return false,
    };
    // The lock goes with the descriptor.
    matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

/// sled opens files by their names, and would follow a link and wait for a pipe: there must be nothing
/// but regular files.
///
/// # Errors
/// What is something else, in words; what the machine cannot tell.
fn check_files(folder: &Path) -> Result<(), Unopened> {
    let damage = |words: String| Err(Unopened::Damaged(words));
    for below in [folder.to_owned(), folder.join("blobs")] {
        let list = |e| Unopened::Refused(Error::io("list", &below, e));
        let entries = match std::fs::read_dir(&below) {
            // A folder that is not there is for sled to make.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(list)?,
        };
        for found in entries {
            let found = found.map_err(list)?;
            let path = found.path();
            let look = |e| Unopened::Refused(Error::io("look at", &path, e));
            let kind = found.file_type().map_err(look)?;
            let is_blobs = below == folder && found.file_name() == "blobs";
            let fits = kind.is_file() || (is_blobs && kind.is_dir());
            if !fits {
                return damage(format!("{} is no regular file", path.display()));
            }
            if file::is_hollow(&found.metadata().map_err(look)?) {
                return damage(format!("{} is all but empty", path.display()));
            }
        }
    }
    Ok(())
}

/// Refuses a database that is open already, before anything in its folder is touched.
pub(super) fn check_unlocked(folder: &Path) -> Result<()> {
    if is_locked(folder) { Err(locked(folder)) } else { Ok(()) }
}

impl Engine {
    /// Opens the database in `folder` as engines of this version do, on a thread of its own.
    ///
    /// sled says the same of damaged bytes and of a read that failed. So where it calls files damaged, all
    /// of them are read, which is an error where the machine cannot, and it is asked once more.
    ///
    /// Everything that sled read is synced afterwards, for after a crash it may be in memory only.
    pub(super) fn open(medium: &Arc<dyn Medium>, folder: &Path) -> Result<Self, Unopened> {
        check_files(folder)?;
        if file::is_there(folder)
            .map_err(|e| Unopened::Refused(Error::io("look for", folder, e)))?
        {
            warm(folder).map_err(Unopened::Refused)?;
        }
        let words = match Self::open_once(medium, folder) {
            Err(Unopened::Damaged(words)) => words,
            opened => return opened,
        };
        read_through(folder).map_err(Unopened::Refused)?;
        wait_until_unlocked(folder);
        match Self::open_once(medium, folder) {
            // The first attempt has not let go: there is no second.
            Err(Unopened::Refused(error)) if error.kind() == Kind::Locked => {
                Err(Unopened::Damaged(words))
            }
            opened => opened,
        }
    }

    fn open_once(medium: &Arc<dyn Medium>, folder: &Path) -> Result<Self, Unopened> {
        let config = ::sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .segment_size(SEGMENT_BYTES)
            .use_compression(false)
            .flush_every_ms(None);
        let db = open_watched(folder, &config)?;
        let tree = ::sled::Tree::clone(&db);
        let (watched, gave_up) = (config.clone(), AtomicBool::new(false));
        let folder_of = folder.to_owned();
        let mut base = Base { db: Some(db), watch: None, config, gave_up, folder: folder_of };
        base.watch = Some(Watch::start(folder, watched, tree).map_err(Unopened::Refused)?);
        let file = sync_files(medium.as_ref(), folder).map_err(Unopened::Refused)?;
        let synced = Mutex::new(Synced { file, blobs: blobs(medium.as_ref(), folder) });
        Ok(Self { base, medium: Arc::clone(medium), synced })
    }

    /// Calls sled; a panic or damage is `Kind::Break`, anything else `Kind::Io`.
    pub(super) fn call<T>(
        &self,
        doing: &str,
        call: impl FnOnce(&::sled::Tree) -> ::sled::Result<T>,
    ) -> Result<T> {
        let db = self.base.db.as_ref().ok_or_else(|| damaged("it is closed"))?;
        match caught(|| call(db)) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) if is_damage(&error) => Err(damaged(error)),
            Ok(Err(error)) => Err(plain(doing, &self.base.folder, error)),
            Err(panicked) => Err(said(doing, &self.base.folder, &panicked)),
        }
    }

    /// Applies a batch and makes it durable: sled's flush, then the sync that it leaves out.
    pub(super) fn apply(&self, batch: ::sled::Batch) -> Result<()> {
        self.write(batch)?;
        self.flush_pair()
    }

    /// Applies a batch, in memory; [`Engine::flush_pair`] must follow.
    pub(super) fn write(&self, batch: ::sled::Batch) -> Result<()> {
        let written = self.call("write to", |tree| tree.apply_batch(batch));
        if written.is_err() {
            self.base.gave_up.store(true, Ordering::Relaxed);
        }
        written
    }

    /// Makes what was applied durable.
    pub(super) fn flush_pair(&self) -> Result<()> {
        let folder = &self.base.folder;
        if self.base.would_wait_for_ever() {
            let gave_up = std::io::Error::other("sled gave up a write half way");
            return Err(Error::io("write to", folder, gave_up));
        }
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        self.call("flush", |tree| tree.flush())?;
        let found = blobs(self.medium.as_ref(), folder);
        if found != synced.blobs {
            sync_blobs(self.medium.as_ref(), folder, found.difference(&synced.blobs))?;
            synced.blobs = found;
        }
        let path = folder.join("db");
        synced.file.sync_data().map_err(|e| Error::io("sync", &path, e))
    }
}

impl Base {
    fn would_wait_for_ever(&self) -> bool {
        self.gave_up.load(Ordering::Relaxed) && self.config.global_error().is_ok()
    }
}

impl Drop for Base {
    /// Waits until the lock is free, for sled's threads let go a little later than the last handle.
    fn drop(&mut self) {
        let db = self.db.take();
        if self.would_wait_for_ever() {
            drop(self.watch.take());
            // It would flush as it is dropped. What it has in memory only is in the durability log if it
            // was acknowledged, and the lock goes with the process.
            std::mem::forget(db);
            return;
        }
        // sled flushes as it is dropped; that it has nothing left to wait for then is seen to before,
        // while its waits are watched.
        while let Some(db) = &db
            && matches!(caught(|| db.flush()), Ok(Ok(flushed)) if flushed > 0)
        {}
        drop(self.watch.take());
        // sled syncs its file as it is dropped; that it fails loses nothing that was acknowledged.
        drop(caught(move || drop(db)));
        wait_until_unlocked(&self.folder);
    }
}

/// Opens on a thread of its own, which is left behind if sled notes an error and goes on waiting.
fn open_watched(folder: &Path, config: &::sled::Config) -> Result<::sled::Db, Unopened> {
    let (done, outcome) = channel();
    let opened = config.clone();
    std::thread::Builder::new()
        .name("sled open".to_owned())
        .spawn(move || done.send(caught(|| opened.open())))
        .map_err(|e| Unopened::Refused(Error::io("start a thread for", folder, e)))?;
    let mut noted = None;
    loop {
        match outcome.recv_timeout(watch::EVERY) {
            Ok(Ok(opened)) => return opened.map_err(|error| unopened(folder, error)),
            Ok(Err(panicked)) => return Err(unopened_by(said("open", folder, &panicked))),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Unopened::Damaged("sled panicked".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some(error) = noted.take() {
                    return Err(unopened(folder, error));
                }
                noted = config.global_error().err();
            }
        }
    }
}

/// Waits, for at most two seconds.
fn wait_until_unlocked(folder: &Path) {
    for _ in 0..400 {
        if !is_locked(folder) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Reads every file of a database to its end.
///
/// # Errors
/// `Kind::Io` names the first that the machine cannot read: nothing is said of what is in it.
fn read_through(folder: &Path) -> Result<()> {
    let mut piece = vec![0; 1 << 20];
    for folder in [folder.to_owned(), folder.join("blobs")] {
        let found = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            found => found.map_err(|e| Error::io("list", &folder, e))?,
        };
        for entry in found {
            let path = entry.map_err(|e| Error::io("list", &folder, e))?.path();
            let mut file = match file::open(&path) {
                Err(error) if file::is_unfit(&error) => continue,
                file => file.map_err(|e| Error::io("open", &path, e))?,
            };
            while file.read(&mut piece).map_err(|e| Error::io("read", &path, e))? > 0 {}
        }
    }
    Ok(())
}

fn unopened_by(error: Error) -> Unopened {
    if error.kind() == Kind::Break {
        Unopened::Damaged(error.message().to_owned())
    } else {
        Unopened::Refused(error)
    }
}

fn unopened(folder: &Path, error: ::sled::Error) -> Unopened {
    if error.to_string().contains("could not acquire lock") {
        Unopened::Refused(locked(folder))
    } else if is_damage(&error) {
        Unopened::Damaged(error.to_string())
    } else {
        Unopened::Refused(plain("open the database in", folder, error))
    }
}

/// Names of the files for values too long for sled's own file; empty when the folder is missing.
fn blobs(medium: &dyn Medium, folder: &Path) -> BTreeSet<String> {
    medium.names(&folder.join("blobs")).unwrap_or_default().into_iter().collect()
}

fn sync_blobs<'a>(
    medium: &dyn Medium,
    folder: &Path,
    names: impl Iterator<Item = &'a String>,
) -> Result<()> {
    let folder = folder.join("blobs");
    for name in names {
        let path = folder.join(name);
        match medium.open(&path).and_then(|mut file| file.sync_all()) {
            // sled removes a blob as soon as nothing refers to it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => other.map_err(|e| Error::io("sync", &path, e))?,
        }
    }
    medium.sync_folder(&folder).map_err(|e| Error::io("sync the folder", &folder, e))
}

/// Syncs everything in a database's folder, the folders and the one around it; gives `db/db`.
fn sync_files(medium: &dyn Medium, folder: &Path) -> Result<Box<dyn MediumFile>> {
    let names = medium.names(folder).map_err(|e| Error::io("list", folder, e))?;
    for name in names.iter().filter(|name| *name == "conf" || name.starts_with("snap.")) {
        let path = folder.join(name);
        let mut file = medium.open(&path).map_err(|e| Error::io("open", &path, e))?;
        file.sync_all().map_err(|e| Error::io("sync", &path, e))?;
    }
    let path = folder.join("db");
    let mut file = medium.open(&path).map_err(|e| Error::io("open", &path, e))?;
    file.sync_all().map_err(|e| Error::io("sync", &path, e))?;
    sync_blobs(medium, folder, blobs(medium, folder).iter())?;
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        medium.sync_folder(folder).map_err(|e| Error::io("sync the folder", folder, e))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::medium::Disk;
    use std::sync::mpsc::RecvTimeoutError;

    /// sled writes a value of more than 128 KiB to a file of its own; where it cannot, it gives up and
    /// notes nothing.
    #[test]
    fn a_write_that_sled_gives_up_leaves_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (done, outcome) = channel();
        std::thread::spawn(move || {
            let medium: Arc<dyn Medium> = Arc::new(Disk);
            let engine = Engine::open(&medium, &path).ok().unwrap();
            std::fs::remove_dir_all(path.join("blobs")).unwrap();
            std::fs::write(path.join("blobs"), "no folder").unwrap();
            let batch = |bytes: usize| {
                let mut batch = ::sled::Batch::default();
                batch.insert(&b"key"[..], vec![7; bytes]);
                batch
            };
            let first = engine.apply(batch(200_000)).unwrap_err();
            let second = engine.apply(batch(10)).unwrap_err();
            drop(engine);
            done.send((first.kind(), second.kind())).unwrap();
        });
        match outcome.recv_timeout(Duration::from_secs(20)) {
            Ok(kinds) => assert_eq!(kinds, (Kind::Io, Kind::Io)),
            Err(RecvTimeoutError::Timeout) => panic!("it waits for ever"),
            Err(RecvTimeoutError::Disconnected) => panic!("it did not come so far"),
        }
    }
}
