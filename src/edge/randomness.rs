//! Random bytes from the operating system, and nowhere else: the one file that asks for them.

use crate::error::{Error, Kind, Result};

/// Fills `bytes` with random ones.
///
/// # Errors
/// Code `no_randomness` if the system gives none.
pub(super) fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|source| none().with_source(source.to_string()))
}

/// The system gives none.
pub(super) fn none() -> Error {
    Error::new(Kind::Io, "no_randomness", "the operating system gives no random bytes")
        .with_hint("check that getrandom is allowed here and /dev/urandom can be read")
}
