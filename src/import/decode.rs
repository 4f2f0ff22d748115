//! The bytes of a file as strict UTF-8 text: a named encoding, no replacement, no NUL, no mark of
//! another encoding. Keeps the text of the row at hand; splits nothing into cells.

use super::mark;
use crate::error::{Error, Kind, Result};
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::io::Read;

/// The most bytes of a row, decoded, line breaks inside quotes included.
pub const MAX_ROW_BYTES: usize = 1_048_576;
/// Bytes that are read at once.
const PIECE_BYTES: usize = 65_536;

/// Decoded text, of which the part from the row at hand on is kept.
pub(super) struct Decoded<R> {
    input: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of the file given to the decoder.
    bytes_decoded: u64,
    /// Line feeds in all text so far.
    line_feeds: u64,
    text: String,
    /// Where the row at hand begins in `text`.
    row_from: usize,
    /// What of `text` was taken.
    at: usize,
    ended: bool,
}

impl<R> std::fmt::Debug for Decoded<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoded({}, {} bytes)", self.encoding.name(), self.bytes_decoded)
    }
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; PIECE_BYTES],
            bytes_decoded: 0,
            line_feeds: 0,
            text: String::new(),
            row_from: 0,
            at: 0,
            ended: false,
        }
    }

    /// The text that was read and not taken.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes `bytes` of the rest.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    /// The first byte of the rest, reading on where there is none; `None` at the end of the file.
    pub(super) fn byte(&mut self) -> Result<Option<u8>> {
        while self.at == self.text.len() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.text.as_bytes().get(self.at).copied())
    }

    /// Begins a row where the last one ended.
    pub(super) fn begin_row(&mut self) {
        self.row_from = self.at;
        if self.row_from > PIECE_BYTES {
            drop(self.text.drain(..self.row_from));
            (self.at, self.row_from) = (0, 0);
        }
    }

    /// What was taken since the row began, as it stands in the file.
    pub(super) fn row_text(&self) -> &str {
        self.text.get(self.row_from..self.at).unwrap_or_default()
    }

    /// Reads another piece of the file; `false` at its end.
    pub(super) fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let first = self.bytes_decoded == 0;
        let got = self.piece(if first { mark::LONGEST } else { 1 })?;
        self.ended = got == 0;
        let raw = self.raw.get(..got).unwrap_or_default();
        if first {
            mark::check(raw, self.encoding)?;
        }
        let needed = self.decoder.max_utf8_buffer_length_without_replacement(got).unwrap_or(got);
        self.text.reserve(needed);
        let before = self.text.len();
        let (result, used) =
            self.decoder.decode_to_string_without_replacement(raw, &mut self.text, self.ended);
        match result {
            DecoderResult::InputEmpty => {}
            // There is room: `needed` was reserved.
            DecoderResult::OutputFull => return Err(unread(self.line(), "no room to decode")),
            DecoderResult::Malformed(length, after) => {
                return Err(self.malformed(used, length, after, before));
            }
        }
        self.bytes_decoded = self.bytes_decoded.saturating_add(wide(got));
        if first && self.text.starts_with('\u{feff}') {
            drop(self.text.drain(..'\u{feff}'.len_utf8()));
        }
        self.check_nul(before)?;
        let new = self.text.get(before..).unwrap_or_default();
        self.line_feeds = self.line_feeds.saturating_add(line_feeds(new));
        Ok(!self.ended)
    }

    /// Reads into `raw` until `least` bytes are there, or the file ends.
    fn piece(&mut self, least: usize) -> Result<usize> {
        let mut got = 0_usize;
        while got < least {
            let free = self.raw.get_mut(got..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => break,
                Ok(count) => got = got.saturating_add(count),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(unread(self.line(), &error.to_string()).with_source(error));
                }
            }
        }
        Ok(got)
    }

    /// The line that the last text read stands on.
    fn line(&self) -> u64 {
        self.line_feeds.saturating_add(1)
    }

    fn malformed(&self, used: usize, length: u8, after: u8, before: usize) -> Error {
        let behind = usize::from(length).saturating_add(usize::from(after));
        let byte = self.bytes_decoded.saturating_add(wide(used)).saturating_sub(wide(behind));
        let bad = used.checked_sub(behind).and_then(|from| {
            let to = used.checked_sub(usize::from(after))?;
            self.raw.get(from..to).map(crate::chain::hash::to_hex)
        });
        let decoded = self.text.get(before..).unwrap_or_default();
        let line = self.line().saturating_add(line_feeds(decoded));
        let name = self.encoding.name();
        let found = bad.map_or_else(String::new, |hex| format!(" (bytes {hex})"));
        let message = format!("line {line}, byte {byte} of the file: not valid {name}{found}");
        Error::new(Kind::Usage, "csv_encoding", message)
            .with_hint("name the file's encoding in the mapping, for example encoding = \"gb18030\"; nothing was replaced and nothing was booked")
            .with_detail("line", line)
            .with_detail("byte", byte)
    }

    fn check_nul(&self, before: usize) -> Result<()> {
        let new = self.text.get(before..).unwrap_or_default();
        let Some(at) = new.find('\0') else { return Ok(()) };
        let ahead = new.get(..at).unwrap_or_default();
        let line = self.line().saturating_add(line_feeds(ahead));
        let error = Error::new(Kind::Usage, "csv_nul", format!("line {line}: a NUL character"))
            .with_hint("a table of text has none: the file is damaged, is not a CSV file, or is in another encoding (utf-16le?) than the mapping says")
            .with_detail("line", line);
        Err(error)
    }
}

fn unread(line: u64, why: &str) -> Error {
    Error::new(Kind::Io, "io", format!("cannot read the file after line {line}: {why}"))
        .with_detail("line", line)
        .with_detail("why", why)
}

fn line_feeds(text: &str) -> u64 {
    wide(text.bytes().filter(|byte| *byte == b'\n').count())
}

/// Number of line breaks in `text`, as an editor counts them: LF, CR LF, and a CR alone.
pub(super) fn line_breaks(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let next = bytes.iter().skip(1).map(Some).chain(std::iter::once(None));
    let ends = |(byte, next): &(&u8, Option<&u8>)| {
        **byte == b'\n' || (**byte == b'\r' && *next != Some(&b'\n'))
    };
    wide(bytes.iter().zip(next).filter(ends).count())
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
