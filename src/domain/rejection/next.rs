//! What can be done after a refusal, as data: a page makes a link or an input of it, the command line a
//! verb or a flag. The sentence around it is written in the room of words.

use super::Thing;
use crate::domain::calendar::Date;
use crate::domain::kinds::Role;

/// A step after a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Look something up.
    Look(List),
    /// Look at one thing.
    Show(Thing, String),
    /// Say more, or something else.
    Say(Input),
    /// Write a field of the order otherwise; its name is the one that the rule gives it.
    Correct(&'static str),
    /// Do something else first, or instead.
    Do(Verb),
    /// Reverse an entry with all that builds on it.
    ReverseAll(u64),
    /// Have an officer of this role sign.
    Ask(Role),
    /// Adopt a policy that says so.
    Adopt(Setting),
    /// Say that the clock is right, by repeating its day.
    AcceptClock(Date),
    /// Send the same command again.
    Again,
    /// Use a release that knows more.
    Upgrade,
    /// Leave out what is filled in.
    LeaveOut,
}

/// What can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Things of a kind.
    Of(Thing),
    /// Payments.
    Payments,
    /// One thing or entry, and what belongs to it.
    Card,
}

/// What is said in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The day it happened.
    OccurredOn,
    /// The lines, with the amount of each.
    Lines,
    /// The project.
    Project,
    /// The payee.
    Payee,
    /// The purpose.
    Purpose,
    /// The valuation document.
    Valuation,
    /// Who signs.
    Officer,
    /// The id of the command.
    CommandId,
    /// That it is history.
    Historical,
    /// The clock's own day.
    Clock,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Open the ledger.
    OpenLedger,
    /// Make a key.
    MakeKey,
    /// Enrol an officer.
    EnrolOfficer,
    /// Change an officer's roles.
    ChangeRoles,
    /// Supplement a line.
    Supplement,
    /// Supplement or reduce a line.
    Adjust,
    /// Carry a balance forward.
    CarryForward,
    /// Reserve for a project.
    Reserve,
    /// Release what is reserved.
    Release,
    /// Increase a contract.
    IncreaseCommitment,
    /// Pledge a follow-on investment.
    Pledge,
    /// Reverse an entry.
    Reverse,
}

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A later day before which all is history.
    HistoryBefore,
    /// That a project need not be named.
    NoProjectRequired,
    /// That funds of different purposes may give to each other.
    TransferBetweenPurposes,
}
