//! Lists as people have them: amounts in many hands, days in many forms, cells that say their sign beside
//! them, numbers that a spreadsheet made longer. Each is booked for what it says, or refused.

use super::rows::{counts, import, paid, place, read};

/// A mapping of payments, its amount and day as given.
fn mapping(top: &str, day: &str, amount: &str) -> String {
    format!(
        "source = \"messy\"\nhistorical = true\n{top}\n[create.payee]\nname = {{ column = \"Payee\" }}\n[[event]]\ntype = \"disbursement.record\"\noccurred_on = {day}\nfund = \"GF\"\nyear = 2001\npurpose = \"gen\"\npayee = {{ template = \"{{Payee|code}}\" }}\namount = {amount}\n"
    )
}

const DAY: &str = "{ column = \"Date\" }";
const AMOUNT: &str = "{ column = \"Amount\" }";

#[test]
fn amounts_as_people_write_them() {
    for (numbers, cells, sum) in [
        ("thousands = \",\"\ngroups = \"indian\"", "\"12,34,567\"|\"1,234.50\"", "1235801.50"),
        ("minor = true", "1250|-50", "12.00"),
        (
            "thousands = \",\"",
            "1亿2000万|人民币1200元整|\"1,200元5角3分\"|.50|1200.",
            "120003601.03",
        ),
        ("round = \"half-up\"", "1.005|1.004", "2.01"),
        ("round = \"15-digits\"", "109073.68000000001|0.1", "109073.78"),
    ] {
        let place = place();
        place.write("policy.toml", "control = \"warn\"\n");
        place.ok("policy adopt policy.toml --on 2002-01-02");
        let top = format!("currency = \"CNY\"\n[numbers]\n{numbers}");
        place.write("map.toml", &mapping(&top, DAY, AMOUNT));
        let rows: String =
            cells.split('|').map(|cell| format!("2001-02-01,Ash,{cell}\n")).collect();
        place.write("rows.csv", &format!("Date,Payee,Amount\n{rows}"));
        let done = import(&place, "rows.csv --mapping map.toml");
        assert_eq!(done["refused"], 0, "{numbers}: {done}");
        assert_eq!(paid(&place), sum, "{numbers}");
        place.ok("verify");
    }
}

#[test]
fn what_may_be_two_amounts_is_refused_with_its_reason() {
    let place = place();
    place.write("map.toml", &mapping("[numbers]\nthousands = \",\"", DAY, AMOUNT));
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,1万2\n2001-02-01,Ash,\"12,34,567\"\n2001-02-01,Ash,1.005\n");
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 0, 0, 3);
    let codes = &done["refused_by_code"];
    for code in ["amount_not_a_number", "amount_grouping", "amount_too_fine"] {
        assert_eq!(codes[code], 1, "{codes}");
    }
    assert_eq!(done["rounded"]["amounts"], 0);
}

#[test]
fn rounding_is_told_in_the_summary() {
    let place = place();
    place.write("map.toml", &mapping("[numbers]\nround = \"half-even\"", DAY, AMOUNT));
    place.write(
        "rows.csv",
        "Date,Payee,Amount\n2001-02-01,Ash,1.005\n2001-02-02,Ash,1.019\n2001-02-03,Ash,2\n",
    );
    let said = place.ok("import rows.csv --mapping map.toml --create-missing --dry-run");
    assert!(
        said.contains(
            "rounded              2  amounts, as the mapping says; booked less written: CNY -0.004"
        ),
        "{said}"
    );
    let done = import(&place, "rows.csv --mapping map.toml");
    assert_eq!(
        (&done["rounded"]["amounts"], &done["rounded"]["difference"]),
        (&2.into(), &"-0.004".into())
    );
    assert_eq!(paid(&place), "4.02");
}

#[test]
fn a_column_says_the_direction_and_blanks_have_signs_of_their_own() {
    let place = place();
    let top = "blank = [\"-\", \"—\", \"N/A\"]";
    let amount =
        "{ column = \"Amount\", sign = { column = \"Way\", credit = [\"CR\"], debit = [\"DR\"] } }";
    place.write(
        "map.toml",
        &format!(
            "{}when = {{ column = \"Amount\", is = \"filled\" }}\n",
            mapping(top, DAY, amount)
        ),
    );
    place.write("rows.csv", "Date,Payee,Amount,Way\n2001-02-01,Ash,100,DR\n2001-02-02,Ash,30,CR\n2001-02-03,Ash,-,DR\n2001-02-04,Ash,N/A,\n2001-02-05,Ash,5,KR\n");
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 2, 0, 1);
    assert_eq!(done["refused_by_code"]["sign_unknown"], 1, "{done}");
    assert_eq!(paid(&place), "70.00");
    assert!(read(&place, "rows.rejects.csv").contains(",Way,sign_unknown,"));
}

#[test]
fn days_as_people_write_them() {
    for (dates, cells) in [
        ("formats = [\"d-mmm-yy\"]\npivot = 2030", "23-Apr-01|1-Dec-01"),
        ("formats = [\"d mmm yyyy\"]", "23 April 2001|1 Dec 2001"),
        ("formats = [\"serial\"]", "37004|37226"),
        ("formats = [\"serial\"]\ncut_time = true", "37004.75|37226"),
        ("formats = [\"serial1904\"]", "35542|35764"),
        ("formats = [\"iso\"]", "2001-04-23T00:30:00+14:00|2001-12-01"),
    ] {
        let place = place();
        place.write("map.toml", &mapping(&format!("[dates]\n{dates}"), DAY, AMOUNT));
        let rows: String = cells.split('|').map(|cell| format!("{cell},Ash,1\n")).collect();
        place.write("rows.csv", &format!("Date,Payee,Amount\n{rows}"));
        counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
        for day in ["2001-04-23", "2001-12-01"] {
            let rows = place.value(&format!("register type:disbursement date:{day}"));
            assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{dates}: {day}");
        }
    }
    let place = place();
    place.write("map.toml", &mapping("[dates]\nformats = [\"dd/mm/yy\"]", DAY, AMOUNT));
    place.write("rows.csv", "Date,Payee,Amount\n01/02/01,Ash,1\n");
    place.refuses(
        "import rows.csv --mapping map.toml",
        2,
        "mapping_value: mapping line 4: `formats` is formats without yy, unless `pivot` beside them is the last year that yy stands for, found `[\"dd/mm/yy\"]`\n  next: schemas/mapping.md says what each key is for\n",
    );
}

#[test]
fn history_has_the_fiscal_year_of_its_day() {
    let place = place();
    place.write("open.csv", "Year,Amount\n2000/01,500\nFY1999,500\n1998年度,500\n");
    place.write("lines.toml", "source = \"lines\"\nhistorical = true\n[[event]]\ntype = \"allocation.record\"\noccurred_on = \"1998-01-01\"\nfund = \"GF\"\nyear = { column = \"Year\" }\namount = { column = \"Amount\" }\n");
    counts(&import(&place, "open.csv --mapping lines.toml"), 3, 0, 0);
    place.write(
        "map.toml",
        &mapping("", DAY, AMOUNT)
            .replace("year = 2001\n", "document_no = { template = \"{Date|year}-{row}\" }\n"),
    );
    place.write("rows.csv", "Date,Payee,Amount\n2000-02-01,Ash,1\n1999-02-01,Ash,2\n2001-06-01,Ash,4\n1998-01-01,Ash,8\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 4, 0, 0);
    let rows = place.value("balance --by line");
    let paid: Vec<(&str, &str)> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["line"].as_str().unwrap(), row["paid_net"].as_str().unwrap()))
        .collect();
    assert_eq!(
        paid,
        [("GF:1998", "8.00"), ("GF:1999", "2.00"), ("GF:2000", "1.00"), ("GF:2001", "4.00")]
    );
    assert_eq!(
        place.value("register type:disbursement text:1999-2")["rows"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn values_are_made_of_several_cells() {
    let place = place();
    let amount =
        "{ times = [{ sum = [\"Net\", { difference = [\"VAT\", \"Paid\"] }] }, \"Rate\", \"%\"] }";
    let top = "[[skip]]\nany = [{ column = \"Payee\", matches = \"^(Sub)?total\", fold = true }, { not = { column = \"Net\", is = \"number\" } }]";
    place.write(
        "map.toml",
        &mapping(top, DAY, amount).replace(
            "{ template = \"{Payee|code}\" }",
            "{ part = \"prefix\", of = \"Payee\", to = \" \" }",
        ),
    );
    place.write(
        "rows.csv",
        "Date,Payee,Net,VAT,Paid,Rate\n2001-02-01,A1 Ash,100,21,1,50\n2001-02-02,B2 Birch,10,,,12.5\n,Subtotal,110,21,1,\n,Note,see above,,,\n2001-02-03,Cedar,1,,,100\n2001-02-03,D4 Dogwood,0.01,,,50\n",
    );
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 2, 0, 2);
    assert_eq!(
        (&done["refused_by_code"]["part_missing"], &done["refused_by_code"]["amount_too_fine"]),
        (&1.into(), &1.into()),
        "{done}"
    );
    assert_eq!(paid(&place), "61.25");
}

#[test]
fn a_heading_is_carried_down_and_back_from_the_rejects() {
    let place = place();
    let top = "[[skip]]\ncolumn = \"Amount\"\nis = \"blank\"";
    let text = mapping(top, DAY, AMOUNT)
        .replace(
            "name = { column = \"Payee\" }",
            "name = { column = \"Payee\", carry_down = true }",
        )
        .replace(
            "{ template = \"{Payee|code}\" }",
            "{ template = \"{Payee|code}\", carry_down = true }",
        );
    place.write("map.toml", &text);
    place.write("rows.csv", "Date,Payee,Amount\n,Ash,\n2001-02-01,,1\n2001-02-02,,2oo\n,Birch Ltd,\n2001-02-03,,4\n2001-02-04,Cedar,8\n2001-02-05,,16\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 4, 0, 1);
    let rejects = read(&place, "rows.rejects.csv");
    assert!(rejects.contains(",2001-02-02,Ash,2oo"), "{rejects}");
    place.write("back.csv", &rejects.replace("2oo", "200"));
    counts(&import(&place, "back.csv --mapping map.toml"), 1, 0, 0);
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 5, 0);
    let payees = place.value("payees");
    let paid: Vec<(&str, &str)> = payees["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap(), row["paid_net"].as_str().unwrap()))
        .collect();
    assert_eq!(paid, [("Ash", "201.00"), ("Birch Ltd", "4.00"), ("Cedar", "24.00")]);
}

/// A contract of two shares, 300.00 on 2001 of class a and 100.00 on class b, none of it paid.
fn two_shares(place: &super::Place) {
    place.write("policy.toml", "project_required = false\n");
    place.ok("fund establish TW --name Two --kind special --purpose gen --on 2002-01-02");
    for class in ["a", "b"] {
        place.ok(&format!("allocate TW 2002 1000 --class {class} --on 2002-01-02"));
    }
    place.ok("payee register ASH --name Ash --on 2002-01-02");
    place.ok("commitment make K --fund TW --purpose gen --payee ASH --amount 400 --from TW:2002:2002:a=300 --from TW:2002:2002:b=100 --on 2002-01-02");
}

fn committed(place: &super::Place) -> Vec<(String, String)> {
    let rows = place.value("balance --by line fund:TW");
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(row, "line"), text(row, "committed")))
        .collect()
}

#[test]
fn a_payment_is_split_by_what_is_owed() {
    let place = place();
    two_shares(&place);
    let line = "disburse 0.05 --commitment K --on 2002-01-03";
    let ran = place.run(line);
    assert!(ran.err.starts_with("line_ambiguous: "), "{}", ran.err);
    let said = place.ok(&format!("{line} --split shares --command-id pay-1"));
    assert!(said.contains("TW:2002:2002:a") && said.contains("TW:2002:2002:b"), "{said}");
    assert_eq!(
        committed(&place),
        [
            ("TW:2002:2002:a".into(), "299.96".to_owned()),
            ("TW:2002:2002:b".into(), "99.99".to_owned())
        ]
    );
    // What is owed has changed since, the command has not.
    let again = place.ok(&format!("{line} --split shares --command-id pay-1"));
    assert!(again.starts_with("Recorded before as @"), "{again}");
    let other = place.run(&format!("{line} --command-id pay-1"));
    assert!(
        other.err.contains("command_id_reused") || other.err.contains("line_ambiguous"),
        "{}",
        other.err
    );
    place.write("map.toml", "source = \"pay\"\n[[event]]\ntype = \"disbursement.record\"\noccurred_on = \"2002-01-04\"\ncommitment = { column = \"Contract\" }\namount = { column = \"Amount\" }\nsplit = \"shares\"\n");
    place.write("rows.csv", "Contract,Amount\nK,99.95\nK,300\n");
    let done = place.value("import rows.csv --mapping map.toml");
    assert_eq!(
        (&done["import"]["booked"], &done["import"]["refused"]),
        (&2.into(), &0.into()),
        "{done}"
    );
    assert!(committed(&place).iter().all(|(_, left)| left == "0.00"));
    for bad in ["--split halves", "--split shares --from TW:2002:2002:a=1"] {
        let ran = place.run(&format!("disburse 1 --commitment K --on 2002-01-03 {bad}"));
        assert_eq!(ran.status, 2, "{bad}: {}", ran.err);
    }
    assert_eq!(
        place.run("disburse 1 --split shares --fund TW --purpose gen --on 2002-01-03").status,
        2
    );
    place.ok("verify");
}

#[test]
fn a_mapping_in_another_encoding_says_so() {
    let place = place();
    let text = mapping("", DAY, AMOUNT).replace("\"Payee\"", "\"收款单位\"");
    std::fs::write(place.path("map.toml"), [text.as_bytes(), b"# \xca\xd5\n"].concat()).unwrap();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,1\n");
    place.refuses(
        "import rows.csv --mapping map.toml",
        2,
        "mapping_not_utf8: the mapping map.toml is not text in UTF-8\n  next: save it as UTF-8; `encoding` in it says how the list is written, not the mapping\n",
    );
    let said = place.run("import rows.csv --mapping map.toml --lang zh");
    assert!(said.err.contains("映射文件 map.toml 不是 UTF-8 文本"), "{}", said.err);
    // A mark in front of it is an editor's.
    place.write("map.toml", &format!("\u{feff}{}", mapping("", DAY, AMOUNT)));
    counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 0);
}

#[test]
fn an_amount_that_was_never_read_is_no_amount_of_zero() {
    let place = place();
    place.write("map.toml", &mapping("", DAY, AMOUNT));
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,x\n");
    let ran = place.run("import rows.csv --mapping map.toml --create-missing --dry-run");
    assert!(
        ran.out.contains("\n  refused              1  1 whose amount cannot be read\n"),
        "{}",
        ran.out
    );
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,\n");
    let ran = place.run("import rows.csv --mapping map.toml --create-missing --dry-run");
    assert!(ran.out.contains("\n  refused              1\n"), "{}", ran.out);
    place.write("rows.csv", "Date,Payee,Amount\n1800-02-01,Ash,5\n2001-02-01,Ash,x\n");
    let ran = place.run("import rows.csv --mapping map.toml --create-missing --dry-run");
    assert!(
        ran.out
            .contains("\n  refused              2  CNY 5.00, and 1 whose amount cannot be read\n"),
        "{}",
        ran.out
    );
}

const CARRIED: &str = "{ column = \"Ward\", carry_down = true }";

fn by_ward(skip: &str) -> String {
    let mapping = mapping(skip, "\"2001-02-01\"", AMOUNT);
    mapping.replace("{ template = \"{Payee|code}\" }", CARRIED).replace(
        "name = { column = \"Payee\" }",
        "name = { template = \"Ward {Ward}\", carry_down = true }",
    )
}

#[test]
fn a_row_is_of_the_heading_above_it() {
    let place = place();
    place.write("map.toml", &by_ward(""));
    let of = |ward: &str| {
        let rows = place.value(&format!("balance payee:{ward} --by payee"));
        rows["totals"]["paid_net"].as_str().unwrap_or("0.00").to_owned()
    };
    place.write("rows.csv", "Ward,What,Amount\nW1,,\n,Rent,100\nW2,,\n,Rent,100\n");
    let done = import(&place, "rows.csv --mapping map.toml");
    assert_eq!((&done["booked"], paid(&place).as_str()), (&2.into(), "200.00"), "{done}");
    // A second rent under the first heading is a row of its own, and no other.
    place.write("rows.csv", "Ward,What,Amount\nW1,,\n,Rent,100\n,Rent,100\nW2,,\n,Rent,100\n");
    let done = import(&place, "rows.csv --mapping map.toml");
    assert_eq!((&done["booked"], &done["known"]), (&1.into(), &2.into()), "{done}");
    assert_eq!((of("W1"), of("W2")), ("200.00".to_owned(), "100.00".to_owned()));
}

#[test]
fn what_was_carried_is_not_taken_for_a_cell_of_the_row() {
    let place = place();
    place.write("map.toml", &by_ward(""));
    place.write("rows.csv", "Ward,What,Amount\nW1,Rent,1.00\n,Rent,1,020.00\n");
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 1, 0, 1);
    let again = import(&place, "rows.rejects.csv --mapping map.toml");
    counts(&again, 0, 0, 1);
    assert_eq!(paid(&place), "1.00");
    // Where the mapping asks for the cell itself, a rejects file cannot say which it is.
    place.write("map.toml", &by_ward("[[skip]]\ncolumn = \"Ward\"\nis = \"filled\""));
    place.write("more.csv", "Ward,What,Amount\nW1,,\n,Rent,1x0\n");
    let done = import(&place, "more.csv --mapping map.toml");
    assert_eq!(done["refused"], 1, "{done}");
    let ran = place.run("import more.rejects.csv --mapping map.toml --create-missing");
    assert_eq!(ran.status, 2, "{}", ran.out);
    assert!(
        ran.err.starts_with("earmark: rejects_carried: ") || ran.err.contains("rejects_carried"),
        "{}",
        ran.err
    );
}

#[test]
fn a_rate_is_divided_by_a_hundred_once() {
    let place = place();
    let amount = "{ times = [\"Amount\", \"Rate\", \"%\"] }";
    place.write("map.toml", &mapping("", DAY, amount));
    place.write(
        "rows.csv",
        "Date,Payee,Amount,Rate\n2001-02-01,Ash,1000.00,50\n2001-02-01,Ash,1000.00,50%\n",
    );
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 1, 0, 1);
    assert_eq!(
        (&done["refused_by_code"]["percent_twice"], paid(&place).as_str()),
        (&1.into(), "500.00")
    );
}

#[test]
fn what_is_blank_is_compared_as_the_mapping_compares() {
    for (top, field) in [("", "fold = true, "), ("fold = true", "fold = false, ")] {
        let place = place();
        let mapping = mapping(top, DAY, AMOUNT).replace(
            "{ template = \"{Payee|code}\" }",
            &format!("{{ column = \"Payee\", {field}blank = [\"N/A\"], default = \"UNK\" }}"),
        );
        place.write("map.toml", &mapping);
        place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,N/A,1.00\n");
        counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 0);
        let rows = place.value("balance --by payee");
        assert!(rows["rows"].to_string().contains("\"UNK\""), "{rows}");
    }
}
