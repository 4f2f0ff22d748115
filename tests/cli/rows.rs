//! Rows that come again: from rejects files, formatted anew, from another list, in parts of a list, after
//! a reversal. Each is booked once, or refused with the reason.

use super::{Place, mended};
use serde_json::Value;

pub(super) const MAPPING: &str = r#"source = "payments"
historical = true
[numbers]
thousands = ","
[create.payee]
name = { column = "Payee" }
[[event]]
type = "disbursement.record"
occurred_on = { column = "Date" }
fund = "GF"
year = 2001
purpose = "gen"
payee = { template = "{Payee|code}" }
amount = { column = "Amount" }
"#;

/// A place with a fund that has 1,000.00 in 2001.
pub(super) fn place() -> Place {
    let place = Place::new();
    place.ok("init pudong --name 浦东 --origin example.org/pudong --officer li --on 2002-01-02");
    place.write("policy.toml", "project_required = false\ncontrol = \"stop\"\n");
    place.ok("policy adopt policy.toml --on 2002-01-02");
    place.ok("fund establish GF --name Fund --kind special --purpose gen --on 2002-01-02");
    place.write("open.csv", "a\n1\n");
    place.write(
        "open.toml",
        "source = \"open\"\nhistorical = true\n[[event]]\ntype = \"allocation.record\"\noccurred_on = \"2001-01-01\"\nfund = \"GF\"\nyear = 2001\namount = 1000\n",
    );
    place.ok("import open.csv --mapping open.toml");
    place.write("map.toml", MAPPING);
    place
}

pub(super) fn import(place: &Place, line: &str) -> Value {
    let found = place.value(&format!("import {line} --create-missing"));
    assert!(found["import"].is_object(), "{line}: {found}");
    found["import"].clone()
}

#[track_caller]
pub(super) fn counts(import: &Value, booked: u64, known: u64, refused: u64) {
    let found = ["booked", "known", "refused"].map(|name| import[name].as_u64().unwrap());
    assert_eq!(found, [booked, known, refused], "{import}");
}

pub(super) fn paid(place: &Place) -> String {
    place.value("balance")["totals"]["paid_net"].as_str().unwrap().to_owned()
}

pub(super) fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap()
}

#[test]
fn a_mended_row_is_booked_once_and_its_original_never() {
    let place = place();
    let rows =
        "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,5oo\n2001-02-03,Cedar,\"2,000\"\n";
    place.write("rows.csv", rows);
    counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 2);
    let rejects = read(&place, "rows.rejects.csv");
    assert!(
        rejects.starts_with("\u{feff}reject_key,reject_line,reject_column,reject_code,"),
        "{rejects}"
    );
    let key = rejects.lines().nth(1).unwrap().split(',').next().unwrap();
    assert!(key.starts_with("r-") && key.len() == 34, "{key}");
    let mended = mended(&rejects, "5oo", "500").replace("\"2,000\"", "\"300.00\"");
    place.write("mended.csv", &mended);
    counts(&import(&place, "mended.csv --mapping map.toml"), 2, 0, 0);
    assert_eq!(paid(&place), "900.00");
    counts(&import(&place, "mended.csv --mapping map.toml"), 0, 2, 0);
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 3, 0);
    assert_eq!(paid(&place), "900.00");
    place.ok("verify");
}

#[test]
fn a_rejects_file_comes_back_from_a_spreadsheet() {
    // Rows deleted, turned round, with other delimiters and encodings, blank rows behind.
    for (delimiter, wide) in [(',', false), (';', false), ('\t', false), ('\t', true)] {
        let place = place();
        place.write(
            "rows.csv",
            "Date,Payee,Amount\n2001-02-01,Ash,1oo\n2001-02-02,Birch,2oo\n2001-02-03,Cedar,3oo\n",
        );
        counts(&import(&place, "rows.csv --mapping map.toml"), 0, 0, 3);
        let rejects = read(&place, "rows.rejects.csv");
        let mut table =
            csv::ReaderBuilder::new().has_headers(false).from_reader(rejects.as_bytes());
        let mut rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        rows[1..].reverse();
        rows.remove(1);
        let mut out = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
        for row in &rows {
            out.write_record(row.iter().map(|cell| mended(cell, "oo", "00"))).unwrap();
        }
        out.write_record(vec![""; rows[0].len()]).unwrap();
        let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
        let bytes = if wide {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            text.into_bytes()
        };
        std::fs::write(place.path("back.csv"), bytes).unwrap();
        counts(&import(&place, "back.csv --mapping map.toml"), 2, 0, 0);
        assert_eq!(paid(&place), "300.00");
        counts(&import(&place, "rows.csv --mapping map.toml"), 0, 2, 1);
        assert_eq!(paid(&place), "300.00");
    }
}

#[test]
fn lists_of_every_form_get_their_rejects_back() {
    let by_number = MAPPING
        .replace("{ column = \"Date\" }", "{ column = 1 }")
        .replace("\"{Payee|code}\"", "\"{#2|code}\"")
        .replace("{ column = \"Payee\" }", "{ column = 2 }")
        .replace("{ column = \"Amount\" }", "{ column = 3 }");
    let named = "Date,Payee,Amount\n2001-02-01,浦东,1oo\n2001-02-02,Birch,200\n";
    for (head, mapping, table, gbk) in [
        ("header = 3\n", MAPPING.to_owned(), format!("List\n\n{named}"), false),
        ("header = 0\n", by_number.clone(), named.split_once('\n').unwrap().1.to_owned(), false),
        ("delimiter = \";\"\n", MAPPING.to_owned(), named.replace(',', ";"), false),
        (
            "encoding = \"gbk\"\ndelimiter = \"\\t\"\n",
            by_number.clone(),
            named.replace(',', "\t"),
            true,
        ),
    ] {
        let place = place();
        place.write("map.toml", &format!("{head}{mapping}"));
        let bytes =
            if gbk { encoding_rs::GBK.encode(&table).0.into_owned() } else { table.into_bytes() };
        std::fs::write(place.path("rows.csv"), bytes).unwrap();
        counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 1);
        let rejects = read(&place, "rows.rejects.csv");
        assert!(rejects.contains("浦东"), "{rejects}");
        place.write("back.csv", &rejects.replace("1oo", "100"));
        counts(&import(&place, "back.csv --mapping map.toml"), 1, 0, 0);
        counts(&import(&place, "rows.csv --mapping map.toml"), 0, 2, 0);
        assert_eq!(paid(&place), "300.00", "{head}");
    }
}

#[test]
fn a_rejects_file_of_another_hand_is_refused_whole() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,1oo\n2001-02-02,Birch,2oo\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 0, 2);
    let rejects = mended(&read(&place, "rows.rejects.csv"), "oo", "00");
    let size = place.size();
    let lines: Vec<&str> = rejects.lines().collect();
    let key = lines[1].split(',').next().unwrap();
    let other = format!("r-{}{}", if key.as_bytes()[2] == b'a' { 'b' } else { 'a' }, &key[3..]);
    for (text, code) in [
        (rejects.replace(key, &other), "reject_key_wrong"),
        (rejects.replace(key, ""), "reject_key_wrong"),
        (format!("{}\n{}\n{}\n", lines[0], lines[1], lines[1]), "reject_key_twice"),
        (rejects.replace("reject_key,", "").replace(&format!("{key},"), ""), "rejects_older"),
        (rejects.replace("reject_key,reject_line", "reject_line,reject_key"), "rejects_columns"),
    ] {
        place.write("back.csv", &text);
        let ran = place.run("import back.csv --mapping map.toml --create-missing");
        assert!(ran.err.starts_with(&format!("{code}: ")), "{code}: {}", ran.err);
        assert!(ran.err.contains("next: ") && ran.status == 2, "{}", ran.err);
        assert_eq!(place.size(), size);
    }
    place.write("other.toml", &MAPPING.replace("payments", "others"));
    place.write("back.csv", &rejects);
    let ran = place.run("import back.csv --mapping other.toml --create-missing");
    assert!(ran.err.starts_with("reject_key_wrong: "), "{}", ran.err);
    place.write("rowed.toml", &MAPPING.replace("{Payee|code}", "{Payee|code}-{row}"));
    let ran = place.run("import back.csv --mapping rowed.toml --create-missing");
    assert!(ran.err.starts_with("rejects_row_number: "), "{}", ran.err);
    assert_eq!(place.size(), size);
}

#[test]
fn an_amount_in_two_cells_stays_refused_until_it_is_mended() {
    let place = place();
    place.write(
        "map.toml",
        &MAPPING
            .replace("historical", "# historical")
            .replace("source", "historical = true\nsource"),
    );
    place.write(
        "rows.csv",
        "Date,Payee,Amount,Note\n2001-02-01,Ash,1,020.00,\n2001-02-02,Birch,2\n",
    );
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 0, 2);
    let rejects = read(&place, "rows.rejects.csv");
    // As a spreadsheet saves it: every row as wide as the widest.
    let widest = rejects.lines().map(|line| line.matches(',').count()).max().unwrap();
    let padded: String = rejects
        .lines()
        .map(|line| {
            // The rule has commas inside quotes; it stands in every row alike.
            let commas = line.matches(',').count();
            format!("{line}{}\n", ",".repeat(widest - commas))
        })
        .collect();
    place.write("same.csv", &padded);
    let again = import(&place, "same.csv --mapping map.toml");
    assert_eq!(again["booked"], 0, "{again}");
    assert_eq!(paid(&place), "0.00");
    let mended =
        rejects.replace("Ash,1,020.00,", "Ash,\"1,000.00\",").replace("Birch,2", "Birch,,");
    place.write("mended.csv", &mended);
    let again = import(&place, "mended.csv --mapping map.toml");
    assert_eq!(
        (again["booked"].as_u64(), again["refused"].as_u64()),
        (Some(1), Some(1)),
        "{again}"
    );
    assert_eq!(paid(&place), "1000.00");
}

#[test]
fn rejects_are_never_written_over_and_a_pipe_has_none_of_its_own() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,1oo\n");
    let first = import(&place, "rows.csv --mapping map.toml");
    assert_eq!(first["rejects"], "rows.rejects.csv");
    place.write("rows.rejects.csv", &read(&place, "rows.rejects.csv").replace("1oo", "100"));
    let mended = read(&place, "rows.rejects.csv");
    for name in ["rows.rejects.2.csv", "rows.rejects.3.csv"] {
        assert_eq!(import(&place, "rows.csv --mapping map.toml")["rejects"], name);
    }
    let named = import(&place, "rows.csv --mapping map.toml --rejects rows.rejects.csv");
    assert_eq!(named["rejects"], "rows.rejects.4.csv");
    assert_eq!(read(&place, "rows.rejects.csv"), mended);
    counts(&import(&place, "rows.rejects.csv --mapping map.toml"), 1, 0, 0);

    let piped = |line: &str| {
        use std::io::Write;
        use std::process::Stdio;
        let mut command = place.command(line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let rows = b"Date,Payee,Amount\n2001-02-05,Elm,7\n2001-02-06,Elm,x\n";
        let _closed = child.stdin.take().unwrap().write_all(rows);
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, err) = piped("import /dev/stdin --mapping map.toml --create-missing");
    assert!(status == Some(2) && err.starts_with("rejects_wanted: "), "{err}");
    let line = "import /dev/stdin --mapping map.toml --create-missing --rejects pipe.csv";
    assert_eq!(piped(line), (Some(6), String::new()));
    assert_eq!(paid(&place), "107.00");
    assert!(read(&place, "pipe.csv").contains("2001-02-06,Elm,x"));
}

#[test]
fn a_list_that_is_formatted_anew_is_known_by_its_key() {
    let place = place();
    let keyed = MAPPING.replace("historical", "key = [\"Inv\"]\nhistorical");
    place.write("map.toml", &keyed);
    place.write(
        "rows.csv",
        "Inv,Date,Payee,Amount\n7,2001-02-01,Ash,120.00\n8,2001-02-01,Ash,120.00\n",
    );
    counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
    place.write("anew.csv", "Inv,Date,Payee,Amount\n 8 ,2001-02-01,Ash,120\n7,2001-02-01,  Ash,120.0\n9,2001-02-02,Elm,1\n");
    counts(&import(&place, "anew.csv --mapping map.toml"), 1, 2, 0);
    assert_eq!(paid(&place), "241.00");
    place.write("changed.csv", "Inv,Date,Payee,Amount\n7,2001-02-01,Ash,130\n8,2001-02-03,Ash,120\n9,2001-02-02,Oak,1\n,2001-02-02,Oak,1\n1E5,2001-02-02,Oak,1\n10,2001-02-02,Oak,1\n10,2001-02-02,Oak,1\n");
    let changed = import(&place, "changed.csv --mapping map.toml --rejects changed.txt");
    counts(&changed, 1, 0, 6);
    let codes = &changed["refused_by_code"];
    assert_eq!((&codes["row_changed"], &codes["row_key_blank"]), (&3.into(), &1.into()), "{codes}");
    assert_eq!((&codes["code_spoilt"], &codes["row_key_twice"]), (&1.into(), &1.into()), "{codes}");
    let rejects = read(&place, "changed.txt");
    assert!(
        rejects.contains("with another `amount`") && rejects.contains(",120.00,130.00,"),
        "{rejects}"
    );
    assert!(
        rejects.contains("with another `occurred_on`") && rejects.contains("with another `payee`")
    );
    // A row without a key of its own gets one; neither it nor its original is booked twice.
    place.write("back.csv", &rejects.replace(",,2001-02-02,Oak", ",11,2001-02-02,Oak"));
    let back = import(&place, "back.csv --mapping map.toml");
    assert_eq!(back["booked"], 1, "{back}");
    assert_eq!(paid(&place), "243.00");
    let again = import(&place, "changed.csv --mapping map.toml");
    assert_eq!(again["booked"], 0, "{again}");
    place.ok("verify");
}

#[test]
fn a_mapping_that_gains_a_key_or_parts_knows_what_was_booked_before() {
    let place = place();
    let rows = "Inv,Date,Payee,Amount\n7,2001-02-01,Ash,120.00\n8,2001-02-01,Ash,120.00\n";
    place.write("rows.csv", rows);
    counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
    place.write("keyed.toml", &MAPPING.replace("historical", "key = [\"Inv\"]\nhistorical"));
    counts(&import(&place, "rows.csv --mapping keyed.toml"), 0, 2, 0);
    place.write("longer.csv", &format!("{rows}9,2001-02-01,Ash,1\n"));
    counts(&import(&place, "longer.csv --mapping map.toml --batch feb"), 1, 2, 0);
    place.write("parts.toml", &MAPPING.replace("\"payments\"", "\"payments/{file}\""));
    counts(&import(&place, "longer.csv --mapping parts.toml --again"), 1, 2, 0);
}

#[test]
fn equal_rows_of_two_parts_of_a_list_are_two_payments() {
    let place = place();
    place.write("map.toml", &MAPPING.replace("\"payments\"", "\"leeds/{file}\""));
    let rows = "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-01,Ash,100\n";
    place.write("jan.csv", rows);
    place.write("feb.csv", &format!("{rows}2001-02-02,Elm,1\n"));
    counts(&import(&place, "jan.csv --mapping map.toml"), 2, 0, 0);
    counts(&import(&place, "feb.csv --mapping map.toml"), 3, 0, 0);
    assert_eq!(paid(&place), "401.00");
    counts(&import(&place, "feb.csv --mapping map.toml"), 0, 3, 0);
    // The very same file as another part is a slip.
    std::fs::copy(place.path("feb.csv"), place.path("Feb.csv")).unwrap();
    let ran = place.run("import Feb.csv --mapping map.toml --create-missing");
    assert!(ran.status == 1 && ran.err.starts_with("file_of_another_source: "), "{}", ran.err);
    assert!(ran.err.contains("leeds/feb") && ran.err.contains("leeds/Feb"), "{}", ran.err);
    counts(&import(&place, "Feb.csv --mapping map.toml --again"), 3, 0, 0);
    // Without parts, the same rows of next month's list are known, and the summary names them.
    let place = self::place();
    place.write("jan.csv", rows);
    place.write("feb.csv", &format!("{rows}2001-02-02,Elm,1\n"));
    import(&place, "jan.csv --mapping map.toml");
    let feb = import(&place, "feb.csv --mapping map.toml");
    counts(&feb, 1, 2, 0);
    assert_eq!(feb["known_first"][0]["line"], 2, "{feb}");
    let said = place.ok("import feb.csv --mapping map.toml --create-missing");
    assert!(said.contains("line 2 is @"), "{said}");
}

#[test]
fn rows_of_another_source_are_refused_with_both_names() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 0);
    place.write("renamed.toml", &MAPPING.replace("payments", "payments 2001"));
    place.write("longer.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Ash,1\n");
    counts(&import(&place, "longer.csv --mapping renamed.toml"), 1, 0, 1);
    let rejects = read(&place, "longer.rejects.csv");
    assert!(
        rejects.contains("row_of_another_source")
            && rejects.contains("source `payments`,source `payments 2001`"),
        "{rejects}"
    );
    assert_eq!(paid(&place), "101.00");
    counts(&import(&place, "longer.csv --mapping renamed.toml --again"), 1, 1, 0);
    assert_eq!(paid(&place), "201.00");
    // With a key, lists have numbers of their own: only the same content is the same row.
    let keyed = |source: &str| {
        MAPPING.replace("payments", source).replace("historical", "key = \"Inv\"\nhistorical")
    };
    place.write("a.toml", &keyed("a"));
    place.write("b.toml", &keyed("b"));
    place.write("a.csv", "Inv,Date,Payee,Amount\n7,2001-03-01,Ash,3\n8,2001-03-01,Ash,4\n");
    place.write("b.csv", "Inv,Date,Payee,Amount\n7,2001-03-01,Elm,5\n8,2001-03-01,Ash,4.00\n");
    counts(&import(&place, "a.csv --mapping a.toml"), 2, 0, 0);
    counts(&import(&place, "b.csv --mapping b.toml"), 1, 0, 1);
}

#[test]
fn a_row_whose_entries_are_reversed_comes_in_again() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Ash,10\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
    let entry = place.size() - 2;
    place.ok(&format!("reverse @{entry} --reason slip"));
    assert_eq!(paid(&place), "10.00");
    counts(&import(&place, "rows.csv --mapping map.toml"), 1, 1, 0);
    assert_eq!(paid(&place), "110.00");
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 2, 0);
    place.ok("verify");
}

#[test]
fn a_mapping_that_was_completed_is_told_that_rows_are_known() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,100\n");
    import(&place, "rows.csv --mapping map.toml");
    let same = import(&place, "rows.csv --mapping map.toml");
    assert_eq!(same["known_of_other_mapping"], 0);
    place.write("map.toml", &format!("{MAPPING}source_no = {{ column = \"Date\" }}\n"));
    let found = import(&place, "rows.csv --mapping map.toml");
    assert_eq!((&found["booked"], &found["known_of_other_mapping"]), (&0.into(), &1.into()));
    let said = place.ok("import rows.csv --mapping map.toml --create-missing");
    assert!(said.contains("known from another mapping"), "{said}");
    let shown = place.ok(&format!("show @{}", place.size() - 2));
    assert!(shown.contains("map.toml") && shown.contains("rows.csv"), "{shown}");
}

#[test]
fn a_name_has_a_code_of_its_own() {
    let place = place();
    let rows = "Date,Payee,Amount\n2001-02-01,A-B Ltd,36\n2001-02-02,A: B Ltd,36\n2001-02-03,A: B  Ltd,1\n";
    place.write("rows.csv", rows);
    counts(&import(&place, "rows.csv --mapping map.toml"), 3, 0, 0);
    let payees = place.value("payees")["rows"].as_array().unwrap().clone();
    assert_eq!(payees.len(), 2, "{payees:?}");
    // With `slug` they meet in one code: the second is refused, whether the mapping gives names or not.
    for section in ["[create.payee]\nname = { column = \"Payee\" }\n", ""] {
        let place = self::place();
        let slug = MAPPING.replace("|code", "|slug");
        let slug = slug.replace("[create.payee]\nname = { column = \"Payee\" }\n", section);
        place.write("map.toml", &slug);
        place.write("rows.csv", rows);
        let found = import(&place, "rows.csv --mapping map.toml");
        counts(&found, 1, 0, 2);
        assert_eq!(found["refused_by_code"]["name_differs"], 2, "{found}");
        place.write("next.csv", "Date,Payee,Amount\n2001-02-04,A B Ltd,1\n");
        counts(&import(&place, "next.csv --mapping map.toml"), 0, 0, 1);
        assert_eq!(paid(&place), "36.00");
    }
}
