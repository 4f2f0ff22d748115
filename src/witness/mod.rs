//! A witness of logs (C2SP tlog-witness v1.0.0), and what a log asks of its witnesses.
//!
//! A [`Witness`] cosigns a checkpoint only if a key that it trusts signed it and it extends the
//! largest one it ever cosigned of that log; the new head is durable before anybody gets the
//! cosignature. Two heads that fork are thus never both cosigned, however requests meet and wherever
//! the program is killed.
//!
//! * `submission`: what is posted to a witness, read and written.
//! * `head_file`: the largest head of one log, on disk.
//! * [`gather`]: asks the witnesses of a policy for their cosignatures.
//!
//! What it lacks on purpose: entries (a witness sees heads alone), HTTP (see `api`), and keys.

pub mod gather;
mod head_file;
pub mod held;
mod submission;

pub use submission::{MAX_SUBMISSION_BYTES, Submission};

use crate::edge::clock::Clock;
use crate::edge::lock::LedgerLock;
use crate::error::{Error, Kind, Result};
use crate::tlog::Signer;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature::{self, WitnessKey};
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::proof;
use crate::tlog::tree::{Digest, EMPTY_ROOT, sha256};
use head_file::HeadFile;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// A witness at work; the only one on its folder.
pub struct Witness {
    key: WitnessKey,
    signer: Box<dyn Signer>,
    clock: Box<dyn Clock>,
    logs: BTreeMap<String, Log>,
    _lock: LedgerLock,
}

/// A log that is watched.
struct Log {
    keys: Vec<VerifierKey>,
    head_file: Mutex<HeadFile>,
}

/// A checkpoint that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The cosignature.
    pub line: NoteSignature,
    /// What it is of.
    pub checkpoint: Checkpoint,
}

/// Why a checkpoint was not cosigned.
#[derive(Debug)]
pub enum Refusal {
    /// What was sent is no submission, or its old size is beyond its checkpoint.
    Malformed(Error),
    /// No log of this origin is watched.
    UnknownOrigin(Error),
    /// No trusted key of the log signed it.
    Unsigned(Error),
    /// The largest head cosigned has this other size.
    SizeDiffers(u64),
    /// The proof does not show that it extends the largest head cosigned.
    Inconsistent(Error),
    /// The witness cannot: its own state is damaged, or its disk failed.
    Failed(Error),
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Witness {
    /// Opens the witness whose heads are in `folder`, which is made if it is not there, to watch the
    /// logs of `log_keys`. A head that cannot be trusted closes its log, not the others: see
    /// [`Witness::notes`].
    ///
    /// # Errors
    /// `witness_key_differs` (`Kind::Usage`) when the signer's key is not that of `key`; `locked`
    /// when another program is this witness; `Kind::Io`.
    pub fn open(
        folder: &Path,
        key: WitnessKey,
        signer: Box<dyn Signer>,
        clock: Box<dyn Clock>,
        log_keys: &[VerifierKey],
    ) -> Result<Self> {
        if key.public_key().to_bytes() != signer.public_key() {
            let message = format!("the private key of the witness is not the one of {key}");
            return Err(Error::new(Kind::Usage, "witness_key_differs", message)
                .with_hint("put the witness's own key back, or make another witness elsewhere")
                .with_detail("expected", &key));
        }
        head_file::make_folder(folder)?;
        let lock = LedgerLock::acquire_for("the witness in", folder)?;
        let mut logs: BTreeMap<String, Log> = BTreeMap::new();
        for log_key in log_keys {
            let origin = log_key.name();
            if !logs.contains_key(origin) {
                let head_file = Mutex::new(HeadFile::open(folder, origin, &key));
                logs.insert(origin.to_owned(), Log { keys: Vec::new(), head_file });
            }
            if let Some(log) = logs.get_mut(origin) {
                log.keys.push(log_key.clone());
            }
        }
        Ok(Self { key, signer, clock, logs, _lock: lock })
    }

    /// The witness's key.
    #[must_use]
    pub fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// The logs that are watched, with the largest size cosigned; `None` where nothing was yet.
    #[must_use]
    pub fn logs(&self) -> Vec<(&str, Option<u64>)> {
        let size = |log: &Log| {
            let head_file = log.head_file.lock().ok()?;
            head_file.head().ok()?.map(|head| head.checkpoint.size)
        };
        self.logs.iter().map(|(origin, log)| (origin.as_str(), size(log))).collect()
    }

    /// What is wrong with the state of each log that is therefore not cosigned.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let heads = self.logs.values().filter_map(|log| log.head_file.lock().ok());
        heads
            .filter_map(|head_file| head_file.head().err().map(|error| error.to_string()))
            .collect()
    }

    /// Cosigns a checkpoint, if everything holds; the head is durable when this returns.
    ///
    /// # Errors
    /// [`Refusal`]; nothing is cosigned, and only [`Refusal::Failed`] may have changed what is held.
    pub fn add_checkpoint(&self, bytes: &[u8]) -> Result<Cosigned, Refusal> {
        let submission = Submission::parse(bytes).map_err(Refusal::Malformed)?;
        let (old_size, note) = (submission.old_size, &submission.note);
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| {
            let is_empty = note.text().lines().nth(1) == Some("0");
            if is_empty { Refusal::Inconsistent(error) } else { Refusal::Malformed(error) }
        })?;
        let log = self.logs.get(&checkpoint.origin).ok_or_else(|| unknown(&checkpoint.origin))?;
        note.verify(&log.keys).map_err(Refusal::Unsigned)?;
        if old_size > checkpoint.size {
            return Err(Refusal::Malformed(backwards(old_size, checkpoint.size)));
        }
        let mut head_file = lock(&log.head_file).map_err(Refusal::Failed)?;
        let head = head_file.head().map_err(Refusal::Failed)?;
        let (size, root) = head.map_or((0, EMPTY_ROOT), |h| (h.checkpoint.size, h.checkpoint.root));
        if old_size != size {
            return Err(Refusal::SizeDiffers(size));
        }
        let proof: &[Digest] = &submission.proof;
        proof::verify_consistency(size, root, checkpoint.size, checkpoint.root, proof)
            .map_err(Refusal::Inconsistent)?;
        // A clock that was set back does not make an earlier statement of a larger head.
        let seconds = self.seconds()?.max(head.map_or(0, |head| head.seconds));
        let is_new = head.is_none_or(|head| head.checkpoint.size < checkpoint.size);
        let line = self.cosign(&checkpoint, seconds).map_err(Refusal::Failed)?;
        if is_new {
            let kept = kept(note, &log.keys, &line);
            head_file.put(&checkpoint, seconds, &kept).map_err(Refusal::Failed)?;
        }
        Ok(Cosigned { line, checkpoint })
    }

    /// The largest checkpoint cosigned of a log, with the log's signature and the witness's, by the
    /// lower-case hex of SHA-256 of its origin; `None` if there is none.
    ///
    /// # Errors
    /// `witness_state_unusable` (`Kind::Io`) as for [`Refusal::Failed`].
    pub fn latest(&self, origin_hash: &str) -> Result<Option<String>> {
        let named = |origin: &str| sha256(origin.as_bytes()).to_string() == origin_hash;
        let Some((_, log)) = self.logs.iter().find(|(origin, _)| named(origin)) else {
            return Ok(None);
        };
        let head_file = lock(&log.head_file)?;
        Ok(head_file.head()?.map(|head| head.note.clone()))
    }

    fn seconds(&self) -> Result<u64, Refusal> {
        let now = self.clock.now_microseconds().div_euclid(1_000_000);
        u64::try_from(now).map_err(|_| {
            let message = "the clock of this machine stands before 1970";
            let error = Error::new(Kind::Io, "time_unfit", message).in_case("early");
            Refusal::Failed(error.with_hint("set the clock of this machine"))
        })
    }

    fn cosign(&self, checkpoint: &Checkpoint, seconds: u64) -> Result<NoteSignature> {
        cosignature::cosign(checkpoint, seconds, self.key.name(), self.signer.as_ref())
    }
}

/// What is kept of a submitted note: its text, the lines of the log's known keys, our own.
fn kept(note: &Note, keys: &[VerifierKey], line: &NoteSignature) -> Note {
    let mut kept = note.clone();
    kept.retain(|line| keys.iter().any(|k| k.name() == line.name && k.key_id() == line.key_id));
    kept.put(line.clone());
    kept
}

/// A program that died in the middle of a write may have left the disk ahead of it.
fn lock(head_file: &Mutex<HeadFile>) -> Result<MutexGuard<'_, HeadFile>> {
    head_file.lock().map_err(|_| {
        Error::new(Kind::Io, "witness_state_unusable", "an earlier request ended in the middle")
            .with_hint("start the witness again; it reads its state from the disk then")
            .in_case("cut_off")
    })
}

fn unknown(origin: &str) -> Refusal {
    Refusal::UnknownOrigin(
        Error::new(Kind::NotFound, "origin_unknown", format!("{origin} is not watched here"))
            .with_detail("found", origin)
            .with_hint("ask the witness's keeper to add the log's key"),
    )
}

fn backwards(old_size: u64, size: u64) -> Error {
    Error::new(
        Kind::Usage,
        "submission_malformed",
        format!("the old size {old_size} is larger than the checkpoint's {size}"),
    )
    .with_detail("expected", format!("at most {size}"))
    .with_detail("found", old_size)
}

#[cfg(test)]
mod tests;
