//! Bodies of types 50–52: follow-on investment. Outside the budget identity.

use super::{Bytes32, Code, Filing, Text};
use crate::domain::kinds::FollowOnKind;
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// The amount in the currency it was pledged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalAmount {
    /// Minor units of that currency.
    pub amount: Amount,
    /// Its ISO 4217 code.
    pub currency: Text,
    /// The exchange rate used, as decimal text.
    pub rate: Text,
    /// Where the rate is from.
    pub source: Text,
}

/// Type 50: an investment is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowOnPledged {
    /// Its code.
    pub code: Code,
    /// The project that drew it.
    pub project: Code,
    /// Who invests.
    pub investor: Text,
    /// Private, enterprise-built, own funds, other public or in kind.
    pub kind: FollowOnKind,
    /// Minor units of the ledger's currency, not below zero.
    pub amount: Amount,
    /// The amount as pledged, where that was in another currency.
    pub original: Option<OriginalAmount>,
    /// SHA-256 of the valuation document; required for `in_kind`.
    pub valuation: Option<Bytes32>,
    /// The agreement's number or title.
    pub agreement: Option<Text>,
    /// What shows that the public money drew it.
    pub causality: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 51: part of a pledge is paid in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowOnPaidIn {
    /// The investment.
    pub code: Code,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 52: the unpaid rest of a pledge ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowOnWithdrawn {
    /// The investment.
    pub code: Code,
    /// Minor units; exactly what is pledged and neither paid in nor withdrawn.
    pub amount: Amount,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}
