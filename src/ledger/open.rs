//! Opening for writing: the LOCK, the store, the archive, and every copy brought up to the longest
//! verified sequence (see `recover`).
//!
//! After a clean end the store's own copy is trusted once its head, the archive's last entry and the
//! anchor agree; the state is the snapshot and `admit` over the pages after it. After anything else
//! all copies are read and verified in full.

use super::reader::replay::{Judge, Replay, read_body};
use super::recover::{self, Recovered};
use super::seal::{self, Unsealed};
use super::submit::order_digest;
use super::{LOG_FOLDER, Ledger, Outside, Receipt, event_in};
use crate::archive::reader::ArchiveReader;
use crate::archive::writer::ArchiveWriter;
use crate::chain::body;
use crate::chain::entry::{self, Head, LedgerId};
use crate::domain::admit::{Context, admit};
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::propose::propose;
use crate::domain::state::State;
use crate::edge::config::LedgerConfig;
use crate::edge::lock::LedgerLock;
use crate::error::{Error, Kind, Result};
use crate::store::{self, Opening, Store};
use crate::{chain::signature::Signer, ledger::receipt::ReceiptEntry};
use std::path::Path;

impl Ledger {
    /// Makes a ledger in `folder` from its genesis order and publishes it.
    ///
    /// # Errors
    /// `Kind::Rejected` when a rule refuses the genesis command, with nothing made; `ledger_exists`;
    /// `Kind::Io` when the disk could not.
    pub fn create(
        folder: &Path,
        config: &LedgerConfig,
        genesis: &Order,
        signer: &dyn Signer,
        mut outside: Outside,
    ) -> Result<(Self, Receipt)> {
        let now = outside.clock.now_microseconds();
        let Command::OpenLedger(opened, _) = &genesis.command else {
            let message = "a ledger begins with the command that opens it";
            return Err(Error::new(Kind::Usage, "no_genesis", message));
        };
        let today = Date::at(now, opened.utc_offset_minutes);
        let cited = Cited::new();
        let events = propose(&State::default(), genesis, today, &cited)?;
        let clock_accepted = false;
        let (recorded_at_microseconds, officer) = (now, 0);
        let context = Context { recorded_at_microseconds, officer, clock_accepted, cited: &cited };
        let admitted = admit(&State::default(), &events, &context)?;
        let unsealed = (events.iter().map(|event| Unsealed::new(event, None)))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let ledger = LedgerId(opened.ledger.0);
        let (id, digest) = (outside.ids.command_id(), order_digest(genesis)?);
        let command = seal::Command {
            ledger,
            id,
            digest,
            officer,
            signer,
            clock_accepted,
            recorded_at_microseconds,
        };
        let sealed = seal::seal(Head::default(), &command, &unsealed, outside.ids.as_mut())?;
        crate::edge::durable::create_folder(folder, crate::edge::durable::Readers::Everyone)?;
        config.create(folder)?;
        let lock = LedgerLock::acquire(folder)?;
        let (store, _) = store::open(folder)?;
        let archive = ArchiveWriter::open(&folder.join(LOG_FOLDER))?;
        let mut made = Self {
            folder: folder.to_owned(),
            outside,
            store,
            archive,
            state: State::default(),
            head: Head::default(),
            snapshot_size: 0,
            cache_size: 0,
            notes: Vec::new(),
            is_ahead: false,
            _lock: lock,
        };
        made.append(std::slice::from_ref(&sealed))?;
        made.state.apply(admitted.delta);
        let published = made.publish()?;
        let entry = |(sealed, event): (&entry::Sealed, _)| ReceiptEntry {
            index: sealed.index,
            id: entry::parse(&sealed.bytes).map(|e| e.id).unwrap_or_default(),
            event,
        };
        let receipt = Receipt {
            entries: sealed.entries.iter().zip(events).map(entry).collect(),
            command_id: id,
            head: made.head,
            durability: super::Durability::Published,
            replayed: false,
            dry_run: false,
            warnings: Vec::new(),
        };
        debug_assert_eq!(published.size, made.head.size);
        Ok((made, receipt))
    }

    /// Opens the ledger in `folder` for writing.
    ///
    /// # Errors
    /// `locked` names the other process; `no_ledger`, `config_malformed`; `fork` names the index at
    /// which two valid copies differ; `shorter_than_anchor`, `differs_from_anchor`; `entries_set_aside`
    /// when entries that verify stand beyond a gap; `read_only_ledger` when the log has an event of a
    /// later release; `Kind::Io` when the disk could not.
    pub fn open(folder: &Path, outside: Outside) -> Result<Self> {
        let config = LedgerConfig::read(folder)?;
        let lock = LedgerLock::acquire(folder)?;
        let (mut store, opening) = store::open(folder)?;
        let mut notes = opening.notes.clone();
        let log = folder.join(LOG_FOLDER);
        let (state, archive, snapshot_size) = match trusted(store.as_ref(), &opening, &log)? {
            Some(archive) => {
                let (state, snapshot_size) = resume(store.as_ref())?;
                (state, archive, snapshot_size)
            }
            None => {
                let Recovered { state, archive } = recover::recover(&mut store, &log, &mut notes)?;
                (state, archive, 0)
            }
        };
        let head = store.head()?;
        let mut opened = Self {
            folder: folder.to_owned(),
            outside,
            store,
            archive,
            state,
            head,
            snapshot_size,
            cache_size: 0,
            notes,
            is_ahead: false,
            _lock: lock,
        };
        opened.check_origin(&config)?;
        opened.check_anchor(&config.origin)?;
        opened.cache_size = super::reader::cache::newest_size(&folder.join(super::CACHE_FOLDER));
        if opened.published_size() < head.size {
            opened.publish()?;
        }
        Ok(opened)
    }

    fn check_origin(&self, config: &LedgerConfig) -> Result<()> {
        let facts = self.facts()?;
        if facts.origin.as_str() != config.origin {
            let message = format!(
                "ledger.toml says origin {}, the log's first entry says {}",
                config.origin, facts.origin
            );
            return Err(Error::new(Kind::Break, "origin_differs", message)
                .with_hint("put the ledger's own ledger.toml back"));
        }
        if facts.log_key.0 != self.outside.log_signer.public_key() {
            let message =
                "the log key on this machine is not the one that the ledger was opened with";
            return Err(Error::new(Kind::NotPinned, "log_key_differs", message).with_hint(
                "use the machine, or the $EARMARK_HOME, that the ledger was made with",
            ));
        }
        Ok(())
    }

    /// The anchor is what a rollback of the folder cannot take back.
    fn check_anchor(&self, origin: &str) -> Result<()> {
        let Some(anchor) = self.outside.anchors.read(origin)? else { return Ok(()) };
        if anchor.size > self.head.size {
            let message = format!(
                "the ledger has {} entries, but {} were published before",
                self.head.size, anchor.size
            );
            return Err(Error::new(Kind::Fork, "shorter_than_anchor", message)
                .with_hint("the folder was rolled back: restore a copy with all entries")
                .with_detail("expected", anchor.size)
                .with_detail("found", self.head.size));
        }
        let root = recover::root_at(&self.archive, anchor.size, self.store.as_ref())?;
        let stated = anchor.checkpoint.lines().nth(2).unwrap_or_default();
        if root.to_base64() == stated {
            return Ok(());
        }
        let message = format!(
            "at size {} the ledger's root is {}, but {stated} was published before",
            anchor.size,
            root.to_base64()
        );
        Err(Error::new(Kind::Fork, "differs_from_anchor", message)
            .with_hint("the log was rewritten: compare with a copy, and keep both")
            .with_detail("expected", stated)
            .with_detail("found", root.to_base64()))
    }
}

/// The archive, if a clean end and the agreement of all copies allow to trust the store.
fn trusted(store: &dyn Store, opening: &Opening, log: &Path) -> Result<Option<ArchiveWriter>> {
    if !opening.clean || opening.differs.is_some() {
        return Ok(None);
    }
    let (Ok(archive), Ok(reader)) = (ArchiveWriter::open(log), ArchiveReader::open(log)) else {
        return Ok(None);
    };
    // A clean end publishes first: anything else is for recovery to judge.
    let head = store.head()?;
    let Some(last) = head.size.checked_sub(1).filter(|_| archive.size() == head.size) else {
        return Ok(None);
    };
    let agrees = reader.entry(last).is_ok_and(|sealed| sealed.hash == head.hash);
    Ok(agrees.then_some(archive))
}

/// State = snapshot + `admit` over the pages after it. Gives the snapshot's size too.
fn resume(store: &dyn Store) -> Result<(State, u64)> {
    let head = store.head()?;
    let snapshot = store.snapshot()?.filter(|snapshot| snapshot.head.size <= head.size);
    let decoded = snapshot.and_then(|snapshot| {
        let state = body::decode_state(&snapshot.bytes).ok()?;
        (state.size == snapshot.head.size).then_some((state, snapshot.head))
    });
    let (mut replay, from) = match decoded {
        Some((state, at)) => {
            let id =
                state.ledger.as_ref().map_or(LedgerId::default(), |facts| LedgerId(facts.id.0));
            let last = at.size.saturating_sub(1);
            let sealed = store.read(last..at.size)?.into_iter().next();
            let fits = sealed.as_ref().is_some_and(|sealed| sealed.hash == at.hash);
            let recorded_at = (sealed.as_ref())
                .and_then(|sealed| entry::parse(&sealed.bytes).ok())
                .map(|envelope| envelope.recorded_at_microseconds);
            match recorded_at.filter(|_| fits) {
                Some(recorded_at) => {
                    (Replay::resume(id, at, recorded_at, state, Judge::Rules), at.size)
                }
                None => (Replay::new(None, Judge::Rules), 0),
            }
        }
        None => (Replay::new(None, Judge::Rules), 0),
    };
    let mut at = from;
    while at < head.size {
        let page = store.read(at..at.saturating_add(1_000))?;
        for sealed in &page {
            let mut lookup = |index| event_in(store, index);
            let body = read_body(&sealed.bytes);
            let outcome = replay.step(sealed, body, &mut lookup, &mut |_| {})?;
            if let Some(Err((broken, _))) = outcome.map(|outcome| outcome.rules) {
                return Err(broken.into());
            }
        }
        if page.is_empty() {
            break;
        }
        at = at.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
    }
    recover::check_understood(&replay)?;
    Ok((replay.into_state(), from))
}
