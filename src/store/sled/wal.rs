//! The durability log: the commit point of every append (schemas/storage.md §2).
//!
//! One append is one frame, one write and one `fdatasync` in a preallocated segment. It lacks an
//! index, a cache and any judgement of the entries: it is written often and read only at open, by
//! `verify --store` and by recovery. After a failed write or sync it refuses everything (contract 3).

mod read;

pub(super) use self::read::Met;
use self::read::Walked;
use super::frame::{self, HEADER_BYTES};
use super::mark::Mark;
use super::sound::Sound;
use crate::chain::entry::{Head, Sealed};
use crate::error::{Error, Result};
use crate::store::medium::{Medium, MediumFile};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Segments kept for the next use; more are removed.
const KEPT_SEGMENTS: usize = 2;
const BROKEN: &str = "the durability log";
const NEW: &str = "new";

/// The durability log of one ledger, open for appending.
#[derive(Debug)]
pub(super) struct Wal {
    medium: Arc<dyn Medium>,
    folder: PathBuf,
    segment_bytes: u64,
    /// Full segments, oldest first.
    full: Vec<Segment>,
    /// Segments whose entries are durable elsewhere.
    free: Vec<u64>,
    active: Option<Active>,
    last_generation: u64,
    /// The last place where all copies were one.
    sound: Option<Sound>,
    frame: Vec<u8>,
    broken: bool,
    /// What a walk found, until something is written.
    walked: OnceLock<Walked>,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    generation: u64,
    /// No entry in it has this index or a higher one.
    end: u64,
}

#[derive(Debug)]
struct Active {
    generation: u64,
    file: Box<dyn MediumFile>,
    length: u64,
    position: u64,
    end: u64,
}

fn name(generation: u64) -> String {
    format!("{generation:020}")
}

fn generation_of(name: &str) -> Option<u64> {
    (name.len() == 20 && name.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    name.parse().ok()
}

fn u64_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Wal {
    /// Opens the log in `folder`, which exists; says what it tidied up.
    pub(super) fn open(
        medium: Arc<dyn Medium>,
        folder: &Path,
        segment_bytes: u64,
    ) -> Result<(Self, Vec<String>)> {
        let mut notes = Vec::new();
        let mut full = Vec::new();
        for name in medium.names(folder).map_err(|e| Error::io("list", folder, e))? {
            if let Some(generation) = generation_of(&name) {
                full.push(Segment { generation, end: u64::MAX });
            } else if name == NEW {
                let path = folder.join(&name);
                Mark::remove(medium.as_ref(), folder)?;
                medium.remove(&path).map_err(|e| Error::io("remove", &path, e))?;
                notes.push("removed a segment of the durability log that was not finished".into());
            } else if name != super::mark::NAME && name != super::sound::NAME {
                notes.push(format!("left {name} in the durability log alone: it is not ours"));
            }
        }
        let last_generation = full.last().map_or(0, |segment| segment.generation);
        let sound = Sound::get(medium.as_ref(), folder)?;
        let wal = Self {
            medium,
            folder: folder.to_owned(),
            segment_bytes,
            full,
            free: Vec::new(),
            active: None,
            last_generation,
            sound,
            frame: Vec::new(),
            broken: false,
            walked: OnceLock::new(),
        };
        Ok((wal, notes))
    }

    /// Makes `entries` durable after `before`; `after` is the head that follows.
    pub(super) fn append<'a>(
        &mut self,
        before: Head,
        after: Head,
        entries: impl Iterator<Item = &'a Sealed> + Clone,
    ) -> Result<()> {
        if self.broken {
            return Err(poisoned(BROKEN));
        }
        let count = u32::try_from(after.size.saturating_sub(before.size))
            .map_err(|_| malformed("more than 4,294,967,295 entries"))?;
        self.broken = true;
        self.walked = OnceLock::new();
        let length = u64_of(frame::length(entries.clone()));
        let mut active = match self.active.take() {
            Some(active) if active.position.saturating_add(length) <= active.length => active,
            full => {
                self.full
                    .extend(full.map(|a: Active| Segment { generation: a.generation, end: a.end }));
                self.begin_segment(length)?
            }
        };
        let path = self.folder.join(name(active.generation));
        frame::write(&mut self.frame, active.generation, before, count, entries)
            .ok_or_else(|| malformed("an entry of more than 65,535 bytes, or 4 GiB together"))?;
        active
            .file
            .write_at(active.position, &self.frame)
            .map_err(|e| Error::io("write to the durability log", &path, e))?;
        // Written but not known to be durable: after a reopen the frame may well be there.
        active.file.sync_data().map_err(|e| {
            Error::io("sync the durability log", &path, e).with_detail("landed", "perhaps")
        })?;
        active.position = active.position.saturating_add(length);
        active.end = after.size;
        self.active = Some(active);
        self.broken = false;
        // One huge frame must not hold its memory for ever.
        self.frame.shrink_to(1 << 20);
        Ok(())
    }

    /// A segment with room for a frame of `frame_bytes`: one that is free, else a new one.
    fn begin_segment(&mut self, frame_bytes: u64) -> Result<Active> {
        let needed = frame_bytes.saturating_add(u64_of(HEADER_BYTES));
        let generation = self
            .last_generation
            .checked_add(1)
            .ok_or_else(|| poisoned("generations are used up"))?;
        let path = self.folder.join(name(generation));
        let length = match self.take_free(needed)? {
            Some((old, length)) => {
                let old = self.folder.join(name(old));
                self.medium.rename(&old, &path).map_err(|e| Error::io("rename", &old, e))?;
                length
            }
            None => {
                let length = needed.max(self.segment_bytes);
                let new = self.folder.join(NEW);
                self.fill(&new, length).map_err(|error| {
                    // On a full disk every byte counts; what stays is removed by the next open.
                    drop(self.medium.remove(&new));
                    Error::io("create", &new, error)
                })?;
                self.medium.rename(&new, &path).map_err(|e| Error::io("rename", &new, e))?;
                length
            }
        };
        self.medium
            .sync_folder(&self.folder)
            .map_err(|e| Error::io("sync the folder", &self.folder, e))?;
        let file = self.medium.open(&path).map_err(|e| Error::io("open", &path, e))?;
        self.last_generation = generation;
        Ok(Active { generation, file, length, position: u64_of(HEADER_BYTES), end: 0 })
    }

    /// The oldest free segment that is long enough; older ones go, so that no gap is left between.
    fn take_free(&mut self, needed: u64) -> Result<Option<(u64, u64)>> {
        while !self.free.is_empty() {
            let generation = self.free.remove(0);
            let path = self.folder.join(name(generation));
            let length = self.medium.length(&path).map_err(|e| Error::io("look at", &path, e))?;
            if length >= needed {
                return Ok(Some((generation, length)));
            }
            self.medium.remove(&path).map_err(|e| Error::io("remove", &path, e))?;
        }
        Ok(None)
    }

    fn fill(&self, path: &Path, length: u64) -> std::io::Result<()> {
        let zeros = vec![0; 1 << 18];
        let mut file = self.medium.create(path)?;
        let mut position = 0;
        while position < length {
            let part = usize::try_from(length.saturating_sub(position)).unwrap_or(usize::MAX);
            let part = zeros.get(..part).unwrap_or(&zeros);
            file.write_at(position, part)?;
            position = position.saturating_add(u64_of(part.len()));
        }
        file.write_at(0, &frame::header())?;
        file.sync_all()
    }

    /// Entries below `size` are durable in sled and in the archive: their segments may be used again.
    pub(super) fn recycle(&mut self, size: u64) -> Result<()> {
        if self.broken {
            return Err(poisoned(BROKEN));
        }
        self.walked = OnceLock::new();
        let (done, full): (Vec<Segment>, _) = self.full.iter().partition(|s| s.end <= size);
        self.full = full;
        self.free.extend(done.iter().map(|segment| segment.generation));
        while self.free.len() > KEPT_SEGMENTS {
            let path = self.folder.join(name(self.free.remove(0)));
            self.medium.remove(&path).map_err(|e| Error::io("remove", &path, e))?;
        }
        Ok(())
    }

    /// Marks that the log ends here, with this head.
    pub(super) fn mark_clean(&self, head: Head) -> Result<()> {
        if self.broken {
            return Err(poisoned(BROKEN));
        }
        self.end(head).put(self.medium.as_ref(), &self.folder)
    }

    /// Where the log goes on after `head`.
    fn end(&self, head: Head) -> Mark {
        let place = self.active.as_ref().map(|active| (active.generation, active.position));
        let (generation, position) = place.unwrap_or((0, 0));
        Mark { head, generation, position }
    }

    /// Keeps that at this head sled, this log and the published archive are one.
    pub(super) fn mark_sound(&mut self, head: Head) -> Result<()> {
        if self.broken {
            return Err(poisoned(BROKEN));
        }
        let sound = Sound::after(self.sound, self.end(head));
        if self.sound.is_none_or(|before| before.at != sound.at) {
            sound.put(self.medium.as_ref(), &self.folder)?;
            self.sound = Some(sound);
        }
        Ok(())
    }

    /// The last head that was sound, if this log can have gone on from there.
    pub(super) fn sound(&self) -> Option<Head> {
        let sound = self.sound.map(|sound| sound.at)?;
        (sound.generation <= self.last_generation).then_some(sound.head)
    }

    /// Takes the mark of a clean end and the sound places away, durably.
    pub(super) fn distrust(&self) -> Result<()> {
        Sound::remove(self.medium.as_ref(), &self.folder)?;
        self.unmark()
    }

    /// Takes the mark of a clean end away, durably.
    pub(super) fn unmark(&self) -> Result<()> {
        Mark::remove(self.medium.as_ref(), &self.folder)
    }

    /// Goes on writing where `mark` says the log ended cleanly. False if it does not end there.
    pub(super) fn resume(&mut self, mark: &Mark) -> Result<bool> {
        let Some(last) = self.full.last().copied() else { return Ok(mark.generation == 0) };
        if mark.generation == 0 {
            // Nothing was written since the last open; what is there is below the mark's size.
            self.full.iter_mut().for_each(|segment| segment.end = mark.head.size);
            return Ok(true);
        }
        if mark.generation != last.generation {
            return Ok(false);
        }
        let path = self.folder.join(name(last.generation));
        let bytes = match self.medium.read(&path) {
            // A link, a pipe: for the survey to say.
            Err(error) if crate::file::is_unfit(&error) => return Ok(false),
            read => read.map_err(|e| Error::io("read", &path, e))?,
        };
        let scan = frame::scan(&bytes, last.generation, false);
        let ends = u64_of(scan.end) == mark.position && !scan.torn && scan.header_is_good;
        if !ends || scan.frames.last().map(|frame| frame.after) != Some(mark.head) {
            return Ok(false);
        }
        let file = self.medium.open(&path).map_err(|e| Error::io("open", &path, e))?;
        self.full.truncate(self.full.len().saturating_sub(1));
        self.full.iter_mut().for_each(|segment| segment.end = mark.head.size);
        self.active = Some(Active {
            generation: last.generation,
            file,
            length: u64_of(bytes.len()),
            position: mark.position,
            end: mark.head.size,
        });
        Ok(true)
    }

    /// Makes durable what a survey found: the pages of a file written before a crash need not be.
    pub(super) fn sync(&self) -> Result<()> {
        for segment in &self.full {
            let path = self.folder.join(name(segment.generation));
            self.medium
                .open(&path)
                .and_then(|mut file| file.sync_data())
                .map_err(|e| Error::io("sync", &path, e))?;
        }
        self.medium
            .sync_folder(&self.folder)
            .map_err(|e| Error::io("sync the folder", &self.folder, e))
    }
}

/// The store refuses to write after a failure.
pub(super) fn poisoned(cause: &str) -> Error {
    Error::new(
        crate::error::Kind::Io,
        "store_poisoned",
        format!(
            "an earlier write to the store failed, and a failed sync is never tried again: {cause}"
        ),
    )
    .with_hint("mend what failed and open the ledger again; nothing acknowledged is lost")
}

/// The caller's commands are not what a store may be given.
pub(super) fn malformed(why: impl std::fmt::Display) -> Error {
    Error::new(
        crate::error::Kind::Usage,
        "append_malformed",
        format!("these commands cannot be appended: {why}"),
    )
}
