//! The envelope of an entry: every offset of schemas/entry.md §2, written and read by hand.
//!
//! Not serde, so that a field's order can never change a hash. Reading is strict: an entry has one
//! encoding, and [`parse`] names the first field that departs from it.

use super::hash::{self, Hash};
use std::fmt;

/// The first four bytes of every entry: `EARM`.
pub const MAGIC: [u8; 4] = *b"EARM";
/// The version of the envelope.
pub const FORMAT_VERSION: u8 = 1;
/// The most bytes an entry may have.
pub const MAX_ENTRY_BYTES: usize = 8_000;
/// The most entries a command may have.
pub const MAX_COMMAND_ENTRIES: usize = 1_000;
/// The most bytes all entries of a command may have together.
pub const MAX_COMMAND_BYTES: usize = 300_000;
/// Bytes of the envelope before its first optional field.
pub const FIXED_BYTES: usize = 118;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;
/// The most bytes a `source` name may have.
pub const MAX_SOURCE_BYTES: usize = 64;

/// Last entry of a command; the signature follows the prefix.
pub const SIGNED: u8 = 1;
/// The body is completed by confidential fields, committed to by 32 bytes after it.
pub const CONFIDENTIAL: u8 = 2;
/// Came from a row of an import; source and row key are in the envelope.
pub const IMPORTED: u8 = 4;
/// An import of history: dated before the policy's cut-over date, softer rules.
pub const HISTORICAL: u8 = 8;
/// The clock did not fit the entry before: more than a day ahead of it, or behind it by an officer's
/// word.
pub const CLOCK_ACCEPTED: u8 = 16;
const KNOWN_FLAGS: u8 = SIGNED | CONFIDENTIAL | IMPORTED | HISTORICAL | CLOCK_ACCEPTED;

/// The latest `recorded_at`, microseconds since 1970: the last that an entry id can say.
pub const LATEST_RECORDED_AT: i64 = 281_474_976_710_655_999;

/// The earliest `recorded_at` after an entry recorded at `previous`: a microsecond later, or the same
/// where there is none later ([`LATEST_RECORDED_AT`]), so that a chain can always go on.
#[must_use]
pub fn recorded_after(previous: i64) -> i64 {
    previous.saturating_add(1).min(LATEST_RECORDED_AT)
}

/// What makes a retry recognisable: random, or derived from the user's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CommandId(pub [u8; 16]);

/// The identity of a ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LedgerId(pub [u8; 16]);

/// The id of an entry: a UUID v7 of its `recorded_at` (schemas/entry.md §3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EntryId(pub [u8; 16]);

macro_rules! uuid_text {
    ($($t:ty),*) => {$(
        impl fmt::Display for $t {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $t {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl std::str::FromStr for $t {
            type Err = ();
            fn from_str(s: &str) -> Result<Self, ()> {
                uuid::Uuid::parse_str(s).map(|u| Self(u.into_bytes())).map_err(|_| ())
            }
        }
    )*};
}
uuid_text!(CommandId, LedgerId, EntryId);

impl EntryId {
    /// The id for `recorded_at_microseconds` with 62 random bits (the high ones of `random`).
    ///
    /// RFC 9562 §5.7 with method 3: `rand_a` holds the microseconds within the millisecond, so ids
    /// sort as `recorded_at` does. `None` before 1970 or beyond 48 bits of milliseconds.
    #[must_use]
    pub fn new(recorded_at_microseconds: i64, random: u64) -> Option<Self> {
        let micros = u64::try_from(recorded_at_microseconds).ok()?;
        let millis = micros.checked_div(1_000)?;
        if millis >> 48 != 0 {
            return None;
        }
        let within = micros.checked_rem(1_000)?;
        let high = (millis << 16) | (7 << 12) | within;
        let low = (2 << 62) | (random >> 2);
        let mut id = [0; 16];
        let (front, back) = id.split_at_mut(8);
        front.copy_from_slice(&high.to_be_bytes());
        back.copy_from_slice(&low.to_be_bytes());
        Some(Self(id))
    }
}

/// Size and last hash of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Hash of the last entry; zero when there is none.
    pub hash: Hash,
}

/// An entry as it is kept: its bytes with its place and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Position in the chain, from 0.
    pub index: u64,
    /// [`hash::entry`] of the bytes.
    pub hash: Hash,
    /// The whole entry.
    pub bytes: Vec<u8>,
}

impl Sealed {
    /// Seals `bytes` at `index`, hashing them.
    #[must_use]
    pub fn new(index: u64, bytes: Vec<u8>) -> Self {
        Self { index, hash: hash::entry(&bytes), bytes }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(@{} {} {} B)", self.index, self.hash, self.bytes.len())
    }
}

/// The entries of one command, in order, ready to be appended together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCommand {
    /// The id that all its entries carry.
    pub id: CommandId,
    /// Its entries; never empty.
    pub entries: Vec<Sealed>,
}

/// The row of an import that an entry came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The source named in the mapping.
    pub source: &'a str,
    /// [`hash::row_key`] of the row.
    pub key: [u8; 16],
}

/// The fields of an entry, borrowed from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Number of the event type.
    pub event_type: u16,
    /// Version of its struct.
    pub event_version: u16,
    /// [`SIGNED`], [`CONFIDENTIAL`], [`IMPORTED`], [`HISTORICAL`], [`CLOCK_ACCEPTED`].
    pub flags: u8,
    /// The ledger it belongs to.
    pub ledger: LedgerId,
    /// Its index, from 0.
    pub index: u64,
    /// Its id.
    pub id: EntryId,
    /// Hash of the entry before.
    pub previous: Hash,
    /// When it was recorded, microseconds since 1970-01-01T00:00:00Z.
    pub recorded_at_microseconds: i64,
    /// When it happened, days since 1970-01-01.
    pub occurred_on_days: i32,
    /// The officer's number.
    pub officer: u32,
    /// The command it belongs to.
    pub command: CommandId,
    /// Its place in the command, from 0.
    pub place: u16,
    /// The number of entries of the command.
    pub count: u16,
    /// Digest of the command, in its first entry only.
    pub digest: Option<Hash>,
    /// The row it was imported from.
    pub row: Option<Row<'a>>,
    /// The body.
    pub body: &'a [u8],
    /// Commitment to the confidential fields.
    pub commitment: Option<Hash>,
    /// The officer's signature, in the last entry of the command only.
    pub signature: Option<[u8; SIGNATURE_BYTES]>,
}

impl Envelope<'_> {
    /// True if `flag` is set.
    #[must_use]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// True for the last entry of its command.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.place.checked_add(1) == Some(self.count)
    }

    /// The prefix: everything but the signature. The flags must already say [`SIGNED`] where the
    /// signature is going to follow.
    ///
    /// # Errors
    /// [`Malformed`] names a source or a body whose length the format cannot say.
    pub fn prefix(&self) -> Result<Vec<u8>, Malformed> {
        let length = self.body.len();
        let body_length = u16::try_from(length).ok();
        let body_length =
            body_length.ok_or_else(|| malformed("body length", "at most 65535", length))?;
        let mut out = Vec::with_capacity(self.body.len().saturating_add(320));
        out.extend_from_slice(&MAGIC);
        out.push(FORMAT_VERSION);
        out.extend_from_slice(&self.event_type.to_le_bytes());
        out.extend_from_slice(&self.event_version.to_le_bytes());
        out.push(self.flags);
        out.extend_from_slice(&self.ledger.0);
        out.extend_from_slice(&self.index.to_le_bytes());
        out.extend_from_slice(&self.id.0);
        out.extend_from_slice(&self.previous.0);
        out.extend_from_slice(&self.recorded_at_microseconds.to_le_bytes());
        out.extend_from_slice(&self.occurred_on_days.to_le_bytes());
        out.extend_from_slice(&self.officer.to_le_bytes());
        out.extend_from_slice(&self.command.0);
        out.extend_from_slice(&self.place.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        if let Some(digest) = self.digest {
            out.extend_from_slice(&digest.0);
        }
        if let Some(row) = self.row {
            let length = row.source.len();
            let fits =
                u8::try_from(length).ok().filter(|_| (1..=MAX_SOURCE_BYTES).contains(&length));
            out.push(fits.ok_or_else(|| {
                malformed("source length", format!("1 to {MAX_SOURCE_BYTES}"), length)
            })?);
            out.extend_from_slice(row.source.as_bytes());
            out.extend_from_slice(&row.key);
        }
        out.extend_from_slice(&body_length.to_le_bytes());
        out.extend_from_slice(self.body);
        if let Some(commitment) = self.commitment {
            out.extend_from_slice(&commitment.0);
        }
        Ok(out)
    }
}

/// Why bytes are not an entry: the field that departs from the format, expected and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Name of the field, as in schemas/entry.md.
    pub field: &'static str,
    /// What the format asks for.
    pub expected: String,
    /// What the bytes say.
    pub found: String,
    /// True when the entry's bytes ran out within the field.
    pub is_short: bool,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.field, self.expected, self.found)
    }
}

pub(super) fn malformed(
    field: &'static str,
    expected: impl fmt::Display,
    found: impl fmt::Display,
) -> Malformed {
    let (expected, found) = (expected.to_string(), found.to_string());
    Malformed { field, expected, found, is_short: false }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn bytes(&mut self, field: &'static str, count: usize) -> Result<&'a [u8], Malformed> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => {
                let found = format!("{} bytes", self.rest.len());
                Err(Malformed {
                    is_short: true,
                    ..malformed(field, format!("{count} bytes"), found)
                })
            }
        }
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
        let taken = self.bytes(field, N)?;
        <[u8; N]>::try_from(taken).map_err(|_| malformed(field, N, taken.len()))
    }
}

/// Reads an entry strictly: known magic and flags, every optional field exactly where the flags and
/// the place in the command say, an id that fits `recorded_at`, and no byte left over.
///
/// # Errors
/// [`Malformed`] names the first field that departs from schemas/entry.md §2.
pub fn parse(bytes: &[u8]) -> Result<Envelope<'_>, Malformed> {
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(malformed("length", format!("at most {MAX_ENTRY_BYTES} bytes"), bytes.len()));
    }
    let mut cursor = Cursor { rest: bytes };
    let magic: [u8; 4] = cursor.array("magic")?;
    if magic != MAGIC {
        return Err(malformed("magic", hash::to_hex(&MAGIC), hash::to_hex(&magic)));
    }
    let [version] = cursor.array("format version")?;
    if version != FORMAT_VERSION {
        return Err(malformed("format version", FORMAT_VERSION, version));
    }
    let event_type = u16::from_le_bytes(cursor.array("event type")?);
    let event_version = u16::from_le_bytes(cursor.array("event version")?);
    let [flags] = cursor.array("flags")?;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(malformed("flags", "known bits 0-4 only", format!("{flags:#010b}")));
    }
    let mut envelope = Envelope {
        event_type,
        event_version,
        flags,
        ledger: LedgerId(cursor.array("ledger id")?),
        index: u64::from_le_bytes(cursor.array("index")?),
        id: EntryId(cursor.array("entry id")?),
        previous: Hash(cursor.array("previous")?),
        recorded_at_microseconds: i64::from_le_bytes(cursor.array("recorded_at")?),
        occurred_on_days: i32::from_le_bytes(cursor.array("occurred_on")?),
        officer: u32::from_le_bytes(cursor.array("officer")?),
        command: CommandId(cursor.array("command id")?),
        place: u16::from_le_bytes(cursor.array("place")?),
        count: u16::from_le_bytes(cursor.array("count")?),
        digest: None,
        row: None,
        body: &[],
        commitment: None,
        signature: None,
    };
    check_fixed(&envelope)?;
    parse_variable(&mut cursor, &mut envelope)?;
    if cursor.rest.is_empty() {
        Ok(envelope)
    } else {
        Err(malformed("end", "no bytes left", format!("{} bytes", cursor.rest.len())))
    }
}

fn check_fixed(envelope: &Envelope<'_>) -> Result<(), Malformed> {
    let expected = EntryId::new(envelope.recorded_at_microseconds, 0).ok_or_else(|| {
        malformed("recorded_at", "from 1970 on", envelope.recorded_at_microseconds)
    })?;
    let front = |id: &EntryId| id.0.first_chunk::<8>().copied();
    let variant = envelope.id.0.get(8).map(|b| b >> 6);
    if front(&expected) != front(&envelope.id) || variant != Some(2) {
        return Err(malformed("entry id", format!("a UUID v7 like {expected}"), envelope.id));
    }
    let count = usize::from(envelope.count);
    if count == 0 || count > MAX_COMMAND_ENTRIES {
        return Err(malformed("count", format!("1 to {MAX_COMMAND_ENTRIES}"), count));
    }
    if envelope.place >= envelope.count {
        return Err(malformed("place", format!("below {count}"), envelope.place));
    }
    if envelope.is_last() != envelope.has(SIGNED) {
        let expected =
            if envelope.is_last() { "SIGNED in a last entry" } else { "no SIGNED before" };
        return Err(malformed("flags", expected, format!("{:#010b}", envelope.flags)));
    }
    Ok(())
}

fn parse_variable<'a>(
    cursor: &mut Cursor<'a>,
    envelope: &mut Envelope<'a>,
) -> Result<(), Malformed> {
    if envelope.place == 0 {
        envelope.digest = Some(Hash(cursor.array("command digest")?));
    }
    if envelope.has(IMPORTED) {
        let [length] = cursor.array("source length")?;
        if length == 0 || usize::from(length) > MAX_SOURCE_BYTES {
            return Err(malformed("source length", format!("1 to {MAX_SOURCE_BYTES}"), length));
        }
        let source = cursor.bytes("source", usize::from(length))?;
        let source = std::str::from_utf8(source)
            .map_err(|_| malformed("source", "UTF-8", hash::to_hex(source)))?;
        envelope.row = Some(Row { source, key: cursor.array("row key")? });
    }
    let length = u16::from_le_bytes(cursor.array("body length")?);
    envelope.body = cursor.bytes("body", usize::from(length))?;
    if envelope.has(CONFIDENTIAL) {
        envelope.commitment = Some(Hash(cursor.array("commitment")?));
    }
    if envelope.has(SIGNED) {
        envelope.signature = Some(cursor.array("signature")?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope<'a>(source: Option<&'a str>, body: &'a [u8]) -> Envelope<'a> {
        Envelope {
            event_type: 1,
            event_version: 1,
            flags: if source.is_some() { IMPORTED } else { 0 },
            ledger: LedgerId([9; 16]),
            index: 7,
            id: EntryId::new(1_000, 1).unwrap(),
            previous: Hash::ZERO,
            recorded_at_microseconds: 1_000,
            occurred_on_days: 0,
            officer: 0,
            command: CommandId([1; 16]),
            place: 0,
            count: 2,
            digest: Some(Hash::ZERO),
            row: source.map(|source| Row { source, key: [2; 16] }),
            body,
            commitment: None,
            signature: None,
        }
    }

    #[test]
    fn a_length_that_does_not_fit_is_never_written_clipped() {
        let long = vec![0; 65_536];
        for (source, body, field) in [
            (None, long.as_slice(), "body length"),
            (Some(""), &[][..], "source length"),
            (Some(&*"s".repeat(65)), &[][..], "source length"),
            (Some(&*"s".repeat(256)), &[][..], "source length"),
        ] {
            let envelope = envelope(source, body);
            assert_eq!(envelope.prefix().unwrap_err().field, field);
        }
        let source = "s".repeat(64);
        let fits = envelope(Some(&source), &[1, 2, 3]);
        let bytes = fits.prefix().unwrap();
        assert_eq!(parse(&bytes).unwrap(), fits);
    }

    #[test]
    fn time_goes_on_by_a_microsecond_until_the_last_that_an_id_can_say() {
        assert_eq!(recorded_after(-1), 0);
        assert_eq!(recorded_after(LATEST_RECORDED_AT - 1), LATEST_RECORDED_AT);
        assert_eq!(recorded_after(LATEST_RECORDED_AT), LATEST_RECORDED_AT);
        assert_eq!(recorded_after(i64::MAX), LATEST_RECORDED_AT);
        assert!(EntryId::new(LATEST_RECORDED_AT, 0).is_some());
        assert!(EntryId::new(LATEST_RECORDED_AT + 1, 0).is_none());
    }
}
