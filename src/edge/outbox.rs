//! Signed commands on their way to a ledger elsewhere (schemas/home.md §4).
//!
//! What is handed to somebody is kept first: until it is known what became of it, the same bytes can be sent
//! again, and nothing else is signed in their place. A file holds what is sent and nothing more; the
//! officer's signature in it says what a changed byte is worth.
//!
//! What it lacks on purpose: whether a command was recorded. That is known by a verified checkpoint, and the
//! caller who knows it calls [`Outbox::forget`].

use super::durable::{self, Readers};
use crate::chain::entry::CommandId;
use crate::error::{Error, Kind, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The most bytes of one command on its way: what a server takes at once.
pub const MOST_BYTES: usize = 4 << 20;

/// Commands that were signed here and handed on, and of which nobody knows yet what became of them.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// The outbox in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The file of a command.
    #[must_use]
    pub fn path(&self, id: CommandId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Keeps what is about to be sent; durable when it returns. The same bytes again are no error.
    ///
    /// # Errors
    /// `outbox_taken` (`Kind::Conflict`) where other bytes are kept under this id, `outbox_too_large`
    /// (`Kind::Usage`): nothing is to be sent then; an I/O code.
    pub fn keep(&self, id: CommandId, bytes: &[u8]) -> Result<()> {
        if bytes.len() > MOST_BYTES {
            let found = bytes.len();
            let message =
                format!("a command on its way has at most {MOST_BYTES} bytes, not {found}");
            return Err(Error::new(Kind::Usage, "outbox_too_large", message)
                .with_hint("send it in parts")
                .with_detail("found", found)
                .with_detail("most_bytes", MOST_BYTES));
        }
        durable::create_folder(&self.folder, Readers::Owner)?;
        let path = self.path(id);
        durable::sweep(&path)?;
        if durable::create(&path, bytes, Readers::Owner)? {
            return Ok(());
        }
        if self.read(id)?.as_deref() == Some(bytes) {
            // Whoever kept it may have been killed before its name was durable.
            return durable::sync_folder(&self.folder);
        }
        let message = format!("another command is kept under the id {id}: {}", path.display());
        Err(Error::new(Kind::Conflict, "outbox_taken", message)
            .with_hint("nothing was sent; find out first what became of the one that is kept")
            .with_detail("path", path.display())
            .with_detail("command_id", id))
    }

    /// What is kept of a command, byte for byte.
    ///
    /// # Errors
    /// As [`durable::read_bytes`].
    pub fn read(&self, id: CommandId) -> Result<Option<Vec<u8>>> {
        durable::read_bytes(&self.path(id), MOST_BYTES)
    }

    /// The commands that are kept, by id. What a killed program left half written was never sent, and is none.
    ///
    /// # Errors
    /// `outbox_strange` (`Kind::Break`) for a name that no command has: somebody else wrote here; an I/O code.
    pub fn kept(&self) -> Result<Vec<CommandId>> {
        let listing = |e| Error::io("list", &self.folder, e);
        let found = match std::fs::read_dir(&self.folder) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(listing)?,
        };
        let mut kept = Vec::new();
        for file in found {
            let file = file.map_err(listing)?;
            let name = file.file_name().to_string_lossy().into_owned();
            match id_of(&name) {
                Some(id) => kept.push(id),
                None if is_half_written(&name) => {}
                None => return Err(strange(&file.path())),
            }
        }
        kept.sort_unstable();
        Ok(kept)
    }

    /// Forgets a command of which it is known what became of it; durable when it returns.
    ///
    /// # Errors
    /// An I/O code.
    pub fn forget(&self, id: CommandId) -> Result<()> {
        if durable::is_there(&self.path(id))? { durable::remove(&self.path(id)) } else { Ok(()) }
    }
}

fn id_of(name: &str) -> Option<CommandId> {
    // Of its spellings one is a name here.
    name.parse().ok().filter(|id: &CommandId| id.to_string() == name)
}

/// On its way to the name of a command.
fn is_half_written(name: &str) -> bool {
    let of = name.strip_prefix('.').and_then(|rest| rest.split('.').next()).unwrap_or_default();
    id_of(of).is_some() && durable::is_left_of(name, of)
}

fn strange(path: &Path) -> Error {
    let message = format!("{} is no command on its way", path.display());
    Error::new(Kind::Break, "outbox_strange", message)
        .with_hint("see who put it there, and move it away; nothing was sent")
        .with_detail("path", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn outbox() -> (tempfile::TempDir, Outbox) {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::at(folder.path().join("outbox"));
        (folder, outbox)
    }

    fn id(of: u8) -> CommandId {
        CommandId([of; 16])
    }

    #[test]
    fn what_is_kept_comes_back_until_it_is_forgotten() {
        let (_folder, outbox) = outbox();
        assert_eq!((outbox.kept().unwrap(), outbox.read(id(1)).unwrap()), (vec![], None));
        outbox.forget(id(1)).unwrap();
        outbox.keep(id(2), b"two").unwrap();
        outbox.keep(id(1), b"one").unwrap();
        outbox.keep(id(1), b"one").unwrap();
        assert_eq!(outbox.kept().unwrap(), [id(1), id(2)]);
        assert_eq!(outbox.read(id(1)).unwrap().as_deref(), Some(b"one".as_slice()));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = outbox.path(id(1));
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        outbox.forget(id(1)).unwrap();
        outbox.forget(id(1)).unwrap();
        assert_eq!(outbox.kept().unwrap(), [id(2)]);
    }

    #[test]
    fn two_commands_never_have_one_place() {
        let (_folder, outbox) = outbox();
        outbox.keep(id(1), b"one").unwrap();
        let error = outbox.keep(id(1), b"other").unwrap_err();
        assert_eq!((error.code(), error.kind()), ("outbox_taken", Kind::Conflict));
        assert_eq!(outbox.read(id(1)).unwrap().as_deref(), Some(b"one".as_slice()));
        let error = outbox.keep(id(2), &vec![0; MOST_BYTES + 1]).unwrap_err();
        assert_eq!(error.code(), "outbox_too_large");
        outbox.keep(id(2), &vec![0; MOST_BYTES]).unwrap();
        assert_eq!(outbox.kept().unwrap(), [id(1), id(2)]);
    }

    #[test]
    fn what_was_half_written_was_never_sent_and_what_is_strange_is_named() {
        let (folder, outbox) = outbox();
        outbox.keep(id(1), b"one").unwrap();
        let place = folder.path().join("outbox");
        // Of no process that runs: beyond the largest id.
        let half = place.join(format!(".{}.4194999.new", id(2)));
        std::fs::write(&half, b"tw").unwrap();
        assert_eq!(outbox.kept().unwrap(), [id(1)]);
        outbox.keep(id(2), b"two").unwrap();
        assert!(!half.exists());
        let other_spellings =
            [id(0xab).to_string().to_uppercase(), id(3).to_string().replace('-', "")];
        for name in other_spellings.iter().map(String::as_str).chain(["notes.txt", ".x.1.new"]) {
            let path = place.join(name);
            std::fs::write(&path, b"").unwrap();
            let error = outbox.kept().unwrap_err();
            assert_eq!(error.code(), "outbox_strange");
            assert_eq!(error.details(), [("path", path.display().to_string())]);
            std::fs::remove_file(path).unwrap();
        }
        // A link is followed nowhere.
        symlink(place.join(id(1).to_string()), outbox.path(id(4))).unwrap();
        assert_eq!(outbox.read(id(4)).unwrap_err().code(), "file_unfit");
    }
}
