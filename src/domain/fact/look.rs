//! What can be told of any event by its fields alone.

use super::{Fact, See, Seen, Value};
use crate::domain::event::Body;
use crate::domain::ids::Code;
use crate::domain::rejection::Thing;

/// Takes the first value that is wanted.
struct First<W, T> {
    wanted: W,
    found: Option<T>,
}

impl<'e, W: Fn(Value<'e>) -> Option<T>, T> See<'e> for First<W, T> {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        if self.found.is_none() {
            self.found = (self.wanted)(value);
        }
        Ok(())
    }
}

fn first<'e, T>(body: &'e Body, wanted: impl Fn(Value<'e>) -> Option<T>) -> Option<T> {
    let mut first = First { wanted, found: None };
    // Nothing is refused by looking.
    drop(body.fields(&mut first));
    first.found
}

/// The entry that an event cites, which has to be looked up to run `admit` on it again.
#[must_use]
pub fn cited_by(body: &Body) -> Option<u64> {
    first(body, |value| if let Value::Entry(index) = value { Some(index) } else { None })
}

/// The entry that an event is about: one that it cites, or only names.
#[must_use]
pub fn about_entry(body: &Body) -> Option<u64> {
    first(body, |value| {
        if let Value::Entry(index) | Value::Mention(index) = value { Some(index) } else { None }
    })
}

/// The first thing of a kind that an event makes or names.
#[must_use]
pub fn first_code(body: &Body, kind: Thing) -> Option<&Code> {
    let of_kind = |(thing, code)| (thing == kind).then_some(code);
    first(body, |value| value.thing().and_then(of_kind))
}
