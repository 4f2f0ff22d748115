//! From the bytes of an entry to its event.

use crate::chain::body;
use crate::chain::entry::{self, Envelope};
use crate::domain::calendar::Date;
use crate::domain::event::{Body, Bytes32, Event};

/// A body as it was read: `None` is a type or version of a later release.
pub type ReadBody = std::result::Result<Option<Body>, entry::Malformed>;

/// Reads the body of an entry.
///
/// # Errors
/// As [`entry::parse`] and [`body::decode`].
pub fn read_body(bytes: &[u8]) -> ReadBody {
    body_of(&entry::parse(bytes)?)
}

pub(super) fn body_of(envelope: &Envelope<'_>) -> ReadBody {
    body::decode(envelope.event_type, envelope.event_version, envelope.body)
}

/// The event of an entry, if this release knows its type.
///
/// # Errors
/// As [`read_body`].
pub fn read_event(bytes: &[u8]) -> std::result::Result<Option<Event>, entry::Malformed> {
    let envelope = entry::parse(bytes)?;
    let body = body::decode(envelope.event_type, envelope.event_version, envelope.body)?;
    Ok(body.map(|body| event_of(&envelope, body)))
}

/// The event of an entry whose envelope and body were read.
pub(super) fn event_of(envelope: &Envelope<'_>, body: Body) -> Event {
    Event {
        occurred_on: Date(envelope.occurred_on_days),
        historical: envelope.has(entry::HISTORICAL),
        confidential: envelope.commitment.map(|commitment| Bytes32(commitment.0)),
        body,
    }
}

/// True for events that bring in a key or end one.
pub(super) fn is_of_keys(body: &Body) -> bool {
    matches!(
        body,
        Body::LedgerOpened(_)
            | Body::LogKeyRotated(_)
            | Body::OfficerEnrolled(_)
            | Body::OfficerKeyRotated(_)
            | Body::OfficerRevoked(_)
    )
}
