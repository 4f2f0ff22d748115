//! A fresh database from verified commands, the old files moved aside (schemas/storage.md §5).
//!
//! The new one is complete and durable before the first rename, and the renames can be finished by
//! the next open, so that a crash anywhere loses nothing.

use super::engine::{Engine, Unopened, damaged};
use super::mark::read_small;
use super::pages::Pages;
use super::tail::Tail;
use super::{DB, Options, WAL, live};
use crate::chain::entry::SealedCommand;
use crate::error::{Error, Result};
use crate::file;
use crate::store::medium::Medium;
use std::path::Path;
use std::sync::Arc;

const FRESH: &str = "db.rebuilding";
const COMPLETE: &str = "complete";

fn quarantine(of: &str, number: u64) -> String {
    format!("{of}.quarantine-{number}")
}

/// Builds the new database beside the old one, up to the point of no return.
pub(super) fn build(
    folder: &Path,
    options: &Options,
    commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
) -> Result<()> {
    let medium = options.medium.as_ref();
    let fresh = folder.join(FRESH);
    remove_fresh(&fresh)?;
    medium.create_folder(&fresh).map_err(|e| Error::io("create", &fresh, e))?;
    fill(&options.medium, &fresh, commands).inspect_err(|_| drop(remove_fresh(&fresh)))?;
    let mut number: u64 = 1;
    while is_there(&folder.join(quarantine(DB, number)))?
        || is_there(&folder.join(quarantine(WAL, number)))?
    {
        number = number.saturating_add(1);
    }
    let complete = fresh.join(COMPLETE);
    let write = || {
        let mut file = medium.create(&complete)?;
        file.write_at(0, number.to_string().as_bytes())?;
        file.sync_all()?;
        medium.sync_folder(&fresh)?;
        medium.sync_folder(folder)
    };
    write().map_err(|e| Error::io("write", &complete, e))
}

fn fill(
    medium: &Arc<dyn Medium>,
    fresh: &Path,
    commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
) -> Result<()> {
    let engine = match Engine::open(medium, fresh) {
        Ok(engine) => Arc::new(engine),
        Err(Unopened::Damaged(words)) => return Err(damaged(words)),
        Err(Unopened::Refused(error)) => return Err(error),
    };
    fill_pages(Pages::load(engine)?, commands)
}

fn fill_pages(
    mut pages: Pages,
    commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
) -> Result<()> {
    let mut tail = Tail::default();
    let mut head = pages.head();
    for command in commands {
        let command = command?;
        head = live::check(head, std::slice::from_ref(&command))?;
        if !tail.has_room(&command) {
            pages.apply(tail.commands())?;
            tail = Tail::default();
        }
        tail.push(Arc::new(command));
    }
    if tail.is_empty() { Ok(()) } else { pages.apply(tail.commands()) }
}

fn is_there(path: &Path) -> Result<bool> {
    file::is_there(path).map_err(|e| Error::io("look for", path, e))
}

fn remove_fresh(fresh: &Path) -> Result<()> {
    match std::fs::remove_dir_all(fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", fresh, error))
        }
        _ => Ok(()),
    }
}

/// Finishes a rebuild: the old files go aside, the new database takes their place. Nobody has any of
/// them open. Says what it did; nothing when there is nothing to finish.
pub(super) fn finish(medium: &dyn Medium, folder: &Path) -> Result<Vec<String>> {
    let fresh = folder.join(FRESH);
    if !is_there(&fresh)? {
        return Ok(Vec::new());
    }
    // What cannot be read is not taken for what was not finished: the old files may be aside already.
    let number = read_small(medium, &fresh.join(COMPLETE))?
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.parse::<u64>().ok());
    let Some(number) = number else {
        remove_fresh(&fresh)?;
        return Ok(vec!["removed a rebuild that was not finished; nothing was moved".to_owned()]);
    };
    let sync = || medium.sync_folder(folder).map_err(|e| Error::io("sync the folder", folder, e));
    for name in [WAL, DB] {
        let (from, to) = (folder.join(name), folder.join(quarantine(name, number)));
        if is_there(&from)? && !is_there(&to)? {
            medium.rename(&from, &to).map_err(|e| Error::io("move aside", &from, e))?;
        }
    }
    sync()?;
    let db = folder.join(DB);
    medium.rename(&fresh, &db).map_err(|e| Error::io("rename", &fresh, e))?;
    sync()?;
    let complete = db.join(COMPLETE);
    medium.remove(&complete).map_err(|e| Error::io("remove", &complete, e))?;
    Ok(vec![format!(
        "moved the old files of the store to {} and {} in {}, and rebuilt it",
        quarantine(DB, number),
        quarantine(WAL, number),
        folder.display()
    )])
}
