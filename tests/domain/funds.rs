//! What is known of a fund is mended, and its money may be for more; never for less.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Tag, Text};

fn amend(name: &str, purposes_added: &[&str]) -> FundAmended {
    FundAmended {
        code: code(name),
        name: None,
        name_zh: None,
        manager: None,
        purposes_added: purposes_added.iter().map(|tag| Tag::new(tag)).collect(),
        filing: no_filing(),
    }
}

#[test]
fn a_fund_may_be_for_more() {
    let roads = || ProjectApproved {
        purpose: Tag::new("roads"),
        ..project("P").funded(&[("PD:2001", 10)])
    };
    let given = Given::line(100);
    given.clone().when(roads()).then_refused_with("purpose_outside");
    let given = given.and(amend("PD", &["roads", "it", "roads"])).and(roads());
    let purposes = &given.state.funds.get(&code("PD")).unwrap().purposes;
    assert_eq!(*purposes, [Tag::new("it"), Tag::new("roads")]);
    // A name alone leaves them.
    let named = FundAmended { name: Some(Text::new("Data fund")), ..amend("PD", &[]) };
    let named = given.clone().and(named);
    assert_eq!(named.state.funds, given.state.funds);
}

#[test]
fn an_amendment_says_something_of_an_open_fund() {
    Given::line(100).when(amend("PD", &[])).then_refused(
        "text_empty",
        "amendment must not be empty
         hint: fill it in",
    );
    Given::line(100).when(amend("XH", &["it"])).then_refused_with("unknown_fund");
    let closed = Given::ledger().fund("XH").and(close_fund("XH"));
    closed.when(amend("XH", &["roads"])).then_refused_with("fund_closed");
    Given::line(100).when(amend("PD", &["a//b"])).then_refused_with("code_not_allowed");
    // It moves no money and is mended by another one.
    Given::line(100)
        .and(amend("PD", &["roads"]))
        .when(reverse(5))
        .then_refused_with("not_reversible");
}
