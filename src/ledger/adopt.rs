//! Giving up an anchor: the only way past one that is missing, or that the ledger does not agree with.
//!
//! The entry comes first, then the anchor, then the publish: a crash between any two leaves a ledger
//! that is refused as before, or one whose chain says why it was not. What the old anchor said is kept
//! beside the new one.

use super::anchored::{Against, check_anchor};
use super::checks::root_at;
use super::{Durability, Ledger, Media, Outside, Receipt, Submission};
use crate::chain::signature::Signer;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::{AnchorAdopted, Body, Bytes32, Filing};
use crate::edge::anchors::Anchor;
use crate::edge::config::LedgerConfig;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use std::path::{Path, PathBuf};

/// A wish to take a checkpoint for the anchor.
pub struct Adoption<'a> {
    /// The signed checkpoint, verbatim.
    pub checkpoint: &'a str,
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// Documents and file number of the entry.
    pub filing: Filing,
    /// The day of the entry; `None`: today.
    pub occurred_on: Option<Date>,
    /// The clock's own day, where it does not fit the head.
    pub accept_clock: Option<Date>,
    /// See whether it could be done, record nothing.
    pub dry_run: bool,
}

impl std::fmt::Debug for Adoption<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adoption").field("checkpoint", &self.checkpoint).finish_non_exhaustive()
    }
}

/// An anchor that was given up for a checkpoint.
#[derive(Debug)]
pub struct Adopted {
    /// The ledger, open and published, but after a dry run.
    pub ledger: Ledger,
    /// The entry that says so; `None` where an earlier run that was cut off had recorded it.
    pub receipt: Option<Receipt>,
    /// Number of entries that the checkpoint says.
    pub size: u64,
    /// What the anchor said before, as far as it could be read.
    pub before: Option<Anchor>,
    /// Where the old anchor is kept.
    pub kept: Option<PathBuf>,
}

impl Ledger {
    /// Takes a checkpoint for the anchor of the ledger in `folder`, records that, and publishes.
    ///
    /// # Errors
    /// `anchor_stands` (`Kind::Usage`) when ledger and anchor agree, so that there is nothing to give
    /// up; `checkpoint_malformed`, `note_unverified`, `checkpoint_of_another_log` when it is not signed
    /// by the log's key; `shorter_than_checkpoint`, `differs_from_checkpoint` (`Kind::Fork`) when the
    /// ledger does not hold it; all with nothing recorded. Otherwise as [`Ledger::open`] and
    /// [`Ledger::submit`].
    pub fn adopt_anchor(
        folder: &Path,
        outside: Outside,
        adoption: &Adoption<'_>,
    ) -> Result<Adopted> {
        let config = LedgerConfig::read(folder)?;
        let key = VerifierKey::new(&config.origin, &outside.log_signer.public_key())?;
        let checkpoint = Checkpoint::verify(adoption.checkpoint.as_bytes(), &key)?;
        let new = Anchor { size: checkpoint.size, checkpoint: adoption.checkpoint.to_owned() };
        let anchors = outside.anchors.clone();
        // One that cannot be read is given up like one that disagrees.
        let before = anchors.read(&config.origin).or_else(|error| match error.code() {
            "anchor_malformed" => Ok(None),
            _ => Err(error),
        })?;
        let against = Against::Checkpoint(&new);
        let opened = Self::open_against(folder, &config, outside, &Media::default(), against);
        let mut ledger = opened.map_err(not_the_checkpoint)?;
        if before.is_some() && ledger.agrees_with(before.as_ref())? {
            return Err(stands(&config.origin, before.as_ref()));
        }
        let root = Bytes32(checkpoint.root.0);
        let receipt = if ledger.ends_with_adoption(checkpoint.size, root)? {
            None
        } else {
            Some(ledger.record_adoption(adoption, checkpoint.size, root)?)
        };
        if adoption.dry_run {
            return Ok(Adopted { ledger, receipt, size: checkpoint.size, before, kept: None });
        }
        let kept = anchors.adopt(&config.origin, adoption.checkpoint)?;
        ledger.publish_if_it_can();
        Ok(Adopted { ledger, receipt, size: checkpoint.size, before, kept })
    }

    fn agrees_with(&self, anchor: Option<&Anchor>) -> Result<bool> {
        let size = anchor.map_or(0, |anchor| anchor.size);
        let root = || root_at(&self.archive, size, self.store.as_ref()).map(Some);
        match check_anchor(anchor, self.head.size, root) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == Kind::Fork => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// True if the last entry is this adoption: an earlier run was cut off after it.
    fn ends_with_adoption(&self, size: u64, root: Bytes32) -> Result<bool> {
        let last = self.head.size.checked_sub(1).map_or(Ok(None), |last| self.event(last))?;
        Ok(last.is_some_and(|event| {
            matches!(&event.body, Body::AnchorAdopted(b) if (b.size, b.root) == (size, root))
        }))
    }

    fn record_adoption(
        &mut self,
        adoption: &Adoption<'_>,
        size: u64,
        root: Bytes32,
    ) -> Result<Receipt> {
        let filing = adoption.filing.clone();
        let command = Command::AdoptAnchor(AnchorAdopted { size, root, filing });
        let order = Order { occurred_on: adoption.occurred_on, historical: false, command };
        self.submit(&Submission {
            order: &order,
            confidential: None,
            signer: adoption.signer,
            command_key: None,
            accept_clock: adoption.accept_clock,
            dry_run: adoption.dry_run,
            until: Durability::Recorded,
        })
    }
}

fn stands(origin: &str, anchor: Option<&Anchor>) -> Error {
    let size = anchor.map_or(0, |anchor| anchor.size);
    let message = format!(
        "the ledger holds what the anchor of {origin} says at size {size}: there is nothing to give up"
    );
    Error::new(Kind::Usage, "anchor_stands", message)
        .with_hint("see `earmark anchor show`")
        .with_detail("origin", origin)
        .with_detail("size", size)
}

/// The same comparison, with the words for a checkpoint.
fn not_the_checkpoint(error: Error) -> Error {
    let (code, words) = match error.code() {
        "shorter_than_anchor" => ("shorter_than_checkpoint", "is shorter than the checkpoint"),
        "differs_from_anchor" => ("differs_from_checkpoint", "is another than the checkpoint's"),
        _ => return error,
    };
    let message = format!("the ledger {words}: {}", error.message());
    let named = Error::new(Kind::Fork, code, message).with_hint(
        "adopt a checkpoint that this ledger holds, for example its own: DIR/log/checkpoint",
    );
    error.details().iter().fold(named, |named, (name, value)| named.with_detail(name, value))
}
