//! A [`Medium`] that fails at a chosen call, for tests of every sync point.
//!
//! It works on the real disk and keeps what it needs to undo everything that was not synced yet, so
//! that after a simulated loss of power the folder is what a disk would have kept. It counts only
//! calls that change or sync something. It sees nothing of what sled writes to its own files.

use super::medium::{Disk, Medium, MediumFile};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ENOSPC`: nothing is done.
    NoSpace,
    /// `EROFS`: nothing is done.
    ReadOnly,
    /// `EIO`: nothing is done.
    InputOutput,
    /// A write leaves its first half behind, then `ENOSPC`; any other call is `ENOSPC`.
    ShortWrite,
    /// A write leaves its first half behind, then nothing works any more.
    PowerLoss,
}

/// What of the unsynced writes a loss of power leaves on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Only what was synced.
    Synced,
    /// Everything that was written: the cache happened to reach the disk.
    Everything,
    /// What was synced, and every other sector of 512 bytes of what was not.
    EverySecondSector,
}

#[derive(Debug)]
enum Undo {
    Write { file: u64, position: u64, old: Vec<u8>, old_length: u64 },
    Create { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf, replaced: Option<Vec<u8>> },
    Remove { path: PathBuf, file: u64, contents: Vec<u8> },
}

impl Undo {
    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Write { .. } => false,
            Self::Create { path } | Self::Remove { path, .. } => path.parent() == Some(folder),
            Self::Rename { to, .. } => to.parent() == Some(folder),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<String>,
    plan: Option<(usize, Fault)>,
    dead: bool,
    undo: Vec<Undo>,
    files: BTreeMap<PathBuf, u64>,
}

/// The disk, with one fault to come.
#[derive(Debug, Clone, Default)]
pub struct FaultMedium {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct FaultFile {
    medium: FaultMedium,
    id: u64,
    file: Box<dyn MediumFile>,
}

fn dead() -> io::Error {
    io::Error::other("the power is gone")
}

impl FaultMedium {
    /// A disk without faults, which counts its calls.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the call after `calls` more calls fail; earlier plans are forgotten.
    pub fn fail_after(&self, calls: usize, fault: Fault) {
        let mut state = self.state();
        state.plan = Some((state.calls.len().saturating_add(calls), fault));
    }

    /// Forgets the plan.
    pub fn heal(&self) {
        self.state().plan = None;
    }

    /// The calls so far that changed or synced something, in words.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// Whether the power is gone.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// Puts the folder into the state that the disk has after a loss of power, and turns the power
    /// on again. Nobody may hold a file of it any more.
    ///
    /// # Errors
    /// When the real disk fails.
    pub fn lose_power(&self, kept: Kept) -> io::Result<()> {
        let mut state = self.state();
        let undo = std::mem::take(&mut state.undo);
        if kept != Kept::Everything {
            for step in undo.into_iter().rev() {
                revert(&mut state, step, kept)?;
            }
        }
        state.dead = false;
        state.plan = None;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; the fault, if it is due, and whether half of a write is to be left behind.
    fn step(&self, what: &str, path: &Path) -> (io::Result<()>, bool) {
        let mut state = self.state();
        if state.dead {
            return (Err(dead()), false);
        }
        let due = state.plan.and_then(|(at, fault)| (at == state.calls.len()).then_some(fault));
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        state.calls.push(format!("{what} {name}"));
        match due {
            None => (Ok(()), false),
            Some(Fault::NoSpace) => (Err(io::ErrorKind::StorageFull.into()), false),
            Some(Fault::ReadOnly) => (Err(io::ErrorKind::ReadOnlyFilesystem.into()), false),
            Some(Fault::InputOutput) => (Err(io::Error::from_raw_os_error(5)), false),
            Some(Fault::ShortWrite) => (Err(io::ErrorKind::StorageFull.into()), true),
            Some(Fault::PowerLoss) => {
                state.dead = true;
                (Err(dead()), true)
            }
        }
    }

    fn wrap(&self, path: &Path, file: Box<dyn MediumFile>) -> Box<dyn MediumFile> {
        let mut state = self.state();
        let new = u64::try_from(state.calls.len()).unwrap_or(u64::MAX);
        let id = *state.files.entry(path.to_owned()).or_insert(new);
        drop(state);
        Box::new(FaultFile { medium: self.clone(), id, file })
    }

    fn path_of(&self, id: u64) -> Option<PathBuf> {
        self.state().files.iter().find(|(_, known)| **known == id).map(|(path, _)| path.clone())
    }

    fn alive(&self) -> io::Result<()> {
        if self.is_dead() { Err(dead()) } else { Ok(()) }
    }
}

/// Follows a renamed file, or all files of a renamed folder.
fn rename_in(files: &mut BTreeMap<PathBuf, u64>, from: &Path, to: &Path) {
    let moved: Vec<PathBuf> = files.keys().filter(|path| path.starts_with(from)).cloned().collect();
    for path in moved {
        if let (Some(id), Ok(rest)) = (files.remove(&path), path.strip_prefix(from)) {
            let new = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            files.insert(new, id);
        }
    }
}

fn revert(state: &mut State, step: Undo, kept: Kept) -> io::Result<()> {
    match step {
        Undo::Write { file, position, old, old_length } => {
            let Some(path) = state.files.iter().find(|(_, id)| **id == file).map(|(p, _)| p) else {
                return Ok(());
            };
            let disk = crate::file::open_to_write(path)?;
            let mut handle = Disk.open(path)?;
            let mut at = position;
            for (number, sector) in old.chunks(512).enumerate() {
                if kept != Kept::EverySecondSector || number.is_multiple_of(2) {
                    handle.write_at(at, sector)?;
                }
                at = at.saturating_add(512);
            }
            if kept == Kept::Synced {
                disk.set_len(old_length)?;
            }
            Ok(())
        }
        Undo::Create { path } => {
            state.files.remove(&path);
            Disk.remove(&path)
        }
        Undo::Rename { from, to, replaced } => {
            Disk.rename(&to, &from)?;
            rename_in(&mut state.files, &to, &from);
            match replaced {
                Some(contents) => Disk.create(&to)?.write_at(0, &contents),
                None => Ok(()),
            }
        }
        Undo::Remove { path, file, contents } => {
            Disk.create(&path)?.write_at(0, &contents)?;
            state.files.insert(path, file);
            Ok(())
        }
    }
}

impl Medium for FaultMedium {
    fn create(&self, path: &Path) -> io::Result<Box<dyn MediumFile>> {
        self.step("create", path).0?;
        if crate::file::is_there(path)? {
            self.remove(path)?;
        }
        let file = Disk.create(path)?;
        self.state().undo.push(Undo::Create { path: path.to_owned() });
        Ok(self.wrap(path, file))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn MediumFile>> {
        self.alive()?;
        let file = Disk.open(path)?;
        Ok(self.wrap(path, file))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.alive()?;
        Disk.read(path)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        self.alive()?;
        Disk.length(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.alive()?;
        Disk.names(folder)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.step("create folder", folder).0?;
        Disk.create_folder(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", to).0?;
        let replaced = if to.is_file() { Some(Disk.read(to)?) } else { None };
        Disk.rename(from, to)?;
        let mut state = self.state();
        rename_in(&mut state.files, from, to);
        state.undo.push(Undo::Rename { from: from.to_owned(), to: to.to_owned(), replaced });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path).0?;
        let contents = Disk.read(path)?;
        Disk.remove(path)?;
        let mut state = self.state();
        let file = state.files.remove(path).unwrap_or(u64::MAX);
        state.undo.push(Undo::Remove { path: path.to_owned(), file, contents });
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step("sync folder", folder).0?;
        Disk.sync_folder(folder)?;
        self.state().undo.retain(|step| !step.is_in(folder));
        Ok(())
    }
}

impl FaultFile {
    fn sync(&mut self, what: &str) -> io::Result<()> {
        let path = self.medium.path_of(self.id).unwrap_or_default();
        self.medium.step(what, &path).0?;
        self.file.sync_data()?;
        let id = self.id;
        self.medium
            .state()
            .undo
            .retain(|step| !matches!(step, Undo::Write { file, .. } if *file == id));
        Ok(())
    }
}

impl MediumFile for FaultFile {
    fn write_at(&mut self, position: u64, bytes: &[u8]) -> io::Result<()> {
        let path = self.medium.path_of(self.id).unwrap_or_default();
        let (result, leaves_half) = self.medium.step("write", &path);
        let half = bytes.get(..bytes.len().checked_div(2).unwrap_or(0)).unwrap_or_default();
        let written = match (&result, leaves_half) {
            (Ok(()), _) => bytes,
            (Err(_), true) => half,
            (Err(_), false) => &[],
        };
        let contents = Disk.read(&path).unwrap_or_default();
        let start = usize::try_from(position).unwrap_or(usize::MAX);
        let old: Vec<u8> = contents.iter().skip(start).take(written.len()).copied().collect();
        let old_length = u64::try_from(contents.len()).unwrap_or(u64::MAX);
        self.file.write_at(position, written)?;
        self.medium.state().undo.push(Undo::Write { file: self.id, position, old, old_length });
        result
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.sync("sync")
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.sync("sync all")
    }
}
