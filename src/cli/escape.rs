//! What a result may carry to where it goes: one filter in front of stdout and files, so that no report,
//! export or receipt has to think of it.
//!
//! JSON has an escape of its own for every character, so whatever cannot be seen or turns the reading
//! order is written as `\uXXXX`, wherever the JSON goes; a reader gets the same text back. CSV and
//! journals have none: they keep every byte in a file or pipe, and on a terminal show such a character
//! as its code point.

use crate::import::text::is_invisible;
use crate::words::shown::safe;
use std::fmt::Write as _;
use std::io::{self, Write};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// What stands in front of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// Bytes as they are.
    None,
    /// JSON: invisible characters become `\uXXXX`.
    Json,
    /// A terminal: what could steer it becomes `\u{…}`.
    Terminal,
}

/// A writer with a guard in front. Bytes that are no UTF-8 pass.
#[derive(Debug)]
pub(super) struct Guarded<W> {
    out: W,
    guard: Guard,
    /// The beginning of a character whose rest has not come yet.
    begun: Vec<u8>,
    /// Whether a terminal was kept from anything.
    pub(super) has_shown_codes: bool,
}

impl<W: Write> Guarded<W> {
    pub(super) fn new(out: W, guard: Guard) -> Self {
        Self { out, guard, begun: Vec::new(), has_shown_codes: false }
    }

    /// Writes what of `bytes` is whole characters, and keeps the beginning of one at the end.
    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return self.text(text),
                Err(error) => {
                    let (text, after) = rest.split_at(error.valid_up_to());
                    self.text(std::str::from_utf8(text).unwrap_or_default())?;
                    let Some(length) = error.error_len() else {
                        self.begun = after.to_vec();
                        return Ok(());
                    };
                    let (broken, after) = after.split_at(length);
                    self.out.write_all(broken)?;
                    rest = after;
                }
            }
        }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
        if text.bytes().all(is_plain) {
            return self.out.write_all(text.as_bytes());
        }
        let guarded = match self.guard {
            Guard::None => return self.out.write_all(text.as_bytes()),
            Guard::Json => json(text),
            Guard::Terminal => terminal(text),
        };
        self.has_shown_codes |= self.guard == Guard::Terminal && guarded != text;
        self.out.write_all(guarded.as_bytes())
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.guard == Guard::None {
            return self.out.write(bytes);
        }
        if self.begun.is_empty() {
            self.pass(bytes)?;
        } else {
            let mut whole = std::mem::take(&mut self.begun);
            whole.extend_from_slice(bytes);
            self.pass(&whole)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Guarded<W> {
    /// Writes the half of a character at the very end, and flushes.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let begun = std::mem::take(&mut self.begun);
        self.out.write_all(&begun)?;
        self.out.flush()
    }
}

/// Text for a terminal; line feeds and tabs stay.
fn terminal(text: &str) -> String {
    let lines = text.split_inclusive(['\n', '\t']);
    lines.fold(String::with_capacity(text.len()), |mut out, line| {
        let end = line.trim_end_matches(['\n', '\t']);
        out.push_str(&safe(end));
        out.push_str(line.get(end.len()..).unwrap_or_default());
        out
    })
}

/// JSON text in which nothing is invisible. Such characters stand in its strings only.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a `String` cannot fail.
                let _written = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters but the white space of JSON, characters of format, separators of lines, and what
/// has no look or stands for nothing.
fn is_unseen(c: char) -> bool {
    if matches!(c, '\n' | '\r' | '\t' | ' '..='~') {
        return false;
    }
    let stands_for_nothing =
        matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    let category = c.general_category();
    stands_for_nothing
        || is_invisible(c)
        || matches!(
            category,
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn through(guard: Guard, text: &[u8], piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut guarded = Guarded::new(&mut out, guard);
        for bytes in text.chunks(piece) {
            guarded.write_all(bytes).unwrap();
        }
        guarded.end().unwrap();
        out
    }

    #[test]
    fn json_shows_nothing_that_cannot_be_seen() {
        let hostile =
            "a\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{ad}\u{feff}\u{2028}\u{e0041}\u{ffff}浦东\t";
        let text = serde_json::json!({ hostile: [hostile] }).to_string() + "\n";
        for piece in [1, 2, 3, 1_000] {
            let out = String::from_utf8(through(Guard::Json, text.as_bytes(), piece)).unwrap();
            assert!(out.starts_with("{\"a\\u007f\\u009b31m\\u202e\\u2066\\u200b\\u00ad\\ufeff\\u2028\\udb40\\udc41\\uffff浦东\\t\":"), "{out}");
            let back: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(back, serde_json::json!({ hostile: [hostile] }));
        }
    }

    #[test]
    fn a_terminal_sees_code_points_and_a_file_every_byte() {
        let hostile = "x,\u{1b}[2J\u{7}\u{9b}m\u{202e}evil\r\n浦东\t1\n".as_bytes();
        let shown = through(Guard::Terminal, hostile, 1);
        assert_eq!(
            String::from_utf8(shown).unwrap(),
            "x,\\u{1b}[2J\\u{7}\\u{9b}m\\u{202e}evil\\u{d}\n浦东\t1\n"
        );
        assert_eq!(through(Guard::None, hostile, 3), hostile);
    }

    proptest! {
        #[test]
        fn what_json_says_stays(text: String, piece in 1_usize..9) {
            let json = serde_json::json!([text]);
            let out = through(Guard::Json, format!("{json:#}\n").as_bytes(), piece);
            let back: serde_json::Value = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(back, json);
        }

        #[test]
        fn bytes_that_are_no_text_pass(bytes: Vec<u8>, piece in 1_usize..9) {
            prop_assert_eq!(through(Guard::None, &bytes, piece), bytes.clone());
            let shown = through(Guard::Terminal, &bytes, piece);
            prop_assert!(!shown.contains(&0x1b) && !shown.contains(&7));
        }
    }
}
