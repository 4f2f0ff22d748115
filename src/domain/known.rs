//! What an event names, looked up in the state: known, with known names that look like it where not.

use super::event::{Cited, Event};
use super::ids::{Code, LineKey};
use super::near;
use super::rejection::{Named, Rejection, Thing};
use super::state::{Commitment, District, FollowOn, Fund, Line, Officer, Project, State};

/// The officer of a number.
pub(super) fn officer(state: &State, number: u32) -> Result<&Officer, Rejection> {
    let place = usize::try_from(number).ok();
    let officer = place.and_then(|place| state.officers.get(place));
    officer.ok_or_else(|| {
        let name = Named::Number(number);
        Rejection::Unknown { thing: Thing::Officer, name, near: Vec::new() }
    })
}

pub(super) fn unknown(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Unknown { thing, name: name.into(), near: Vec::new() }
}

pub(super) fn unless(exists: bool, thing: Thing, name: &impl ToString) -> Result<(), Rejection> {
    if exists { Err(Rejection::Exists { thing, name: name.to_string() }) } else { Ok(()) }
}

pub(super) fn fund<'d>(state: &'d State, code: &Code) -> Result<&'d Fund, Rejection> {
    let known = state.funds.get(code);
    known.ok_or_else(|| near::unknown(Thing::Fund, code, state.funds.keys()))
}

pub(super) fn line<'d>(state: &'d State, key: &LineKey) -> Result<&'d Line, Rejection> {
    if let Some(line) = state.lines.get(key) {
        return Ok(line);
    }
    fund(state, &key.fund)?;
    let first = LineKey { year: i16::MIN, origin: i16::MIN, class: Code::default(), ..key.clone() };
    let of_fund = state.lines.range(&first..).take_while(|(line, _)| line.fund == key.fund);
    let near = of_fund.take(3).map(|(line, _)| line.to_string()).collect();
    Err(Rejection::Unknown { thing: Thing::Line, name: key.into(), near })
}

pub(super) fn district<'d>(state: &'d State, code: &Code) -> Result<&'d District, Rejection> {
    let known = state.districts.get(code);
    known.ok_or_else(|| near::unknown(Thing::District, code, state.districts.keys()))
}

pub(super) fn programme(state: &State, code: &Code) -> Result<(), Rejection> {
    let known = state.programmes.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Programme, code, state.programmes.keys()))
}

pub(super) fn payee(state: &State, code: &Code) -> Result<(), Rejection> {
    let known = state.payees.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Payee, code, state.payees.keys()))
}

pub(super) fn project<'d>(state: &'d State, code: &Code) -> Result<&'d Project, Rejection> {
    let known = state.projects.get(code);
    known.ok_or_else(|| near::unknown(Thing::Project, code, state.projects.keys()))
}

pub(super) fn commitment<'d>(state: &'d State, code: &Code) -> Result<&'d Commitment, Rejection> {
    let known = state.commitments.get(code);
    known.ok_or_else(|| near::unknown(Thing::Commitment, code, state.commitments.keys()))
}

pub(super) fn follow_on<'d>(state: &'d State, code: &Code) -> Result<&'d FollowOn, Rejection> {
    let known = state.follow_ons.get(code);
    known.ok_or_else(|| near::unknown(Thing::FollowOn, code, state.follow_ons.keys()))
}

/// Whether there is such a thing; does not look for others like it, which costs a walk over all.
pub(super) fn has(state: &State, thing: Thing, code: &Code) -> bool {
    match thing {
        Thing::District => state.districts.contains_key(code),
        Thing::Programme => state.programmes.contains_key(code),
        Thing::Fund => state.funds.contains_key(code),
        Thing::Project => state.projects.contains_key(code),
        Thing::Payee => state.payees.contains_key(code),
        Thing::Commitment => state.commitments.contains_key(code),
        Thing::FollowOn => state.follow_ons.contains_key(code),
        Thing::Officer | Thing::Line | Thing::Entry => false,
    }
}

/// An entry before this one that the caller looked up, and that counts: one that is void is neither
/// reversed nor refunded.
pub(super) fn counted<'c>(
    state: &State,
    cited: &'c Cited,
    index: u64,
) -> Result<&'c Event, Rejection> {
    let found = entry(state, cited, index)?;
    if state.void.contains_key(&index) {
        return Err(Rejection::EntryVoid { entry: index });
    }
    Ok(found)
}

/// An entry before this one that the caller looked up.
pub(super) fn entry<'c>(
    state: &State,
    cited: &'c Cited,
    index: u64,
) -> Result<&'c Event, Rejection> {
    let known = cited.get(&index).filter(|_| index < state.size);
    known.ok_or_else(|| unknown(Thing::Entry, &format!("@{index}")))
}
