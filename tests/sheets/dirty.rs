//! Sheets as people keep them: amounts as text, wrong formulas, total rows, footnotes, merged cells, figures
//! that were cut, rows that come back mended.

use crate::workbook::Cell::{Blank, Error, Formula, None, Number, Styled, Text, Unvalued};
use crate::workbook::{Book, Cell, Sheet};
use crate::{MAPPING, Place, counts};

const HEAD: &[Cell<'static>] = &[Text("Date"), Text("Payee"), Text("Amount")];
/// 1 February 2001.
const DAY: Cell<'static> = Styled("36923", 1);

fn rejects(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap()
}

#[test]
fn a_sheet_with_totals_notes_and_faults_books_what_it_can_and_names_the_rest() {
    let place = Place::new();
    let sheet = Sheet::new("Payments")
        .rows(&[&[Text("Payments 2001, in yuan")], &[Blank, Blank], HEAD])
        .rows(&[
            &[DAY, Text("Ash"), Number("100")],
            &[DAY, Text("Birch"), Text("200.50"), Blank],
            &[DAY, Text("Cedar"), Error("#REF!")],
            &[DAY, Text("Elm"), Formula("C4*2", "200")],
            &[],
            &[DAY, Error("#DIV/0!"), Number("7")],
            &[Text("n.d."), Text("Fir"), Number("8")],
            &[DAY, Text("Hazel"), Number("0.30000000000000004")],
            &[DAY, Text("Ivy"), Number("9"), Text("beside the table")],
            &[None, Text("Total"), Formula("SUM(C4:C12)", "524.8")],
            &[Text("* preliminary"), Blank, Blank],
        ])
        .merged(&["A1:C1", "A14:C14"]);
    place.write("a.xlsx", Book::of([sheet]).bytes());
    let skip = "\nheader = 3\nskip = [{ column = \"Payee\", equals = \"Total\" }, { column = \"Date\", starts_with = \"*\" }]\n";
    place.write("m.toml", MAPPING.replacen('\n', skip, 1));
    let done = place.import("a.xlsx --mapping m.toml");
    counts(&done, 3, 0, 5);
    assert_eq!(done["skipped"], 2, "{done}");
    assert_eq!(place.paid(), "500.50");
    let list = rejects(&place, "a.rejects.csv");
    let told: Vec<Vec<&str>> =
        list.lines().skip(1).map(|line| line.split(',').skip(1).take(3).collect()).collect();
    assert_eq!(
        told,
        [
            ["6", "Amount", "cell_error"],
            ["9", "Payee", "code_spoilt"],
            ["10", "Date", "date_not_read"],
            ["11", "Amount", "amount_too_fine"],
            ["12", "", "row_width"],
        ]
    );
    // The list again adds nothing; mended rows come in once, from the CSV, and from a workbook of it.
    counts(&place.import("a.xlsx --mapping m.toml"), 0, 3, 5);
    let mended = list.replace("#REF!\n", "1000\n").replace("n.d.", "2001-03-04");
    assert_ne!(list, mended);
    place.write("mended.csv", &mended);
    counts(&place.import("mended.csv --mapping m.toml"), 2, 0, 3);
    assert_eq!(place.paid(), "1508.50");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(mended.trim_start_matches('\u{feff}').as_bytes());
    let list: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cells: Vec<Vec<Cell<'_>>> =
        list.iter().map(|line| line.iter().map(Text).collect()).collect();
    let rows: Vec<&[Cell<'_>]> = cells.iter().map(Vec::as_slice).collect();
    place.write("mended.xlsx", Book::of([Sheet::new("whatever").rows(&rows)]).bytes());
    place.write("s.toml", MAPPING.replacen('\n', &format!("{skip}sheet = \"Payments\"\n"), 1));
    let again = place.import("mended.xlsx --mapping s.toml");
    counts(&again, 0, 2, 3);
    counts(&place.import("a.xlsx --mapping m.toml"), 0, 5, 3);
}

#[test]
fn errors_are_refused_in_texts_and_templates_too() {
    let place = Place::new();
    let map = MAPPING
        .replace("purpose = \"gen\"", "purpose = \"gen\"\nreason = { template = \"for {Note}\" }");
    let map = map.replace("disbursement.record", "allocation.supplement");
    let map = map
        .replace("purpose = \"gen\"\n", "")
        .replace("payee = { template = \"{Payee|code}\" }\n", "");
    place.write("m.toml", map);
    let head: Vec<Cell<'_>> = HEAD.iter().copied().chain([Text("Note")]).collect();
    let rows: [&[Cell<'_>]; 4] = [
        &head,
        &[DAY, Text("a"), Number("1"), Text("x")],
        &[DAY, Text("b"), Number("2"), Error("#N/A")],
        &[DAY, Text("c"), Number("3"), Text("#VALUE!")],
    ];
    place.write("a.xlsx", Book::rows(&rows).bytes());
    let done = place.import("a.xlsx --mapping m.toml");
    assert_eq!(done["refused_by_code"], serde_json::json!({"cell_error": 2}), "{done}");
    counts(&done, 1, 0, 2);
}

#[test]
fn a_formula_without_a_value_refuses_the_file() {
    let place = Place::new();
    place.write("a.xlsx", Book::rows(&[HEAD, &[DAY, Text("Ash"), Unvalued("1+1")]]).bytes());
    let said = place.refused("a.xlsx --mapping map.toml", "sheet_formula");
    assert!(said.contains("cell C2"), "{said}");
    for number in ["1E400", "-1E400", "NaN", "inf"] {
        place.write("b.xlsx", Book::rows(&[HEAD, &[DAY, Text("Ash"), Number(number)]]).bytes());
        let said = place.refused("b.xlsx --mapping map.toml", "sheet_number");
        assert!(said.contains("cell C2"), "{said}");
    }
}

#[test]
fn cut_figures_are_booked_and_named() {
    let place = Place::new();
    let rows: [&[Cell<'_>]; 6] = [
        HEAD,
        &[DAY, Text("Ash"), Number("2147483647")],
        &[DAY, Text("Birch"), Number("21474836.47")],
        &[DAY, Text("Cedar"), Text("4294967295")],
        &[DAY, Text("Elm"), Number("2147483646")],
        &[DAY, Text("Fir"), Number("-2147483648")],
    ];
    place.write("a.xlsx", Book::rows(&rows).bytes());
    let done = place.import("a.xlsx --mapping map.toml --dry-run");
    assert_eq!(done["suspect"], 4, "{done}");
    assert_eq!(done["suspect_cells"], serde_json::json!(["C2", "C3", "C4", "C6"]));
    counts(&done, 5, 0, 0);
    let ran = place.run("import a.xlsx --mapping map.toml --create-missing");
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(said.contains("  suspect              4  figures that a program writes"), "{said}");
    // A text too; and where there is none, there is no word of it.
    place.write(
        "t.csv",
        "Date,Payee,Amount\n2001-02-02,Ash,\"2,147,483,647.00\"\n2001-02-02,Ash,5\n",
    );
    let map = MAPPING.replacen('\n', "\nnumbers = { thousands = \",\" }\n", 1);
    place.write("t.toml", map.replace("payments", "texts"));
    let done = place.import("t.csv --mapping t.toml --dry-run");
    assert_eq!(done["suspect_cells"], serde_json::json!(["C2"]), "{done}");
}

#[test]
fn codes_that_were_numbers_too_long_are_refused_and_those_that_were_text_are_kept() {
    let place = Place::new();
    let rows: [&[Cell<'_>]; 6] = [
        HEAD,
        &[DAY, Number("913101780000000000"), Number("1")],
        &[DAY, Text("913101780000000000"), Number("2")],
        &[DAY, Text("00123"), Number("3")],
        &[DAY, Number("1234567890.12345678"), Number("4")],
        &[DAY, Styled("41348", 1), Number("5")],
    ];
    place.write("a.xlsx", Book::rows(&rows).bytes());
    place.write("m.toml", MAPPING.replace("template = \"{Payee|code}\"", "column = \"Payee\""));
    let done = place.import("a.xlsx --mapping m.toml");
    counts(&done, 2, 0, 3);
    assert_eq!(done["refused_by_code"], serde_json::json!({"code_spoilt": 3}));
    let payees = place.ok("payees -O csv");
    assert!(payees.contains("913101780000000000") && payees.contains("00123"), "{payees}");
}

#[test]
fn a_number_is_a_number_whatever_separators_the_list_has() {
    let place = Place::new();
    let rows: [&[Cell<'_>]; 5] = [
        HEAD,
        &[DAY, Text("Ash"), Number("1234.5")],
        // A thousandth would be thousands, were it read as the list's texts are.
        &[DAY, Text("Birch"), Number("40.125")],
        &[DAY, Text("Cedar"), Text("1.234,50")],
        &[DAY, Text("Elm"), Number("1200")],
    ];
    place.write("a.xlsx", Book::rows(&rows).bytes());
    let map = MAPPING.replacen('\n', "\nnumbers = { thousands = \".\", decimal = \",\" }\n", 1);
    place.write("m.toml", &map);
    let done = place.import("a.xlsx --mapping m.toml");
    counts(&done, 3, 0, 1);
    assert_eq!(place.paid(), "3669.00");
    let list = rejects(&place, "a.rejects.csv");
    assert!(list.contains("amount_too_fine") && list.contains("\"40,125\""), "{list}");
    counts(&place.import("a.rejects.csv --mapping m.toml"), 0, 0, 1);
    // The row key is of the number itself: the same rows are known under the other style.
    place.write("m.toml", MAPPING);
    counts(&place.import("a.xlsx --mapping m.toml"), 0, 3, 1);
    let two =
        map.replace("column = \"Amount\"", "column = \"Amount\", numbers = { decimal = \".\" }");
    place.write("m.toml", two);
    place.refused("a.xlsx --mapping m.toml", "sheet_decimals");
}

#[test]
fn control_figures_and_lines_are_those_of_the_sheet() {
    let place = Place::new();
    let sheet = Sheet::new("S")
        .rows(&[HEAD, &[DAY, Text("Ash"), Number("100")]])
        .row_at(7, &[DAY, Text("Birch"), Number("50")])
        .row_at(9, &[None, Text("Total"), Number("150")]);
    place.write("a.xlsx", Book::of([sheet]).bytes());
    let control = "\n[control]\ntotal_row = { column = \"Payee\", equals = \"Total\" }\nrows = 2\n";
    place.write(
        "m.toml",
        MAPPING.replacen("\n[create", &format!("{control}[create"), 1).replace(
            "purpose = \"gen\"",
            "purpose = \"gen\"\nsource_no = { template = \"L{line}R{row}\" }",
        ),
    );
    counts(&place.import("a.xlsx --mapping m.toml"), 2, 0, 0);
    let register = place.ok("register -O json");
    assert!(
        register.contains("L7R2") || place.ok("show @6 -O json").contains("L7R2"),
        "{register}"
    );
    let ran = place.run("import a.xlsx --mapping m.toml --expect-total 151 --create-missing");
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(said.starts_with("control_differs: ") && said.contains("150.00"), "{said}");
}
