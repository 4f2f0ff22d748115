//! The register as a report writer uses it: whole entries by their amount, reversed ones marked and
//! out of the total, page by page.

use super::Place;
use serde_json::json;

/// Two lines of one project; a payment over both, one on each, one of them reversed.
fn spent() -> Place {
    let place = Place::with_fund();
    for line in [
        "allocation record PD-INFO 2002 100万 --class 设备",
        "project approve CARD --title Card --purpose it/card",
        "payee register SW-A --name A",
        "disburse 100 --project CARD --payee SW-A --source-no INV-7 --from PD-INFO:2002=60 --from PD-INFO:2002:2002:设备=40", // @7
        "disburse 70 --project CARD --payee SW-A --from PD-INFO:2002=70", // @8
        "disburse 30 --project CARD --payee SW-A --from PD-INFO:2002=30", // @9
        "reverse @8 --reason twice",                                      // @10
    ] {
        place.ok(&format!("{line} --on 2002-06-29"));
    }
    place
}

fn entries(place: &Place, filters: &str) -> Vec<u64> {
    let rows = place.value(&format!("register {filters}"))["rows"].clone();
    rows.as_array().unwrap().iter().map(|row| row["entry"].as_u64().unwrap()).collect()
}

#[test]
fn an_amount_is_that_of_the_whole_entry() {
    let place = spent();
    assert_eq!(entries(&place, "type:disbursement amt:>=100"), [7, 7]);
    assert_eq!(entries(&place, "type:disbursement amt:100"), [7, 7]);
    assert_eq!(entries(&place, "type:disbursement amt:<100"), [8, 9]);
    assert_eq!(entries(&place, "type:disbursement amt:60"), [0; 0]);
    let found = place.value("register type:disbursement amt:>=100");
    assert_eq!(found["totals"]["amount"], "100.00");
    // A reversal is of the amount that it undoes; what is about no money matches no amount.
    assert_eq!(entries(&place, "amt:70"), [8, 10]);
    assert_eq!(entries(&place, "type:payee amt:<1000000"), [0; 0]);
    // Below zero stands only history; here nothing does.
    assert_eq!(entries(&place, "amt:<-500"), [0; 0]);
    assert_eq!(entries(&place, "amt:>=-1万 type:disbursement").len(), 4);
}

#[test]
fn what_was_reversed_is_marked_and_in_no_total() {
    let place = spent();
    let found = place.value("register type:disbursement");
    assert_eq!(found["totals"]["amount"], "130.00");
    assert_eq!(found["totals"]["reversed_amount"], "70.00");
    assert_eq!(found["notes"], json!(["reversed: 1, 70.00 (not in the total)"]));
    let row = &found["rows"][2];
    assert_eq!((&row["entry"], &row["reversed_by"]), (&json!(8), &json!(10)));
    assert_eq!((&row["voucher"], &row["officer"]), (&json!("PD-INFO/2002/2"), &json!("li")));
    assert_eq!(row["recorded_on"], "2002-06-30");
    assert_eq!(found["rows"][0]["source_number"], "INV-7");
    // As of the day before the reversal it was not reversed; as known before it neither.
    place.ok("reverse @9 --reason late --on 2002-06-30");
    let before = place.value("register type:disbursement --as-of 2002-06-29");
    assert_eq!(before["totals"]["amount"], "130.00");
    let known = place.value("register type:disbursement --as-known-at 10");
    assert_eq!(known["totals"]["amount"], "200.00");
    let shown = place.ok("register type:disbursement");
    assert!(shown.contains("reversed @10") && shown.contains("reversed @11"), "{shown}");
    assert!(shown.ends_with("\nreversed: 2, 100.00 (not in the total)\n"), "{shown}");
    let zh = place.ok("register type:disbursement --lang zh");
    assert!(
        zh.contains("已冲销 @10") && zh.ends_with("已冲销：2 笔，100.00（不计入合计）\n"),
        "{zh}"
    );
    // A voucher's entry says so too, and `show` finds it by its voucher.
    assert!(place.ok("show PD-INFO/2002/2 --explain").contains("reversed @10"));
    let exported = place.ok("export csv");
    assert!(exported.lines().any(|line| line.ends_with(",2002-06-30,10,70.00")), "{exported}");
}

#[test]
fn a_register_is_read_page_by_page() {
    let place = spent();
    let whole = entries(&place, "");
    let (mut pages, mut after) = (Vec::new(), None::<u64>);
    for _ in 0..20 {
        let from = after.map_or(String::new(), |entry| format!(" --after @{entry}"));
        let page = entries(&place, &format!("--limit 2{from}"));
        let Some(last) = page.last() else { break };
        after = Some(*last);
        pages.extend(page);
    }
    assert_eq!(pages, whole);
    let page = place.value("register type:disbursement --limit 1");
    // Both rows of the entry, no total of a part, and where to go on.
    assert_eq!(page["rows"].as_array().unwrap().len(), 2);
    assert_eq!(page["totals"], json!({}));
    assert_eq!(page["notes"], json!(["2 rows; more follow: --after @7"]));
    place.refuses(
        "register --after @99",
        2,
        "unknown_name: there is no entry @99\n  next: see earmark register\n",
    );
}

/// The whole of a report that is written row by row is one JSON value, with and without rows.
#[test]
fn streamed_formats_hold_together() {
    let place = spent();
    let none = place.value("register amt:12345");
    assert_eq!((&none["rows"], &none["totals"]), (&json!([]), &json!({})));
    assert!(place.ok("register amt:12345").ends_with("no rows\n"));
    let lines = place.ok("register -O jsonl");
    let rows = place.value("register")["rows"].clone();
    let by_line: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(serde_json::Value::Array(by_line), rows);
    assert_eq!(place.ok("register -O csv").lines().count(), lines.lines().count() + 1);
    let json = place.ok_raw("register type:disbursement -O json");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json, format!("{value:#}\n"));
}

#[test]
fn every_row_of_every_surface_names_its_officer() {
    let place = Place::with_fund();
    place.ok("export package -o kit.zip");
    let package = zip_file(&place.path("kit.zip"), "register.csv");
    let export = place.ok_raw("export csv");
    assert_eq!(package, export);
    for text in [export, place.ok_raw("register -O csv")] {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let officer = reader.headers().unwrap().iter().position(|key| key == "officer").unwrap();
        let names: Vec<String> =
            reader.records().map(|row| row.unwrap()[officer].to_owned()).collect();
        assert_eq!(names, ["li"; 4]);
    }
    let shown = place.value("show officer:li --explain");
    let rows = shown["show"]["entries"]["rows"].as_array().unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(rows.len(), 4, "{shown}");
    assert!(rows.iter().all(|row| row["officer"] == "li"), "{shown}");
}

fn zip_file(package: &std::path::Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(package).unwrap()).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
    text
}
