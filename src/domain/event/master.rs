//! Bodies of types 1–12, 19 and 35: the ledger, its policy, officers and master data.

use super::{Bytes16, Bytes32, Bytes64, Code, Date, Filing, Text};
use crate::domain::ids::Tag;
use crate::domain::kinds::{Control, FundKind, Level, Role};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// The newest version of the rules in `admit`, which new ledgers are opened under.
pub const RULE_SET: u32 = 3;

impl Policy {
    /// True if this release has the rules that it asks for.
    #[must_use]
    pub fn has_known_rules(&self) -> bool {
        (1..=RULE_SET).contains(&self.rule_set_version)
    }
}

/// The rules that a ledger chose for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// What happens below zero.
    pub control: Control,
    /// How far below zero `stop` still lets a line go, in basis points of its authority …
    pub tolerance_basis_points: u32,
    /// … and absolutely, in minor units; the lower of the two holds.
    pub tolerance_minor_units: Amount,
    /// Whether every commitment and payment needs a project.
    pub project_required: bool,
    /// Whether money may be transferred between funds of different purpose.
    pub transfer_between_purposes: bool,
    /// From which amount how many approvals are asked for; used by a later rule set.
    pub approval_bands: Vec<ApprovalBand>,
    /// Days within which a like project counts as a duplicate; used by a later rule set.
    pub duplicate_window_days: u32,
    /// Only dates before this day may be imported as history; `None`: the day the ledger was opened.
    pub history_before: Option<Date>,
    /// The version of the rules in `admit`: 1 asks for no roles, 2 does (schemas/entry.md §12).
    pub rule_set_version: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            control: Control::Stop,
            tolerance_basis_points: 0,
            tolerance_minor_units: Amount::ZERO,
            project_required: true,
            transfer_between_purposes: false,
            approval_bands: Vec::new(),
            duplicate_window_days: 0,
            history_before: None,
            rule_set_version: RULE_SET,
        }
    }
}

/// From `from` minor units on, `approvals` distinct approvers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalBand {
    /// Lowest amount of the band, minor units.
    pub from: Amount,
    /// Number of approvals.
    pub approvals: u8,
}

/// Type 1: the first entry of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerOpened {
    /// The ledger's id, as in every envelope.
    pub ledger: Bytes16,
    /// The log's origin: a schema-less URL that never changes.
    pub origin: Text,
    /// The ledger's name.
    pub name: Text,
    /// ISO 4217 code of the one currency.
    pub currency: Text,
    /// Digits of the minor unit.
    pub exponent: u8,
    /// Offset from UTC of "today", fiscal years and bare times, minutes, −840 to 840.
    pub utc_offset_minutes: i16,
    /// Month in which the fiscal year begins, 1 to 12.
    pub fiscal_year_start_month: u8,
    /// Ed25519 public key that signs checkpoints.
    pub log_key: Bytes32,
    /// The first policy.
    pub policy: Policy,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 3: a new policy, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAdopted {
    /// The policy in force from the next entry on.
    pub policy: Policy,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 4: an officer's key is known from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerEnrolled {
    /// The officer's number, in order of enrolment from 0.
    pub number: u32,
    /// The officer's name, unique in the ledger.
    pub name: Text,
    /// Ed25519 public key.
    pub key: Bytes32,
    /// Proof of possession: signature over `earmark-enrol-v1\n`, ledger id, name and key.
    pub proof: Bytes64,
    /// What the officer may do.
    pub roles: Vec<Role>,
    /// The most that one entry of the officer may move, minor units.
    pub limit: Option<Amount>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 8: a district of the division tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictRegistered {
    /// Its code, for example `310115`.
    pub code: Code,
    /// Its name.
    pub name: Text,
    /// Its Chinese name.
    pub name_zh: Option<Text>,
    /// City, district or street.
    pub level: Level,
    /// The district above it.
    pub parent: Option<Code>,
    /// First day the code is valid.
    pub valid_from: Option<Date>,
    /// Last day the code is valid.
    pub valid_to: Option<Date>,
    /// The code that follows it.
    pub successor: Option<Code>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 9: a district ended on `occurred_on` (its last valid day).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictRetired {
    /// The code that ends.
    pub code: Code,
    /// The code that follows it.
    pub successor: Option<Code>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 10: a fund with its purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundEstablished {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Text,
    /// Its Chinese name.
    pub name_zh: Option<Text>,
    /// Special, guidance or matching.
    pub kind: FundKind,
    /// What its money is for; at least one tag.
    pub purposes: Vec<Tag>,
    /// Who manages it.
    pub manager: Option<Text>,
    /// The district it belongs to.
    pub district: Option<Code>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 11: what is known of a fund, mended. What is absent stays as it is; nothing is cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundAmended {
    /// The fund.
    pub code: Code,
    /// Its name from now on.
    pub name: Option<Text>,
    /// Its Chinese name from now on.
    pub name_zh: Option<Text>,
    /// Who manages it from now on.
    pub manager: Option<Text>,
    /// What its money is for besides.
    pub purposes_added: Vec<Tag>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 12: nothing new is recorded on the fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundClosed {
    /// The fund.
    pub code: Code,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 19: a programme of the city that projects implement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeRegistered {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Text,
    /// Its Chinese name.
    pub name_zh: Option<Text>,
    /// The district that leads it.
    pub district: Option<Code>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 35: somebody who can be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeRegistered {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Text,
    /// Its Chinese name.
    pub name_zh: Option<Text>,
    /// Unified social credit code (GB 32100).
    pub credit_code: Option<Text>,
    /// Accounts by label and validity; numbers are confidential and never stand here.
    pub accounts: Vec<PayeeAccount>,
    /// Documents and file number.
    pub filing: Filing,
}

/// An account of a payee, without its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeAccount {
    /// A label.
    pub label: Text,
    /// First day it is valid.
    pub valid_from: Option<Date>,
    /// Last day it is valid.
    pub valid_to: Option<Date>,
}
