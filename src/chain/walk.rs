//! Follows a sequence of entries one by one and reports the first that breaks the chain.
//!
//! A [`Walk`] checks bytes and chain only: the envelope, index, ledger, `previous`, time, and that
//! every command is complete, in order and within its limits. A completed command is handed back as
//! [`Completed`], so that the caller can check its officer's signature and run the rules.
//!
//! What it lacks on purpose: which key an officer has (the state says that), the rules, storage, and
//! the order of work: entries may be hashed beforehand, on other threads, and handed in with their
//! hash ([`Walk::step_hashed`]).

use super::body;
use super::breaks::{Break, Likely};
use super::clocks::Clocks;
use super::command_ids::CommandIds;
use super::entry::{
    self, CLOCK_ACCEPTED, CommandId, Envelope, Head, LedgerId, MAX_COMMAND_BYTES, SIGNATURE_BYTES,
};
use super::hash::{self, Hash};
use super::signature::{VerifyingKey, entry_message};
use std::fmt;

const LEDGER_OPENED: u16 = 1;
const OFFICER_ENROLLED: u16 = 4;
/// The genesis command: LedgerOpened, then OfficerEnrolled of its signer.
const GENESIS: [u16; 2] = [LEDGER_OPENED, OFFICER_ENROLLED];

/// A command whose last entry has been reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completed<'a> {
    /// Its id.
    pub id: CommandId,
    /// Index of its first entry.
    pub first: u64,
    /// Number of its entries.
    pub count: u16,
    /// The officer who signed it.
    pub officer: u32,
    /// Its digest.
    pub digest: Hash,
    /// The ledger it belongs to.
    pub ledger: LedgerId,
    /// The officer's signature.
    pub signature: [u8; SIGNATURE_BYTES],
    prefix: &'a [u8],
}

impl Completed<'_> {
    /// Index of its last entry, which is signed.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first.saturating_add(u64::from(self.count)).saturating_sub(1)
    }

    /// The bytes that the officer signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        entry_message(self.ledger, &hash::signing(self.prefix))
    }

    /// Checks the signature under the officer's key.
    ///
    /// # Errors
    /// A [`Break`] in `signature` of the last entry.
    pub fn check_signature(&self, key: &VerifyingKey) -> Result<(), Break> {
        self.judge_signature(key.verify(&self.message(), &self.signature))
    }

    /// [`Completed::check_signature`] where somebody has found out whether it verifies.
    ///
    /// # Errors
    /// As [`Completed::check_signature`].
    pub fn judge_signature(&self, verifies: bool) -> Result<(), Break> {
        if verifies {
            return Ok(());
        }
        let expected = format!("one by officer {} over this entry", self.officer);
        let found = "one that does not verify";
        Err(Break::new(self.last(), "signature", expected, found, Likely::Changed))
    }
}

/// An entry that fits the chain, and the command it completes, if it is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// The entry's fields.
    pub envelope: Envelope<'a>,
    /// The entry's hash.
    pub hash: Hash,
    /// The command that ends here.
    pub completed: Option<Completed<'a>>,
    /// The command that begins here has the id of an earlier one, if that is watched for
    /// ([`Walk::watch_ids`]). The chain goes on all the same.
    pub repeated: Option<Break>,
}

/// The command in progress.
#[derive(Debug, Clone, Copy)]
struct Open {
    id: CommandId,
    first: u64,
    count: u16,
    next: u16,
    officer: u32,
    clock_accepted: bool,
    digest: Hash,
    bytes: usize,
}

/// A place in a chain, to be followed on from.
#[derive(Debug, Clone)]
pub struct Walk {
    ledger: Option<LedgerId>,
    head: Head,
    boundary: Head,
    recorded_at_microseconds: i64,
    clocks: Clocks,
    open: Option<Open>,
    /// The ids of all commands so far; none where nobody asks whether they differ.
    ids: Option<CommandIds>,
}

impl Walk {
    /// From the first entry on; of this ledger, or of whichever the first entry names.
    #[must_use]
    pub fn new(ledger: Option<LedgerId>) -> Self {
        let (head, boundary) = (Head::default(), Head::default());
        let clocks = Clocks::default();
        let (recorded_at_microseconds, open, ids) = (-1, None, None);
        Self { ledger, head, boundary, recorded_at_microseconds, clocks, open, ids }
    }

    /// From a head on, which must be the end of a command that somebody has verified before.
    #[must_use]
    pub fn resume(ledger: LedgerId, head: Head, recorded_at_microseconds: i64) -> Self {
        let (ledger, boundary, clocks) = (Some(ledger), head, Clocks::default());
        let (open, ids) = (None, None);
        Self { ledger, head, boundary, recorded_at_microseconds, clocks, open, ids }
    }

    /// From here on says which command has an id of an earlier one (schemas/entry.md §8.9); `earlier` are
    /// the ids of the commands up to here, none at the first entry.
    pub fn watch_ids(&mut self, earlier: CommandIds) {
        self.ids = Some(earlier);
    }

    /// The ids of the commands so far, if they were watched, taken out.
    pub fn take_ids(&mut self) -> Option<CommandIds> {
        self.ids.take()
    }

    /// The ledger, once known.
    #[must_use]
    pub fn ledger(&self) -> Option<LedgerId> {
        self.ledger
    }

    /// Size and hash after the last entry that fitted.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Size and hash after the last command that was complete.
    #[must_use]
    pub fn boundary(&self) -> Head {
        self.boundary
    }

    /// `recorded_at` of the last entry that fitted; −1 before the first.
    #[must_use]
    pub fn recorded_at_microseconds(&self) -> i64 {
        self.recorded_at_microseconds
    }

    /// Entries that it has taken whose recorded time stands on an officer's word.
    #[must_use]
    pub fn clocks(&self) -> Clocks {
        self.clocks
    }

    /// Takes the next entry, hashing it.
    ///
    /// # Errors
    /// The [`Break`]; the walk has then not moved.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Break> {
        self.step_hashed(bytes, hash::entry(bytes))
    }

    /// Takes the next entry with its [`hash::entry`], which the caller has made from these bytes.
    ///
    /// # Errors
    /// The [`Break`]; the walk has then not moved.
    pub fn step_hashed<'a>(&mut self, bytes: &'a [u8], hash: Hash) -> Result<Step<'a>, Break> {
        let envelope =
            entry::parse(bytes).map_err(|malformed| Break::malformed(self.head.size, malformed))?;
        self.check_chain(&envelope)?;
        let open = self.check_command(&envelope, bytes.len())?;
        self.check_genesis(&envelope)?;
        if envelope.place == 0 {
            self.clocks.count(&envelope, self.recorded_at_microseconds);
        }
        let ids = self.ids.as_mut().filter(|_| self.open.is_none());
        let repeated = ids.and_then(|ids| ids.note(&envelope));
        self.ledger = Some(envelope.ledger);
        self.head = Head { size: self.head.size.saturating_add(1), hash };
        self.recorded_at_microseconds = envelope.recorded_at_microseconds;
        self.open = Some(open);
        let completed = match (envelope.signature, prefix_of(bytes)) {
            (Some(signature), Some(prefix)) => {
                self.open = None;
                self.boundary = self.head;
                let Open { id, first, count, officer, digest, .. } = open;
                let ledger = envelope.ledger;
                Some(Completed { id, first, count, officer, digest, ledger, signature, prefix })
            }
            _ => None,
        };
        Ok(Step { envelope, hash, completed, repeated })
    }

    /// Ends the walk: the head, unless the last command is incomplete.
    ///
    /// # Errors
    /// A [`Break`] at the first entry that is missing.
    pub fn finish(&self) -> Result<Head, Break> {
        match self.open {
            None => Ok(self.head),
            Some(open) => Err(Break::new(
                self.head.size,
                "count",
                format!("{} entries of command {}", open.count, open.id),
                open.next,
                Likely::Missing,
            )),
        }
    }

    fn check_chain(&self, envelope: &Envelope<'_>) -> Result<(), Break> {
        let at = self.head.size;
        if envelope.index != at {
            let likely = if envelope.index > at { Likely::Missing } else { Likely::Reordered };
            return Err(Break::new(at, "index", at, envelope.index, likely));
        }
        let broken = |field, expected: &dyn fmt::Display, found: &dyn fmt::Display| {
            Err(Break::new(at, field, expected, found, Likely::Changed))
        };
        if let Some(ledger) = self.ledger
            && ledger != envelope.ledger
        {
            return broken("ledger id", &ledger, &envelope.ledger);
        }
        if envelope.previous != self.head.hash {
            return broken("previous", &self.head.hash, &envelope.previous);
        }
        if envelope.recorded_at_microseconds < entry::recorded_after(self.recorded_at_microseconds)
        {
            let after = format!("after {} µs", self.recorded_at_microseconds);
            let found = format!("{} µs", envelope.recorded_at_microseconds);
            return broken("recorded_at", &after, &found);
        }
        Ok(())
    }

    /// The command in progress with this entry added.
    fn check_command(&self, envelope: &Envelope<'_>, bytes: usize) -> Result<Open, Break> {
        let at = self.head.size;
        let broken = |field, expected: &dyn fmt::Display, found: &dyn fmt::Display| {
            Err(Break::new(at, field, expected, found, Likely::Changed))
        };
        let mut open = self.open.unwrap_or(Open {
            id: envelope.command,
            first: at,
            count: envelope.count,
            next: 0,
            officer: envelope.officer,
            clock_accepted: envelope.has(CLOCK_ACCEPTED),
            digest: envelope.digest.unwrap_or_default(),
            bytes: 0,
        });
        if envelope.command != open.id {
            return broken("command id", &open.id, &envelope.command);
        }
        if envelope.place != open.next {
            return broken("place", &open.next, &envelope.place);
        }
        if envelope.count != open.count {
            return broken("count", &open.count, &envelope.count);
        }
        if envelope.officer != open.officer {
            return broken("officer", &open.officer, &envelope.officer);
        }
        if envelope.has(CLOCK_ACCEPTED) != open.clock_accepted {
            let word = |set: bool| if set { "CLOCK_ACCEPTED" } else { "no CLOCK_ACCEPTED" };
            let (ours, found) = (word(open.clock_accepted), word(!open.clock_accepted));
            return broken("flags", &format!("{ours}, as in the command's first entry"), &found);
        }
        open.next = open.next.saturating_add(1);
        open.bytes = open.bytes.saturating_add(bytes);
        if open.bytes > MAX_COMMAND_BYTES {
            let expected = format!("a command of at most {MAX_COMMAND_BYTES} bytes");
            return broken("length", &expected, &open.bytes);
        }
        Ok(open)
    }

    /// The genesis command is LedgerOpened and OfficerEnrolled, nothing else, by officer 0; and a
    /// ledger is opened once.
    fn check_genesis(&self, envelope: &Envelope<'_>) -> Result<(), Break> {
        let at = self.head.size;
        let broken = |field, expected: &dyn fmt::Display, found: &dyn fmt::Display| {
            Err(Break::new(at, field, expected, found, Likely::Changed))
        };
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(expected) = GENESIS.get(place) else {
            return match envelope.event_type {
                LEDGER_OPENED => broken("event type", &"a ledger is opened once", &LEDGER_OPENED),
                _ => Ok(()),
            };
        };
        if envelope.event_type != *expected {
            return broken("event type", expected, &envelope.event_type);
        }
        if usize::from(envelope.count) != GENESIS.len() {
            return broken("count", &GENESIS.len(), &envelope.count);
        }
        if envelope.officer != 0 {
            return broken("officer", &0, &envelope.officer);
        }
        if at != 0 {
            return Ok(());
        }
        let opened = body::opened_ledger(envelope.event_version, envelope.body)
            .map_err(|malformed| Break::malformed(at, malformed))?;
        match opened {
            Some(ledger) if ledger != envelope.ledger => {
                broken("ledger id", &ledger, &envelope.ledger)
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The prefix of a signed entry: its bytes without the last 64. `None` if there are fewer.
#[must_use]
pub fn prefix_of(bytes: &[u8]) -> Option<&[u8]> {
    bytes.len().checked_sub(SIGNATURE_BYTES).and_then(|length| bytes.get(..length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::chain::entry::{EntryId, IMPORTED, Row, SIGNED};
    use crate::chain::signature::{SeedSigner, Signer as _};
    use crate::domain::event::{Body, Bytes16, Bytes32, Filing, LedgerOpened, Policy};
    use crate::domain::ids::Text;
    use crate::error::{Error, Kind};

    const LEDGER: LedgerId = LedgerId([0x1e; 16]);

    fn opened() -> Vec<u8> {
        let opened = LedgerOpened {
            ledger: Bytes16(LEDGER.0),
            origin: Text::new("example.org/log"),
            name: Text::new("Test"),
            currency: Text::new("CNY"),
            exponent: 2,
            utc_offset_minutes: 480,
            fiscal_year_start_month: 1,
            log_key: Bytes32([9; 32]),
            policy: Policy::default(),
            filing: Filing::default(),
        };
        body::encode(&Body::LedgerOpened(opened)).unwrap()
    }

    fn key() -> SeedSigner {
        SeedSigner::new(&[3; 32])
    }

    /// What a test changes of an entry before it is sealed.
    type Change<'c> = &'c dyn Fn(&mut Envelope<'_>);

    /// A chain of commands of these sizes; the first is the genesis. `change` sees every envelope
    /// before its flags are set and before it is signed.
    fn chain(sizes: &[u16], change: Change<'_>) -> Vec<Vec<u8>> {
        let (mut out, genesis) = (Vec::<Vec<u8>>::new(), opened());
        for (number, count) in (0_u8..).zip(sizes) {
            for place in 0..*count {
                let index = u64::try_from(out.len()).unwrap();
                let recorded = 1_000_000 + i64::try_from(index).unwrap();
                let last = place + 1 == *count;
                let mut envelope = Envelope {
                    event_type: GENESIS.get(out.len()).copied().unwrap_or(45),
                    event_version: 1,
                    flags: if last { SIGNED } else { 0 },
                    ledger: LEDGER,
                    index,
                    id: EntryId::new(recorded, index).unwrap(),
                    previous: out.last().map_or(Hash::ZERO, |bytes| hash::entry(bytes)),
                    recorded_at_microseconds: recorded,
                    occurred_on_days: 11_000,
                    officer: 0,
                    command: CommandId([number; 16]),
                    place,
                    count: *count,
                    digest: (place == 0).then_some(Hash([0xd1; 32])),
                    row: None,
                    body: if out.is_empty() { &genesis } else { b"body" },
                    commitment: None,
                    signature: None,
                };
                change(&mut envelope);
                envelope.id = EntryId::new(envelope.recorded_at_microseconds, index).unwrap();
                let mut bytes = envelope.prefix().unwrap();
                if envelope.has(SIGNED) {
                    let message = entry_message(envelope.ledger, &hash::signing(&bytes));
                    bytes.extend(key().sign(&message));
                }
                out.push(bytes);
            }
        }
        out
    }

    fn whole() -> Vec<Vec<u8>> {
        chain(&[2, 1, 3, 1], &|_| {})
    }

    /// The first break of a sequence, refined by the entry after it, as text.
    fn first_break(entries: &[Vec<u8>]) -> String {
        let mut walk = Walk::new(Some(LEDGER));
        let officer = VerifyingKey::new(&key().public_key()).unwrap();
        for (i, bytes) in entries.iter().enumerate() {
            let step = walk.step(bytes).and_then(|step| match step.completed {
                Some(completed) => completed.check_signature(&officer),
                None => Ok(()),
            });
            if let Err(found) = step {
                return found.refine(bytes, entries.get(i + 1).map(Vec::as_slice)).to_string();
            }
        }
        walk.finish().map_or_else(|found| found.to_string(), |head| format!("whole {}", head.size))
    }

    #[test]
    fn a_whole_chain_gives_its_commands() {
        let entries = whole();
        let mut walk = Walk::new(None);
        let mut spans = Vec::new();
        for bytes in &entries {
            let step = walk.step(bytes).unwrap();
            assert_eq!(step.hash, hash::entry(bytes));
            spans.extend(step.completed.map(|c| (c.first, c.count, c.last())));
        }
        assert_eq!(spans, [(0, 2, 1), (2, 1, 2), (3, 3, 5), (6, 1, 6)]);
        assert_eq!(walk.ledger(), Some(LEDGER));
        assert_eq!((walk.head(), walk.finish().unwrap()), (walk.boundary(), walk.head()));
        assert_eq!(walk.head().size, 7);

        let at = Head { size: 3, hash: hash::entry(&entries[2]) };
        let mut resumed = Walk::resume(LEDGER, at, 1_000_002);
        for bytes in &entries[3..] {
            resumed.step_hashed(bytes, hash::entry(bytes)).unwrap();
        }
        assert_eq!(resumed.head(), walk.head());
        assert_eq!(resumed.recorded_at_microseconds(), 1_000_006);
    }

    #[test]
    fn damage_is_named_with_its_kind() {
        let shown = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let mut entries = whole();
            change(&mut entries);
            let text = first_break(&entries);
            // Hashes are long; the tests of hashes pin them.
            let masked = text.split(' ').map(|word| if word.len() > 63 { "HASH" } else { word });
            masked.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&|_| {}), "whole 7");
        assert_eq!(
            shown(&|e| e.swap(3, 4)),
            "entry 3, index: expected 3, found 4 (likely reordered)"
        );
        assert_eq!(
            shown(&|e| drop(e.remove(4))),
            "entry 4, index: expected 4, found 5 (likely missing)"
        );
        assert_eq!(
            shown(&|e| e[4] = e[3].clone()),
            "entry 4, index: expected 4, found 3 (likely reordered)"
        );
        assert_eq!(
            shown(&|e| e[4][26] ^= 8),
            "entry 4, index: expected 4, found 12 (likely changed)"
        );
        assert_eq!(
            shown(&|e| e.truncate(5)),
            "entry 5, count: expected 3 entries of command 02020202-0202-0202-0202-020202020202, \
             found 2 (likely missing)"
        );
        assert_eq!(
            shown(&|e| e[6].truncate(100)),
            "entry 6, command id: expected 16 bytes, found 2 bytes (likely changed)"
        );
        // A byte of a body within a command: the entry after it vouches for the one before.
        assert_eq!(
            shown(&|e| {
                let last = e[3].len() - 1;
                e[3][last] ^= 1;
            }),
            "entry 3, hash: expected HASH found HASH (likely changed)"
        );
        // A byte of `previous` itself.
        assert_eq!(
            shown(&|e| e[4][50] ^= 1),
            "entry 4, previous: expected HASH found HASH (likely changed)"
        );
        // A byte of a body in a signed entry.
        assert_eq!(
            shown(&|e| {
                let last = e[2].len() - 65;
                e[2][last] ^= 1;
            }),
            "entry 2, signature: expected one by officer 0 over this entry, found one that does \
             not verify (likely changed)"
        );
    }

    #[test]
    fn a_chain_that_was_made_to_fit_is_called_rewritten() {
        let rewritten = |index: u64, change: Change<'_>| {
            first_break(&chain(&[2, 1, 3, 1], &|e| {
                if e.index == index {
                    change(e);
                }
            }))
        };
        let cases: [(u64, Change<'_>, &str); 9] = [
            (
                4,
                &|e: &mut Envelope<'_>| e.recorded_at_microseconds = 1_000_003,
                "entry 4, recorded_at: expected after 1000003 µs, found 1000003 µs (likely \
                 rewritten)",
            ),
            (
                4,
                &|e: &mut Envelope<'_>| e.officer = 7,
                "entry 4, officer: expected 0, found 7 (likely rewritten)",
            ),
            (
                5,
                &|e: &mut Envelope<'_>| e.command = CommandId([1; 16]),
                "entry 5, command id: expected 02020202-0202-0202-0202-020202020202, found \
                 01010101-0101-0101-0101-010101010101 (likely rewritten)",
            ),
            (
                4,
                &|e: &mut Envelope<'_>| e.count = 4,
                "entry 4, count: expected 3, found 4 (likely rewritten)",
            ),
            (
                4,
                &|e: &mut Envelope<'_>| {
                    (e.place, e.count, e.flags, e.digest) = (0, 2, 0, Some(Hash::ZERO));
                },
                "entry 4, place: expected 1, found 0 (likely rewritten)",
            ),
            (
                3,
                &|e: &mut Envelope<'_>| (e.place, e.digest) = (1, None),
                "entry 3, place: expected 0, found 1 (likely rewritten)",
            ),
            (
                4,
                &|e: &mut Envelope<'_>| e.ledger = LedgerId([2; 16]),
                "entry 4, ledger id: expected 1e1e1e1e-1e1e-1e1e-1e1e-1e1e1e1e1e1e, found \
                 02020202-0202-0202-0202-020202020202 (likely rewritten)",
            ),
            (
                2,
                &|e: &mut Envelope<'_>| e.event_type = 1,
                "entry 2, event type: expected a ledger is opened once, found 1 (likely rewritten)",
            ),
            (
                1,
                &|e: &mut Envelope<'_>| e.event_type = 45,
                "entry 1, event type: expected 4, found 45 (likely rewritten)",
            ),
        ];
        for (index, change, expected) in cases {
            assert_eq!(rewritten(index, change), expected);
        }
        assert_eq!(
            first_break(&chain(&[1, 1], &|_| {})),
            "entry 0, count: expected 2, found 1 (likely rewritten)"
        );
        assert_eq!(
            first_break(&chain(&[2, 1], &|e| e.officer = 1)),
            "entry 0, officer: expected 0, found 1 (likely rewritten)"
        );
    }

    #[test]
    fn the_body_of_the_first_entry_names_the_same_ledger() {
        let other = chain(&[2], &|e| e.ledger = LedgerId([2; 16]));
        let found = Walk::new(None).step(&other[0]).unwrap_err().to_string();
        assert_eq!(
            found,
            "entry 0, ledger id: expected 1e1e1e1e-1e1e-1e1e-1e1e-1e1e1e1e1e1e, found \
             02020202-0202-0202-0202-020202020202 (likely changed)"
        );
    }

    #[test]
    fn a_command_has_a_most_of_bytes() {
        let filler = vec![0; 7_000];
        let long = chain(&[2, 50], &|_| {});
        assert_eq!(first_break(&long), "whole 52");
        let mut walk = Walk::new(None);
        let mut result = Ok(());
        let mut previous = Hash::ZERO;
        for bytes in &long {
            let mut envelope = entry::parse(bytes).unwrap();
            envelope.previous = previous;
            if envelope.index > 1 {
                envelope.body = &filler;
                envelope.flags |= IMPORTED;
                envelope.row = Some(Row { source: "s", key: [1; 16] });
            }
            let mut changed = envelope.prefix().unwrap();
            changed.extend(envelope.signature.unwrap_or([0; 64]).iter().take(64));
            if !envelope.has(SIGNED) {
                changed.truncate(changed.len() - 64);
            }
            previous = hash::entry(&changed);
            result = walk.step(&changed).map(drop);
            if result.is_err() {
                break;
            }
        }
        assert_eq!(
            result.unwrap_err().to_string(),
            "entry 44, length: expected a command of at most 300000 bytes, found 306966 (likely \
             changed)"
        );
    }

    #[test]
    fn a_break_is_an_error_with_its_figures() {
        let error = Error::from(Break::new(4, "index", 4, 6, Likely::Missing));
        assert_eq!(
            error.to_string(),
            "break: entry 4, index: expected 4, found 6 (likely missing)\n  \
             next: compare with another copy of the log, and keep both"
        );
        assert_eq!(error.kind(), Kind::Break);
        assert_eq!(error.details().len(), 5);
    }
}
