//! The `.tlog-proof` file (C2SP tlog-proof, draft of 2026-05-22; schemas/log.md §9): one entry's
//! place in a log, with the signed checkpoint, in a text that can be mailed.
//!
//! Reading is strict and capped. What it lacks on purpose: the entry itself, which stands beside it,
//! and the file system.

use super::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use super::note::VerifierKey;
use super::policy::{Policy, Standing};
use super::proof::verify_inclusion;
use super::tree::Digest;
use crate::error::{Error, Kind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of a proof file that are read.
pub const MAX_PROOF_FILE_BYTES: usize = MAX_CHECKPOINT_BYTES;
/// The most hashes a proof file may have: a tree of 2^63 entries needs no more.
pub const MAX_PATH_HASHES: usize = 63;
/// The ending of its name.
pub const PROOF_FILE_ENDING: &str = "tlog-proof";

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// True if these bytes begin as a proof file does.
#[must_use]
pub fn is_proof(bytes: &[u8]) -> bool {
    bytes.strip_prefix(HEADER.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
}

/// A proof that an entry is in a log, read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// Something that whoever made it added; no signature covers it. None is written here.
    pub extra: Option<Vec<u8>>,
    /// The entry's index.
    pub index: u64,
    /// The hashes from the leaf's sibling up.
    pub path: Vec<Digest>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

impl ProofFile {
    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&format!("{}\n", hash.to_base64()));
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a file strictly: at most [`MAX_PROOF_FILE_BYTES`], UTF-8, the lines of the
    /// specification in their order, at most [`MAX_PATH_HASHES`] hashes, and then a checkpoint that
    /// is one. Who signed it is not looked at.
    ///
    /// # Errors
    /// `proof_malformed` (`Kind::Break`) names the line, with expected and found; `note_malformed`
    /// or `checkpoint_malformed` of the checkpoint in it.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_PROOF_FILE_BYTES {
            let expected = format!("at most {MAX_PROOF_FILE_BYTES} bytes");
            return Err(malformed("the file", &expected, &format!("{} bytes", bytes.len())));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let found = format!("other bytes at byte {}", error.valid_up_to());
            malformed("the file", "UTF-8 text", &found)
        })?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| {
            malformed("the part before the checkpoint", "ended by an empty line", "none")
        })?;
        let mut lines = head.split('\n');
        let header = lines.next().unwrap_or_default();
        if header != HEADER {
            return Err(malformed("the first line", HEADER, &quoted(header)));
        }
        let mut line = lines.next().unwrap_or_default();
        let extra = line.strip_prefix("extra ").map(parse_extra).transpose()?;
        if extra.is_some() {
            line = lines.next().unwrap_or_default();
        }
        let index = parse_index(line)?;
        let path = parse_path(lines)?;
        Checkpoint::read(checkpoint.as_bytes())?;
        Ok(Self { extra, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Verifies that the entry with this leaf is in the log of `key`, and gives the checkpoint that
    /// says so. Cosignatures are not looked at.
    ///
    /// # Errors
    /// `Kind::Break`: as [`Checkpoint::verify`] and [`verify_inclusion`].
    pub fn verify(&self, leaf: Digest, key: &VerifierKey) -> Result<Checkpoint> {
        let checkpoint = Checkpoint::verify(self.checkpoint.as_bytes(), key)?;
        self.verify_path(leaf, &checkpoint).map(|()| checkpoint)
    }

    /// Verifies that the entry with this leaf is in a log that a policy trusts, cosigned as the
    /// policy asks for; gives the checkpoint and who cosigned it.
    ///
    /// # Errors
    /// `Kind::Break`: as [`Policy::verify`], [`Standing::check`] and [`verify_inclusion`].
    pub fn verify_under(&self, leaf: Digest, policy: &Policy) -> Result<(Checkpoint, Standing)> {
        let (checkpoint, standing) = policy.verify(self.checkpoint.as_bytes())?;
        standing.check()?;
        self.verify_path(leaf, &checkpoint).map(|()| (checkpoint, standing))
    }

    fn verify_path(&self, leaf: Digest, checkpoint: &Checkpoint) -> Result<()> {
        verify_inclusion(leaf, self.index, checkpoint.size, checkpoint.root, &self.path)
    }
}

fn parse_extra(encoded: &str) -> Result<Vec<u8>> {
    let broken = |_| malformed("the line extra", "base64", &quoted(encoded));
    STANDARD.decode(encoded).map_err(broken)
}

fn parse_index(line: &str) -> Result<u64> {
    let digits = line.strip_prefix("index ");
    let index = digits
        .and_then(|digits| digits.parse::<u64>().ok().filter(|index| index.to_string() == digits));
    index.ok_or_else(|| malformed("the line index", "`index <number>`", &quoted(line)))
}

fn parse_path<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Digest>> {
    let mut path = Vec::new();
    for line in lines {
        if path.len() == MAX_PATH_HASHES {
            let expected = format!("at most {MAX_PATH_HASHES} hashes");
            return Err(malformed("the path", &expected, "more"));
        }
        let hash = Digest::from_base64(line);
        path.push(hash.ok_or_else(|| malformed("a hash", "32 bytes in base64", &quoted(line)))?);
    }
    Ok(path)
}

/// What was found, cut after 80 characters.
fn quoted(found: &str) -> String {
    let mut characters = found.chars();
    let head: String = characters.by_ref().take(80).collect();
    format!("{head:?}{}", if characters.next().is_some() { "…" } else { "" })
}

fn malformed(what: &str, expected: &str, found: &str) -> Error {
    Error::new(
        Kind::Break,
        "proof_malformed",
        format!("{what} of a proof must be {expected}; found {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
    .with_hint("a proof file is what `earmark prove` writes; take it from its sender again")
    .with_detail("what", what)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{leaf_hash, node_hash};
    use super::*;
    use crate::chain::signature::{SeedSigner, Signer};

    const ORIGIN: &str = "budget.example.gov.cn/pudong";

    fn key(seed: u8) -> VerifierKey {
        VerifierKey::new(ORIGIN, &SeedSigner::new(&[seed; 32]).public_key()).unwrap()
    }

    /// Entry `b` of a log of `a`, `b`, `c`.
    fn proof() -> ProofFile {
        let [a, b, c] = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
        let root = node_hash(&node_hash(&a, &b), &c);
        let origin = ORIGIN.to_owned();
        let checkpoint = Checkpoint { origin, size: 3, root, extensions: Vec::new() };
        let checkpoint = checkpoint.sign(&SeedSigner::new(&[3; 32])).unwrap();
        ProofFile { extra: None, index: 1, path: vec![a, c], checkpoint }
    }

    #[test]
    fn the_text_is_pinned_and_reads_back() {
        let mut proof = proof();
        let text = proof.text();
        let (head, checkpoint) = text.split_once("\n\n").unwrap();
        assert_eq!(
            head,
            "c2sp.org/tlog-proof@v1\nindex 1\nAippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=\n\
             WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg="
        );
        assert_eq!(checkpoint, proof.checkpoint);
        assert_eq!(ProofFile::parse(text.as_bytes()).unwrap(), proof);
        proof.extra = Some(b"from the office of finance".to_vec());
        assert!(proof.text().contains("\nextra ZnJvbSB0aGUgb2ZmaWNlIG9mIGZpbmFuY2U=\nindex 1\n"));
        assert_eq!(ProofFile::parse(proof.text().as_bytes()).unwrap(), proof);
        let alone = ProofFile { extra: None, path: Vec::new(), ..proof };
        assert_eq!(ProofFile::parse(alone.text().as_bytes()).unwrap(), alone);
    }

    #[test]
    fn it_holds_for_its_entry_and_its_key_only() {
        let proof = proof();
        assert_eq!(proof.verify(leaf_hash(b"b"), &key(3)).unwrap().size, 3);
        let code = |proof: &ProofFile, entry: &[u8], seed| {
            proof.verify(leaf_hash(entry), &key(seed)).unwrap_err().code()
        };
        assert_eq!(code(&proof, b"c", 3), "proof_wrong");
        assert_eq!(code(&proof, b"b", 4), "note_unsigned");
        assert_eq!(code(&ProofFile { index: 0, ..proof.clone() }, b"b", 3), "proof_wrong");
        assert_eq!(code(&ProofFile { index: 2, ..proof.clone() }, b"b", 3), "proof_length");
        assert_eq!(code(&ProofFile { index: 3, ..proof.clone() }, b"b", 3), "proof_index_beyond");
        let grown = proof.checkpoint.replacen("\n3\n", "\n4\n", 1);
        let grown = ProofFile { checkpoint: grown, ..proof };
        assert_eq!(code(&grown, b"b", 3), "note_signature_wrong");
    }

    #[test]
    fn what_is_no_proof_is_refused_in_words() {
        let whole = proof().text();
        let edited = |from: &str, to: &str| {
            assert!(whole.contains(from), "{from}");
            ProofFile::parse(whole.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        for (from, to, words) in [
            (
                "proof@v1",
                "proof@v2",
                "the first line of a proof must be c2sp.org/tlog-proof@v1; found \"c2sp.org/tlog-proof@v2\"",
            ),
            (
                "v1\n",
                "v1\r\n",
                "the first line of a proof must be c2sp.org/tlog-proof@v1; found \"c2sp.org/tlog-proof@v1\\r\"",
            ),
            (
                "index 1",
                "index 01",
                "the line index of a proof must be `index <number>`; found \"index 01\"",
            ),
            (
                "index 1",
                "index +1",
                "the line index of a proof must be `index <number>`; found \"index +1\"",
            ),
            (
                "index 1\n",
                "",
                "the line index of a proof must be `index <number>`; found \"Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=\"",
            ),
            (
                "index 1",
                "extra AAA\nindex 1",
                "the line extra of a proof must be base64; found \"AAA\"",
            ),
            (
                "index 1",
                "extra AA==\nextra AA==\nindex 1",
                "the line index of a proof must be `index <number>`; found \"extra AA==\"",
            ),
            (
                "Tw=\n",
                "Tw=\n ",
                "a hash of a proof must be 32 bytes in base64; found \" WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=\"",
            ),
            (
                "+Tw=\n",
                "\n",
                "a hash of a proof must be 32 bytes in base64; found \"Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok\"",
            ),
            (
                "\n\n",
                "\n",
                "a hash of a proof must be 32 bytes in base64; found \"budget.example.gov.cn/pudong\"",
            ),
        ] {
            let error = edited(from, to);
            assert_eq!((error.kind(), error.code()), (Kind::Break, "proof_malformed"));
            assert_eq!(error.message(), words);
        }
        assert_eq!(edited("\n3\n", "\n03\n").code(), "checkpoint_malformed");
        let code = |bytes: &[u8]| ProofFile::parse(bytes).unwrap_err().to_string();
        assert!(code(b"").starts_with(
            "proof_malformed: the part before the checkpoint of a proof must be ended by an empty line"
        ));
        assert!(code(&[0xff]).contains("must be UTF-8 text; found other bytes at byte 0"));
        assert!(code(&vec![b'a'; 65_537]).contains("at most 65536 bytes; found 65537 bytes"));
    }

    #[test]
    fn no_more_hashes_are_read_than_a_tree_can_need() {
        let many = |count| ProofFile { path: vec![leaf_hash(b""); count], ..proof() };
        assert!(ProofFile::parse(many(63).text().as_bytes()).is_ok());
        let error = ProofFile::parse(many(64).text().as_bytes()).unwrap_err();
        assert_eq!(error.message(), "the path of a proof must be at most 63 hashes; found more");
    }
}
