//! The text of every kind of cell, as the child says it.

use crate::workbook::Cell::{
    Blank, Bool, Error, Formula, FormulaText, Inline, Iso, None, Number, Styled, Text, Unvalued,
};
use crate::workbook::{Book, Sheet};
use serde_json::{Value, json};

/// What the child says of a workbook.
pub(crate) fn said(request: &Value, bytes: &[u8]) -> Vec<Value> {
    let mut input = serde_json::to_vec(request).unwrap();
    input.push(b'\n');
    input.extend(bytes);
    let mut output = Vec::new();
    earmark::import::sheet::answer(input.as_slice(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn asked(header: [u64; 2]) -> Value {
    json!({"sheet": null, "header": header})
}

/// The rows of the only sheet.
fn rows(book: &Book) -> Vec<Value> {
    let lines = said(&asked([1, 1]), &book.bytes());
    assert_eq!(lines.last().unwrap()["end"], lines.len() - 2, "{lines:?}");
    lines
        .into_iter()
        .filter(|line| line["row"].is_array())
        .map(|line| line["row"].clone())
        .collect()
}

#[test]
fn every_kind_of_cell_has_its_text() {
    let book = Book::rows(&[
        &[Text("Payee"), Inline(" in  line "), None, Text("a & <b>\nc")],
        &[Number("1200.00"), Number("1.2E3"), Number("109073.68000000001"), Number("-0")],
        &[Number("913101780000000000"), Text("913101780000000000"), Text("00123"), Number("0.1")],
        &[Styled("41348", 1), Styled("41348.4375", 2), Styled("0.4375", 2), Styled("1.25", 4)],
        &[
            Formula("A2+1", "1201"),
            FormulaText("A1&\"x\"", "Payeex"),
            FormulaText("\"\"", ""),
            Bool(true),
        ],
        &[Error("#REF!"), Error("#DIV/0!"), Error("#N/A"), Error("#NAME?")],
        &[Iso("2013-03-15T00:00:00"), Styled("1200", 3), Bool(false)],
        &[None, Blank, Blank],
        &[Blank, Text("x"), Blank, None, Blank],
    ]);
    assert_eq!(
        rows(&book),
        [
            json!([1, ["Payee", " in  line ", "", "a & <b>\nc"]]),
            json!([2, ["1200", "1200", ["109073.68000000001"], "0"]]),
            json!([3, [["9.1310178E+17"], "913101780000000000", "00123", ["0.1"]]]),
            json!([4, ["2013-03-15", "2013-03-15T10:30:00", "10:30:00", ["1.25"]]]),
            json!([5, ["1201", "Payeex", "", "TRUE"]]),
            json!([6, ["#REF!", "#DIV/0!", "#N/A", "#NAME?"]]),
            json!([7, ["2013-03-15", "1200", "FALSE"]]),
            json!([9, ["", "x"]]),
        ]
    );
}

#[test]
fn days_are_counted_as_the_workbook_says() {
    let cells = [Styled("39886", 1), Styled("0.5", 2), Styled("1", 1)];
    let days = |book: Book| rows(&book)[0][1].clone();
    assert_eq!(days(Book::rows(&[&cells])), json!(["2009-03-14", "12:00:00", "1"]));
    let book = Book::rows(&[&cells]).since_1904();
    assert_eq!(days(book), json!(["2013-03-15", "12:00:00", "1904-01-02"]));
}

#[test]
fn texts_in_several_runs_are_one_and_their_readings_none() {
    let shared = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><r><rPr><b/></rPr><t>东</t></r><r><t xml:space=\"preserve\">京 </t></r><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh></si><si><t>a_x000D_\nb</t></si></sst>";
    let cells =
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>";
    let book = Book::of([Sheet::new("S").raw(cells)]).part("xl/sharedStrings.xml", shared);
    assert_eq!(rows(&book), [json!([1, ["东京 ", "a\nb"]])]);
}

#[test]
fn rows_and_cells_without_a_place_follow_each_other() {
    let cells = "<row><c t=\"inlineStr\"><is><t>a</t></is></c><c><v>1</v></c></row><row><c><v>2</v></c></row>";
    let book = Book::of([Sheet::new("S").raw(cells)]);
    assert_eq!(rows(&book), [json!([1, ["a", "1"]]), json!([2, ["2"]])]);
}

#[test]
fn a_formula_that_nobody_worked_out_is_named_below_the_header_only() {
    let fault = |header, rows: &[&[crate::workbook::Cell<'_>]]| {
        said(&asked(header), &Book::rows(rows).bytes()).pop().unwrap()
    };
    let sheet: &[&[crate::workbook::Cell<'_>]] =
        &[&[Unvalued("TODAY()")], &[Text("a")], &[Number("1"), Unvalued("A3*2")]];
    assert_eq!(fault([2, 2], sheet), json!({"fault": {"formula": "B3"}}));
    assert_eq!(fault([1, 1], sheet), json!({"fault": {"formula": "A1"}}));
    assert_eq!(fault([4, 4], sheet), json!({"end": 2}));
}

#[test]
fn merged_cells_of_the_header_are_said_and_no_others() {
    let sheet = Sheet::new("S")
        .rows(&[&[Text("a"), Text("b")], &[Text("c")], &[Number("1")]])
        .merged(&["A1:A2", "B1:D1", "A3:B3"]);
    let bytes = Book::of([sheet]).bytes();
    let merged = |header| {
        let lines = said(&asked(header), &bytes);
        let merged = lines.into_iter().filter(|line| line["merged"].is_array());
        merged.map(|line| line["merged"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(merged([1, 2]), [json!([1, 1, 2, 1]), json!([1, 2, 1, 4])]);
    assert_eq!(merged([3, 3]), [json!([3, 1, 3, 2])]);
    assert!(merged([0, 0]).is_empty());
}
