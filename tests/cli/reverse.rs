//! Reversals as an officer meets them: what stands in the way, all of it in one command, what was
//! undone and what is left.

use super::Place;

/// A year: two contracts on one line, three payments, a refund, more money, the year's carry.
fn year() -> Place {
    let place = Place::with_fund();
    for line in [
        "project approve CARD --title Card --purpose it/card --from PD-INFO:2002=300万", // @4
        "project approve NET --title Net --purpose it/net --from PD-INFO:2002=400万",    // @5
        "payee register SW-A --name A",                                                  // @6
        "commit HT-1 --project CARD --payee SW-A --amount 200万",                        // @7
        "commit HT-2 --project NET --payee SW-A --amount 300万",                         // @8
        "disburse 50万 --commitment HT-1 --payee SW-A",                                  // @9
        "disburse 60万 --commitment HT-2 --payee SW-A",                                  // @10
        "disburse 30万 --commitment HT-1 --payee SW-A",                                  // @11
        "refund 10万 --disbursement PD-INFO/2002/3",                                     // @12
        "allocation supplement PD-INFO 2002 100万",                                      // @13
        "allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage unreserved --amount 20万 --class carry-over", // @14
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    place
}

#[test]
fn exactly_what_is_in_the_way_is_named() {
    let place = year();
    place.refuses(
        "reverse @7 --reason 'wrong contract'",
        1,
        "
has_dependents: reversing @7 would leave PD-INFO:2002 committed project:CARD commitment:HT-1 at CNY -800,000.00
  next: reverse @12, @11, @9 first, in this order, or all in one command: earmark reverse @7 --with-dependents --reason TEXT (--dry-run shows it)
",
    );
    // Not the other project's contract, nor the supplement, nor the carry.
    let refused = place.run("reverse @7 --reason x -O json").err;
    let refused: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(refused["error"]["details"]["later"], serde_json::json!(["@12", "@11", "@9"]));
    place.refuses(
        "reverse @9 --reason x --on 2002-06-28",
        1,
        "
date_order: 2002-06-28 is before 2002-06-29: a reversal is not before its entry
  next: look at the dates (--on)
",
    );
}

#[test]
fn an_entry_is_reversed_with_what_builds_on_it_in_one_command() {
    let place = year();
    let dry = place.ok("reverse @7 --reason 'wrong contract' --with-dependents --dry-run");
    assert!(dry.starts_with("Would reverse @12: a refund of CNY 100,000.00"), "{dry}");
    assert_eq!(place.size(), 15);
    place.prints(
        "reverse @7 --reason 'wrong contract' --with-dependents --command-id undo-7",
        "
Reversed @12: a refund of CNY 100,000.00 of the payment @11; it can be used again, dated 2002-06-29.
  recorded as @15, dated 2002-06-30: wrong contract
Reversed @11: a payment of CNY 300,000.00 to SW-A under contract HT-1, voucher PD-INFO/2002/3, dated 2002-06-29.
  recorded as @16, dated 2002-06-30: wrong contract
Reversed @9: a payment of CNY 500,000.00 to SW-A under contract HT-1, voucher PD-INFO/2002/1, dated 2002-06-29.
  recorded as @17, dated 2002-06-30: wrong contract
Reversed @7: contract HT-1 of CNY 2,000,000.00 with SW-A, dated 2002-06-29.
  recorded as @18, dated 2002-06-30: wrong contract
  left: CNY 3,000,000.00 held for CARD; CNY 3,800,000.00 available on PD-INFO:2002
  published; the ledger has 19 entries
",
    );
    // Run again it is the same command, though nothing is left to reverse.
    let again =
        place.value("reverse @7 --reason 'wrong contract' --with-dependents --command-id undo-7");
    assert_eq!(again["receipt"]["replayed"], true);
    assert_eq!(again["receipt"]["entries"].as_array().unwrap().len(), 4);
    assert_eq!(again["receipt"]["entries"][0]["undone"]["index"], 12);
    assert_eq!(place.size(), 19);
    assert!(place.ok("verify").starts_with("Verified"));
    // Without anything in its way it is a plain reversal.
    let one = place.value("reverse @10 --reason y --with-dependents");
    assert_eq!(one["receipt"]["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn a_project_that_was_completed_by_mistake_is_open_again() {
    let place = year();
    place.ok("project complete NET --on 2002-06-30");
    let closed = place.run("commitment increase HT-2 1万 --on 2002-06-30");
    assert!(closed.err.starts_with("project_status: project NET is completed;"), "{}", closed.err);
    place.prints(
        "reverse @15 --reason 'the wrong project' --on 2002-06-30",
        "
Reversed @15: project NET completed, dated 2002-06-30.
  recorded as @16, dated 2002-06-30: the wrong project
  left: CNY 1,000,000.00 held for NET
  published; the ledger has 17 entries
",
    );
    place.ok("commitment increase HT-2 1万 --on 2002-06-30");
    // It stands in the way of what it builds on, and goes with it.
    place.ok("project complete NET --on 2002-06-30");
    let all = place.ok("reverse @5 --reason x --with-dependents --dry-run");
    assert!(all.starts_with("Would reverse @18: project NET completed"), "{all}");
}

/// A contract out of what is reserved frees nothing when it goes; what was reserved since does.
#[test]
fn what_fills_the_ceiling_since_is_named() {
    let place = Place::with_fund();
    for line in [
        "project approve P --title P --purpose it --ceiling 50万 --from PD-INFO:2002=30万", // @4
        "payee register SW-A --name A",                                                     // @5
        "reservation make P --from PD-INFO:2002=20万",                                      // @6
        "reservation release P --from PD-INFO:2002=20万",                                   // @7
        "commit HT-1 --project P --payee SW-A --amount 5万",                                // @8
        "reservation make P --from PD-INFO:2002=20万",                                      // @9
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    place.refuses(
        "reverse @7 --reason x",
        1,
        "
has_dependents: reversing @7 would leave project P at CNY -200,000.00
  next: reverse @9 first, in this order, or all in one command: earmark reverse @7 --with-dependents --reason TEXT (--dry-run shows it)
",
    );
    place.ok("reverse @7 --reason x --with-dependents");
}

#[test]
fn what_comes_back_to_a_year_that_is_over_is_said_with_its_carry() {
    let mut place = year();
    place.now = "2003-02-01T09:00:00+08:00".to_owned();
    place.prints(
        "refund 1.5万 --disbursement PD-INFO/2002/1 --restores-budget yes --accept-clock 2003-02-01",
        "
Recorded @15: a refund of CNY 15,000.00 of the payment @9; it can be used again, dated 2003-02-01.
  left: CNY 1,115,000.00 held for CARD; CNY 3,800,000.00 available on PD-INFO:2002
  CNY 15,000.00 came back to PD-INFO:2002, whose year ended on 2002-12-31: nothing can be paid from it until it is carried
    earmark allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --amount 15000.00 --class carry-over --project CARD
  published; the ledger has 16 entries
",
    );
    // The command is right as it stands.
    place.ok("allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --amount 15000.00 --class carry-over --project CARD");
    let undone = place.value("reverse PD-INFO/2002/2 --reason x");
    let carry = &undone["receipt"]["entries"][0]["to_carry"][0];
    assert_eq!((&carry["stage"], &carry["commitment"]), (&"committed".into(), &"HT-2".into()));
    place.ok(carry["command"].as_str().unwrap().strip_prefix("earmark ").unwrap());
    // What goes to the treasury does not come back.
    let treasury = place.value("refund 1 --disbursement PD-INFO/2002/1 --restores-budget no");
    assert_eq!(treasury["receipt"]["entries"][0]["to_carry"], serde_json::json!([]));
}
