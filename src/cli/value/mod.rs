//! What is typed, read into values: amounts, dates and periods, lines, entries, offsets.
//!
//! Every reader here is strict and says what it expected and what it found. What needs the ledger
//! (its currency, its offset, whether a thing exists) is left to the verb that uses the value.

mod amount;
mod entry_ref;
mod line;
mod name;
mod when;

pub(crate) use amount::AmountText;
pub(crate) use entry_ref::EntryRef;
pub(crate) use line::{LinePart, parse_line};
pub(crate) use name::{ThingName, ThingSort};
pub(crate) use when::{Known, Period, parse_date, parse_offset, parse_year};

use crate::domain::ids::{Code, Tag, Text};
use crate::error::{Error, Kind};

/// A code, put in NFC; whether it may be one is the ledger's rule.
///
/// # Errors
/// Never; the shape is clap's.
pub(crate) fn parse_code(text: &str) -> Result<Code, Error> {
    Ok(Code::new(text))
}

/// A name, title or reason, put in NFC, without white space and invisible characters around it.
///
/// # Errors
/// Never; the shape is clap's.
pub(crate) fn parse_text(text: &str) -> Result<Text, Error> {
    Ok(Text::typed(text))
}

/// A purpose, put in NFC.
///
/// # Errors
/// Never; the shape is clap's.
pub(crate) fn parse_tag(text: &str) -> Result<Tag, Error> {
    Ok(Tag::new(text))
}

/// An idempotency key of 1 to 128 bytes.
///
/// # Errors
/// Code `command_id_length` with the bytes found and allowed.
pub(crate) fn parse_command_id(text: &str) -> Result<String, Error> {
    const MAX_BYTES: usize = 128;
    if (1..=MAX_BYTES).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    let message = format!("a command id has 1 to {MAX_BYTES} bytes, this one has {}", text.len());
    Err(Error::new(Kind::Usage, "command_id_length", message)
        .with_detail("allowed", MAX_BYTES)
        .with_detail("found", text.len())
        .with_hint("use the number of the form, for example 2002-0315-04"))
}

/// What was typed, quoted for a message and cut after 60 characters.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(60).collect();
    let tail = if characters.next().is_some() { "…" } else { "" };
    format!("`{}{tail}`", head.escape_debug())
}

/// A value that cannot be read: what was expected, what was typed, how to write it.
fn unreadable(code: &'static str, rule: &str, found: &str, hint: &str) -> Error {
    Error::new(Kind::Usage, code, format!("{rule}; found {}", quoted(found)))
        .with_detail("found", found)
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_id_has_1_to_128_bytes() {
        assert_eq!(parse_command_id("2002-0315-04").unwrap(), "2002-0315-04");
        assert!(parse_command_id(&"x".repeat(128)).is_ok());
        assert_eq!(
            parse_command_id(&"x".repeat(129)).unwrap_err().to_string(),
            "command_id_length: a command id has 1 to 128 bytes, this one has 129\n  \
             next: use the number of the form, for example 2002-0315-04"
        );
        assert_eq!(parse_command_id("").unwrap_err().code(), "command_id_length");
    }

    #[test]
    fn what_is_quoted_cannot_move_a_terminal() {
        assert_eq!(quoted("a\u{1b}[2J"), "`a\\u{1b}[2J`");
        assert_eq!(quoted(&"长".repeat(61)), format!("`{}…`", "长".repeat(60)));
    }
}
