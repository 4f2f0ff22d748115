//! The encoding of bodies, commands and state: bincode 2.0.1, `config::standard()` with a limit, in
//! serde mode. This is the only file that names bincode; schemas/entry.md §6 says the same bytes in
//! words, so that nobody needs the crate to read them.
//!
//! bincode decodes more byte strings than it writes (`251 5 0` reads as 5, and bytes may be left
//! over), so a body counts only if it encodes to exactly the bytes it was read from. That is checked
//! by encoding into a writer that compares instead of storing, which costs no buffer.
//!
//! What it lacks on purpose: rules of the domain, and hashing. Stored bytes are hashed, never a
//! re-encoding.

mod parts;

pub use parts::{Fetch, Parts, Place, Written, open_state, write_state};

use super::entry::{LedgerId, Malformed, Row, malformed};
use crate::domain::command::Order;
use crate::domain::event::each_fact;
use crate::domain::event::*;
use crate::domain::state::State;
use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::enc::write::Writer;
use bincode::error::{DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes a body may have; the envelope counts them in a `u16`.
pub const MAX_BODY_BYTES: usize = 65_535;
/// The most bytes that reading a body, or an order, may claim.
const BODY_LIMIT_BYTES: usize = 65_536;
/// The most bytes that reading a state or a cache may claim: 4 GiB.
const VALUE_LIMIT_BYTES: usize = 4_294_967_296;

const BODY: Configuration<LittleEndian, Varint, Limit<BODY_LIMIT_BYTES>> =
    bincode::config::standard().with_limit::<BODY_LIMIT_BYTES>();
const VALUE: Configuration<LittleEndian, Varint, Limit<VALUE_LIMIT_BYTES>> =
    bincode::config::standard().with_limit::<VALUE_LIMIT_BYTES>();

macro_rules! codec {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        /// The bytes of a body.
        ///
        /// # Errors
        /// [`Malformed`] when there are more than [`MAX_BODY_BYTES`].
        pub fn encode(body: &Body) -> Result<Vec<u8>, Malformed> {
            let bytes = match body { $(Body::$name(body) => encode_with(body, BODY),)+ }?;
            if bytes.len() > MAX_BODY_BYTES {
                let expected = format!("at most {MAX_BODY_BYTES} bytes");
                return Err(malformed("body", expected, format!("{} bytes", bytes.len())));
            }
            Ok(bytes)
        }

        /// Reads the body of a type and version strictly: the frozen struct, no bytes left over, and
        /// it encodes to these very bytes.
        ///
        /// `None`: a type or version of a later release. The entry still verifies in chain and log;
        /// rules and projections are not checked from there on.
        ///
        /// # Errors
        /// [`Malformed`] names the body and what is wrong with it.
        pub fn decode(
            event_type: u16,
            event_version: u16,
            bytes: &[u8],
        ) -> Result<Option<Body>, Malformed> {
            match (event_type, event_version) {
                $(($number, $version) => {
                    decode_canonical::<$name>(bytes).map(|body| Some(Body::$name(body)))
                })+
                _ => Ok(None),
            }
        }
    };
}

each_fact!(codec);

/// The ledger that a body of LedgerOpened names; `None` for a version of a later release.
///
/// # Errors
/// As [`decode`].
pub fn opened_ledger(event_version: u16, bytes: &[u8]) -> Result<Option<LedgerId>, Malformed> {
    Ok(match decode(1, event_version, bytes)? {
        Some(Body::LedgerOpened(opened)) => Some(LedgerId(opened.ledger.0)),
        Some(_) | None => None,
    })
}

/// The bytes of an order, over which its command's digest is made (schemas/entry.md §5).
///
/// # Errors
/// [`Malformed`] when serde cannot say a length; no type of ours does that.
pub fn encode_order(order: &Order) -> Result<Vec<u8>, Malformed> {
    encode_with(order, BODY)
}

/// The bytes over which an import command's digest is made: u32 LE number of rows, then per row
/// u8 length of the source ‖ source ‖ 16 bytes of row key (schemas/entry.md §5).
///
/// # Errors
/// [`Malformed`] for more rows, or a longer source, than the lengths can say.
pub fn encode_rows(rows: &[Row<'_>]) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(rows.len().saturating_mul(32).saturating_add(4));
    let count = u32::try_from(rows.len());
    let count = count.map_err(|_| malformed("rows", "at most 4294967295", rows.len()))?;
    out.extend_from_slice(&count.to_le_bytes());
    for row in rows {
        let length = u8::try_from(row.source.len());
        let found = row.source.len();
        out.push(length.map_err(|_| malformed("source length", "at most 255", found))?);
        out.extend_from_slice(row.source.as_bytes());
        out.extend_from_slice(&row.key);
    }
    Ok(out)
}

/// The version of a snapshot's state: one of another version is made anew.
pub const STATE_VERSION: u8 = 6;

/// The bytes of a whole state: a version, then the state. Equal states have equal bytes, however many of
/// their shards were read.
///
/// # Errors
/// [`Malformed`] when serde cannot say a length; no type of ours does that.
pub fn encode_state(state: &State) -> Result<Vec<u8>, Malformed> {
    encode_value(&(STATE_VERSION, state))
}

/// Reads a whole state of this version.
///
/// # Errors
/// [`Malformed`] when the bytes are a state of another version or none, or some are left over.
pub fn decode_state(bytes: &[u8]) -> Result<State, Malformed> {
    check_version(bytes)?;
    decode_value::<(u8, State)>(bytes).map(|(_, state)| state)
}

fn check_version(bytes: &[u8]) -> Result<(), Malformed> {
    match bytes.first() {
        Some(&STATE_VERSION) => Ok(()),
        other => {
            let found = other.map_or("no bytes".to_owned(), |version| format!("version {version}"));
            Err(malformed("state", format!("version {STATE_VERSION}"), found))
        }
    }
}

/// The bytes of any value, for a cache.
///
/// # Errors
/// [`Malformed`] when serde cannot say a length; no type of ours does that.
pub fn encode_value<T: Serialize>(value: &T) -> Result<Vec<u8>, Malformed> {
    encode_with(value, VALUE)
}

/// Gives the bytes of [`encode_value`] piece by piece, as they are made.
///
/// # Errors
/// [`Malformed`] when the value cannot be encoded.
pub fn encode_value_to<T: Serialize>(
    value: &T,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), Malformed> {
    struct Pieces<'a>(&'a mut dyn FnMut(&[u8]));
    impl bincode::enc::write::Writer for Pieces<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<(), bincode::error::EncodeError> {
            (self.0)(bytes);
            Ok(())
        }
    }
    bincode::serde::encode_into_writer(value, Pieces(take), VALUE)
        .map_err(|e| malformed("value", "one that can be encoded", e))
}

/// Reads a value from a cache.
///
/// # Errors
/// [`Malformed`] when the bytes are no such value, or some are left over.
pub fn decode_value<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    decode_with("value", bytes, VALUE)
}

/// The value that the bytes begin with, whatever follows it; `None` if there is none.
#[must_use]
pub fn decode_front<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    bincode::serde::decode_from_slice(bytes, VALUE).ok().map(|(value, _)| value)
}

fn encode_with<T: Serialize, C: bincode::config::Config>(
    value: &T,
    config: C,
) -> Result<Vec<u8>, Malformed> {
    bincode::serde::encode_to_vec(value, config)
        .map_err(|e| malformed("value", "one that can be encoded", e))
}

fn decode_with<T: DeserializeOwned, C: bincode::config::Config>(
    field: &'static str,
    bytes: &[u8],
    config: C,
) -> Result<T, Malformed> {
    let (value, read) = bincode::serde::borrow_decode_from_slice(bytes, config)
        .map_err(|error| malformed(field, "the struct of its type and version", why(&error)))?;
    match bytes.len().checked_sub(read) {
        Some(0) => Ok(value),
        left => {
            let left = left.unwrap_or_default();
            Err(malformed(field, "no bytes after its last field", format!("{left} bytes")))
        }
    }
}

/// What is wrong, in our words where bincode has only the name of its error.
fn why(error: &DecodeError) -> String {
    if matches!(error, DecodeError::UnexpectedEnd { .. }) {
        "bytes that end within a field".to_owned()
    } else if matches!(error, DecodeError::LimitExceeded) {
        "a length beyond the limit".to_owned()
    } else if let DecodeError::OtherString(text) = error {
        text.clone()
    } else {
        error.to_string()
    }
}

fn decode_canonical<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Malformed> {
    let value: T = decode_with("body", bytes, BODY)?;
    let mut compare = Compare { rest: bytes };
    let same = bincode::serde::encode_into_writer(&value, &mut compare, BODY).is_ok();
    if same && compare.rest.is_empty() {
        return Ok(value);
    }
    let at = bytes.len().saturating_sub(compare.rest.len());
    Err(malformed("body", "its one encoding", format!("another way to write byte {at}")))
}

/// A writer that stores nothing: it fails at the first byte that differs from what was read.
struct Compare<'a> {
    rest: &'a [u8],
}

impl Writer for &mut Compare<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        // Most writes are of one byte.
        let rest = match (bytes, self.rest) {
            ([byte], [found, rest @ ..]) if byte == found => Some(rest),
            _ => self.rest.strip_prefix(bytes),
        };
        match rest {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(EncodeError::Other("differs")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::domain::ids::{Code, LineKey, Text};
    use crate::domain::kinds::RestKind;
    use crate::domain::money::Amount;
    use std::collections::BTreeMap;

    fn payment() -> Body {
        let split = |fund: &str, fen| Split {
            line: LineKey::new(Code::new(fund), 2002),
            project: Some(Code::new("SC-01")),
            amount: Amount(fen),
        };
        Body::DisbursementRecorded(DisbursementRecorded {
            commitment: Some(Code::new("C-7")),
            splits: vec![split("PD", 123_456)],
            payee: Some(Code::new("P-1")),
            purpose: None,
            source_number: Some(Text::new("INV 9")),
            voucher_no: 300,
            filing: Filing::default(),
        })
    }

    #[test]
    fn every_type_can_be_read() {
        let (mut known, mut unknown) = (Vec::new(), 0);
        for number in 0..=u16::MAX {
            match decode(number, 1, &[]) {
                Ok(None) => unknown += 1,
                Ok(Some(body)) => panic!("{body:?} was read from nothing"),
                Err(_) => known.push(number),
            }
        }
        let types: Vec<u16> = Body::TYPES.iter().map(|(number, _, _)| *number).collect();
        assert_eq!(known, types);
        assert_eq!(known.len() + unknown, 65_536);
        assert_eq!(decode(45, 2, &[]), Ok(None));
    }

    #[test]
    fn a_body_has_one_encoding() {
        let body = payment();
        let bytes = encode(&body).unwrap();
        assert_eq!((body.number(), body.version()), (45, 1));
        assert_eq!(decode(45, 1, &bytes), Ok(Some(body)));

        let refused = |bytes: &[u8]| decode(45, 1, bytes).unwrap_err().to_string();
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(refused(&longer), "body: expected no bytes after its last field, found 1 bytes");
        assert_eq!(
            refused(&bytes[..bytes.len() - 1]),
            "body: expected the struct of its type and version, found bytes that end within a field"
        );
        // The length of `C-7`, byte 1, written in three bytes instead of one.
        let wide = [&[1, 251, 3, 0], &bytes[2..]].concat();
        assert_eq!(
            refused(&wide),
            "body: expected its one encoding, found another way to write byte 1"
        );
        let endless = [1, 253, 255, 255, 255, 255, 255, 255, 255, 127];
        assert_eq!(
            refused(&endless),
            "body: expected the struct of its type and version, found a length beyond the limit"
        );
        let not_utf8 = [&[1, 3, 0xff, 0xfe, 0xfd], &bytes[5..]].concat();
        assert!(refused(&not_utf8).starts_with("body: expected the struct"));
    }

    #[test]
    fn a_kind_without_a_number_is_refused() {
        let line = LineKey::new(Code::new("F"), 2001);
        let body = Body::BalanceCarriedForward(BalanceCarriedForward {
            to: LineKey { year: 2002, ..line.clone() },
            from: line,
            stage: crate::domain::kinds::Stage::Unreserved,
            project: None,
            commitment: None,
            amount: Amount(1),
            rest: RestKind::CarryOver,
            filing: Filing::default(),
        });
        let mut bytes = encode(&body).unwrap();
        let at = bytes.len() - 3;
        assert_eq!(bytes[at], 1);
        bytes[at] = 9;
        assert_eq!(
            decode(70, 1, &bytes).unwrap_err().to_string(),
            "body: expected the struct of its type and version, found no RestKind has the number 9"
        );
    }

    #[test]
    fn a_body_too_long_for_its_count_is_refused() {
        let mut body = payment();
        body.filing_mut().document_no = Some(Text::new(&"x".repeat(70_000)));
        assert_eq!(
            encode(&body).unwrap_err().to_string(),
            "body: expected at most 65535 bytes, found 70051 bytes"
        );
    }

    #[test]
    fn rows_are_counted_and_delimited() {
        let rows = [Row { source: "ab", key: [7; 16] }, Row { source: "c", key: [8; 16] }];
        let mut expected = vec![2, 0, 0, 0, 2, b'a', b'b'];
        expected.extend([7; 16]);
        expected.extend([1, b'c']);
        expected.extend([8; 16]);
        assert_eq!(encode_rows(&rows).unwrap(), expected);
        assert_eq!(encode_rows(&[]).unwrap(), [0, 0, 0, 0]);
        let source = "s".repeat(256);
        let long = Row { source: &source, key: [0; 16] };
        assert_eq!(encode_rows(&[long]).unwrap_err().field, "source length");
    }

    #[test]
    fn states_and_values_round_trip() {
        let state = State { size: 7, ..State::default() };
        let bytes = encode_state(&state).unwrap();
        assert_eq!(decode_state(&bytes).unwrap(), state);
        let first = encode_value(&state).unwrap();
        assert_eq!(
            decode_state(&first).unwrap_err().to_string(),
            "state: expected version 6, found version 0"
        );
        let error = decode_state(&bytes[..bytes.len() - 1]).unwrap_err().to_string();
        assert_eq!(
            error,
            "value: expected the struct of its type and version, found bytes that end within a field"
        );
        let value = BTreeMap::from([(1_u64, "a".to_owned()), (2, "b".to_owned())]);
        let bytes = encode_value(&value).unwrap();
        assert_eq!(bytes, [2, 1, 1, b'a', 2, 1, b'b']);
        assert_eq!(decode_value::<BTreeMap<u64, String>>(&bytes).unwrap(), value);
    }
}
