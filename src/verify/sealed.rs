//! `--store`: every pair of sealed files against the commitment of its entry, and none for an entry
//! whose fields are erased (schemas/confidential.md §5).
//!
//! What is claimed is read from the log's own bytes, entry by entry, without the rules. What the files
//! say is never shown.

use super::StoreReport;
use crate::archive::reader::ArchiveReader;
use crate::chain::body;
use crate::chain::entry::{self, LedgerId};
use crate::chain::hash::Hash;
use crate::domain::event::Body;
use crate::edge::sealed::{CONFIDENTIAL_FOLDER, SealedFolder};
use crate::error::{Kind, Result};
use crate::ledger::reader::sealed::open_fields;
use std::collections::BTreeMap;
use std::path::Path;

/// What an entry says about its confidential fields.
struct Claim {
    ledger: LedgerId,
    entry: u64,
    erased_by: Option<u64>,
}

/// Compares the sealed files beside the ledger with the log.
///
/// # Errors
/// `Kind::Io` when a file is there and cannot be read.
pub(super) fn compare(report: &mut StoreReport, ledger: &Path, log: &ArchiveReader) -> Result<()> {
    let claims = claims(log);
    let listing = SealedFolder::of(ledger).list()?;
    if claims.is_empty() && listing.of.is_empty() && listing.strange.is_empty() {
        return Ok(());
    }
    let mut whole = 0_u64;
    for (commitment, claim) in &claims {
        let file = format!("{CONFIDENTIAL_FOLDER}/{commitment}");
        let mut fault = |expected: String, found: String| {
            report.fault(&file, Some(claim.entry), expected, found);
        };
        match claim.erased_by {
            Some(by) => {
                let left = listing.of.get(commitment).into_iter().flatten();
                let left: Vec<_> =
                    left.map(|name| format!("{CONFIDENTIAL_FOLDER}/{name}")).collect();
                if !left.is_empty() {
                    fault(format!("no file: erased by @{by}"), left.join(", "));
                }
            }
            None => match open_fields(ledger, claim.ledger, claim.entry, *commitment) {
                Ok(_) => whole = whole.saturating_add(1),
                Err(error) if error.kind() == Kind::Io => return Err(error),
                Err(error) => fault(
                    "both files, with the fields that the entry committed to".to_owned(),
                    error.message().to_owned(),
                ),
            },
        }
    }
    report.read.push((CONFIDENTIAL_FOLDER.to_owned(), whole));
    let of_none = listing.of.iter().filter(|(commitment, _)| !claims.contains_key(commitment));
    let orphans = of_none.map(|(_, names)| names.len()).fold(0, usize::saturating_add);
    if orphans > 0 {
        report.notes.push(format!(
            "{CONFIDENTIAL_FOLDER}/ has {orphans} files of commands that were never recorded; see \
             `earmark confidential sweep`"
        ));
    }
    if let Some(name) = listing.strange.first() {
        let count = listing.strange.len();
        report.notes.push(format!(
            "{CONFIDENTIAL_FOLDER}/ has {count} files that are none of its own, {name} among them"
        ));
    }
    Ok(())
}

/// Every commitment in the log. Where the log cannot be read, that is for the tiers to say.
fn claims(log: &ArchiveReader) -> BTreeMap<Hash, Claim> {
    let mut claims = BTreeMap::new();
    let mut commitment_of = BTreeMap::new();
    for sealed in log.entries(0..log.size()).filter_map(std::result::Result::ok) {
        let Ok(envelope) = entry::parse(&sealed.bytes) else { continue };
        if let Some(commitment) = envelope.commitment {
            let (ledger, entry) = (envelope.ledger, sealed.index);
            claims.entry(commitment).or_insert(Claim { ledger, entry, erased_by: None });
            commitment_of.insert(entry, commitment);
        }
        let body = body::decode(envelope.event_type, envelope.event_version, envelope.body);
        if let Ok(Some(Body::ConfidentialErased(erased))) = body
            && let Some(commitment) = commitment_of.get(&erased.entry)
            && let Some(claim) = claims.get_mut(commitment)
        {
            claim.erased_by.get_or_insert(sealed.index);
        }
    }
    claims
}
