//! Recovery: the head is the longest sequence in which every entry chains and every command is
//! complete, signed and admitted, wherever each entry was found.
//!
//! Candidates are the entries in durability log, sled and archive. A copy that is a prefix of the
//! sequence is completed; one that is damaged is moved aside, never deleted, and rebuilt, loudly. Two
//! commands that both verify at one index are a fork: nothing is opened. An entry that verifies
//! beyond a gap that no copy fills stays where it was moved to, and opening says so once.

use super::reader::replay::{Judge, Replay, read_body, read_event};
use crate::archive::scan::{Found, scan};
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::{self, Head, Sealed, SealedCommand};
use crate::chain::hash::Hash;
use crate::domain::event::{Body, Event};
use crate::domain::posting::Leaf;
use crate::domain::state::State;
use crate::error::{Error, Kind, Result};
use crate::store::{Appended, Store};
use crate::tlog::tree::{Digest, Frontier, leaf_hash};
use std::collections::BTreeMap;
use std::path::Path;

/// What recovery leaves: every copy stands at the head of this state.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) state: State,
    pub(super) archive: ArchiveWriter,
}

/// Where entries were found, each index with its variants.
#[derive(Debug, Default)]
struct Candidates {
    variants: BTreeMap<u64, Vec<Sealed>>,
}

impl Candidates {
    fn add(&mut self, entries: Vec<Sealed>) {
        for sealed in entries {
            let variants = self.variants.entry(sealed.index).or_default();
            if variants.iter().all(|known| known.hash != sealed.hash) {
                variants.push(sealed);
            }
        }
    }

    /// Every sequence of entries from `head` on that forms one whole command by the look of its
    /// envelopes: chained, same id, ending with the signed one.
    fn commands(&self, head: Head) -> Vec<Vec<&Sealed>> {
        let mut whole = Vec::new();
        let mut open: Vec<Vec<&Sealed>> = vec![Vec::new()];
        while let Some(so_far) = open.pop() {
            let (index, previous) = match so_far.last() {
                Some(last) => (last.index.saturating_add(1), last.hash),
                None => (head.size, head.hash),
            };
            for sealed in self.variants.get(&index).into_iter().flatten() {
                let Ok(envelope) = entry::parse(&sealed.bytes) else { continue };
                let place = usize::from(envelope.place);
                if envelope.previous != previous || place != so_far.len() {
                    continue;
                }
                let mut longer = so_far.clone();
                longer.push(sealed);
                if envelope.is_last() { whole.push(longer) } else { open.push(longer) }
            }
        }
        whole
    }
}

/// Recovers the store and the archive.
///
/// # Errors
/// `fork`, `entries_set_aside`, `read_only_ledger`, `nothing_to_recover`; `Kind::Io`.
pub(super) fn recover(
    store: &mut Box<dyn Store>,
    log: &Path,
    notes: &mut Vec<String>,
) -> Result<Recovered> {
    let mut candidates = Candidates::default();
    let mut store_damage = Vec::new();
    for copy in store.copies(0..u64::MAX)? {
        let name = copy.name;
        store_damage.extend(copy.damage.iter().map(|damage| format!("{name}: {damage}")));
        candidates.add(copy.entries);
    }
    let (mut archived, mut archive_damage) = (Vec::new(), Vec::new());
    for found in scan(log)? {
        match found {
            Found::Entry(sealed) => archived.push(sealed),
            Found::Damage(damage) => archive_damage.push(damage),
        }
    }
    candidates.add(archived.clone());
    notes.extend(store_damage.iter().cloned());
    notes.extend(archive_damage.iter().map(|damage| format!("archive: {damage}")));
    let (sequence, replay) = longest(&candidates)?;
    check_understood(&replay)?;
    if sequence.is_empty() {
        return Err(Error::new(
            Kind::Break,
            "nothing_to_recover",
            "no copy of the ledger has a first command that verifies",
        )
        .with_hint("restore the folder from a copy"));
    }
    let archive = mend_archive(log, &sequence, &archived, !archive_damage.is_empty(), notes)?;
    mend_store(store, &sequence, !store_damage.is_empty(), notes)?;
    check_set_aside(&candidates, &sequence)?;
    Ok(Recovered { state: replay.into_state(), archive })
}

/// Opening for writing needs every event to be understood.
///
/// # Errors
/// `read_only_ledger` names the first entry that is not.
pub(super) fn check_understood(replay: &Replay) -> Result<()> {
    let Some(index) = replay.stopped_at() else { return Ok(()) };
    let message = format!("entry {index} is of a type that this release does not know");
    Err(Error::new(Kind::Break, "read_only_ledger", message)
        .with_hint("write with the release that made it; reading and verifying still work"))
}

/// Follows command by command; where two variants of a command verify, the ledger has forked.
fn longest(candidates: &Candidates) -> Result<(Vec<SealedCommand>, Replay)> {
    let mut sequence: Vec<SealedCommand> = Vec::new();
    let mut replay = Replay::new(None, Judge::Everything);
    loop {
        let head = replay.walk().head();
        let variants = candidates.commands(head);
        let mut valid: Vec<Vec<Sealed>> = Vec::new();
        let alone = variants.len() == 1;
        for variant in variants {
            // The usual case goes straight on; a choice is tried on a copy first.
            if alone || verifies(&replay, &sequence, &variant) {
                valid.push(variant.into_iter().cloned().collect());
            }
        }
        if let [_, _, ..] = valid.as_slice() {
            return Err(fork(head.size));
        }
        let Some(command) = valid.pop() else { break };
        if !take(&mut replay, &sequence, &command)? {
            // A command that does not verify ends the sequence; start over up to it.
            replay = replay_all(&sequence)?;
            break;
        }
        let id = command.first().and_then(|sealed| entry::parse(&sealed.bytes).ok());
        let id = id.map(|envelope| envelope.command).unwrap_or_default();
        sequence.push(SealedCommand { id, entries: command });
    }
    Ok((sequence, replay))
}

/// Takes a command; false when its chain, signature or rules fail.
fn take(replay: &mut Replay, sequence: &[SealedCommand], command: &[Sealed]) -> Result<bool> {
    let mut lookup = |index| Ok(event_at(sequence, index));
    for sealed in command {
        match replay.step(sealed, read_body(&sealed.bytes), &mut lookup, &mut |_| {}) {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(outcome.signature.is_ok() && outcome.rules.is_ok()),
            Err(error) if error.kind() == Kind::Break => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn verifies(replay: &Replay, sequence: &[SealedCommand], variant: &[&Sealed]) -> bool {
    let command: Vec<Sealed> = variant.iter().map(|sealed| (*sealed).clone()).collect();
    take(&mut replay.clone(), sequence, &command).unwrap_or(false)
}

fn replay_all(sequence: &[SealedCommand]) -> Result<Replay> {
    let mut replay = Replay::new(None, Judge::Everything);
    for (number, command) in sequence.iter().enumerate() {
        let before = sequence.get(..number).unwrap_or_default();
        take(&mut replay, before, &command.entries)?;
    }
    Ok(replay)
}

fn event_at(sequence: &[SealedCommand], index: u64) -> Option<Event> {
    let after =
        |command: &SealedCommand| command.entries.first().is_none_or(|first| first.index <= index);
    let number = sequence.partition_point(after).checked_sub(1)?;
    let command = sequence.get(number)?;
    let sealed = command.entries.iter().find(|sealed| sealed.index == index)?;
    read_event(&sealed.bytes).ok().flatten()
}

fn fork(index: u64) -> Error {
    let message = format!("two copies are each valid and differ at entry {index}");
    Error::new(Kind::Fork, "fork", message)
        .with_hint("compare both with a checkpoint from outside; nothing was changed")
        .with_detail("index", index)
}

fn hash_at(sequence: &[SealedCommand], index: u64) -> Option<Hash> {
    let number = sequence
        .partition_point(|c| c.entries.first().is_none_or(|first| first.index <= index))
        .checked_sub(1)?;
    let command = sequence.get(number)?;
    command.entries.iter().find(|sealed| sealed.index == index).map(|sealed| sealed.hash)
}

fn size_of(sequence: &[SealedCommand]) -> u64 {
    let last = sequence.last().and_then(|command| command.entries.last());
    last.map_or(0, |last| last.index.saturating_add(1))
}

/// Completes the archive, or moves it aside and writes it anew. It is published by the caller.
fn mend_archive(
    log: &Path,
    sequence: &[SealedCommand],
    archived: &[Sealed],
    damaged: bool,
    notes: &mut Vec<String>,
) -> Result<ArchiveWriter> {
    let fits = |sealed: &Sealed| hash_at(sequence, sealed.index) == Some(sealed.hash);
    let opened = ArchiveWriter::open(log);
    let mut archive = match opened {
        Ok(archive) if !damaged && archived.iter().all(fits) => archive,
        Err(error) if error.kind() == Kind::Io => return Err(error),
        Ok(_) | Err(_) => {
            let (archive, aside) = ArchiveWriter::start_anew(log)?;
            if let Some(aside) = aside {
                let aside = aside.display();
                notes.push(format!("the damaged archive was moved to {aside} and written anew"));
            }
            archive
        }
    };
    for command in sequence {
        let size = archive.size();
        let new: Vec<Sealed> =
            command.entries.iter().filter(|sealed| sealed.index >= size).cloned().collect();
        if !new.is_empty() {
            archive.append(&new)?;
        }
    }
    Ok(archive)
}

/// Completes the store, or moves its files aside and writes them anew.
fn mend_store(
    store: &mut Box<dyn Store>,
    sequence: &[SealedCommand],
    damaged: bool,
    notes: &mut Vec<String>,
) -> Result<()> {
    let head = store.head().ok();
    let fits = head.filter(|_| !damaged).filter(|head| {
        let last = head.size.checked_sub(1);
        last.is_none_or(|last| hash_at(sequence, last) == Some(head.hash))
    });
    let Some(head) = fits.filter(|head| head.size <= size_of(sequence)) else {
        let aside = store.rebuild(&mut sequence.iter().cloned().map(Ok))?;
        notes.push(format!("the damaged store was moved to {aside} and written anew"));
        return Ok(());
    };
    let missing: Vec<SealedCommand> = (sequence.iter())
        .filter(|command| command.entries.first().is_some_and(|first| first.index >= head.size))
        .cloned()
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    notes.push(format!("the store was completed from entry {} on", head.size));
    match store.append(head, &missing)? {
        Appended::Done(_) => Ok(()),
        Appended::Conflict { expected, found } => {
            let message = format!("the store moved from {} to {}", expected.size, found.size);
            Err(Error::new(Kind::Conflict, "conflict", message))
        }
    }
}

/// An entry that verifies is never dropped in silence.
fn check_set_aside(candidates: &Candidates, sequence: &[SealedCommand]) -> Result<()> {
    let size = size_of(sequence);
    let beyond = candidates.variants.range(size.saturating_add(1)..).next();
    let Some((index, _)) = beyond else { return Ok(()) };
    let message = format!(
        "entry {size} is in no copy, but entries from {index} on are; they were kept in the \
         folders moved aside"
    );
    Err(Error::new(Kind::Break, "entries_set_aside", message)
        .with_hint("restore a copy that has the missing entry, or open again to go on without them")
        .with_detail("missing", size)
        .with_detail("kept", index))
}

/// True if an event moves money of one of the leaves' contracts, projects or lines, or cites the entry.
pub(super) fn touches(event: &Event, entry: u64, leaves: &[Leaf]) -> bool {
    let line = |line: &crate::domain::ids::LineKey| leaves.iter().any(|leaf| leaf.line == *line);
    let contract = |code: &crate::domain::ids::Code| {
        leaves.iter().any(|leaf| leaf.commitment.as_ref() == Some(code))
    };
    let project = |code: &crate::domain::ids::Code| {
        leaves.iter().any(|leaf| leaf.project.as_ref() == Some(code))
    };
    let splits = |splits: &[crate::domain::event::Split]| splits.iter().any(|s| line(&s.line));
    match &event.body {
        Body::RefundReceived(b) => b.disbursement == entry,
        Body::DisbursementRecorded(b) => {
            b.commitment.as_ref().map_or_else(|| splits(&b.splits), contract)
        }
        Body::CommitmentMade(b) => splits(&b.splits),
        Body::CommitmentIncreased(b) => contract(&b.contract),
        Body::CommitmentReduced(b) => contract(&b.contract),
        Body::CommitmentClosed(b) => contract(&b.contract),
        Body::FundsReserved(b) => line(&b.line),
        Body::ReservationReleased(b) => project(&b.project) || line(&b.line),
        Body::ProjectApproved(b) => b.funding.iter().any(|funding| line(&funding.line)),
        Body::ProjectClosedOut(b) => project(&b.code),
        Body::AllocationAdjusted(b) => line(&b.line),
        Body::AllocationTransferred(b) => line(&b.from),
        Body::BalanceCarriedForward(b) => line(&b.from),
        Body::BalanceLapsed(b) => line(&b.line),
        Body::LedgerOpened(_)
        | Body::PolicyAdopted(_)
        | Body::OfficerEnrolled(_)
        | Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::AllocationRecorded(_)
        | Body::ProgrammeRegistered(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::PayeeRegistered(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_) => false,
    }
}

/// The tree's root at `size`: what the archive stands at, or hashed anew from the store's entries.
pub(super) fn root_at(archive: &ArchiveWriter, size: u64, store: &dyn Store) -> Result<Digest> {
    if let Some(published) = archive.published().filter(|published| published.size == size) {
        return Ok(published.root);
    }
    if archive.size() == size {
        return Ok(archive.root());
    }
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        let from = frontier.size();
        let page = store.read(from..size.min(from.saturating_add(1_000)))?;
        if page.is_empty() {
            break;
        }
        page.iter().for_each(|sealed| frontier.push(leaf_hash(&sealed.bytes)));
    }
    Ok(frontier.root())
}
