//! Many rows into commands, for imports and for what undoes them: rows are admitted one by one, in order, and the admitted
//! ones are formed into commands of at most 1,000 entries and 300 KB, each signed once. A row's
//! entries never straddle two commands; a refused row takes no other with it.

use super::Ledger;
use super::clock::{Before, Moment};
use super::prepare::too_large;
use super::seal::{self, Told, Unsealed};
use super::sealing::{Sealing, ToChain};
use crate::chain::body;
use crate::chain::entry::{
    Head, LATEST_RECORDED_AT, MAX_COMMAND_BYTES, MAX_COMMAND_ENTRIES, MAX_SOURCE_BYTES, Row,
    SealedCommand,
};
use crate::chain::hash;
use crate::chain::signature::Signer;
use crate::domain::admit::admit;
use crate::domain::calendar::Date;
use crate::domain::command::Order;
use crate::domain::event::{Body, Event};
use crate::domain::finding::Finding;
use crate::domain::kinds::Control;
use crate::domain::propose::{cites, propose};
use crate::domain::rejection::Rejection;
use crate::domain::state::{State, Undo};
use crate::error::{Error, Kind, Result};
use crate::tlog::tree::Digest;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Commands that are appended together: one sync for all of them.
const COMMANDS_AT_ONCE: usize = 4;

/// A row to be recorded: its key and the wishes it stands for.
#[derive(Debug)]
pub struct RowIn<'a> {
    /// [`hash::row_key`] of its cells.
    pub key: [u8; 16],
    /// What it asks for, in order; each is resolved on what the ones before it changed.
    pub orders: &'a [Order],
}

/// What became of a row.
#[derive(Debug)]
pub enum RowOut {
    /// Admitted; waits to be sealed.
    Admitted {
        /// Number of its entries; 0 when it changes nothing.
        entries: usize,
        /// What a soft rule looks at.
        findings: Vec<Finding>,
    },
    /// It does not fit into the command that waits: seal it, then try again. Nothing has changed.
    Full,
    /// A rule refused the order of this number, from 0. Nothing of the row stays.
    Refused(usize, Rejection),
}

/// A row judged, before it is decided whether it fits.
#[derive(Debug, Default)]
struct Judged {
    told: Told,
    findings: Vec<Finding>,
    entries: Vec<Unsealed>,
    /// What takes the row's changes of the state back, last first.
    undo: Vec<Undo>,
}

/// What a batch makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// Entries of rows, which have their source and key.
    Rows,
    /// Reversals, which are nobody's rows.
    Reversals,
}

/// An import in progress. Dropped without [`Batch::finish`], the rows that are not yet recorded are
/// forgotten and the ledger has to be opened again.
pub struct Batch<'a> {
    pub(super) ledger: &'a mut Ledger,
    signer: &'a dyn Signer,
    source: SmolStr,
    makes: Makes,
    pub(super) officer: u32,
    accept_clock: Option<Date>,
    dry_run: bool,
    pub(super) moment: Moment,
    pub(super) today: Date,
    entries: Vec<Unsealed>,
    told: Told,
    row_keys: Vec<[u8; 16]>,
    /// The encodings of the orders gathered so far, where they are what the digest is made of.
    orders: Vec<u8>,
    bytes: usize,
    /// The command that is chained while the rows of the next are judged.
    sealing: Sealing,
    ready: Vec<SealedCommand>,
    /// The leaves of each of them.
    leaves: Vec<Vec<Digest>>,
    /// After the last of them.
    head: Head,
    keeps_books: bool,
    /// A command came to nothing: what was judged after it is worth nothing either.
    is_over: bool,
    first_index: u64,
    sealed_entries: u64,
    commands: u64,
    /// Payments of this batch that are not recorded yet, where rows may refund them.
    payments: Option<BTreeMap<u64, Event>>,
}

impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Begins an import of `source` by the officer with this key.
    ///
    /// # Errors
    /// `source_length` (`Kind::Usage`); an officer who is not enrolled; the clock.
    pub fn batch<'a>(
        &'a mut self,
        source: &str,
        signer: &'a dyn Signer,
        accept_clock: Option<Date>,
        dry_run: bool,
    ) -> Result<Batch<'a>> {
        self.batch_of(Makes::Rows, source, signer, accept_clock, dry_run)
    }

    pub(super) fn batch_of<'a>(
        &'a mut self,
        makes: Makes,
        source: &str,
        signer: &'a dyn Signer,
        accept_clock: Option<Date>,
        dry_run: bool,
    ) -> Result<Batch<'a>> {
        if source.is_empty() || source.len() > MAX_SOURCE_BYTES {
            let message = format!(
                "a source has 1 to {MAX_SOURCE_BYTES} bytes; {source:?} has {}",
                source.len()
            );
            return Err(Error::new(Kind::Usage, "source_length", message)
                .with_hint("name the source in the mapping file")
                .with_detail("found", source)
                .with_detail("most_bytes", MAX_SOURCE_BYTES));
        }
        self.check_no_breach()?;
        self.check_writable()?;
        debug_assert!(self.stage.is_empty(), "what is staged is settled before an import");
        let officer = self.officer(&signer.public_key())?;
        let moment = self.moment(accept_clock)?;
        let today = moment.today;
        let head = self.head;
        self.is_ahead = true;
        Ok(Batch {
            ledger: self,
            signer,
            source: SmolStr::new(source),
            makes,
            officer,
            accept_clock,
            dry_run,
            moment,
            today,
            entries: Vec::new(),
            told: Told::default(),
            row_keys: Vec::new(),
            orders: Vec::new(),
            bytes: 0,
            sealing: Sealing::default(),
            ready: Vec::new(),
            leaves: Vec::new(),
            head,
            keeps_books: false,
            is_over: false,
            first_index: head.size,
            sealed_entries: 0,
            commands: 0,
            payments: None,
        })
    }
}

impl Batch<'_> {
    /// The state after every row admitted so far.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.ledger.state
    }

    /// The ledger's today.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    /// Entries made so far, durable or not.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.sealed_entries.saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }

    /// The index that the next entry gets, or would get in a dry run.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.first_index.saturating_add(self.entries())
    }

    /// Commands sealed so far.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// Admits a row, all its events or none.
    ///
    /// # Errors
    /// The machine could not; the import is over, and run again it goes on where it stopped. A rule
    /// that says no is [`RowOut::Refused`].
    pub fn admit(&mut self, row: &RowIn<'_>) -> Result<RowOut> {
        let mut judged = Judged::default();
        let outcome = self.judge(row, &mut judged);
        match self.ledger.check_state().and(outcome) {
            Ok(None) => {}
            Ok(Some((order, rejection))) => {
                self.take_back(judged);
                return Ok(RowOut::Refused(order, rejection));
            }
            Err(error) => {
                self.take_back(judged);
                return Err(error);
            }
        }
        let bytes = judged.entries.iter().map(Unsealed::most_bytes).fold(0, usize::saturating_add);
        let full = self.entries.len().saturating_add(judged.entries.len()) > MAX_COMMAND_ENTRIES
            || self.bytes.saturating_add(bytes) > MAX_COMMAND_BYTES;
        if full {
            self.take_back(judged);
            return Ok(RowOut::Full);
        }
        let entries = judged.entries.len();
        if entries > 0 && self.makes == Makes::Rows {
            self.row_keys.push(row.key);
        } else if entries > 0 {
            let encoded: std::result::Result<Vec<_>, _> =
                row.orders.iter().map(body::encode_order).collect();
            match encoded {
                Ok(encoded) => self.orders.extend(encoded.into_iter().flatten()),
                Err(malformed) => {
                    self.take_back(judged);
                    return Err(too_large(malformed));
                }
            }
        }
        self.keep_payments(&judged.told.events);
        self.bytes = self.bytes.saturating_add(bytes);
        self.entries.append(&mut judged.entries);
        self.told.add(judged.told);
        // Under `track` a finding is a finding only.
        if self.ledger.state.policy.control == Control::Track {
            judged.findings.clear();
        }
        Ok(RowOut::Admitted { entries, findings: judged.findings })
    }

    /// From now on rows may refund payments of this batch, which are therefore remembered until they are
    /// recorded: those of a few commands, in a dry run all.
    pub fn remember_payments(&mut self) {
        self.payments = Some(BTreeMap::new());
    }

    fn keep_payments(&mut self, events: &[Event]) {
        let first = self.next_index();
        let Some(payments) = &mut self.payments else { return };
        let paid = (first..)
            .zip(events)
            .filter(|(_, event)| matches!(event.body, Body::DisbursementRecorded(_)));
        payments.extend(paid.map(|(index, event)| (index, event.clone())));
    }

    fn take_back(&mut self, judged: Judged) {
        judged.undo.into_iter().rev().for_each(|undo| self.ledger.state.take_back(undo));
    }

    /// Proposes and admits the row's orders one after the other; gives the first that is refused.
    fn judge(
        &mut self,
        row: &RowIn<'_>,
        judged: &mut Judged,
    ) -> Result<Option<(usize, Rejection)>> {
        for (number, order) in row.orders.iter().enumerate() {
            // Recorded ones, and payments of this import that another row refunds.
            let mut cited = self.ledger.cited(order)?;
            if let Some(index) = cites(&order.command)
                && let Some(payment) = self.payments.as_ref().and_then(|all| all.get(&index))
            {
                cited.insert(index, payment.clone());
            }
            let admitted =
                propose(&self.ledger.state, order, self.today, &cited).and_then(|events| {
                    self.moment.check_dates(&events)?;
                    let context = self.moment.context(self.officer, &cited);
                    let admitted = admit(&mut self.ledger.state, &events, &context)?;
                    Ok((events, admitted))
                });
            match admitted {
                Ok((events, admitted)) => {
                    judged.undo.push(admitted.undo);
                    judged.told.add(Told { events, moves: admitted.moves, cited });
                    let findings = admitted.findings.into_iter().map(|(_, finding)| finding);
                    judged.findings.extend(findings);
                }
                Err(rejection) => return Ok(Some((number, rejection))),
            }
        }
        match self.encode(row, &judged.told.events) {
            Ok(entries) => {
                judged.entries = entries;
                Ok(None)
            }
            Err(rejection) => Ok(Some((0, rejection))),
        }
    }

    fn encode(
        &self,
        row: &RowIn<'_>,
        events: &[Event],
    ) -> std::result::Result<Vec<Unsealed>, Rejection> {
        let tag = || (self.makes == Makes::Rows).then(|| (self.source.clone(), row.key));
        let entries: std::result::Result<Vec<_>, _> =
            events.iter().map(|event| Unsealed::new(event, tag())).collect();
        let entries = entries?;
        seal::check_limits(&entries)?;
        Ok(entries)
    }

    /// Seals the rows gathered so far as one command. Several commands are made durable together, at
    /// the latest by [`Batch::finish`].
    ///
    /// # Errors
    /// As [`Ledger::submit`].
    pub fn seal(&mut self) -> Result<()> {
        if self.entries.is_empty() || self.is_over {
            return Ok(());
        }
        let sealed = self.seal_next();
        self.is_over = sealed.is_err();
        sealed
    }

    fn seal_next(&mut self) -> Result<()> {
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.sealed_entries = self.sealed_entries.saturating_add(count);
        self.commands = self.commands.saturating_add(1);
        if !self.dry_run {
            self.take_chained()?;
            let command = self.command()?;
            let (entries, told) =
                (std::mem::take(&mut self.entries), std::mem::take(&mut self.told));
            self.sealing.chain(ToChain { head: self.head, command, entries, told })?;
        }
        self.entries.clear();
        self.told = Told::default();
        self.orders.clear();
        self.row_keys.clear();
        self.bytes = 0;
        if self.ready.len() >= COMMANDS_AT_ONCE {
            self.write()?;
        }
        self.go_on(count)
    }

    /// What the entries gathered so far have in common.
    fn command(&mut self) -> Result<seal::Command> {
        let source = self.source.clone();
        let rows: Vec<Row<'_>> =
            self.row_keys.iter().map(|key| Row { source: &source, key: *key }).collect();
        let asked = match self.makes {
            Makes::Rows => body::encode_rows(&rows).map_err(seal::unfit)?,
            Makes::Reversals => std::mem::take(&mut self.orders),
        };
        Ok(seal::Command {
            ledger: self.ledger.id()?,
            id: self.ledger.outside.ids.command_id(),
            digest: hash::command_digest(&asked),
            officer: self.officer,
            clock_accepted: self.moment.clock_accepted,
            recorded_at_microseconds: self.moment.recorded_at_microseconds,
            randoms: seal::randoms(self.ledger.outside.ids.as_mut(), self.entries.len()),
        })
    }

    /// Signs the command that is under way, if one is.
    fn take_chained(&mut self) -> Result<()> {
        let Some(chained) = self.sealing.take()? else { return Ok(()) };
        let (sealed, leaves) = chained.signed_by(self.signer)?;
        self.head = seal::head_after(&sealed, self.head);
        self.ready.push(sealed);
        self.leaves.push(leaves);
        Ok(())
    }

    /// The moment of the next command. What was said of the clock holds for the whole import.
    fn go_on(&mut self, count: u64) -> Result<()> {
        let first = self.moment.recorded_at_microseconds;
        let last = first.saturating_add_unsigned(count.saturating_sub(1)).min(LATEST_RECORDED_AT);
        let before = Before { command: first, entry: last };
        let now = self.ledger.outside.clock.now_microseconds();
        let offset = self.ledger.facts()?.utc_offset_minutes;
        let accepted = self.accept_clock.map(|_| Date::at(now, offset));
        self.moment = Moment::of(now, before, offset, accepted)?;
        Ok(())
    }

    /// Makes the sealed commands durable, and publishes in bulk.
    fn write(&mut self) -> Result<()> {
        if self.ready.is_empty() {
            return Ok(());
        }
        let (ready, leaves) = (std::mem::take(&mut self.ready), std::mem::take(&mut self.leaves));
        self.ledger.record(&ready)?;
        for (command, leaves) in ready.iter().zip(leaves) {
            self.ledger.hand_over(command, Some(leaves));
        }
        if let Some(payments) = &mut self.payments {
            *payments = payments.split_off(&self.ledger.head.size);
        }
        let waiting = self.ledger.head.size.saturating_sub(self.ledger.published_size());
        if waiting >= super::publish::EVERY {
            self.publish();
            self.keep_books();
        }
        Ok(())
    }

    /// An import goes on being recorded where the archive cannot; its rows are then published later.
    fn publish(&mut self) {
        if self.ledger.unpublished.is_none()
            && let Err(error) = self.ledger.publish_log()
        {
            self.ledger.keep_unpublished(error);
        }
    }

    /// From the first publish on the readers' books are kept along, so that the cache at the end need not be
    /// made from the log.
    fn keep_books(&mut self) {
        if !self.keeps_books && self.ledger.published_size() == self.ledger.head.size {
            self.keeps_books = true;
            self.sealing.keep_books(self.ledger.published_books());
        }
    }

    /// Records and publishes what is left; what could not be published is no error
    /// ([`Ledger::unpublished`]).
    ///
    /// # Errors
    /// As [`Ledger::submit`]; what was recorded before stays, and run again the import goes on.
    pub fn finish(mut self) -> Result<()> {
        self.ledger.check_state()?;
        // What was signed is kept, also where the next command came to nothing.
        let sealed = self.seal();
        let taken = self.take_chained();
        let written = self.write();
        sealed.and(taken).and(written)?;
        if self.dry_run {
            return Ok(());
        }
        // Where something failed before, rows may be in the state that are in no command.
        self.ledger.is_ahead = self.ledger.state.size != self.ledger.head.size;
        if self.ledger.published_size() < self.ledger.head.size {
            self.publish();
        }
        self.ledger.refresh_cache(self.sealing.finish());
        // Whoever writes next does not replay what was imported.
        self.ledger.snapshot_or_note();
        Ok(())
    }
}
