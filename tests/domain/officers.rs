//! Officers and keys over time. Lin (0), maker and administrator, opened the ledger with key 1; the
//! log has key 9.

use crate::given::Given;
use crate::wishes::{
    Dated, Draws, allocate, commit, fund, ledger, line, no_filing, officer, reverse, yuan,
};
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::kinds::Role;
use earmark::domain::money::Amount;

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
    Given::ledger().and(restored(2)).and(adopted(3));
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
}

/// Wang is officer 1, with these roles and this limit.
fn with(roles: &[Role], limit: Option<Amount>) -> Given {
    let roles = roles.to_vec();
    Given::line(1_000).and(OfficerEnrolled { roles, limit, ..officer("Wang", 2) })
}

fn by_wang(mut given: Given) -> Given {
    given.officer = 1;
    given
}

#[test]
fn a_maker_records_and_an_administrator_administers() {
    let maker = by_wang(with(&[Role::Maker, Role::Approver], None));
    maker.clone().and(fund("SC"));
    maker.clone().when(revoke(0)).then_refused(
        "role_required",
        "OfficerRevoked is recorded by an administrator; officer Wang is maker, approver
         hint: let an officer with that role sign (--officer NAME; earmark officer list)
         details: found=maker, approver | wanted=administrator | officer=Wang",
    );
    let policy = PolicyAdopted { policy: Policy::default(), filing: no_filing() };
    for wish in [
        new_log_key(8),
        roles(1, &[Role::Administrator]),
        new_key(0, 3),
        Command::AdoptPolicy(policy),
        Command::EnrolOfficer(officer("Zhao", 4)),
    ] {
        maker.clone().when(wish).then_refused_with("role_required");
    }
    let administrator = by_wang(with(&[Role::Administrator], None));
    administrator.clone().and(revoke(0));
    administrator.when(fund("SC")).then_refused(
        "role_required",
        "FundEstablished is recorded by a maker; officer Wang is administrator
         hint: let an officer with that role sign (--officer NAME; earmark officer list)
         details: found=administrator | wanted=maker | officer=Wang",
    );
    let auditor = by_wang(with(&[Role::Auditor, Role::Approver], None));
    auditor.clone().when(fund("SC")).then_refused_with("role_required");
    auditor.when(new_log_key(8)).then_refused_with("role_required");
}

#[test]
fn an_officer_rotates_their_own_key_and_an_administrator_a_lost_one() {
    let auditor = by_wang(with(&[Role::Auditor], None));
    auditor.clone().and(new_key(1, 3));
    auditor.when(new_key(0, 3)).then_refused_with("role_required");
    with(&[Role::Auditor], None).and(new_key(1, 3));
}

#[test]
fn roles_are_those_of_just_before_the_command() {
    let given = Given::line(1_000);
    let event = |body: Body| Event {
        occurred_on: given.today,
        historical: false,
        confidential: None,
        body,
    };
    let Command::ChangeOfficerRoles(without) = roles(0, &[Role::Administrator]) else { return };
    let events = vec![event(without.into()), event(fund("SC").into())];
    // What the command takes away counts from the next command on …
    let mut after = given.clone().when_events(events).then_booked();
    after = after.when(fund("XC")).then_refused_with("role_required");
    // … and so does what it gives.
    let Command::ChangeOfficerRoles(with) = roles(0, &[Role::Maker, Role::Administrator]) else {
        return;
    };
    let events = vec![event(with.into()), event(fund("XC").into())];
    after.when_events(events).then_refused_with("role_required");
}

#[test]
fn an_entry_moves_at_most_its_officers_limit() {
    let wang = by_wang(with(&[Role::Maker], Some(yuan(100))).project("P", &[("PD:2001", 500)]));
    wang.clone().and(commit("C-1").of("P").from(&[("PD:2001", 100)]));
    wang.clone().when(commit("C-1").of("P").from(&[("PD:2001", 101)])).then_refused(
        "officer_limit",
        "officer Wang may move CNY 100.00 an entry, not CNY 101.00
         hint: let an officer with a higher limit sign (--officer NAME; earmark officer list)
         details: asked=101.00 | limit=100.00 | officer=Wang",
    );
    // A whole payment from two lines counts, a transfer once.
    let two = wang.clone().and(allocate("PD:2001:2001:B", 90));
    let transfer = |amount| AllocationTransferred {
        from: line("PD:2001"),
        to: Some(line("PD:2001:2001:B")),
        elsewhere: None,
        amount: yuan(amount),
        reason: None,
        filing: no_filing(),
    };
    let two = two.and(transfer(100));
    two.clone().when(transfer(101)).then_refused_with("officer_limit");
    let both = commit("C-2").of("P").from(&[("PD:2001", 60), ("PD:2001:2001:B", 41)]);
    two.when(both).then_refused_with("officer_limit");
    // Neither is a reversal of more.
    let mut large = wang;
    large.officer = 0;
    let mut index = 0;
    let large = large.and(commit("C-3").of("P").from(&[("PD:2001", 101)])).mark(&mut index);
    by_wang(large).when(reverse(index)).then_refused_with("officer_limit");
}

#[test]
fn somebody_stays_administrator() {
    let words = "a ledger has an administrator; officer Lin is the only one
         hint: make somebody else administrator first (earmark officer roles NAME --role …)
         details: officer=Lin";
    two().when(revoke(0)).then_refused("last_administrator", words);
    two().when(roles(0, &[Role::Maker])).then_refused("last_administrator", words);
    let given = two().and(roles(1, &[Role::Administrator]));
    let given = given.and(roles(0, &[Role::Maker]));
    by_wang(given).when(revoke(1)).then_refused_with("last_administrator");
    let given = two().and(roles(1, &[Role::Administrator])).and(revoke(0));
    by_wang(given).when(roles(1, &[Role::Maker])).then_refused_with("last_administrator");
}

/// A ledger under rule set 1, opened by Lin as maker alone.
fn old() -> Given {
    let mut opened = ledger();
    opened.policy.rule_set_version = 1;
    let command = Command::OpenLedger(opened, officer("Lin", 1));
    Given::nothing().and(command.on("2001-01-01"))
}

#[test]
fn rule_set_1_asks_for_no_roles() {
    let auditor = OfficerEnrolled { roles: vec![Role::Auditor], ..officer("Wang", 2) };
    let limited = OfficerEnrolled { limit: Some(yuan(1)), ..auditor };
    let given = by_wang(old().and(limited));
    let given = given.fund("PD").allocation("PD:2001", 1_000);
    let given = given.and(revoke(0));
    given.clone().and(revoke(1)).when(fund("SC")).then_refused_with("officer_revoked");
    given.and(roles(1, &[Role::Approver])).and(fund("SC"));
}

#[test]
fn rule_sets_only_go_up_and_roles_begin_with_an_administrator() {
    let adopt = |version| {
        let policy = Policy { rule_set_version: version, ..Policy::default() };
        PolicyAdopted { policy, filing: no_filing() }
    };
    let none = "roles are asked for, and no officer is administrator
         hint: let one officer be administrator first (earmark officer roles NAME --role …)";
    old().when(adopt(2)).then_refused("no_administrator", none);
    let given = old().and(roles(0, &[Role::Administrator])).and(adopt(2));
    given.clone().when(fund("PD")).then_refused_with("role_required");
    given.when(adopt(1)).then_refused(
        "rule_set_older",
        "rule set 2 is in force; it cannot go back to 1
         hint: leave rule_set_version out, or as it is
         details: present=2 | wanted=1",
    );
    let command = Command::OpenLedger(ledger(), officer("Lin", 1));
    Given::nothing().when(command.on("2001-01-01")).then_refused("no_administrator", none);
}
