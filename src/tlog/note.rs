//! Signed notes, key ids and verifier keys (C2SP signed-note v1.0.0).
//!
//! A note is text, an empty line, and signature lines. Only Ed25519 keys (type 0x01) sign and
//! verify here; lines of other keys are kept as they are and ignored, as the specification asks:
//! [`cosignature`](super::cosignature) finds those of witnesses among them. What it lacks on
//! purpose: the meaning of the text, and where keys come from.

use super::tree;
use crate::chain::signature::{Signer, VerifyingKey};
use crate::error::{Error, Kind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::str::FromStr;

/// The most bytes of a note that are read.
pub const MAX_NOTE_BYTES: usize = 65_536;

/// The type byte of an Ed25519 key that signs notes.
const ED25519: u8 = 0x01;
/// What a signature line begins with: an em dash and a space.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// A signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Id of the key, see [`key_id`].
    pub key_id: [u8; 4],
    /// The signature, in the form of the key's type; 64 bytes for Ed25519.
    pub signature: Vec<u8>,
}

impl fmt::Display for NoteSignature {
    /// The line, without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&self.key_id[..], &self.signature].concat());
        write!(f, "{SIGNATURE_PREFIX}{} {encoded}", self.name)
    }
}

impl FromStr for NoteSignature {
    type Err = Error;

    /// Reads a line, without its line feed.
    fn from_str(line: &str) -> Result<Self> {
        parse_signature(line)
    }
}

/// A signed note, read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note strictly: at most [`MAX_NOTE_BYTES`], UTF-8, no control character but the line
    /// feed, at least one signature line, nothing after the last.
    ///
    /// # Errors
    /// `note_malformed` (`Kind::Break`) says which of these does not hold.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_NOTE_BYTES {
            let found = format!("{} bytes", bytes.len());
            return Err(malformed(&format!("at most {MAX_NOTE_BYTES} bytes"), &found));
        }
        let whole = std::str::from_utf8(bytes).map_err(|error| {
            malformed("UTF-8 text", &format!("other bytes at byte {}", error.valid_up_to()))
        })?;
        check_text(whole)?;
        let (text, lines) = whole
            .rsplit_once("\n\n")
            .ok_or_else(|| malformed("an empty line before the signatures", "none"))?;
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        let signatures = lines.split('\n').map(parse_signature).collect::<Result<_>>()?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The text, with its final line feed: what is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The signature lines of one key, of whatever type, in their order.
    pub fn lines_of<'a>(
        &'a self,
        name: &'a str,
        key_id: [u8; 4],
    ) -> impl Iterator<Item = &'a NoteSignature> {
        self.signatures.iter().filter(move |line| line.name == name && line.key_id == key_id)
    }

    /// Adds a signature line at the end; the lines of the same key that are there go.
    pub fn put(&mut self, line: NoteSignature) {
        self.signatures.retain(|old| old.name != line.name || old.key_id != line.key_id);
        self.signatures.push(line);
    }

    /// Leaves out the signature lines that are not wanted.
    pub fn retain(&mut self, wanted: impl Fn(&NoteSignature) -> bool) {
        self.signatures.retain(wanted);
    }

    /// Verifies the note under known keys: every line of a known key must verify, and there must be
    /// one. Lines of unknown keys are ignored.
    ///
    /// # Errors
    /// `note_signature_wrong` when a line of a known key fails, `note_unsigned` when no line is of
    /// a known key (both `Kind::Break`).
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<()> {
        let mut verified = false;
        for line in &self.signatures {
            let known = |key: &&VerifierKey| key.name == line.name && key.key_id() == line.key_id;
            for key in keys.iter().filter(known) {
                let signature =
                    line.signature.first_chunk().filter(|s| s.len() == line.signature.len());
                if !signature.is_some_and(|s| key.public_key.verify(self.text.as_bytes(), s)) {
                    return Err(signature_wrong(key));
                }
                verified = true;
            }
        }
        if verified { Ok(()) } else { Err(unsigned(keys, &self.signatures)) }
    }
}

impl fmt::Display for Note {
    /// The whole note, as it is read and written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn check_text(text: &str) -> Result<()> {
    if let Some(byte) = text.bytes().find(|byte| *byte < 0x20 && *byte != b'\n') {
        return Err(malformed("no control character", &format!("byte {byte:#04x}")));
    }
    if text.ends_with('\n') { Ok(()) } else { Err(malformed("a line feed at the end", "none")) }
}

fn parse_signature(line: &str) -> Result<NoteSignature> {
    let broken = || malformed("signature lines `— <name> <base64>`", &format!("{line:?}"));
    let (name, encoded) =
        line.strip_prefix(SIGNATURE_PREFIX).and_then(|l| l.split_once(' ')).ok_or_else(broken)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| broken())?;
    let (key_id, signature) = bytes.split_first_chunk::<4>().ok_or_else(broken)?;
    if !is_key_name(name) || signature.is_empty() {
        return Err(broken());
    }
    Ok(NoteSignature { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
}

fn malformed(expected: &str, found: &str) -> Error {
    Error::new(
        Kind::Break,
        "note_malformed",
        format!("a signed note must have {expected}; found {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
}

fn signature_wrong(key: &VerifierKey) -> Error {
    Error::new(
        Kind::Break,
        "note_signature_wrong",
        format!("the signature of {} is not its signature of this text", key.name),
    )
    .with_detail("key", key)
    .with_hint("the text or the signature was changed; take the note from another copy")
}

fn unsigned(keys: &[VerifierKey], signatures: &[NoteSignature]) -> Error {
    let expected: Vec<_> = keys.iter().map(|key| shown(&key.name, key.key_id())).collect();
    let found: Vec<_> = signatures.iter().map(|line| shown(&line.name, line.key_id)).collect();
    let (expected, found) = (expected.join(", "), found.join(", "));
    Error::new(
        Kind::Break,
        "note_unsigned",
        format!("no signature is by the expected key {expected}; signed by {found}"),
    )
    .with_detail("expected", expected)
    .with_detail("found", found)
    .with_hint("check that the key is the one of this log, given to you by its owner")
}

fn shown(name: &str, [a, b, c, d]: [u8; 4]) -> String {
    format!("{name}+{a:02x}{b:02x}{c:02x}{d:02x}")
}

/// True if `name` may name a key: not empty, no Unicode space, no plus sign, no control character.
#[must_use]
pub fn is_key_name(name: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(allowed)
}

/// The id of a key: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
#[must_use]
pub fn key_id(name: &str, kind: u8, public_key: &[u8]) -> [u8; 4] {
    let digest = tree::sha256(&[name.as_bytes(), b"\n", &[kind], public_key].concat());
    let [a, b, c, d, ..] = digest.0;
    [a, b, c, d]
}

/// Signs `text` under the key name `name`, giving the whole note.
///
/// # Errors
/// `note_malformed` when the text does not end in a line feed or holds a control character, and
/// `key_name_malformed` (`Kind::Usage`) when the name may not name a key.
pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Result<String> {
    check_text(text)?;
    check_key_name(name)?;
    let line = NoteSignature {
        name: name.to_owned(),
        key_id: key_id(name, ED25519, &signer.public_key()),
        signature: signer.sign(text.as_bytes()).to_vec(),
    };
    Ok(Note { text: text.to_owned(), signatures: vec![line] }.to_string())
}

pub(super) fn check_key_name(name: &str) -> Result<()> {
    if is_key_name(name) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        "key_name_malformed",
        format!(
            "a key name must not be empty nor hold a space, a plus sign or a control character; found {name:?}"
        ),
    ).with_detail("found", name))
}

/// A public key that verifies notes, with its name: a `vkey`.
///
/// Its text is `<name>+<8 hex digits of the key id>+<base64 of type and key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public_key: VerifyingKey,
}

impl VerifierKey {
    /// The verifier key named `name` of an Ed25519 public key.
    ///
    /// # Errors
    /// `key_name_malformed` or `vkey_malformed` (`Kind::Usage`) when the bytes are no usable key.
    pub fn new(name: &str, public_key: &[u8; 32]) -> Result<Self> {
        check_key_name(name)?;
        let public_key = usable(ED25519, public_key)?;
        Ok(Self { name: name.to_owned(), public_key })
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }

    /// The id that signature lines carry.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        key_id(&self.name, ED25519, &self.public_key.to_bytes())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&vkey_text(&self.name, ED25519, &self.public_key))
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    /// Reads a `vkey` strictly; its key id must be the one of its name and key.
    fn from_str(text: &str) -> Result<Self> {
        let (name, public_key) = parse_vkey(text, ED25519)?;
        Ok(Self { name, public_key })
    }
}

/// The text of a `vkey` of any Ed25519 kind.
pub(super) fn vkey_text(name: &str, kind: u8, public_key: &VerifyingKey) -> String {
    let key = public_key.to_bytes();
    let encoded = STANDARD.encode([&[kind][..], &key].concat());
    format!("{}+{encoded}", shown(name, key_id(name, kind, &key)))
}

/// Reads a `vkey` of one kind strictly: name and public key.
pub(super) fn parse_vkey(text: &str, kind: u8) -> Result<(String, VerifyingKey)> {
    let refused = |found: &str| vkey_malformed(kind, found);
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refused("not three parts with + between them"));
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| refused("a key not in base64"))?;
    let Some((found, key)) = bytes.split_first() else {
        return Err(refused("an empty key"));
    };
    if *found != kind {
        return Err(refused(&format!("a key of type {found:#04x}")));
    }
    let key = key.try_into().map_err(|_| refused("a key that is not 32 bytes"))?;
    check_key_name(name)?;
    let key = usable(kind, key)?;
    let canonical = vkey_text(name, kind, &key);
    if canonical == text {
        return Ok((name.to_owned(), key));
    }
    let error = refused("a key id that is not the one of name and key");
    Err(error.with_detail("expected", canonical))
}

/// Reads the public key of a `vkey` of one kind.
pub(super) fn usable(kind: u8, public_key: &[u8; 32]) -> Result<VerifyingKey> {
    VerifyingKey::new(public_key).ok_or_else(|| vkey_malformed(kind, "no usable Ed25519 key"))
}

fn vkey_malformed(kind: u8, found: &str) -> Error {
    let (whose, owner) = match kind {
        ED25519 => ("verifier key", "log"),
        _ => ("witness key", "witness"),
    };
    Error::new(
        Kind::Usage,
        "vkey_malformed",
        format!(
            "a {whose} must be <name>+<key id>+<base64 of type {kind:02x} and an Ed25519 key>; \
             found {found}"
        ),
    )
    .with_hint(format!("copy the whole line that the owner of the {owner} gave you"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::signature::SeedSigner;

    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn refused(note: impl AsRef<[u8]>) -> String {
        let error = Note::parse(note.as_ref()).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Break, "note_malformed"));
        error.message().replace("a signed note must have ", "")
    }

    #[test]
    fn the_vector_of_the_specification_verifies() {
        let key: VerifierKey = VKEY.parse().unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!((key.name(), key.key_id()), ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a]));
        let note = Note::parse(NOTE.as_bytes()).unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        note.verify(&[key]).unwrap();
    }

    #[test]
    fn a_signed_text_may_hold_empty_lines_and_reads_back() {
        let signer = SeedSigner::new(&[1; 32]);
        let text = "one\n\ntwo\n\n\n";
        let signed = sign(text, "log.example/浦东", &signer).unwrap();
        let note = Note::parse(signed.as_bytes()).unwrap();
        assert_eq!(note.text(), text);
        let key = VerifierKey::new("log.example/浦东", &signer.public_key()).unwrap();
        note.verify(std::slice::from_ref(&key)).unwrap();
        assert_eq!(key.to_string().parse::<VerifierKey>().unwrap(), key);
    }

    #[test]
    fn lines_of_unknown_keys_are_ignored_and_known_ones_must_verify() {
        let (ours, other) = (SeedSigner::new(&[1; 32]), SeedSigner::new(&[2; 32]));
        let key = VerifierKey::new("a", &ours.public_key()).unwrap();
        let stranger = sign("text\n", "b", &other).unwrap();
        let error = Note::parse(stranger.as_bytes()).unwrap().verify(std::slice::from_ref(&key));
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error,
            "note_unsigned: no signature is by the expected key a+08942d87; signed by b+a7adccd5\n  \
             next: check that the key is the one of this log, given to you by its owner"
        );
        let both = format!("{}{}", sign("text\n", "a", &ours).unwrap(), &stranger[6..]);
        Note::parse(both.as_bytes()).unwrap().verify(std::slice::from_ref(&key)).unwrap();
        let changed = both.replacen("text", "next", 1);
        let error = Note::parse(changed.as_bytes()).unwrap().verify(&[key]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "note_signature_wrong: the signature of a is not its signature of this text\n  \
             next: the text or the signature was changed; take the note from another copy"
        );
    }

    #[test]
    fn a_known_key_with_a_short_or_long_signature_fails() {
        let signer = SeedSigner::new(&[1; 32]);
        let key = VerifierKey::new("a", &signer.public_key()).unwrap();
        for length in [1, 63, 65, 72] {
            let line = STANDARD.encode([&key.key_id()[..], &vec![7; length]].concat());
            let note = Note::parse(format!("text\n\n\u{2014} a {line}\n").as_bytes()).unwrap();
            let error = note.verify(std::slice::from_ref(&key)).unwrap_err();
            assert_eq!(error.code(), "note_signature_wrong", "{length}");
        }
    }

    #[test]
    fn sixteen_and_more_signatures_are_accepted() {
        let signer = SeedSigner::new(&[1; 32]);
        let mut note = sign("text\n", "a", &signer).unwrap();
        let line = note.split_off(6);
        let many = format!("{note}{}", line.repeat(40));
        let note = Note::parse(many.as_bytes()).unwrap();
        assert_eq!(note.signatures().len(), 40);
        note.verify(&[VerifierKey::new("a", &signer.public_key()).unwrap()]).unwrap();
    }

    #[test]
    fn what_is_no_note_is_refused_in_words() {
        assert_eq!(refused(b"\xff\n\n"), "UTF-8 text; found other bytes at byte 0");
        assert_eq!(refused("a\tb\n\n"), "no control character; found byte 0x09");
        assert_eq!(refused("a\n\n\u{2014} a AAAAAAA="), "a line feed at the end; found none");
        assert_eq!(refused("a\n"), "an empty line before the signatures; found none");
        let lines = "signature lines `— <name> <base64>`; found ";
        for bad in [
            "",
            "x",
            "- a AAAAAAA=",
            "— a AAAA====",
            "— a AAAAAA==",
            "— a AAAAAAB=",
            "— a+b AAAAAAA=",
            "—  AAAAAAA=",
            "— a AAAAAAA= ",
        ] {
            assert_eq!(refused(format!("a\n\n{bad}\n")), format!("{lines}{bad:?}"));
        }
        assert_eq!(refused("a\n".repeat(40_000)), "at most 65536 bytes; found 80000 bytes");
    }

    #[test]
    fn what_is_no_verifier_key_is_refused_in_words() {
        let (front, key) = VKEY.rsplit_once('+').unwrap();
        let small_order = STANDARD.encode([&[1, 1][..], &[0; 31]].concat());
        for (bad, found) in [
            ("foo".to_owned(), "not three parts with + between them"),
            (format!("{front}+x"), "a key not in base64"),
            (format!("{front}+"), "an empty key"),
            (format!("{front}+AQ=="), "a key that is not 32 bytes"),
            (format!("{front}+BA=="), "a key of type 0x04"),
            (format!("{front}+{small_order}"), "no usable Ed25519 key"),
            (
                format!("example.com/foo+530d903b+{key}"),
                "a key id that is not the one of name and key",
            ),
            (
                format!("example.com/foo+530D903A+{key}"),
                "a key id that is not the one of name and key",
            ),
        ] {
            let error = bad.parse::<VerifierKey>().unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Usage, "vkey_malformed"));
            assert!(error.message().ends_with(&format!("; found {found}")), "{error}");
        }
        let error = sign("text\n", "a b", &SeedSigner::new(&[1; 32])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "key_name_malformed: a key name must not be empty nor hold a space, a plus sign or a \
             control character; found \"a b\""
        );
    }
}
