//! What a surface does: a command prepared, signed elsewhere and committed; one writer for many.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

#[path = "../both/mod.rs"]
mod both;
#[path = "../house/mod.rs"]
mod house;
mod prepared;
mod queue;

use earmark::chain::signature::Signer as _;
use earmark::domain::command::Order;
use earmark::edge::clock::Clock;
use earmark::ledger::{Instruction, Ledger, Outside};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Tier, Trust};
use house::{House, NOW, allocation, fund, payee};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that stands where the test puts it.
#[derive(Debug, Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now_microseconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn outside(house: &House, hands: &Hands) -> Outside {
    Outside { clock: Box::new(hands.clone()), ..house.outside() }
}

/// A ledger with a fund, a payee and money: five entries, closed.
fn funded() -> House {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000));
    ledger.close().unwrap();
    house
}

/// A instruction of the officer of the house.
fn instruction(house: &House, order: Order, key: Option<&str>) -> Instruction {
    Instruction {
        order,
        confidential: None,
        officer: house.officer().public_key(),
        command_key: key.map(|key| key.as_bytes().to_vec()),
        accept_clock: None,
    }
}

/// Everything published, closed, and verified by both verifiers.
#[track_caller]
fn whole(house: &House, mut ledger: Ledger) {
    ledger.publish().unwrap();
    ledger.close().unwrap();
    let key = VerifierKey::new(house::ORIGIN, &house.log_signer().public_key()).unwrap();
    let trust = Trust { key: Some(key), pin: None };
    let report = both::verify(&house.ledger_folder().join("log"), &Tier::ALL, &trust).unwrap();
    assert!(report.is_whole(), "{report:?}");
}
