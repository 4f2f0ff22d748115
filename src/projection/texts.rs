//! What of an entry can be read as text, for whoever looks for a word: every field that the event shows, so
//! that no event's text is forgotten.

use crate::domain::event::Event;
use crate::domain::fact::{Fact, See, Seen, Value};

/// True if a text, code or line of the event has `word`, which is in small letters, in it.
pub(super) fn holds(event: &Event, word: &str) -> bool {
    let mut looking = Looking { word, is_found: false };
    // Nothing is refused by looking.
    drop(event.body.fields(&mut looking));
    looking.is_found
}

struct Looking<'a> {
    word: &'a str,
    is_found: bool,
}

impl<'e> See<'e> for Looking<'_> {
    fn see(&mut self, _: &'static str, value: Value<'e>) -> Seen {
        let text = value.text().map(ToString::to_string);
        let text = text.or_else(|| value.code().map(ToString::to_string));
        let text = text.or_else(|| value.line().map(ToString::to_string));
        let tag = if let Value::Purpose(tag) = value { Some(tag.to_string()) } else { None };
        let Some(text) = text.or(tag) else { return Ok(()) };
        self.is_found |= text.to_lowercase().contains(self.word);
        Ok(())
    }
}
