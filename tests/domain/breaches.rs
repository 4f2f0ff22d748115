//! A command against the rules that is in a log all the same: what it moved counts, what would give power
//! does not, and an administrator of before says that it is known.

use crate::given::Given;
use crate::wishes::{self, no_filing, yuan};
use earmark::domain::breach::COMMAND_ID_REPEATED;
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::{Tag, Text};
use earmark::domain::kinds::{FundKind, Role};
use earmark::domain::money::Amount;

fn acknowledge(first: u64, rule: &str) -> Command {
    let (rule, reason) = (Text::new(rule), Text::new("a program of our own"));
    Command::AcknowledgeBreach(BreachAcknowledged { first, rule, reason, filing: no_filing() })
}

fn enrolled(number: u32, name: &str, roles: &[Role]) -> OfficerEnrolled {
    let seed = u8::try_from(number).unwrap();
    OfficerEnrolled {
        number,
        name: Text::new(name),
        key: Bytes32([0x70 + seed; 32]),
        proof: Bytes64([0; 64]),
        roles: roles.to_vec(),
        limit: None,
        filing: no_filing(),
    }
}

/// Lin (0) and Wu (1) are administrators, Zhang (2) is a maker; a line of 100 yuan.
fn office() -> Given {
    let both = [Role::Maker, Role::Administrator];
    Given::line(100)
        .and(Command::EnrolOfficer(enrolled(1, "Wu", &both)))
        .and(Command::EnrolOfficer(enrolled(2, "Zhang", &[Role::Maker])))
}

fn split(line: &str, amount: i64) -> Split {
    Split { line: wishes::line(line), project: None, amount: yuan(amount) }
}

fn by(mut given: Given, officer: u32) -> Given {
    given.officer = officer;
    given
}

fn overpaid(given: &Given, amount: i64, voucher_no: u64) -> Event {
    let splits = vec![split("PD:2001", amount)];
    given.event(DisbursementRecorded {
        commitment: None,
        splits,
        payee: Some(wishes::code("V-1")),
        purpose: Some(Tag::new("it")),
        source_number: None,
        voucher_no,
        filing: no_filing(),
    })
}

fn without_project() -> Given {
    office().policy(|policy| policy.project_required = false)
}

#[test]
fn what_a_breach_moved_counts_and_the_ledger_goes_on() {
    let given = by(without_project(), 2);
    let first = given.last() + 1;
    let payment = overpaid(&given, 150, 1);
    let given = by(given.breach("line_exceeded", 0, vec![payment]), 0);
    let given = given.balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved -50.00
         PD:2001 paid 150.00",
    );
    assert_eq!(given.state.open_breaches().map(|(at, _)| at).collect::<Vec<_>>(), [first]);
    let given = given.and(acknowledge(first, "line_exceeded"));
    assert_eq!(given.state.open_breaches().count(), 0);
    // What raises an account that is below zero is admitted; what lowers it further is not.
    let given = given.and(wishes::supplement("PD:2001", 20));
    let payment = overpaid(&given, 1, 2);
    let given = given.when_events(vec![payment]).then_refused_with("line_exceeded");
    given.and(wishes::reverse(first));
}

#[test]
fn nothing_of_a_breach_gives_power() {
    let given = by(office(), 2);
    let (first, before) = (given.last() + 1, given.state.clone());
    let own = [Role::Administrator, Role::Maker];
    let mut policy = given.state.policy.clone();
    policy.project_required = false;
    let events = vec![
        given.event(OfficerRolesChanged {
            number: 2,
            roles: own.to_vec(),
            limit: None,
            reason: None,
            filing: no_filing(),
        }),
        given.event(enrolled(3, "Friend", &own)),
        given.event(OfficerKeyRotated {
            number: 0,
            key: Bytes32([0x77; 32]),
            proof: Bytes64([0; 64]),
            reason: None,
            filing: no_filing(),
        }),
        given.event(OfficerRevoked { number: 0, reason: Text::new("gone"), filing: no_filing() }),
        given.event(PolicyAdopted { policy, filing: no_filing() }),
        given.event(LogKeyRotated {
            key: Bytes32([0x78; 32]),
            proof: Bytes64([0; 64]),
            handover: None,
            reason: None,
            filing: no_filing(),
        }),
        given.event(BreachAcknowledged {
            first,
            rule: Text::new("role_required"),
            reason: Text::new("myself"),
            filing: no_filing(),
        }),
    ];
    let count = events.len();
    // Said by themselves they are refused for what each is; an acknowledgement comes alone.
    let given = given.breach("breach_alone", count, events);
    assert_eq!(given.state.officers, before.officers);
    assert_eq!((&given.state.policy, &given.state.ledger), (&before.policy, &before.ledger));
    assert_eq!(given.state.spent_keys, before.spent_keys);
    let given =
        by(given, 2).when(acknowledge(first, "breach_alone")).then_refused_with("role_required");
    by(given, 0).and(acknowledge(first, "breach_alone"));
}

#[test]
fn a_breach_closes_no_fund_and_takes_no_fields_from_their_entry() {
    let given = by(office(), 2);
    let commitment = Bytes32([0x5a; 32]);
    let mut sealed = given.event(wishes::payee("V-2"));
    sealed.confidential = Some(commitment);
    let given = given.when_events(vec![sealed]).then_booked();
    let owner = given.last();
    let close =
        given.event(FundClosed { code: wishes::code("PD"), reason: None, filing: no_filing() });
    let mut again = given.event(wishes::payee("V-3"));
    again.confidential = Some(commitment);
    let given = given.breach("fund_not_empty", 1, vec![close, again]);
    assert!(!given.state.funds[&wishes::code("PD")].closed);
    assert_eq!(given.state.confidential.get(&commitment).unwrap().entry, owner);
    assert!(given.state.payees.contains_key(&wishes::code("V-3")));
}

/// Else the remedy, reversing it, would let the same invoice be paid a second time.
#[test]
fn an_e_voucher_stays_with_the_entry_that_it_was_booked_with() {
    let filed = |given: &Given, voucher_no| {
        let mut payment = overpaid(given, 5, voucher_no);
        if let Body::DisbursementRecorded(b) = &mut payment.body {
            b.filing = wishes::filed("e-voucher", 9);
        }
        payment
    };
    let given = without_project();
    let (first, again) = (filed(&given, 1), filed(&given, 2));
    let given = given.when_events(vec![first]).then_booked();
    let breach = given.last() + 1;
    let given = by(by(given, 2).breach("voucher_booked", 0, vec![again]), 0);
    let given = given.and(acknowledge(breach, "voucher_booked")).and(wishes::reverse(breach));
    let third = filed(&given, 3);
    given.when_events(vec![third]).then_refused_with("voucher_booked");
}

#[test]
fn who_acknowledges_was_administrator_before_and_did_not_sign_it() {
    let given = by(without_project(), 1);
    let first = given.last() + 1;
    let payment = overpaid(&given, 150, 1);
    let given = given.breach("line_exceeded", 0, vec![payment]);
    given.clone().when(acknowledge(first, "line_exceeded")).then_refused(
        "breach_own",
        &format!(
            "Wu signed the command that begins at @{first}, and another administrator is there
                 hint: have the other sign (--officer NAME); see `earmark officer list`
                 details: first=@{first} | officer=Wu"
        ),
    );
    let given = by(given, 0);
    given.clone().when(acknowledge(first, "ceiling_exceeded")).then_refused(
        "breach_unknown",
        &format!(
            "no command that begins at @{first} was refused by ceiling_exceeded, or none that is open
             hint: a verification names each by its first entry and its rule
             details: first=@{first} | rule=ceiling_exceeded"
        ),
    );
    let late =
        given.clone().and(Command::EnrolOfficer(enrolled(3, "Late", &[Role::Administrator])));
    by(late, 3).when(acknowledge(first, "line_exceeded")).then_refused(
        "breach_later",
        &format!(
            "Late was no administrator before @{first}, and cannot acknowledge what came in there
             hint: have one of that time sign (--officer NAME); see `earmark officer list`
             details: first=@{first} | officer=Late"
        ),
    );
    // Alone, one acknowledges one's own: nothing bricks a ledger.
    let revoke = Command::RevokeOfficer(OfficerRevoked {
        number: 0,
        reason: Text::new("left"),
        filing: no_filing(),
    });
    by(by(given.clone(), 1).and(revoke), 1).and(acknowledge(first, "line_exceeded"));
    let given = given.and(acknowledge(first, "line_exceeded"));
    let by_entry = given.last();
    given.when(acknowledge(first, "line_exceeded")).then_refused(
        "breach_closed",
        &format!(
            "the command that begins at @{first} was acknowledged before, at @{by_entry}
             hint: see `earmark show @{by_entry}`
             details: first=@{first} | by=@{by_entry}"
        ),
    );
}

#[test]
fn an_acknowledgement_is_a_command_of_its_own() {
    let given = without_project();
    let payment = overpaid(&given, 150, 1);
    let first = given.last() + 1;
    let given = by(by(given, 2).breach("line_exceeded", 0, vec![payment]), 0);
    let events = vec![
        given.event(BreachAcknowledged {
            first,
            rule: Text::new("line_exceeded"),
            reason: Text::new("known"),
            filing: no_filing(),
        }),
        given.event(FundClosed { code: wishes::code("PD"), reason: None, filing: no_filing() }),
    ];
    given.when_events(events).then_refused(
        "breach_alone",
        "an acknowledgement is a command of its own
         hint: send the others by themselves",
    );
}

#[test]
fn what_is_not_defined_is_void_and_stays_so() {
    let given = by(without_project(), 2);
    let first = given.last() + 1;
    let unknown = given.event(CommitmentClosed {
        contract: wishes::code("NONE"),
        reason: None,
        filing: no_filing(),
    });
    let mut elsewhere = overpaid(&given, 1, 1);
    if let Body::DisbursementRecorded(b) = &mut elsewhere.body {
        b.splits = vec![split("NONE:2001", 1)];
    }
    let again = given.event(FundEstablished {
        code: wishes::code("PD"),
        name: Text::new("Another"),
        name_zh: None,
        kind: FundKind::Special,
        purposes: vec![Tag::new("other")],
        manager: None,
        district: None,
        filing: no_filing(),
    });
    let endless = overpaid(&given, 1, u64::MAX);
    let events = vec![unknown, elsewhere, again, endless];
    let given = by(given.breach("unknown_commitment", 3, events), 0).balances(
        "PD:2001 authority -100.00
         PD:2001 unreserved 99.00
         PD:2001 paid 1.00",
    );
    assert_eq!(given.state.funds[&wishes::code("PD")].purposes, [Tag::new("it")]);
    given.clone().when(wishes::reverse(first + 1)).then_refused(
        "entry_void",
        &format!(
            "@{0} is void: the command that it came with was against the rules, and it moved nothing
             hint: there is nothing to undo; `earmark show @{0}` says why
             details: entry=@{0}",
            first + 1
        ),
    );
    // A voucher number at the end of all numbers leaves the next ones to the others.
    let given = given.and(acknowledge(first, "unknown_commitment"));
    let next = overpaid(&given, 2, 1);
    given.when_events(vec![next]).then_booked();
}

#[test]
fn a_command_id_that_was_used_twice_is_acknowledged_once() {
    let given = Given::line(10);
    let given = given.and(acknowledge(2, COMMAND_ID_REPEATED));
    assert_eq!(given.state.repeats.get(&2), Some(&given.last()));
    given.when(acknowledge(2, COMMAND_ID_REPEATED)).then_refused_with("breach_closed");
}

/// What is below zero, and an amount of a yuan that no account could hold.
#[test]
fn sums_beyond_counting_move_nothing() {
    let given = by(without_project(), 2);
    let mut endless = overpaid(&given, 1, 1);
    if let Body::DisbursementRecorded(b) = &mut endless.body {
        b.splits[0].amount = Amount(i128::MAX);
    }
    let more = endless.clone();
    let given = given.breach("line_exceeded", 1, vec![endless, more]);
    assert_eq!(given.state.balances().count(), 3);
}
