//! Looking things up by their code: unknown ones are refused with the nearest names.

use crate::domain::ids::{Code, LineKey};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, District, Draft, FollowOn, Fund, Line, Project};

pub(super) fn unknown(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Unknown { thing, name: name.to_string(), near: Vec::new() }
}

pub(super) fn exists(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Exists { thing, name: name.to_string() }
}

fn unknown_near<'a>(thing: Thing, name: &str, known: impl Iterator<Item = &'a Code>) -> Rejection {
    let near = known
        .map(Code::as_str)
        .filter(|known| is_near(known, name))
        .take(3)
        .map(str::to_owned)
        .collect();
    Rejection::Unknown { thing, name: name.to_owned(), near }
}

/// True if one is the other but for case, or up to two characters put in, left out or changed.
fn is_near(a: &str, b: &str) -> bool {
    if a.to_lowercase() == b.to_lowercase() {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 || a.len().min(b.len()) < 3 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j.saturating_add(1)).copied().unwrap_or(usize::MAX);
            let changed = corner.saturating_add(usize::from(x != y));
            left = changed.min(above.saturating_add(1)).min(left.saturating_add(1));
            corner = above;
            if let Some(cell) = row.get_mut(j.saturating_add(1)) {
                *cell = left;
            }
        }
    }
    row.last().is_some_and(|distance| *distance <= 2)
}

pub(super) fn fund<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d Fund, Rejection> {
    let known = draft.funds.get(code);
    known.ok_or_else(|| unknown_near(Thing::Fund, code.as_str(), draft.funds.base_keys()))
}

/// A fund that is not closed.
pub(super) fn open_fund<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d Fund, Rejection> {
    let fund = fund(draft, code)?;
    if fund.closed { Err(Rejection::FundClosed { fund: code.clone() }) } else { Ok(fund) }
}

pub(super) fn line<'d>(draft: &'d Draft<'_>, key: &LineKey) -> Result<&'d Line, Rejection> {
    if let Some(line) = draft.lines.get(key) {
        return Ok(line);
    }
    fund(draft, &key.fund)?;
    Err(unknown(Thing::Line, key))
}

pub(super) fn district<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d District, Rejection> {
    let known = draft.districts.get(code);
    known.ok_or_else(|| unknown_near(Thing::District, code.as_str(), draft.districts.base_keys()))
}

pub(super) fn programme(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let known = draft.programmes.get(code).copied();
    known.ok_or_else(|| unknown_near(Thing::Programme, code.as_str(), draft.programmes.base_keys()))
}

pub(super) fn payee(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let known = draft.payees.get(code).copied();
    known.ok_or_else(|| unknown_near(Thing::Payee, code.as_str(), draft.payees.base_keys()))
}

pub(super) fn project<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d Project, Rejection> {
    let known = draft.projects.get(code);
    known.ok_or_else(|| unknown_near(Thing::Project, code.as_str(), draft.projects.base_keys()))
}

pub(super) fn commitment<'d>(
    draft: &'d Draft<'_>,
    code: &Code,
) -> Result<&'d Commitment, Rejection> {
    let known = draft.commitments.get(code);
    known.ok_or_else(|| {
        unknown_near(Thing::Commitment, code.as_str(), draft.commitments.base_keys())
    })
}

pub(super) fn follow_on<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d FollowOn, Rejection> {
    let known = draft.follow_ons.get(code);
    known.ok_or_else(|| unknown_near(Thing::FollowOn, code.as_str(), draft.follow_ons.base_keys()))
}
