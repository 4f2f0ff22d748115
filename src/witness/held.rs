//! Asks the witnesses of a policy what they hold of a log: how long it was when they cosigned it last.

use crate::edge::http::Http;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, PolicyWitness};
use crate::tlog::tree::sha256;

/// A head that a log signed and a witness of the policy cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Number of entries.
    pub size: u64,
    /// The checkpoint with its signatures, verbatim.
    pub note: String,
}

/// What the witnesses said.
#[derive(Debug, Default)]
pub struct Heard {
    /// The heads that they hold.
    pub heads: Vec<Held>,
    /// Witnesses that could not be heard, as the policy calls them, and why.
    pub unheard: Vec<(String, Error)>,
}

/// Asks every witness that has a URL, all at once.
#[must_use]
pub fn hear(http: &Http, policy: &Policy, origin: &str) -> Heard {
    let answers = std::thread::scope(|scope| {
        let ask = |witness| scope.spawn(move || ask(http, policy, witness, origin));
        let asked: Vec<_> = policy.witnesses().iter().map(|w| (w, ask(w))).collect();
        let came = asked.into_iter().map(|(witness, thread)| {
            (witness, thread.join().unwrap_or_else(|_| Err(super::gather::gave_up(witness))))
        });
        came.collect::<Vec<_>>()
    });
    let mut heard = Heard::default();
    for (witness, answer) in answers {
        match answer {
            Ok(held) => heard.heads.extend(held),
            Err(error) => heard.unheard.push((witness.name.clone(), error)),
        }
    }
    heard
}

/// What a witness holds of the log; `None` where it never cosigned it.
fn ask(
    http: &Http,
    policy: &Policy,
    witness: &PolicyWitness,
    origin: &str,
) -> Result<Option<Held>> {
    let url = witness.url.as_ref().ok_or_else(|| super::gather::no_url(witness))?;
    let url = format!("{}/{}/checkpoint", url.trim_end_matches('/'), sha256(origin.as_bytes()));
    let cap_bytes = u64::try_from(MAX_CHECKPOINT_BYTES).unwrap_or(u64::MAX);
    let Some(note) = http.get(&url, cap_bytes)? else { return Ok(None) };
    if witness.key.cosigned_at(&Note::parse(&note)?)?.is_none() {
        let message = format!("{url} holds no cosignature of its own");
        return Err(Error::new(Kind::Break, "cosignature_missing", message)
            .with_hint("see that the policy has this witness's own vkey")
            .with_detail("url", &url));
    }
    cosigned(policy, origin, &note)
}

/// The head that a note says; `None` if nobody of the policy cosigned it.
///
/// # Errors
/// As [`Policy::verify`]; `origin_differs` (`Kind::Break`) when it is of another log.
pub fn cosigned(policy: &Policy, origin: &str, note: &[u8]) -> Result<Option<Held>> {
    let (Checkpoint { origin: found, size, .. }, standing) = policy.verify(note)?;
    if found != origin {
        let message = format!("expected a checkpoint of {origin}, found one of {found}");
        return Err(Error::new(Kind::Break, "origin_differs", message)
            .with_detail("expected", origin)
            .with_detail("found", found)
            .in_case("checkpoint"));
    }
    let note = String::from_utf8_lossy(note).into_owned();
    Ok((!standing.signed.is_empty()).then_some(Held { size, note }))
}
