//! Cosignatures into the published checkpoint: the same text, signed by more.
//!
//! What it lacks on purpose: asking for them, and judging which witnesses count (`tlog::policy`).

use super::super::folder::{CHECKPOINT, COSIGNED, Signed};
use super::{ArchiveWriter, moved};
use crate::error::Result;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, NoteSignature};
use crate::tlog::policy::{Policy, Standing};

impl ArchiveWriter {
    /// Adds cosignatures to the published checkpoint: the same text, signed by more. Where `policy` is
    /// then satisfied, a copy is kept as the last checkpoint that a quorum cosigned, for those who
    /// read after the next publish. Durable when it returns; tells who cosigned.
    ///
    /// # Errors
    /// `checkpoint_moved` (`Kind::Conflict`), with nothing done, when another checkpoint than the one
    /// that was cosigned is published; `cosignature_wrong` (`Kind::Break`); `Kind::Io` when the disk
    /// could not, or `archive_poisoned` after an earlier error.
    pub fn attach(
        &mut self,
        cosigned: &Checkpoint,
        lines: &[NoteSignature],
        policy: &Policy,
    ) -> Result<Standing> {
        self.check_usable()?;
        let published = self.published.as_ref().filter(|now| now.checkpoint == *cosigned);
        let published = published.ok_or_else(|| {
            let size = self.published.as_ref().map_or(0, |now| now.checkpoint.size);
            moved(&format!("one of size {}", cosigned.size), &format!("one of size {size}"))
        })?;
        let mut note = Note::parse(&published.note)?;
        lines.iter().for_each(|line| note.put(line.clone()));
        let standing = policy.standing(&note)?;
        let note = note.to_string().into_bytes();
        let done =
            self.put_cosigned(Signed { checkpoint: cosigned.clone(), note }, standing.is_met);
        self.poison_on_error(done)?;
        Ok(standing)
    }

    /// First the copy, then the checkpoint: a crash leaves one without the other, which harms nobody.
    fn put_cosigned(&mut self, new: Signed, is_quorum: bool) -> Result<()> {
        self.check_not_moved()?;
        let names = [Some(COSIGNED).filter(|_| is_quorum), Some(CHECKPOINT)];
        let names = || names.into_iter().flatten();
        let files: Vec<_> = names().map(|name| (name, new.note.as_slice())).collect();
        self.files.write_tiles(Vec::new(), &files)?;
        self.files.sync_new()?;
        self.check_not_moved()?;
        names().try_for_each(|name| self.files.rename_in_place(name))?;
        self.files.sync_log()?;
        self.published = Some(new);
        Ok(())
    }
}
