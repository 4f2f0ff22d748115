//! What a year of use asked for: lists of every kind, balances by leaf and year, words found in any entry.

use super::Place;
use serde_json::json;

#[test]
fn every_kind_has_a_list_and_every_verb_a_help() {
    let place = drawn();
    for (short, long) in [
        ("funds fund:PD-INFO", "fund list fund:PD-INFO"),
        ("projects --as-of 2002-06-21", "project list --as-of 2002-06-21"),
        ("payees", "payee list"),
        ("commitments", "commitment list"),
    ] {
        assert_eq!(place.value(short), place.value(long), "{long}");
        assert_eq!(place.ok(&format!("{short} --lang zh")), place.ok(&format!("{long} --lang zh")));
    }
    for verb in
        ["balance", "fund list", "allocation record", "report execution", "disburse", "fund"]
    {
        assert_eq!(
            place.ok(&format!("help {verb}")),
            place.ok(&format!("{verb} --help")),
            "{verb}"
        );
    }
    assert_eq!(place.ok("help"), place.ok("--help"));
    for (line, said) in [
        ("help reciept", "error: there is no verb 'reciept' in earmark"),
        ("help disburse more", "error: there is no verb 'more' in disburse"),
    ] {
        let ran = place.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}");
        assert!(ran.err.starts_with(said), "{}", ran.err);
    }
}

#[test]
fn balances_are_told_by_leaf_and_of_one_year() {
    let place = drawn();
    place.ok("reservation make CARD --from PD-INFO:2002=30万 --on 2002-06-20");
    let found = place.value("balance --by leaf");
    assert_eq!(found["schema"], "report.balance-leaf.json");
    let rows: Vec<_> = found["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            ["line", "stage", "project", "balance"]
                .map(|key| row[key].as_str().unwrap_or("").to_owned())
        })
        .collect();
    let line = "PD-INFO:2002";
    assert_eq!(
        rows,
        [
            [line, "authority", "", "-10000000.00"],
            [line, "unreserved", "", "9700000.00"],
            [line, "reserved", "CARD", "300000.00"],
        ]
    );
    assert_eq!((&found["totals"]["balance"], &found["notes"]), (&json!("0.00"), &json!([])));
    assert_eq!(place.value("balance --by leaf project:CARD")["totals"]["balance"], "300000.00");
    assert_eq!(place.value("balance")["notes"], json!([]));
    place.ok("allocate PD-INFO 2003 5 --on 2002-06-29");
    let both = place.value("balance");
    assert_eq!(both["rows"][0]["budget_final"], "10000005.00");
    assert_eq!(both["notes"], json!(["fiscal years in it: 2002, 2003; one of them: --year 2003"]));
    let one = place.value("balance --year 2003");
    assert_eq!((&one["rows"][0]["budget_final"], &one["notes"]), (&json!("5.00"), &json!([])));
    assert_eq!(place.value("balance --by leaf --year 2003")["rows"].as_array().unwrap().len(), 2);
    assert!(place.ok("balance --lang zh").contains("含 2002、2003 年度；只看一年：--year 2003"));
}

#[test]
fn a_word_a_voucher_and_an_invoice_are_found() {
    let place = drawn();
    for line in [
        "payee register SW-A --name 'Soft Ware'",
        "disburse 100 --project CARD --payee SW-A --source-no INV-7/B --document-no 浦财1号 --from PD-INFO:2002=100",
        "disburse 70 --project CARD --payee SW-A --from PD-INFO:2002=70",
        "reverse @15 --reason 'paid Twice'",
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    let entries = |words: &str| -> Vec<u64> {
        let found = place.value(&format!("register {words}"));
        let rows = found["rows"].as_array().unwrap().iter();
        rows.map(|row| row["entry"].as_u64().unwrap()).collect()
    };
    assert_eq!(entries("text:twice"), [16]);
    assert_eq!(entries("'text:soft w'"), [13]);
    assert_eq!(entries("text:浦财"), [14]);
    assert_eq!(entries("text:甲公司"), [7]);
    assert_eq!(entries("text:sw-a not:text:soft"), [14, 15]);
    assert_eq!(entries("invoice:inv-7"), [14]);
    assert_eq!(entries("type:disbursement not:invoice:INV-7"), [15]);
    assert_eq!(entries("voucher:PD-INFO/2002/2"), [15]);
    assert_eq!(entries("voucher:info/2002 voucher:nothing"), [14, 15]);
    let empty = place.run("register text:");
    assert!(empty.status == 2 && empty.err.starts_with("filter_value: "), "{}", empty.err);
    let elsewhere = place.run("balance text:x");
    assert!(elsewhere.err.starts_with("filter_not_here: "), "{}", elsewhere.err);
}

#[test]
fn an_entry_shows_its_documents_refunds_and_reversal() {
    let place = drawn();
    place.write("receipt.pdf", "paid");
    place.write("later.pdf", "late");
    for line in [
        "payee register SW-A --name A",
        "disburse 100 --project CARD --payee SW-A --from PD-INFO:2002=100 --document receipt.pdf:e-voucher",
        "refund 30 --disbursement @14 --restores-budget yes",
        "refund 20 --disbursement @14 --restores-budget yes",
        "reverse @16 --reason twice",
        "attach @14 later.pdf",
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    let shown = place.value("show @14")["show"].clone();
    let documents = shown["documents"].as_array().unwrap();
    assert_eq!(
        (&documents[0]["name"], &documents[0]["kind"]),
        (&json!("receipt.pdf"), &json!("e-voucher"))
    );
    assert_eq!((&documents[1]["name"], &documents[1]["entry"]), (&json!("later.pdf"), &json!(18)));
    assert_eq!(documents[0]["hash"].as_str().unwrap().len(), 64);
    assert_eq!(
        shown["refunds"],
        json!({
            "entries": [
                {"entry": 15, "amount": "30.00", "reversed_by": null},
                {"entry": 16, "amount": "20.00", "reversed_by": 17},
            ],
            "refunded": "30.00",
            "left": "70.00",
        })
    );
    let text = place.ok("show @14");
    for said in
        ["receipt.pdf · e-voucher · HASH", "(@18)", "@15 CNY 30.00", "(reversed @17)", "CNY 70.00"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let undone = place.value("show @17")["show"].clone();
    assert_eq!((&undone["reverses"], &undone["refunds"]), (&json!(16), &json!(null)));
    assert_eq!(place.value("show @16")["show"]["reversed_by"], 17);
    assert!(place.ok("show @14 --lang zh").contains("退款后余额"));
}

/// Three investments in projects of two districts, of which one withdrew its rest.
fn drawn() -> Place {
    let place = Place::with_fund();
    for line in [
        "district register 310115 --name Pudong --level district",
        "project approve CARD --title Card --purpose it/card --district 310115 --ceiling 100万",
        "project approve NET --title Net --purpose it/net",
        "follow-on pledge INV-1 --project CARD --investor 甲公司 --kind private --amount 600",
        "follow-on pledge INV-2 --project CARD --investor 乙公司 --kind enterprise_build --amount 50",
        "follow-on pledge INV-3 --project NET --investor 丙公司 --kind own_funds --amount 7",
        "follow-on pay-in INV-1 250",
        "follow-on pay-in INV-3 7",
    ] {
        place.ok(&format!("{line} --on 2002-06-20"));
    }
    place.ok("follow-on withdraw INV-1 350 --reason left --on 2002-06-25");
    place
}

#[test]
fn investments_are_listed_with_what_came_of_them() {
    let place = drawn();
    let all = place.value("follow-on list");
    assert_eq!(
        (&all["report"], &all["schema"]),
        (&json!("follow-on"), &json!("report.follow-on.json"))
    );
    assert_eq!(
        all["rows"][0],
        json!({
            "follow_on": "INV-1", "project": "CARD", "investor": "甲公司", "kind": "private",
            "status": "withdrawn", "pledged_on": "2002-06-20", "pledged": "600.00",
            "paid_in": "250.00", "withdrawn": "350.00", "not_paid_in_yet": "0.00",
        })
    );
    assert_eq!(
        (&all["rows"][1]["status"], &all["rows"][2]["status"]),
        (&json!("open"), &json!("paid_in"))
    );
    assert_eq!(
        all["totals"],
        json!({"pledged": "657.00", "paid_in": "257.00", "withdrawn": "350.00", "not_paid_in_yet": "50.00"})
    );
    let codes = |line: &str| -> Vec<String> {
        let found = place.value(&format!("follow-on list {line}"));
        let rows = found["rows"].as_array().unwrap().iter();
        rows.map(|row| row["follow_on"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes("project:NET"), ["INV-3"]);
    assert_eq!(codes("district:310115"), ["INV-1", "INV-2"]);
    assert_eq!(codes("not:district:310115"), ["INV-3"]);
    assert_eq!(codes("--as-of 2002-06-19"), [""; 0]);
    let before = place.value("follow-on list project:CARD --as-of 2002-06-24");
    assert_eq!(before["rows"][0]["not_paid_in_yet"], "350.00");
    place.refuses(
        "follow-on list payee:X",
        2,
        "filter_not_here: the list of investments cannot be filtered by payee:\n  \
         next: it knows project: district:\n",
    );
    assert!(place.ok("follow-on list").contains("the total is of all kinds"));
    assert!(!place.ok("follow-on list project:CARD").contains("the total is of all kinds"));
    let shown = place.ok("follow-on list --lang zh");
    for word in ["社会资本台账", "投资方", "带资兴建", "已撤回", "未到位", "丙公司"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}
