//! The bytes of a file as strict UTF-8 text: a named encoding, no replacement, no NUL. Keeps the
//! text of the row at hand, so that the reader can count lines; splits nothing into cells.

use crate::error::{Error, Kind};
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::io::{self, Read};

/// The most bytes of a row, decoded, line breaks inside quotes included.
pub const MAX_ROW_BYTES: usize = 1_048_576;
/// Bytes that the splitter may have asked for beyond the row at hand.
pub(super) const READ_AHEAD_BYTES: usize = 65_536;
/// What stands on a line of its own after the end of the file: two non-characters. Where it turns
/// up inside a cell, a quote was open at the end.
pub(super) const END: &str = "\u{10fffe}\u{10ffff}";

/// A reader of decoded text. It fails for good at the first problem, which [`Decoded::problem`]
/// tells in full.
pub(super) struct Decoded<R> {
    input: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Bytes of the file given to the decoder.
    bytes_decoded: u64,
    /// Line breaks in all text so far.
    line_breaks: u64,
    text: String,
    /// Offset in the decoded text of the first byte of `text`.
    text_from: u64,
    /// How much of `text` the splitter has.
    handed: usize,
    /// Where the row at hand begins in `text`.
    row_from: usize,
    /// Offset of [`END`] in the decoded text, once it was put there.
    end_at: Option<u64>,
    problem: Option<Error>,
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
            raw: vec![0; READ_AHEAD_BYTES],
            bytes_decoded: 0,
            line_breaks: 0,
            text: String::new(),
            text_from: 0,
            handed: 0,
            row_from: 0,
            end_at: None,
            problem: None,
        }
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_decoded
    }

    /// The problem that made reading fail, if one did.
    pub(super) fn problem(&mut self) -> Option<Error> {
        self.problem.take()
    }

    /// Offset of [`END`] in the decoded text, once reached.
    pub(super) fn end_at(&self) -> Option<u64> {
        self.end_at
    }

    /// The text of the row at hand, up to the decoded offset `to`, which begins the next row.
    pub(super) fn finish_row(&mut self, to: u64) -> &str {
        let from = self.row_from;
        let to = to.checked_sub(self.text_from).and_then(|to| usize::try_from(to).ok());
        let to = to.unwrap_or(from).clamp(from, self.text.len());
        self.row_from = to;
        self.text.get(from..to).unwrap_or_default()
    }

    fn fail(&mut self, error: Error) -> io::Error {
        self.problem = Some(error);
        io::Error::other("see Decoded::problem")
    }

    /// Makes room in `text` by forgetting finished rows.
    fn forget(&mut self) {
        if self.row_from > READ_AHEAD_BYTES {
            drop(self.text.drain(..self.row_from));
            self.text_from = self.text_from.saturating_add(wide(self.row_from));
            self.handed = self.handed.saturating_sub(self.row_from);
            self.row_from = 0;
        }
    }

    /// Decodes another piece of the file into `text`.
    fn fill(&mut self) -> io::Result<()> {
        if self.handed.saturating_sub(self.row_from)
            > MAX_ROW_BYTES.saturating_add(READ_AHEAD_BYTES)
        {
            return Err(io::Error::other("row too long"));
        }
        self.forget();
        let got = self.input.read(&mut self.raw)?;
        let last = got == 0;
        let raw = self.raw.get(..got).unwrap_or_default();
        let needed = self.decoder.max_utf8_buffer_length_without_replacement(got).unwrap_or(got);
        self.text.reserve(needed);
        let before = self.text.len();
        let (result, used) =
            self.decoder.decode_to_string_without_replacement(raw, &mut self.text, last);
        match result {
            DecoderResult::InputEmpty => {}
            DecoderResult::OutputFull => return Err(io::Error::other("decoding buffer too small")),
            DecoderResult::Malformed(length, after) => {
                return Err(self.malformed(used, length, after, before));
            }
        }
        self.bytes_decoded = self.bytes_decoded.saturating_add(wide(got));
        if self.text_from == 0 && before == 0 && self.text.starts_with('\u{feff}') {
            drop(self.text.drain(..'\u{feff}'.len_utf8()));
        }
        self.check_nul(before)?;
        let new = self.text.get(before..).unwrap_or_default();
        self.line_breaks = self.line_breaks.saturating_add(line_breaks(new));
        if last {
            self.text.push('\n');
            self.end_at = Some(self.text_from.saturating_add(wide(self.text.len())));
            self.text.push_str(END);
            self.text.push('\n');
        }
        Ok(())
    }

    fn malformed(&mut self, used: usize, length: u8, after: u8, before: usize) -> io::Error {
        let behind = usize::from(length).saturating_add(usize::from(after));
        let byte = self.bytes_decoded.saturating_add(wide(used)).saturating_sub(wide(behind));
        let bad = used.checked_sub(behind).and_then(|from| {
            let to = used.checked_sub(usize::from(after))?;
            self.raw.get(from..to).map(crate::chain::hash::to_hex)
        });
        let decoded = self.text.get(before..).unwrap_or_default();
        let line = self.line_breaks.saturating_add(line_breaks(decoded)).saturating_add(1);
        let name = self.encoding.name();
        let found = bad.map_or_else(String::new, |hex| format!(" (bytes {hex})"));
        let message = format!("line {line}, byte {byte} of the file: not valid {name}{found}");
        self.fail(
            Error::new(Kind::Usage, "csv_encoding", message)
                .with_hint("name the file's encoding in the mapping, for example encoding = \"gb18030\"; nothing was replaced and nothing was booked")
                .with_detail("line", line)
                .with_detail("byte", byte),
        )
    }

    fn check_nul(&mut self, before: usize) -> io::Result<()> {
        let new = self.text.get(before..).unwrap_or_default();
        let Some(at) = new.find('\0') else { return Ok(()) };
        let ahead = new.get(..at).unwrap_or_default();
        let line = self.line_breaks.saturating_add(line_breaks(ahead)).saturating_add(1);
        let error = Error::new(Kind::Usage, "csv_nul", format!("line {line}: a NUL character"))
            .with_hint("a table of text has none: the file is damaged, is not a CSV file, or is in another encoding (utf-16le?) than the mapping says")
            .with_detail("line", line);
        Err(self.fail(error))
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.text.len() {
            if self.end_at.is_some() {
                return Ok(0);
            }
            self.fill()?;
        }
        let ready = self.text.as_bytes().get(self.handed..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.handed = self.handed.saturating_add(count);
        Ok(count)
    }
}

/// Number of line feeds in `text`.
pub(super) fn line_breaks(text: &str) -> u64 {
    wide(text.bytes().filter(|byte| *byte == b'\n').count())
}

pub(super) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
