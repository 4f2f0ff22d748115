//! CSV for people with a spreadsheet.

use super::xlsx::payees;
use super::*;

/// What `--excel` writes is read by a reader of CSV, and has one name.
#[test]
fn csv_for_a_spreadsheet_has_its_mark_labels_and_guard() {
    let table = payees(&[
        ("=1", "a;=1+1", 12),
        ("P", "＝2", -5),
        ("Q", "\u{200b}@x", 0),
        ("R", "say \"x\"", 1),
    ]);
    let style = Style { lang: Lang::Zh, excel: true, ..Style::default() };
    let text = report::write(&table, Format::Csv, style);
    assert_eq!(
        text,
        "\u{feff}\"收款单位\",\"名称\",\"合同未付\",\"已支付\"\n\"'=1\",\"a;=1+1\",0.12,0.00\n\"P\",\"'＝2\",-0.05,0.00\n\"Q\",\"'\u{200b}@x\",0.00,0.00\n\"R\",\"say \"\"x\"\"\",0.01,0.00\n"
    );
    for table in Shelf::new(pudong()).all() {
        let text = report::write(&table, Format::Csv, style);
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows = reader.records().map(|row| assert_eq!(row.unwrap().len(), columns)).count();
        assert_eq!(rows, table.rows.len(), "{}", table.report);
    }
    // For programs nothing changed.
    let plain = report::write(&table, Format::Csv, Style::default());
    assert!(
        plain.starts_with("payee,name,name_zh,committed,paid_net\n'=1,a;=1+1,,0.12,0.00\n"),
        "{plain}"
    );
}
