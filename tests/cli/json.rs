//! The shapes of JSON, which are a contract.

use super::Place;
use serde_json::Value;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_write_prints_a_receipt() {
    let place = Place::with_fund();
    let told = place.value("allocation supplement PD-INFO 2002 12.5 --reason more");
    assert_eq!(keys(&told), ["receipt"]);
    let receipt = &told["receipt"];
    assert_eq!(
        keys(receipt),
        ["entries", "command_id", "size", "head", "state", "replayed", "dry_run", "warnings"]
    );
    assert_eq!((receipt["state"].as_str(), receipt["size"].as_u64()), (Some("published"), Some(5)));
    let entry = &receipt["entries"][0];
    let fields =
        ["index", "id", "type", "occurred_on", "confidential", "event", "undone", "to_carry"];
    assert_eq!(keys(entry), fields);
    assert_eq!(entry["type"], "AllocationAdjusted");
    assert_eq!(entry["event"]["amount"], "12.50");
    assert_eq!(entry["event"]["line"]["fund"], "PD-INFO");
    let dry = place.value("allocation supplement PD-INFO 2002 1 --dry-run");
    assert_eq!(dry["receipt"]["state"], Value::Null);
    assert_eq!(dry["receipt"]["entries"][0]["id"], Value::Null);
}

#[test]
fn a_warning_stands_in_the_receipt_and_on_stderr() {
    let place = Place::with_fund();
    place.write("policy.toml", "control = \"warn\"\nproject_required = false\n");
    place.ok("policy adopt policy.toml");
    place.ok("payee register SOFT-A --name A");
    let line =
        "disburse 1100万 --fund PD-INFO --year 2002 --purpose it --payee SOFT-A --on 2002-03-01";
    let ran = place.run(line);
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.err,
        "warning: below_zero: PD-INFO:2002 unreserved is below zero: CNY -1,000,000.00\n"
    );
    let told = place.value(&format!("{line} --dry-run"));
    assert_eq!(told["receipt"]["warnings"][0]["code"], "below_zero");
}

#[test]
fn a_read_prints_a_report() {
    let place = Place::with_fund();
    let report = place.value("balance PD-INFO --as-of 2002-03-31 --as-known-at 4");
    assert_eq!(
        keys(&report),
        [
            "report",
            "schema",
            "identity",
            "ledger",
            "size",
            "head",
            "as_of",
            "as_known_at",
            "filter",
            "currency",
            "rows",
            "totals",
            "notes"
        ]
    );
    assert_eq!(report["as_of"], "2002-03-31");
    assert_eq!(report["as_known_at"], 4);
    assert_eq!(report["filter"][0], "fund:PD-INFO");
    assert_eq!(report["rows"][0]["budget_final"], "10000000.00");
    assert_eq!(report["rows"][0]["execution_rate"], "0.000000");
}

#[test]
fn what_is_one_value_prints_one_value() {
    let place = Place::with_fund();
    assert_eq!(place.value("policy show")["policy"]["control"], "stop");
    assert_eq!(place.value("checkpoint show")["checkpoint"]["size"], 4);
    let verify = place.value("verify");
    assert_eq!(verify["verify"]["verified"], true);
    assert_eq!(verify["verify"]["tiers"]["rules"], "passed");
    let stats = place.value("stats");
    assert_eq!(stats["stats"]["types"]["AllocationRecorded"], 1);
    let shown = place.value("show @3");
    assert_eq!(shown["show"]["entry"]["body"]["amount"], "10000000.00");
    let shown = place.value("show PD-INFO --explain");
    assert_eq!(shown["show"]["kind"], "fund");
    assert_eq!(shown["show"]["balance"]["rows"][0]["available"], "10000000.00");
    assert_eq!(shown["show"]["entries"]["rows"][1]["entry"], 3);
    let made = place.value("init xuhui --name 徐汇 --origin example.org/xuhui");
    assert_eq!(made["ledger"]["origin"], "example.org/xuhui");
    assert_eq!(made["receipt"]["entries"][0]["type"], "LedgerOpened");
}

#[test]
fn a_refusal_is_said_in_the_readers_language() {
    let place = Place::with_fund();
    let line = "allocation reduce PD-INFO 2002 9000万 --reason less --lang zh";
    let ran = place.run(line);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.err,
        "authority_exceeded: 指标额度不得小于零：指标 PD-INFO:2002 额度 10,000,000.00 元，本笔 90,000,000.00 元\n  \
         下一步：追减至多为该指标的额度\n"
    );
    let error = |lang: &str| {
        let ran = place.run(&format!("show fund:PD-INFQ -O json --lang {lang}"));
        let told: Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(keys(&told["error"]), ["code", "message", "details", "hint"]);
        told["error"].clone()
    };
    let refused = |lang: &str| {
        let ran = place.run(&format!(
            "allocation reduce PD-INFO 2002 9000万 --reason less -O json --lang {lang}"
        ));
        let told: Value = serde_json::from_str(&ran.err).unwrap();
        told["error"].clone()
    };
    let (en, zh) = (refused("en"), refused("zh"));
    assert_eq!((&en["code"], &en["details"]), (&zh["code"], &zh["details"]));
    assert!(en["message"].as_str().unwrap().is_ascii());
    assert!(zh["message"].as_str().unwrap().starts_with("指标额度不得小于零"));
    assert_eq!(zh["hint"], "追减至多为该指标的额度");
    // So is what no rule says.
    let (en, zh) = (error("en"), error("zh"));
    assert_eq!((&en["code"], &en["details"]), (&zh["code"], &zh["details"]));
    assert_eq!(zh["message"], "没有专项资金「PD-INFQ」");
}
