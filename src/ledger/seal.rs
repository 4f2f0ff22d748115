//! From events to signed entries.

use super::reader::settled::{Pending, Settled};
use crate::chain::body;
use crate::chain::entry::{
    self, CLOCK_ACCEPTED, CONFIDENTIAL, CommandId, EntryId, Envelope, FIXED_BYTES, HISTORICAL,
    Head, IMPORTED, LedgerId, MAX_COMMAND_BYTES, MAX_COMMAND_ENTRIES, MAX_ENTRY_BYTES, Row,
    SIGNATURE_BYTES, SIGNED, Sealed, SealedCommand,
};
use crate::chain::hash::{self, Hash};
use crate::chain::signature::{Signer, entry_message};
use crate::domain::apply::Cited;
use crate::domain::event::Event;
use crate::domain::posting::Move;
use crate::domain::rejection::{Rejection, Size};
use crate::edge::ids::Ids;
use crate::error::{Error, Kind, Result};
use smol_str::SmolStr;

/// An entry before it has a place in the chain.
#[derive(Debug)]
pub(super) struct Unsealed {
    event_type: u16,
    event_version: u16,
    historical: bool,
    occurred_on_days: i32,
    body: Vec<u8>,
    commitment: Option<Hash>,
    row: Option<(SmolStr, [u8; 16])>,
}

fn too_large(what: Size, found: usize, max: usize) -> Rejection {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Rejection::CommandTooLarge { what, found: count(found), max: count(max) }
}

impl Unsealed {
    /// Encodes an event.
    ///
    /// # Errors
    /// `command_too_large` when the entry could become longer than the format allows.
    pub(super) fn new(
        event: &Event,
        row: Option<(SmolStr, [u8; 16])>,
    ) -> std::result::Result<Self, Rejection> {
        let (event_type, event_version) = (event.body.number(), event.body.version());
        let body = body::encode(&event.body)
            .map_err(|_| too_large(Size::BytesOfEntry, body::MAX_BODY_BYTES, MAX_ENTRY_BYTES))?;
        let (historical, occurred_on_days) = (event.historical, event.occurred_on.0);
        let commitment = event.confidential.map(|commitment| Hash(commitment.0));
        let made =
            Self { event_type, event_version, historical, occurred_on_days, body, commitment, row };
        let most = made.most_bytes();
        if most > MAX_ENTRY_BYTES {
            return Err(too_large(Size::BytesOfEntry, most, MAX_ENTRY_BYTES));
        }
        Ok(made)
    }

    /// The most bytes that the entry can have, wherever in its command it stands.
    pub(super) fn most_bytes(&self) -> usize {
        // Digest of a first entry, length of the body, signature of a last entry.
        const OPTIONAL: usize = 32 + 2 + SIGNATURE_BYTES;
        let row = self.row.as_ref().map_or(0, |(source, _)| source.len().saturating_add(17));
        let row = row.saturating_add(self.commitment.map_or(0, |commitment| commitment.0.len()));
        FIXED_BYTES.saturating_add(OPTIONAL).saturating_add(row).saturating_add(self.body.len())
    }
}

/// What all entries of a command share.
pub(super) struct Command {
    pub(super) ledger: LedgerId,
    pub(super) id: CommandId,
    pub(super) digest: Hash,
    pub(super) officer: u32,
    pub(super) clock_accepted: bool,
    /// `recorded_at` of the first entry, microseconds since 1970; the others follow by 1 µs each.
    pub(super) recorded_at_microseconds: i64,
    /// 64 random bits for the id of each entry.
    pub(super) randoms: Vec<u64>,
}

/// What was judged of the rows of a command.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) events: Vec<Event>,
    pub(super) moves: Vec<Vec<Move>>,
    pub(super) cited: Cited,
}

impl Told {
    /// Adds what was judged after it.
    pub(super) fn add(&mut self, next: Self) {
        let Self { events, moves, cited } = next;
        self.events.extend(events);
        self.moves.extend(moves);
        self.cited.extend(cited);
    }
}

/// What [`Command::randoms`] asks for.
pub(super) fn randoms(ids: &mut dyn Ids, entries: usize) -> Vec<u64> {
    (0..entries).map(|_| ids.random_64()).collect()
}

/// The limits of a whole command, before anything is signed.
///
/// # Errors
/// `command_too_large` with both figures.
pub(super) fn check_limits(entries: &[Unsealed]) -> std::result::Result<(), Rejection> {
    if entries.len() > MAX_COMMAND_ENTRIES {
        return Err(too_large(Size::Entries, entries.len(), MAX_COMMAND_ENTRIES));
    }
    let bytes = entries.iter().map(Unsealed::most_bytes).fold(0_usize, usize::saturating_add);
    if bytes > MAX_COMMAND_BYTES {
        return Err(too_large(Size::Bytes, bytes, MAX_COMMAND_BYTES));
    }
    Ok(())
}

/// The entries of a command, chained, but for the signature on the last one.
#[derive(Debug, Clone)]
pub(super) struct Unsigned {
    id: CommandId,
    before_last: Vec<Sealed>,
    last: Option<(u64, Vec<u8>)>,
    message: Vec<u8>,
    /// Id and time of each entry.
    ids: Vec<(EntryId, i64)>,
}

impl Unsigned {
    /// What the officer signs.
    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    /// Its entries but for the last, which has no hash before it is signed.
    pub(super) fn before_last(&self) -> &[Sealed] {
        &self.before_last
    }

    /// The command as readers will see it, but for the hash of its last entry: made of `command` and
    /// `entries`, whose rows came to `told`.
    pub(super) fn settled(&self, command: &Command, entries: &[Unsealed], told: Told) -> Settled {
        let last = self.last.as_ref().map(|(index, _)| (*index, Hash::ZERO));
        let places = self.before_last.iter().map(|entry| (entry.index, entry.hash)).chain(last);
        let pending = places.zip(&self.ids).zip(entries).map(
            |(((index, hash), (id, recorded_at_microseconds)), entry)| Pending {
                index,
                id: *id,
                hash,
                recorded_at_microseconds: *recorded_at_microseconds,
                row: entry.row.clone(),
            },
        );
        let Told { events, moves, cited } = told;
        let (officer, command, void) = (command.officer, command.id, Vec::new());
        Settled { officer, command, entries: pending.collect(), events, moves, void, cited }
    }

    /// With the signature that `signer` makes.
    ///
    /// # Errors
    /// As [`Unsigned::sign`].
    pub(super) fn signed_by(self, signer: &dyn Signer) -> Result<SealedCommand> {
        let signature = signer.sign(&self.message);
        self.sign(&signature)
    }

    /// With the officer's signature.
    ///
    /// # Errors
    /// `entry_malformed` for what the format cannot hold: what could not be read again is not recorded.
    pub(super) fn sign(self, signature: &[u8; SIGNATURE_BYTES]) -> Result<SealedCommand> {
        let mut entries = self.before_last;
        if let Some((index, mut bytes)) = self.last {
            bytes.extend_from_slice(signature);
            entry::parse(&bytes).map_err(unfit)?;
            entries.push(Sealed::new(index, bytes));
        }
        Ok(SealedCommand { id: self.id, entries })
    }
}

/// Chains the entries of a command after `head`.
///
/// # Errors
/// `Kind::Io` with code `clock_range` when the clock is outside what an entry id can say;
/// `command_too_large`, `entry_malformed` for what the format cannot hold.
pub(super) fn chain(head: Head, command: &Command, entries: &[Unsealed]) -> Result<Unsigned> {
    let count = u16::try_from(entries.len())
        .map_err(|_| too_large(Size::Entries, entries.len(), MAX_COMMAND_ENTRIES))?;
    let before_last = Vec::with_capacity(entries.len());
    let (ids, message) = (Vec::with_capacity(entries.len()), Vec::new());
    let mut made = Unsigned { id: command.id, before_last, last: None, message, ids };
    let mut previous = head.hash;
    let mut index = head.size;
    let mut recorded_at = command.recorded_at_microseconds;
    for ((place, entry), random) in (0_u16..).zip(entries).zip(&command.randoms) {
        let is_last = place.checked_add(1) == Some(count);
        let id = EntryId::new(recorded_at, *random).ok_or_else(|| {
            Error::new(Kind::Io, "clock_range", format!("the clock says {recorded_at} µs"))
                .with_hint("set the clock to the present")
        })?;
        made.ids.push((id, recorded_at));
        let row = entry.row.as_ref().map(|(source, key)| Row { source, key: *key });
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let envelope = Envelope {
            event_type: entry.event_type,
            event_version: entry.event_version,
            flags: flag(is_last, SIGNED)
                | flag(entry.commitment.is_some(), CONFIDENTIAL)
                | flag(row.is_some(), IMPORTED)
                | flag(entry.historical, HISTORICAL)
                | flag(command.clock_accepted, CLOCK_ACCEPTED),
            ledger: command.ledger,
            index,
            id,
            previous,
            recorded_at_microseconds: recorded_at,
            occurred_on_days: entry.occurred_on_days,
            officer: command.officer,
            command: command.id,
            place,
            count,
            digest: (place == 0).then_some(command.digest),
            row,
            body: &entry.body,
            commitment: entry.commitment,
            signature: None,
        };
        let bytes = envelope.prefix().map_err(unfit)?;
        if is_last {
            made.message = entry_message(command.ledger, &hash::signing(&bytes));
            made.last = Some((index, bytes));
            break;
        }
        // What could not be read again is not recorded.
        entry::parse(&bytes).map_err(unfit)?;
        let entry = Sealed::new(index, bytes);
        previous = entry.hash;
        index = index.saturating_add(1);
        recorded_at = entry::recorded_after(recorded_at);
        made.before_last.push(entry);
    }
    Ok(made)
}

/// What the format cannot hold.
pub(super) fn unfit(why: entry::Malformed) -> Error {
    Error::new(Kind::Usage, "entry_malformed", format!("this would be no entry: {why}"))
        .with_hint("say less in one entry, or attach it as a document")
        .in_case("new")
}

/// The head after a command.
pub(super) fn head_after(command: &SealedCommand, before: Head) -> Head {
    command
        .entries
        .last()
        .map_or(before, |last| Head { size: last.index.saturating_add(1), hash: last.hash })
}
