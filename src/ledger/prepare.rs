//! A command before it is signed: what it would record, on which head, and the bytes that its officer
//! signs. The key may be elsewhere: nothing of a ledger waits for it.
//!
//! A command is prepared on the entry before it, durable or not ([`staged`](super::staged)). Prepared
//! again on another head it keeps its id and its sealed fields, so that an order is recorded once,
//! however often it is signed.

use super::clock::Moment;
use super::seal::{self, Unsealed, Unsigned};
use super::{Ledger, Receipt, ReceiptEntry, confidential};
use crate::chain::body;
use crate::chain::confidential::{Fields, Pair};
use crate::chain::entry::{self, CommandId, EntryId, Head};
use crate::chain::hash::{self, Hash};
use crate::chain::signature::PUBLIC_KEY_BYTES;
use crate::domain::admit::{Context, admit};
use crate::domain::apply::{Cited, fold};
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::Event;
use crate::domain::fact::cited_by;
use crate::domain::finding::Finding;
use crate::domain::kinds::Control;
use crate::domain::propose::{cites, propose};
use crate::domain::rejection::{Named, Rejection, Thing};
use crate::domain::state::{Journal, State};
use crate::error::{Error, Kind, Result};

/// What an officer wishes to be recorded.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// The order.
    pub order: Order,
    /// Confidential fields of its first entry: sealed beside the chain, never in it.
    pub confidential: Option<Fields>,
    /// The officer's public key.
    pub officer: [u8; PUBLIC_KEY_BYTES],
    /// The idempotency key, up to 128 bytes; `None`: a random command id. An order that changes nothing
    /// (a target that is met already) makes no entry, and does not use its key up.
    pub command_key: Option<Vec<u8>>,
    /// The clock's own day, repeated by the officer: go on with a clock more than 40 days ahead of the
    /// head, or more than a minute behind it.
    pub accept_clock: Option<Date>,
}

/// What came of a instruction.
#[derive(Debug)]
pub enum Ready {
    /// To be signed.
    ToSign(Box<Prepared>),
    /// Nothing is left to do: it was recorded before, or changes nothing.
    Done(Receipt),
}

/// A command to be signed: see [`Ledger::prepare`].
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) instruction: Instruction,
    pub(super) id: CommandId,
    /// Where it is prepared to stand.
    pub(super) head: Head,
    /// What the clock said, microseconds since 1970.
    pub(super) at_microseconds: i64,
    pub(super) moment: Moment,
    pub(super) officer: u32,
    pub(super) cited: Cited,
    pub(super) events: Vec<Event>,
    pub(super) warnings: Vec<Finding>,
    pub(super) pair: Option<Pair>,
    pub(super) unsigned: Unsigned,
}

impl Prepared {
    /// What it would record, in order; never empty.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The entry that it would follow.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// The command's id, which stays as it is however often it is prepared.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.id
    }

    /// The bytes that the officer signs (schemas/entry.md §4): ledger, place, time and events are in them.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.unsigned.message()
    }

    /// True where the officer gave an idempotency key, by which it can be run again.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.instruction.command_key.is_some()
    }

    /// What a soft rule looks at.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The receipt that it would have: that of a dry run.
    #[must_use]
    pub fn receipt(&self, durability: super::Durability) -> Receipt {
        let entry = |(index, event): (u64, &Event)| ReceiptEntry {
            index,
            id: EntryId::default(),
            event: event.clone(),
        };
        Receipt {
            entries: (self.head.size..).zip(&self.events).map(entry).collect(),
            command_id: self.id,
            head: self.head,
            durability,
            replayed: false,
            dry_run: true,
            warnings: self.warnings.clone(),
        }
    }

    pub(super) fn context(&self) -> Context<'_> {
        self.moment.context(self.officer, &self.cited)
    }
}

/// The most bytes of an idempotency key.
const MAX_KEY_BYTES: usize = 128;

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

impl Ledger {
    /// What a instruction would record on the present head, judged by every rule; nothing is written. To be
    /// signed, and handed to [`Ledger::commit`].
    ///
    /// # Errors
    /// `Kind::Rejected` when a rule says no; `read_only_ledger` while a breach is open.
    pub fn prepare(&mut self, instruction: Instruction) -> Result<Ready> {
        self.check_writable()?;
        let outcome = self.prepare_first(instruction);
        // What the rules said of a state that could not be read is worth nothing.
        self.check_state().and(outcome)
    }

    fn prepare_first(&mut self, instruction: Instruction) -> Result<Ready> {
        let id = self.command_id(instruction.command_key.as_deref())?;
        // An id that was just drawn is nobody's yet.
        let used = if instruction.command_key.is_some() { self.span_of(id)? } else { None };
        self.prepare_on_tip(instruction, id, used, None)
    }

    /// The same command once more, on what is recorded by now.
    pub(super) fn prepare_again(&mut self, former: Prepared) -> Result<Ready> {
        let used = self.span_of(former.id)?;
        let outcome = self.prepare_on_tip(former.instruction, former.id, used, former.pair);
        self.check_state().and(outcome)
    }

    fn prepare_on_tip(
        &mut self,
        instruction: Instruction,
        id: CommandId,
        used: Option<crate::store::Span>,
        pair: Option<Pair>,
    ) -> Result<Ready> {
        let digest = order_digest(&instruction.order)?;
        if let Some(span) = used {
            return self.replay(&instruction, digest, span).map(Ready::Done);
        }
        let mut cited = self.cited(&instruction.order)?;
        if !may_come_in_a_breach(&instruction.order.command) {
            self.check_no_breach()?;
        }
        let at_microseconds = self.outside.clock.now_microseconds();
        let moment = self.moment_at(at_microseconds, instruction.accept_clock)?;
        let officer = self.officer(&instruction.officer)?;
        let mut events = propose(&self.state, &instruction.order, moment.today, &cited)?;
        moment.check_dates(&events)?;
        let context = moment.context(officer, &cited);
        if let Some(all) = self.cite_dependents(&instruction.order, &events, &context)? {
            cited = all;
            events = propose(&self.state, &instruction.order, moment.today, &cited)?;
        }
        let pair = match pair {
            None => confidential::seal(self.id()?, &mut events, instruction.confidential.as_ref())?,
            sealed => confidential::commit_to(sealed, &mut events),
        };
        let context = moment.context(officer, &cited);
        let admitted = match admit(&mut self.state, &events, &context) {
            Ok(admitted) => admitted,
            Err(rejection) => return Err(self.with_dependents(rejection, &events, &context)),
        };
        self.state.take_back(admitted.undo);
        // Under `track` a finding is a finding only; otherwise the receipt warns too.
        let warns = self.state.policy.control != Control::Track;
        let findings = admitted.findings.into_iter().map(|(_, finding)| finding);
        let warnings = findings.filter(|_| warns).collect();
        if events.is_empty() {
            return Ok(Ready::Done(self.nothing_to_change(id, warnings)));
        }
        let unsealed = (events.iter().map(|event| Unsealed::new(event, None)))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        seal::check_limits(&unsealed)?;
        let command = seal::Command {
            ledger: self.id()?,
            id,
            digest,
            officer,
            clock_accepted: moment.clock_accepted,
            recorded_at_microseconds: moment.recorded_at_microseconds,
            randoms: seal::randoms(self.outside.ids.as_mut(), unsealed.len()),
        };
        let head = self.tip();
        let unsigned = seal::chain(head, &command, &unsealed)?;
        Ok(Ready::ToSign(Box::new(Prepared {
            instruction,
            id,
            head,
            at_microseconds,
            moment,
            officer,
            cited,
            events,
            warnings,
            pair,
            unsigned,
        })))
    }

    /// The receipt of an order that asks for what is so already.
    pub(super) fn nothing_to_change(
        &self,
        command_id: CommandId,
        warnings: Vec<Finding>,
    ) -> Receipt {
        let (head, durability) = (self.tip(), self.durability());
        let (entries, replayed, dry_run) = (Vec::new(), false, false);
        Receipt { entries, command_id, head, durability, replayed, dry_run, warnings }
    }

    /// What `look` sees in the state as it would be after these events, which were judged already:
    /// figures after a command that is not recorded.
    ///
    /// # Errors
    /// What [`Ledger::event`] says of what the events cite; a rejection where their moves are not defined.
    pub fn as_if<'e, T>(
        &mut self,
        events: impl IntoIterator<Item = &'e Event>,
        look: impl FnOnce(&State) -> T,
    ) -> Result<T> {
        let events: Vec<&Event> = events.into_iter().collect();
        let mut cited = Cited::new();
        for event in &events {
            if let Some(index) = cited_by(&event.body)
                && let Some(found) = self.event(index)?
            {
                cited.insert(index, found);
            }
        }
        let mut journal = Journal::on(&mut self.state);
        let folded = events.into_iter().try_for_each(|event| {
            fold(&mut journal, event, &cited)?;
            Ok::<(), Rejection>(())
        });
        let seen = folded.map(|()| look(&journal));
        journal.take_back();
        self.check_state()?;
        Ok(seen?)
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

    /// The number of the officer whose key this is.
    pub(super) fn officer(&self, key: &[u8; PUBLIC_KEY_BYTES]) -> Result<u32> {
        let number = self.state.officers.iter().position(|officer| officer.key.0 == *key);
        number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
            let name = Named::Key(hash::to_hex(key));
            Rejection::Unknown { thing: Thing::Officer, name, near: Vec::new() }.into()
        })
    }

    /// The entries that the instruction cites, from the store.
    pub(super) fn cited(&self, order: &Order) -> Result<Cited> {
        let mut cited = Cited::new();
        if let Some(index) = cites(&order.command)
            && let Some(event) = self.event(index)?
        {
            cited.insert(index, event);
        }
        Ok(cited)
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
}

pub(super) fn order_digest(order: &Order) -> Result<Hash> {
    Ok(hash::command_digest(&body::encode_order(order).map_err(too_large)?))
}

pub(super) fn too_large(malformed: entry::Malformed) -> Error {
    Error::new(Kind::Usage, "command_too_large", format!("the command: {malformed}"))
}
