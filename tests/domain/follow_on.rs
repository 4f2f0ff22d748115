//! Follow-on investment: pledged, paid in, withdrawn; outside the budget.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::{FollowOnPledged, OriginalAmount};
use earmark::domain::ids::Text;
use earmark::domain::money::Amount;

fn figures(given: &Given, name: &str) -> (i128, i128, i128, bool) {
    let it = given.state.follow_ons.get(&code(name)).unwrap();
    (it.pledged.0 / 100, it.paid_in.0 / 100, it.withdrawn.0 / 100, it.ended)
}

#[test]
fn a_pledge_is_paid_in_and_its_rest_withdrawn() {
    let given = Given::line(100).project("P", &[]);
    let before = given.state.leaves.clone();
    let given = given.and(pledge("F-1", "P", 50)).and(pay_in("F-1", 20)).and(pay_in("F-1", 0));
    assert_eq!(figures(&given, "F-1"), (50, 20, 0, false));
    let given = given.and(withdraw("F-1", Some(30)));
    assert_eq!(figures(&given, "F-1"), (50, 20, 30, true));
    assert_eq!(given.state.leaves, before, "the budget is not touched");
}

#[test]
fn a_pledge_is_paid_in_whole() {
    let given = Given::line(100).project("P", &[]).and(pledge("F-1", "P", 50));
    let given = given.and(pay_in("F-1", 50)).and(withdraw("F-1", None));
    assert_eq!(figures(&given, "F-1"), (50, 50, 0, true));
}

#[test]
fn a_pledge_outlives_its_project() {
    let given = Given::line(100).project("P", &[]).and(pledge("F-1", "P", 50));
    given.and(complete("P")).and(close_out("P")).and(pay_in("F-1", 50)).and(pledge("F-2", "P", 5));
}

#[test]
fn the_original_amount_has_its_form() {
    let original = |currency: &str, minor_units| {
        let (currency, rate) = (Text::new(currency), Text::new("8.2770"));
        let source = Text::new("SAFE, 2001-06-29");
        Some(OriginalAmount { amount: Amount(minor_units), currency, rate, source })
    };
    let given = Given::line(100).project("P", &[]);
    let wish = |original| FollowOnPledged { original, ..pledge("F-1", "P", 50) };
    given
        .when(wish(original("DOLLARS", 600)))
        .then_refused(
            "text_too_long",
            "original currency has 7 bytes; at most 3 are allowed
             hint: shorten it, or attach the long text as a document
             details: found=7 | allowed=3",
        )
        .when(wish(original("USD", -600)))
        .then_refused(
            "negative_amount",
            "CNY -6.00 is negative; only contracts and payments of a historical import may be
             hint: less money is a reduction, a refund or a reversal, with a positive amount
             details: found=-6.00",
        )
        .when(wish(original("US\u{202E}", 600)))
        .then_refused(
            "text_too_long",
            "original currency has 5 bytes; at most 3 are allowed
             hint: shorten it, or attach the long text as a document
             details: found=5 | allowed=3",
        )
        .and(wish(original("USD", 600)));
}
