//! What people type: other spellings of flags and values, and words in the wrong place.

use super::Place;

#[test]
fn values_are_read_as_people_write_them() {
    let place = Place::with_fund();
    place.ok("payee register SOFT-A --name A --date 2002/1/12");
    place.ok("project approve CARD --title Card --purpose it/card --from PD-INFO：2002＝300万元 --on 2002年1月12日");
    place.ok("commit HT-1 --project CARD --payee SOFT-A --amount ￥2,400,000 --on 20020201");
    let paid =
        place.ok("disburse 1.5千 --contract HT-1 --invoice FP-1 --date 2002.2.2 --officer li");
    assert!(paid.contains("CNY 1,500.00") && paid.contains("2002-02-02"), "{paid}");
    place.ok("reverse @7 --note slip");
    for filter in
        ["amt:1000..", "amt:1千..2千", "amt：..1,500元 type:disbursement", "date:2002/2..2002年2月"]
    {
        assert!(place.ok(&format!("register {filter}")).contains("FP-1"), "{filter}");
    }
    assert!(!place.ok("register amt:1501.. type:disbursement").contains("FP-1"));
    let refused = place.run("register amt:5..x");
    assert_eq!(refused.status, 2, "{}", refused.err);
}

#[test]
fn words_in_the_wrong_place_are_told_where_they_belong() {
    let place = Place::with_fund();
    place.refuses(
        "disburse 1万 HT-1",
        2,
        "
words_misplaced: disburse takes AMOUNT; `HT-1` belongs to a flag
  next: write earmark disburse 1万 --commitment HT-1
",
    );
    place.refuses(
        "allocate 1000万 PD-INFO 2002 -O json",
        2,
        "
{\"error\":{\"code\":\"words_misplaced\",\"message\":\"the order is FUND YEAR AMOUNT\",\"details\":{\"expected\":\"earmark allocate PD-INFO 2002 1000万 -O json\",\"places\":\"FUND YEAR AMOUNT\"},\"hint\":\"write earmark allocate PD-INFO 2002 1000万 -O json\"}}
",
    );
    place.refuses(
        "disburse 1万 --commitment HT-1 --on 03/04/2002",
        2,
        "
date_malformed: --on <DATE>: it may be 2002-04-03 or 2002-03-04; found `03/04/2002`
  next: write 2002-04-03 or 2002-03-04, whichever is meant
",
    );
    place.refuses(
        "allocate PD-INFO 2002 €5",
        2,
        "
amount_currency: the ledger keeps its money in CNY, and amounts are not converted; found `€5`
  next: write the amount in CNY, with its sign or without any
",
    );
}

#[test]
fn what_may_be_a_slip_is_done_with_a_warning() {
    let place = Place::with_fund();
    place.write("policy.toml", "project_required = false\n");
    place.ok("policy adopt policy.toml");
    place.ok("payee register SOFT-A --name 示例软件 --credit-code 91110000600037341L");
    for (line, warning) in [
        (
            "payee register SOFT-B --name 示例软件",
            "payee_twice: payee SOFT-A has 示例软件 too; one of the two may be meant",
        ),
        (
            "payee register SOFT-C --name C --credit-code 91110000600037341L",
            "payee_twice: payee SOFT-A has 91110000600037341L too; one of the two may be meant",
        ),
        (
            "allocate PD-INFO 2072 5",
            "odd_year: the fiscal year 2072 is more than two years from this one, 2002",
        ),
        (
            "project approve P --title P --purpose it --start 2005-01-01",
            "odd_year: 2005-01-01 is more than two years from today, 2002-06-30",
        ),
        (
            "payee register SOFT-D --name D --on 2001-12-31",
            "before_opening: 2001-12-31 is before the ledger was opened, 2002-01-02",
        ),
        (
            "commit HT-1 --fund PD-INFO --year 2002 --purpose it --amount 5",
            "no_payee: contract HT-1 does not say who will be paid",
        ),
        (
            "disburse 0 --fund PD-INFO --year 2002 --purpose it --payee SOFT-A",
            "amount_zero: the amount is zero, and voucher number 1 is used up",
        ),
    ] {
        let dry = place.run(&format!("{line} --dry-run"));
        assert_eq!((dry.status, dry.err), (0, format!("warning: {warning}\n")), "{line}");
        let ran = place.run(&format!("{line} -O json"));
        assert_eq!((ran.status, ran.err), (0, format!("warning: {warning}\n")), "{line}");
        let (code, message) = warning.split_once(": ").unwrap();
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let told = serde_json::json!([{"code": code, "message": message}]);
        assert_eq!(json["receipt"]["warnings"], told, "{line}");
    }
    place.ok("project approve Q --title Q --purpose it --start 2002-07-01 --end 2009-12-31");
}
