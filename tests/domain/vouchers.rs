//! Voucher numbers: gap-free from 1 per fund and fiscal year of the first line, never used again.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::Body;

fn numbers(given: &Given) -> Vec<(String, u64)> {
    let number = |body: &Body| match body {
        Body::DisbursementRecorded(b) => {
            let line = &b.splits[0].line;
            Some((format!("{}/{}", line.fund, line.year), b.voucher_no))
        }
        _ => None,
    };
    given.log.iter().filter_map(|event| number(&event.body)).collect()
}

#[test]
fn numbers_run_by_fund_and_fiscal_year_of_the_first_line() {
    let pay_from = |parts: &[(&str, i64)]| pay_directly().of("P").from(parts);
    let given = Given::line(100)
        .fund("XH")
        .allocation("XH:2001", 50)
        .project("P", &[])
        .and(pay_from(&[("PD:2001", 5)]))
        .and(pay_from(&[("XH:2001", 5), ("PD:2001", 5)]))
        .and(pay_from(&[("PD:2001", 5), ("XH:2001", 5)]))
        .and(carry("PD:2001", "PD:2002:2001", 20))
        .today("2002-01-05")
        .allocation("PD:2002", 50)
        // Lines of one fund and year number together, whatever their origin.
        .and(pay_from(&[("PD:2002:2001", 5)]))
        .and(pay_from(&[("PD:2002", 5)]))
        .and(pay_from(&[("PD:2001", 5)]).on("2001-12-31"));
    let expected = [
        ("PD/2001", 1),
        ("XH/2001", 1),
        ("PD/2001", 2),
        ("PD/2002", 1),
        ("PD/2002", 2),
        ("PD/2001", 3),
    ];
    let expected: Vec<_> = expected.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect();
    assert_eq!(numbers(&given), expected);
}

#[test]
fn a_reversed_number_is_not_used_again() {
    let given = Given::line(100).project("P", &[]);
    let given = given.and(pay_directly().of("P").amount(5));
    let entry = given.last();
    let given = given.and(reverse(entry)).and(pay_directly().of("P").amount(5));
    let numbers: Vec<u64> = numbers(&given).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_refused_payment_takes_no_number() {
    let given = Given::line(100).project("P", &[]).and(pay_directly().of("P").amount(5));
    let given = given.when(pay_directly().of("P").amount(500)).then_refused(
        "line_exceeded",
        "a line cannot be drawn below zero: line PD:2001 has CNY 95.00, asked for CNY 500.00
         hint: draw less, or supplement the line (earmark allocation supplement)
         details: asked=500.00 | available=95.00 | limit=line PD:2001",
    );
    let given = given.and(pay_directly().of("P").amount(5));
    assert_eq!(numbers(&given).last().unwrap().1, 2);
}

#[test]
fn a_payment_knows_the_payee_of_its_contract() {
    let given = Given::line(100).payee("V-2").project("P", &[]);
    let given = given.contract("C-1", "P", "PD:2001", 50);
    let payee = |body: &Body| match body {
        Body::DisbursementRecorded(b) => b.payee.clone(),
        other => panic!("{other:?}"),
    };
    let given = given
        .when(pay("C-1").amount(5))
        .then_body(|body| assert_eq!(payee(body), Some(code("V-1"))));
    let mut other = pay("C-1").amount(5);
    other.payee = Some(code("V-2"));
    given.when(other).then_body(|body| assert_eq!(payee(body), Some(code("V-2"))));
}
