//! A new ledger from its genesis order.
//!
//! `ledger.toml` comes first, so that two creators cannot meet; the genesis command makes the ledger.
//! What fails before that takes everything back; a crash before that leaves a folder that `open` calls
//! `never_begun`.

use super::prepare::order_digest;
use super::proven::Proven;
use super::seal::{self, Unsealed};
use super::staged::Stage;
use super::submit::receipt_entries;
use super::unfinished;
use super::{CACHE_FOLDER, Durability, LOG_FOLDER, Ledger, Media, Outside, Receipt, ReceiptEntry};
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::{self, Head, LedgerId};
use crate::chain::signature::Signer;
use crate::domain::admit::{Context, admit};
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::propose::propose;
use crate::domain::state::State;
use crate::edge::config::{CONFIG_FILE, LedgerConfig, has_ledger};
use crate::edge::durable::{self, Readers};
use crate::edge::lock::LedgerLock;
use crate::error::{Error, Kind, Result};
use std::path::Path;
use std::sync::Arc;

/// Folders of a ledger.
const FOLDERS: [&str; 4] = ["db", "wal", LOG_FOLDER, CACHE_FOLDER];

impl Ledger {
    /// Makes a ledger in `folder` from its genesis order and publishes it.
    ///
    /// # Errors
    /// `Kind::Rejected` when a rule refuses the genesis command; `ledger_exists`; `Kind::Io` when the
    /// disk could not: in each case nothing is left behind. `not_published` and `outcome_unknown` as
    /// [`Ledger::submit`]: the ledger is there, or may be.
    pub fn create(
        folder: &Path,
        config: &LedgerConfig,
        genesis: &Order,
        signer: &dyn Signer,
        outside: Outside,
    ) -> Result<(Self, Receipt)> {
        Self::create_on(folder, config, genesis, signer, outside, &Media::default())
    }

    /// [`Ledger::create`] on another medium.
    ///
    /// # Errors
    /// As [`Ledger::create`].
    pub fn create_on(
        folder: &Path,
        config: &LedgerConfig,
        genesis: &Order,
        signer: &dyn Signer,
        mut outside: Outside,
        media: &Media,
    ) -> Result<(Self, Receipt)> {
        let recorded_at_microseconds = outside.clock.now_microseconds();
        let Command::OpenLedger(opened, _) = &genesis.command else {
            let message = "a ledger begins with the command that opens it";
            return Err(Error::new(Kind::Usage, "no_genesis", message));
        };
        let today = Date::at(recorded_at_microseconds, opened.utc_offset_minutes);
        let (cited, clock_accepted, officer) = (Cited::new(), false, 0);
        let events = propose(&State::default(), genesis, today, &cited)?;
        let context = Context { recorded_at_microseconds, officer, clock_accepted, cited: &cited };
        let mut state = State::default();
        admit(&mut state, &events, &context)?;
        let unsealed = (events.iter().map(|event| Unsealed::new(event, None)))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let (command_id, digest) = (outside.ids.command_id(), order_digest(genesis)?);
        let command = seal::Command {
            ledger: LedgerId(opened.ledger.0),
            id: command_id,
            digest,
            officer,
            clock_accepted,
            recorded_at_microseconds,
            randoms: seal::randoms(outside.ids.as_mut(), unsealed.len()),
        };
        let sealed = seal::chain(Head::default(), &command, &unsealed)?.signed_by(signer)?;
        let sealed = std::slice::from_ref(&sealed);
        let mut made = Self::begin(folder, config, outside, media)?;
        if let Err(error) = made.record(sealed) {
            drop(made);
            if error.kind() != Kind::Unknown {
                take_back(folder);
            }
            return Err(error);
        }
        made.state = state;
        made.hand_on(sealed, Durability::Published);
        let durability = made.durability();
        let entries = sealed.iter().flat_map(|sealed| receipt_entries(sealed, events.clone()));
        let receipt = Receipt {
            entries: entries.collect(),
            command_id,
            head: made.head,
            durability,
            replayed: false,
            dry_run: false,
            warnings: Vec::new(),
        };
        Ok((made, receipt))
    }

    /// The receipt of `genesis`, if it is the order that this ledger was begun with.
    ///
    /// # Errors
    /// As [`Ledger::entry`].
    pub fn begun_by(&self, genesis: &Order) -> Result<Option<Receipt>> {
        let Some(first) = self.entry(0)? else { return Ok(None) };
        let Ok(envelope) = entry::parse(&first.bytes) else { return Ok(None) };
        if envelope.digest != Some(order_digest(genesis)?) {
            return Ok(None);
        }
        let mut receipt = Receipt {
            entries: Vec::new(),
            command_id: envelope.command,
            head: Head::default(),
            durability: Durability::Published,
            replayed: true,
            dry_run: false,
            warnings: Vec::new(),
        };
        for index in 0..u64::from(envelope.count) {
            let Some((sealed, event)) = self.entry(index)?.zip(self.event(index)?) else { break };
            let id = entry::parse(&sealed.bytes).map(|envelope| envelope.id).unwrap_or_default();
            receipt.entries.push(ReceiptEntry { index, id, event });
            receipt.head = Head { size: index.saturating_add(1), hash: sealed.hash };
        }
        Ok(Some(receipt))
    }

    /// A ledger without an entry.
    fn begin(
        folder: &Path,
        config: &LedgerConfig,
        outside: Outside,
        media: &Media,
    ) -> Result<Self> {
        durable::create_folder(folder, Readers::Everyone)?;
        for other in FOLDERS {
            if has_ledger(folder)? || !durable::is_there(&folder.join(other))? {
                continue;
            }
            let message = format!("{} holds {other}/, part of a ledger", folder.display());
            return Err(Error::new(Kind::Usage, "ledger_exists", message)
                .with_hint("choose an empty folder; a ledger is never overwritten")
                .in_case("part")
                .with_detail("path", folder.display()));
        }
        config.create(folder)?;
        Self::begin_in(folder, outside, media).inspect_err(|_| take_back(folder))
    }

    fn begin_in(folder: &Path, outside: Outside, media: &Media) -> Result<Self> {
        let lock = LedgerLock::acquire(folder)?;
        let (store, opening) = (media.store)(folder)?;
        let archive = ArchiveWriter::open_on(Arc::clone(&media.log), &folder.join(LOG_FOLDER))?;
        Ok(Self {
            folder: folder.to_owned(),
            outside,
            store,
            archive,
            state: State::default(),
            head: Head::default(),
            recorded_at_microseconds: -1,
            snapshot_size: 0,
            parts: None,
            replaces_snapshot: false,
            proven: Proven::default(),
            cache_size: 0,
            notes: opening.notes,
            unpublished: None,
            stage: Stage::default(),
            is_ahead: false,
            _lock: lock,
        })
    }
}

/// Takes back what a creation made that failed before its first entry. What cannot be removed either
/// stays, and `open` says what to do about it.
fn take_back(folder: &Path) {
    unfinished::clear(folder, CONFIG_FILE).ok();
}
