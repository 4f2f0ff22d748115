//! Signed commands on their way to the disk, in the order of their entries.
//!
//! A command that is signed is staged: the state has it, the next one is prepared on it, and nobody is
//! told that it is recorded. [`Ledger::sync_staged`] makes all that are staged durable by one sync, or takes
//! all of them back. One at a time this is [`Ledger::commit`]; a writer with a queue
//! ([`desk`](crate::desk)) stages what waits, and syncs once.

use super::prepare::{Prepared, Ready};
use super::submit::{named, receipt_entries};
use super::{Durability, Ledger, Receipt, seal};
use crate::chain::confidential::Pair;
use crate::chain::entry::{CommandId, Head, Sealed, SealedCommand};
use crate::chain::signature::{SIGNATURE_BYTES, Signer, verify};
use crate::domain::admit::admit;
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::state::Undo;
use crate::error::{Error, Kind, Result};
use crate::store::Span;
use std::ops::Range;

/// Microseconds after which what an officer was shown is shown again before it counts.
const STALE_AFTER: u64 = 5 * 60 * 1_000_000;

/// What became of a command that was prepared and signed.
#[derive(Debug)]
pub enum Committed {
    /// It is recorded; or it was before, or changes nothing any more.
    Recorded(Receipt),
    /// It is not, and has to be signed again.
    Stale(Stale),
}

/// A command whose signature came too late.
#[derive(Debug)]
pub struct Stale {
    /// The same order, on the head that there is now.
    pub prepared: Box<Prepared>,
    /// It would record or warn of something else than was signed for, or what was shown is older than
    /// five minutes: to be shown again. Otherwise only its place is another.
    pub changed: bool,
}

/// What became of a command that was to be staged.
#[derive(Debug)]
pub(crate) enum Staging {
    /// It is recorded by the next [`Ledger::sync_staged`].
    Staged,
    /// As [`Committed::Recorded`], by an earlier command.
    Done(Receipt),
    /// As [`Committed::Stale`].
    Stale(Stale),
}

/// A command that the state has and the store has not.
#[derive(Debug)]
pub(super) struct Staged {
    id: CommandId,
    events: Vec<Event>,
    warnings: Vec<Finding>,
    pair: Option<Pair>,
    undo: Undo,
    /// When the entry before it was recorded.
    before_microseconds: i64,
}

/// The commands that are staged, with what is sealed of each.
#[derive(Debug, Default)]
pub(super) struct Stage {
    staged: Vec<Staged>,
    commands: Vec<SealedCommand>,
}

impl Stage {
    fn entries(&self) -> impl Iterator<Item = &Sealed> {
        self.commands.iter().flat_map(|command| &command.entries)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

impl Ledger {
    /// Records a command that was prepared, with its officer's signature of [`Prepared::message`].
    ///
    /// Where another command was recorded in between, or more than five minutes went by, it is prepared
    /// again and comes back, to be signed once more. Handed in twice it is recorded once.
    ///
    /// # Errors
    /// `signature_wrong` (`Kind::Usage`); as [`Ledger::prepare`] where a rule says no by now; as
    /// [`Ledger::submit`] for what the machine could not.
    pub fn commit(
        &mut self,
        prepared: Prepared,
        signature: &[u8; SIGNATURE_BYTES],
        until: Durability,
    ) -> Result<Committed> {
        let named = (prepared.id, prepared.has_key());
        match self.stage(prepared, signature)? {
            Staging::Staged => self.sync_one(until, named).map(Committed::Recorded),
            Staging::Done(receipt) => Ok(Committed::Recorded(receipt)),
            Staging::Stale(stale) => Ok(Committed::Stale(stale)),
        }
    }

    /// [`Ledger::commit`] for whoever holds the officer's key: nothing comes between signature and entry.
    ///
    /// # Errors
    /// As [`Ledger::submit`].
    pub fn commit_signed_by(
        &mut self,
        signer: &dyn Signer,
        prepared: Prepared,
        until: Durability,
    ) -> Result<Receipt> {
        let named = (prepared.id, prepared.has_key());
        let signature = signer.sign(prepared.message());
        self.stage_signed(prepared, &signature)?;
        self.sync_one(until, named)
    }

    /// Puts a signed command behind those that wait to be made durable.
    ///
    /// # Errors
    /// As [`Ledger::commit`].
    pub(crate) fn stage(
        &mut self,
        prepared: Prepared,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<Staging> {
        self.check_writable()?;
        if !verify(&prepared.instruction.officer, prepared.message(), signature) {
            return Err(signature_wrong(&prepared));
        }
        let now = self.outside.clock.now_microseconds();
        let is_old = now.abs_diff(prepared.at_microseconds) > STALE_AFTER;
        if prepared.head == self.tip() && !is_old {
            let staged = self.stage_signed(prepared, signature);
            // What the rules said of a state that could not be read is worth nothing.
            return self.check_state().and(staged).map(|()| Staging::Staged);
        }
        let shown = (prepared.events.clone(), prepared.warnings.clone());
        Ok(match self.prepare_again(prepared)? {
            Ready::Done(receipt) => Staging::Done(receipt),
            Ready::ToSign(prepared) => {
                let changed =
                    is_old || (&prepared.events, &prepared.warnings) != (&shown.0, &shown.1);
                Staging::Stale(Stale { prepared, changed })
            }
        })
    }

    /// [`Ledger::stage`] of what stands on the tip, under a signature that is known to be good.
    pub(crate) fn stage_signed(
        &mut self,
        prepared: Prepared,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<()> {
        // The same state, events and moment as before: judged the same.
        let admitted = admit(&mut self.state, &prepared.events, &prepared.context())?;
        let Prepared { id, events, warnings, pair, unsigned, .. } = prepared;
        let signed = unsigned
            .sign(signature)
            .and_then(|command| Ok((command, self.write_pair(pair.as_ref())?)));
        let (command, pair) = match signed {
            // What an earlier try left is not this one's to take back.
            Ok((command, is_new)) => (command, pair.filter(|_| is_new)),
            Err(error) => {
                self.state.take_back(admitted.undo);
                return Err(error);
            }
        };
        let before_microseconds = self.recorded_at_microseconds;
        self.note_time(&command);
        self.stage.commands.push(command);
        let undo = admitted.undo;
        self.stage.staged.push(Staged { id, events, warnings, pair, undo, before_microseconds });
        Ok(())
    }

    /// [`Ledger::sync_staged`] of a command that is staged alone, with its id and whether it has a key of its own.
    pub(super) fn sync_one(
        &mut self,
        until: Durability,
        (id, has_key): (CommandId, bool),
    ) -> Result<Receipt> {
        let mut synced = self.sync_staged(until).map_err(|error| named(error, has_key, id))?;
        Ok(synced.pop().unwrap_or_else(|| self.nothing_to_change(id, Vec::new())))
    }

    /// Makes every staged command durable, by one sync, and gives their receipts, in order.
    ///
    /// # Errors
    /// As [`Ledger::submit`]: none of them is recorded then, or of none is it known; all are taken back.
    pub(crate) fn sync_staged(&mut self, until: Durability) -> Result<Vec<Receipt>> {
        let Stage { staged, commands } = std::mem::take(&mut self.stage);
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let mut head = self.head;
        if let Err(error) = self.record(&commands) {
            self.forget(staged, Some(&error));
            return Err(error);
        }
        for done in &staged {
            let erased = self.erase_sealed(&done.events);
            self.note_failure("fields that are erased still have sealed files", erased);
        }
        self.hand_on(&commands, until);
        let durability = self.durability();
        let receipts = commands.iter().zip(staged).map(|(command, done)| {
            head = seal::head_after(command, head);
            Receipt {
                entries: receipt_entries(command, done.events),
                command_id: done.id,
                head,
                durability,
                replayed: false,
                dry_run: false,
                warnings: done.warnings,
            }
        });
        Ok(receipts.collect())
    }

    /// Takes back what is staged: nobody was told of it.
    pub(super) fn unstage(&mut self) {
        let staged = std::mem::take(&mut self.stage).staged;
        self.forget(staged, None);
    }

    /// Takes back what could not be recorded, last first.
    fn forget(&mut self, staged: Vec<Staged>, why: Option<&Error>) {
        for back in staged.into_iter().rev() {
            self.state.take_back(back.undo);
            self.recorded_at_microseconds = back.before_microseconds;
            self.take_back_pair(back.pair.as_ref(), why);
        }
    }

    /// The head that the next command is prepared on: that of the last one staged.
    #[must_use]
    pub(crate) fn tip(&self) -> Head {
        self.stage.commands.last().map_or(self.head, |last| seal::head_after(last, self.head))
    }

    /// Where the command with this id is, durable or staged.
    pub(super) fn span_of(&self, id: CommandId) -> Result<Option<Span>> {
        let staged = self.stage.commands.iter().find(|command| command.id == id);
        let span = staged.and_then(|command| {
            let count = u16::try_from(command.entries.len()).ok()?;
            command.entries.first().map(|first| Span { first: first.index, count })
        });
        span.map_or_else(|| self.store.command(id), |span| Ok(Some(span)))
    }

    /// The entries of `range` that are durable, then those that are staged.
    pub(super) fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        let mut found = match range.start < self.head.size {
            true => self.store.read(range.clone())?,
            false => Vec::new(),
        };
        let staged = self.stage.entries().filter(|entry| range.contains(&entry.index));
        found.extend(staged.cloned());
        Ok(found)
    }
}

fn signature_wrong(prepared: &Prepared) -> Error {
    let key = crate::chain::hash::to_hex(&prepared.instruction.officer);
    let message = format!("the signature is not one of the key {key} over what was prepared");
    Error::new(Kind::Usage, "signature_wrong", message)
        .with_hint("nothing was written; sign exactly the bytes that were given, with that key")
        .with_detail("key", key)
}
