//! A new log key: recorded by an entry, then signing every checkpoint from there on.
//!
//! The order is: the new key is durable in a file (the caller's part), the entry is recorded, the
//! checkpoint of the new size is signed by the new key and published. A crash in between leaves a
//! ledger that asks for the new key, which opening then publishes with.

use super::{CACHE_FOLDER, Durability, Ledger, Receipt, Submission};
use crate::chain::signature::Signer;
use crate::domain::command::Command;
use crate::error::{Error, Kind, Result};

impl Ledger {
    /// Records the rotation that `submission` asks for and signs with `successor` from then on.
    ///
    /// # Errors
    /// As [`Ledger::submit`]; `no_rotation` when the order asks for something else or for another key.
    pub fn rotate_log_key(
        &mut self,
        submission: &Submission<'_>,
        successor: Box<dyn Signer>,
    ) -> Result<Receipt> {
        let key = successor.public_key();
        let receipt = self.record_rotation(submission, key)?;
        if self.facts()?.log_key.0 == key {
            self.outside.log_signer = successor;
            self.drop_former_cache();
        }
        self.publish_rotation(submission, receipt)
    }

    /// Records the rotation that `submission` asks for from a key that is lost to the one that the
    /// ledger was opened with ([`Outside::lost_log_key`](super::Outside)). Nobody vouches for the new
    /// one: whoever trusted the old has to be given it by another way.
    ///
    /// # Errors
    /// As [`Ledger::rotate_log_key`].
    pub fn replace_lost_log_key(&mut self, submission: &Submission<'_>) -> Result<Receipt> {
        let receipt = self.record_rotation(submission, self.outside.log_signer.public_key())?;
        self.drop_former_cache();
        self.publish_rotation(submission, receipt)
    }

    fn record_rotation(&mut self, submission: &Submission<'_>, key: [u8; 32]) -> Result<Receipt> {
        if !matches!(&submission.order.command, Command::RotateLogKey(b) if b.key.0 == key) {
            let message = "the order does not bring in this log key";
            return Err(Error::new(Kind::Usage, "no_rotation", message));
        }
        self.submit(&Submission { until: Durability::Recorded, ..*submission })
    }

    fn publish_rotation(
        &mut self,
        submission: &Submission<'_>,
        mut receipt: Receipt,
    ) -> Result<Receipt> {
        if receipt.dry_run {
            return Ok(receipt);
        }
        if submission.until == Durability::Published {
            self.publish_if_it_can();
            receipt.durability = self.durability();
        }
        // The former key's is no snapshot any more.
        self.snapshot_or_note();
        Ok(receipt)
    }

    /// Removes a cache that a former log key signed: no reader uses it any more.
    pub(super) fn drop_former_cache(&mut self) {
        let former = self.facts().ok().and_then(|facts| facts.former_log_keys.last());
        if former.is_none_or(|former| self.cache_size > former.until) {
            return;
        }
        if super::reader::cache::remove(&self.folder.join(CACHE_FOLDER)).is_ok() {
            self.cache_size = 0;
        }
    }

    /// # Errors
    /// `log_key_differs`: only the ledger's own log key signs its checkpoints.
    pub(super) fn check_log_signer(&self) -> Result<()> {
        if self.facts()?.log_key.0 == self.outside.log_signer.public_key() {
            return Ok(());
        }
        let message = "checkpoints are signed by the ledger's log key, and this is another one";
        Err(Error::new(Kind::NotPinned, "log_key_differs", message)
            .with_hint("open the ledger again with its log key")
            .in_case("signing"))
    }
}
