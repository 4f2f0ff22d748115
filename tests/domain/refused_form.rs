//! Refusals of form: texts, codes, ranges, sums. Each with its whole text.

use crate::given::{Given, refused};
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, Tag, Text};
use earmark::domain::money::Amount;
use earmark::domain::rejection::{Rejection, Size};

#[test]
fn a_text_is_not_empty() {
    Given::ledger().when(FundEstablished { name: Text::new(""), ..fund("PD") }).then_refused(
        "text_empty",
        "name must not be empty
         hint: fill it in",
    );
    Given::line(100).when(EntryReversed { reason: Text::new(""), ..reverse(3) }).then_refused(
        "text_empty",
        "reason must not be empty
         hint: fill it in",
    );
    Given::line(100).when(attach(3, no_filing())).then_refused(
        "text_empty",
        "documents must not be empty
         hint: fill it in",
    );
}

#[test]
fn a_text_is_not_too_long() {
    let name = Text::new(&"长".repeat(134));
    Given::ledger().when(FundEstablished { name, ..fund("PD") }).then_refused(
        "text_too_long",
        "name has 402 bytes; at most 400 are allowed
         hint: shorten it, or attach the long text as a document
         details: found=402 | allowed=400",
    );
}

#[test]
fn a_text_hides_nothing() {
    for (hidden, shown) in [('\u{202E}', "U+202E"), ('\0', "U+0000"), ('\u{2028}', "U+2028")] {
        let name = Text::new(&format!("Fund{hidden}"));
        Given::ledger().when(FundEstablished { name, ..fund("PD") }).then_refused(
            "text_not_allowed",
            &format!(
                "name contains {shown}; control, direction, line-separator and unassigned \
                 characters are not allowed
                 hint: take that character out"
            ),
        );
    }
}

#[test]
fn a_text_is_composed() {
    // `Text::new` composes; only another program could write this, so the text is made from JSON.
    let name: Text = serde_json::from_str("\"e\u{301}\"").unwrap();
    Given::ledger().when(FundEstablished { name, ..fund("PD") }).then_refused(
        "text_not_normalised",
        "name is not in Unicode form NFC
         hint: write it with composed characters (NFC)",
    );
}

#[test]
fn a_code_has_the_form_of_one() {
    const HINT: &str = "hint: a code has 1 to 64 characters, none of : @ =, no leading -, \
                        no outer or double space";
    let long = "x".repeat(65);
    for (code, words) in [
        ("PD:2001", "the fund code \"PD:2001\" contains one of : @ ="),
        ("-PD", "the fund code \"-PD\" begins with -"),
        ("P  D", "the fund code \"P  D\" has an outer or a double space"),
        ("", "the fund code \"\" is empty"),
        (&long, &format!("the fund code \"{long}\" has more than 64 characters")),
    ] {
        let words = format!("{words}\n{HINT}");
        Given::ledger().when(fund(code)).then_refused("code_not_allowed", &words);
    }
    let purposes = vec![Tag::new("it//portal")];
    Given::ledger().when(FundEstablished { purposes, ..fund("PD") }).then_refused(
        "code_not_allowed",
        &format!("the purpose code \"it//portal\" has an empty segment between slashes\n{HINT}"),
    );
    let mut filing = filed("contract", 1);
    filing.documents[0].name = Text::new("home/lin/contract.pdf");
    Given::line(100).when(attach(3, filing)).then_refused(
        "code_not_allowed",
        &format!(
            "the document name code \"home/lin/contract.pdf\" names a folder; only the file's own \
             name is stored\n{HINT}"
        ),
    );
}

#[test]
fn a_figure_is_within_its_range() {
    let out = |given: Given, wish: Wish, words: &str| {
        given.when(wish).then_refused("out_of_range", words);
    };
    out(
        Given::nothing(),
        opened(LedgerOpened { exponent: 3, ..ledger() }),
        "exponent is 3; allowed is 2
         details: found=3 | allowed=2",
    );
    out(
        Given::nothing(),
        opened(LedgerOpened { utc_offset_minutes: 841, ..ledger() }),
        "utc_offset_minutes is 841; allowed is -840 to 840
         details: found=841 | allowed=-840 to 840",
    );
    out(
        Given::nothing(),
        opened(LedgerOpened { fiscal_year_start_month: 13, ..ledger() }),
        "fiscal_year_start_month is 13; allowed is 1 to 12
         details: found=13 | allowed=1 to 12",
    );
    out(
        Given::nothing(),
        opened(LedgerOpened { origin: Text::new("https://example.org/pudong"), ..ledger() }),
        "origin is https://example.org/pudong; allowed is a URL without scheme, spaces and +, like \
         example.org/ledger
         details: found=https://example.org/pudong | allowed=a URL without scheme, spaces and +, \
         like example.org/ledger",
    );
    let policy = Policy { tolerance_basis_points: 10_001, ..Policy::default() };
    out(
        Given::ledger(),
        PolicyAdopted { policy, filing: no_filing() }.into(),
        "tolerance_basis_points is 10001; allowed is 0 to 10000
         details: found=10001 | allowed=0 to 10000",
    );
    out(
        Given::ledger().fund("PD"),
        allocate("PD:1899", 1).into(),
        "year is 1899; allowed is 1900 to 2199
         details: found=1899 | allowed=1900 to 2199",
    );
    out(
        Given::ledger().fund("PD"),
        allocate("PD:2001:2000", 1).into(),
        "origin year is 2000; allowed is 2001, the year of the allocation
         details: found=2000 | allowed=2001, the year of the allocation",
    );
    out(
        Given::ledger(),
        PayeeRegistered { credit_code: Some(Text::new("91110000600037341M")), ..payee("V-2") }
            .into(),
        "credit_code is \"91110000600037341M\"; allowed is 18 characters with their check character \
         (GB 32100)
         details: found=\"91110000600037341M\" | allowed=18 characters with their check character \
         (GB 32100)",
    );
}

#[test]
fn a_currency_is_one_that_is_known() {
    let currency = Text::new("XYZ");
    let wish = opened(LedgerOpened { currency, ..ledger() });
    Given::nothing().when(wish).then_refused(
        "out_of_range",
        "currency is \"XYZ\"; allowed is a code of ISO 4217
         details: found=\"XYZ\" | allowed=a code of ISO 4217",
    );
}

#[test]
fn a_transfer_has_one_other_target() {
    Given::line(100).when(transfer("PD:2001", "PD:2001", 5)).then_refused(
        "out_of_range",
        "target is PD:2001; allowed is another line
         details: found=PD:2001 | allowed=another line",
    );
    let own = transfer_out("PD:2001", 1, 5);
    Given::line(100).when(own.clone()).then_refused(
        "out_of_range",
        "target is 01010101010101010101010101010101; allowed is another ledger
         details: found=01010101010101010101010101010101 | allowed=another ledger",
    );
    let both = AllocationTransferred { to: Some(line("PD:2002")), ..own.clone() };
    Given::line(100).when(both).then_refused(
        "out_of_range",
        "target is both; allowed is a line or another ledger
         details: found=both | allowed=a line or another ledger",
    );
    Given::line(100).when(AllocationTransferred { elsewhere: None, ..own }).then_refused(
        "out_of_range",
        "target is none; allowed is a line or another ledger
         details: found=none | allowed=a line or another ledger",
    );
}

#[test]
fn an_amount_is_not_negative() {
    const WORDS: &str =
        "CNY -5.00 is negative; only contracts and payments of a historical import \
                         may be
                         hint: less money is a reduction, a refund or a reversal, with a positive \
                         amount
                         details: found=-5.00";
    let given = Given::line(100).project("P", &[("PD:2001", 50)]);
    for wish in [
        supplement("PD:2001", -5).into(),
        commit("C-1").of("P").from(&[("PD:2001", -5)]).into(),
        project("Q").ceiling(-5).into(),
        pledge("F-1", "P", -5).into(),
    ] {
        let wish: Wish = wish;
        given.clone().when(wish).then_refused("negative_amount", WORDS);
    }
    // History has negative contracts and payments, and nothing else.
    for wish in [
        supplement("PD:2001", -5).history("2000-06-01"),
        allocate("PD:2000", -5).history("2000-06-01"),
        reserve("P", "PD:2001", -5).history("2000-06-01"),
        pledge("F-1", "P", -5).history("2000-06-01"),
        PolicyAdopted {
            policy: Policy { tolerance_minor_units: Amount(-500), ..Policy::default() },
            filing: no_filing(),
        }
        .history("2000-06-01"),
    ] {
        given.clone().when(wish).then_refused("negative_amount", WORDS);
    }
}

#[test]
fn a_sum_is_not_beyond_counting() {
    let most = AllocationRecorded { amount: Amount(i128::MAX), ..allocate("PD:2001", 0) };
    Given::ledger().fund("PD").and(most).when(supplement("PD:2001", 1)).then_refused(
        "overflow",
        "a sum is beyond what the ledger can count
         hint: look for digits too many in the amounts",
    );
}

#[test]
fn parts_add_up_to_the_whole() {
    let mut wish = commit("C-1").of("P").from(&[("PD:2001", 30)]);
    wish.drawing.amount = yuan(40);
    let given = Given::line(100).project("P", &[("PD:2001", 50)]);
    given.clone().when(wish).then_refused(
        "sum_differs",
        "the parts add up to CNY 30.00, not to CNY 40.00
         hint: make the parts add up to the whole
         details: expected=40.00 | found=30.00",
    );
    let mut wish = commit("C-1").of("P").from(&[("PD:2001", 30)]);
    wish.tranches = vec![Tranche { code: code("1"), amount: yuan(29), due: None }];
    given.when(wish).then_refused(
        "sum_differs",
        "the parts add up to CNY 29.00, not to CNY 30.00
         hint: make the parts add up to the whole
         details: expected=30.00 | found=29.00",
    );
}

#[test]
fn a_line_and_project_stand_in_one_split() {
    let given = Given::line(100).project("P", &[("PD:2001", 50)]);
    let twice: &[(&str, i64)] = &[("PD:2001", 10), ("PD:2001", 20)];
    given.clone().when(commit("C-1").of("P").from(twice)).then_refused(
        "split_twice",
        "line PD:2001 with project P stands in two splits
         hint: put the two parts into one",
    );
    given.clone().when(project("Q").funded(twice)).then_refused(
        "split_twice",
        "line PD:2001 with project Q stands in two splits
         hint: put the two parts into one",
    );
    given.when(commit("C-1").from(twice)).then_refused(
        "split_twice",
        "line PD:2001 stands in two splits
         hint: put the two parts into one",
    );
}

#[test]
fn money_comes_from_somewhere() {
    let body = CommitmentMade {
        contract: Code::new("C-1"),
        payee: None,
        purpose: None,
        title: None,
        splits: vec![],
        tranches: vec![],
        filing: no_filing(),
    };
    Given::line(100).when_event(body).then_refused(
        "no_splits",
        "money is never picked silently: no line is named
         hint: name the line with --from LINE=AMOUNT",
    );
}

#[test]
fn a_command_is_not_too_large() {
    // Said by the ledger, which knows entries and their bytes.
    refused(
        "command_too_large",
        "the command has 1200 entries; at most 1000 are allowed
         hint: make it two commands
         details: found=1200 | allowed=1000",
        &Rejection::CommandTooLarge { what: Size::Entries, found: 1_200, max: 1_000 },
    );
}
