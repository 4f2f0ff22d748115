//! Codes, texts, purposes and keys of commands. Whether a code may be one is a rule of the domain; here
//! only what nobody sees is taken off: white space at both ends.

use super::refusal::Refusal;
use crate::domain::ids::{Code, Tag, Text};

/// The most bytes of a key of a command.
const MAX_KEY_BYTES: usize = 128;

/// A code, put in NFC.
#[must_use]
pub fn code(text: &str) -> Code {
    Code::new(text.trim())
}

/// A name, title or reason, put in NFC, without white space and invisible characters around it.
#[must_use]
pub fn text(text: &str) -> Text {
    Text::typed(text)
}

/// A purpose, put in NFC.
#[must_use]
pub fn tag(text: &str) -> Tag {
    Tag::new(text.trim())
}

/// An idempotency key of 1 to 128 bytes, as it is: what is done twice is told by every byte of it.
///
/// # Errors
/// Code `command_id_length` with the bytes found and allowed.
pub fn command_id(text: &str) -> Result<String, Refusal> {
    if (1..=MAX_KEY_BYTES).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    let rule = format!("a command id has 1 to {MAX_KEY_BYTES} bytes, this one has {}", text.len());
    Err(Refusal::new("command_id_length", rule, "1 to 128 bytes", text)
        .with_part(text.len())
        .with_next("use the number of the form, for example 2002-0315-04"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_off() {
        assert_eq!(code(" HT-1\u{3000}"), Code::new("HT-1"));
        assert_eq!(text("\t社保卡 "), Text::new("社保卡"));
        assert_eq!(tag(" it "), Tag::new("it"));
    }

    #[test]
    fn a_command_id_has_1_to_128_bytes() {
        assert_eq!(command_id("2002-0315-04").unwrap(), "2002-0315-04");
        assert!(command_id(&"x".repeat(128)).is_ok());
        let refusal = command_id(&"x".repeat(129)).unwrap_err();
        assert_eq!(refusal.rule, "a command id has 1 to 128 bytes, this one has 129");
        assert_eq!(command_id("").unwrap_err().code, "command_id_length");
    }
}
