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

/// An old Office file (OLE) with one stream.
fn ole(name: &str, stream: &[u8]) -> Vec<u8> {
    const NO: u32 = 0xFFFF_FFFF;
    const LAST: u32 = 0xFFFF_FFFE;
    let mut stream = stream.to_vec();
    stream.resize(4_096, 0);
    let mut head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    head.resize(24, 0);
    for number in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        head.extend(number.to_le_bytes());
    }
    for number in [0, 1, 1, 0, 4_096, LAST, 0, LAST, 0, 0] {
        head.extend(u32::to_le_bytes(number));
    }
    head.resize(512, 0xff);
    // The chain of sectors: itself, the folder, and the eight of the stream.
    let mut fat: Vec<u8> = [0xFFFF_FFFD, LAST].into_iter().flat_map(u32::to_le_bytes).collect();
    fat.extend((3..10).chain([LAST]).flat_map(u32::to_le_bytes));
    fat.resize(512, 0xff);
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: usize| {
        let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let mut entry = wide.clone();
        entry.resize(64, 0);
        entry.extend(u16::try_from(wide.len()).unwrap().to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend([NO, NO, child].into_iter().flat_map(u32::to_le_bytes));
        entry.resize(116, 0);
        entry.extend(start.to_le_bytes());
        entry.extend(u64::try_from(size).unwrap().to_le_bytes());
        entry
    };
    let mut folder = [entry("Root Entry", 5, 1, LAST, 0), entry(name, 2, NO, 2, 4_096)].concat();
    folder.resize(512, 0);
    [head, fat, folder, stream].concat()
}

#[test]
fn a_password_is_told_in_both_forms_and_a_file_of_word_is_none() {
    let place = Place::new();
    let begin = [0x09, 0x08, 0x10, 0, 0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let locked = [&begin[..], &[0x2f, 0, 6, 0, 1, 0, 1, 0, 1, 0]].concat();
    place.write("a.xlsx", ole("EncryptedPackage", b""));
    place.write("a.xls", ole("Workbook", &locked));
    for name in ["a.xlsx", "a.xls"] {
        place.refused(&format!("{name} --mapping map.toml"), "sheet_encrypted");
    }
    place.write("a.doc", ole("WordDocument", b""));
    let said = place.refused("a.doc --mapping map.toml", "sheet_not_workbook");
    assert!(said.contains("an old Office file"), "{said}");
}

#[test]
fn a_workbook_comes_through_a_pipe_too() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let place = Place::new();
    let bytes = Book::rows(&[&HEAD, &payment("Ash", "100")]).bytes();
    let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
    command
        .args("import /dev/stdin --mapping map.toml --rejects r.csv --create-missing".split(' '));
    command.current_dir(place.0.path()).env_clear();
    command.env("EARMARK_HOME", place.path("home")).env("EARMARK_LEDGER", place.path("book"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(place.paid(), "100.00");
    // The entries name the very bytes.
    place.write("a.xlsx", &bytes);
    counts(&place.import("a.xlsx --mapping map.toml"), 0, 1, 0);
}
