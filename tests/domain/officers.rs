//! Officers and keys over time. Lin (0) opened the ledger with key 1; the log has key 9.

use crate::given::Given;
use crate::wishes::{filed, fund, no_filing, officer};
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::kinds::Role;

fn new_key(number: u32, key: u8) -> Command {
    let (key, proof) = (Bytes32([key; 32]), Bytes64([0; 64]));
    let filing = no_filing();
    Command::RotateOfficerKey(OfficerKeyRotated { number, key, proof, reason: None, filing })
}

fn new_log_key(key: u8) -> Command {
    let (key, proof, handover) = (Bytes32([key; 32]), Bytes64([0; 64]), None);
    let filing = no_filing();
    Command::RotateLogKey(LogKeyRotated { key, proof, handover, reason: None, filing })
}

fn roles(number: u32, roles: &[Role]) -> Command {
    let (roles, limit, reason) = (roles.to_vec(), None, None);
    let filing = no_filing();
    Command::ChangeOfficerRoles(OfficerRolesChanged { number, roles, limit, reason, filing })
}

fn revoke(number: u32) -> Command {
    let (reason, filing) = (Text::new("left the office"), no_filing());
    Command::RevokeOfficer(OfficerRevoked { number, reason, filing })
}

/// Wang is officer 1, with key 2.
fn two() -> Given {
    Given::ledger().and(officer("Wang", 2))
}

#[test]
fn a_revoked_officer_signs_nothing_more() {
    let mut given = two().and(revoke(1));
    given.officer = 1;
    given.when(fund("PD")).then_refused(
        "officer_revoked",
        "officer Wang was revoked at @3
         hint: a revocation is for ever; enrol the person under another name (earmark officer \
         enroll)
         details: entry=@3",
    );
}

#[test]
fn a_revocation_is_for_ever() {
    let words = "officer Wang was revoked at @3
         hint: a revocation is for ever; enrol the person under another name (earmark officer \
         enroll)
         details: entry=@3";
    let given = two().and(revoke(1));
    given.clone().when(revoke(1)).then_refused("officer_revoked", words);
    given.clone().when(new_key(1, 3)).then_refused("officer_revoked", words);
    given.clone().when(roles(1, &[Role::Maker])).then_refused("officer_revoked", words);
    // The name, too, stays taken.
    given.when(officer("Wang", 3)).then_refused(
        "officer_exists",
        "officer Wang exists already
         hint: choose another name",
    );
}

#[test]
fn who_is_changed_is_known() {
    let words = "there is no officer number 7
         hint: see `earmark officer list`";
    two().when(revoke(7)).then_refused("unknown_officer", words);
    two().when(new_key(7, 3)).then_refused("unknown_officer", words);
    two().when(roles(7, &[Role::Maker])).then_refused("unknown_officer", words);
}

#[test]
fn a_key_that_was_given_up_never_comes_back() {
    let given = two().and(new_key(1, 3)).and(new_log_key(8));
    let was = |whose: &str, entry: u64| {
        format!(
            "a key is used once; this one was {whose} until @{entry}
             hint: make a key of its own (earmark key new)
             details: until=@{entry}"
        )
    };
    let (wang, log) = (was("the key of officer Wang", 3), was("the log's key", 4));
    for (old, words) in [(2, &wang), (9, &log)] {
        given.clone().when(officer("Zhao", old)).then_refused("key_used_before", words);
        given.clone().when(new_key(0, old)).then_refused("key_used_before", words);
        given.clone().when(new_key(1, old)).then_refused("key_used_before", words);
        given.clone().when(new_log_key(old)).then_refused("key_used_before", words);
    }
    let given = given.and(revoke(1));
    let wang = was("the key of officer Wang", 5);
    given.clone().when(officer("Zhao", 3)).then_refused("key_used_before", &wang);
    given.when(new_log_key(3)).then_refused("key_used_before", &wang);
}

#[test]
fn a_key_has_one_purpose() {
    let is = |whose: &str| {
        format!(
            "a key has one purpose; this one is already {whose}
             hint: make a key of its own (earmark key new)"
        )
    };
    for (key, whose) in [(1, "the key of officer Lin"), (9, "the log's key")] {
        two().when(new_key(1, key)).then_refused("key_in_use", &is(whose));
        two().when(new_log_key(key)).then_refused("key_in_use", &is(whose));
    }
}

#[test]
fn an_officer_has_a_role() {
    two().when(roles(1, &[])).then_refused(
        "text_empty",
        "roles must not be empty
         hint: fill it in",
    );
}

#[test]
fn what_became_of_the_files_is_told_as_it_was() {
    let restored = |size| {
        let (source, head) = (Text::new("/mnt/copy/log"), Bytes32([5; 32]));
        Command::RestoreLedger(LedgerRestored { source, size, head, filing: no_filing() })
    };
    let adopted = |size| {
        let (root, filing) = (Bytes32([6; 32]), no_filing());
        Command::AdoptAnchor(AnchorAdopted { size, root, filing })
    };
    let erased = |entry| {
        let (legal_basis, filing) = (Text::new("request of the person"), filed("request", 1));
        Command::EraseConfidential(ConfidentialErased { entry, legal_basis, filing })
    };
    Given::ledger().and(restored(2)).and(adopted(3)).and(erased(1));
    Given::ledger().when(restored(3)).then_refused(
        "out_of_range",
        "restored size is 3; allowed is 2, the entries before this one
         details: found=3 | allowed=2, the entries before this one",
    );
    Given::ledger().when(adopted(3)).then_refused(
        "out_of_range",
        "anchor size is 3; allowed is at most 2, the entries before this one
         details: found=3 | allowed=at most 2, the entries before this one",
    );
    Given::ledger().when(erased(2)).then_refused(
        "unknown_entry",
        "there is no entry @2
         hint: see `earmark register`",
    );
}
