//! `import undo`: what an import recorded is reversed, newest first, and can be imported again.

use super::rows::{counts, import, paid, place, read};
use serde_json::Value;

const ROWS: &str =
    "Date,Payee,Amount\n2001-02-01,Ash,100\n2001-02-02,Birch,200\n2001-02-03,Cedar,300\n";

/// A contract and its payment in each row.
const CONTRACTS: &str = r#"source = "contracts"
historical = true
[[event]]
type = "commitment.make"
occurred_on = { column = "Date" }
contract = { column = "No" }
fund = "GF"
year = 2001
purpose = "gen"
amount = { column = "Amount" }
[[event]]
type = "disbursement.record"
occurred_on = { column = "Date" }
commitment = { column = "No" }
amount = { column = "Amount" }
"#;

fn undo(place: &super::Place, line: &str) -> Value {
    let found = place.value(&format!("import undo {line}"));
    assert!(found["undo"].is_object(), "{line}: {found}");
    found["undo"].clone()
}

#[test]
fn an_import_is_undone_and_comes_in_again() {
    let place = place();
    place.write("rows.csv", ROWS);
    counts(&import(&place, "rows.csv --mapping map.toml"), 3, 0, 0);
    let size = place.size();
    let dry = undo(&place, "payments --dry-run");
    assert_eq!((dry["reversed"].as_u64(), place.size()), (Some(3), size), "{dry}");
    assert_eq!(paid(&place), "600.00");
    let done = undo(&place, "payments");
    assert_eq!((done["reversed"].as_u64(), done["naming"].as_u64()), (Some(3), Some(3)), "{done}");
    assert_eq!(place.size(), size + 3);
    assert_eq!(paid(&place), "0.00");
    // Once more there is nothing left to do.
    let again = undo(&place, "payments");
    assert_eq!(
        (again["reversed"].as_u64(), again["already_reversed"].as_u64()),
        (Some(0), Some(3))
    );
    assert_eq!(place.size(), size + 3);
    counts(&import(&place, "rows.csv --mapping map.toml"), 3, 0, 0);
    assert_eq!(paid(&place), "600.00");
    place.ok("verify");
    // Newest first, each with its reason.
    let register = place.value("register type:reversal");
    let rows = register["rows"].as_array().unwrap().iter();
    let numbers: Vec<u64> = rows.filter_map(|row| row["cites"].as_u64()).collect();
    assert_eq!(numbers.len(), 3, "{register}");
    assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
}

#[test]
fn what_later_entries_are_built_on_is_left_and_named() {
    let place = place();
    place.write("map.toml", CONTRACTS);
    place.write("rows.csv", "Date,No,Amount\n2001-02-01,K1,100\n2001-02-02,K2,200\n");
    let done = place.value("import rows.csv --mapping map.toml");
    assert_eq!(done["import"]["entries"], 4, "{done}");
    let register = place.value("register type:disbursement");
    let payment = register["rows"][1]["entry"].as_u64().unwrap();
    place.ok(&format!("refund 50 --disbursement @{payment}"));
    let refund = place.size() - 1;
    let ran = place.run("import undo contracts");
    assert_eq!((ran.status, ran.err.as_str()), (6, ""), "{}", ran.out);
    assert!(ran.out.contains("reversed             2  of 4 entries that stood"), "{}", ran.out);
    assert!(ran.out.contains(&format!("@{payment}: has_dependents: ")), "{}", ran.out);
    assert!(ran.out.contains(&format!("reverse @{refund} first")), "{}", ran.out);
    // With the refund out of the way the same line goes on with the rest.
    place.ok(&format!("reverse @{refund} --reason undo"));
    let done = undo(&place, "contracts --reason 'wrong year'");
    assert_eq!((done["reversed"].as_u64(), done["already_reversed"].as_u64()), (Some(2), Some(2)));
    assert_eq!(paid(&place), "0.00");
    place.ok("verify");
}

#[test]
fn only_the_rows_that_are_named_are_undone() {
    let place = place();
    place.write("rows.csv", ROWS);
    counts(&import(&place, "rows.csv --mapping map.toml"), 3, 0, 0);
    place.ok("register type:disbursement payee:Birch -O csv -o birch.csv");
    assert!(read(&place, "birch.csv").lines().count() == 2);
    let done = undo(&place, "payments --rows birch.csv");
    assert_eq!((done["entries"].as_u64(), done["reversed"].as_u64()), (Some(1), Some(1)), "{done}");
    assert_eq!(paid(&place), "400.00");
    let size = place.size();
    place.write("foreign.csv", "@0\n");
    for (line, status, code) in [
        (
            "payments --rows foreign.csv",
            2,
            "rows_not_of_source: @0 is no entry of source `payments`",
        ),
        ("payments --rows map.toml", 2, "rows_not_read: "),
        ("paymints", 2, "unknown_source: no entry was imported as source `paymints`"),
        ("", 2, ""),
    ] {
        let ran = place.run(&format!("import undo {line}"));
        assert_eq!(ran.status, status, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(code), "{line}: {}", ran.err);
    }
    assert_eq!(place.size(), size);
    // A file of that name is still a file.
    place.write("undo", ROWS);
    counts(&import(&place, "./undo --mapping map.toml"), 1, 2, 0);
}
