//! Rows that give money back, move it or name several lines: refunds of payments that a column names,
//! transfers, carried balances, reservations, contracts of two funds.

use super::Place;
use super::rows::{counts, import, paid, place, read};

const MAPPING: &str = r#"source = "notes"
historical = true
[create.payee]
name = { column = "Payee" }
[[event]]
type = "disbursement.record"
occurred_on = { column = "Date" }
fund = "GF"
year = 2001
purpose = "gen"
payee = { template = "{Payee|code}" }
source_no = { column = "Invoice" }
amount = { column = "Amount" }
negative = "refund"
refunds = { column = "Of", is = "source_no" }
"#;

const HEAD: &str = "Date,Payee,Invoice,Amount,Of\n";

fn lines(place: &Place, filter: &str, column: &str) -> Vec<(String, String)> {
    let rows = place.value(&format!("balance --by line {filter}"));
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows["rows"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "line"), text(row, column))).collect()
}

#[test]
fn a_credit_note_is_a_refund_of_its_invoice() {
    let place = place();
    place.write("map.toml", MAPPING);
    let rows = "2001-02-01,Ash,A-1,100.00,\n2001-02-02,Birch,B-1,50.00,\n2001-03-01,Ash,C-9,-30.00,A-1\n2001-03-02,Ash,C-10,-1.00,\n2001-03-03,Ash,C-11,-1.00,Z-9\n2001-03-04,Ash,C-12,-80.00,A-1\n";
    place.write("rows.csv", &format!("{HEAD}{rows}"));
    let dry = place.value("import rows.csv --mapping map.toml --create-missing --dry-run");
    let done = import(&place, "rows.csv --mapping map.toml");
    assert_eq!(dry["import"]["booked"], done["booked"]);
    counts(&done, 3, 0, 3);
    for (code, count) in [("refund_of_nothing", 1), ("refund_unknown", 1), ("payment_exceeded", 1)]
    {
        assert_eq!(done["refused_by_code"][code], count, "{done}");
    }
    assert_eq!((&done["booked_amount"], paid(&place).as_str()), (&"120.00".into(), "120.00"));
    assert!(read(&place, "rows.rejects.csv").contains(",Of,refund_unknown,"));
    // The payment of another day's file, and of the command line.
    place.write("more.csv", &format!("{HEAD}2001-04-01,Birch,C-13,-20.00,B-1\n"));
    counts(&import(&place, "more.csv --mapping map.toml"), 1, 0, 0);
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 3, 3);
    assert_eq!(paid(&place), "100.00");
    assert_eq!(place.value("register type:refund")["rows"].as_array().unwrap().len(), 2);
    place.ok("verify");
}

#[test]
fn two_payments_of_one_name_are_not_guessed_between() {
    let place = place();
    place.write("map.toml", MAPPING);
    place.write(
        "rows.csv",
        &format!(
            "{HEAD}2001-02-01,Ash,A-1,100,\n2001-02-02,Ash,A-1,50,\n2001-03-01,Ash,C-9,-30,A-1\n"
        ),
    );
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 2, 0, 1);
    assert_eq!(done["refused_by_code"]["refund_ambiguous"], 1, "{done}");
    // By its voucher it is one; a payment that was reversed is none.
    place.write("by.toml", &MAPPING.replace("is = \"source_no\"", "is = \"voucher\""));
    place.write(
        "by.csv",
        &format!("{HEAD}2001-03-01,Ash,C-9,-30,GF/2001/2\n2001-03-01,Ash,C-9,-7,@2\n"),
    );
    let done = import(&place, "by.csv --mapping by.toml");
    counts(&done, 1, 0, 1);
    assert_eq!(done["refused_by_code"]["not_a_disbursement"], 1, "{done}");
    assert_eq!(paid(&place), "120.00");
}

#[test]
fn without_a_word_a_negative_payment_is_refused_and_says_how() {
    let place = place();
    let live = MAPPING
        .replace("historical = true\n", "")
        .replace("negative = \"refund\"\nrefunds = { column = \"Of\", is = \"source_no\" }\n", "");
    place.write("map.toml", &live);
    place.ok("allocate GF 2002 100 --on 2002-01-02");
    place.write("rows.csv", &format!("{HEAD}2002-01-03,Ash,A-1,-30,\n").replace("2001,", "2002,"));
    place.write("map.toml", &live.replace("year = 2001", "year = 2002"));
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 0, 1);
    let rejects = read(&place, "rows.rejects.csv");
    assert!(rejects.contains("negative = \"\"refund\"\""), "{rejects}");
    for (change, with) in [
        ("refunds = { column = \"Of\", is = \"source_no\" }\n", ""),
        ("negative = \"refund\"\n", ""),
        ("is = \"source_no\"", "is = \"invoice\""),
        ("negative = \"refund\"", "negative = \"return\""),
    ] {
        place.write("bad.toml", &MAPPING.replace(change, with));
        let ran = place.run("import rows.csv --mapping bad.toml");
        assert_eq!(ran.status, 2, "{change}: {}", ran.err);
        assert!(ran.err.starts_with("mapping_"), "{}", ran.err);
    }
}

#[test]
fn an_event_may_have_several_lines() {
    let place = place();
    place.ok("fund establish CITY --name City --kind special --purpose gen --on 2002-01-02");
    place.ok("fund establish STATE --name State --kind special --purpose gen --on 2002-01-02");
    let head = "source = \"k\"\ndefault_date = \"2002-01-03\"\nblank = \"-\"\n[create.payee]\n[create.fund]\npurposes = \"gen\"\n";
    let splits = "[[event.split]]\nfund = \"CITY\"\namount = { column = \"City\" }\n[[event.split]]\nfund = \"STATE\"\nclass = { column = \"Class\" }\namount = { column = \"State\" }\n";
    let fund =
        "[[event]]\ntype = \"allocation.record\"\nfund = { column = \"No\" }\namount = 1000\n";
    place.write(
        "funds.toml",
        &head.replace("\"k\"", "\"f\"").replacen("[create", &format!("{fund}[create"), 1),
    );
    place.write("funds.csv", "No\nCITY\n");
    counts(&import(&place, "funds.csv --mapping funds.toml"), 1, 0, 0);
    let event = "[[event]]\ntype = \"commitment.make\"\ncontract = { column = \"No\" }\npurpose = \"gen\"\n";
    place.write("k.toml", &format!("{head}{event}{splits}"));
    place.write("policy.toml", "control = \"warn\"\n");
    place.ok("policy adopt policy.toml --on 2002-01-03");
    place.write(
        "k.csv",
        "No,City,State,Class,Whole\nK1,30,20,a,50\nK2,7,-,,7\nK3,0,5,b,5\nK4,-,0,,0\n",
    );
    let done = import(&place, "k.csv --mapping k.toml");
    counts(&done, 3, 0, 1);
    assert_eq!(
        (&done["refused_by_code"]["split_blank"], &done["booked_amount"]),
        (&1.into(), &"62.00".into()),
        "{done}"
    );
    assert_eq!(
        lines(&place, "fund:CITY fund:STATE", "committed"),
        [("CITY:2002", "37.00"), ("STATE:2002:2002:a", "20.00"), ("STATE:2002:2002:b", "5.00")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    // An amount of the event's own is held against their sum, and a control total against both.
    place.write(
        "whole.toml",
        &format!(
            "{}{}amount = {{ column = \"Whole\" }}\n{splits}",
            head.replace("\"k\"", "\"w\""),
            event
        ),
    );
    place.write("whole.csv", "No,City,State,Class,Whole\nW1,30,20,a,50\nW2,30,20,a,51\n");
    let done = import(&place, "whole.csv --mapping whole.toml --expect-total 101");
    counts(&done, 1, 0, 1);
    assert_eq!(done["refused_by_code"]["sum_differs"], 1, "{done}");
    let ran = place.run("import k.csv --mapping k.toml --expect-total 61");
    assert!(ran.err.starts_with("control_differs: "), "{}", ran.err);
    for bad in ["year = 2002\n", "fund = \"CITY\"\n"] {
        place.write("bad.toml", &format!("{head}{event}{bad}{splits}"));
        assert!(place.run("import k.csv --mapping bad.toml").err.starts_with("mapping_value: "));
    }
    place.ok("verify");
}

/// A type of event, its fields, and a list.
const MOVES: [(&str, &str, &str); 7] = [
    (
        "allocation.transfer",
        "from = { template = \"GF:{From}\" }\nto = { template = \"GF:{To}\" }\namount = { column = \"Sum\" }",
        "From,To,Sum\n2001,2002,40\n",
    ),
    (
        "allocation.carry",
        "from = \"GF:2001\"\nto = \"GF:2002:2001\"\nstage = \"unreserved\"\nrest = { column = \"What\", map = { \"结转\" = \"carry-over\", \"结余\" = \"surplus\" } }\namount = { column = \"Sum\" }",
        "What,Sum\n结余,100\n",
    ),
    (
        "reservation.make",
        "project = \"CARD\"\nfund = \"GF\"\nyear = 2002\norigin = { column = \"Origin\" }\namount = { column = \"Sum\" }",
        "Origin,Sum\n2001,60\n2002,5\n",
    ),
    (
        "reservation.release",
        "project = \"CARD\"\nfund = \"GF\"\nyear = { column = \"Year\" }\namount = 2",
        "Year\n2002\n",
    ),
    (
        "allocation.lapse",
        "line = { column = \"Line\" }\namount = { column = \"Sum\" }\nreason = \"unspent\"",
        "Line,Sum\nGF:2002:2001,30\n",
    ),
    (
        "fund.amend",
        "code = { column = \"Code\" }\npurposes_added = { column = \"More\" }",
        "Code,More\nGF,roads;schools\n",
    ),
    ("fund.close", "code = { column = \"Code\" }", "Code\nNEW\n"),
];

#[test]
fn money_is_moved_row_by_row() {
    let place = place();
    place.ok("project approve CARD --title Card --purpose gen --ceiling 500 --on 2002-01-02");
    place.ok("allocate GF 2002 100 --on 2002-01-02");
    let mapping = |kind: &str, fields: &str| {
        format!(
            "source = \"{kind}\"\ndefault_date = \"2002-01-03\"\n[[event]]\ntype = \"{kind}\"\n{fields}"
        )
    };
    for (kind, fields, rows) in MOVES {
        if kind == "fund.close" {
            place.ok("fund establish NEW --name New --kind special --purpose gen --on 2002-01-02");
        }
        place.write("m.toml", &mapping(kind, fields));
        place.write("r.csv", rows);
        let done = place.value("import r.csv --mapping m.toml");
        assert_eq!(
            done["import"]["refused"],
            0,
            "{kind}: {done}\n{}",
            read(&place, "r.rejects.csv")
        );
    }
    let own = |all: Vec<(&str, &str)>| {
        all.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&place, "fund:GF", "reserved"),
        own(vec![("GF:2001", "0.00"), ("GF:2002:2001", "60.00"), ("GF:2002", "3.00")])
    );
    assert_eq!(
        lines(&place, "fund:GF", "available"),
        own(vec![("GF:2001", "860.00"), ("GF:2002:2001", "10.00"), ("GF:2002", "137.00")])
    );
    place.write("refund.toml", &mapping("refund", "amount = { column = \"Sum\" }\ndisbursement = { column = \"Payment\" }\nrestores_budget = \"no\"").replace("2002-01-03", "2002-01-05"));
    place.ok("payee register ASH --name Ash --on 2002-01-02");
    place.ok("disburse 50 --fund GF --year 2002 --purpose gen --from GF:2002=50 --payee ASH --on 2002-01-04");
    place.write("refund.csv", "Payment,Sum\nGF/2002/1,20\nGF/2002/9,1\nx,1\n");
    let done = place.value("import refund.csv --mapping refund.toml")["import"].clone();
    counts(&done, 1, 0, 2);
    assert_eq!(
        (&done["refused_by_code"]["refund_unknown"], &done["refused_by_code"]["entry_malformed"]),
        (&1.into(), &1.into()),
        "{done}"
    );
    assert_eq!(
        lines(&place, "fund:GF", "refunded_out")
            .iter()
            .map(|(_, sum)| sum.as_str())
            .collect::<Vec<_>>(),
        ["0.00", "0.00", "20.00"]
    );
    place.ok("verify");
}

#[test]
fn a_refund_is_of_the_payee_that_the_row_says() {
    let place = place();
    place.write("map.toml", MAPPING);
    place.write(
        "rows.csv",
        &format!("{HEAD}2001-02-01,Ash,7,500.00,\n2001-02-02,Birch,C-1,-100.00,7\n2001-02-03,Ash,C-2,-50.00,7\n"),
    );
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 2, 0, 1);
    assert_eq!(done["refused_by_code"]["refund_unknown"], 1, "{done}");
    let rejects = read(&place, "rows.rejects.csv");
    assert!(rejects.contains("of Ash,Birch"), "{rejects}");
    assert_eq!(paid(&place), "450.00");
}
