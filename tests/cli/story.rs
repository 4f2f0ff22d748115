//! One story, from opening a ledger to reading it: each verb once, on the happy path.

use super::Place;

#[test]
fn a_year_of_a_fund() {
    let place = Place::new();
    place.ok("init pudong --name 浦东 --origin example.org/pudong --officer li --on 2002-01-02");
    names(&place);
    money(&place);
    year_end(&place);
    corrections(&place);
}

fn names(place: &Place) {
    for (line, phrase) in [
        (
            "district register 310000 --name Shanghai --name-zh 上海市 --level city",
            "@2: district 310000 (Shanghai)",
        ),
        (
            "district register 310115 --name Pudong --level district --parent 310000",
            "@3: district 310115 (Pudong)",
        ),
        (
            "district register 310119 --name Nanhui --level district --parent 310000",
            "@4: district 310119 (Nanhui)",
        ),
        (
            "district retire 310119 --successor 310115",
            "@5: the end of district 310119, followed by 310115",
        ),
        (
            "programme register SCHOOL-NET --name 'School network' --name-zh 校校通",
            "@6: programme SCHOOL-NET (School network)",
        ),
        ("payee register SOFT-A --name 示例软件企业甲", "@7: payee SOFT-A (示例软件企业甲)"),
        (
            "fund establish PD-INFO --name 'Pudong fund' --kind special --purpose it --district 310115",
            "@8: special fund PD-INFO (Pudong fund)",
        ),
    ] {
        let size: u64 = phrase[1..phrase.find(':').unwrap()].parse::<u64>().unwrap() + 1;
        place.prints(
            &format!("{line} --on 2002-01-05"),
            &format!(
                "Recorded {phrase}, dated 2002-01-05.\n  published; the ledger has {size} entries\n"
            ),
        );
    }
}

/// Lines that move money, with what each leaves.
const MOVES: &[(&str, &str)] = &[
    (
        "reservation make CARD --from PD-INFO:2002=50万",
        "CNY 3,000,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "reservation release CARD --from PD-INFO:2002=20万",
        "CNY 2,800,000.00 held for CARD; CNY 7,200,000.00 available on PD-INFO:2002",
    ),
    (
        "allocation supplement PD-INFO 2002 60万 --reason 'second stage'",
        "CNY 7,800,000.00 available on PD-INFO:2002",
    ),
    ("allocation reduce PD-INFO 2002 10万", "CNY 7,700,000.00 available on PD-INFO:2002"),
    (
        "allocation record PD-INFO 2002 0 --class 设备",
        "CNY 0.00 available on PD-INFO:2002:2002:设备",
    ),
    (
        "allocation transfer PD-INFO:2002 PD-INFO:2002:2002:设备 70万",
        "CNY 7,000,000.00 available on PD-INFO:2002; CNY 700,000.00 available on PD-INFO:2002:2002:设备",
    ),
    (
        "commit HT-1 --project CARD --payee SOFT-A --amount 240万",
        "CNY 2,400,000.00 owed under HT-1; CNY 400,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "commitment increase HT-1 20万",
        "CNY 2,600,000.00 owed under HT-1; CNY 200,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "commitment reduce HT-1 10万",
        "CNY 2,500,000.00 owed under HT-1; CNY 300,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "disburse 72万 --commitment HT-1",
        "CNY 1,780,000.00 owed under HT-1; CNY 300,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "refund 2万 --disbursement PD-INFO/2002/1",
        "CNY 320,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002",
    ),
    (
        "follow-on pledge INV-1 --project CARD --investor 示例软件企业甲 --kind private --amount 600万",
        "CNY 6,000,000.00 of INV-1 not paid in yet",
    ),
    ("follow-on pay-in INV-1 250万", "CNY 3,500,000.00 of INV-1 not paid in yet"),
    ("follow-on withdraw INV-1", "CNY 0.00 of INV-1 not paid in yet"),
];

fn money(place: &Place) {
    place.prints(
        "allocate PD-INFO 2002 1000万 --on 2002-01-10 --document-no 浦财〔2002〕3号",
        "
Recorded @9: an allocation of CNY 10,000,000.00 to PD-INFO:2002, dated 2002-01-10.
  left: CNY 10,000,000.00 available on PD-INFO:2002
  published; the ledger has 10 entries
",
    );
    place.prints(
        "project approve CARD --title 'Social security card' --title-zh 社保卡 --purpose it/card \
         --ceiling 300万 --from PD-INFO:2002=250万 --on 2002-02-01",
        "
Recorded @10: project CARD (Social security card) approved, ceiling CNY 3,000,000.00, CNY 2,500,000.00 reserved, dated 2002-02-01.
  left: CNY 2,500,000.00 held for CARD; CNY 7,500,000.00 available on PD-INFO:2002
  published; the ledger has 11 entries
",
    );
    for (line, left) in MOVES {
        let printed = place.ok(&format!("{line} --on 2002-03-01"));
        let found = printed.lines().nth(1).unwrap_or_default();
        assert_eq!(found, format!("  left: {left}"), "earmark {line}\n{printed}");
    }
    place.prints(
        "disburse 1000 --project CARD --payee SOFT-A --on 2002-03-02 --lang zh",
        "
已记录 @25：支付 1,000.00 元，收款单位 SOFT-A，凭证号 PD-INFO/2002/2，日期 2002-03-02。
  余额：CARD 已预留 319,000.00 元；PD-INFO:2002 可用指标 7,000,000.00 元
  已签署存档；账簿共 26 条
",
    );
    place.prints(
        "reverse @25 --reason 'wrong payee' --on 2002-03-03",
        "
Reversed @25: a payment of CNY 1,000.00 to SOFT-A, voucher PD-INFO/2002/2, dated 2002-03-02.
  recorded as @26, dated 2002-03-03: wrong payee
  left: CNY 320,000.00 held for CARD; CNY 7,000,000.00 available on PD-INFO:2002
  published; the ledger has 27 entries
",
    );
}

fn year_end(place: &Place) {
    for (line, phrase) in [
        (
            "allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage committed --commitment HT-1 --project CARD --amount 178万 --class carry-over",
            "CNY 1,780,000.00 committed carried from PD-INFO:2002 to PD-INFO:2003:2002 as carry-over",
        ),
        ("allocation lapse PD-INFO:2002 100万", "CNY 1,000,000.00 of PD-INFO:2002 lapsed"),
        ("commitment close HT-1", "contract HT-1 closed"),
        ("project complete CARD", "project CARD completed"),
        ("project close-out CARD", "project CARD closed out"),
        (
            "project approve SPARE --title Spare --purpose it/spare",
            "project SPARE (Spare) approved",
        ),
        ("project terminate SPARE --reason 'given up'", "project SPARE terminated"),
    ] {
        let printed = place.ok(&format!("{line} --on 2002-06-29"));
        let first = printed.lines().next().unwrap_or_default();
        assert!(
            first.ends_with(&format!(": {phrase}, dated 2002-06-29.")),
            "earmark {line}\n{printed}"
        );
    }
}

fn corrections(place: &Place) {
    place.write("acceptance.txt", "accepted");
    place.prints(
        "attach PD-INFO/2002/2 acceptance.txt:acceptance",
        "
Recorded @34: acceptance.txt attached to @25, dated 2002-06-30.
  published; the ledger has 35 entries
",
    );
    place.ok("fund establish SPARE --name Spare --kind matching --purpose it");
    place.prints(
        "fund close SPARE",
        "
Recorded @36: the end of fund SPARE, dated 2002-06-30.
  published; the ledger has 37 entries
",
    );
    place.write("policy.toml", "control = \"warn\"\n");
    place.prints(
        "policy adopt policy.toml",
        "
Recorded @37: the policy: control warn, a project required, dated 2002-06-30.
  published; the ledger has 38 entries
",
    );
    place.prints(
        "fund amend PD-INFO --name 'Data fund' --manager 'District data bureau' --add-purpose data",
        "
Recorded @38: fund PD-INFO amended, dated 2002-06-30.
  published; the ledger has 39 entries
",
    );
    let funds = place.ok("funds -O json");
    for words in ["Data fund", "District data bureau", "\"data\""] {
        assert!(funds.contains(words), "{words} in {funds}");
    }
    assert!(place.ok("policy show").starts_with("control = \"warn\""));
    for line in ["balance", "register", "funds", "projects", "payees", "commitments", "stats"] {
        assert!(place.ok(line).contains("浦东"), "{line}");
    }
    for line in ["report execution", "report leverage", "report findings", "officer list"] {
        assert!(place.ok(line).contains("浦东"), "{line}");
    }
    for line in ["district list", "programme list", "export hledger", "export csv", "export jsonl"]
    {
        assert!(!place.ok(line).is_empty(), "{line}");
    }
    assert!(place.ok("checkpoint show").starts_with("example.org/pudong\n39\n"));
}
