//! A ledger's folder is whole: verified from its published log, and its store equal to it.

use crate::house::{House, ORIGIN};
use earmark::chain::signature::Signer;
use earmark::ledger::Reader;
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Tier, Trust, verify, verify_store};
use std::io::Result;
use std::process::{Child, Command};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// A process that is being started holds, until its own program runs, every lock that this one holds.
static STARTING: RwLock<()> = RwLock::new(());

/// Starts a process while no other test has a ledger open.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let _alone = STARTING.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// As long as this lives no process is started, so that a lock that is let go of is free.
pub(crate) fn undisturbed() -> RwLockReadGuard<'static, ()> {
    STARTING.read().unwrap_or_else(PoisonError::into_inner)
}

/// Verifies everything there is and gives the size.
#[track_caller]
pub(crate) fn assert_whole(house: &House) -> u64 {
    let folder = house.ledger_folder();
    let key = VerifierKey::new(ORIGIN, &house.log_signer().public_key()).unwrap();
    let reader = Reader::open(&folder, None).unwrap();
    let trust = Trust { key: Some(key), pin: None };
    let report =
        verify(&reader, Some(&folder.join("cache")), &Tier::ALL, &trust, &mut |_| {}).unwrap();
    assert!(report.is_verified(), "{:#?}", report.faults);
    let store = verify_store(&folder, reader.archive()).unwrap();
    assert_eq!(store.faults, []);
    report.size
}
