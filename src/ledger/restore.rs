//! A ledger rebuilt from a copy of its log.
//!
//! The copy goes into a new folder with the file `RESTORE` in it; the caller verifies it there. Then
//! the store is filled from it and `LedgerRestored` recorded, but not published; the checkpoint becomes
//! this machine's anchor where there is none; `ledger.toml` makes the folder a ledger, and with `made` in
//! `RESTORE` it may be written to. A crash before that leaves nothing that opens, and nothing published
//! that another attempt would be behind of; after it, the same restore again goes on with what is made.
//! `RESTORE` goes when its end was told. Without the keys it stays, and says so.

use super::anchored::{Against, Anchored};
use super::unfinished;
use super::{Durability, LOG_FOLDER, Ledger, Media, Outside, Receipt, Submission};
use crate::archive::copy::copy;
use crate::archive::reader::ArchiveReader;
use crate::chain::breaks::Break;
use crate::chain::signature::Signer;
use crate::chain::walk::Walk;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::{Body, Bytes32, Filing, LedgerRestored};
use crate::domain::ids::Text;
use crate::edge::anchors::{Anchor, Anchors};
use crate::edge::config::LedgerConfig;
use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use std::path::{Path, PathBuf};

/// The file that keeps a folder from being opened for writing.
pub const RESTORE_FILE: &str = "RESTORE";
const UNFINISHED: &str = "unfinished\n";
const READING: &str = "for reading\n";
const MADE: &str = "made\n";

/// A folder that a log was copied into, and that is no ledger yet.
#[derive(Debug)]
pub struct Restoring {
    folder: PathBuf,
    /// True if the folder itself is new.
    is_new: bool,
}

/// What becomes a ledger.
pub struct Restored<'a> {
    /// `ledger.toml` as the log's first entry has it.
    pub config: &'a LedgerConfig,
    /// Where the log was taken from, for the entry.
    pub source: &'a str,
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// Documents and file number of the entry.
    pub filing: Filing,
    /// The clock's own day, where it does not fit the copy's last entry.
    pub accept_clock: Option<Date>,
}

impl std::fmt::Debug for Restored<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restored").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A ledger that can be written to again, or that waits for an anchor to be given up.
#[derive(Debug)]
pub struct Rebuilt {
    /// The ledger, published; `None` where it is shorter than `longest`.
    pub ledger: Option<Ledger>,
    /// The entry that says so.
    pub receipt: Receipt,
}

impl Restoring {
    /// Copies the log that `reader` reads into `folder`, which must be new or empty, or what an
    /// earlier restore left that did not end before it made a ledger of it ([`is_made`]).
    ///
    /// # Errors
    /// `folder_not_empty` (`Kind::Usage`), with nothing changed. What reading the source gives,
    /// `copy_not_verified` where its entries do not chain, and `entries_differ`, with everything taken
    /// back.
    pub fn begin(
        folder: &Path,
        reader: &ArchiveReader,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self> {
        let is_new = !durable::is_there(folder)?;
        if !is_new && is_unfinished(folder)? {
            unfinished::clear(folder, RESTORE_FILE)?;
        }
        check_empty(folder)?;
        durable::create_folder(folder, Readers::Everyone)?;
        let restoring = Self { folder: folder.to_owned(), is_new };
        // A source that goes on for ever is left where its entries do not chain any more.
        let mut walk = Walk::new(None);
        let mut look = |index: u64, bytes: &[u8]| {
            if index.is_multiple_of(8_192) {
                progress(index);
            }
            walk.step(bytes).map(drop).map_err(not_verified)
        };
        let copied =
            durable::replace(&folder.join(RESTORE_FILE), UNFINISHED.as_bytes(), Readers::Everyone)
                .and_then(|()| copy(reader, &folder.join(LOG_FOLDER), &mut look));
        match copied {
            Ok(()) => Ok(restoring),
            Err(error) => {
                restoring.take_back();
                Err(error)
            }
        }
    }

    /// The folder of the copied log, to be verified.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join(LOG_FOLDER)
    }

    /// Takes everything back.
    pub fn take_back(self) {
        if unfinished::clear(&self.folder, RESTORE_FILE).is_ok() && self.is_new {
            std::fs::remove_dir(&self.folder).ok();
        }
    }

    /// How the copied log stands to an anchor.
    ///
    /// # Errors
    /// `differs_from_anchor` (`Kind::Fork`); as [`ArchiveReader::open`].
    pub fn compare(&self, anchor: Option<&Anchor>) -> Result<Anchored> {
        match Anchored::of_log(&ArchiveReader::open(&self.log())?, anchor)? {
            Anchored::Differs { expected, found } => {
                let message = format!(
                    "the copy is another log than this machine knows: expected the root {expected}, found {found}"
                );
                Err(Error::new(Kind::Fork, "differs_from_anchor", message)
                    .with_detail("expected", expected)
                    .with_detail("found", found)
                    .with_hint("one of the two was rewritten: keep both, and compare with a checkpoint that somebody else kept").in_case("copy"))
            }
            anchored @ (Anchored::Agrees | Anchored::Missing | Anchored::Shorter) => Ok(anchored),
        }
    }

    /// Makes a ledger that can be read, and never written to.
    ///
    /// # Errors
    /// `Kind::Io`; the folder is then no ledger.
    pub fn finish_for_reading(self, config: &LedgerConfig) -> Result<()> {
        // Until its last step it is one that was cut off, and begun anew by another.
        config.create(&self.folder)?;
        durable::replace(&self.folder.join(RESTORE_FILE), READING.as_bytes(), Readers::Everyone)
    }

    /// Makes a ledger that can be written to, with `LedgerRestored` as its first new entry; where
    /// `is_short`, because more is known to have been published, only once its anchor is given up.
    ///
    /// # Errors
    /// As [`Ledger::open`] and [`Ledger::submit`]. Nothing is left then. A ledger that is whole and
    /// whose publish failed is no error ([`Ledger::unpublished`]).
    pub fn finish(
        self,
        outside: Outside,
        restored: &Restored<'_>,
        is_short: bool,
    ) -> Result<Rebuilt> {
        match self.rebuild(outside, restored, is_short) {
            Ok((mut ledger, receipt)) if !is_short => {
                ledger.publish_if_it_can();
                Ok(Rebuilt { ledger: Some(ledger), receipt })
            }
            Ok((_, receipt)) => Ok(Rebuilt { ledger: None, receipt }),
            Err(error) => {
                self.take_back();
                Err(error)
            }
        }
    }

    fn rebuild(
        &self,
        outside: Outside,
        restored: &Restored<'_>,
        is_short: bool,
    ) -> Result<(Ledger, Receipt)> {
        let note = ArchiveReader::open(&self.log())?.note().to_vec();
        let note = String::from_utf8_lossy(&note).into_owned();
        let size = ArchiveReader::open(&self.log())?.size();
        let anchor = Anchor { size, checkpoint: note };
        let anchors: Anchors = outside.anchors.clone();
        let (config, against) = (restored.config, Against::Checkpoint(&anchor));
        let media = Media::default();
        let mut ledger = Ledger::open_against(&self.folder, config, outside, &media, against)?;
        // That the store was filled from the log is what was asked for.
        ledger.notes.clear();
        let (source, filing) = (Text::new(restored.source), restored.filing.clone());
        let head = Bytes32(ledger.head.hash.0);
        let command = Command::RestoreLedger(LedgerRestored { source, size, head, filing });
        let order = Order { occurred_on: None, historical: false, command };
        let receipt = ledger.submit(&Submission {
            order: &order,
            confidential: None,
            signer: restored.signer,
            command_key: None,
            accept_clock: restored.accept_clock,
            dry_run: false,
            until: Durability::Recorded,
        })?;
        if !is_short {
            anchors.write(&config.origin, &anchor.checkpoint)?;
        }
        config.create(&self.folder)?;
        durable::replace(&self.folder.join(RESTORE_FILE), MADE.as_bytes(), Readers::Everyone)?;
        Ok((ledger, receipt))
    }
}

/// True for a folder whose ledger a restore made, which was cut off before it could say so.
///
/// # Errors
/// `Kind::Io` when the disk cannot tell.
pub fn is_made(folder: &Path) -> Result<bool> {
    let text = durable::read_text(&folder.join(RESTORE_FILE))?;
    Ok(text.is_some_and(|text| text == MADE))
}

/// Forgets that a restore made the ledger, once that was told.
///
/// # Errors
/// `Kind::Io`: the mark stays, and stands in nobody's way.
pub fn forget_made(folder: &Path) -> Result<()> {
    if is_made(folder)? { durable::remove(&folder.join(RESTORE_FILE)) } else { Ok(()) }
}

impl Ledger {
    /// What the last entry says of the copy that the ledger was restored from, if it is that entry.
    ///
    /// # Errors
    /// As [`Ledger::event`].
    #[expect(clippy::wildcard_enum_match_arm, reason = "one event is asked for")]
    pub fn just_restored(&self) -> Result<Option<LedgerRestored>> {
        let last = self.head.size.checked_sub(1).map_or(Ok(None), |last| self.event(last))?;
        Ok(last.and_then(|event| match event.body {
            Body::LedgerRestored(b) => Some(b),
            _ => None,
        }))
    }
}

/// Why what does not chain is not copied any further.
fn not_verified(broken: Break) -> Error {
    let message = format!("the copy does not verify: {broken}");
    Error::new(Kind::Break, "copy_not_verified", message)
        .with_hint("earmark verify --from shows all of it; take another copy")
        .with_detail("index", broken.index)
}

/// A folder may be opened for writing only when no restore into it waits for its end.
///
/// # Errors
/// `restore_unfinished`, `restored_for_reading` (`Kind::Usage`).
pub fn check_finished(folder: &Path) -> Result<()> {
    let shown = folder.display();
    match durable::read_text(&folder.join(RESTORE_FILE))? {
        None => Ok(()),
        Some(text) if text == MADE => Ok(()),
        Some(text) if text == READING => Err(Error::new(
            Kind::Usage,
            "restored_for_reading",
            format!("{shown} was restored without the keys to write to it"),
        )
        .with_hint(
            "with the log key and an officer's key: earmark archive restore --from DIR/log NEWDIR",
        )
        .with_detail("path", &shown)),
        Some(_) => Err(Error::new(
            Kind::Usage,
            "restore_unfinished",
            format!("a restore into {shown} was cut off"),
        )
        .with_hint("run the same earmark archive restore again, into the same folder")
        .with_detail("path", &shown)),
    }
}

/// True for a folder that a restore made to be read, and that nothing is written to.
///
/// # Errors
/// `Kind::Io` when the disk cannot tell.
pub(in crate::ledger) fn is_for_reading(folder: &Path) -> Result<bool> {
    let text = durable::read_text(&folder.join(RESTORE_FILE))?;
    Ok(text.as_deref() == Some(READING))
}

/// How a restore into a folder ended, in words; what else may be in the file is nobody's to read.
pub(in crate::ledger) fn ended_as(folder: &Path) -> &'static str {
    match durable::read_text(&folder.join(RESTORE_FILE)).ok().flatten().as_deref() {
        Some(UNFINISHED) => "a restore into it was cut off",
        Some(_) | None => "it has a file RESTORE that no restore made",
    }
}

/// True for what a restore left that did not end: its mark, or nothing but the mark on its way.
fn is_unfinished(folder: &Path) -> Result<bool> {
    if let Some(text) = durable::read_text(&folder.join(RESTORE_FILE))? {
        return Ok(text == UNFINISHED);
    }
    let io = |e| Error::io("read the folder", folder, e);
    for name in std::fs::read_dir(folder).map_err(io)? {
        let name = name.map_err(io)?.file_name();
        if !durable::is_left_of(&name.to_string_lossy(), RESTORE_FILE) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn check_empty(folder: &Path) -> Result<()> {
    let mut inside = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        inside => inside.map_err(|e| Error::io("read the folder", folder, e))?,
    };
    if inside.next().is_none() { Ok(()) } else { Err(not_empty(folder)) }
}

/// A restore into this folder would go over what is there.
#[must_use]
pub fn not_empty(folder: &Path) -> Error {
    let message =
        format!("the folder {} is not empty: a restore overwrites nothing", folder.display());
    Error::new(Kind::Usage, "folder_not_empty", message)
        .with_hint("choose a new folder; what is in this one may be the better copy")
        .in_case("restore")
        .with_detail("path", folder.display())
}
