//! Imports as a whole: lists of targets, figures that a file must come to, currencies, findings.

use super::Place;
use super::rows::{MAPPING, counts, import, paid, place};

#[test]
fn a_newer_list_of_targets_counts_and_an_older_one_is_refused() {
    let place = Place::with_fund();
    let mapping = |day: &str, absent: &str| {
        place.write("map.toml", &format!("source = \"budget\"\ntarget = {{ as_of = \"{day}\"{absent} }}\ndefault_date = \"2002-06-01\"\n[[event]]\ntype = \"allocation.record\"\nfund = \"PD-INFO\"\nyear = 2002\nclass = {{ column = \"Class\" }}\namount = {{ column = \"Amount\" }}\namount_is = \"target\"\n"));
    };
    let list = |rows: &str| {
        place.write("list.csv", &format!("Class,Amount\n{rows}"));
        place.value("import list.csv --mapping map.toml")
    };
    let line = |class: &str| {
        let all = place.value("balance --by line");
        let name = format!("PD-INFO:2002:2002:{class}");
        let row = all["rows"].as_array().unwrap().iter().find(|row| row["line"] == name.as_str());
        row.map(|row| row["budget_final"].as_str().unwrap().to_owned())
    };
    mapping("2002-01-31", "");
    list("a,100\nb,50\n");
    mapping("2002-02-28", "");
    list("a,120\nb,50\n");
    assert_eq!(line("a").as_deref(), Some("120.00"));
    mapping("2002-01-31", "");
    place.write("list.csv", "Class,Amount\na,100\nb,50\n");
    let older = place.run("import list.csv --mapping map.toml");
    assert!(older.status == 1 && older.err.starts_with("list_older: "), "{}", older.err);
    assert_eq!(line("a").as_deref(), Some("120.00"));
    // An old figure that comes back in a newer list is booked again.
    mapping("2002-03-31", "");
    let back = list("a,100\n");
    assert_eq!(line("a").as_deref(), Some("100.00"), "{back}");
    assert_eq!(back["import"]["absent_lines"][0], "PD-INFO:2002:2002:b", "{back}");
    assert_eq!(line("b").as_deref(), Some("50.00"));
    let same = list("a,100\n");
    assert_eq!(
        (&same["import"]["known"], &same["import"]["entries"]),
        (&1.into(), &0.into()),
        "{same}"
    );
    mapping("2002-04-30", ", absent = \"zero\"");
    let unread = list("a,100\nb,5o\n");
    assert_eq!(
        line("b").as_deref(),
        Some("50.00"),
        "a row that cannot be read is no absence: {unread}"
    );
    mapping("2002-05-31", ", absent = \"zero\"");
    let zero = list("a,100\n");
    assert_eq!(zero["import"]["zeroed_lines"][0], "PD-INFO:2002:2002:b", "{zero}");
    assert_eq!(line("b").as_deref(), Some("0.00"));
    assert_eq!(line("a").as_deref(), Some("100.00"));
    place.write("map.toml", "source = \"b\"\n[[event]]\ntype = \"allocation.record\"\nfund = \"F\"\namount = 1\namount_is = \"target\"\n");
    let ran = place.run("import list.csv --mapping map.toml");
    assert!(
        ran.err.starts_with("mapping_missing_key: ") && ran.err.contains("`target`"),
        "{}",
        ran.err
    );
}

#[test]
fn a_file_that_does_not_come_to_its_figures_is_refused_whole() {
    let place = place();
    place.write(
        "rows.csv",
        "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,\"1,2\"\n,Total,100\n",
    );
    let control = |text: &str| {
        place.write("map.toml", &MAPPING.replace("[numbers]", &format!("{text}\n[numbers]")));
    };
    let total_row = "total_row = { column = \"Payee\", equals = \"Total\" }";
    let size = place.size();
    let refused = |line: &str, words: &str| {
        let ran = place.run(&format!("import rows.csv --mapping map.toml --create-missing {line}"));
        assert!(ran.status == 1 && ran.err.starts_with("control_differs: "), "{line}: {}", ran.err);
        assert!(ran.err.contains(words) && ran.err.contains("nothing was booked"), "{}", ran.err);
        assert_eq!(place.size(), size);
    };
    refused("--expect-rows 2", "the file has 3 rows, expected are 2");
    refused("--expect-total 200", "the amounts of 1 rows cannot be read");
    control(&format!("[control]\n{total_row}"));
    refused("", "the amounts of 1 rows cannot be read");
    place.write(
        "rows.csv",
        "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,20\n,Total,100\n",
    );
    refused("", "the total row on line 4 says CNY 100.00, the rows come to CNY 120.00");
    refused("--expect-total 100", "the rows come to CNY 120.00, expected are CNY 100.00");
    control("[control]\nrows = 2");
    refused("", "the file has 3 rows, expected are 2");
    control("[control]\ntotal = \"100\"");
    refused("", "expected are CNY 100.00");
    control(&format!("[control]\nrows = 2\ntotal = 120\ncolumn = \"Amount\"\n{total_row}"));
    refused("", "the total row on line 4 says");
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,20\n");
    refused("", "0 rows are the `total_row`");
    place.write(
        "rows.csv",
        "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,20\n,Total,120.00\n",
    );
    refused("--expect-rows 3", "the file has 2 rows");
    let whole = import(&place, "rows.csv --mapping map.toml --expect-rows 2 --expect-total 120");
    counts(&whole, 2, 0, 0);
    assert_eq!((&whole["booked_amount"], &whole["skipped"]), (&"120.00".into(), &1.into()));
    // Rows that are known count too.
    counts(&import(&place, "rows.csv --mapping map.toml --expect-total 120"), 0, 2, 0);
}

#[test]
fn the_summary_has_both_sums_and_says_what_was_not_read() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-31,Ash,20\n2001-02-02,Ash,x\n2001-02-03,Ash,\"5,000\"\n");
    let ran = place.run("import rows.csv --mapping map.toml --create-missing");
    assert!(ran.out.contains("  booked               1  CNY 100.00  2 entries"), "{}", ran.out);
    assert!(
        ran.out
            .contains("  refused              3  CNY 5,020.00, and 1 whose amount cannot be read"),
        "{}",
        ran.out
    );
}

#[test]
fn amounts_of_another_currency_are_refused() {
    let place = place();
    let size = place.size();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,£5\n2001-02-02,Ash,¥6\n");
    for (add, status) in [("currency = \"GBP\"", 2), ("currency = \"HRK\"", 2)] {
        place.write("map.toml", &MAPPING.replace("[numbers]", &format!("{add}\n[numbers]")));
        let ran = place.run("import rows.csv --mapping map.toml --create-missing");
        assert!(ran.status == status && ran.err.starts_with("mapping_currency: "), "{}", ran.err);
        assert!(ran.err.contains("CNY"), "{}", ran.err);
    }
    place.write("map.toml", &MAPPING.replace("[numbers]", "[numbers]\ncurrency = \"£\""));
    let ran = place.run("import rows.csv --mapping map.toml --create-missing");
    assert!(ran.err.starts_with("mapping_currency: ") && ran.err.contains('£'), "{}", ran.err);
    assert_eq!(place.size(), size);
    let both =
        MAPPING.replace("[numbers]", "currency = \"CNY\"\n[numbers]\ncurrency = [\"£\", \"¥\"]");
    place.write("map.toml", &both);
    let found = import(&place, "rows.csv --mapping map.toml");
    counts(&found, 1, 0, 1);
    assert_eq!(found["refused_by_code"]["amount_currency"], 1);
    assert_eq!(paid(&place), "6.00");
    place.write("map.toml", &MAPPING.replace("[numbers]", "currency = \"RMB\"\n[numbers]"));
    assert!(place.run("import rows.csv --mapping map.toml").err.starts_with("mapping_value: "));
}

#[test]
fn findings_are_one_a_thing_and_rule() {
    let place = place();
    place.write("policy.toml", "project_required = false\ncontrol = \"warn\"\n");
    place.ok("policy adopt policy.toml");
    let rows: String = (0..300).map(|n| format!("2001-02-01,P{},{}\n", n % 7, 10 + n)).collect();
    place.write("rows.csv", &format!("Date,Payee,Amount\n{rows}"));
    let found = import(&place, "rows.csv --mapping map.toml");
    assert_eq!((&found["booked"], &found["findings"]), (&300.into(), &1.into()), "{found}");
    let of = &found["findings_of"][0];
    assert_eq!((&of["code"], &of["of"]), (&"below_zero".into(), &"line GF:2001".into()), "{of}");
    assert!(of["count"].as_u64().unwrap() > 200, "{of}");
    assert_eq!(of["amount"], "-46850.00");
    let first = of["first_entry"].as_u64().unwrap();
    assert!(place.ok(&format!("show @{first}")).contains("Disbursement"), "{of}");
}

#[test]
fn a_line_that_rows_open_is_there_from_the_first_day_of_its_year() {
    let place = Place::with_fund();
    place.write("policy.toml", "project_required = false\ncontrol = \"warn\"\n");
    place.ok("policy adopt policy.toml");
    place.write("map.toml", "source = \"live\"\n[[event]]\ntype = \"commitment.make\"\noccurred_on = { column = \"Date\" }\ncontract = { column = \"No\" }\nfund = \"PD-INFO\"\nclass = \"x\"\npurpose = \"it\"\npayee = \"Ann\"\namount = 1\n");
    place.write("rows.csv", "Date,No\n2002-05-01,C1\n2002-03-01,C2\n2002-04-01,C3\n");
    let found = import(&place, "rows.csv --mapping map.toml");
    counts(&found, 3, 0, 0);
}
