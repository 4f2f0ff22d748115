//! What is no workbook, or not one sheet: each refused as what it is.

use crate::workbook::Cell::{Number, Text};
use crate::workbook::{Book, Sheet, zipped};
use crate::{Place, counts};

const HEAD: [crate::workbook::Cell<'static>; 3] = [Text("Date"), Text("Payee"), Text("Amount")];

fn payment<'a>(payee: &'a str, amount: &'a str) -> [crate::workbook::Cell<'a>; 3] {
    [Text("2001-02-01"), Text(payee), Number(amount)]
}

fn parts(names: &[(&str, &str)]) -> Vec<u8> {
    let parts: Vec<_> =
        names.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    zipped(&parts)
}

#[test]
fn what_is_no_workbook_is_refused_as_what_it_is() {
    let place = Place::new();
    let ods =
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "<x/>")];
    let docx = [("[Content_Types].xml", ""), ("_rels/.rels", ""), ("word/document.xml", "")];
    let xlsb = [("[Content_Types].xml", ""), ("_rels/.rels", ""), ("xl/workbook.bin", "")];
    let page = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>Date</td></tr></table></html>";
    let xml = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>";
    let wide: Vec<u8> =
        format!("\u{feff}{page}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, words) in [
        ("a.ods", parts(&ods), "an OpenDocument spreadsheet"),
        ("a.docx", parts(&docx), "a text document"),
        ("a.xlsb", parts(&xlsb), "a binary workbook"),
        ("a.zip", parts(&[("a.csv", "Date,Payee,Amount\n")]), "a zip file without a workbook"),
        ("a.numbers", parts(&[("Index/Document.iwa", "")]), "Apple's Numbers"),
        ("a.xls", page.into(), "a page of HTML"),
        ("wide.xls", wide, "a page of HTML"),
        ("xml.xls", xml.into(), "XML Spreadsheet 2003"),
        ("web.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n".to_vec(), "MHTML"),
        ("a.xlsx", page.into(), "a page of HTML"),
    ] {
        place.write(name, bytes);
        let said = place.refused(&format!("{name} --mapping map.toml"), "sheet_not_workbook");
        assert!(said.contains(words) && said.contains("save it as .xlsx"), "{said}");
    }
    place.write("empty.zip", zipped(&[]));
    place.refused("empty.zip --mapping map.toml", "sheet_not_workbook");
    for (name, bytes) in [
        ("cut.xlsx", Book::rows(&[&HEAD]).bytes()[..400].to_vec()),
        ("begun.xlsx", b"PK\x03\x04".to_vec()),
        ("begun.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()),
    ] {
        place.write(name, bytes);
        place.refused(&format!("{name} --mapping map.toml"), "sheet_damaged");
    }
}

#[test]
fn a_text_under_the_name_of_a_workbook_is_a_text_and_a_workbook_under_any_name_is_one() {
    let place = Place::new();
    place.write("a.xls", "Date,Payee,Amount\n2001-02-01,Ash,100\n");
    counts(&place.import("a.xls --mapping map.toml"), 1, 0, 0);
    place.write("b.csv", Book::rows(&[&HEAD, &payment("Birch", "200")]).bytes());
    counts(&place.import("b.csv --mapping map.toml"), 1, 0, 0);
    assert_eq!(place.paid(), "300.00");
    // A mapping for texts serves the workbook of the same list.
    let map = crate::MAPPING.replacen(
        '\n',
        "\nencoding = \"gb18030\"\ndelimiter = \";\"\nescape = \"\\\\\"\n",
        1,
    );
    place.write("text.toml", map);
    counts(&place.import("b.csv --mapping text.toml"), 0, 1, 0);
    let map = crate::MAPPING.replacen('\n', "\nheader = [1, 2]\n", 1);
    place.write("rows.toml", map);
    let said = place.refused("a.xls --mapping rows.toml", "header_rows");
    assert!(said.contains("header = [1, 2]"), "{said}");
}

#[test]
fn of_several_sheets_the_mapping_says_which() {
    let place = Place::new();
    let sheet = |name: &str, amount: &str| Sheet::new(name).rows(&[&HEAD, &payment("Ash", amount)]);
    let book = Book::of([
        Sheet::new("Empty"),
        sheet("Paid", "100"),
        sheet("Old", "200").hidden(),
        sheet("预算", "300"),
    ]);
    place.write("a.xlsx", book.bytes());
    let said = place.refused("a.xlsx --mapping map.toml", "sheet_choice");
    assert!(said.contains("2 `Paid`, 4 `预算`") && !said.contains("Old"), "{said}");
    let with = |sheet: &str| {
        place.write("s.toml", crate::MAPPING.replacen('\n', &format!("\nsheet = {sheet}\n"), 1));
        "a.xlsx --mapping s.toml"
    };
    for (sheet, paid) in [("\"Paid\"", "100.00"), ("3", "300.00"), ("\" 预算 \"", "600.00")] {
        counts(&place.import(with(sheet)), 1, 0, 0);
        assert_eq!(place.paid(), paid, "{sheet}");
    }
    for sheet in ["\"Payed\"", "5", "\"3\""] {
        let said = place.refused(with(sheet), "sheet_unknown");
        assert!(said.contains("3 `Old` (hidden)") && said.contains("4 `预算`"), "{said}");
    }
    with("1");
    place.refused("a.xlsx --mapping s.toml", "sheet_header");
    place.write("b.xlsx", Book::of([Sheet::new("A"), sheet("H", "1").hidden()]).bytes());
    place.refused("b.xlsx --mapping map.toml", "sheet_empty");
    place.write("c.xlsx", Book::of([Sheet::new("A"), sheet("B", "7")]).bytes());
    counts(&place.import("c.xlsx --mapping map.toml"), 1, 0, 0);
}

#[test]
fn a_header_of_several_rows_is_named_from_above() {
    let place = Place::new();
    let none = crate::workbook::Cell::None;
    let sheet = Sheet::new("S")
        .rows(&[&[Text("Payments of the year")], &[]])
        .rows(&[
            &[Text("Date"), Text("Payee"), Text("2001"), none],
            &[none, none, Text("due"), Text("paid")],
        ])
        .rows(&[&[Text("2001-02-01"), Text("Ash"), Number("5"), Number("100")]])
        .merged(&["A1:D1", "A3:A4", "B3:B4", "C3:D3"]);
    place.write("a.xlsx", Book::of([sheet]).bytes());
    let map = crate::MAPPING.replacen('\n', "\nheader = [3, 4]\n", 1);
    place.write("m.toml", map.replace("column = \"Amount\"", "column = \"2001 / paid\""));
    let done = place.import("a.xlsx --mapping m.toml");
    counts(&done, 1, 0, 0);
    assert_eq!(place.paid(), "100.00");
    place.write("m.toml", map);
    let said = place.refused("a.xlsx --mapping m.toml", "mapping_column");
    assert!(said.contains("`Date`, `Payee`, `2001 / due`, `2001 / paid`"), "{said}");
    place.write("m.toml", crate::MAPPING.replacen('\n', "\nheader = 9\n", 1));
    let said = place.refused("a.xlsx --mapping m.toml", "sheet_header");
    assert!(said.contains("row 9 of the sheet `S`"), "{said}");
}
