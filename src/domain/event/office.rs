//! Bodies of types 2 and 5–7: keys and roles over time.
//!
//! A key's holder proves possession of it in the event that brings it in; who may bring it in is a
//! matter of the rules.

use super::{Bytes32, Bytes64, Filing, Text};
use crate::domain::kinds::Role;
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// Type 2: checkpoints of this size and larger are signed by a new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogKeyRotated {
    /// Ed25519 public key that signs checkpoints from here on.
    pub key: Bytes32,
    /// The new key's signature over `earmark-log-key-v1\n`, ledger id, old key and new key.
    pub proof: Bytes64,
    /// The old key's signature over the same bytes, where it was still there: trust goes on with it.
    pub handover: Option<Bytes64>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 5: what an officer may do changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerRolesChanged {
    /// The officer's number.
    pub number: u32,
    /// What the officer may do from the next command on, whole.
    pub roles: Vec<Role>,
    /// The most that one entry of the officer may move, minor units.
    pub limit: Option<Amount>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 6: an officer signs with a new key from the next command on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerKeyRotated {
    /// The officer's number.
    pub number: u32,
    /// The new Ed25519 public key.
    pub key: Bytes32,
    /// Proof of possession, as in OfficerEnrolled, with the officer's name and the new key.
    pub proof: Bytes64,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 7: the officer's signature no longer counts, from the next command on and for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerRevoked {
    /// The officer's number.
    pub number: u32,
    /// Why.
    pub reason: Text,
    /// Documents and file number.
    pub filing: Filing,
}
