//! Brings the copies up to the sequence, the archive first and the store from it.
//!
//! A copy that is a beginning of the sequence is completed. Any other is written anew beside the old
//! one, which is then moved aside; until the new one is whole and durable nothing is moved, so that a
//! crash at any point leaves every entry where the next opening finds it.

use super::copies::{Copies, pick};
use super::survey::Survey;
use crate::archive::check::check;
use crate::archive::damage::Damage;
use crate::archive::medium::Medium;
use crate::archive::reader::{ArchiveReader, Entries};
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::{self, Head, SealedCommand};
use crate::chain::hash::Hash;
use crate::error::{Error, Kind, Result};
use crate::store::{Appended, Store};
use crate::tlog::checkpoint::MAX_CHECKPOINT_BYTES;
use crate::tlog::note::VerifierKey;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Publishes an archive.
pub(super) type Publish<'a> = dyn FnMut(&mut ArchiveWriter) -> Result<()> + 'a;

/// Entries appended to the store with one sync.
const ENTRIES_AT_ONCE: usize = 1_000;

fn beside(log: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(log.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

fn fresh(log: &Path) -> PathBuf {
    beside(log, ".rebuilding")
}

/// Finishes, or takes back, a rebuild of the archive that a crash interrupted. Says what it did.
///
/// # Errors
/// `Kind::Io`.
pub(super) fn finish_archive(medium: &dyn Medium, log: &Path) -> Result<Option<String>> {
    let fresh = fresh(log);
    let is_there = |path: &Path| {
        medium.list(path).map(|names| names.is_some()).map_err(|e| Error::io("list", path, e))
    };
    if !is_there(&fresh)? {
        return Ok(None);
    }
    let checkpoint = fresh.join("checkpoint");
    let is_whole = match medium.read(&checkpoint, MAX_CHECKPOINT_BYTES) {
        Err(error) if crate::file::is_unfit(&error) => false,
        // The old archive may be aside already.
        note => note.map_err(|e| Error::io("read", &checkpoint, e))?.is_some(),
    };
    if is_whole && !is_there(log)? {
        put_in_place(medium, log)?;
        return Ok(Some("finished a rebuild of the archive that was interrupted".to_owned()));
    }
    // The old archive is still in its place, and is looked at anew.
    std::fs::remove_dir_all(&fresh).map_err(|e| Error::io("remove", &fresh, e))?;
    Ok(Some("removed a rebuild of the archive that was not finished".to_owned()))
}

fn put_in_place(medium: &dyn Medium, log: &Path) -> Result<()> {
    let fresh = fresh(log);
    medium.rename(&fresh, log).map_err(|e| Error::io("rename", &fresh, e))?;
    let around = log.parent().unwrap_or(Path::new(".")).to_owned();
    medium.sync_folders(&[around]).map_err(|e| Error::io("sync the folder of", log, e))
}

/// What is wrong with the files of the archive, entries apart.
pub(super) fn check_files(reader: &ArchiveReader, key: &VerifierKey) -> Result<Vec<String>> {
    let damages = check(reader, Some(key))?.damages;
    Damage::check_readable(&damages)?;
    Ok(damages.iter().map(|damage| format!("archive: {damage}")).collect())
}

/// The archive, whole and published.
///
/// # Errors
/// `Kind::Io`; what `publish` returns.
pub(super) fn mend_archive(
    copies: &Copies<'_>,
    survey: &Survey,
    publish: &mut Publish<'_>,
    notes: &mut Vec<String>,
) -> Result<ArchiveWriter> {
    let medium = || Arc::clone(copies.medium);
    match ArchiveWriter::open_on(medium(), copies.log) {
        Ok(mut archive) if survey.archive.fits() && archive.size() <= survey.size() => {
            if archive.size() < survey.size() {
                notes.push(format!("the archive was completed from entry {} on", archive.size()));
            }
            fill(&mut archive, copies, survey)?;
            publish(&mut archive)?;
            return Ok(archive);
        }
        Err(error) if error.kind() != Kind::Break => return Err(error),
        Ok(_) | Err(_) => {}
    }
    let mut archive = ArchiveWriter::open_on(medium(), &fresh(copies.log))?;
    fill(&mut archive, copies, survey)?;
    publish(&mut archive)?;
    let (_, aside) = ArchiveWriter::start_anew_on(medium(), copies.log)?;
    put_in_place(copies.medium.as_ref(), copies.log)?;
    if let Some(aside) = aside {
        let aside = aside.display();
        notes.push(format!("the damaged archive was moved to {aside} and written anew"));
    }
    ArchiveWriter::open_on(medium(), copies.log)
}

/// Appends what the sequence has beyond the archive, from wherever each entry is.
fn fill(archive: &mut ArchiveWriter, copies: &Copies<'_>, survey: &Survey) -> Result<()> {
    let mut sections = copies.sections()?;
    // The hash of the entry before, which the next one has to name.
    let mut before = Hash::ZERO;
    while archive.size() < survey.size() {
        let Some((_, section)) = sections.next()? else { break };
        let mut picked = Vec::new();
        for sealed in pick(section, survey.size(), &survey.chosen).into_values() {
            let hash = sealed.hash;
            if sealed.index >= archive.size() {
                let named = entry::parse(&sealed.bytes).map(|envelope| envelope.previous);
                if named.ok() != Some(before) {
                    return Err(changed(sealed.index));
                }
                picked.push(sealed);
            }
            before = hash;
        }
        archive.append(&picked)?;
        if archive.size() == survey.size() && before != survey.head().hash {
            return Err(changed(survey.size().saturating_sub(1)));
        }
    }
    if archive.size() < survey.size() { Err(changed(archive.size())) } else { Ok(()) }
}

/// What was read a moment ago is not what is read now.
fn changed(index: u64) -> Error {
    let message = format!("entry {index} is not what it was a moment ago");
    Error::new(Kind::Io, "copy_changed", message)
        .with_hint("let nothing else write to the ledger's folder, and open it again")
        .with_detail("index", index)
}

/// The store, whole; the archive is published.
///
/// # Errors
/// `Kind::Io`.
pub(super) fn mend_store(
    store: &mut Box<dyn Store>,
    reader: &ArchiveReader,
    survey: &Survey,
    notes: &mut Vec<String>,
) -> Result<()> {
    let head = store.head().ok().filter(|head| survey.store.fits() && *head == survey.store_end);
    let Some(head) = head else {
        let aside = store.rebuild(&mut Commands { entries: reader.entries(0..u64::MAX) })?;
        notes.push(format!("the damaged store was written anew: {aside}"));
        return Ok(());
    };
    if head.size < survey.size() {
        notes.push(format!("the store was completed from entry {} on", head.size));
        complete(store.as_mut(), head, reader)?;
    }
    Ok(())
}

fn complete(store: &mut dyn Store, head: Head, reader: &ArchiveReader) -> Result<()> {
    let mut head = head;
    let mut commands = Commands { entries: reader.entries(head.size..u64::MAX) }.peekable();
    while commands.peek().is_some() {
        let mut together = Vec::new();
        let mut entries = 0_usize;
        while entries < ENTRIES_AT_ONCE
            && let Some(command) = commands.next()
        {
            let command = command?;
            entries = entries.saturating_add(command.entries.len());
            together.push(command);
        }
        match store.complete(head, &together)? {
            Appended::Done(after) => head = after,
            Appended::Conflict { expected, found } => {
                let message = format!("the store moved from {} to {}", expected.size, found.size);
                return Err(Error::new(Kind::Conflict, "conflict", message)
                    .in_case("moved")
                    .with_detail("expected", expected.size)
                    .with_detail("found", found.size));
            }
        }
    }
    Ok(())
}

/// Entries put back into their commands.
struct Commands<'a> {
    entries: Entries<'a>,
}

impl Iterator for Commands<'_> {
    type Item = Result<SealedCommand>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut entries = Vec::new();
        for sealed in self.entries.by_ref() {
            let sealed = match sealed {
                Ok(sealed) => sealed,
                Err(error) => return Some(Err(error)),
            };
            let (id, is_last) = match entry::parse(&sealed.bytes) {
                Ok(envelope) => (envelope.command, envelope.is_last()),
                Err(malformed) => return Some(Err(malformed_entry(sealed.index, &malformed))),
            };
            entries.push(sealed);
            if is_last {
                return Some(Ok(SealedCommand { id, entries }));
            }
        }
        None
    }
}

fn malformed_entry(index: u64, malformed: &entry::Malformed) -> Error {
    Error::new(Kind::Break, "entry_malformed", format!("entry {index}: {malformed}"))
        .with_detail("index", index)
}
