//! A breach: a command that is whole and signed, and that the rules of its time refuse
//! (schemas/entry.md §7.6). Nothing that is in the log is left out, and nothing bricks a ledger: its
//! entries are taken one by one, for the money that they say was moved.
//!
//! What would give somebody power changes nothing: keys, officers, roles, limits, policies, erasures, and
//! the end of a fund. Else whoever may write one entry against the rules could make themselves administrator,
//! and acknowledge it. Nor does an entry whose moves are not defined. Both are *void*: they move nothing and
//! can be neither reversed nor refunded.
//!
//! Which entries are void is told from the posting table alone, with no rule of `admit`, so that a
//! reader of the page who knows no rules comes to the same accounts.

use super::admit::Context;
use super::apply::{Cited, fold};
use super::event::{Body, Bytes32, DisbursementRecorded, Event};
use super::fact::{Fact, See, Seen, Value};
use super::ids::Text;
use super::known;
use super::posting::{Leaf, Move};
use super::rejection::Rejection;
use super::state::{Breach, Journal, SealedFields, State, VoucherSeries};

/// What an acknowledgement calls the rule that a command id is used once.
pub const COMMAND_ID_REPEATED: &str = "command_id_repeated";

/// The rule set by which a reversal within a breach is one of something that can be reversed: that of
/// schemas/entry.md §7.6.
const REVERSIBLE_UNDER: u32 = 3;

/// Takes the entries of a command that was refused, on the state before it, and notes the breach. The
/// moves of each; `None` where it is void.
pub fn take(
    state: &mut State,
    events: &[Event],
    context: &Context<'_>,
    rejection: &Rejection,
) -> Vec<Option<Vec<Move>>> {
    let first = state.size;
    let breach = Breach {
        rule: Text::new(rejection.code()),
        entries: u64::try_from(events.len()).unwrap_or(u64::MAX),
        officer: context.officer,
        administrators: state.administrators(),
        acknowledged: None,
    };
    let mut journal = Journal::on(state);
    journal.set_recorded_at(context.recorded_at_microseconds);
    journal.breaches().insert(first, breach);
    events.iter().map(|event| take_one(state, event, context.cited)).collect()
}

/// Takes one entry.
fn take_one(state: &mut State, event: &Event, cited: &Cited) -> Option<Vec<Move>> {
    let mut journal = Journal::on(state);
    if changes_nothing(&event.body) {
        leave_void(&mut journal, event);
        return None;
    }
    let before = Before::of(&journal, event);
    let taken =
        if cannot_be(&journal, &event.body) { None } else { fold(&mut journal, event, cited).ok() };
    if let Some(moves) = taken.filter(|moves| is_sound(&journal, event, cited, moves)) {
        before.put_back(&mut journal);
        return Some(moves);
    }
    journal.take_back();
    leave_void(&mut Journal::on(state), event);
    None
}

/// Counts a void entry. Its sealed fields are there all the same, and can be erased.
fn leave_void(journal: &mut Journal<'_>, event: &Event) {
    let index = journal.size;
    journal.void().insert(index, ());
    let sealed = event.confidential.filter(|own| !journal.confidential.contains_key(own));
    if let Some(commitment) = sealed {
        let fields = SealedFields { entry: index, erased_by: None };
        journal.confidential().insert(commitment, fields);
    }
    journal.set_size(index.saturating_add(1));
}

/// Types that change nothing in a breach: what gives power, and what nothing takes back (a fund is closed for
/// ever, and with it what it holds).
fn changes_nothing(body: &Body) -> bool {
    matches!(body.number(), 1..=9 | 12 | 82 | 84 | 85 | 99)
}

/// What the event makes is known already, what it reverses was reversed, or what it closes out is not known.
fn cannot_be(state: &State, body: &Body) -> bool {
    if let Body::EntryReversed(b) = body {
        return state.reversed.contains_key(&b.entry);
    }
    if let Body::ProjectClosedOut(b) = body {
        return !state.projects.contains_key(&b.code);
    }
    let mut makes = Makes { state, is_there: false };
    let seen = body.fields(&mut makes);
    makes.is_there || seen.is_err()
}

struct Makes<'a> {
    state: &'a State,
    is_there: bool,
}

impl<'e> See<'e> for Makes<'_> {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        if let Value::New(thing, code) = value {
            self.is_there |= known::has(self.state, thing, code);
        }
        if let Value::NewLine(line) = value {
            self.is_there |= self.state.lines.contains_key(line);
        }
        Ok(())
    }
}

/// After the event every account that is not zero belongs to what is known, its fund too; and a reversal
/// was one of something that can be reversed, and took nothing from under an account.
fn is_sound(state: &State, event: &Event, cited: &Cited, moves: &[Move]) -> bool {
    if unknown_account(state, moves).is_some() {
        return false;
    }
    let Body::EntryReversed(reversal) = &event.body else { return true };
    let Some(original) = cited.get(&reversal.entry) else { return false };
    original.body.is_reversible(REVERSIBLE_UNDER) && left_account(state, &original.body).is_none()
}

/// An account that moves have changed, that is not zero and belongs to nothing that is known.
pub(super) fn unknown_account<'m>(state: &State, moves: &'m [Move]) -> Option<&'m Leaf> {
    let mut sides = moves.iter().flat_map(|m| [&m.from, &m.to]);
    sides.find(|leaf| !state.balance(leaf).is_zero() && !state.knows(leaf))
}

/// An account that is left, after its reversal, of the project or contract that `original` made. A line stays
/// while it has one. Where there was no breach the rules of reversals keep that from happening.
pub(super) fn left_account<'s>(state: &'s State, original: &Body) -> Option<&'s Leaf> {
    if let Body::ProjectApproved(b) = original {
        return state.find_leaf(|leaf| leaf.project.as_ref() == Some(&b.code));
    }
    if let Body::CommitmentMade(b) = original {
        return state.find_leaf(|leaf| leaf.commitment.as_ref() == Some(&b.contract));
    }
    None
}

/// What stays as it was, whatever an entry of a breach says of it.
struct Before {
    /// The series of its voucher number, with the last one before.
    series: Option<(VoucherSeries, Option<u64>)>,
    /// E-vouchers that another entry was booked with: else reversing this one would free them.
    booked: Vec<(Bytes32, u64)>,
    /// Sealed fields of another entry with the same commitment, erased or not.
    sealed: Option<(Bytes32, SealedFields)>,
}

impl Before {
    fn of(state: &State, event: &Event) -> Self {
        let payment = if let Body::DisbursementRecorded(b) = &event.body { Some(b) } else { None };
        let series = payment.and_then(DisbursementRecorded::series);
        let series = series.map(|series| {
            let last = state.vouchers.get(&series).copied();
            (series, last)
        });
        let documents = event.body.filing().documents.iter();
        let booked = documents.filter_map(|document| {
            let owner = state.e_vouchers.get(&document.hash).copied()?;
            Some((document.hash, owner))
        });
        let sealed = event.confidential;
        let sealed = sealed.and_then(|own| Some((own, state.confidential.get(&own).copied()?)));
        Self { series, booked: booked.collect(), sealed }
    }

    fn put_back(self, journal: &mut Journal<'_>) {
        if let Some((series, before)) = self.series {
            keep_series(journal, series, before);
        }
        for (hash, owner) in self.booked {
            journal.e_vouchers().insert(hash, owner);
        }
        if let Some((commitment, fields)) = self.sealed {
            journal.confidential().insert(commitment, fields);
        }
    }
}

/// A number that is not the next one does not count: one at the end of all numbers would leave none.
fn keep_series(journal: &mut Journal<'_>, series: VoucherSeries, before: Option<u64>) {
    let next = before.unwrap_or_default().checked_add(1);
    if journal.vouchers.get(&series).copied() == next {
        return;
    }
    match before {
        Some(before) => journal.vouchers().insert(series, before),
        None => journal.vouchers().remove(&series),
    }
}
