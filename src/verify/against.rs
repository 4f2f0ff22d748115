//! Does today's log still begin with an older one? Proven from the tiles, without the entries.
//!
//! Of the older log at least a signed checkpoint is known, which says whether all of it is still
//! there. With a copy of its tiles the first entry that differs is named exactly; without, several
//! checkpoints narrow down where it is: it lies after the largest size that holds and below the
//! smallest that does not. What it lacks on purpose: the entries themselves, which the tiers read.

use super::{Fault, Tier};
use crate::archive::reader::ArchiveReader;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::tlog::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::proof::verify_consistency;
use crate::tlog::proof_file::{self, ProofFile};
use std::io::ErrorKind;
use std::path::Path;

/// An older state of a log: its signed checkpoint, and its tiles where there is a copy.
#[derive(Debug)]
pub struct Older {
    name: String,
    note: Vec<u8>,
    checkpoint: Checkpoint,
    copy: Option<ArchiveReader>,
}

/// What came of holding the log against an older one.
#[derive(Debug, Clone)]
pub struct Against {
    /// The file or folder it was read from.
    pub name: String,
    /// The older size.
    pub size: u64,
    /// False where it is not known to be of this log at all, by its origin and signature.
    pub compared: bool,
    /// Hashes of the consistency proof, where there is one.
    pub proof_hashes: Option<usize>,
    /// What does not hold; nothing if the log begins with the older one.
    pub faults: Vec<Fault>,
}

impl Older {
    /// Reads an older state from a checkpoint file, or from a `.tlog-proof` file, which holds one.
    ///
    /// # Errors
    /// `not_found` when there is nothing of that name; `note_malformed`, `checkpoint_malformed` or
    /// `proof_malformed` (`Kind::Break`) when it is no checkpoint.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = file::read_named(path, MAX_CHECKPOINT_BYTES).map_err(|error| {
            if error.kind() != ErrorKind::NotFound {
                return Error::io("read the checkpoint", path, error);
            }
            Error::new(Kind::NotFound, "not_found", format!("there is no {name}"))
                .with_detail("name", &name)
                .with_hint("name a checkpoint that you kept, a .tlog-proof file, or the folder of an older copy")
        })?;
        let note = if proof_file::is_proof(&bytes) {
            ProofFile::parse(&bytes)?.checkpoint.into_bytes()
        } else {
            bytes
        };
        let checkpoint = Checkpoint::read(&note)?;
        Ok(Self { name, note, checkpoint, copy: None })
    }

    /// An older state that this machine kept: a signed checkpoint, under a name to show.
    ///
    /// # Errors
    /// `note_malformed`, `checkpoint_malformed` (`Kind::Break`).
    pub fn of_note(name: String, note: Vec<u8>) -> Result<Self> {
        let checkpoint = Checkpoint::read(&note)?;
        Ok(Self { name, note, checkpoint, copy: None })
    }

    /// An older copy of the log, wherever it is.
    #[must_use]
    pub fn of_copy(name: String, copy: ArchiveReader) -> Self {
        let (note, checkpoint) = (copy.note().to_vec(), copy.checkpoint().clone());
        Self { name, note, checkpoint, copy: Some(copy) }
    }

    /// Number of entries of the older log.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }
}

/// Holds the log that `present` reads against each of these older states. Their checkpoints must be
/// signed by one of `keys`; without a key that is not looked at, and the caller must not say that it
/// was.
///
/// # Errors
/// What does not hold is no error but a [`Fault`]; `Kind::Io` when a file cannot be read.
pub fn hold_against(
    present: &ArchiveReader,
    older: &[Older],
    keys: &[VerifierKey],
) -> Result<Vec<Against>> {
    let mut all = Vec::new();
    for older in older {
        let against = Against {
            name: older.name.clone(),
            size: older.size(),
            compared: false,
            proof_hashes: None,
            faults: Vec::new(),
        };
        all.push(hold(present, older, keys, against)?);
    }
    narrow(older, &mut all);
    Ok(all)
}

fn hold(
    present: &ArchiveReader,
    older: &Older,
    keys: &[VerifierKey],
    mut against: Against,
) -> Result<Against> {
    against.faults.extend(signature_fault(older, keys));
    let origin = &present.checkpoint().origin;
    if older.checkpoint.origin != *origin {
        let found = older.checkpoint.origin.as_str();
        against.faults.push(fault(older, "origin", origin, found, "another log"));
    }
    if !against.faults.is_empty() {
        return Ok(against);
    }
    against.compared = true;
    let compared = if older.size() > present.size() {
        truncated(present, older, &mut against)
    } else {
        contained(present, older, &mut against)
    };
    match compared {
        Err(error) if error.kind() == Kind::Break => {
            against.faults.push(fault_of(older, &error));
            Ok(against)
        }
        other => other.map(|()| against),
    }
}

fn signature_fault(older: &Older, keys: &[VerifierKey]) -> Option<Fault> {
    if keys.is_empty() {
        return None;
    }
    let error = Note::parse(&older.note).and_then(|note| note.verify(keys)).err()?;
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let expected = format!("a signature of {}", names.join(" or "));
    Some(fault(older, "signature", &expected, error.message(), "changed"))
}

/// The log has fewer entries than it had.
fn truncated(present: &ArchiveReader, older: &Older, against: &mut Against) -> Result<()> {
    let (size, had) = (present.size(), older.size());
    let expected = format!("at least the {had} entries that it had");
    let found = format!("{size} entries");
    let missing = fault(older, "size", &expected, &found, "truncated");
    against.faults.push(Fault { index: Some(size), ..missing });
    let differing = first_difference(present, older)?;
    against.faults.splice(0..0, differing);
    Ok(())
}

/// The log begins with the older one, or it is said where it does not.
fn contained(present: &ArchiveReader, older: &Older, against: &mut Against) -> Result<()> {
    let (root, proof) = present.prove_consistency(older.size())?;
    let (size, old_root) = (older.size(), older.checkpoint.root);
    if verify_consistency(size, old_root, present.size(), present.root(), &proof).is_ok() {
        against.proof_hashes = Some(proof.len());
        return Ok(());
    }
    let differing = match first_difference(present, older)? {
        Some(fault) => fault,
        None => {
            let expected = format!("the root {old_root} over the first {size} entries");
            fault(older, "root", &expected, &format!("the root {root}"), "rewritten")
        }
    };
    against.faults.push(differing);
    Ok(())
}

/// The first entry that differs, where the older log's tiles are there to say.
fn first_difference(present: &ArchiveReader, older: &Older) -> Result<Option<Fault>> {
    let Some(copy) = &older.copy else { return Ok(None) };
    let in_copy = |error: Error| {
        let message = format!("the copy {}: {}", older.name, error.message());
        let error_there = Error::new(error.kind(), error.code(), message);
        error.details().iter().fold(error_there, |e, (name, value)| e.with_detail(name, value))
    };
    let mut before = copy.tree().map_err(in_copy)?;
    let found = before.first_difference(&mut present.tree()?)?;
    Ok(found.map(|(index, before, now)| {
        let expected = format!("the leaf {before}, as in the copy");
        let differs = fault(older, "entry", &expected, &format!("the leaf {now}"), "rewritten");
        Fault { index: Some(index), ..differs }
    }))
}

/// Where only roots differ, says between which entries the first difference is.
fn narrow(older: &[Older], all: &mut [Against]) {
    let holding = all.iter().filter(|against| against.faults.is_empty());
    let from = holding.map(|against| against.size).max().unwrap_or(0);
    let exact = |fault: &Fault| fault.index.filter(|_| fault.field == "entry");
    let failing = all.iter().filter(|against| against.faults.iter().any(|f| f.field == "root"));
    let named = all.iter().flat_map(|against| against.faults.iter().filter_map(exact)).min();
    let below = failing.map(|against| against.size).min();
    let Some(last) = below.and_then(|below| below.checked_sub(1)) else { return };
    let place = match named {
        Some(index) => format!("entry {index} is the first that a copy shows to differ"),
        None if from > last => {
            format!("the log was forked, for an older one of {from} entries holds")
        }
        None => format!("the first entry that differs is one of {from} to {last}"),
    };
    let has_copy = older.iter().any(|older| older.copy.is_some());
    let advice = if !has_copy { "; a copy of the older log would name it" } else { "" };
    for against in all {
        for fault in against.faults.iter_mut().filter(|fault| fault.field == "root") {
            fault.found = format!("{}: {place}{advice}", fault.found);
        }
    }
}

fn fault(older: &Older, field: &str, expected: &str, found: &str, likely: &str) -> Fault {
    Fault {
        tier: Tier::Log,
        index: None,
        file: Some(older.name.clone()),
        field: field.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
        likely: likely.to_owned(),
        acknowledged: None,
    }
}

/// Damage that kept the comparison from being made.
fn fault_of(older: &Older, error: &Error) -> Fault {
    let detail = |name| error.details().iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
    let expected = detail("expected").unwrap_or("tiles that prove it");
    let found = format!("{} ({})", error.message(), error.code());
    fault(older, "proof", expected, &found, "changed")
}
