//! Reports as a report writer and an auditor use them: a project's budget, what changed after a period's
//! end, what receipts warned of, and sums beyond counting.

use super::Place;
use serde_json::{Value, json};

fn row<'v>(report: &'v Value, key: &str, wanted: &Value) -> &'v Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row[key] == *wanted).unwrap_or_else(|| panic!("{wanted}: {report:#}"))
}

#[test]
fn a_projects_budget_is_its_funding() {
    let place = Place::with_fund();
    for line in [
        "project approve CARD --title Card --purpose it/card --ceiling 300 --from PD-INFO:2002=200",
        "project approve NET --title Net --purpose it/net",
        "payee register SW-A --name A",
        "commit HT-1 --project CARD --payee SW-A --amount 120",
        "disburse 50 --commitment HT-1 --payee SW-A",
        "disburse 30 --project NET --payee SW-A", // straight from the line
        "refund 10 --disbursement PD-INFO/2002/1 --restores-budget no",
        "allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --project CARD --amount 80 --class carry-over",
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    let by_project = place.value("balance --by project");
    let figures = |row: &Value| -> Vec<Value> {
        ["ceiling", "funded", "budget_final", "reserved", "committed", "paid_net", "available"]
            .map(|key| row[key].clone())
            .to_vec()
    };
    assert_eq!(
        figures(row(&by_project, "project", &json!("CARD"))),
        // Carried on within the project: neither more nor less.
        ["300.00", "200.00", "200.00", "80.00", "70.00", "40.00", "0.00"].map(Value::from)
    );
    let net = row(&by_project, "project", &json!("NET"));
    assert_eq!((&net["funded"], &net["execution_rate"]), (&json!("30.00"), &json!("1.000000")));
    let rest = row(&by_project, "project", &Value::Null);
    assert_eq!(
        figures(rest)[1..],
        ["-230.00", "9999770.00", "0.00", "0.00", "0.00", "9999770.00"].map(Value::from)
    );
    assert_eq!(by_project["totals"]["funded"], "0.00");
    assert_eq!(by_project["totals"]["budget_final"], "10000000.00");
    // One project alone has the same budget, by whatever it is shown.
    for by in ["project", "fund", "commitment"] {
        let alone = place.value(&format!("balance project:CARD --by {by}"));
        assert_eq!(alone["totals"]["budget_final"], "200.00", "{by}");
    }
    let shown = place.ok("balance --by project");
    assert!(shown.contains("Ceiling") && shown.contains("Funded"), "{shown}");
    let lines = place.value("balance --by line");
    assert!(lines["rows"].as_array().unwrap().iter().all(|row| row["funded"] == "0.00"));
}

#[test]
fn what_was_recorded_after_a_periods_end_is_said() {
    let mut place = Place::with_fund();
    for line in [
        "project approve CARD --title Card --purpose it/card", // @4
        "payee register SW-A --name A",                        // @5
        "disburse 50 --project CARD --payee SW-A",             // @6
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    let quiet = place.value("report execution --year 2002");
    assert_eq!(quiet["notes"], json!([]));
    place.now = "2002-07-20T09:00:00+08:00".to_owned();
    place.ok("disburse 20 --project CARD --payee SW-A --on 2002-06-30"); // @7
    place.ok("disburse 7 --project CARD --payee SW-A"); // @8, dated later
    let half = place.value("report execution --year 2002 --as-of 2002-06-30");
    assert_eq!(
        half["notes"],
        json!([
            "1 entry was dated in it recorded after its end (2002-06-30): @7, together 20.00",
            "as it was known at its end: --as-known-at 2002-06-30",
        ])
    );
    assert_eq!(half["totals"]["paid_net"], "70.00");
    let then =
        place.value("report execution --year 2002 --as-of 2002-06-30 --as-known-at 2002-06-30");
    assert_eq!((&then["totals"]["paid_net"], &then["notes"]), (&json!("50.00"), &json!([])));
    assert_eq!(place.value("balance --as-of 2002-06-30")["notes"], half["notes"]);
    // A year that is over: back-dated entries, and later ones on its lines.
    place.now = "2003-01-10T09:00:00+08:00".to_owned();
    place.ok("disburse 3 --project CARD --payee SW-A --on 2002-12-30 --accept-clock 2003-01-10"); // @9
    place.ok("refund 2 --disbursement @6"); // @10
    place.ok("reverse @8 --reason x"); // @11
    let year = place.value("report execution --year 2002");
    assert_eq!(
        year["notes"],
        json!([
            "1 entry was dated in it recorded after its end (2002-12-31): @9, together 3.00",
            "2 entries were dated after its end (2002-12-31) on its lines: @10, @11, together 9.00",
            "as it was known at its end: --as-known-at 2002-12-31",
        ])
    );
    let zh = place.ok("report execution --year 2002 --lang zh");
    assert!(zh.contains("期末（2002-12-31）后补记期内 1 笔：@9，合计 3.00"), "{zh}");
    assert_eq!(place.value("report execution --year 2003")["notes"], json!([]));
}

#[test]
fn findings_are_those_of_every_receipt() {
    let place = Place::with_fund();
    let none = place.value("report findings");
    assert_eq!(none["rows"], json!([]));
    assert!(none["notes"][0].as_str().unwrap().contains("Not in this release: D01"), "{none:#}");
    place.write("policy.toml", "control = \"warn\"\n");
    place.ok("policy adopt policy.toml");
    for line in [
        "project approve CARD --title Card --purpose it/card --ceiling 100",
        "payee register SW-A --name A",
        "commit HT-1 --project CARD --payee SW-A --amount 100",
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    let paid = place.run("disburse 130 --commitment HT-1 --payee SW-A --on 2002-06-29"); // @8
    assert!(
        paid.err.contains("above_commitment") && paid.err.contains("above_ceiling"),
        "{}",
        paid.err
    );
    let found = place.value("report findings");
    let codes: Vec<&str> =
        found["rows"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["above_commitment", "above_ceiling"]);
    let above = &found["rows"][0];
    assert_eq!(
        (&above["entry"], &above["commitment"], &above["balance"]),
        (&json!(8), &json!("HT-1"), &json!("30.00"))
    );
    assert!(above["message"].as_str().unwrap().contains("(D13)"));
    assert_eq!(found["totals"]["balance"], "0.00");
    assert_eq!(place.value("report findings --year 2003")["rows"], json!([]));
    assert_eq!(place.value("report findings --as-known-at 8")["rows"], json!([]));
    assert!(place.ok("report findings").contains("above contract"));
}

/// What the rules admit never locks the reports: a figure beyond counting is empty, and said.
#[test]
fn amounts_beyond_counting_leave_gaps_and_no_lock() {
    let place = Place::with_fund();
    let huge = "1500000000000000000000000000000000000";
    place.ok(&format!("allocation record PD-INFO 2003 {huge} --on 2002-06-29"));
    place.ok(&format!("allocation record PD-INFO 2004 {huge} --on 2002-06-29"));
    let lines = place.value("balance --by line");
    assert_eq!(row(&lines, "line", &json!("PD-INFO:2003"))["allocated"], format!("{huge}.00"));
    assert_eq!(row(&lines, "line", &json!("PD-INFO:2002"))["available"], "10000000.00");
    assert_eq!(lines["totals"]["allocated"], Value::Null);
    assert!(lines["notes"][0].as_str().unwrap().contains("beyond what can be counted"));
    for line in
        ["balance", "funds", "payees", "projects", "report execution", "report findings", "stats"]
    {
        place.ok(line);
        place.value(line);
    }
    place.ok("export package -o p.zip");
    place.ok("show PD-INFO");
}

/// A line whose own columns are beyond counting, though no balance of it is, has none; others have theirs.
#[test]
fn a_line_of_which_a_column_is_beyond_counting_is_a_gap() {
    let place = Place::with_fund();
    let huge = "1000000000000000000000000000000000000";
    place.ok(&format!("allocation record PD-INFO 2003 {huge} --on 2002-06-29"));
    for year in [2004, 2005] {
        // A year so far ahead is warned of.
        let ran = place.run(&format!("allocation record PD-INFO {year} 1 --on 2002-06-29"));
        assert_eq!(ran.status, 0, "{}", ran.err);
        place
            .ok(&format!("allocation transfer PD-INFO:2003 PD-INFO:{year} {huge} --on 2002-06-29"));
        place.ok(&format!("allocation supplement PD-INFO 2003 {huge} --on 2002-06-29"));
    }
    let lines = place.value("balance --by line");
    assert_eq!(row(&lines, "line", &json!("PD-INFO:2003"))["allocated"], Value::Null, "{lines}");
    assert_eq!(row(&lines, "line", &json!("PD-INFO:2002"))["available"], "10000000.00");
    assert!(lines["notes"].to_string().contains("beyond what can be counted"), "{lines}");
    for line in [
        "balance",
        "funds",
        "payees",
        "projects",
        "commitments",
        "report execution",
        "report findings",
        "report leverage",
        "stats",
        "show PD-INFO",
        "verify",
    ] {
        place.ok(line);
        place.value(line);
    }
}

/// What was pledged beyond counting leaves its own row and the total empty, and no other.
#[test]
fn leverage_beyond_counting_leaves_gaps() {
    let place = Place::with_fund();
    let huge = "1500000000000000000000000000000000000";
    for (project, amounts) in [("HUGE", [huge, huge]), ("SMALL", ["100", "200"])] {
        place.ok(&format!("project approve {project} --title T --purpose it --district none --ceiling 1000 --from PD-INFO:2002=1000 --on 2002-02-01").replace(" --district none", ""));
        for (number, amount) in amounts.iter().enumerate() {
            place.ok(&format!("follow-on pledge {project}-{number} --project {project} --investor I --kind private --amount {amount} --on 2002-03-01"));
        }
    }
    let told = place.value("report leverage --by project");
    let huge = row(&told, "project", &json!("HUGE"));
    assert_eq!((&huge["private_pledged"], &huge["projects"]), (&Value::Null, &json!(1)), "{told}");
    assert_eq!(huge["leverage_own_pledged"], Value::Null);
    let small = row(&told, "project", &json!("SMALL"));
    assert_eq!(
        (&small["private_pledged"], &small["leverage_own_pledged"]),
        (&json!("300.00"), &json!("0.300000")),
        "{told}"
    );
    assert_eq!(told["totals"]["private_pledged"], Value::Null);
    assert!(told["notes"].to_string().contains("beyond what can be counted"), "{told}");
    // Large shares that can be counted are: the product of two amounts is not what is asked for.
    let large = "1000000000000000000000000000000";
    place.ok(&format!("allocation record PD-INFO 2003 {large} --on 2002-01-10"));
    place.ok(&format!("project approve LARGE --title T --purpose it --ceiling {large} --from PD-INFO:2003={large} --on 2002-02-01"));
    let told = place.value("report leverage --by project");
    assert_eq!(row(&told, "project", &json!("LARGE"))["ceiling"], format!("{large}.00"));
}
