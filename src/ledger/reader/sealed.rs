//! The confidential fields of an entry, from the files beside a ledger. A reader of the log alone has
//! none of them.

use crate::chain::confidential::{self, Fields, MAX_FILE_BYTES};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::edge::sealed::SealedFolder;
use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// What the log says about the confidential fields of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The ledger's id.
    pub ledger: LedgerId,
    /// Index of the entry.
    pub entry: u64,
    /// Index of the entry that erased them.
    pub erased_by: Option<u64>,
}

/// A claim that the files beside the ledger do not bear out.
#[derive(Debug)]
pub enum Unborne {
    /// There is no file.
    Away(Error),
    /// What there is does not open as the fields.
    Spoiled(Error),
    /// The fields are erased by this entry, and these files are left.
    Left(u64, Vec<String>),
}

/// The files beside a ledger, held against all claims of its log.
#[derive(Debug, Default)]
pub struct Held {
    /// Number of entries whose fields open.
    pub whole: u64,
    /// The claims that are not borne out, by commitment.
    pub unborne: Vec<(Hash, u64, Unborne)>,
    /// Number of files that no entry has committed to.
    pub orphans: usize,
    /// Names of files that are none of the folder's.
    pub strange: Vec<String>,
}

/// Holds the sealed files beside the ledger in `folder` against `claims`, by commitment.
///
/// # Errors
/// `Kind::Io` when a file is there and cannot be read.
pub fn hold(folder: &Path, claims: &BTreeMap<Hash, Claim>) -> Result<Held> {
    let listing = SealedFolder::of(folder).list()?;
    let mut held = Held::default();
    for (commitment, claim) in claims {
        let names = listing.of.get(commitment);
        let unborne = match (names, claim.erased_by) {
            (None, Some(_)) => continue,
            (Some(names), Some(by)) => Unborne::Left(by, names.clone()),
            (_, None) => match open_fields(folder, claim.ledger, claim.entry, *commitment) {
                Ok(_) => {
                    held.whole = held.whole.saturating_add(1);
                    continue;
                }
                Err(error) if error.kind() == Kind::Io => return Err(error),
                Err(error) if names.is_none() => Unborne::Away(error),
                Err(error) => Unborne::Spoiled(error),
            },
        };
        held.unborne.push((*commitment, claim.entry, unborne));
    }
    let of_none = listing.of.iter().filter(|(commitment, _)| !claims.contains_key(commitment));
    held.orphans = of_none.map(|(_, names)| names.len()).fold(0, usize::saturating_add);
    held.strange = listing.strange;
    Ok(held)
}

/// That sealed files which an entry's fields need are not there.
#[must_use]
pub fn away(entry: u64, missing: &str) -> Error {
    let message = format!("the confidential fields of @{entry} cannot be read without {missing}");
    Error::new(Kind::NotFound, "sealed_file_missing", message)
        .with_hint("look where the entry was recorded; copies of the log never have these files")
        .with_detail("entry", format!("@{entry}"))
}

/// Opens the confidential fields of an entry with the files beside the ledger in `folder`.
///
/// # Errors
/// `sealed_file_missing` (`Kind::NotFound`) names the files; `sealed_file_broken` (`Kind::Break`)
/// when they do not hold what the entry committed to; an I/O code.
pub fn open_fields(
    folder: &Path,
    ledger: LedgerId,
    entry: u64,
    commitment: Hash,
) -> Result<Fields> {
    let files = SealedFolder::of(folder).read(commitment, MAX_FILE_BYTES)?;
    let (Some(sealed), Some(key)) = (&files.sealed, &files.key) else {
        let missing = match (&files.sealed, &files.key) {
            (None, None) => format!("confidential/{commitment} and its .key"),
            (None, Some(_)) => format!("confidential/{commitment}"),
            (Some(_), _) => format!("confidential/{commitment}.key"),
        };
        return Err(away(entry, &missing));
    };
    confidential::open(ledger, commitment, sealed, key).map_err(|malformed| {
        let message = format!("the sealed files of @{entry} do not hold its fields: {malformed}");
        Error::new(Kind::Break, "sealed_file_broken", message)
            .with_hint("put both files back from a copy of the folder confidential")
            .with_detail("entry", format!("@{entry}"))
            .with_detail("commitment", commitment)
    })
}
