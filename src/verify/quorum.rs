//! The witnesses of a policy: whether enough of them cosigned this log, and up to which entry.
//!
//! A log goes on after it was cosigned. What counts is the last checkpoint that the quorum cosigned:
//! today's, or the one kept in `checkpoint.cosigned`, which today's log must begin with.

use super::{Fault, Outcome, Report, Tier};
use crate::archive::reader::ArchiveReader;
use crate::error::Error;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, Standing};

const CHECKPOINT: &str = "checkpoint";
const COSIGNED: &str = "checkpoint.cosigned";

/// What the witnesses of a policy say of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    /// Who cosigned.
    pub standing: Standing,
    /// The number of entries that they cosigned.
    pub size: u64,
    /// Entries after those, which no quorum cosigned yet.
    pub not_yet: u64,
}

impl Report {
    /// Holds the log against the witnesses of a policy: who cosigned it, or a fault in the tier log.
    pub fn hold_to_policy(&mut self, log: &ArchiveReader, policy: &Policy) {
        match quorum(log, policy) {
            Ok(quorum) => self.quorum = Some(quorum),
            Err(fault) => {
                self.faults.push(fault);
                self.faults.sort_by_key(|fault| (fault.tier, fault.index.unwrap_or(u64::MAX)));
                let log = self.tiers.iter_mut().filter(|(tier, _)| *tier == Tier::Log);
                log.for_each(|(_, outcome)| *outcome = Outcome::Broken);
            }
        }
    }
}

fn quorum(log: &ArchiveReader, policy: &Policy) -> Result<Quorum, Fault> {
    let now = Note::parse(log.note()).and_then(|note| policy.standing(&note));
    let now = now.map_err(|error| broken(CHECKPOINT, &error))?;
    if now.is_met {
        return Ok(Quorum { standing: now, size: log.size(), not_yet: 0 });
    }
    let kept = log.cosigned().map_err(|error| broken(COSIGNED, &error))?;
    let kept = kept.ok_or_else(|| not_met(CHECKPOINT, &now))?;
    let (checkpoint, standing) = policy.verify(&kept).map_err(|error| broken(COSIGNED, &error))?;
    if checkpoint.origin != log.checkpoint().origin {
        let expected = format!("a checkpoint of {}", log.checkpoint().origin);
        return Err(fault(COSIGNED, "origin", expected, checkpoint.origin, "changed"));
    }
    if !standing.is_met {
        return Err(not_met(COSIGNED, &standing));
    }
    let Some(not_yet) = log.size().checked_sub(checkpoint.size) else {
        return ahead(log, &checkpoint, standing);
    };
    holds(log, &checkpoint)?;
    Ok(Quorum { standing, size: checkpoint.size, not_yet })
}

/// More was cosigned than this log had when it was opened: somebody published meanwhile, or it was cut
/// since. What was opened is cosigned if it is the beginning of what was.
fn ahead(log: &ArchiveReader, cosigned: &Checkpoint, standing: Standing) -> Result<Quorum, Fault> {
    let mut now = log.clone();
    now.refresh().map_err(|error| broken(CHECKPOINT, &error))?;
    if now.size() < cosigned.size {
        let expected = format!("at least the {} entries that were cosigned", cosigned.size);
        let found = format!("{} entries", now.size());
        return Err(fault(CHECKPOINT, "size", expected, found, "truncated"));
    }
    holds(&now, cosigned)?;
    holds(&now, log.checkpoint())?;
    Ok(Quorum { standing, size: log.size(), not_yet: 0 })
}

/// The log begins with what an older checkpoint of it says.
fn holds(log: &ArchiveReader, older: &Checkpoint) -> Result<(), Fault> {
    let root = log.tree().and_then(|mut tree| tree.root_at(older.size));
    let root = root.map_err(|error| broken(CHECKPOINT, &error))?;
    if root == older.root {
        return Ok(());
    }
    let expected = format!("the root {} of {} cosigned entries", older.root, older.size);
    Err(fault(COSIGNED, "root", expected, root.to_string(), "rewritten"))
}

fn not_met(file: &str, standing: &Standing) -> Fault {
    let expected = format!("the quorum {} of the policy", standing.quorum);
    fault(file, "cosignatures", expected, standing.to_string(), "missing")
}

fn broken(file: &str, error: &Error) -> Fault {
    let expected = "cosignatures that verify".to_owned();
    fault(file, "cosignatures", expected, error.message().to_owned(), "changed")
}

fn fault(file: &str, field: &str, expected: String, found: String, likely: &str) -> Fault {
    Fault {
        tier: Tier::Log,
        index: None,
        file: Some(file.to_owned()),
        field: field.to_owned(),
        expected,
        found,
        likely: likely.to_owned(),
        acknowledged: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::archive::writer::ArchiveWriter;
    use crate::chain::entry::Sealed;
    use crate::chain::signature::{SeedSigner, Signer};
    use crate::tlog::cosignature::{self, WitnessKey};
    use crate::tlog::note::VerifierKey;

    const ORIGIN: &str = "example.org/log";

    fn policy() -> Policy {
        let log = VerifierKey::new(ORIGIN, &SeedSigner::new(&[9; 32]).public_key()).unwrap();
        let city = WitnessKey::new("city", &SeedSigner::new(&[1; 32]).public_key()).unwrap();
        let text = format!("log {log}\nwitness city {city}\nquorum city\n");
        Policy::parse(text.as_bytes()).unwrap()
    }

    /// A log folder, grown by `name`d entries and published.
    fn grow(folder: &std::path::Path, to: u64, name: &str) -> ArchiveWriter {
        let mut writer = ArchiveWriter::open(folder).unwrap();
        let entry = |index: u64| Sealed::new(index, format!("{name} {index}").into_bytes());
        writer.append(&(writer.size()..to).map(entry).collect::<Vec<_>>()).unwrap();
        writer.publish(&SeedSigner::new(&[9; 32]), ORIGIN, 0, &mut |_| Ok(())).unwrap();
        writer
    }

    fn cosign(writer: &mut ArchiveWriter) {
        let note = writer.published().unwrap().note;
        let checkpoint = Checkpoint::read(&note).unwrap();
        let signer = SeedSigner::new(&[1; 32]);
        let line = cosignature::cosign(&checkpoint, 7, "city", &signer).unwrap();
        assert!(writer.attach(&checkpoint, &[line], &policy()).unwrap().is_met);
    }

    #[test]
    fn the_last_cosigned_head_counts_and_what_came_after_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = grow(folder.path(), 300, "a");
        let before = ArchiveReader::open(folder.path()).unwrap();
        let fault = quorum(&before, &policy()).unwrap_err();
        assert_eq!((fault.field.as_str(), fault.likely.as_str()), ("cosignatures", "missing"));
        cosign(&mut writer);
        let reader = || ArchiveReader::open(folder.path()).unwrap();
        let sizes = |log: &ArchiveReader| {
            let quorum = quorum(log, &policy()).unwrap();
            (quorum.size, quorum.not_yet)
        };
        assert_eq!(sizes(&reader()), (300, 0));
        // Opened before it was cosigned, read after: no alarm.
        assert_eq!(sizes(&before), (300, 0));
        let mut writer = grow(folder.path(), 700, "a");
        assert_eq!(sizes(&reader()), (300, 400));
        let behind = reader();
        cosign(&mut writer);
        grow(folder.path(), 701, "a");
        assert_eq!(sizes(&reader()), (700, 1));
        assert_eq!(sizes(&behind), (700, 0));
        assert_eq!(sizes(&before), (300, 0));
    }

    #[test]
    fn a_log_that_does_not_begin_with_its_cosigned_head_is_told() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        cosign(&mut grow(one.path(), 300, "a"));
        let cosigned = std::fs::read(one.path().join(COSIGNED)).unwrap();
        let likely = |size: u64| {
            let log = other.path().join(size.to_string());
            grow(&log, size, "b");
            std::fs::write(log.join(COSIGNED), &cosigned).unwrap();
            quorum(&ArchiveReader::open(&log).unwrap(), &policy()).unwrap_err().likely
        };
        assert_eq!((likely(299), likely(300)), ("truncated".to_owned(), "rewritten".to_owned()));
        assert_eq!(likely(500), "rewritten");
        std::fs::write(one.path().join(COSIGNED), b"x").unwrap();
        grow(one.path(), 301, "a");
        let fault = quorum(&ArchiveReader::open(one.path()).unwrap(), &policy()).unwrap_err();
        assert_eq!((fault.file.as_deref(), fault.likely.as_str()), (Some(COSIGNED), "changed"));
    }
}
