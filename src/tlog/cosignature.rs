//! What a witness signs of a checkpoint (C2SP tlog-cosignature v1.0.1, Ed25519, type 0x04).
//!
//! A cosignature is one more signature line of the checkpoint's note. It says: as of that time this
//! is the largest consistent head that the witness has seen of this log. The message does not hold
//! the witness's name, so a key serves one witness alone. What it lacks on purpose: consistency
//! (see `witness`), which witnesses count (see [`policy`](super::policy)), and the clock.

use super::checkpoint::Checkpoint;
use super::note::{self, Note, NoteSignature};
use crate::chain::signature::{SIGNATURE_BYTES, Signer, VerifyingKey};
use crate::error::{Error, Kind, Result};
use std::fmt;
use std::str::FromStr;

/// The type byte of an Ed25519 key that cosigns.
const COSIGNATURE: u8 = 0x04;
const PURPOSE: &str = "cosignature/v1";
/// The latest time that a cosignature may carry: 2^63 - 1 seconds.
const MAX_SECONDS: u64 = u64::MAX >> 1;

/// The public key of a witness, with its name: a `vkey` of type 0x04.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    public_key: VerifyingKey,
}

impl WitnessKey {
    /// The key of the witness `name`.
    ///
    /// # Errors
    /// `key_name_malformed` or `vkey_malformed` (`Kind::Usage`) when the bytes are no usable key.
    pub fn new(name: &str, public_key: &[u8; 32]) -> Result<Self> {
        note::check_key_name(name)?;
        let public_key = note::usable(COSIGNATURE, public_key)?;
        Ok(Self { name: name.to_owned(), public_key })
    }

    /// Checks that a witness may have this name.
    ///
    /// # Errors
    /// `key_name_malformed` (`Kind::Usage`).
    pub fn check_name(name: &str) -> Result<()> {
        note::check_key_name(name)
    }

    /// The name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }

    /// The id that its signature lines carry.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        note::key_id(&self.name, COSIGNATURE, &self.public_key.to_bytes())
    }

    /// When this witness cosigned a checkpoint, in seconds since 1970; the latest time if it did
    /// more than once, `None` if it did not.
    ///
    /// # Errors
    /// `cosignature_wrong` (`Kind::Break`) when a line of this key is not its cosignature of this
    /// text: such a note is refused as a whole.
    pub fn cosigned_at(&self, note: &Note) -> Result<Option<u64>> {
        let lines = note.lines_of(&self.name, self.key_id());
        let times = lines.map(|line| self.check(note.text(), line).ok_or_else(|| self.wrong()));
        times.collect::<Result<Vec<_>>>().map(|times| times.into_iter().max())
    }

    /// The time of a signature line, if it is this witness's cosignature of `text`.
    #[must_use]
    pub fn check(&self, text: &str, line: &NoteSignature) -> Option<u64> {
        let ours = line.name == self.name && line.key_id == self.key_id();
        let (time, signature) = line.signature.split_first_chunk::<8>().filter(|_| ours)?;
        let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().ok()?;
        let seconds = Some(u64::from_be_bytes(*time)).filter(|seconds| *seconds <= MAX_SECONDS)?;
        self.public_key.verify(message(seconds, text).as_bytes(), signature).then_some(seconds)
    }

    fn wrong(&self) -> Error {
        Error::new(
            Kind::Break,
            "cosignature_wrong",
            format!("the cosignature of {} is not its cosignature of this checkpoint", self.name),
        )
        .with_detail("key", self)
        .with_hint("the checkpoint or the line was changed; take it from another copy")
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&note::vkey_text(&self.name, COSIGNATURE, &self.public_key))
    }
}

impl FromStr for WitnessKey {
    type Err = Error;

    /// Reads a `vkey` of type 0x04 strictly; its key id must be the one of its name and key.
    fn from_str(text: &str) -> Result<Self> {
        let (name, public_key) = note::parse_vkey(text, COSIGNATURE)?;
        Ok(Self { name, public_key })
    }
}

/// Cosigns a checkpoint as the witness `name` at a time in seconds since 1970, giving the line.
///
/// The caller MUST have found the checkpoint to be signed by its log and consistent with the largest
/// one it saw of that log, and MUST have kept it.
///
/// # Errors
/// `key_name_malformed` (`Kind::Usage`); `time_unfit` (`Kind::Io`) for a time past 2^63 - 1.
pub fn cosign(
    checkpoint: &Checkpoint,
    seconds: u64,
    name: &str,
    signer: &dyn Signer,
) -> Result<NoteSignature> {
    note::check_key_name(name)?;
    if seconds > MAX_SECONDS {
        let message = format!("a cosignature is made at most at second {MAX_SECONDS}");
        return Err(Error::new(Kind::Io, "time_unfit", format!("{message}; it is {seconds}"))
            .with_hint("set the clock of this machine")
            .with_detail("found", seconds));
    }
    let signature = signer.sign(message(seconds, &checkpoint.text()).as_bytes());
    Ok(NoteSignature {
        name: name.to_owned(),
        key_id: note::key_id(name, COSIGNATURE, &signer.public_key()),
        signature: [&seconds.to_be_bytes()[..], &signature].concat(),
    })
}

fn message(seconds: u64, text: &str) -> String {
    format!("{PURPOSE}\ntime {seconds}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::super::tree::sha256;
    use super::*;
    use crate::chain::signature::SeedSigner;

    /// The example of the specification. Its key is not given there: the line is read, not checked.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    const NAME: &str = "witness.example.com/w1";
    const PINNED_KEY: &str =
        "witness.example.com/w1+4bdc7eaa+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
    const PINNED_LINE: &str = "\u{2014} witness.example.com/w1 S9x+qgAAAABkGFDLpfNyTYebppzrHgM9jPNK+tqs7qHmjqt2IsW64UY2UIV3KMcbZ15W/Sub50q7ws4lND3n8UgXT55DK4yTcaioDQ==";

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "example.com/behind-the-sofa".to_owned(),
            size: 20_852_163,
            root: sha256(b"root"),
            extensions: Vec::new(),
        }
    }

    fn signed() -> (Note, WitnessKey, SeedSigner) {
        let signer = SeedSigner::new(&[9; 32]);
        let note = checkpoint_note(&checkpoint());
        (note, WitnessKey::new(NAME, &signer.public_key()).unwrap(), signer)
    }

    fn checkpoint_note(checkpoint: &Checkpoint) -> Note {
        let note = checkpoint.sign(&SeedSigner::new(&[3; 32])).unwrap();
        Note::parse(note.as_bytes()).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_is_76_bytes_with_its_time_and_is_carried_through() {
        let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(note.to_string(), EXAMPLE);
        let line = note.lines_of(NAME, [0x8d, 0x66, 0xcf, 0x3f]).next().unwrap();
        assert_eq!(line.signature.len() + 4, 76);
        assert_eq!(line.signature[..8], 1_679_315_147_u64.to_be_bytes());
        assert_eq!(EXAMPLE.lines().last().unwrap().parse::<NoteSignature>().unwrap(), *line);
        let message = message(1_679_315_147, note.text());
        assert_eq!(
            message,
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
             CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        );
    }

    /// Made with Python's `cryptography` from the seed of 32 bytes 09.
    #[test]
    fn a_key_and_a_cosignature_are_pinned() {
        let (_, key, signer) = signed();
        let line = cosign(&checkpoint(), 1_679_315_147, NAME, &signer).unwrap();
        assert_eq!(key.to_string(), PINNED_KEY);
        assert_eq!(line.to_string(), PINNED_LINE);
    }

    #[test]
    fn a_cosignature_verifies_for_its_witness_text_and_time_only() {
        let (mut note, key, signer) = signed();
        assert_eq!(key.cosigned_at(&note).unwrap(), None);
        let log_line = note.signatures()[0].clone();
        note.put(cosign(&checkpoint(), 7, NAME, &signer).unwrap());
        assert_eq!(key.cosigned_at(&note).unwrap(), Some(7));
        assert_eq!(note.signatures()[0], log_line);
        assert_eq!(Note::parse(note.to_string().as_bytes()).unwrap(), note);
        // A newer one takes the place of the older.
        note.put(cosign(&checkpoint(), 9, NAME, &signer).unwrap());
        assert_eq!((key.cosigned_at(&note).unwrap(), note.signatures().len()), (Some(9), 2));
        // The log's own key is another kind of key: it sees no line of its own in a cosignature.
        let as_log = note::VerifierKey::new(NAME, &signer.public_key()).unwrap();
        assert_eq!(note.verify(&[as_log]).unwrap_err().code(), "note_unsigned");

        let grown = Checkpoint { size: 20_852_164, ..checkpoint() };
        let mut other = checkpoint_note(&grown);
        other.put(note.signatures()[1].clone());
        let error = key.cosigned_at(&other).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cosignature_wrong: the cosignature of witness.example.com/w1 is not its cosignature of \
             this checkpoint\n  next: the checkpoint or the line was changed; take it from another \
             copy"
        );
    }

    #[test]
    fn every_changed_byte_of_a_cosignature_fails() {
        let (note, key, signer) = signed();
        let line = cosign(&checkpoint(), 7, NAME, &signer).unwrap();
        assert_eq!(key.check(note.text(), &line), Some(7));
        for at in 0..line.signature.len() {
            let mut bad = line.clone();
            bad.signature[at] ^= 1;
            assert_eq!(key.check(note.text(), &bad), None, "byte {at}");
        }
        let mut short = line.clone();
        short.signature.pop();
        let mut long = line.clone();
        long.signature.push(0);
        let mut foreign = line.clone();
        foreign.key_id[0] ^= 1;
        for bad in [short, long, foreign] {
            assert_eq!(key.check(note.text(), &bad), None);
        }
    }

    #[test]
    fn a_time_past_its_limit_is_neither_made_nor_taken() {
        let (note, key, signer) = signed();
        let last = cosign(&checkpoint(), MAX_SECONDS, NAME, &signer).unwrap();
        assert_eq!(key.check(note.text(), &last), Some(MAX_SECONDS));
        let past = MAX_SECONDS + 1;
        let error = cosign(&checkpoint(), past, NAME, &signer).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Io, "time_unfit"));
        let signature = signer.sign(message(past, note.text()).as_bytes());
        let signature = [&past.to_be_bytes()[..], &signature].concat();
        assert_eq!(key.check(note.text(), &NoteSignature { signature, ..last }), None);
    }

    #[test]
    fn a_key_of_a_log_is_no_key_of_a_witness() {
        let (_, key, signer) = signed();
        assert_eq!(key.to_string().parse::<WitnessKey>().unwrap(), key);
        let log = note::VerifierKey::new(NAME, &signer.public_key()).unwrap();
        assert_eq!(
            log.to_string().parse::<WitnessKey>().unwrap_err().to_string(),
            "vkey_malformed: a witness key must be <name>+<key id>+<base64 of type 04 and an Ed25519 \
             key>; found a key of type 0x01\n  next: copy the whole line that the owner of the \
             witness gave you"
        );
        let error = key.to_string().parse::<note::VerifierKey>().unwrap_err();
        assert!(error.message().ends_with("found a key of type 0x04"), "{error}");
        assert_eq!(
            cosign(&checkpoint(), 1, "a b", &signer).unwrap_err().code(),
            "key_name_malformed"
        );
    }
}
