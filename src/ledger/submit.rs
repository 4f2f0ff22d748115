//! One command: from wish to receipt. The rules hold inside the write: a refused command writes
//! nothing.

use super::clock::{Before, Moment};
use super::receipt::{Durability, Receipt, ReceiptEntry};
use super::seal::{self, Unsealed};
use super::{Ledger, confidential};
use crate::chain::body;
use crate::chain::confidential::{Fields, Pair};
use crate::chain::entry::{self, CommandId, EntryId, Head, SealedCommand};
use crate::chain::hash::{self, Hash};
use crate::chain::signature::Signer;
use crate::domain::admit::{Context, admit};
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::kinds::Control;
use crate::domain::propose::{cites, propose};
use crate::domain::rejection::{Named, Rejection, Thing};
use crate::error::{Error, Kind, Result};
use crate::store::Appended;

/// A command with all that is needed to record it.
#[derive(Clone, Copy)]
pub struct Submission<'a> {
    /// The wish.
    pub order: &'a Order,
    /// Confidential fields of its first entry: sealed beside the chain, never in it.
    pub confidential: Option<&'a Fields>,
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// The idempotency key, up to 128 bytes; `None`: a random command id. An order that changes nothing
    /// (a target that is met already) makes no entry, and does not use its key up.
    pub command_key: Option<&'a [u8]>,
    /// The clock's own day, repeated by the officer: go on with a clock more than 40 days ahead of the
    /// head, or more than a minute behind it.
    pub accept_clock: Option<Date>,
    /// Propose and admit, but write nothing.
    pub dry_run: bool,
    /// When to come back.
    pub until: Durability,
}

impl std::fmt::Debug for Submission<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Submission").field("order", self.order).finish_non_exhaustive()
    }
}

/// What is recorded while a breach is open: what acknowledges it, what became of the ledger's files, and who
/// lost a key, so that somebody is left who can acknowledge it.
fn may_come_in_a_breach(command: &Command) -> bool {
    matches!(
        command,
        Command::AcknowledgeBreach(_)
            | Command::RestoreLedger(_)
            | Command::AdoptAnchor(_)
            | Command::RotateOfficerKey(_)
            | Command::RevokeOfficer(_)
    )
}

/// Whose command it is, and when.
struct Identity {
    id: CommandId,
    digest: Hash,
    officer: u32,
    pair: Option<Pair>,
    moment: Moment,
}

/// The most bytes of an idempotency key.
const MAX_KEY_BYTES: usize = 128;

impl Ledger {
    /// Records a command, or returns the first receipt of one that was recorded before.
    ///
    /// # Errors
    /// `Kind::Rejected` when a rule says no: nothing was written. `Kind::Unknown` when the store
    /// could not say whether the entries are durable: open the ledger again and submit the same
    /// command id, which its details name. What is recorded and could not be published is no error: the
    /// receipt says `recorded`, and [`Ledger::unpublished`] why.
    pub fn submit(&mut self, submission: &Submission<'_>) -> Result<Receipt> {
        let outcome = self.try_submit(submission);
        // What is recorded was checked before; what is refused, or only looked at, is checked here.
        if outcome.as_ref().is_ok_and(|receipt| !receipt.dry_run) {
            return outcome;
        }
        self.check_state().and(outcome)
    }

    fn try_submit(&mut self, submission: &Submission<'_>) -> Result<Receipt> {
        self.check_writable()?;
        let command_id = self.command_id(submission.command_key)?;
        let digest = order_digest(submission.order)?;
        let mut cited = self.cited(submission.order)?;
        // An id that was just drawn is nobody's yet.
        if submission.command_key.is_some()
            && let Some(span) = self.store.command(command_id)?
        {
            return self.replay(submission, digest, span);
        }
        if !may_come_in_a_breach(&submission.order.command) {
            self.check_no_breach()?;
        }
        let moment = self.moment(submission.accept_clock)?;
        let Moment { recorded_at_microseconds, clock_accepted, today, .. } = moment;
        let officer = self.officer(submission.signer)?;
        let mut events = propose(&self.state, submission.order, today, &cited)?;
        moment.check_dates(&events)?;
        let context = Context { recorded_at_microseconds, officer, clock_accepted, cited: &cited };
        if let Some(all) = self.cite_dependents(submission.order, &events, &context)? {
            cited = all;
            events = propose(&self.state, submission.order, today, &cited)?;
        }
        let pair = confidential::seal(self.id()?, &mut events, submission.confidential)?;
        let context = Context { recorded_at_microseconds, officer, clock_accepted, cited: &cited };
        // Under `track` a finding is a finding only; otherwise the receipt warns too.
        let warns = self.state.policy.control != Control::Track;
        let admitted = match admit(&mut self.state, &events, &context) {
            Ok(admitted) => admitted,
            Err(rejection) => return Err(self.with_dependents(rejection, &events, &context)),
        };
        let findings = admitted.findings.into_iter().map(|(_, finding)| finding);
        let warnings = findings.filter(|_| warns).collect();
        let identity = Identity { id: command_id, digest, officer, pair, moment };
        let receipt = self.record_admitted(submission, events, warnings, &identity);
        let is_recorded =
            receipt.as_ref().is_ok_and(|made| !made.dry_run && !made.entries.is_empty());
        if !is_recorded {
            self.state.take_back(admitted.undo);
        }
        receipt
    }

    /// Seals and records what was admitted; only says what it would be in a dry run.
    fn record_admitted(
        &mut self,
        submission: &Submission<'_>,
        events: Vec<Event>,
        warnings: Vec<Finding>,
        identity: &Identity,
    ) -> Result<Receipt> {
        let unsealed = events
            .iter()
            .map(|event| Unsealed::new(event, None))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        seal::check_limits(&unsealed)?;
        let command_id = identity.id;
        if submission.dry_run || events.is_empty() {
            let entry = |(index, event)| ReceiptEntry { index, id: EntryId::default(), event };
            let entries = (self.head.size..).zip(events).map(entry).collect();
            let dry_run = submission.dry_run;
            return Ok(self.receipt(entries, command_id, warnings, dry_run));
        }
        let command = seal::Command {
            ledger: self.id()?,
            id: command_id,
            digest: identity.digest,
            officer: identity.officer,
            signer: submission.signer,
            clock_accepted: identity.moment.clock_accepted,
            recorded_at_microseconds: identity.moment.recorded_at_microseconds,
        };
        let sealed = seal::seal(self.head, &command, &unsealed, self.outside.ids.as_mut())?;
        let pair = identity.pair.as_ref();
        self.write_pair(pair)?;
        let recorded = self.record(std::slice::from_ref(&sealed));
        recorded
            .inspect_err(|error| self.take_back_pair(pair, error))
            .map_err(|error| named(error, submission, command_id))?;
        let erased = self.erase_sealed(&events);
        self.note_failure("fields that are erased still have sealed files", erased);
        self.hand_on(std::slice::from_ref(&sealed), submission.until);
        let entries = receipt_entries(&sealed, events);
        Ok(self.receipt(entries, command_id, warnings, false))
    }

    /// While a breach is open, nothing is recorded but what acknowledges it.
    ///
    /// # Errors
    /// `read_only_ledger` names the first entry and the rule.
    pub(super) fn check_no_breach(&self) -> Result<()> {
        let Some((first, breach)) = self.state.open_breaches().next() else { return Ok(()) };
        let message = format!(
            "the command of entry {first} is signed, and the rules of its time refuse it ({}): until an \
             administrator acknowledges it the ledger can be read, and not written to",
            breach.rule
        );
        Err(Error::new(Kind::Break, "read_only_ledger", message)
            .with_hint(format!(
                "find out how it came in (`earmark show @{first}`), keep a copy, then `earmark breach \
                 acknowledge @{first} --reason TEXT`; nothing is lost"
            ))
            .with_detail("index", first)
            .with_detail("rule", &breach.rule))
    }

    /// # Errors
    /// `import_given_up` after an import that was not finished; `archive_poisoned` after a publish
    /// that failed, so that no more gathers that nobody can read; as [`Ledger::check_state`].
    pub(super) fn check_writable(&mut self) -> Result<()> {
        self.check_state()?;
        if !self.is_ahead {
            return self.archive.append(&[]);
        }
        let message = "an import on this ledger was not finished, or was a dry run";
        Err(Error::new(Kind::Io, "import_given_up", message).with_hint("open the ledger again"))
    }

    fn receipt(
        &self,
        entries: Vec<ReceiptEntry>,
        command_id: CommandId,
        warnings: Vec<Finding>,
        dry_run: bool,
    ) -> Receipt {
        let (head, durability) = (self.head, self.durability());
        Receipt { entries, command_id, head, durability, replayed: false, dry_run, warnings }
    }

    /// How far everything up to the head has got.
    pub(super) fn durability(&self) -> Durability {
        if self.published_size() >= self.head.size {
            Durability::Published
        } else {
            Durability::Recorded
        }
    }

    fn command_id(&mut self, key: Option<&[u8]>) -> Result<CommandId> {
        match key {
            None => Ok(self.outside.ids.command_id()),
            Some(key) if key.is_empty() || key.len() > MAX_KEY_BYTES => {
                let message = format!(
                    "a command id has 1 to {MAX_KEY_BYTES} bytes; this one has {}",
                    key.len()
                );
                Err(Error::new(Kind::Usage, "command_id_length", message)
                    .with_hint("use a shorter key, for example a document number")
                    .with_detail("part", key.len()))
            }
            Some(key) => Ok(CommandId(hash::command_id(key))),
        }
    }

    /// When a command that comes now is recorded.
    pub(super) fn moment(&self, accepted: Option<Date>) -> Result<Moment> {
        let before = Before {
            command: self.state.recorded_at_microseconds,
            entry: self.recorded_at_microseconds,
        };
        let now = self.outside.clock.now_microseconds();
        Moment::of(now, before, self.facts()?.utc_offset_minutes, accepted)
    }

    /// The number of the officer whose key this is.
    pub(super) fn officer(&self, signer: &dyn Signer) -> Result<u32> {
        let key = signer.public_key();
        let number = self.state.officers.iter().position(|officer| officer.key.0 == key);
        number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
            let name = Named::Key(hash::to_hex(&key));
            Rejection::Unknown { thing: Thing::Officer, name, near: Vec::new() }.into()
        })
    }

    /// The entries that the wish cites, from the store.
    pub(super) fn cited(&self, order: &Order) -> Result<Cited> {
        let mut cited = Cited::new();
        if let Some(index) = cites(&order.command)
            && let Some(event) = self.event(index)?
        {
            cited.insert(index, event);
        }
        Ok(cited)
    }

    /// Makes commands durable in the store: what happens after this, they are recorded.
    pub(super) fn record(&mut self, commands: &[SealedCommand]) -> Result<()> {
        self.check_state()?;
        match self.store.append(self.head, commands).map_err(outcome_unknown)? {
            Appended::Done(head) => {
                self.head = head;
                let last = commands.last().and_then(|command| command.entries.last());
                if let Some(envelope) = last.and_then(|last| entry::parse(&last.bytes).ok()) {
                    self.recorded_at_microseconds = envelope.recorded_at_microseconds;
                }
            }
            Appended::Conflict { expected, found } => return Err(conflict(expected, found)),
        }
        Ok(())
    }

    /// Hands recorded commands on to the archive, and to readers if asked to. They are recorded
    /// whatever comes of it ([`Ledger::unpublished`]).
    pub(super) fn hand_on(&mut self, commands: &[SealedCommand], until: Durability) {
        self.hand_to_archive(commands);
        self.after_append(until);
    }

    /// Gives recorded commands to the archive, for the next publish.
    pub(super) fn hand_to_archive(&mut self, commands: &[SealedCommand]) {
        for command in commands {
            if self.unpublished.is_some() {
                return;
            }
            if let Err(error) = self.archive.append(&command.entries) {
                self.keep_unpublished(not_published(error));
            }
        }
    }
}

pub(super) fn receipt_entries(sealed: &SealedCommand, events: Vec<Event>) -> Vec<ReceiptEntry> {
    let entry = |(sealed, event): (&entry::Sealed, Event)| ReceiptEntry {
        index: sealed.index,
        id: entry::parse(&sealed.bytes).map(|envelope| envelope.id).unwrap_or_default(),
        event,
    };
    sealed.entries.iter().zip(events).map(entry).collect()
}

pub(super) fn order_digest(order: &Order) -> Result<Hash> {
    Ok(hash::command_digest(&body::encode_order(order).map_err(too_large)?))
}

pub(super) fn too_large(malformed: entry::Malformed) -> Error {
    Error::new(Kind::Usage, "command_too_large", format!("the command: {malformed}"))
}

fn conflict(expected: Head, found: Head) -> Error {
    let message = format!(
        "the head is size {} {}, not size {} {}",
        found.size, found.hash, expected.size, expected.hash
    );
    Error::new(Kind::Conflict, "conflict", message)
        .with_hint("open the ledger again and run the same command")
        .with_detail("expected", expected.size)
        .with_detail("found", found.size)
}

/// What was refused before it was written is known not to have landed; anything else is not.
fn outcome_unknown(error: Error) -> Error {
    let refused =
        matches!(error.code(), "disk_full" | "read_only" | "no_permission" | "store_poisoned");
    let landed = error.details().iter().any(|(name, _)| *name == "landed");
    if error.kind() != Kind::Io || (refused && !landed) {
        return error;
    }
    let message = format!("whether the command was recorded is not known: {}", error.message());
    Error::new(Kind::Unknown, "outcome_unknown", message)
        .with_hint("run it again with the same --command-id")
        .with_source(error)
}

/// Names the command whose outcome is not known, and what to do where no key makes it recognisable.
fn named(error: Error, submission: &Submission<'_>, id: CommandId) -> Error {
    if error.kind() != Kind::Unknown {
        return error;
    }
    let error = error.with_detail("command_id", id);
    if submission.command_key.is_some() {
        return error;
    }
    error.with_hint(
        "look with `earmark register` whether it is there before recording it again; with a --command-id it could be run again as it is",
    )
}

pub(super) fn not_published(error: Error) -> Error {
    if error.kind() != Kind::Io {
        return error;
    }
    let message = format!("recorded, but not published: {}", error.message());
    Error::new(Kind::Io, "not_published", message)
        .with_hint("nothing is lost; once the disk can, the next command publishes it too")
        .with_source(error)
}
