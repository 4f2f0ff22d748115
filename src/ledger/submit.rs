//! One command: from wish to receipt. The rules hold inside the write: a refused command writes
//! nothing.

use super::Ledger;
use super::clock::{Before, Moment};
use super::prepare::{Instruction, Ready};
use super::receipt::{Durability, Receipt, ReceiptEntry};
use crate::chain::confidential::Fields;
use crate::chain::entry::{self, CommandId, Head, SealedCommand};
use crate::chain::signature::Signer;
use crate::domain::calendar::Date;
use crate::domain::command::Order;
use crate::domain::event::Event;
use crate::error::{Error, Kind, Result};
use crate::store::Appended;
use crate::tlog::tree::Digest;

/// A command with all that is needed to record it.
#[derive(Clone, Copy)]
pub struct Submission<'a> {
    /// As [`Instruction::order`].
    pub order: &'a Order,
    /// As [`Instruction::confidential`].
    pub confidential: Option<&'a Fields>,
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// As [`Instruction::command_key`].
    pub command_key: Option<&'a [u8]>,
    /// As [`Instruction::accept_clock`].
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

impl Submission<'_> {
    /// The same without the key that signs for it.
    #[must_use]
    pub fn instruction(&self) -> Instruction {
        Instruction {
            order: self.order.clone(),
            confidential: self.confidential.cloned(),
            officer: self.signer.public_key(),
            command_key: self.command_key.map(<[u8]>::to_vec),
            accept_clock: self.accept_clock,
        }
    }
}

impl Ledger {
    /// Records a command, or returns the first receipt of one that was recorded before:
    /// [`Ledger::prepare`] and [`Ledger::commit_signed_by`] at once.
    ///
    /// # Errors
    /// `Kind::Rejected` when a rule says no: nothing was written. `Kind::Unknown` when the store
    /// could not say whether the entries are durable: open the ledger again and submit the same
    /// command id, which its details name. What is recorded and could not be published is no error: the
    /// receipt says `recorded`, and [`Ledger::unpublished`] why.
    pub fn submit(&mut self, submission: &Submission<'_>) -> Result<Receipt> {
        let prepared = match self.prepare(submission.instruction())? {
            Ready::ToSign(prepared) => *prepared,
            Ready::Done(receipt) => {
                let dry_run = submission.dry_run && !receipt.replayed;
                return Ok(Receipt { dry_run, ..receipt });
            }
        };
        if submission.dry_run {
            return Ok(prepared.receipt(self.durability()));
        }
        self.commit_signed_by(submission.signer, prepared, submission.until)
    }

    /// # Errors
    /// `import_given_up` after an import that was not finished; `archive_poisoned` after a publish
    /// that failed, so that no more gathers that nobody can read; as [`Ledger::check_state`].
    pub(crate) fn check_writable(&mut self) -> Result<()> {
        self.check_state()?;
        if !self.is_ahead {
            return self.archive.append(&[]);
        }
        let message = "an import on this ledger was not finished, or was a dry run";
        Err(Error::new(Kind::Io, "import_given_up", message).with_hint("open the ledger again"))
    }

    /// How far everything up to the head has got.
    #[must_use]
    pub fn durability(&self) -> Durability {
        if self.published_size() >= self.tip().size {
            Durability::Published
        } else {
            Durability::Recorded
        }
    }

    /// When a command that comes now is recorded.
    pub(super) fn moment(&self, accepted: Option<Date>) -> Result<Moment> {
        self.moment_at(self.outside.clock.now_microseconds(), accepted)
    }

    /// [`Ledger::moment`] by a clock that says `now`.
    pub(super) fn moment_at(&self, now: i64, accepted: Option<Date>) -> Result<Moment> {
        let before = Before {
            command: self.state.recorded_at_microseconds,
            entry: self.recorded_at_microseconds,
        };
        Moment::of(now, before, self.facts()?.utc_offset_minutes, accepted)
    }

    /// Makes commands durable in the store: what happens after this, they are recorded.
    pub(super) fn record(&mut self, commands: &[SealedCommand]) -> Result<()> {
        self.check_state()?;
        match self.store.append(self.head, commands).map_err(outcome_unknown)? {
            Appended::Done(head) => {
                self.head = head;
                commands.iter().for_each(|command| self.note_time(command));
            }
            Appended::Conflict { expected, found } => return Err(conflict(expected, found)),
        }
        Ok(())
    }

    /// The next entry comes after the last one of this command.
    pub(super) fn note_time(&mut self, command: &SealedCommand) {
        let last = command.entries.last();
        if let Some(envelope) = last.and_then(|last| entry::parse(&last.bytes).ok()) {
            self.recorded_at_microseconds = envelope.recorded_at_microseconds;
        }
    }

    /// Hands recorded commands on to the archive, and to readers if asked to. They are recorded
    /// whatever comes of it ([`Ledger::unpublished`]).
    pub(super) fn hand_on(&mut self, commands: &[SealedCommand], until: Durability) {
        self.hand_to_archive(commands);
        self.after_append(until);
    }

    /// Gives recorded commands to the archive, for the next publish.
    pub(super) fn hand_to_archive(&mut self, commands: &[SealedCommand]) {
        commands.iter().for_each(|command| self.hand_over(command, None));
    }

    /// Likewise of one, whose entries are these leaves of the tree, where somebody has made them.
    pub(super) fn hand_over(&mut self, command: &SealedCommand, leaves: Option<Vec<Digest>>) {
        if self.unpublished.is_some() {
            return;
        }
        let appended = match leaves {
            Some(leaves) => self.archive.append_hashed(&command.entries, leaves),
            None => self.archive.append(&command.entries),
        };
        if let Err(error) = appended {
            self.keep_unpublished(not_published(error));
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
pub(crate) fn named(error: Error, has_key: bool, id: CommandId) -> Error {
    if error.kind() != Kind::Unknown {
        return error;
    }
    let error = error.with_detail("command_id", id);
    if has_key {
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
