//! Bodies of types 82, 84, 85 and 99: what was done to the ledger's files and what came into it, told by
//! the ledger itself.

use super::{Bytes32, Filing, Text};
use serde::{Deserialize, Serialize};

/// Type 82: the confidential fields of an entry are erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfidentialErased {
    /// Index of the entry.
    pub entry: u64,
    /// The law, decision or request that asks for it.
    pub legal_basis: Text,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 84: the ledger was rebuilt from a copy of its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRestored {
    /// Where the copy came from.
    pub source: Text,
    /// Number of entries that were restored: the index of this entry.
    pub size: u64,
    /// Hash of the last of them.
    pub head: Bytes32,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 85: a checkpoint was taken as the anchor by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchorAdopted {
    /// The checkpoint's size.
    pub size: u64,
    /// Its root.
    pub root: Bytes32,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 99: a command that is signed, and that should not be in the ledger, is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachAcknowledged {
    /// Index of the command's first entry.
    pub first: u64,
    /// The stable code of the rule that refuses it.
    pub rule: Text,
    /// How it came in, and what was done about it.
    pub reason: Text,
    /// Documents and file number.
    pub filing: Filing,
}
