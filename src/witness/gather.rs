//! Asks the witnesses of a policy to cosign a checkpoint, all at once.
//!
//! Holds no lock of any ledger: the caller attaches what comes, if the log still stands where it
//! stood. What it lacks on purpose: judging whether it is enough (`tlog::policy`).

use super::submission::{Submission, parse_size};
use crate::edge::http::{Answer, Http};
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, NoteSignature};
use crate::tlog::policy::{Policy, PolicyWitness};
use crate::tlog::tree::Digest;

/// The most bytes of a witness's answer.
const MAX_ANSWER_BYTES: u64 = 65_536;
/// Submissions to one witness: a first guess, its size, and once more if that moved meanwhile.
const ATTEMPTS: u8 = 3;
/// The type of the body that tells a witness's size.
const SIZE_TYPE: &str = "text/x.tlog.size";

/// What the witnesses of a policy answered.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Cosignatures, each by a witness of the policy, each verified.
    pub lines: Vec<NoteSignature>,
    /// Witnesses that gave none, as the policy calls them, and why.
    pub failures: Vec<(String, Error)>,
}

/// Proves that the log extends its first so many entries.
pub type Prove<'a> = dyn Fn(u64) -> Result<Vec<Digest>> + Sync + 'a;

/// Asks every witness that has a URL for its cosignature of a checkpoint. `last` is a checkpoint of
/// the log that was cosigned before: what a witness held then it holds at least now.
///
/// # Errors
/// `checkpoint_malformed` (`Kind::Break`) when the note holds no checkpoint; what a witness does not
/// give is in [`Gathered::failures`].
pub fn gather(
    http: &Http,
    policy: &Policy,
    note: &Note,
    last: Option<&Note>,
    prove: &Prove<'_>,
) -> Result<Gathered> {
    let checkpoint = Checkpoint::parse(note.text())?;
    let ask = |witness: &PolicyWitness, url: &str| {
        let held = last.and_then(|last| held_before(witness, last));
        Request { http, witness, url, note, size: checkpoint.size, prove }.run(held.unwrap_or(0))
    };
    let asked = std::thread::scope(|scope| {
        let asked = policy.witnesses().iter().map(|witness| {
            let url = witness.url.as_deref();
            (witness, url.map(|url| scope.spawn(move || ask(witness, url))))
        });
        let asked: Vec<_> = asked.collect();
        let came = asked.into_iter().map(|(witness, thread)| match thread {
            None => (witness, Err(no_url(witness))),
            Some(thread) => (witness, thread.join().unwrap_or_else(|_| Err(gave_up(witness)))),
        });
        came.collect::<Vec<_>>()
    });
    let mut gathered = Gathered::default();
    for (witness, came) in asked {
        match came {
            Ok(line) => gathered.lines.push(line),
            Err(error) => gathered.failures.push((witness.name.clone(), error)),
        }
    }
    Ok(gathered)
}

/// The size at which a witness cosigned before, if the note says so.
fn held_before(witness: &PolicyWitness, last: &Note) -> Option<u64> {
    witness.key.cosigned_at(last).ok()??;
    Checkpoint::parse(last.text()).ok().map(|checkpoint| checkpoint.size)
}

struct Request<'a> {
    http: &'a Http,
    witness: &'a PolicyWitness,
    url: &'a str,
    note: &'a Note,
    size: u64,
    prove: &'a Prove<'a>,
}

impl Request<'_> {
    fn run(&self, held: u64) -> Result<NoteSignature> {
        let url = format!("{}/add-checkpoint", self.url.trim_end_matches('/'));
        let mut old_size = held.min(self.size);
        for _ in 0..ATTEMPTS {
            let submission =
                Submission { old_size, proof: (self.prove)(old_size)?, note: self.note.clone() };
            let posted = self.http.post(&url, submission.to_string().as_bytes(), MAX_ANSWER_BYTES);
            let answer = posted?;
            match self.read(&answer)? {
                Came::Line(line) => return Ok(line),
                Came::Held(size) if size <= self.size => old_size = size,
                Came::Held(size) => return Err(self.ahead(size)),
            }
        }
        Err(Error::new(
            Kind::Io,
            "witness_busy",
            format!("{} named another size each time it was asked", self.witness.name),
        )
        .with_hint("another publish goes on at the same time; run this one again")
        .with_detail("witness", &self.witness.name))
    }

    fn read(&self, answer: &Answer) -> Result<Came> {
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        match answer.status {
            200 => {
                let lines = text.lines().filter_map(|line| line.parse::<NoteSignature>().ok());
                let mut ours =
                    lines.filter(|line| self.witness.key.check(self.note.text(), line).is_some());
                ours.next().map(Came::Line).ok_or_else(|| {
                    self.refused(
                        "witness_answer",
                        "answered without a cosignature of this checkpoint by the key of the policy",
                        "see that the policy has this witness's own vkey",
                    )
                    .in_case("unsigned")
                })
            }
            409 if answer.content_type == SIZE_TYPE => {
                let size = text.strip_suffix('\n').and_then(parse_size);
                size.map(Came::Held).ok_or_else(|| {
                    self.refused(
                        "witness_answer",
                        "answered with a size that cannot be read",
                        "see that the URL of the policy is a witness's",
                    )
                    .in_case("size")
                })
            }
            404 => Err(self.refused(
                "witness_knows_no_log",
                "does not watch this log, or the URL of the policy is not its own",
                "give its keeper the log's vkey: earmark witness serve --log VKEY",
            )),
            403 => Err(self.refused(
                "witness_trusts_no_key",
                "trusts none of the keys that signed the checkpoint",
                "give its keeper the log's present vkey",
            )),
            422 => Err(self.refused(
                "witness_says_fork",
                "says that this log does not extend the one it cosigned",
                "compare this log with another copy (earmark verify --against): it was rewritten, \
                 or two ledgers share the log's key",
            )),
            status => Err(self
                .refused(
                    "witness_answer",
                    &format!("answered with status {status}"),
                    "ask its keeper; its log says why",
                )
                .in_case("status")
                .with_detail("found", status)),
        }
    }

    fn ahead(&self, size: u64) -> Error {
        let what = format!("has seen {size} entries of this log, which has {} here", self.size);
        self.refused(
            "witness_ahead",
            &what,
            "if no other publish goes on, this ledger was rolled back: look for the newer copy",
        )
        .with_detail("expected", format!("at most {}", self.size))
        .with_detail("found", size)
        .with_detail("size", self.size)
    }

    fn refused(&self, code: &'static str, what: &str, hint: &str) -> Error {
        Error::new(Kind::Io, code, format!("{} ({}) {what}", self.witness.name, self.url))
            .with_hint(hint)
            .with_detail("witness", &self.witness.name)
            .with_detail("url", self.url)
    }
}

enum Came {
    Line(NoteSignature),
    /// The size of the head that the witness holds.
    Held(u64),
}

pub(super) fn no_url(witness: &PolicyWitness) -> Error {
    let message = format!("the policy has no URL for {}", witness.name);
    Error::new(Kind::Usage, "witness_without_url", message)
        .with_hint("write it at the end of the witness's line")
        .with_detail("witness", &witness.name)
}

pub(super) fn gave_up(witness: &PolicyWitness) -> Error {
    Error::new(Kind::Io, "witness_answer", format!("asking {} failed", witness.name))
        .with_hint("run it again")
        .with_detail("witness", &witness.name)
}
