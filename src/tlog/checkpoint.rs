//! The signed head of a log (C2SP tlog-checkpoint v1.0.0): origin, size and root in a signed note.
//!
//! The log's key carries the origin as its name. Ed25519 (type 0x01) signs; a second line by another
//! algorithm would be one more signature line. What it lacks on purpose: cosignatures, consistency
//! between two checkpoints, and the file.

use super::note::{self, Note, VerifierKey};
use super::tree::{Digest, EMPTY_ROOT};
use crate::chain::signature::Signer;
use crate::error::{Error, Kind, Result};

/// The most bytes of a checkpoint that are read.
pub const MAX_CHECKPOINT_BYTES: usize = note::MAX_NOTE_BYTES;
/// The most bytes an origin may have.
pub const MAX_ORIGIN_BYTES: usize = 255;

/// The head of a log: what a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The identity of the log, a URL without scheme and final slash; never changes.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// Further lines; not recommended, and none are written here.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64());
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a note strictly.
    ///
    /// # Errors
    /// `checkpoint_malformed` (`Kind::Break`) names the line, with expected and found.
    pub fn parse(text: &str) -> Result<Self> {
        let body = text
            .strip_suffix('\n')
            .ok_or_else(|| malformed("its last line", "a line feed at the end", "none"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default();
        if origin.is_empty() {
            return Err(malformed("the origin", "a name", "an empty line"));
        }
        let size = lines.next().unwrap_or_default();
        let size = parse_size(size).ok_or_else(|| {
            malformed("the size", "a decimal number below 2^64", &format!("{size:?}"))
        })?;
        let root = lines.next().unwrap_or_default();
        let root = Digest::from_base64(root)
            .ok_or_else(|| malformed("the root", "32 bytes in base64", &format!("{root:?}")))?;
        if size == 0 && root != EMPTY_ROOT {
            let expected = format!("{} for size 0", EMPTY_ROOT.to_base64());
            return Err(malformed("the root", &expected, &root.to_base64()));
        }
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(malformed("an extension", "text", "an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads a checkpoint without verifying who signed it.
    ///
    /// # Errors
    /// `note_malformed` or `checkpoint_malformed` (`Kind::Break`).
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::parse(Note::parse(bytes)?.text())
    }

    /// Reads a checkpoint and verifies it under the key of the log, whose name is the origin.
    ///
    /// # Errors
    /// As [`Checkpoint::read`] and [`Note::verify`]; `checkpoint_of_another_log` (`Kind::Break`)
    /// when the key signed it for another origin.
    pub fn verify(bytes: &[u8], key: &VerifierKey) -> Result<Self> {
        let note = Note::parse(bytes)?;
        note.verify(std::slice::from_ref(key))?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin == key.name() {
            return Ok(checkpoint);
        }
        Err(Error::new(
            Kind::Break,
            "checkpoint_of_another_log",
            format!("the checkpoint is of {}, the key of {}", checkpoint.origin, key.name()),
        )
        .with_detail("expected", key.name())
        .with_detail("found", &checkpoint.origin))
    }

    /// Signs it under its origin's name, giving the whole note.
    ///
    /// # Errors
    /// `origin_malformed` (`Kind::Usage`), see [`check_origin`].
    pub fn sign(&self, signer: &dyn Signer) -> Result<String> {
        check_origin(&self.origin)?;
        note::sign(&self.text(), &self.origin, signer)
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let canonical = |size: &u64| size.to_string() == text;
    text.parse().ok().filter(canonical)
}

fn malformed(line: &str, expected: &str, found: &str) -> Error {
    Error::new(
        Kind::Break,
        "checkpoint_malformed",
        format!("{line} of a checkpoint must be {expected}; found {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
    .with_detail("what", line)
}

/// Checks that a new log may have this origin: a key name, at most [`MAX_ORIGIN_BYTES`], without
/// scheme and final slash.
///
/// # Errors
/// `origin_malformed` (`Kind::Usage`).
pub fn check_origin(origin: &str) -> Result<()> {
    let fits = origin.len() <= MAX_ORIGIN_BYTES && note::is_key_name(origin);
    if fits && !origin.contains("://") && !origin.ends_with('/') {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        "origin_malformed",
        format!(
            "an origin must be a URL without scheme and final slash, at most {MAX_ORIGIN_BYTES} \
             bytes, without spaces, plus signs and control characters; found {origin:?}"
        ),
    )
    .with_hint("for example budget.example.gov.cn/pudong")
    .with_detail("found", origin)
    .with_detail("most_bytes", MAX_ORIGIN_BYTES))
}

#[cfg(test)]
mod tests {
    use super::super::tree::sha256;
    use super::*;
    use crate::chain::signature::SeedSigner;

    const ORIGIN: &str = "budget.example.gov.cn/pudong";

    fn checkpoint(size: u64) -> Checkpoint {
        let root = if size == 0 { EMPTY_ROOT } else { sha256(b"root") };
        Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() }
    }

    #[test]
    fn the_text_is_pinned_and_reads_back() {
        let empty = checkpoint(0);
        assert_eq!(
            empty.text(),
            "budget.example.gov.cn/pudong\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        );
        for size in [0, 1, 70_000, u64::MAX] {
            let mut checkpoint = checkpoint(size);
            assert_eq!(Checkpoint::parse(&checkpoint.text()).unwrap(), checkpoint);
            checkpoint.extensions = vec!["more".to_owned(), "lines".to_owned()];
            assert_eq!(Checkpoint::parse(&checkpoint.text()).unwrap(), checkpoint);
        }
    }

    #[test]
    fn a_signed_checkpoint_verifies_under_its_key_only() {
        let signer = SeedSigner::new(&[3; 32]);
        let note = checkpoint(5).sign(&signer).unwrap();
        let key = VerifierKey::new(ORIGIN, &signer.public_key()).unwrap();
        assert_eq!(Checkpoint::verify(note.as_bytes(), &key).unwrap(), checkpoint(5));
        assert_eq!(Checkpoint::read(note.as_bytes()).unwrap(), checkpoint(5));
        let other = SeedSigner::new(&[4; 32]);
        let other = VerifierKey::new(ORIGIN, &other.public_key()).unwrap();
        let error = Checkpoint::verify(note.as_bytes(), &other).unwrap_err();
        assert_eq!(error.code(), "note_unsigned");
        let grown = note.replacen("\n5\n", "\n6\n", 1);
        let error = Checkpoint::verify(grown.as_bytes(), &key).unwrap_err();
        assert_eq!(error.code(), "note_signature_wrong");
    }

    #[test]
    fn a_checkpoint_that_the_key_signed_for_another_origin_is_refused() {
        let signer = SeedSigner::new(&[3; 32]);
        let note = note::sign(&checkpoint(5).text(), "another.example/log", &signer).unwrap();
        let key = VerifierKey::new("another.example/log", &signer.public_key()).unwrap();
        assert_eq!(
            Checkpoint::verify(note.as_bytes(), &key).unwrap_err().to_string(),
            "checkpoint_of_another_log: the checkpoint is of budget.example.gov.cn/pudong, the key \
             of another.example/log"
        );
    }

    #[test]
    fn what_is_no_checkpoint_is_refused_in_words() {
        let root = sha256(b"root").to_base64();
        let text = |size: &str, root: &str| format!("o\n{size}\n{root}\n");
        for (text, words) in [
            (
                String::new(),
                "its last line of a checkpoint must be a line feed at the end; found none",
            ),
            (
                format!("\n1\n{root}\n"),
                "the origin of a checkpoint must be a name; found an empty line",
            ),
            (
                text("01", &root),
                "the size of a checkpoint must be a decimal number below 2^64; found \"01\"",
            ),
            (
                text("+1", &root),
                "the size of a checkpoint must be a decimal number below 2^64; found \"+1\"",
            ),
            (
                text("", &root),
                "the size of a checkpoint must be a decimal number below 2^64; found \"\"",
            ),
            (
                text("18446744073709551616", &root),
                "the size of a checkpoint must be a decimal number below 2^64; found \"18446744073709551616\"",
            ),
            (
                "o\n".to_owned(),
                "the size of a checkpoint must be a decimal number below 2^64; found \"\"",
            ),
            (
                "o\n1\n".to_owned(),
                "the root of a checkpoint must be 32 bytes in base64; found \"\"",
            ),
            (
                text("1", "AAAA"),
                "the root of a checkpoint must be 32 bytes in base64; found \"AAAA\"",
            ),
            (
                text("0", &root),
                "the root of a checkpoint must be 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= for size 0; \
                 found SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=",
            ),
            (
                format!("{}\n", text("1", &root)),
                "an extension of a checkpoint must be text; found an empty line",
            ),
        ] {
            let error = Checkpoint::parse(&text).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Break, "checkpoint_malformed"));
            assert_eq!(error.message(), words);
        }
    }

    #[test]
    fn origins_that_no_log_may_have_are_refused_in_words() {
        check_origin(ORIGIN).unwrap();
        check_origin("浦东.example/专项").unwrap();
        let long = "a".repeat(256);
        for bad in ["", "a b", "a+b", "https://a.example", "a.example/", "a\nb", long.as_str()] {
            let error = check_origin(bad).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Usage, "origin_malformed"));
            assert_eq!(
                error.message(),
                format!(
                    "an origin must be a URL without scheme and final slash, at most 255 bytes, \
                     without spaces, plus signs and control characters; found {bad:?}"
                )
            );
        }
        let wrong = Checkpoint { origin: "a/".to_owned(), ..checkpoint(1) };
        assert_eq!(wrong.sign(&SeedSigner::new(&[3; 32])).unwrap_err().code(), "origin_malformed");
    }
}
