//! The snapshot of the state that a store keeps, against the state that the log gives.
//!
//! A snapshot decides what the rules allow, and its signature only says that the log key made it. Whether
//! it is what the entries give, only making the state anew can say.

use super::Reader;
use crate::chain::body;
use crate::chain::hash::{Hash, state_part};
use crate::error::{Kind, Result};
use crate::ledger::parts;
use crate::store::Store;

/// How a snapshot stands to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// There is none.
    None,
    /// It is the state at this size.
    Agrees(u64),
    /// It is another one than that at this size: the hashes of both, whole.
    Differs {
        /// The size.
        size: u64,
        /// Of the state that the entries give.
        expected: Hash,
        /// Of the state that the snapshot gives.
        found: Hash,
    },
    /// A part of it is damaged, so that it is not whole what the log key signed.
    Damaged {
        /// The size.
        size: u64,
        /// What is, in words.
        why: String,
    },
    /// The log does not say what the state was.
    Unknown {
        /// The size.
        size: u64,
        /// Why, in words.
        why: String,
    },
}

/// Makes the state anew from the log and compares the snapshot in `store` with it, whoever signed it.
///
/// # Errors
/// `Kind::Io` when store or log cannot be read.
pub fn compare(store: &dyn Store, reader: &Reader) -> Result<Compared> {
    let snapshot = match store.snapshot() {
        Ok(Some(snapshot)) => snapshot,
        Ok(None) => return Ok(Compared::None),
        Err(error) if error.kind() == Kind::Break => return Ok(Compared::None),
        Err(error) => return Err(error),
    };
    let size = snapshot.head.size;
    if size > reader.size() {
        let why = format!("the log is published to {} entries", reader.size());
        return Ok(Compared::Unknown { size, why });
    }
    let replay = match reader.fold(size, &mut |_| {}) {
        Ok(replay) => replay,
        Err(error) if error.kind() == Kind::Break => {
            return Ok(Compared::Unknown { size, why: error.message().to_owned() });
        }
        Err(error) => return Err(error),
    };
    let unknown = |why: String| Ok(Compared::Unknown { size, why });
    let Some((state, parts)) = parts::open(store, &snapshot)? else { return Ok(Compared::None) };
    let encoded = [replay.state(), &state].map(body::encode_state);
    // Every part was read for that.
    match parts.fault() {
        Err(fault) if fault.kind() == Kind::Break => {
            return Ok(Compared::Damaged { size, why: fault.message().to_owned() });
        }
        read => read?,
    }
    let [expected, found] = match encoded {
        [Ok(made), Ok(found)] => [made, found].map(|bytes| state_part(&bytes)),
        [Err(malformed), _] | [_, Err(malformed)] => return unknown(malformed.to_string()),
    };
    let agrees = state == *replay.state() && replay.walk().head() == snapshot.head;
    Ok(if agrees { Compared::Agrees(size) } else { Compared::Differs { size, expected, found } })
}
