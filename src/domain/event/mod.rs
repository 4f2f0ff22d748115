//! Events: past-tense facts, each with a permanent number and frozen structs by version.
//!
//! The structs here are version 1 of their bodies, encoded field by field in this order
//! (schemas/entry.md §6). A later version is a new struct beside it and an upcast in `chain/body`;
//! no field here is ever changed, moved or removed. Every body ends with [`Filing`].

mod allocation;
mod commitment;
mod correction;
mod custody;
mod follow_on;
mod list;
mod master;
mod office;
mod project;

pub use allocation::*;
pub use commitment::*;
pub use correction::*;
pub use custody::*;
pub use follow_on::*;
pub(crate) use list::each_fact;
pub use master::*;
pub use office::*;
pub use project::*;

use super::calendar::Date;
use super::ids::{Code, Text};
use super::kinds::{Role, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 32 bytes that are a hash or a public key; encoded as bytes with their length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes32(pub [u8; 32]);

/// 64 bytes that are a signature; encoded as bytes with their length.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bytes64(pub [u8; 64]);

/// 16 bytes that are an id; encoded as bytes with their length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes16(pub [u8; 16]);

macro_rules! byte_fields {
    ($($t:ident $n:literal),*) => {$(
        impl std::fmt::Display for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }

        impl std::fmt::Debug for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $t {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $t {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = serde_bytes::ByteArray::<$n>::deserialize(deserializer)?;
                Ok(Self(bytes.into_array()))
            }
        }
    )*};
}
byte_fields!(Bytes16 16, Bytes32 32, Bytes64 64);

/// A document, by hash; its bytes stay with the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// SHA-256 of the file's bytes, so that `sha256sum` checks it.
    pub hash: Bytes32,
    /// What it is: `contract`, `e-voucher`, `valuation`, …; free text.
    pub kind: Text,
    /// The file's name, without a folder.
    pub name: Text,
    /// Number of pages, where counted.
    pub pages: Option<u32>,
}

/// What every body ends with: documents by hash, and the office's own file number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filing {
    /// Documents attached.
    pub documents: Vec<DocumentRef>,
    /// The office's document number, for example `沪财〔2002〕15号`.
    pub document_no: Option<Text>,
}

/// Entries that a command cites, by index: looked up before, handed in as values.
pub type Cited = BTreeMap<u64, Event>;

/// What happened, with the day it happened on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The day in the world.
    pub occurred_on: Date,
    /// Part of an import of history (softer rules, only before the cut-over date).
    pub historical: bool,
    /// The commitment to its confidential fields, where it has some (schemas/confidential.md).
    pub confidential: Option<Bytes32>,
    /// What.
    pub body: Body,
}

macro_rules! role {
    (nobody) => {
        None
    };
    (administrator) => {
        Some(Role::Administrator)
    };
    (maker) => {
        Some(Role::Maker)
    };
}

macro_rules! reversible_from {
    (reversible) => {
        Some(1)
    };
    (reversible_3) => {
        Some(3)
    };
    (final) => {
        None
    };
}

macro_rules! bodies {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        /// The body of an event, one variant a type.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body { $(
            #[doc = concat!("Type ", stringify!($number), ".")]
            $name($name),
        )+ }

        impl Body {
            /// The permanent number of the type.
            #[must_use]
            pub fn number(&self) -> u16 {
                match self { $(Self::$name(_) => $number),+ }
            }

            /// The version that is written of the type.
            #[must_use]
            pub fn version(&self) -> u16 {
                match self { $(Self::$name(_) => $version),+ }
            }

            /// The role that whoever signs it has to have, from rule set 2 on; `None`: any.
            #[must_use]
            pub fn role(&self) -> Option<Role> {
                match self { $(Self::$name(_) => role!($role)),+ }
            }

            /// Whether it can be reversed under a rule set; else it ends by an event of its own.
            #[must_use]
            pub fn is_reversible(&self, rule_set: u32) -> bool {
                let from: Option<u32> = match self { $(Self::$name(_) => reversible_from!($end)),+ };
                from.is_some_and(|from| from <= rule_set)
            }

            /// The name of the type.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name)),+ }
            }

            /// The word that the `type:` filter matches: `disbursement`, `allocation`, ….
            #[must_use]
            pub fn family(&self) -> &'static str {
                match self { $(Self::$name(_) => $word),+ }
            }

            /// Documents and file number.
            #[must_use]
            pub fn filing(&self) -> &Filing {
                match self { $(Self::$name(body) => &body.filing),+ }
            }

            /// Documents and file number, to fill in.
            pub fn filing_mut(&mut self) -> &mut Filing {
                match self { $(Self::$name(body) => &mut body.filing),+ }
            }

            /// All types: number, name, word.
            pub const TYPES: &'static [(u16, &'static str, &'static str)] =
                &[$(($number, stringify!($name), $word)),+];
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })+
    };
}

each_fact!(bodies);
