//! Reports as workbooks: what is in the cells, read from the parts of the file.

use super::workbook::{Workbook, attribute, cell_name};
use super::*;
use earmark::report::balance::BALANCE_PAYEE;
use earmark::report::stream::Stream;
use earmark::report::table::{Column, Note, Shown};

/// The bytes of a workbook.
pub(super) fn bytes(table: &Table, lang: Lang, unit: Unit) -> Vec<u8> {
    let mut out = Vec::new();
    let style = Style { lang, unit, ..Style::default() };
    report::write_to(&mut out, table, Format::Xlsx, style).unwrap();
    out
}

fn workbook(table: &Table, lang: Lang) -> Workbook {
    Workbook::open(&bytes(table, lang, Unit::Major))
}

/// The columns that a sheet shows, by the same words as schemas/report.md.
pub(super) fn shown(table: &Table, lang: Lang) -> Vec<(usize, Column)> {
    let columns = table.columns.iter().copied().enumerate();
    let is_used =
        |place: usize| table.rows.iter().chain(&table.totals).any(|row| !row[place].is_blank());
    let other = lang.choose(["name_zh", "title_zh"], ["name", "title"]);
    columns
        .filter(|(_, column)| column.kind != Kind::Instant)
        .filter(|(place, column)| {
            !other.contains(&column.key) && (column.shown == Shown::Always || is_used(*place))
        })
        .collect()
}

/// A sum of cells, or one less another, as a spreadsheet takes it, to the minor unit.
fn calculated(formula: &str, cells: &super::workbook::Sheet) -> i128 {
    let one = |part: &str| -> i128 {
        let range = part.strip_prefix("SUM(").unwrap().strip_suffix(')').unwrap();
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        let letters: String = first.chars().filter(char::is_ascii_alphabetic).collect();
        let row = |name: &str| {
            name.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<usize>().unwrap()
        };
        let named =
            (row(first)..=row(last)).filter_map(|row| cells.get(&format!("{letters}{row}")));
        named.map(|cell| minor(&cell.value)).sum()
    };
    formula.split('-').map(one).reduce(|all, less| all - less).unwrap()
}

/// Hundredths in decimal text.
fn minor(text: &str) -> i128 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    assert!(rest.len() <= 2, "{text}");
    format!("{whole}{rest:0<2}").parse().unwrap()
}

#[test]
fn every_report_is_a_workbook_with_its_figures_in_it() {
    let shelf = Shelf::new(pudong());
    for table in shelf.all() {
        for lang in [Lang::En, Lang::Zh] {
            let book = workbook(&table, lang);
            let report = format!("{} {lang:?}", table.report);
            assert_eq!(
                book.names(),
                [lang.label(&format!("report:{}", table.report)), lang.choose("About", "关于")],
                "{report}"
            );
            let cells = book.cells(1);
            let columns = shown(&table, lang);
            for (at, (place, column)) in columns.iter().enumerate() {
                assert_eq!(cells[&cell_name(0, at)].value, lang.label(column.key), "{report}");
                for (n, row) in table.rows.iter().enumerate() {
                    let found = cells.get(&cell_name(n + 1, at));
                    compare(&report, column, &row[*place], found, table.header.currency);
                }
            }
            let last = table.rows.len();
            if last == 0 {
                assert_eq!(cells["A2"].value, lang.choose("no rows", "无数据"), "{report}");
                continue;
            }
            // The filter ends above the total, and the labels stay in sight.
            let right = cell_name(last, columns.len() - 1);
            assert!(
                book.text(1).contains(&format!("<autoFilter ref=\"A1:{right}\"/>")),
                "{report}"
            );
            let pane = book.text(1).split("<pane ").nth(1).unwrap();
            assert_eq!(attribute(pane, "ySplit").as_deref(), Some("1"), "{report}");
            assert_eq!(attribute(pane, "state").as_deref(), Some("frozen"), "{report}");
            let Some(totals) = &table.totals else { continue };
            for (at, (place, column)) in columns.iter().enumerate().skip(1) {
                let found = cells.get(&cell_name(last + 1, at));
                compare(&report, column, &totals[*place], found, table.header.currency);
                if let Some(formula) = found.and_then(|cell| cell.formula.as_ref()) {
                    let sum = calculated(formula, &cells);
                    assert_eq!(sum, minor(&found.unwrap().value), "{report} {}", column.key);
                }
            }
        }
    }
}

/// A cell says what the report says, as what it is.
#[track_caller]
fn compare(
    report: &str,
    column: &Column,
    cell: &Cell,
    found: Option<&super::workbook::Cell>,
    currency: Currency,
) {
    let at = format!("{report} {}: {cell:?} {found:?}", column.key);
    let is = |kind: char, format: &str| {
        let found = found.unwrap_or_else(|| panic!("{at}"));
        assert_eq!((found.kind, found.format.as_str()), (kind, format), "{at}");
        found.value.as_str()
    };
    match cell {
        // A name in the other language, a mark of a row without a key, a total's edge.
        Cell::Empty | Cell::Flag(_) => {}
        Cell::Text(text) if column.kind != Kind::Word => assert_eq!(is('s', "@"), text, "{at}"),
        Cell::Text(_) | Cell::Texts(_) | Cell::Instant(_) => {
            assert!(!is('s', "@").is_empty(), "{at}")
        }
        Cell::Said(..) => assert!(!found.unwrap().value.is_empty(), "{at}"),
        Cell::Amount(amount) => {
            assert_eq!(minor(is('n', "#,##0.00")), minor(&currency.plain(*amount)), "{at}")
        }
        Cell::Ratio(ratio) => match ratio.decimal(6) {
            None => assert!(["n/a", "不适用"].contains(&is('s', "@")), "{at}"),
            Some(text) => {
                let text = text.trim_end_matches('0').trim_end_matches('.');
                assert_eq!(is('n', "0.00%"), text, "{at}");
            }
        },
        Cell::Date(date) => {
            // 2000-01-01 is day 36,526 of spreadsheets, and 10,957 of ours.
            assert_eq!(is('n', "yyyy-mm-dd"), (date.0 + 25_569).to_string(), "{at}");
        }
        Cell::Count(count) => assert_eq!(is('n', "0"), count.to_string(), "{at}"),
    }
}

#[test]
fn totals_are_formulas_where_rows_add_up_to_them() {
    let shelf = Shelf::new(pudong());
    let table = shelf.balance(By::Line);
    let cells = workbook(&table, Lang::En).cells(1);
    let formula = |key: &str| {
        let at = shown(&table, Lang::En).iter().position(|(_, column)| column.key == key).unwrap();
        cells[&cell_name(3, at)].clone()
    };
    let paid = formula("paid_net");
    assert_eq!((paid.kind, paid.value.as_str()), ('n', "8175000"));
    assert!(paid.formula.as_ref().unwrap().starts_with("SUM("), "{paid:?}");
    // What is carried within the row counts once, and a rate is no sum.
    assert_eq!((formula("carried_in").formula, formula("carried_in").value.as_str()), (None, "0"));
    assert_eq!(formula("execution_rate").formula, None);
    let said = "not what the rows add up to: Carried in, Final budget, Carried out. What";
    let about = workbook(&table, Lang::En).cells(2);
    assert!(about.values().any(|cell| cell.value.contains(said)), "{about:#?}");
    // Among the rows of a register of one type stands what was reversed, and in its total it does not.
    let reversals = shelf.book.reversals();
    let filter = named(&["type:disbursement"]);
    let mut found = Register::new(filter, None).with_reversals(reversals);
    let mut rows = report::register::Rows::new(480, Officers::default());
    let mut listed = Vec::new();
    shelf.book.each(|recorded| {
        rows.apply(recorded);
        listed.extend(found.rows_of(recorded).iter().cloned());
    });
    let table = report::register::register(&listed, &mut rows, shelf.header());
    let (columns, cells) = (shown(&table, Lang::En), workbook(&table, Lang::En).cells(1));
    let at = |key: &str| columns.iter().position(|(_, column)| column.key == key).unwrap();
    let total = &cells[&cell_name(table.rows.len() + 1, at("amount"))];
    assert_eq!(total.value, "8205000");
    let formula = total.formula.as_ref().unwrap();
    assert!(formula.contains(")-SUM("), "{formula}");
    assert_eq!(calculated(formula, &cells), 820_500_000);
}

/// A table of payees, made by hand.
pub(super) fn payees(rows: &[(&str, &str, i128)]) -> Table {
    let mut table = BALANCE_PAYEE.table(&[], header(&pudong(), None, &[]));
    let mut sum = 0_i128;
    for (code, name, amount) in rows {
        sum += amount;
        table.rows.push(vec![
            (*code).into(),
            (*name).into(),
            Cell::Empty,
            Amount(*amount).into(),
            Amount::ZERO.into(),
        ]);
    }
    table.set_totals(vec![("committed", Amount(sum).into()), ("paid_net", Amount::ZERO.into())]);
    table
}

#[test]
fn names_of_strangers_are_text_and_nothing_else() {
    let hostile = [
        "=1+1",
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "＝1",
        "\u{200b}=1",
        "'=1",
        "http://example.org",
        "mailto:a@b",
        "internal:Sheet1!A1",
        "file://x",
        "{=1}",
        "=cmd|' /C calc'!A0",
        "<v>1</v>",
        "]]>&amp;<c t=\"str\"><f>1</f></c>",
        "_x003D_1",
        "\u{1b}[2J\u{0}\u{ffff}\u{fffe}\u{202e}x\r\n",
        "2E5",
        "1-Mar",
        "0012345",
        "12345678901234567890",
        "TRUE",
        "#N/A",
    ];
    let rows: Vec<(&str, &str, i128)> = hostile.iter().map(|name| (*name, *name, 1)).collect();
    for extra in [0, 1_100] {
        let mut table = payees(&rows);
        let row = table.rows[0].clone();
        table.rows.extend(vec![row; extra]);
        let bytes = bytes(&table, Lang::En, Unit::Major);
        let book = Workbook::open(&bytes);
        let cells = book.cells(1);
        for (n, name) in hostile.iter().enumerate() {
            let expected = earmark::words::shown::safe(name);
            for column in [0, 1] {
                let cell = &cells[&cell_name(n + 1, column)];
                assert_eq!((cell.kind, cell.format.as_str()), ('s', "@"), "{name:?}");
                assert_eq!(cell.formula, None);
                // Escapes of spreadsheets mean themselves, and no character is one that XML refuses.
                let value = cell
                    .value
                    .replace("_x005F_", "_")
                    .replace("_xFFFF_", "\u{ffff}")
                    .replace("_xFFFE_", "\u{fffe}");
                assert_eq!(value, expected, "{name:?}");
            }
        }
        let links = book
            .parts
            .iter()
            .filter(|(_, text)| text.contains("hyperlink") || text.contains("TargetMode"));
        assert_eq!(links.map(|(name, _)| name).collect::<Vec<_>>(), Vec::<&String>::new());
        let formulas = book.parts.values().map(|text| text.matches("<f>").count()).sum::<usize>();
        assert_eq!(formulas, if extra == 0 { 2 } else { 1 }, "totals alone");
        let is_refused =
            |c: char| (c < ' ' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202e}');
        assert!(!book.parts.values().any(|text| text.contains(is_refused)));
    }
}

#[test]
fn a_number_that_a_spreadsheet_would_spoil_is_exact_text_and_said() {
    let big = 12_345_678_901_234_567_i128;
    let table =
        payees(&[("A", "a", big), ("B", "b", 5), ("C", "c", 1_000_000_000_000_000_000_000)]);
    let book = workbook(&table, Lang::En);
    let cells = book.cells(1);
    assert_eq!((cells["C2"].kind, cells["C2"].value.as_str()), ('s', "123456789012345.67"));
    assert_eq!((cells["C3"].kind, cells["C3"].value.as_str()), ('n', "0.05"));
    // One digit, however many zeros.
    assert_eq!((cells["C4"].kind, cells["C4"].value.as_str()), ('n', "10000000000000000000"));
    assert_eq!(cells["C5"].kind, 's');
    assert_eq!(
        cells["C5"].value,
        Currency::named("CNY").unwrap().plain(Amount(big + 5 + 1_000_000_000_000_000_000_000))
    );
    let said = |book: &Workbook| {
        let about = book.cells(2);
        about.values().map(|cell| cell.value.clone()).collect::<Vec<_>>().join("\n")
    };
    assert!(said(&book).contains("does not keep, in: Committed."), "{}", said(&book));
    assert!(said(&workbook(&table, Lang::Zh)).contains("合同未付"));
    // A total that is a formula in the other column stays one.
    assert_eq!(cells["D5"].formula.as_deref(), Some("SUM(D2:D4)"));
    // Rows that can be kept with a total that cannot: no formula gives it.
    let half = 999_999_999_999_999_i128;
    let cells = workbook(&payees(&[("A", "a", half), ("B", "b", half)]), Lang::En).cells(1);
    assert_eq!((cells["C4"].kind, cells["C4"].value.as_str()), ('s', "19999999999999.98"));
    assert_eq!(cells["C4"].formula, None);
}

#[test]
fn a_unit_is_named_and_keeps_every_digit() {
    let table = payees(&[("A", "a", 123_456_789), ("B", "b", 5_000)]);
    for (lang, label) in [(Lang::En, "Committed (10,000 CNY)"), (Lang::Zh, "合同未付（万元）")]
    {
        let book = Workbook::open(&bytes(&table, lang, Unit::Wan));
        let cells = book.cells(1);
        assert_eq!(cells["C1"].value, label);
        assert_eq!(
            (cells["C2"].value.as_str(), cells["C2"].format.as_str()),
            ("123.456789", "#,##0.00")
        );
        assert_eq!(
            (cells["C4"].value.as_str(), cells["C4"].formula.as_deref()),
            ("123.461789", Some("SUM(C2:C3)"))
        );
        let about = book.cells(2);
        assert!(about.values().any(|cell| cell.value == lang.choose("10,000 CNY", "万元")));
    }
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    for (code, format, value) in [("JPY", "#,##0", "12345"), ("KWD", "#,##0.000", "12.345")] {
        let mut table = payees(&[("A", "a", 12_345)]);
        table.header.currency = Currency::named(code).unwrap();
        let cells = workbook(&table, Lang::En).cells(1);
        assert_eq!((cells["C2"].format.as_str(), cells["C2"].value.as_str()), (format, value));
    }
}

#[test]
fn a_long_report_is_written_as_its_rows_come_and_says_the_same() {
    let rows: Vec<(String, i128)> =
        (0..2_500_i128).map(|n| (format!("P-{n:05}"), n * 101)).collect();
    let rows: Vec<(&str, &str, i128)> =
        rows.iter().map(|(code, n)| (code.as_str(), "名称", *n)).collect();
    let table = payees(&rows);
    let book = workbook(&table, Lang::Zh);
    assert!(book.text(1).contains("inlineStr"), "the rows of a long report are not kept in memory");
    let cells = book.cells(1);
    for n in [0, 999, 1_000, 1_001, 2_499] {
        assert_eq!(cells[&format!("A{}", n + 2)].value, format!("P-{n:05}"));
        assert_eq!(minor(&cells[&format!("C{}", n + 2)].value), i128::from(n) * 101);
        assert_eq!(cells[&format!("B{}", n + 2)].value, "名称");
    }
    let total = &cells["C2502"];
    assert_eq!(total.formula.as_deref(), Some("SUM(C2:C2501)"));
    assert_eq!(calculated("SUM(C2:C2501)", &cells), minor(&total.value));
    assert!(book.text(1).contains("<autoFilter ref=\"A1:D2501\"/>"));
    assert_eq!(bytes(&table, Lang::Zh, Unit::Major), bytes(&table, Lang::Zh, Unit::Major));
}

#[test]
fn the_same_report_is_the_same_bytes_and_dated_by_the_ledger() {
    let shelf = Shelf::new(pudong());
    for mut table in shelf.all() {
        table.header.recorded_at = Some(1_025_000_000_000_000);
        let once = bytes(&table, Lang::Zh, Unit::Major);
        assert_eq!(once, bytes(&table, Lang::Zh, Unit::Major), "{}", table.report);
        let core = Workbook::open(&once).parts["docProps/core.xml"].clone();
        assert!(core.contains(">2002-06-25T10:13:20Z</dcterms:created>"), "{core}");
    }
    // A log from another world dates nothing.
    for at in [None, Some(i64::MIN), Some(i64::MAX), Some(-1)] {
        let mut table = payees(&[]);
        table.header.recorded_at = at;
        assert_eq!(bytes(&table, Lang::En, Unit::Major), bytes(&table, Lang::En, Unit::Major));
    }
}

#[test]
fn a_workbook_says_of_which_ledger_and_when_and_names_its_columns() {
    let mut table = payees(&[("A", "a", 1)]);
    table.header.as_of = Some(day("2001-06-30"));
    table.header.as_known_at = Some(12);
    table.header.filter = vec!["fund:PD-INFO".to_owned()];
    table.header.identity = Identity::NotPinned;
    table.notes.push(Note { en: "A note.".to_owned(), zh: "一条附注。".to_owned() });
    let about = workbook(&table, Lang::Zh).cells(2);
    let said: Vec<&str> = about.values().map(|cell| cell.value.as_str()).collect();
    for expected in [
        "收款单位余额表",
        "Pudong",
        "07070707-0707-0707-0707-070707070707",
        "2001-06-30",
        "12",
        "fund:PD-INFO",
        "元",
        "一条附注。",
        "payee",
        "name_zh",
        "committed",
        "paid_net",
        Lang::Zh.label("identity:not_pinned"),
        hash::entry(b"last").to_string().as_str(),
    ] {
        assert!(said.contains(&expected), "{expected}: {said:#?}");
    }
}

#[test]
fn an_open_breach_stands_above_the_labels() {
    let mut table = payees(&[("A", "a", 1), ("B", "b", 2)]);
    let breach = |n: u64| Note { en: format!("Breach at @{n}."), zh: format!("@{n} 处违规。") };
    for count in 1_u64..4 {
        table.header.breaches = (1..=count).map(breach).collect();
        let book = workbook(&table, Lang::En);
        let cells = book.cells(1);
        let top = if count == 1 { 2 } else { 3 };
        assert_eq!(cells["A1"].value, "Breach at @1.");
        if count == 2 {
            assert_eq!(cells["A2"].value, "Breach at @2.");
        } else if count == 3 {
            assert_eq!(cells["A2"].value, "+2: About");
        }
        assert_eq!(cells[&format!("A{top}")].value, "Payee");
        let total = &cells[&format!("C{}", top + 3)];
        assert_eq!(total.formula, Some(format!("SUM(C{}:C{})", top + 1, top + 2)));
        assert!(book.text(1).contains(&format!("ySplit=\"{top}\"")));
        let about = book.cells(2);
        let named = about.values().filter(|cell| cell.value.starts_with("Breach at")).count();
        assert_eq!(u64::try_from(named).unwrap(), count);
    }
}

#[test]
fn a_writer_that_refuses_is_told_apart_from_the_report() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let refused =
        report::write_to(&mut Full, &payees(&[("A", "a", 1)]), Format::Xlsx, Style::default());
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
}

#[test]
fn columns_are_wide_enough_for_what_is_in_them() {
    let name = "示例系统集成企业丙有限责任公司";
    let book = workbook(&payees(&[("CODE-OF-TWENTY-CHARS", name, 123_456_789_012)]), Lang::Zh);
    let widths: Vec<f64> = book
        .text(1)
        .split("<col ")
        .skip(1)
        .map(|one| attribute(one, "width").unwrap().parse().unwrap())
        .collect();
    // Code; name, two a character; 1,234,567,890.12; the label and the button of the filter.
    assert!(
        widths[0] > 20.0 && widths[1] > 30.0 && widths[2] > 16.0 && widths[3] > 9.0,
        "{widths:?}"
    );
    assert!(widths.iter().all(|width| *width < 62.0), "{widths:?}");
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_said() {
    let long = "长".repeat(40_000);
    let book = workbook(&payees(&[("A", &long, 1)]), Lang::En);
    let cell = &book.cells(1)["B2"];
    assert_eq!(cell.value.chars().count(), 32_767);
    assert!(
        book.cells(2)
            .values()
            .any(|cell| cell.value.starts_with("Cut, with … at the end: 1 text,"))
    );
}

#[test]
fn a_report_is_streamed_in_the_same_words() {
    let table = payees(&[("A", "a", 1), ("B", "b", 2)]);
    let mut out = Vec::new();
    let mut stream = Stream::begin(&mut out, &table, Format::Xlsx, Style::default()).unwrap();
    for row in &table.rows {
        stream.row(&mut out, row.clone()).unwrap();
    }
    assert!(out.is_empty(), "nothing is written before it is known that all fits");
    stream.end(&mut out, table.totals.as_ref(), &table.notes).unwrap();
    assert_eq!(out, bytes(&table, Lang::En, Unit::Major));
}
