//! One set of figures on every surface: the report `balance`, the verdict as JSON, as a page and in a package,
//! and the independent verifier.

use super::package::unpack;
use super::{FIGURES, assert_same_figures, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// A folder in which the demo was played: two years, carried, reversed, refunded, lapsed.
struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    fn play() -> Self {
        let demo = Self { folder: tempfile::tempdir().unwrap() };
        let output = demo.command(&["demo", "demo"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        demo
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("EARMARK_HOME", self.path("demo/home"));
        command.env("EARMARK_LEDGER", self.path("demo/ledger"));
        command.env("EARMARK_TEST_CLOCK", "2026-01-05T09:00:00+08:00");
        command
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(arguments)).unwrap()
    }
}

/// The cells of the page's table of funds: by the first cell of a row, its amounts by the label of their
/// column.
fn funds_of_page(page: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let cells = |row: &str, element: &str| -> Vec<String> {
        let open = format!("<{element}");
        let cells = row.split(&open).skip(1).map(|cell| {
            let (_, inside) = cell.split_once('>').unwrap();
            inside.split_once("</").unwrap().0.trim().to_owned()
        });
        cells.collect()
    };
    let table = page
        .split("<table")
        .find(|table| table.contains("Final budget"))
        .and_then(|table| table.split_once("</table>"))
        .unwrap()
        .0;
    let (head, body) = table.split_once("</thead>").unwrap();
    let labels = cells(head.split_once("<tr>").unwrap().1, "th");
    body.split("<tr>")
        .skip(1)
        .map(|row| {
            let cells = cells(row, "td");
            let first = cells[0].split(' ').next().unwrap().to_owned();
            assert_eq!(cells.len(), labels.len());
            (first, labels.iter().cloned().zip(cells).skip(1).collect())
        })
        .collect()
}

#[test]
fn every_surface_has_the_same_figures() {
    let demo = Demo::play();
    let table = demo.json(&["balance", "-O", "json"]);
    // A budget that is carried over is one budget.
    assert_eq!(table["totals"]["budget_final"], "29900000.00");
    let rows: BTreeMap<&str, &Value> = (table["rows"].as_array().unwrap().iter())
        .map(|row| (row["fund"].as_str().unwrap(), row))
        .collect();
    assert!(!rows.is_empty(), "{table}");

    let told = demo.json(&["verify", "-O", "json"]);
    demo.text(&["export", "package", "-o", "kit.zip"]);
    unpack(&demo.path("kit.zip"), &demo.path("kit"));
    let packed = |name: &str| {
        serde_json::from_slice::<Value>(&std::fs::read(demo.path("kit").join(name)).unwrap())
            .unwrap()
    };
    let (report, manifest) = (packed("report.json"), packed("manifest.json"));
    for (surface, told) in [
        ("verify", &told["verify"]["figures"]),
        ("report.json", &report["verify"]["figures"]),
        ("manifest.json", &manifest["control_totals"]),
    ] {
        let funds = told["funds"].as_array().unwrap();
        assert_eq!(funds.len(), rows.len(), "{surface}");
        for name in FIGURES {
            for fund in funds {
                let code = fund["fund"].as_str().unwrap();
                assert_eq!(fund[name], rows[code][name], "{surface}: {name} of {code}");
            }
            assert_eq!(told["totals"][name], table["totals"][name], "{surface}: {name} of all");
        }
    }

    let page = demo.text(&["verify", "-O", "html"]);
    let shown = funds_of_page(&page);
    assert_eq!(shown.len(), rows.len() + 1, "{shown:?}");
    let packed = std::fs::read_to_string(demo.path("kit/report.html")).unwrap();
    assert_eq!(funds_of_page(&packed), shown);
    let labels = [
        ("budget_final", "Final budget"),
        ("reserved", "Reserved"),
        ("committed", "Committed"),
        ("paid_net", "Paid"),
        ("refunded_out", "Refunded"),
        ("lapsed", "Lapsed"),
        ("available", "Available"),
    ];
    for (name, label) in labels {
        for (code, row) in &rows {
            assert_eq!(
                shown[*code][label].replace(',', ""),
                row[name].as_str().unwrap(),
                "{label} of {code}"
            );
        }
        let total = table["totals"][name].as_str().unwrap();
        assert_eq!(shown["Total"][label].replace(',', ""), total, "{label} of all");
    }

    let key = told["verify"]["claimed_log_key"].as_str().unwrap();
    let log = demo.path("demo/ledger/log");
    let said = run("verify.py", &[log.to_str().unwrap(), "--log-key", key]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    assert_same_figures(&serde_json::from_str(&said.stdout).unwrap(), &table);
}
