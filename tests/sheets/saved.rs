//! What LibreOffice saves as XLSX and as XLS of one list: the same rows, by their keys.

use crate::cells::said;
use crate::{Place, counts, office};
use serde_json::{Value, json};

const LIST: &str = "Date,Payee,Amount,Note\n2001-02-01,Ash,100,\n2001-02-02,Birch,1200.50,\"two\nlines\"\n2001-02-03,浦东新区,0.1,'00123\n2001-02-04,Elm,1234567890,\"a \"\"b\"\"\"\n";

#[test]
fn both_forms_of_a_workbook_say_the_same() {
    if !office::is_there() {
        return;
    }
    let place = Place::new();
    place.write("list.csv", LIST);
    let csv = [place.path("list.csv")];
    let (xlsx, xls) = (office::saved(&csv, "xlsx", 1033), office::saved(&csv, "xls", 1033));
    let request = json!({"sheet": null, "header": [1, 1]});
    let of = |path: &std::path::Path| -> Vec<Value> {
        let lines = said(&request, &std::fs::read(path).unwrap());
        lines.into_iter().filter(|line| line["row"].is_array()).collect()
    };
    let rows = of(&xlsx[0]);
    assert_eq!(rows[0], json!({"row": [1, ["Date", "Payee", "Amount", "Note"]]}));
    assert_eq!(rows[1], json!({"row": [2, ["2001-02-01", "Ash", "100"]]}));
    assert_eq!(rows[2], json!({"row": [3, ["2001-02-02", "Birch", ["1200.5"], "two\nlines"]]}));
    assert_eq!(rows[3]["row"][1][2], json!(["0.1"]));
    assert_eq!(rows, of(&xls[0]));
    std::fs::copy(&xlsx[0], place.path("a.xlsx")).unwrap();
    std::fs::copy(&xls[0], place.path("a.xls")).unwrap();
    counts(&place.import("a.xlsx --mapping map.toml"), 4, 0, 0);
    counts(&place.import("a.xls --mapping map.toml"), 0, 4, 0);
    // The text of the list has other cells: 1200.50 is not 1200.5.
    let again = place.import("list.csv --mapping map.toml --dry-run");
    assert_eq!(again["known"], 3, "{again}");
}

#[test]
fn an_ods_a_page_and_a_workbook_with_a_password_are_told() {
    if !office::is_there() {
        return;
    }
    let place = Place::new();
    place.write("list.csv", LIST);
    let csv = [place.path("list.csv")];
    for (to, code) in [
        ("ods", "sheet_not_workbook"),
        ("fods", "sheet_not_workbook"),
        ("html:HTML (StarCalc)", "sheet_not_workbook"),
    ] {
        let saved = office::saved(&csv, to, 1033);
        place.refused(&format!("{} --mapping map.toml", saved[0].display()), code);
    }
}
