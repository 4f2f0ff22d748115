//! The largest head of one log that was cosigned, on disk: a witness's only memory.
//!
//! `<folder>/<hex of SHA-256 of the origin>` holds the checkpoint with the log's signature and our own
//! cosignature, which is also what shows that nobody changed the file. What it lacks on purpose: a
//! way to forget. A file that was put back from an old backup, or taken away, is not noticed here.

use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature::WitnessKey;
use crate::tlog::note::Note;
use crate::tlog::tree::sha256;
use std::path::{Path, PathBuf};

/// Where the largest head of a log is kept.
#[derive(Debug)]
pub(super) struct HeadFile {
    path: PathBuf,
    /// `Err` says why no head of this log is cosigned any more.
    held: Result<Option<Head>, String>,
}

/// A head that was cosigned.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) checkpoint: Checkpoint,
    /// When, in seconds since 1970.
    pub(super) seconds: u64,
    /// The checkpoint with the log's signature and ours.
    pub(super) note: String,
}

/// Makes the folder of the heads.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    durable::create_folder(folder, Readers::Owner)
}

impl HeadFile {
    /// Reads what is held of the log of `origin`.
    pub(super) fn open(folder: &Path, origin: &str, key: &WitnessKey) -> Self {
        let path = folder.join(sha256(origin.as_bytes()).to_string());
        let held = read(&path, origin, key).map_err(|error| error.message().to_owned());
        Self { path, held }
    }

    /// The largest head; `None` if nothing was cosigned yet.
    ///
    /// # Errors
    /// `witness_state_unusable` (`Kind::Io`) when it is not known.
    pub(super) fn head(&self) -> Result<Option<&Head>> {
        let unusable =
            |why: &String| {
                let message = format!("{} cannot be relied on: {why}", self.path.display());
                Error::new(Kind::Io, "witness_state_unusable", message).with_hint(
                "put into that file the newest checkpoint of this log that has this witness's \
                 cosignature (the log's own checkpoint.cosigned, or a copy), then start again; \
                 a witness that forgets may cosign a fork",
            ).with_detail("path", self.path.display())
            };
        self.held.as_ref().map(Option::as_ref).map_err(unusable)
    }

    /// Takes a larger head; durable when it returns. After an error nothing is taken any more,
    /// since what the disk has is not known.
    pub(super) fn put(&mut self, checkpoint: &Checkpoint, seconds: u64, note: &Note) -> Result<()> {
        let note = note.to_string();
        let written = durable::replace(&self.path, note.as_bytes(), Readers::Everyone);
        self.held = match &written {
            Ok(()) => Ok(Some(Head { checkpoint: checkpoint.clone(), seconds, note })),
            Err(error) => Err(format!("an earlier write failed: {}", error.message())),
        };
        written
    }
}

fn read(path: &Path, origin: &str, key: &WitnessKey) -> Result<Option<Head>> {
    let Some(text) = durable::read_text(path)? else { return Ok(None) };
    let note = Note::parse(text.as_bytes())?;
    let checkpoint = Checkpoint::parse(note.text())?;
    let foreign = |fault: String| Error::new(Kind::Break, "witness_state_malformed", fault);
    if checkpoint.origin != origin {
        return Err(foreign(format!("it is of {}, expected {origin}", checkpoint.origin)));
    }
    let seconds = key.cosigned_at(&note)?;
    let seconds = seconds.ok_or_else(|| foreign(format!("it has no cosignature of {key}")))?;
    Ok(Some(Head { checkpoint, seconds, note: text }))
}
