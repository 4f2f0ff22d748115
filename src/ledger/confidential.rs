//! Confidential fields beside the chain: sealed before their entry, compared at a retry, erased after
//! the entry that says so (schemas/confidential.md §4).
//!
//! What it lacks on purpose: fields of entries that are not recorded yet, and a look into sealed files
//! at opening: only what is erased has to be gone.

use super::reader::sealed::open_fields;
use super::{Ledger, ReceiptEntry};
use crate::chain::confidential::{self, Fields, Pair, Secrets};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::domain::event::{Body, Bytes32, Event};
use crate::domain::rejection::Rejection;
use crate::edge::sealed::{SealedFolder, fresh_secret};
use crate::error::{Error, Kind, Result};
use std::path::Path;

/// What a sweep of the sealed files found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that belong to no entry: removed, or in a dry run to be removed.
    pub orphans: Vec<String>,
    /// Names that the folder does not have: left alone.
    pub strange: Vec<String>,
}

/// Fields sealed for the first entry of a command.
pub(super) fn seal(
    ledger: LedgerId,
    events: &mut [Event],
    fields: Option<&Fields>,
) -> Result<Option<Pair>> {
    let (Some(fields), Some(first)) = (fields, events.first_mut()) else { return Ok(None) };
    let secrets = Secrets {
        cipher_key: fresh_secret()?,
        commitment_key: fresh_secret()?,
        nonce: fresh_secret()?,
    };
    let pair = confidential::seal(ledger, fields, &secrets).map_err(|malformed| {
        Error::new(Kind::Usage, "confidential_fields", format!("confidential fields: {malformed}"))
            .with_hint("give at least one, none of more than 1,000 bytes")
    })?;
    first.confidential = Some(Bytes32(pair.commitment.0));
    Ok(Some(pair))
}

/// Fields that were sealed before for the same command, committed to by its first event.
pub(super) fn commit_to(sealed: Option<Pair>, events: &mut [Event]) -> Option<Pair> {
    if let (Some(pair), Some(first)) = (&sealed, events.first_mut()) {
        first.confidential = Some(Bytes32(pair.commitment.0));
    }
    sealed
}

impl Ledger {
    fn sealed_folder(&self) -> SealedFolder {
        SealedFolder::of(&self.folder)
    }

    /// Puts the files of a pair on the disk, before the entry that commits to it; false where they were there.
    pub(super) fn write_pair(&self, pair: Option<&Pair>) -> Result<bool> {
        let Some(pair) = pair else { return Ok(false) };
        self.sealed_folder().write(pair.commitment, &pair.sealed, &pair.key)
    }

    /// Takes a pair back whose entry is known not to be recorded (`why`: what the store said, if it was asked).
    /// Where that is not known it stays: at worst as an orphan.
    pub(super) fn take_back_pair(&self, pair: Option<&Pair>, why: Option<&Error>) {
        let refused = [
            "disk_full",
            "read_only",
            "no_permission",
            "store_poisoned",
            "conflict",
            "state_damaged",
            "state_unread",
        ];
        if let Some(pair) = pair
            && why.is_none_or(|error| {
                error.kind() != Kind::Unknown && refused.contains(&error.code())
            })
        {
            self.sealed_folder().remove(pair.commitment).ok();
        }
    }

    /// A retry has the same confidential fields as the command had, or is refused.
    ///
    /// # Errors
    /// `command_id_reused` names the field, never what it says; `confidential_erased` when there is
    /// nothing to compare with any more; what [`open_fields`] says.
    pub(super) fn compare_fields(
        &self,
        stored: Option<&ReceiptEntry>,
        given: Option<&Fields>,
    ) -> Result<()> {
        let Some(stored) = stored else { return Ok(()) };
        let first = stored.index;
        let differs = |field: String| Err(Rejection::CommandIdReused { field, first }.into());
        let name = |fields: &Fields| fields.names().into_iter().next().unwrap_or_default();
        match (stored.event.confidential, given) {
            (None, None) => Ok(()),
            (None, Some(given)) => differs(name(given)),
            (Some(commitment), None) => {
                let opened = open_fields(&self.folder, self.id()?, first, Hash(commitment.0));
                differs(opened.map_or_else(|_| "confidential fields".to_owned(), |f| name(&f)))
            }
            (Some(commitment), Some(given)) => {
                let sealed = self.state.confidential.get(&commitment);
                if let Some(by) = sealed.and_then(|sealed| sealed.erased_by) {
                    return Err(not_comparable(first, by));
                }
                let fields = open_fields(&self.folder, self.id()?, first, Hash(commitment.0))?;
                fields.first_difference(given).map_or(Ok(()), differs)
            }
        }
    }

    /// Unlinks the files of every entry whose fields are erased, those that an earlier run could not.
    ///
    /// # Errors
    /// An I/O code: what is left is tried again at the next opening.
    pub(super) fn finish_erasures(&self) -> Result<()> {
        let folder = self.sealed_folder();
        if !folder.is_there()? {
            return Ok(());
        }
        // By what is there, not by what was ever erased.
        for commitment in folder.list()?.of.into_keys() {
            let sealed = self.state.confidential.get(&Bytes32(commitment.0));
            if sealed.is_some_and(|sealed| sealed.erased_by.is_some()) {
                folder.remove(commitment)?;
            }
        }
        self.state_was_read()
    }

    /// [`Ledger::finish_erasures`] after a command that erases.
    ///
    /// # Errors
    /// `not_erased` (`Kind::Io`): the entry is recorded, the files could not be removed.
    pub(super) fn erase_sealed(&self, events: &[Event]) -> Result<()> {
        if !events.iter().any(|event| matches!(event.body, Body::ConfidentialErased(_))) {
            return Ok(());
        }
        self.finish_erasures().map_err(|error| {
            let message = format!("recorded, but not erased: {}", error.message());
            Error::new(Kind::Io, "not_erased", message)
                .with_hint("make the folder writable; the next command on this ledger erases them")
                .with_source(error)
        })
    }

    /// Removes sealed files that belong to no entry: what is left of commands that were never recorded.
    ///
    /// An open ledger holds the LOCK, so nobody is between files and entry; its copies were brought
    /// together and compared with the anchor, so it knows every entry there is.
    ///
    /// # Errors
    /// `copies_set_aside` (`Kind::Break`) while a copy that a recovery moved aside is kept in the
    /// ledger's folder: it may hold the entry; an I/O code.
    pub fn sweep_sealed(&mut self, dry_run: bool) -> Result<Swept> {
        if let Some(kept) = set_aside(&self.folder)? {
            let message = format!("{kept} was moved aside; an entry in it may own a sealed file");
            return Err(Error::new(Kind::Break, "copies_set_aside", message)
                .with_hint("look into it, move it away, and sweep again")
                .with_detail("path", &kept));
        }
        let folder = self.sealed_folder();
        let listing = folder.list()?;
        let mut swept = Swept { orphans: Vec::new(), strange: listing.strange };
        for (commitment, names) in listing.of {
            let is_known = self.state.confidential.contains_key(&Bytes32(commitment.0));
            // A half-written file is nobody's, also beside a whole pair.
            swept.orphans.extend(names.into_iter().filter(|n| !is_known || n.starts_with('.')));
        }
        // A part of the state that cannot be read would make orphans of what is owned.
        self.check_state()?;
        if !dry_run {
            folder.remove_names(&swept.orphans)?;
        }
        Ok(swept)
    }
}

fn not_comparable(entry: u64, by: u64) -> Error {
    let message = format!(
        "@{entry} was recorded by this command id; its confidential fields were erased by @{by}, so \
         those given cannot be compared with them"
    );
    Error::new(Kind::Rejected, "confidential_erased", message)
        .with_hint(format!(
            "@{entry} stands as it is (earmark show @{entry}); nothing was sealed again. To record \
             other fields, use another --command-id"
        ))
        .with_detail("entry", format!("@{entry}"))
        .with_detail("by", format!("@{by}"))
        .in_case("retried")
}

/// A copy in the ledger's folder that a recovery moved aside.
fn set_aside(folder: &Path) -> Result<Option<String>> {
    let failed = |e| Error::io("list", folder, e);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.contains(".quarantine-") {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
