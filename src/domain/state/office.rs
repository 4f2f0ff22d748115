//! What the state keeps of the ledger itself, its officers and keys.

use crate::domain::calendar::{Date, Year};
use crate::domain::event::{Bytes16, Bytes32};
use crate::domain::ids::Text;
use crate::domain::kinds::Role;
use crate::domain::money::{Amount, Currency};
use serde::{Deserialize, Serialize};

/// What LedgerOpened fixed for ever, and the key that signs the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerFacts {
    /// The ledger's id.
    pub id: Bytes16,
    /// The log's origin.
    pub origin: Text,
    /// The ledger's name.
    pub name: Text,
    /// ISO 4217 code.
    pub currency: Text,
    /// Digits of the minor unit.
    pub exponent: u8,
    /// Minutes from UTC.
    pub utc_offset_minutes: i16,
    /// 1 to 12.
    pub fiscal_year_start_month: u8,
    /// The key that signs checkpoints now.
    pub log_key: Bytes32,
    /// The keys that signed them before, oldest first.
    pub former_log_keys: Vec<FormerLogKey>,
    /// The day the ledger was opened; history is before it, unless the policy says otherwise.
    pub opened_on: Date,
}

/// A key that signed checkpoints once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerLogKey {
    /// The key.
    pub key: Bytes32,
    /// Index of the entry that brought in the next one.
    pub until: u64,
    /// This key signed for the next one.
    pub handed_over: bool,
}

/// ISO 4217's code for no currency: what amounts are in before a ledger is open.
pub const NO_CURRENCY: Currency = Currency { code: *b"XXX", exponent: 2 };

impl LedgerFacts {
    /// The key that signs the checkpoint of a size.
    #[must_use]
    pub fn log_key_at(&self, size: u64) -> Bytes32 {
        let former = self.former_log_keys.iter().find(|former| size <= former.until);
        former.map_or(self.log_key, |former| former.key)
    }

    /// True if `key` signed checkpoints once, and every key from it on signed for the one after it.
    #[must_use]
    pub fn is_handed_over(&self, key: &Bytes32) -> bool {
        let since = self.former_log_keys.iter().skip_while(|former| former.key != *key);
        since.clone().next().is_some() && since.into_iter().all(|former| former.handed_over)
    }

    /// The ledger's currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        let code = <[u8; 3]>::try_from(self.currency.as_str().as_bytes()).unwrap_or(*b"???");
        Currency { code, exponent: self.exponent }
    }

    /// The fiscal year of a day.
    #[must_use]
    pub fn fiscal_year(&self, date: Date) -> Year {
        date.fiscal_year(self.fiscal_year_start_month)
    }
}

/// An enrolled officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Unique name.
    pub name: Text,
    /// Public key.
    pub key: Bytes32,
    /// What the officer may do.
    pub roles: Vec<Role>,
    /// The most that one entry of the officer may move, minor units.
    pub limit: Option<Amount>,
    /// Index of the entry that revoked the officer.
    pub revoked: Option<u64>,
}

impl Officer {
    /// True for an administrator who was not revoked.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.revoked.is_none() && self.roles.contains(&Role::Administrator)
    }
}

/// A key that was given up for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentKey {
    /// The officer who had it; `None`: it was the log's.
    pub officer: Option<u32>,
    /// Index of the entry that brought in the next one.
    pub until: u64,
}
