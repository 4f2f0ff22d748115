//! What is posted to a witness: the old size, the proof from it, an empty line, the checkpoint.

use crate::error::{Error, Kind, Result};
use crate::tlog::note::{MAX_NOTE_BYTES, Note};
use crate::tlog::tree::Digest;
use std::fmt;

/// The most hashes of a proof that may be posted.
const MAX_PROOF_LINES: usize = 63;
/// The most bytes of a submission: a note, and at most 64 lines of at most 64 bytes before it.
pub const MAX_SUBMISSION_BYTES: usize = MAX_NOTE_BYTES + 64 * 64;

/// A checkpoint as it is submitted to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The size of the head that the witness is thought to hold.
    pub old_size: u64,
    /// Proof that the checkpoint extends that head.
    pub proof: Vec<Digest>,
    /// The checkpoint.
    pub note: Note,
}

impl Submission {
    /// Reads what was posted strictly.
    ///
    /// # Errors
    /// `submission_malformed` (`Kind::Usage`) names the line; `note_malformed` (`Kind::Break`).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, note) = end
            .and_then(|end| Some((bytes.get(..end)?, bytes.get(end.checked_add(2)?..)?)))
            .ok_or_else(|| malformed("an empty line before the checkpoint", "none"))?;
        let head = std::str::from_utf8(head)
            .map_err(|_| malformed("text before the checkpoint", "bytes that are no UTF-8"))?;
        let mut lines = head.split('\n');
        let first = lines.next().unwrap_or_default();
        let old_size = first.strip_prefix("old ").and_then(parse_size);
        let old_size =
            old_size.ok_or_else(|| malformed("`old <size>` in line 1", &format!("{first:?}")))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PROOF_LINES {
                return Err(malformed(&format!("at most {MAX_PROOF_LINES} hashes"), "more"));
            }
            proof.push(Digest::from_base64(line).ok_or_else(|| {
                malformed("a hash of 32 bytes in base64 on each line", &format!("{line:?}"))
            })?);
        }
        Ok(Self { old_size, proof, note: Note::parse(note)? })
    }
}

impl fmt::Display for Submission {
    /// The text that is posted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.note)
    }
}

/// A size in decimal, without leading zeros.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    text.parse().ok().filter(|size: &u64| size.to_string() == text)
}

fn malformed(expected: &str, found: &str) -> Error {
    Error::new(
        Kind::Usage,
        "submission_malformed",
        format!("a submission must have {expected}; found {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str =
        "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} o AAAAAAA=\n";
    const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    #[test]
    fn a_submission_reads_back() {
        for text in [
            format!("old 0\n\n{NOTE}"),
            format!("old 18446744073709551615\n{HASH}{HASH}\n{NOTE}"),
            format!("old 1\n{}\n{NOTE}", HASH.repeat(63)),
        ] {
            assert_eq!(Submission::parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_submission_is_refused_in_words() {
        for (text, words) in [
            (String::new(), "an empty line before the checkpoint; found none"),
            (format!("old 1\n{HASH}"), "an empty line before the checkpoint; found none"),
            (format!("\n\n{NOTE}"), "`old <size>` in line 1; found \"\""),
            (format!("old 01\n\n{NOTE}"), "`old <size>` in line 1; found \"old 01\""),
            (format!("old  1\n\n{NOTE}"), "`old <size>` in line 1; found \"old  1\""),
            (
                format!("old 1\nAAAA\n\n{NOTE}"),
                "a hash of 32 bytes in base64 on each line; found \"AAAA\"",
            ),
            (format!("old 1\n{}\n{NOTE}", HASH.repeat(64)), "at most 63 hashes; found more"),
        ] {
            let error = Submission::parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Usage, "submission_malformed"));
            assert_eq!(error.message(), format!("a submission must have {words}"));
        }
        assert_eq!(Submission::parse(b"old 1\n\nx\n").unwrap_err().code(), "note_malformed");
        let error = Submission::parse(b"old \xff\n\n").unwrap_err();
        assert!(error.message().ends_with("found bytes that are no UTF-8"), "{error}");
    }
}
