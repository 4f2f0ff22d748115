//! The confidential fields of an entry, from the files beside a ledger. A reader of the log alone has
//! none of them.

use crate::chain::confidential::{self, Fields, MAX_FILE_BYTES};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::edge::sealed::SealedFolder;
use crate::error::{Error, Kind, Result};
use std::path::Path;

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
        let message =
            format!("the confidential fields of @{entry} cannot be read without {missing}");
        return Err(Error::new(Kind::NotFound, "sealed_file_missing", message).with_hint(
            "look where the entry was recorded; copies of the log never have these files",
        ));
    };
    confidential::open(ledger, commitment, sealed, key).map_err(|malformed| {
        let message = format!("the sealed files of @{entry} do not hold its fields: {malformed}");
        Error::new(Kind::Break, "sealed_file_broken", message)
            .with_hint("put both files back from a copy of the folder confidential")
            .with_detail("entry", format!("@{entry}"))
            .with_detail("commitment", commitment)
    })
}
