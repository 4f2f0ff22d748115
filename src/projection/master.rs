//! The things that have a name, as they are last known: what [`names`](super::names) keeps of each.

use crate::domain::calendar::Date;
use crate::domain::event::Bytes32;
use crate::domain::ids::{Code, Tag, Text};
use crate::domain::kinds::{FundKind, Level, ProjectStatus, Role};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The number, in order of enrolment.
    pub number: u32,
    /// The name.
    pub name: Text,
    /// The public key.
    pub key: Bytes32,
    /// What the officer may do.
    pub roles: Vec<Role>,
    /// The most that one entry of the officer may move, minor units.
    pub limit: Option<Amount>,
    /// Index of the entry that enrolled the officer.
    pub since: u64,
    /// Index of the entry that brought in the present key.
    pub key_since: u64,
    /// Index of the entry that revoked the officer.
    pub revoked: Option<u64>,
}

/// A district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// City, district or street.
    pub level: Level,
    /// The district above it.
    pub above: Option<Code>,
    /// First valid day.
    pub valid_from: Option<Date>,
    /// Last valid day.
    pub valid_to: Option<Date>,
    /// The code that follows it.
    pub successor: Option<Code>,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// The district that leads it.
    pub district: Option<Code>,
}

/// A fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// Special, guidance or matching.
    pub kind: FundKind,
    /// What its money is for.
    pub purposes: Vec<Tag>,
    /// Who manages it.
    pub manager: Option<Text>,
    /// The district it belongs to.
    pub district: Option<Code>,
    /// The day it was established.
    pub established_on: Date,
    /// Whether it is closed.
    pub closed: bool,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The title.
    pub title: Text,
    /// The Chinese title.
    pub title_zh: Option<Text>,
    /// What it is for.
    pub purpose: Tag,
    /// Where it is; `None`: its fund's district.
    pub district: Option<Code>,
    /// The programme it implements.
    pub programme: Option<Code>,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// The most it may engage, minor units.
    pub ceiling: Option<Amount>,
    /// Where it stands.
    pub status: ProjectStatus,
    /// Where it stood before it was closed out.
    pub before_close_out: ProjectStatus,
    /// The day it was approved.
    pub approved_on: Date,
    /// The entry that approved it.
    pub entry: u64,
}

/// A payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// The name.
    pub name: Text,
    /// The Chinese name.
    pub name_zh: Option<Text>,
    /// Unified social credit code.
    pub credit_code: Option<Text>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Who will be paid.
    pub payee: Option<Code>,
    /// What it is for, where there is no project.
    pub purpose: Option<Tag>,
    /// The title.
    pub title: Option<Text>,
    /// The day it was made.
    pub made_on: Date,
    /// Whether it is closed.
    pub closed: bool,
    /// The duty as it stands: made and increased, less reduced and what was free at its closing.
    pub amount: Amount,
    /// What stands in its accounts; at zero after a reversal its number is free again.
    pub standing: Amount,
    /// The entry that made it.
    pub entry: u64,
}
