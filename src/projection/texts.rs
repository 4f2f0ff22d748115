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
        let text = match value {
            Value::Text(text, _) | Value::Own(text) => text.to_string(),
            Value::New(_, code)
            | Value::Known(_, code)
            | Value::Named(_, code)
            | Value::Code(code) => code.to_string(),
            Value::NewLine(line) | Value::Line(line) | Value::AnyLine(line) => line.to_string(),
            Value::Purpose(tag) => tag.to_string(),
            Value::Officer(_)
            | Value::Entry(_)
            | Value::Mention(_)
            | Value::Amount(_)
            | Value::Day(_)
            | Value::Number(_)
            | Value::Flag(_)
            | Value::Kind(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Struct
            | Value::Absent => return Ok(()),
        };
        self.is_found |= text.to_lowercase().contains(self.word);
        Ok(())
    }
}
