//! From entries to state: the one way through a log, for recovery, readers and `verify`.
//!
//! Every entry is followed in the chain ([`Walk`]), its body read, and with the last entry of a
//! command its signature is judged by the keys valid just before the command (but for a reader, who trusts
//! the log for it), its events are admitted, and the state moves on; past a command that is refused too, as
//! past a breach. Chain breaks end a replay; a bad signature or a refused command is reported with the
//! command, so that a verifier can tell the tiers apart.

mod late;

use super::ahead::{Ahead, Keys, Signed};
use super::bodies::{event_of, is_of_keys};
use super::proofs;
use super::settled::{Pending, Settled};
use crate::chain::breaks::{Break, Likely};
use crate::chain::command_ids::CommandIds;
use crate::chain::entry::{self, CommandId, Head, LedgerId, Sealed};
use crate::chain::walk::{Completed, Walk};
use crate::domain::admit::{Admitted, Context, admit};
use crate::domain::apply::Cited;
use crate::domain::breach;
use crate::domain::event::{Body, Bytes32, Event};
use crate::domain::fact::cited_by;
use crate::domain::finding::Finding;
use crate::domain::posting::Move;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;
use crate::error::{Error, Result};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the events that a command cites are looked up.
pub type Lookup<'a> = dyn FnMut(u64) -> Result<Option<Event>> + 'a;

/// How commands are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Signatures and rules, as when they were written.
    Everything,
    /// Rules, not signatures: after a head that was verified before.
    Rules,
}

/// True unless it is of a later release, by the rule set that it brings in.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these name a rule set")]
fn is_understood(body: &Body) -> bool {
    match body {
        Body::LedgerOpened(b) => b.policy.has_known_rules(),
        Body::PolicyAdopted(b) => b.policy.has_known_rules(),
        _ => true,
    }
}

/// A command that ended, and what signatures and rules say of it.
#[derive(Debug)]
pub struct Outcome {
    /// Its id.
    pub command: CommandId,
    /// Index of its first entry.
    pub first: u64,
    /// Number of its entries.
    pub count: u16,
    /// The number of the officer who signed it.
    pub officer: u32,
    /// That it has the id of an earlier command, if that is watched for ([`Replay::watch_ids`]).
    pub repeated: Option<Break>,
    /// Whether its signature verifies under the officer's key of that position.
    pub signature: std::result::Result<(), Break>,
    /// Whether the rules admit it; always, when nothing was judged. A command that they refuse is a breach,
    /// and the state goes on past it.
    pub rules: std::result::Result<(), (Break, Option<Rejection>)>,
    /// What to look at, with the place of its event in the command.
    pub findings: Vec<(usize, Finding)>,
}

/// A place in a log, with the state there.
#[derive(Debug, Clone)]
pub struct Replay {
    walk: Walk,
    state: State,
    judge: Judge,
    keys: Arc<Keys>,
    clock_accepted: bool,
    repeated: Option<Break>,
    pending: Vec<Pending>,
    events: Vec<Event>,
    stopped_at: Option<u64>,
    /// Events after that which bring in keys or end them, of the command in progress.
    late: Vec<(u64, Event)>,
    /// Keys since then of officers whose enrolment is not known (`None`: revoked).
    late_keys: BTreeMap<u32, Option<Bytes32>>,
    unsigned_from: Option<u64>,
}

impl Replay {
    /// From the first entry on.
    #[must_use]
    pub fn new(ledger: Option<LedgerId>, judge: Judge) -> Self {
        Self::at(Walk::new(ledger), State::default(), judge)
    }

    /// From a head and the state there on.
    #[must_use]
    pub fn resume(
        ledger: LedgerId,
        head: Head,
        recorded_at_microseconds: i64,
        state: State,
        judge: Judge,
    ) -> Self {
        Self::at(Walk::resume(ledger, head, recorded_at_microseconds), state, judge)
    }

    fn at(walk: Walk, state: State, judge: Judge) -> Self {
        Self {
            walk,
            state,
            judge,
            keys: Arc::default(),
            clock_accepted: false,
            repeated: None,
            pending: Vec::new(),
            events: Vec::new(),
            stopped_at: None,
            late: Vec::new(),
            late_keys: BTreeMap::new(),
            unsigned_from: None,
        }
    }

    /// The state after the last whole command; after [`Replay::stopped_at`] it is of no use any more.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state after the last whole command, taken out.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// The chain so far.
    #[must_use]
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// From here on says which command has an id of an earlier one; `earlier` as in [`Walk::watch_ids`].
    pub fn watch_ids(&mut self, earlier: CommandIds) {
        self.walk.watch_ids(earlier);
    }

    /// The keys seen so far, to look ahead with on other threads.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// The first entry from which on neither rules nor moves could be followed: an event of a later
    /// release, a first command that the rules refuse, or what cites an entry that cannot be read.
    #[must_use]
    pub fn stopped_at(&self) -> Option<u64> {
        self.stopped_at
    }

    /// The first entry from which on signatures could not all be checked, for want of a key: an officer
    /// was enrolled by an event of a later release.
    #[must_use]
    pub fn unsigned_from(&self) -> Option<u64> {
        self.unsigned_from
    }

    /// Takes the next entry; hands out the entries of a command when it ends.
    ///
    /// # Errors
    /// The chain breaks here ([`Break`] as an error of `Kind::Break`), or a look-up failed.
    pub fn step(
        &mut self,
        sealed: &Sealed,
        lookup: &mut Lookup<'_>,
        settled: &mut dyn FnMut(Settled),
    ) -> Result<Option<Outcome>> {
        self.step_ahead(&sealed.bytes, Ahead::of_sealed(sealed), lookup, settled)
    }

    /// [`Replay::step`] with what was found out about the entry ahead.
    ///
    /// # Errors
    /// As [`Replay::step`].
    pub fn step_ahead(
        &mut self,
        bytes: &[u8],
        ahead: Ahead,
        lookup: &mut Lookup<'_>,
        settled: &mut dyn FnMut(Settled),
    ) -> Result<Option<Outcome>> {
        let Ahead { hash, body, signed } = ahead;
        let step = self.walk.step_hashed(bytes, hash)?;
        let envelope = step.envelope;
        self.repeated = step.repeated.or(self.repeated.take());
        self.clock_accepted = envelope.has(entry::CLOCK_ACCEPTED);
        let body = body.map_err(|m| {
            Break::new(envelope.index, m.field, m.expected, m.found, Likely::Changed)
        })?;
        if !body.as_deref().is_some_and(is_understood) {
            self.stopped_at.get_or_insert(envelope.index);
        }
        match body {
            Some(body) if self.stopped_at.is_none() => {
                if self.pending.is_empty() {
                    self.pending.reserve_exact(usize::from(envelope.count));
                    self.events.reserve_exact(usize::from(envelope.count));
                }
                self.pending.push(Pending {
                    index: envelope.index,
                    id: envelope.id,
                    hash,
                    recorded_at_microseconds: envelope.recorded_at_microseconds,
                    row: envelope.row.map(|row| (SmolStr::new(row.source), row.key)),
                });
                self.events.push(event_of(&envelope, *body));
            }
            Some(body) if is_of_keys(&body) => {
                self.late.push((envelope.index, event_of(&envelope, *body)));
            }
            Some(_) | None => {}
        }
        match step.completed {
            Some(completed) => self.complete(&completed, signed, lookup, settled).map(Some),
            None => Ok(None),
        }
    }

    fn complete(
        &mut self,
        completed: &Completed<'_>,
        signed: Option<Signed>,
        lookup: &mut Lookup<'_>,
        settled: &mut dyn FnMut(Settled),
    ) -> Result<Outcome> {
        let late = self.late_events();
        let signature = match self.judge {
            Judge::Everything if self.stopped_at.is_none() => {
                self.check_signature(completed, signed)
            }
            Judge::Everything => self.check_late_signature(completed, signed, &late),
            Judge::Rules => Ok(()),
        };
        self.follow_keys(late);
        let mut outcome = Outcome {
            command: completed.id,
            first: completed.first,
            count: completed.count,
            officer: completed.officer,
            repeated: self.repeated.take(),
            signature,
            rules: Ok(()),
            findings: Vec::new(),
        };
        if self.stopped_at.is_none() {
            let cited = self.cited(lookup)?;
            let Advanced { moves, findings, void, refused } = self.advance(completed, &cited);
            outcome.findings = findings;
            outcome.rules = refused.map_or(Ok(()), |rejection| Err(broken(completed, rejection)));
            if self.stopped_at.is_none() {
                settled(Settled {
                    officer: completed.officer,
                    command: completed.id,
                    entries: std::mem::take(&mut self.pending),
                    events: std::mem::take(&mut self.events),
                    moves,
                    void,
                    cited,
                });
            }
        }
        self.pending.clear();
        self.events.clear();
        Ok(outcome)
    }

    fn cited(&self, lookup: &mut Lookup<'_>) -> Result<Cited> {
        let mut cited = Cited::new();
        for index in self.events.iter().filter_map(|event| cited_by(&event.body)) {
            let first = self.pending.first().map_or(0, |pending| pending.index);
            // An entry of the same command is not in any store yet.
            let within = index.checked_sub(first).and_then(|n| usize::try_from(n).ok());
            let event = match within {
                Some(place) => self.events.get(place).cloned(),
                None => lookup(index)?,
            };
            if let Some(event) = event {
                cited.insert(index, event);
            }
        }
        Ok(cited)
    }

    /// Judges the command and moves the state on. A command that is refused is a breach: what it had
    /// begun is taken back, and its entries are taken for what they moved.
    fn advance(&mut self, completed: &Completed<'_>, cited: &Cited) -> Advanced {
        let first = self.pending.first().map_or(0, |pending| pending.recorded_at_microseconds);
        let context = Context {
            recorded_at_microseconds: first,
            officer: completed.officer,
            clock_accepted: self.clock_accepted,
            cited,
        };
        match admit(&mut self.state, &self.events, &context) {
            Ok(Admitted { moves, findings, .. }) => {
                Advanced { moves, findings, void: Vec::new(), refused: None }
            }
            // Before the first command there is nobody who could acknowledge it.
            Err(rejection) if completed.first == 0 => {
                self.stopped_at = Some(0);
                Advanced { refused: Some(rejection), ..Advanced::default() }
            }
            Err(rejection) => {
                let moves = breach::take(&mut self.state, &self.events, &context, &rejection);
                Advanced { refused: Some(rejection), ..Advanced::of(moves) }
            }
        }
    }

    /// Follows neither rules nor moves from the command on that began at `first`, only keys: an entry that
    /// it cites could not be read, or nobody asks for more.
    pub fn stop(&mut self, first: u64) {
        self.stopped_at.get_or_insert(first);
    }

    /// Under the key of the officer just before the command, if not revoked; the genesis command
    /// under the key that it enrols itself. Whoever brings in a key proves possession of it.
    fn check_signature(
        &self,
        completed: &Completed<'_>,
        signed: Option<Signed>,
    ) -> std::result::Result<(), Break> {
        let events = self.pending.iter().map(|pending| pending.index).zip(&self.events);
        proofs::check(completed.ledger, &self.state, events)?;
        let number = usize::try_from(completed.officer).unwrap_or(usize::MAX);
        let known = self.state.officers.get(number);
        if let Some(entry) = known.and_then(|officer| officer.revoked) {
            return Err(revoked(completed, Some(entry)));
        }
        let genesis = self.events.iter().filter(|_| completed.first == 0).find_map(enrolled_key);
        let key = known.map(|officer| officer.key).or(genesis);
        let verifies = key.and_then(|key| self.verifies(completed, &key, signed));
        let Some(verifies) = verifies else {
            let (expected, found) = ("an enrolled officer", completed.officer);
            return Err(Break::new(completed.first, "officer", expected, found, Likely::Changed));
        };
        completed.judge_signature(verifies)
    }

    /// Whether a command's signature verifies under `key`, which counts at its position; what was
    /// found out ahead is taken only if it was found out under that very key. `None` if the key is
    /// unfit for use.
    fn verifies(
        &self,
        completed: &Completed<'_>,
        key: &Bytes32,
        signed: Option<Signed>,
    ) -> Option<bool> {
        if let Some(signed) = signed.filter(|signed| signed.key == key.0) {
            return Some(signed.verifies);
        }
        let key = self.keys.read(completed.officer, &key.0)?;
        Some(key.verify(&completed.message(), &completed.signature))
    }
}

/// What came of a command.
#[derive(Default)]
struct Advanced {
    moves: Vec<Vec<Move>>,
    findings: Vec<(usize, Finding)>,
    /// Which of its entries are void; none is, where it is empty.
    void: Vec<bool>,
    refused: Option<Rejection>,
}

impl Advanced {
    /// Of entries that were taken one by one.
    fn of(moves: Vec<Option<Vec<Move>>>) -> Self {
        let void = moves.iter().map(Option::is_none).collect();
        Self {
            moves: moves.into_iter().map(Option::unwrap_or_default).collect(),
            void,
            ..Self::default()
        }
    }
}

fn broken(completed: &Completed<'_>, rejection: Rejection) -> (Break, Option<Rejection>) {
    let expected = "a command that the rules of its time admit";
    let said = Error::from(rejection.clone());
    let found = format!("{}: {}", said.code(), said.message());
    (Break::new(completed.first, "rules", expected, found, Likely::Refused), Some(rejection))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only an enrolment is asked for")]
fn enrolled_key(event: &Event) -> Option<Bytes32> {
    match &event.body {
        Body::OfficerEnrolled(b) => Some(b.key),
        _ => None,
    }
}

fn revoked(completed: &Completed<'_>, entry: Option<u64>) -> Break {
    let found = match entry {
        Some(entry) => format!("officer {}, revoked at {entry}", completed.officer),
        None => format!("officer {}, who was revoked", completed.officer),
    };
    Break::new(completed.first, "officer", "an officer who was not revoked", found, Likely::Changed)
}
