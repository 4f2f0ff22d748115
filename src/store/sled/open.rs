//! Opening a store: tidy, open sled, sync what was read, bring sled up to the durability log.
//!
//! It completes sled where the durability log plainly goes on from it, and judges nothing else: what
//! does not fit together is for the ledger to resolve (design: the longest verified sequence).

use super::engine::{self, Engine, Unopened};
use super::live::Live;
use super::mark::Mark;
use super::page;
use super::pages::{self, Pages};
use super::tail::Tail;
use super::wal::{Met, Wal};
use super::{Broken, DB, Options, State, WAL, rebuild};
use crate::chain::entry::Head;
use crate::chain::hash::Hash;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::store::Opening;
use crate::store::medium::Medium;
use std::path::Path;
use std::sync::Arc;

const INDEX_MADE: &str =
    "gave the store's index of command ids its checksums, which it has from this release on";

/// Opens the store of the ledger in `folder`, in the order of schemas/storage.md.
pub(super) fn open(folder: &Path, options: &Options) -> Result<(State, Opening)> {
    let medium = &options.medium;
    let (db, log) = (folder.join(DB), folder.join(WAL));
    engine::check_unlocked(&db)?;
    let mut notes = rebuild::finish(medium.as_ref(), folder)?;
    create_folders(medium.as_ref(), folder, [&db, &log])?;
    remove_unfinished_snapshots(medium.as_ref(), &db, &mut notes)?;
    let engine = match Engine::open(medium, &db) {
        Ok(engine) => Ok(Arc::new(engine)),
        Err(Unopened::Damaged(words)) => Err(words),
        Err(Unopened::Refused(error)) => return Err(error),
    };
    let (mut wal, more) = Wal::open(Arc::clone(medium), &log, options.segment_bytes)?;
    notes.extend(more);
    let broken = |engine, words: String, wal: Wal, notes| {
        wal.unmark()?;
        let opening = Opening { clean: false, sound: None, notes, differs: Some(words.clone()) };
        Ok((State::Broken(Box::new(Broken { words, engine, wal })), opening))
    };
    let engine = match engine {
        Ok(engine) => engine,
        Err(words) => return broken(None, words, wal, notes),
    };
    let mut pages = match Pages::load(Arc::clone(&engine)) {
        Ok(pages) => pages,
        Err(error) if error.kind() == Kind::Break => {
            return broken(Some(engine), error.message().to_owned(), wal, notes);
        }
        Err(error) => return Err(error),
    };
    let mark = Mark::get(medium.as_ref(), &log)?.filter(|mark| mark.head == pages.head());
    let lacked_sums = pages.lacks_sums();
    if lacked_sums {
        wal.unmark()?;
        match pages.make_index() {
            Ok(()) => notes.push(INDEX_MADE.to_owned()),
            Err(error) if error.kind() == Kind::Break => {
                drop(pages);
                return broken(Some(engine), error.message().to_owned(), wal, notes);
            }
            Err(error) => return Err(error),
        }
    }
    // It stays until the first write of ours: a session that only looks leaves the clean end it found.
    if let Some(mark) = mark
        && wal.resume(&mark)?
    {
        let opening = Opening { clean: true, sound: None, notes, differs: None };
        return Ok((State::Open(Box::new(Live::new(pages, wal, !lacked_sums))), opening));
    }
    wal.unmark()?;
    match complete(&mut pages, &mut wal, &mut notes) {
        Ok(fits) => {
            wal.sync()?;
            let sound = wal.sound().filter(|_| fits);
            let opening = Opening { clean: false, sound, notes, differs: None };
            Ok((State::Open(Box::new(Live::new(pages, wal, false))), opening))
        }
        Err(error) if error.kind() == Kind::Break => {
            drop(pages);
            broken(Some(engine), error.message().to_owned(), wal, notes)
        }
        Err(error) => Err(error),
    }
}

fn create_folders(medium: &dyn Medium, folder: &Path, both: [&Path; 2]) -> Result<()> {
    let mut is_whole = true;
    for each in both {
        is_whole &= file::is_there(each).map_err(|e| Error::io("look for", each, e))?;
    }
    if is_whole {
        return Ok(());
    }
    for each in both {
        medium.create_folder(each).map_err(|e| Error::io("create", each, e))?;
    }
    medium.sync_folder(folder).map_err(|e| Error::io("sync the folder", folder, e))
}

/// sled refuses to open when a crash left a snapshot of its page table half made.
fn remove_unfinished_snapshots(
    medium: &dyn Medium,
    db: &Path,
    notes: &mut Vec<String>,
) -> Result<()> {
    for name in medium.names(db).map_err(|e| Error::io("list", db, e))? {
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let path = db.join(&name);
            medium.remove(&path).map_err(|e| Error::io("remove", &path, e))?;
            notes.push(format!("removed {name}, which a crash of sled's opening left behind"));
        }
    }
    Ok(())
}

/// What the durability log said about sled's copy.
struct Survey<'a> {
    pages: &'a mut Pages,
    tail: Tail,
    /// The end of the last frame that sled held already.
    held: Option<Head>,
    /// A frame that sled neither holds nor goes on with.
    beyond: Option<(Head, Head)>,
    added: u64,
}

impl Survey<'_> {
    fn head(&self) -> Head {
        self.tail.head().unwrap_or_else(|| self.pages.head())
    }

    fn frame(&mut self, frame: &super::frame::Frame<'_>) -> Result<()> {
        let head = self.head();
        if frame.after.size <= head.size {
            if self.held.is_none_or(|held| held.size <= frame.after.size) {
                self.held = Some(frame.after);
            }
            return Ok(());
        }
        if frame.hash_before(head.size) != Some(head.hash) {
            self.beyond = self.beyond.or(Some((frame.before, frame.after)));
            return Ok(());
        }
        let new = frame.entries().filter(|entry| entry.index >= head.size).collect();
        for command in pages::commands(new)? {
            if !self.tail.has_room(&command) {
                self.apply()?;
            }
            self.tail.push(Arc::new(command));
        }
        Ok(())
    }

    fn apply(&mut self) -> Result<()> {
        let before = self.pages.head().size;
        self.pages.apply(self.tail.commands())?;
        self.tail = Tail::default();
        self.added = self.added.saturating_add(self.pages.head().size.saturating_sub(before));
        Ok(())
    }
}

/// Appends to sled what the durability log has beyond it. True if the log is undamaged and ends where
/// sled does.
///
/// # Errors
/// `Kind::Break` when the two do not fit together.
fn complete(pages: &mut Pages, wal: &mut Wal, notes: &mut Vec<String>) -> Result<bool> {
    let mut survey = Survey { pages, tail: Tail::default(), held: None, beyond: None, added: 0 };
    let mut is_whole = true;
    wal.survey(&mut |met| {
        match met {
            Met::Frame(frame) => survey.frame(&frame)?,
            Met::Damage { words, .. } => {
                is_whole = false;
                notes.push(words);
            }
            Met::Note(words) => notes.push(words),
        }
        Ok(())
    })?;
    if !survey.tail.is_empty() {
        survey.apply()?;
    }
    let head = survey.head();
    let Survey { pages, held, beyond, added, .. } = survey;
    if added > 0 {
        notes.push(format!("completed sled's copy with {added} entries of the durability log"));
    }
    if let Some((before, after)) = beyond {
        return Err(differ(format!(
            "sled's copy ends with {} entries and hash {}, the durability log has entries {} to {} \
             after {}",
            head.size,
            head.hash,
            before.size,
            after.size.saturating_sub(1),
            before.hash
        )));
    }
    let Some(held) = held else { return Ok(is_whole && added > 0) };
    let last = held.size.saturating_sub(1);
    let found = page::read(pages.engine(), last..held.size)?;
    let hash = found.first().map_or(Hash::ZERO, |entry| entry.hash);
    if hash != held.hash {
        return Err(differ(format!(
            "entry {last} is {hash} in sled's copy and {} in the durability log",
            held.hash
        )));
    }
    if added == 0 && held.size < head.size {
        notes.push(format!(
            "the durability log ends after entry {last}, sled's copy has {} entries",
            head.size
        ));
    }
    Ok(is_whole && (added > 0 || held.size == head.size))
}

fn differ(words: String) -> Error {
    Error::new(Kind::Break, "store_differs", words)
}
