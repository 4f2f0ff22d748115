//! The rules of public money, told as given / when / then. One file a subject; `given` is the small
//! language they are told in, `wishes` the short forms of what an office asks for. A test fails at
//! the line of its own story. Nothing here touches a file, a clock or an engine, but for `codes`,
//! which reads the source to see that no refusal lacks a test of its words.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod breaches;
mod choice;
mod codes;
mod confidential;
mod districts;
mod follow_on;
mod funds;
mod given;
mod officers;
mod policies;
mod precedence;
mod projects;
mod refunds;
mod refused_correction;
mod refused_form;
mod refused_ledger;
mod refused_money;
mod refused_names;
mod refused_state;
mod refused_time;
mod reversals;
mod rule_sets;
mod vouchers;
mod wishes;
mod years;
