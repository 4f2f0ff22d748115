//! Workbooks that are made to break their reader: it is stopped, the ledger is untouched, and what is said is
//! true.

use crate::workbook::Cell::{Number, Text};
use crate::workbook::{Book, Cell, Sheet};
use crate::{Place, counts};
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HEAD: &[Cell<'static>] = &[Text("Date"), Text("Payee"), Text("Amount")];
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn sheet(inside: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\">{inside}</worksheet>")
}

#[test]
fn counts_in_the_file_take_no_memory_of_ours() {
    let place = Place::new();
    let good = Book::rows(&[HEAD, &[Text("2001-02-01"), Text("Ash"), Number("100")]]);
    // A dimension of all there is costs nothing, and says nothing.
    let huge = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Date</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>Payee</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>Amount</t></is></c></row></sheetData>";
    let book = Book::of([Sheet::new("S")]).part("xl/worksheets/sheet1.xml", sheet(huge));
    place.write("a.xlsx", book.bytes());
    counts(&place.import("a.xlsx --mapping map.toml"), 0, 0, 0);
    // A count of shared texts that is asked for before one is read.
    for (count, code) in
        [("4000000000", "sheet_too_large"), ("18446744073709551615", "sheet_reader_failed")]
    {
        let shared =
            format!("<sst xmlns=\"{MAIN}\" count=\"{count}\" uniqueCount=\"{count}\"></sst>");
        let book = Book::rows(&[HEAD]).part("xl/sharedStrings.xml", shared);
        place.write("b.xlsx", book.bytes());
        place.refused("b.xlsx --mapping map.toml", code);
    }
    place.write("c.xlsx", good.bytes());
    counts(&place.import("c.xlsx --mapping map.toml"), 1, 0, 0);
}

/// A workbook whose part `name` is long: one piece so many times between a beginning and an end.
fn long_part(name: &str, begin: &str, piece: &str, times: usize, end: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default;
    for (other, bytes) in Book::rows(&[HEAD]).parts() {
        zip.start_file(other.as_str(), packed()).unwrap();
        if other != name {
            zip.write_all(&bytes).unwrap();
            continue;
        }
        zip.write_all(begin.as_bytes()).unwrap();
        (0..times).for_each(|_| zip.write_all(piece.as_bytes()).unwrap());
        zip.write_all(end.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn stopped(bytes: &[u8], code: &str, words: &str) {
    assert!(bytes.len() < 4 << 20, "{}", bytes.len());
    let place = Place::new();
    place.write("a.xlsx", bytes);
    let ran = place.run("import a.xlsx --mapping map.toml");
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(said.starts_with(code) && said.contains(words), "{said}");
    assert_eq!(ran.status.code(), Some(2));
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_one_is_stopped() {
    let (name, begin) = ("xl/sharedStrings.xml", format!("<sst xmlns=\"{MAIN}\"><si><t>"));
    let mebibyte = "x".repeat(1 << 20);
    // One text of 280 MiB, whose room doubles as it grows, and 600 of one.
    for (piece, times) in [(mebibyte.clone(), 280), (format!("{mebibyte}</t></si><si><t>"), 600)] {
        let bytes = long_part(name, &begin, &piece, times, "</t></si></sst>");
        stopped(&bytes, "sheet_too_large: ", "512 MiB");
    }
}

#[test]
fn rows_without_end_are_stopped() {
    let begin = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>");
    let piece = "<row/>".repeat(1 << 20);
    let end = "</sheetData></worksheet>";
    let bytes = long_part("xl/worksheets/sheet1.xml", &begin, &piece, 120, end);
    stopped(&bytes, "sheet_too_slow: ", "20 s of the processor");
}

#[test]
fn cells_out_of_order_beyond_the_sheet_and_twice_are_refused() {
    let place = Place::new();
    for (cells, at) in [
        (
            "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>",
            "A1",
        ),
        ("<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>", "A1"),
        ("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>", "A1"),
        ("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>", "XFE1"),
        ("<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>", "A1048577"),
    ] {
        place.write("a.xlsx", Book::of([Sheet::new("S").raw(cells)]).bytes());
        let said = place.refused("a.xlsx --mapping map.toml", "sheet_damaged");
        assert!(said.contains(&format!("was read: {at}\n")), "{said}");
    }
    for cells in [
        "<row r=\"1\"><c r=\"A4294967297\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"A99999999999\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"ÄA1\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>",
        "<row r=\"1\"><c r=\"A1\" t=\"zz\"><v>7</v></c></row>",
        "<row r=\"1\"><c r=\"A1\" t=\"e\"><v>#WAT!</v></c></row>",
        "<row r=\"1\"><c r=\"A1\" t=\"b\"><v>2</v></c></row>",
        "<row r=\"1\"><c r=\"A1\"><v>1</v>",
    ] {
        place.write("a.xlsx", Book::of([Sheet::new("S").raw(cells)]).bytes());
        let ran = place.run("import a.xlsx --mapping map.toml");
        let said = String::from_utf8(ran.stderr).unwrap();
        let fits = said.starts_with("sheet_damaged: ") || said.starts_with("sheet_reader_failed: ");
        assert!(fits && ran.status.code() == Some(2), "{cells}: {said}");
    }
}

#[test]
fn any_byte_of_a_workbook_may_be_wrong() {
    let place = Place::new();
    let rows: [&[Cell<'_>]; 2] = [HEAD, &[Text("2001-02-01"), Text("Ash"), Number("100")]];
    let bytes = Book::rows(&rows).bytes();
    let mut seed = 2026_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for turn in 0..60 {
        let mut wrong = bytes.clone();
        if turn % 4 == 0 {
            wrong.truncate(next(bytes.len()).max(8));
        }
        for _ in 0..=next(4) {
            let at = next(wrong.len() - 4) + 4;
            wrong[at] = u8::try_from(next(256)).unwrap();
        }
        place.write("a.xlsx", wrong);
        let ran = place.run("import a.xlsx --mapping map.toml --create-missing --dry-run");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        let code = said.split(':').next().unwrap();
        let known = code.is_empty()
            || ["sheet_", "mapping_", "csv_"].iter().any(|begin| code.starts_with(begin));
        assert!(known && matches!(ran.status.code(), Some(0 | 2 | 6)), "turn {turn}: {said}");
    }
}

#[test]
fn the_part_that_reads_has_limits_and_no_words() {
    let run = |input: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.arg("__read-sheet").env_clear().stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let asked = b"{\"sheet\":null,\"header\":[1,1]}\n";
    let bytes = Book::rows(&[HEAD]).bytes();
    let output = run(&[asked.as_slice(), &bytes].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{said}");
    assert!(
        said.ends_with("{\"row\":[1,[\"Date\",\"Payee\",\"Amount\"]]}\n{\"end\":1}\n"),
        "{said}"
    );
    for input in [b"".as_slice(), b"{}", b"no request\nPK\x03\x04"] {
        let output = run(input);
        assert!(!output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
    }
    // It waits for its input, and has its limits by then.
    let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
    command.arg("__read-sheet").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let path = format!("/proc/{}/limits", child.id());
    let has_limits = |text: &str| {
        let of = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line[name.len().min(line.len())..]
                .split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        };
        of("Max address space") == "536870912 536870912"
            && of("Max cpu time") == "20 21"
            && of("Max open files") == "0 0"
            && of("Max file size") == "0 0"
            && of("Max core file size") == "0 0"
            && of("Max processes") == "0 0"
    };
    if std::path::Path::new(&path).is_file() {
        let mut text = String::new();
        for _ in 0..200 {
            text = std::fs::read_to_string(&path).unwrap();
            if has_limits(&text) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(has_limits(&text), "{text}");
    }
    drop(child.stdin.take());
    assert!(!child.wait().unwrap().success());
    // It is in no list of verbs.
    let place = Place::new();
    assert!(!place.ok("--help").contains("__read"));
}

#[test]
fn a_program_whose_file_is_gone_says_that_it_cannot_read_workbooks() {
    let place = Place::new();
    let program = place.path("copy-of-the-program");
    std::fs::copy(env!("CARGO_BIN_EXE_earmark"), &program).unwrap();
    let mut command = Command::new(&program);
    command.args("import /dev/stdin --mapping map.toml --rejects r.csv".split(' '));
    command.current_dir(place.path("")).env_clear().stdin(Stdio::piped()).stderr(Stdio::piped());
    command.env("EARMARK_HOME", place.path("home")).env("EARMARK_LEDGER", place.path("book"));
    let mut child = command.spawn().unwrap();
    std::fs::remove_file(&program).unwrap();
    // It waits for its input until here.
    child.stdin.take().unwrap().write_all(&Book::rows(&[HEAD]).bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("apart_not_started: "), "{said}");
    assert_eq!(output.status.code(), Some(4));
}
