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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::medium::{Disk, Faulty};
    use crate::archive::reader::ArchiveReader;
    use crate::chain::entry::Sealed;
    use crate::chain::signature::{SeedSigner, Signer};
    use crate::tlog::cosignature::{self, WitnessKey};
    use std::path::Path;
    use std::sync::Arc;

    fn witness(number: u8) -> (String, SeedSigner) {
        (format!("w{number}"), SeedSigner::new(&[number; 32]))
    }

    /// Two witnesses, of whom both must cosign.
    fn policy() -> Policy {
        let line = |number| {
            let (name, signer) = witness(number);
            let key = WitnessKey::new(&name, &signer.public_key()).unwrap();
            format!("witness {name} {key}\n")
        };
        let text = format!("{}{}group both all w1 w2\nquorum both\n", line(1), line(2));
        Policy::parse(text.as_bytes()).unwrap()
    }

    fn cosign(checkpoint: &Checkpoint, number: u8) -> NoteSignature {
        let (name, signer) = witness(number);
        cosignature::cosign(checkpoint, 7, &name, &signer).unwrap()
    }

    fn grow(writer: &mut ArchiveWriter) -> Checkpoint {
        let index = writer.size();
        writer.append(&[Sealed::new(index, format!("entry {index}").into_bytes())]).unwrap();
        publish(writer)
    }

    fn publish(writer: &mut ArchiveWriter) -> Checkpoint {
        let signer = SeedSigner::new(&[9; 32]);
        let note = writer.publish(&signer, "example.org/log", 0, &mut |_| Ok(())).unwrap().note;
        Checkpoint::read(&note).unwrap()
    }

    fn lines(log: &Path) -> (usize, Option<usize>) {
        let reader = ArchiveReader::open(log).unwrap();
        let count = |note: &[u8]| Note::parse(note).unwrap().signatures().len();
        (count(reader.note()), reader.cosigned().unwrap().map(|note| count(&note)))
    }

    #[test]
    fn lines_gather_until_the_quorum_is_met_and_the_met_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ArchiveWriter::open(folder.path()).unwrap();
        let first = grow(&mut writer);
        let attach = |writer: &mut ArchiveWriter, at: &Checkpoint, number| {
            writer.attach(at, &[cosign(at, number)], &policy())
        };
        assert!(!attach(&mut writer, &first, 1).unwrap().is_met);
        assert_eq!(lines(folder.path()), (2, None));
        assert!(attach(&mut writer, &first, 2).unwrap().is_met);
        assert_eq!(lines(folder.path()), (3, Some(3)));
        // Nothing new: the cosignatures stay. Something new: they stay beside it.
        assert_eq!(publish(&mut writer), first);
        assert_eq!(lines(folder.path()), (3, Some(3)));
        let second = grow(&mut writer);
        assert_eq!(lines(folder.path()), (1, Some(3)));
        assert_eq!(attach(&mut writer, &first, 1).unwrap_err().code(), "checkpoint_moved");
        let wrong = writer.attach(&second, &[cosign(&first, 1)], &policy()).unwrap_err();
        assert_eq!(wrong.code(), "cosignature_wrong");
        assert_eq!(lines(folder.path()), (1, Some(3)));
        // Neither refusal spoils the writer, and what is there opens again.
        assert!(!attach(&mut writer, &second, 2).unwrap().is_met);
        drop(writer);
        let mut writer = ArchiveWriter::open(folder.path()).unwrap();
        assert!(attach(&mut writer, &second, 1).unwrap().is_met);
        assert_eq!(lines(folder.path()), (3, Some(3)));
    }

    #[test]
    fn a_disk_that_fails_at_any_step_leaves_a_whole_checkpoint() {
        for fails_at in 0_u64.. {
            let folder = tempfile::tempdir().unwrap();
            let checkpoint = grow(&mut ArchiveWriter::open(folder.path()).unwrap());
            let both = [cosign(&checkpoint, 1), cosign(&checkpoint, 2)];
            let medium = Arc::new(Faulty::new(Arc::new(Disk), fails_at, 28));
            let writer = ArchiveWriter::open_on(Arc::<Faulty>::clone(&medium), folder.path());
            let Ok(mut writer) = writer else { continue };
            let attached = writer.attach(&checkpoint, &both, &policy());
            if attached.is_ok() {
                assert!(medium.steps() <= fails_at && fails_at > 8);
                return;
            }
            let again = writer.attach(&checkpoint, &both, &policy()).unwrap_err();
            assert_eq!(again.code(), "archive_poisoned");
            let (now, cosigned) = lines(folder.path());
            assert!(matches!((now, cosigned), (1, None) | (1 | 3, Some(3))), "{fails_at}");
            let mut writer = ArchiveWriter::open(folder.path()).unwrap();
            assert!(writer.attach(&checkpoint, &both, &policy()).unwrap().is_met);
            assert_eq!(lines(folder.path()), (3, Some(3)));
        }
    }
}
