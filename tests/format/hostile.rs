//! Bytes that are no entry: every field that departs from the format is named, nothing panics, and
//! nothing is allocated because bytes ask for it.

use super::golden;
use earmark::chain::body;
use earmark::chain::entry::{
    self, CommandId, EntryId, Envelope, LedgerId, Row, SIGNATURE_BYTES, SIGNED,
};
use earmark::chain::hash::Hash;
use proptest::prelude::*;

/// The golden entry with this flags byte that is not first in its command.
fn with_flags(flags: u8) -> Vec<u8> {
    let fits = |bytes: &Vec<u8>| bytes[9] == flags && bytes[114] != 0;
    golden::entries().into_iter().find(fits).unwrap()
}

/// What `parse` says of a plain entry (place above 0, no flags) after a change.
fn said(change: &dyn Fn(&mut Vec<u8>)) -> String {
    said_of(with_flags(0), change)
}

fn said_of(mut bytes: Vec<u8>, change: &dyn Fn(&mut Vec<u8>)) -> String {
    change(&mut bytes);
    entry::parse(&bytes).map_or_else(|error| error.to_string(), |_| "an entry".to_owned())
}

#[test]
fn fixed_fields_are_named() {
    assert_eq!(said(&|_| {}), "an entry");
    assert_eq!(said(&|b| b[0] = b'e'), "magic: expected 4541524d, found 6541524d");
    assert_eq!(said(&|b| b[4] = 2), "format version: expected 1, found 2");
    assert_eq!(said(&|b| b[9] = 32), "flags: expected known bits 0-4 only, found 0b00100000");
    assert_eq!(said(&|b| b[9] = 1), "flags: expected no SIGNED before, found 0b00000001");
    assert_eq!(
        said_of(with_flags(SIGNED), &|b| b[9] = 0),
        "flags: expected SIGNED in a last entry, found 0b00000000"
    );
    assert_eq!(
        said(&|b| b[89] = 0x80).split(',').next(),
        Some("recorded_at: expected from 1970 on")
    );
    // recorded_at and entry id bind each other.
    assert_eq!(
        said(&|b| b[82] ^= 1).split(' ').take(7).collect::<Vec<_>>().join(" "),
        "entry id: expected a UUID v7 like"
    );
    for at in [34, 39, 40, 41, 42] {
        assert!(said(&|b| b[at] ^= 0x40).starts_with("entry id: expected a UUID v7 like "), "{at}");
    }
    assert_eq!(said(&|b| b[43] ^= 1), "an entry", "a random bit of an id is free");
    assert_eq!(said(&|b| (b[116], b[117]) = (0, 0)), "count: expected 1 to 1000, found 0");
    assert_eq!(said(&|b| (b[116], b[117]) = (0xe9, 3)), "count: expected 1 to 1000, found 1001");
    assert_eq!(said(&|b| b[114] = 29), "place: expected below 29, found 29");
}

#[test]
fn variable_fields_are_named() {
    let imported = 4 | 8;
    let first = golden::entries().into_iter().find(|b| b[9] == imported).unwrap();
    // digest at 118, source length at 150
    assert_eq!(first[150], 10);
    let of_row = |change: &dyn Fn(&mut Vec<u8>)| said_of(first.clone(), change);
    assert_eq!(of_row(&|_| {}), "an entry");
    assert_eq!(of_row(&|b| b[150] = 0), "source length: expected 1 to 64, found 0");
    assert_eq!(of_row(&|b| b[150] = 65), "source length: expected 1 to 64, found 65");
    assert_eq!(of_row(&|b| b[151] = 0xff), "source: expected UTF-8, found ff656e752d6d6f6e6579");
    assert_eq!(said(&|b| b.push(0)), "end: expected no bytes left, found 1 bytes");
    let body_length = with_flags(0).len() - 120;
    assert_eq!(
        said(&|b| b[119] = 0xff),
        format!("body: expected {} bytes, found {body_length} bytes", 0xff00 + body_length % 256)
    );
    assert_eq!(said(&|b| b.resize(8_001, 0)), "length: expected at most 8000 bytes, found 8001");
    // a byte too few in the body's count leaves one for the end
    assert_eq!(said(&|b| b[118] -= 1), "end: expected no bytes left, found 1 bytes");
}

#[test]
fn every_truncation_names_the_field_that_is_cut() {
    let fields = |bytes: &[u8]| {
        let mut seen: Vec<String> = Vec::new();
        for length in 0..bytes.len() {
            let error = entry::parse(&bytes[..length]).unwrap_err();
            assert!(error.is_short, "{error}");
            if seen.last().map(String::as_str) != Some(error.field) {
                seen.push(error.field.to_owned());
            }
        }
        seen.join(", ")
    };
    let fixed = "magic, format version, event type, event version, flags, ledger id, index, \
                 entry id, previous, recorded_at, occurred_on, officer, command id, place, count";
    assert_eq!(fields(&with_flags(0)), format!("{fixed}, body length, body"));
    assert_eq!(fields(&with_flags(SIGNED)), format!("{fixed}, body length, body, signature"));
    let entries = golden::entries();
    let imported = entries.iter().find(|b| b[9] & 4 != 0).unwrap();
    let expected =
        format!("{fixed}, command digest, source length, source, row key, body length, body");
    assert_eq!(fields(imported), expected);
    let confidential = entries.iter().find(|b| b[9] & 2 != 0).unwrap();
    let expected = format!("{fixed}, command digest, body length, body, commitment, signature");
    assert_eq!(fields(confidential), expected);
}

/// Reads as an entry, then as a body; says whether both could be read. What can be read is written
/// again as the same bytes.
fn read(bytes: &[u8]) -> bool {
    let Ok(envelope) = entry::parse(bytes) else { return false };
    let mut again = envelope.prefix().unwrap();
    again.extend(envelope.signature.into_iter().flatten());
    assert_eq!(again, bytes);
    match body::decode(envelope.event_type, envelope.event_version, envelope.body) {
        Ok(Some(known)) => {
            assert_eq!(body::encode(&known).unwrap(), envelope.body);
            true
        }
        Ok(None) => true,
        Err(_) => false,
    }
}

#[test]
fn every_flipped_bit_is_refused_or_read_as_what_it_says() {
    for bytes in golden::entries() {
        assert!(read(&bytes));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                read(&changed);
            }
        }
    }
}

/// Resident memory at its highest, in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_length_that_a_body_claims_allocates_nothing() {
    let lengths: [&[u8]; 4] = [
        &[252, 0xff, 0xff, 0xff, 0xff],
        &[253, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[253, 0, 0, 0, 0, 0, 0, 0, 0x80],
        &[251, 0xff, 0xff],
    ];
    let before = peak_kib();
    for bytes in golden::entries() {
        let envelope = entry::parse(&bytes).unwrap();
        for at in 0..envelope.body.len() {
            for length in lengths {
                let claimed = [&envelope.body[..at], length, &envelope.body[at + 1..]].concat();
                drop(body::decode(envelope.event_type, envelope.event_version, &claimed));
                let cut = [&envelope.body[..at], length].concat();
                drop(body::decode(envelope.event_type, envelope.event_version, &cut));
            }
        }
    }
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        assert!(after - before < 64 * 1_024, "{} KiB were allocated", after - before);
    }
}

prop_compose! {
    fn any_envelope()(
        (event_type, event_version, extra, ledger, index) in any::<(u16, u16, u8, [u8; 16], u64)>(),
        (random, previous, recorded, occurred_on_days) in
            (any::<u64>(), any::<[u8; 32]>(), 0..1_i64 << 57, any::<i32>()),
        (officer, command, digest, count) in
            (any::<u32>(), any::<[u8; 16]>(), any::<[u8; 32]>(), 1..=1_000_u16),
        place in any::<prop::sample::Index>(),
        source in "[a-z社保]{1,16}",
        (key, body, commitment) in
            (any::<[u8; 16]>(), prop::collection::vec(any::<u8>(), 0..600), any::<[u8; 32]>()),
    ) -> (Vec<u8>, Vec<u8>) {
        let place = u16::try_from(place.index(usize::from(count))).unwrap();
        let signed = if place + 1 == count { SIGNED } else { 0 };
        let flags = (extra & 0b1_1110) | signed;
        let envelope = Envelope {
            event_type, event_version, flags, index, officer, place, count, occurred_on_days,
            ledger: LedgerId(ledger),
            id: EntryId::new(recorded, random).unwrap(),
            previous: Hash(previous),
            recorded_at_microseconds: recorded,
            command: CommandId(command),
            digest: (place == 0).then_some(Hash(digest)),
            row: (flags & 4 != 0).then_some(Row { source: &source, key }),
            body: &body,
            commitment: (flags & 2 != 0).then_some(Hash(commitment)),
            signature: None,
        };
        let mut bytes = envelope.prefix().unwrap();
        bytes.resize(bytes.len() + usize::from(signed) * SIGNATURE_BYTES, 0x77);
        (bytes, body)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read((bytes, body) in any_envelope()) {
        let envelope = entry::parse(&bytes).unwrap();
        prop_assert_eq!(envelope.body, body);
        let mut again = envelope.prefix().unwrap();
        again.extend(envelope.signature.into_iter().flatten());
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..9_000)) {
        prop_assert!(entry::parse(&bytes).is_err());
    }

    #[test]
    fn random_bodies_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        event_type in 0..100_u16,
    ) {
        if let Ok(Some(known)) = body::decode(event_type, 1, &bytes) {
            prop_assert_eq!(body::encode(&known).unwrap(), bytes);
        }
    }

    #[test]
    fn mutated_entries_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let entries = golden::entries();
        let mut bytes = entries[which.index(entries.len())].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read(&bytes);
    }
}
