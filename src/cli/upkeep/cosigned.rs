//! Heads that witnesses cosigned: a copy that is shorter than one of them is an old one.

use crate::archive::reader::ArchiveReader;
use crate::edge::anchors::Anchor;
use crate::edge::http::Http;
use crate::edge::keys::origin_file_name;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, PolicyWitness};

/// What witnesses say of a log.
#[derive(Debug, Default)]
pub(super) struct CosignedHeads {
    /// Heads that the log signed and a witness of the policy cosigned.
    pub(super) heads: Vec<Anchor>,
    /// Witnesses that could not be heard, as the policy calls them, and why.
    pub(super) unheard: Vec<(String, Error)>,
}

impl CosignedHeads {
    /// The last cosigned head in the copy itself, and those that the witnesses hold.
    ///
    /// # Errors
    /// When the copy's cosigned head does not verify.
    pub(super) fn of(policy: &Policy, log: &ArchiveReader) -> Result<Self> {
        let origin = &log.checkpoint().origin;
        let mut known = Self::default();
        if let Some(note) = log.cosigned()? {
            known.heads.extend(head(policy, origin, &note)?);
        }
        let http = Http::default();
        for witness in policy.witnesses() {
            match ask(&http, policy, witness, origin) {
                Ok(head) => known.heads.extend(head),
                Err(error) => known.unheard.push((witness.name.clone(), error)),
            }
        }
        Ok(known)
    }
}

/// What a witness holds of the log; `None` where it never cosigned it.
fn ask(
    http: &Http,
    policy: &Policy,
    witness: &PolicyWitness,
    origin: &str,
) -> Result<Option<Anchor>> {
    let Some(url) = &witness.url else {
        let message = "the policy has no URL for it";
        return Err(Error::new(Kind::NotFound, "witness_without_url", message));
    };
    let url = format!("{}/{}/checkpoint", url.trim_end_matches('/'), origin_file_name(origin));
    let cap = u64::try_from(MAX_CHECKPOINT_BYTES).unwrap_or(u64::MAX);
    let Some(note) = http.get(&url, cap)? else { return Ok(None) };
    if witness.key.cosigned_at(&Note::parse(&note)?)?.is_none() {
        let message = format!("{url} holds no cosignature of its own");
        return Err(Error::new(Kind::Break, "cosignature_missing", message));
    }
    head(policy, origin, &note)
}

/// The head that a note says, if the log signed it and somebody of the policy cosigned it.
fn head(policy: &Policy, origin: &str, note: &[u8]) -> Result<Option<Anchor>> {
    let (Checkpoint { origin: found, size, .. }, standing) = policy.verify(note)?;
    if found != origin {
        let message = format!("expected a checkpoint of {origin}, found one of {found}");
        return Err(Error::new(Kind::Break, "origin_differs", message));
    }
    let checkpoint = String::from_utf8_lossy(note).into_owned();
    Ok((!standing.signed.is_empty()).then_some(Anchor { size, checkpoint }))
}
