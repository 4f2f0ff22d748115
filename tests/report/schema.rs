//! Reports hold to the schemas that programs are given.

use crate::conforms::conforms;
use crate::{Shelf, pudong};
use earmark::projection::groups::By;
use earmark::report;
use serde_json::{Value, json};

#[test]
fn every_report_holds_to_its_schema() {
    let tables = Shelf::new(pudong()).all();
    for spec in report::REPORTS {
        let name = report::json::schema_name(spec.name);
        let path = format!("{}/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let schema = report::json::schema(spec);
        assert!(
            written == format!("{schema:#}\n"),
            "schemas/{name} is not what the report keeps to; it should be:\n{schema:#}"
        );
        let of_spec: Vec<_> = tables.iter().filter(|table| table.report == spec.name).collect();
        assert!(!of_spec.is_empty(), "nothing shows {}", spec.name);
        for table in of_spec {
            conforms(&schema, &schema, &report::json::value(table), spec.name).unwrap();
        }
    }
}

#[test]
fn the_schema_check_can_fail() {
    let schema = report::json::schema(report::REPORTS[0]);
    let good = report::json::value(&Shelf::new(pudong()).balance(By::Fund));
    let fails = |change: &dyn Fn(&mut Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        conforms(&schema, &schema, &bad, "x").is_err()
    };
    assert!(!fails(&|_| {}));
    assert!(fails(&|v| v["rows"][0]["paid_net"] = json!("1,000.00")));
    assert!(fails(&|v| v["rows"][0]["paid_net"] = json!(1000)));
    assert!(fails(&|v| v["rows"][0]["execution_rate"] = json!("0.5")));
    assert!(fails(&|v| v["rows"][0]["extra"] = json!(1)));
    assert!(fails(&|v| drop(v.as_object_mut().unwrap().remove("head"))));
    assert!(fails(&|v| v["report"] = json!("other")));
    assert!(fails(&|v| v["as_of"] = json!("2001-13-01")));
}
