//! Recovery: the head is the longest sequence in which every entry chains and every command is
//! complete and signed, wherever each entry was found.
//!
//! Candidates are the entries in durability log, sled and archive. A copy that is a beginning of the
//! sequence is completed; one that is damaged is moved aside, never deleted, and written anew, loudly.
//! Two commands that are both signed at one index are a fork: nothing is opened. A log that does not
//! hold what the anchor says is refused before anything is changed. An entry that nothing leads to any
//! more stays where it was moved to, and opening says so once.
//!
//! * `copies`, `candidates`: reading whatever is there, range by range.
//! * `survey`: following the sequence. `mend`: writing. `tail`: only what comes after the last sound place.

mod candidates;
mod copies;
mod mend;
mod survey;
mod tail;

pub(super) use self::copies::Copies;
pub(super) use self::survey::{Survey, survey};
pub(super) use self::tail::recover_tail;
use super::anchored::{Against, Log, check_anchor};
use super::checks::{check_identity, check_understood};
use super::publish::publish_archive;
use super::{Media, Outside};
use crate::archive::reader::ArchiveReader;
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::Head;
use crate::domain::state::State;
use crate::edge::config::LedgerConfig;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::tlog::note::VerifierKey;
use std::path::Path;
use std::sync::Arc;

/// What recovery leaves: every copy stands at the head of this state.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) state: State,
    pub(super) archive: ArchiveWriter,
    /// The end of the sequence.
    pub(super) head: Head,
}

/// Finishes what a recovery that was interrupted left behind, before anything is opened.
///
/// # Errors
/// `Kind::Io`.
pub(super) fn finish_interrupted(media: &Media, log: &Path) -> Result<Option<String>> {
    mend::finish_archive(media.log.as_ref(), log)
}

/// What a recovery goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) media: &'a Media,
    pub(super) outside: &'a Outside,
    pub(super) config: &'a LedgerConfig,
    pub(super) against: Against<'a>,
    /// The store was found damaged before, and opened once more.
    pub(super) is_second_look: bool,
}

/// Recovers the store and the archive, and publishes. `None`, with nothing changed, where the store is to be
/// looked at once more.
///
/// # Errors
/// `fork`, `anchor_missing`, `shorter_than_anchor`, `differs_from_anchor`, `read_only_ledger`, `origin_differs`,
/// `log_key_differs`, `never_begun`, `nothing_to_recover`, all with nothing changed;
/// `entries_set_aside`, with everything mended; `Kind::Io`.
pub(super) fn recover(
    store: &mut Box<dyn Store>,
    log: &Path,
    around: &Around<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<Recovered>> {
    let Around { media, outside, config, against, is_second_look } = *around;
    let found = Log { medium: media.log.as_ref(), folder: log };
    // Whose ledger it is comes before what its anchor says: a wrong origin has no anchor here.
    let anchor = against.anchor(outside, &config.origin, &found);
    let anchored = anchor.as_ref().ok().and_then(|anchor| anchor.as_ref());
    let copies = Copies { store: store.as_ref(), medium: &media.log, log };
    let mut survey = survey(&copies, anchored.map(|anchor| anchor.size))?;
    if !is_second_look && !survey.store.fits() {
        return Ok(None);
    }
    notes.extend(survey.store.damage.iter().chain(&survey.archive.damage).cloned());
    notes.extend(survey.repeated.iter().cloned());
    check_found(&survey, !matches!(anchor, Ok(None)), log)?;
    check_understood(survey.not_understood)?;
    check_identity(&survey.state, config, outside)?;
    check_anchor(anchor?.as_ref(), survey.size(), || Ok(survey.anchored))?;
    if let Some(reader) = copies.reader()? {
        let signed_by = survey.state.ledger.as_ref().map_or_else(
            || outside.log_key(),
            |facts| facts.log_key_at(reader.checkpoint().size).0,
        );
        let key = VerifierKey::new(&config.origin, &signed_by)?;
        let files = mend::check_files(&reader, &key)?;
        let new = files.into_iter().filter(|words| !survey.archive.damage.contains(words));
        let new: Vec<String> = new.collect();
        notes.extend(new.iter().cloned());
        survey.archive.damage.extend(new);
    }
    let mut publish = |archive: &mut ArchiveWriter| {
        if outside.lost_log_key.is_some() {
            return check_published(archive);
        }
        publish_archive(archive, outside, &config.origin, against).map(drop)
    };
    let archive = mend::mend_archive(&copies, &survey, &mut publish, notes)?;
    let reader = ArchiveReader::open_on(Arc::clone(&media.log), log)?;
    mend::mend_store(store, &reader, &survey, notes)?;
    check_set_aside(&survey)?;
    let head = survey.head();
    Ok(Some(Recovered { state: survey.state, archive, head }))
}

/// Without its key an archive stays as it was published.
///
/// # Errors
/// `log_key_lost`.
fn check_published(archive: &ArchiveWriter) -> Result<()> {
    let size = archive.published().map_or(0, |published| published.size);
    if size == archive.size() {
        return Ok(());
    }
    let message = format!(
        "the ledger was not closed cleanly, and of its {} entries {size} are published: only its log \
         key can publish the rest",
        archive.size()
    );
    Err(Error::new(Kind::NotFound, "log_key_lost", message)
        .with_hint("look for the log key in a backup of $EARMARK_HOME/keys/log")
        .with_detail("size", archive.size())
        .with_detail("published", size))
}

fn check_found(survey: &Survey, has_anchor: bool, log: &Path) -> Result<()> {
    if survey.size() > 0 {
        return Ok(());
    }
    let folder = log.parent().unwrap_or(log).display();
    let is_empty = survey.beyond.is_none() && survey.store.fits() && survey.archive.fits();
    if is_empty && !has_anchor {
        let message = format!("{folder} has no entry: making the ledger was interrupted");
        return Err(Error::new(Kind::Break, "never_begun", message)
            .with_hint(
                "nothing was ever recorded in it: delete the folder and run `earmark init` again",
            )
            .with_detail("path", &folder));
    }
    let message = format!("no copy in {folder} has a first command that verifies");
    Err(Error::new(Kind::Break, "nothing_to_recover", message)
        .with_hint("restore the folder from a copy; nothing was changed")
        .with_detail("path", folder))
}

/// An entry that verifies is never dropped in silence.
fn check_set_aside(survey: &Survey) -> Result<()> {
    let Some(index) = survey.beyond else { return Ok(()) };
    let size = survey.size();
    let message = if index > size {
        format!(
            "entry {size} is in no copy, but entries from {index} on are; they were kept in the \
             ledger's folders named quarantine"
        )
    } else {
        format!(
            "entry {size} does not verify in any copy; what there is of it and after it was kept \
             in the ledger's folders named quarantine"
        )
    };
    Err(Error::new(Kind::Break, "entries_set_aside", message)
        .with_hint("restore a copy that has the missing entry, or open again to go on without them")
        .with_detail("missing", size)
        .with_detail("kept", index))
}
