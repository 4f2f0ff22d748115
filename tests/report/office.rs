//! LibreOffice as an oracle: it calculates every formula of our workbooks anew, and shows the figures of the
//! report.
//!
//! It is run where it is on the path; with `EARMARK_SOFFICE=1` its absence is a failure.

use super::xlsx::{bytes, shown};
use super::*;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::Command;

/// True where LibreOffice can be asked.
fn has_soffice() -> bool {
    let found = Command::new("soffice").arg("--version").output().is_ok_and(|o| o.status.success());
    let required = std::env::var_os("EARMARK_SOFFICE").is_some_and(|value| value == "1");
    assert!(found || !required, "EARMARK_SOFFICE=1, and soffice is not on the path");
    if !found {
        println!("left out: soffice (LibreOffice) is not on the path");
    }
    found
}

/// Never to trust the results in a file.
const ALWAYS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"#;

/// The first sheets of the workbooks in a folder as rows of plain values, by the names of their files.
fn calculated(folder: &Path, names: &[String]) -> Vec<Vec<Vec<String>>> {
    let profile = folder.join("profile");
    std::fs::create_dir_all(profile.join("user")).unwrap();
    std::fs::write(profile.join("user/registrymodifications.xcu"), ALWAYS).unwrap();
    let ran = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args(["--headless", "--convert-to"])
        // Commas, UTF-8, no quotes around all text, values and not what is shown, the first sheet.
        .arg("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1")
        .arg("--outdir")
        .arg(folder)
        .args(names.iter().map(|name| folder.join(format!("{name}.xlsx"))))
        .env("HOME", folder)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let read = |name: &String| {
        let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_it = |path: &std::path::PathBuf| {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            file.ends_with(".csv")
                && (file == format!("{name}.csv") || file.starts_with(&format!("{name}-")))
        };
        let path = found.into_iter().find(is_it).unwrap_or_else(|| panic!("{name}: {ran:?}"));
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    };
    names.iter().map(read).collect()
}

/// A figure to six digits behind the point, as text of both sides.
fn figure(text: &str) -> String {
    let number: f64 = text.parse().unwrap_or_else(|_| panic!("no number: {text:?}"));
    format!("{number:.6}").replace("-0.000000", "0.000000")
}

/// What stands in a cell as plain value.
fn expected(cell: &Cell, currency: Currency) -> Option<String> {
    match cell {
        Cell::Amount(amount) => Some(figure(&currency.plain(*amount))),
        Cell::Count(count) => Some(figure(&count.to_string())),
        Cell::Ratio(ratio) => ratio.decimal(6).map(|text| figure(&text)),
        _ => None,
    }
}

#[test]
fn libre_office_calculates_the_figures_of_every_report() {
    if !has_soffice() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut tables = Shelf::new(pudong()).all();
    tables.extend([long(40_000, 999_999_999), long(1_500, 33)]);
    tables.retain(|table| !table.rows.is_empty());
    let names: Vec<String> = (0..tables.len()).map(|n| format!("t{n:02}")).collect();
    for (name, table) in names.iter().zip(&tables) {
        let path = folder.path().join(format!("{name}.xlsx"));
        std::fs::write(path, bytes(table, Lang::En, Unit::Major)).unwrap();
    }
    // Its results are wrong in the file: only who calculates gets the total.
    let wrong = spoilt(&bytes(&long(1_500, 33), Lang::En, Unit::Major));
    std::fs::write(folder.path().join("wrong.xlsx"), wrong).unwrap();
    let mut all = names.clone();
    all.push("wrong".to_owned());
    let sheets = calculated(folder.path(), &all);
    let mut totals = 0;
    for (table, sheet) in tables.iter().zip(&sheets) {
        let currency = table.header.currency;
        for (n, row) in table.rows.iter().chain(&table.totals).enumerate() {
            for (at, (place, column)) in shown(table, Lang::En).iter().enumerate() {
                if at == 0 && n == table.rows.len() {
                    continue;
                }
                let Some(expected) = expected(&row[*place], currency) else { continue };
                let found = &sheet[n + 1][at];
                // A rate is shown as a percentage whatever is asked for.
                let found = match found.strip_suffix('%') {
                    Some(percent) => {
                        let (percent, ratio): (f64, f64) =
                            (percent.parse().unwrap(), expected.parse().unwrap());
                        assert!(
                            (percent / 100.0 - ratio).abs() <= 0.000_051,
                            "{} {}",
                            table.report,
                            column.key
                        );
                        continue;
                    }
                    None => figure(found),
                };
                assert_eq!(found, expected, "{} row {n} {}", table.report, column.key);
                totals += usize::from(n == table.rows.len());
            }
        }
    }
    assert!(totals > 100, "{totals} totals were compared");
    let last = sheets.last().unwrap().last().unwrap();
    assert_eq!(
        figure(&last[3]),
        figure("495.00"),
        "the results in the file were taken as they are"
    );
}

/// So many payees, each owed as much.
fn long(count: i128, amount: i128) -> Table {
    let spec = &earmark::report::balance::BALANCE_PAYEE;
    let mut table = spec.table(&[], header(&pudong(), None, &[]));
    for n in 0..count {
        let code = format!("P-{n:06}");
        let (committed, paid) = (Amount(amount).into(), Amount(amount).into());
        table.rows.push(vec![code.clone().into(), code.into(), Cell::Empty, committed, paid]);
    }
    let total = Amount(count * amount);
    table.set_totals(vec![("committed", total.into()), ("paid_net", total.into())]);
    table
}

/// The workbook with other results beside its formulas.
fn spoilt(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        part.read_to_string(&mut text).unwrap();
        let spoilt = text.replace("</f><v>495</v>", "</f><v>77</v>");
        assert_eq!(spoilt != text, name == "xl/worksheets/sheet1.xml", "{name}");
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(spoilt.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}
