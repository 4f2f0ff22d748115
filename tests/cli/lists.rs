//! Lists that would book wrong money and look right: rows inside a cell, amounts under a column without
//! a name, total rows that are too wide, rejects files that are hardly one any more, mappings whose key
//! changed, targets said twice.

use super::mended;
use super::rows::{MAPPING, counts, import, paid, place, read};

fn refused(place: &super::Place, line: &str, code: &str) {
    let size = place.size();
    let ran = place.run(&format!("import {line} --create-missing"));
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}: {}", ran.err);
    assert!(ran.err.starts_with(&format!("{code}: ")), "{line}: {}", ran.err);
    assert_eq!(place.size(), size);
}

#[test]
fn a_cell_that_took_rows_in_refuses_the_file() {
    let place = place();
    let head = "Date,Payee,Amount,Note\n2001-02-01,Ash,10,\n";
    for rows in [
        "2001-02-02,Birch,20,\"3 panels\n2001-02-03,Cedar,30,a\n2001-02-04,Elm,40,4\"\n",
        "2001-02-02,\"Birch 3,20,x\r\n2001-02-03,Cedar 4\",30,y\r\n",
        "2001-02-02,Birch,20,\"3 panels\r2001-02-03,Cedar,30,\"\"\"\r",
    ] {
        place.write("rows.csv", &format!("{head}{rows}"));
        refused(&place, "rows.csv --mapping map.toml", "csv_rows_in_cell");
    }
    // Texts of several lines are what they are.
    place.write("rows.csv", &format!("{head}2001-02-02,Birch,20,\"one,\ntwo, three\"\n"));
    counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
    assert_eq!(paid(&place), "30.00");
}

#[test]
fn a_file_that_is_one_line_to_us_is_refused() {
    let place = place();
    for end in ["\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}"] {
        let text = "Date,Payee,Amount\n2001-02-01,Ash,10\n2001-02-02,Birch,20\n".replace('\n', end);
        place.write("rows.csv", &text);
        refused(&place, "rows.csv --mapping map.toml", "csv_line_end");
        let numbered = MAPPING
            .replace("\"Payee\"", "2")
            .replace("\"Date\"", "1")
            .replace("\"Amount\"", "3")
            .replace("{Payee|", "{#2|");
        place.write("bare.toml", &format!("header = 0\n{numbered}"));
        place.write("bare.csv", text.split_once(end).unwrap().1);
        refused(&place, "bare.csv --mapping bare.toml", "csv_line_end");
    }
}

#[test]
fn an_amount_that_ran_under_a_column_without_a_name_is_refused() {
    let place = place();
    for (name, header) in [("a", "Date,Payee,Amount,"), ("b", "Date,Payee,Amount,\u{200b}")] {
        let rows = format!("{header}\n2001-02-01,Ash,1,020.00\n2001-02-02,Birch,20.00,\n");
        place.write(&format!("{name}.csv"), &rows);
        let line = format!("{name}.csv --mapping map.toml");
        let done = import(&place, &line);
        assert_eq!(done["refused_by_code"]["cell_unnamed"], 1, "{done}");
    }
    assert_eq!(paid(&place), "20.00");
    // The numbers that programs put in front of their rows are no rest of anything.
    place.write("c.csv", ",Date,Payee,Amount\n0,2001-03-01,Ash,5\n");
    counts(&import(&place, "c.csv --mapping map.toml"), 1, 0, 0);
    // What the mapping reads by its number has a use.
    place.write("d.csv", "Date,Payee,Amount,\n2001-03-02,Ash,5,no. 7\n");
    place.write("read.toml", &format!("{MAPPING}source_no = {{ column = 4 }}\n"));
    counts(&import(&place, "d.csv --mapping read.toml"), 1, 0, 0);
    assert_eq!(paid(&place), "30.00");
}

#[test]
fn a_total_row_that_is_too_wide_is_no_control() {
    let place = place();
    let mapping = MAPPING.replace(
        "[numbers]",
        "[control]\ntotal_row = { column = \"Payee\", equals = \"Total\" }\n[numbers]",
    );
    place.write("map.toml", &mapping);
    let rows = "Date,Payee,Amount,Note\n2001-02-01,Ash,1,\n2001-02-02,Birch,2,\n";
    place.write("rows.csv", &format!("{rows},Total,3,000.00,\n"));
    let ran = place.run("import rows.csv --mapping map.toml --create-missing");
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("row_width"), "{}", ran.err);
    place.write("rows.csv", &format!("{rows},Total,3\n"));
    counts(&import(&place, "rows.csv --mapping map.toml"), 2, 0, 0);
}

#[test]
fn a_rejects_file_is_known_or_refused_whatever_became_of_its_head() {
    let place = place();
    place.write("rows.csv", "Date,Payee,Amount\n2001-02-01,Ash,1oo\n2001-02-02,Birch,2oo\n");
    counts(&import(&place, "rows.csv --mapping map.toml"), 0, 0, 2);
    let rejects = mended(&read(&place, "rows.rejects.csv"), "oo", "00");
    let (_, plain) = rejects.split_once('\u{feff}').unwrap();
    let (head, body) = plain.split_once('\n').unwrap();
    for (text, code) in [
        (format!("{}\n{body}", head.replace("reject_key", "key")), "rejects_older"),
        (format!("A{plain}"), "rejects_older"),
        (format!("sep=,\n{plain}"), "mapping_column"),
    ] {
        place.write("moved.csv", &text);
        refused(&place, "moved.csv --mapping map.toml", code);
    }
    // Behind a line of its own it is found where the mapping says that headers are.
    place.write("third.toml", &format!("header = 2\n{MAPPING}"));
    place.write("moved.csv", &format!("sep=,\n{plain}"));
    refused(&place, "moved.csv --mapping third.toml", "rejects_columns");
    for text in [
        format!("\u{feff}\u{feff}{plain}"),
        format!("{}\n{body}", head.replace("reject_key", "Reject_Key")),
        plain.replace(',', "|"),
    ] {
        place.write("kept.csv", &text);
        let done = import(&place, "kept.csv --mapping map.toml");
        assert_eq!(done["refused"], 0, "{text}: {done}");
    }
    assert_eq!(paid(&place), "300.00");
}

/// A list under one mapping, then under another: which of its rows come in again.
fn twice(first: &str, then: &str, rows: [u64; 3]) {
    let place = place();
    place
        .write("rows.csv", "Inv,Date,Payee,Amount\nI1,2001-02-01,Ash,10\nI2,2001-02-02,Birch,20\n");
    place.write("first.toml", &format!("{first}\n{MAPPING}"));
    counts(&import(&place, "rows.csv --mapping first.toml"), 2, 0, 0);
    place.write("then.toml", &format!("{then}\n{MAPPING}").replace("#list", ""));
    if then.contains("#list") {
        let text = read(&place, "then.toml").replace("source = \"payments\"", "source = \"other\"");
        place.write("then.toml", &text);
    }
    let [booked, known, refused] = rows;
    counts(&import(&place, "rows.csv --mapping then.toml"), booked, known, refused);
    assert_eq!(paid(&place), "30.00", "{first} {then}");
}

#[test]
fn a_key_that_is_lost_or_changed_finds_its_rows_again() {
    twice("key = \"Inv\"", "", [0, 2, 0]);
    twice("key = \"Inv\"", "key = [\"Date\", \"Inv\"]", [0, 2, 0]);
    twice("key = [\"Date\", \"Inv\"]", "key = \"Payee\"", [0, 2, 0]);
    twice("key = 1", "", [0, 2, 0]);
    twice("", "key = \"Inv\"", [0, 2, 0]);
    twice("", "key = \"Inv\"#list", [0, 0, 2]);
    twice("key = \"Inv\"", "#list", [0, 0, 2]);
    twice("key = \"Inv\"", "key = \"Payee\"#list", [0, 0, 2]);
}

#[test]
fn a_row_found_by_a_former_key_must_still_say_the_same() {
    let place = place();
    place.write("rows.csv", "Inv,Date,Payee,Amount\nI1,2001-02-01,Ash,10\n");
    place.write("key.toml", &format!("key = \"Inv\"\n{MAPPING}"));
    counts(&import(&place, "rows.csv --mapping key.toml"), 1, 0, 0);
    let more =
        "Inv,Date,Payee,Amount\nI1,2001-02-01,Ash,11\nI1,2001-02-01,Ash,10\nI3,2001-02-03,Elm,5\n";
    place.write("rows.csv", more);
    // The first row with I1 is the one that was booked, and says something else now; the second is one
    // of its own, as two rows without a key are.
    let done = import(&place, "rows.csv --mapping map.toml");
    counts(&done, 2, 0, 1);
    assert_eq!(done["refused_by_code"]["row_changed"], 1, "{done}");
}

const TARGETS: &str = "source = \"targets\"\nhistorical = true\ndefault_date = \"2001-03-01\"\n[[event]]\ntype = \"allocation.record\"\nfund = \"GF\"\nyear = 2001\nclass = { column = \"Class\" }\namount = { column = \"Amount\" }\namount_is = \"target\"\ntarget = { as_of = \"2001-DAY\", absent = \"zero\" }\n";

#[test]
fn a_list_of_targets_says_each_line_once_and_an_empty_one_takes_nothing_away() {
    let place = place();
    let list = |day: &str, rows: &str| {
        place.write("targets.toml", &TARGETS.replace("DAY", day));
        place.write("targets.csv", &format!("Class,Amount\n{rows}"));
        import(&place, "targets.csv --mapping targets.toml")
    };
    counts(&list("01-31", "a,10\nb,20\n"), 2, 0, 0);
    let done = list("02-28", "a,30\nb,20\na,40\n");
    assert_eq!(done["refused_by_code"]["target_twice"], 1, "{done}");
    let authority =
        || place.value("balance")["totals"]["budget_final"].as_str().unwrap().to_owned();
    assert_eq!(authority(), "1050.00");
    let done = list("03-31", "");
    assert_eq!(done["absent_lines"].as_array().unwrap().len(), 2, "{done}");
    assert_eq!(authority(), "1050.00");
    let done = list("04-30", "a,30\n");
    assert_eq!(done["zeroed_lines"].as_array().unwrap().len(), 1, "{done}");
    assert_eq!(authority(), "1030.00");
}

#[test]
fn a_name_that_leaves_no_code_is_not_a_payment_to_nobody() {
    let place = place();
    place.write("slug.toml", &MAPPING.replace("|code}", "|slug}"));
    place.write(
        "rows.csv",
        "Date,Payee,Amount\n2001-02-01,:::,10\n2001-02-02,#N/A,20\n2001-02-03,####,30\n",
    );
    let done = import(&place, "rows.csv --mapping slug.toml");
    counts(&done, 0, 0, 3);
    assert_eq!(done["refused_by_code"]["code_spoilt"], 2, "{done}");
}

/// What is no table costs neither time nor memory, however long it is.
#[test]
fn an_endless_file_is_refused_at_once() {
    let place = place();
    let refused = |name: &str, code: &str| {
        let ran = place.soon(&format!("import {name} --mapping map.toml --create-missing"));
        assert_eq!(ran.status, 2, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.err.starts_with(&format!("{code}: ")), "{name}: {}", ran.err);
    };
    let sparse = |name: &str, head: &str| {
        place.write(name, head);
        let file = std::fs::File::options().append(true).open(place.path(name)).unwrap();
        file.set_len(8 << 30).unwrap();
    };
    sparse("nul.csv", "");
    refused("nul.csv", "csv_nul");
    sparse("late.csv", "Date,Payee,Amount\n2001-02-01,Ash,10\n");
    refused("late.csv", "csv_nul");
    place.write("line.csv", &"x".repeat(8 << 20));
    refused("line.csv", "csv_row_too_long");
    place.write("cell.csv", &format!("Date,Payee,Amount\n2001-02-01,{},10\n", "x".repeat(2 << 20)));
    refused("cell.csv", "csv_row_too_long");
    place.write("quote.csv", &format!("Date,Payee,Amount\n2001-02-01,\"{}", "x\n".repeat(2 << 20)));
    refused("quote.csv", "csv_row_too_long");
    place.write("wide.csv", &",".repeat(1_000_000));
    refused("wide.csv", "csv_too_wide");
    place.write("broad.csv", &",".repeat(16_000));
    refused("broad.csv", "mapping_column");
    place.write("empty.csv", &format!("Date,Payee,Amount\n{}", "\n".repeat(1_000_000)));
    let ran = place.soon("import empty.csv --mapping map.toml --create-missing");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(place.size(), 5);
}
