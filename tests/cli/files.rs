//! Results that go to files, reads in both kinds of time, and imports.

use super::Place;

#[test]
fn a_result_goes_to_a_file_in_the_format_of_its_ending() {
    let place = Place::with_fund();
    for (file, begins) in [
        ("balance.csv", "fund,name,"),
        ("balance.json", "{\n  \"report\": \"balance\""),
        ("balance.jsonl", "{\"fund\":\"PD-INFO\""),
        ("balance.txt", "Balances · 浦东\n"),
    ] {
        assert_eq!(place.ok(&format!("balance -o {file}")), "");
        let text = std::fs::read_to_string(place.path(file)).unwrap();
        assert!(text.starts_with(begins), "{file}\n{text}");
    }
    place.ok("balance -O json -o balance.csv");
    assert!(std::fs::read_to_string(place.path("balance.csv")).unwrap().starts_with('{'));
    place.ok("export hledger -o ledger.journal");
    assert!(
        std::fs::read_to_string(place.path("ledger.journal")).unwrap().starts_with("; earmark")
    );
    place.ok("allocation supplement PD-INFO 2002 1 -o receipt.json");
    assert!(std::fs::read_to_string(place.path("receipt.json")).unwrap().contains("\"receipt\""));
    let ran = place.run("balance -o nowhere/balance.txt");
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("not_found: cannot write nowhere/balance.txt:"), "{}", ran.err);
    assert_eq!(place.ok("allocation supplement PD-INFO 2002 1 -q"), "");
}

#[test]
fn a_read_has_two_times() {
    let mut place = Place::with_fund();
    place.now = "2002-07-01T09:00:00+08:00".to_owned();
    place.ok("allocation supplement PD-INFO 2002 100万 --on 2002-02-01");
    let budget =
        |line: &str| place.value(line)["totals"]["budget_final"].as_str().unwrap().to_owned();
    assert_eq!(budget("balance"), "11000000.00");
    assert_eq!(budget("balance --as-of 2002-01-31"), "10000000.00");
    assert_eq!(budget("balance --as-of 2002-02"), "11000000.00");
    assert_eq!(budget("balance --as-known-at 4"), "10000000.00");
    assert_eq!(budget("balance --as-known-at 2002-06-30"), "10000000.00");
    assert_eq!(budget("balance --as-known-at 2002-07-01T09:00"), "11000000.00");
    assert_eq!(budget("balance --as-known-at 2002-07-01T08:59"), "10000000.00");
    assert_eq!(budget("balance --as-known-at 2002-06-30 --as-of 2002-01-09"), "0.00");
    let ran = place.run("balance --as-known-at 99");
    assert!(ran.err.starts_with("beyond_the_log: the log has 5 entries, not 99"), "{}", ran.err);
}

#[test]
fn labels_are_chinese_where_the_user_is() {
    let place = Place::with_fund();
    let mut command = place.command("balance --unit wan");
    let ran = place.ran(command.env("LANG", "zh_CN.UTF-8"));
    assert!(ran.out.starts_with("指标余额表 · 浦东\n"), "{}", ran.out);
    assert!(ran.out.contains("单位：万元") && ran.out.contains("1,000.00"), "{}", ran.out);
    let mut command = place.command("balance --lang en");
    assert!(place.ran(command.env("LANG", "zh_CN.UTF-8")).out.starts_with("Balances · "));
}

pub(super) const CONTRACTS: &str = r#"
source = "contracts"
[[event]]
type = "commitment.make"
occurred_on = { column = "date" }
contract = { column = "contract" }
fund = "PD-INFO"
year = 2002
purpose = "it"
amount = { column = "amount" }
"#;

#[test]
fn an_import_books_what_it_can_and_exits_6_where_rows_were_refused() {
    let place = Place::with_fund();
    place.write("policy.toml", "project_required = false\n");
    place.ok("policy adopt policy.toml");
    place.write("map.toml", CONTRACTS);
    place.write(
        "rows.csv",
        "contract,date,amount\nK1,2002-03-01,4000000\nK2,2002-03-02,7000000\nK3,2002-03-03,1\n",
    );
    let dry = place.run("import rows.csv --mapping map.toml --dry-run");
    assert_eq!((dry.status, place.size()), (6, 5));
    let ran = place.run("import rows.csv --mapping map.toml");
    assert_eq!((ran.status, ran.err.as_str()), (6, ""));
    super::assert_text(
        "import",
        &ran.out,
        "
Imported rows.csv as source contracts.
  rows                 3
  booked               2  CNY 4,000,001.00  2 entries in 1 command
  refused              1  CNY 7,000,000.00
                       1  line_exceeded
  see rows.rejects.csv: mend the rows there and import that file with the same mapping
  published; the ledger has 7 entries
",
    );
    let rejects = std::fs::read_to_string(place.path("rows.rejects.csv")).unwrap();
    assert!(rejects.contains(",K2,2002-03-02,7000000"), "{rejects}");
    let again = place.value("import rows.csv --mapping map.toml");
    assert_eq!(again["import"]["known"], 2);
    assert_eq!(again["import"]["refused_amount"], "7000000.00");
    assert_eq!(place.size(), 7);
}

#[test]
fn an_import_that_cannot_be_read_writes_nothing() {
    let place = Place::with_fund();
    place.write("map.toml", CONTRACTS);
    let ran = place.run("import missing.csv --mapping map.toml");
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("not_found: cannot read missing.csv:"), "{}", ran.err);
    place.write("rows.csv", "contract,date,amount\n\"K1,2002-03-01,4000000\n");
    assert_eq!(place.run("import rows.csv --mapping map.toml").status, 2);
    place.write("map.toml", "sorce = \"contracts\"\n");
    assert!(
        place.run("import rows.csv --mapping map.toml").err.starts_with("mapping_unknown_key: ")
    );
    assert_eq!(place.size(), 4);
}
