//! The ledger against what is known of it outside its folder: the anchor, or what stands for it.
//!
//! The anchor is what a rollback of the folder cannot take back. A machine that holds the log key has
//! one as soon as a checkpoint is published, because it is written first; so one that is missing was
//! taken away, or the keys came to a new machine without it. Neither is passed over in silence.

use super::Outside;
use crate::archive::medium::Medium;
use crate::archive::reader::ArchiveReader;
use crate::edge::anchors::Anchor;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::MAX_CHECKPOINT_BYTES;
use crate::tlog::tree::Digest;
use std::path::Path;

/// What a ledger is compared with when it is opened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Against<'a> {
    /// The anchor of this machine.
    Anchor,
    /// A checkpoint that was verified, whatever the anchor says. The anchor stays as it is until an
    /// entry says why it is given up.
    Checkpoint(&'a Anchor),
}

impl Against<'_> {
    /// The checkpoint to compare with; `None` for a log that was never published.
    ///
    /// # Errors
    /// `anchor_missing`, `anchor_malformed`, `Kind::Io`.
    pub(super) fn anchor(
        self,
        outside: &Outside,
        origin: &str,
        log: &Log,
    ) -> Result<Option<Anchor>> {
        match self {
            Self::Checkpoint(anchor) => Ok(Some(anchor.clone())),
            Self::Anchor => match outside.anchors.read(origin)? {
                None if log.is_published() => Err(anchor_missing(outside, origin)),
                anchor => Ok(anchor),
            },
        }
    }
}

/// The folder of the log, where it is.
pub(super) struct Log<'a> {
    pub(super) medium: &'a dyn Medium,
    pub(super) folder: &'a Path,
}

impl Log<'_> {
    /// True if there is a checkpoint, readable or not.
    fn is_published(&self) -> bool {
        let checkpoint = self.folder.join("checkpoint");
        !matches!(self.medium.read(&checkpoint, MAX_CHECKPOINT_BYTES), Ok(None))
    }
}

fn anchor_missing(outside: &Outside, origin: &str) -> Error {
    let path = outside.anchors.path(origin);
    let message = format!(
        "the log was published, and this machine has its key, but not its anchor {}: nothing \
         outside the ledger says how long it was",
        path.display()
    );
    Error::new(Kind::NotPinned, "anchor_missing", message)
        .with_detail("anchor", path.display())
        .with_hint(
            "bring anchors/ along from where the keys came; if it is lost, compare the ledger with \
             a checkpoint that somebody else kept, then earmark anchor adopt CHECKPOINT",
        )
}

/// The ledger holds what the anchor says. `root` is the tree's at the anchor's size.
///
/// # Errors
/// `shorter_than_anchor`, `differs_from_anchor`.
pub(super) fn check_anchor(
    anchor: Option<&Anchor>,
    size: u64,
    root: impl FnOnce() -> Result<Option<Digest>>,
) -> Result<()> {
    let published = anchor.map_or(0, |anchor| anchor.size);
    match Anchored::of(anchor, size, root)? {
        Anchored::Agrees | Anchored::Missing => Ok(()),
        Anchored::Shorter => {
            let message =
                format!("the ledger has {size} entries, but {published} were published before");
            Err(Error::new(Kind::Fork, "shorter_than_anchor", message)
                .with_hint("the folder was rolled back: restore a copy with all entries")
                .with_detail("expected", published)
                .with_detail("found", size))
        }
        Anchored::Differs { expected, found } => {
            let message = format!(
                "at size {published} the ledger's root is {found}, but {expected} was published before"
            );
            Err(Error::new(Kind::Fork, "differs_from_anchor", message)
                .with_hint("the log was rewritten: compare with a copy, and keep both")
                .with_detail("expected", expected)
                .with_detail("found", found)
                .with_detail("size", published))
        }
    }
}

/// How a ledger stands to an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchored {
    /// It begins with what the anchor says, or is it.
    Agrees,
    /// There is no anchor.
    Missing,
    /// The anchor says more entries than it has.
    Shorter,
    /// At the anchor's size it has another root.
    Differs {
        /// The root that the anchor says.
        expected: String,
        /// The root of the log.
        found: String,
    },
}

impl Anchored {
    /// Of a ledger of a size; `root` is its tree's at the anchor's size.
    fn of(
        anchor: Option<&Anchor>,
        size: u64,
        root: impl FnOnce() -> Result<Option<Digest>>,
    ) -> Result<Self> {
        let Some(anchor) = anchor else { return Ok(Self::Missing) };
        if anchor.size > size {
            return Ok(Self::Shorter);
        }
        let expected = anchor.checkpoint.lines().nth(2).unwrap_or_default().to_owned();
        let found = root()?.map(Digest::to_base64).unwrap_or_default();
        Ok(if expected == found { Self::Agrees } else { Self::Differs { expected, found } })
    }

    /// Of a published log, whose tiles are held against its checkpoint as far as they are read.
    ///
    /// # Errors
    /// `Kind::Break` names a damaged file of the log; `Kind::Io`.
    pub fn of_log(archive: &ArchiveReader, anchor: Option<&Anchor>) -> Result<Self> {
        let size = anchor.map_or(0, |anchor| anchor.size);
        Self::of(anchor, archive.size(), || archive.tree()?.root_at(size).map(Some))
    }
}
