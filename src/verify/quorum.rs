//! The witnesses of a policy: whether enough of them cosigned this log, and up to which entry.
//!
//! A log goes on after it was cosigned. What counts is the last checkpoint that the quorum cosigned:
//! today's, or the one kept in `checkpoint.cosigned`, which today's log must begin with.

use super::{Fault, Outcome, Report, Tier};
use crate::archive::reader::ArchiveReader;
use crate::error::Error;
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
    let size = checkpoint.size;
    let Some(not_yet) = log.size().checked_sub(size) else {
        let expected = format!("at least the {size} entries that were cosigned");
        let found = format!("{} entries", log.size());
        return Err(fault(CHECKPOINT, "size", expected, found, "truncated"));
    };
    let root = log.tree().and_then(|mut tree| tree.root_at(size));
    let root = root.map_err(|error| broken(CHECKPOINT, &error))?;
    if root != checkpoint.root {
        let expected = format!("the root {} of {size} cosigned entries", checkpoint.root);
        return Err(fault(COSIGNED, "root", expected, root.to_string(), "rewritten"));
    }
    Ok(Quorum { standing, size, not_yet })
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
    }
}
