//! `--store`: every pair of sealed files against the commitment of its entry, and none for an entry
//! whose fields are erased (schemas/confidential.md §5).
//!
//! What is claimed is read from the log's own bytes, entry by entry, without the rules. What the files
//! say is never shown.

use super::StoreReport;
use crate::archive::reader::ArchiveReader;
use crate::chain::body;
use crate::chain::entry::{self, Sealed};
use crate::chain::hash::Hash;
use crate::domain::event::Body;
use crate::edge::sealed::CONFIDENTIAL_FOLDER;
use crate::error::{Kind, Result};
use crate::ledger::reader::sealed::{Claim, Unborne, hold};
use std::collections::BTreeMap;
use std::path::Path;

/// Compares the sealed files beside the ledger with the log.
///
/// # Errors
/// `Kind::Io` when a file is there and cannot be read.
pub(super) fn compare(report: &mut StoreReport, ledger: &Path, log: &ArchiveReader) -> Result<()> {
    let (claims, is_whole) = claims(log)?;
    let held = hold(ledger, &claims)?;
    if claims.is_empty() && held.orphans == 0 && held.strange.is_empty() {
        return Ok(());
    }
    for (commitment, entry, unborne) in held.unborne {
        let (expected, found) = match unborne {
            Unborne::Left(by, names) => {
                let names = names.iter().map(|name| format!("{CONFIDENTIAL_FOLDER}/{name}"));
                let names: Vec<String> = names.collect();
                (format!("no file: erased by @{by}"), names.join(", "))
            }
            Unborne::Away(error) | Unborne::Spoiled(error) => (
                "both files, with the fields that the entry committed to".to_owned(),
                error.message().to_owned(),
            ),
        };
        let file = format!("{CONFIDENTIAL_FOLDER}/{commitment}");
        report.fault(&file, Some(entry), expected, found);
    }
    report.read.push((CONFIDENTIAL_FOLDER.to_owned(), held.whole));
    if held.orphans > 0 && !is_whole {
        // Evidence: they may be those of entries that cannot be read.
        report.not_compared.push(format!(
            "{} files in {CONFIDENTIAL_FOLDER}/, of no entry that can be read: keep them",
            held.orphans
        ));
    } else if held.orphans > 0 {
        report.notes.push(format!(
            "{CONFIDENTIAL_FOLDER}/ has {} files of commands that were never recorded; see \
             `earmark confidential sweep`",
            held.orphans
        ));
    }
    if let Some(name) = held.strange.first() {
        let count = held.strange.len();
        report.notes.push(format!(
            "{CONFIDENTIAL_FOLDER}/ has {count} files that are none of its own, {name} among them"
        ));
    }
    Ok(())
}

/// Every commitment in the log, and whether every entry of it could be read. What cannot be is for the
/// tiers to say.
///
/// # Errors
/// `Kind::Io` when the machine could not read.
fn claims(log: &ArchiveReader) -> Result<(BTreeMap<Hash, Claim>, bool)> {
    let mut claims = BTreeMap::new();
    let mut commitment_of = BTreeMap::new();
    let mut next = 0;
    for number in log.bundles_there()? {
        let entries = match log.bundle_entries(number) {
            Err(error) if error.kind() != Kind::Break => return Err(error),
            entries => entries.unwrap_or_default(),
        };
        for sealed in entries {
            if sealed.index == next {
                next = next.saturating_add(1);
            }
            claim_of(&sealed, &mut claims, &mut commitment_of);
        }
    }
    Ok((claims, next == log.size()))
}

fn claim_of(
    sealed: &Sealed,
    claims: &mut BTreeMap<Hash, Claim>,
    commitment_of: &mut BTreeMap<u64, Hash>,
) {
    let Ok(envelope) = entry::parse(&sealed.bytes) else { return };
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
