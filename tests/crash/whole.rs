//! A ledger's folder is whole: verified from its published log, and its store equal to it.

use crate::house::{House, ORIGIN};
use earmark::chain::signature::Signer;
use earmark::ledger::Reader;
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Tier, Trust, verify, verify_store};

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
