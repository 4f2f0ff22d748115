//! A package says nothing that its log does not give: each of its files is changed, with sums made right and
//! with the old ones, and `verify --from` names the file and the line.

use super::{Place, Ran};
use earmark::tlog::tree::sha256;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// The files of a package, in order.
pub(super) type Files = Vec<(String, Vec<u8>)>;

const MANIFEST: &str = "manifest.json";

/// A ledger with a carried budget, a payment and a name with a comma and a line feed; and its package.
fn packed() -> (Place, Files, String) {
    let place = Place::with_fund();
    for line in [
        "payee register P-1 --name '示例, \"甲\"' --on 2002-06-29",
        "project approve CARD --title Card --purpose it/card --on 2002-06-29",
        "disburse 2500.50 --project CARD --payee P-1 --from PD-INFO:2002=2500.50 --on 2002-06-29",
        "allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage unreserved --amount 100 --class carry-over",
    ] {
        place.ok(line);
    }
    place.ok("export package -o kit.zip");
    let files = unzip(&place.path("kit.zip"));
    let key = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    (place, files, key)
}

pub(super) fn unzip(path: &Path) -> Files {
    let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|number| {
            let mut file = zip.by_index(number).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

pub(super) fn zipped(files: &Files) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn file<'f>(files: &'f mut Files, name: &str) -> &'f mut Vec<u8> {
    &mut files.iter_mut().find(|(found, _)| found == name).unwrap().1
}

fn text(files: &mut Files, name: &str, change: &dyn Fn(String) -> String) {
    let bytes = file(files, name);
    let before = String::from_utf8(bytes.clone()).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "{name}: nothing was changed");
    *bytes = after.into_bytes();
}

fn manifest(files: &mut Files, change: &dyn Fn(&mut Value)) {
    let bytes = file(files, MANIFEST);
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    change(&mut value);
    *bytes = format!("{value:#}\n").into_bytes();
}

/// Lists what is there, with its bytes; and with sums and rows, too, if they are to be right.
fn list(files: &mut Files, sums: bool) {
    let there: Vec<(String, Value, Value, usize)> = files
        .iter()
        .filter(|(name, _)| name != MANIFEST)
        .map(|(name, bytes)| {
            let rows = if name.ends_with(".csv") && sums {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..]);
                json!(reader.records().count())
            } else {
                Value::Null
            };
            (name.clone(), json!(sha256(bytes).to_string()), rows, bytes.len())
        })
        .collect();
    manifest(files, &|value| {
        let old = value["files"].as_array().unwrap().clone();
        let listed = there.iter().map(|(name, sum, rows, bytes)| {
            let before = old.iter().find(|file| file["path"] == name.as_str());
            let mut file = before.cloned().unwrap_or_else(|| json!({"path": name, "sha256": sum}));
            file["bytes"] = json!(bytes);
            if sums {
                file["sha256"] = sum.clone();
                if !rows.is_null() {
                    file["rows"] = rows.clone();
                }
            }
            file
        });
        value["files"] = listed.collect();
    });
}

fn verify(place: &Place, files: &Files, more: &str) -> Ran {
    std::fs::write(place.path("bad.zip"), zipped(files)).unwrap();
    place.run(&format!("verify --from bad.zip {more}"))
}

type Change = (&'static str, &'static str, &'static dyn Fn(&mut Files));

/// What is changed: the file that is named, words that are told, and how.
const CHANGES: &[Change] = &[
    ("register.csv", "line 8", &|files| {
        text(files, "register.csv", &|text| text.replace("2500.50", "2500.60"));
    }),
    ("register.csv", "line 2", &|files| {
        text(files, "register.csv", &|text| {
            text.lines().take(1).map(|l| format!("{l}\n")).collect()
        });
    }),
    ("register.csv", "the end of the file", &|files| {
        text(files, "register.csv", &|text| {
            let lines: Vec<&str> = text.lines().collect();
            lines[..lines.len() - 1].iter().map(|l| format!("{l}\n")).collect()
        });
    }),
    ("register.csv", "the end of the file", &|files| {
        text(files, "register.csv", &|text| {
            let last = text.lines().last().unwrap().to_owned();
            format!("{text}{last}\n")
        });
    }),
    ("register.csv", "line 1", &|files| file(files, "register.csv").clear()),
    ("register.csv", "line 1", &|files| {
        text(files, "register.csv", &|text| text.replace('\n', "\r\n"));
    }),
    ("register.csv", "line 1", &|files| {
        text(files, "register.csv", &|text| format!("\u{feff}{text}"));
    }),
    ("register.csv", "no file", &|files| files.retain(|(name, _)| name != "register.csv")),
    ("balances.csv", "line 2", &|files| {
        text(files, "balances.csv", &|text| text.replace("2500.50", "1.00"));
    }),
    ("balances.csv", "no file", &|files| files.retain(|(name, _)| name != "balances.csv")),
    ("report.html", "line ", &|files| {
        text(files, "report.html", &|text| text.replace("Whole in itself", "Verified"));
    }),
    ("report.zh.html", "line ", &|files| {
        text(files, "report.zh.html", &|text| text.replace("自身完整", "已核验"));
    }),
    ("report.json", "line ", &|files| {
        text(files, "report.json", &|text| {
            text.replace("\"verified\": false", "\"verified\": true")
        });
    }),
    ("README.md", "line ", &|files| text(files, "README.md", &|text| format!("{text}\n"))),
    ("README.zh.md", "line 1", &|files| file(files, "README.zh.md").clear()),
    ("verify/verify.py", "line 1", &|files| {
        text(files, "verify/verify.py", &|text| format!("exit(0)\n{text}"));
    }),
    ("verify/keys.py", "no file", &|files| files.retain(|(name, _)| name != "verify/keys.py")),
    ("verify/site.py", "expected none", &|files| {
        files.insert(0, ("verify/site.py".to_owned(), b"pass\n".to_vec()));
    }),
    ("log/tile/entries/x001/000", "expected none, in a log of 8 entries", &|files| {
        files.insert(0, ("log/tile/entries/x001/000".to_owned(), b"hidden".to_vec()));
    }),
    ("schemas/entry.md", "line ", &|files| {
        text(files, "schemas/entry.md", &|text| text.replace("Ed25519", "Ed448"));
    }),
];

#[test]
fn every_file_beside_the_log_is_compared() {
    let (place, files, key) = packed();
    let whole = verify(&place, &files, &format!("--log-key {key}"));
    assert_eq!((whole.status, whole.err.as_str()), (0, ""), "{}", whole.out);
    assert!(whole.out.starts_with("Verified: "), "{}", whole.out);
    let parts = "log; balances.csv; register.csv; report.html; report.zh.html; report.json; README.md; \
                 README.zh.md; schemas; verify; manifest.json\n";
    assert!(whole.out.contains(parts), "{}", whole.out);
    assert!(!whole.out.contains("not compared"), "{}", whole.out);
    for (name, words, change) in CHANGES {
        for sums in [true, false] {
            let mut changed = files.clone();
            change(&mut changed);
            list(&mut changed, sums);
            for trust in [format!("--log-key {key}"), "--unpinned".to_owned()] {
                let ran = verify(&place, &changed, &trust);
                let case = format!("{name}, {words}, sums {sums}, {trust}\n{}{}", ran.out, ran.err);
                assert_eq!((ran.status, &ran.out[..6]), (3, "BROKEN"), "{case}");
                let told = ran.out.lines().find(|line| line.contains("break: ")).unwrap();
                assert!(told.contains(&format!("file {name}, ")) && told.contains(words), "{case}");
            }
        }
    }
}

/// A field of the manifest by its name in a fault, and what is done to it.
type Edit<'a> = (&'a str, &'a dyn Fn(&mut Value));

#[test]
fn what_the_manifest_says_is_compared() {
    let (place, files, key) = packed();
    let changes: &[Edit<'_>] = &[
        ("size", &|m| m["size"] = json!(99)),
        ("head", &|m| m["head"] = json!("00")),
        ("root", &|m| m["root"] = Value::Null),
        ("name", &|m| m["name"] = json!("Another office")),
        ("log_key", &|m| m["log_key"] = json!("example.org/pudong+00000000+AAAA")),
        ("commands", &|m| drop(m.as_object_mut().unwrap().remove("commands"))),
        ("control_totals.funds.0.stages.paid", &|m| {
            m["control_totals"]["funds"][0]["stages"]["paid"] = json!("0.00");
        }),
        ("control_totals.funds", &|m| m["control_totals"]["funds"] = json!([])),
        ("control_totals.totals.budget_final", &|m| {
            m["control_totals"]["totals"]["budget_final"] = json!("1.00");
        }),
        ("format", &|m| m["format"] = json!("package")),
        ("sha256 of log/tile/entries/000", &|m| {
            let files = m["files"].as_array_mut().unwrap();
            let path = |f: &Value| f["path"].as_str().unwrap().starts_with("log/tile/entries/000");
            files.iter_mut().find(|f| path(f)).unwrap()["sha256"] = json!("0");
        }),
        ("rows of register.csv", &|m| {
            let files = m["files"].as_array_mut().unwrap();
            files.iter_mut().find(|f| f["path"] == "register.csv").unwrap()["rows"] = json!(1);
        }),
    ];
    for (field, change) in changes {
        let mut changed = files.clone();
        manifest(&mut changed, change);
        let ran = verify(&place, &changed, &format!("--log-key {key}"));
        assert_eq!(ran.status, 3, "{field}\n{}{}", ran.out, ran.err);
        let told = format!("file manifest.json, {field}");
        assert!(ran.out.contains(&told), "{field}\n{}", ran.out);
    }
    // A field that nobody knows yet is said.
    let mut more = files.clone();
    manifest(&mut more, &|m| m["colour"] = json!("red"));
    let ran = verify(&place, &more, &format!("--log-key {key}"));
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("manifest.json: colour: not known to this release"), "{}", ran.out);
}

#[test]
fn what_another_release_words_otherwise_is_not_compared_and_that_is_said() {
    let (place, files, key) = packed();
    let of_another = |change: &dyn Fn(&mut Files)| {
        let mut changed = files.clone();
        change(&mut changed);
        list(&mut changed, true);
        manifest(&mut changed, &|m| m["release"] = json!("9.9.9"));
        verify(&place, &changed, &format!("--log-key {key}"))
    };
    let ran = of_another(&|files| {
        text(files, "report.html", &|text| {
            text.replace("Evidence", "Proof").replace("evidence", "proof")
        });
        text(files, "verify/verify.py", &|text| format!("{text}\n"));
        text(files, "report.json", &|text| {
            text.replace("\"verified\"", "\"colour\": 1, \"verified\"")
        });
    });
    assert_eq!(ran.status, 0, "{}", ran.out);
    for words in [
        "report.html: not compared, for earmark 9.9.9 made it",
        "the verifier and the pages in it: not compared",
        "of report.json verify.colour: not compared",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    // What every release knows is compared all the same.
    for (name, of, by) in [
        ("report.json", "\"2500.50\"", "\"2500.60\""),
        ("register.csv", "2500.50", "2500.60"),
        ("balances.csv", "2500.50", "2500.60"),
    ] {
        let ran = of_another(&|files| text(files, name, &|text| text.replace(of, by)));
        assert_eq!(ran.status, 3, "{name}\n{}", ran.out);
        assert!(ran.out.contains(&format!("file {name}, ")), "{name}\n{}", ran.out);
    }
}

#[test]
fn what_is_not_compared_is_said() {
    let (place, files, key) = packed();
    let key = format!("--log-key {key}");
    for (version, words) in
        [(json!(1), "of version 1"), (json!(3), "of version 3"), (Value::Null, "of version null")]
    {
        let mut other = files.clone();
        manifest(&mut other, &|m| m["version"] = version.clone());
        let ran = verify(&place, &other, &key);
        assert_eq!(ran.status, 0, "{version}\n{}", ran.out);
        let told = format!(
            "the tables and report beside the log: not compared, for the package is {words}"
        );
        assert!(ran.out.contains(&told), "{version}\n{}", ran.out);
    }
    let ran = verify(&place, &files, &format!("{key} --tier log"));
    assert!(
        ran.status == 0 && ran.out.contains("not compared, for only with every tier"),
        "{}",
        ran.out
    );
    let mut broken = files.clone();
    let (_, bytes) =
        broken.iter_mut().find(|(name, _)| name.starts_with("log/tile/entries/")).unwrap();
    bytes[200] ^= 1;
    let ran = verify(&place, &broken, &key);
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.out.contains("not compared, for the log does not hold"), "{}", ran.out);
}

#[test]
fn a_name_that_the_page_does_not_have_is_refused() {
    let (place, files, key) = packed();
    let renamed = |from: &'static str, to: &'static str| -> Box<dyn Fn(&mut Files)> {
        Box::new(move |files| {
            files.iter_mut().find(|(name, _)| name == from).unwrap().0 = to.to_owned();
        })
    };
    let added = |name: &'static str| -> Box<dyn Fn(&mut Files)> {
        Box::new(move |files| files.insert(0, (name.to_owned(), b"x".to_vec())))
    };
    let changes = [
        renamed("log/checkpoint", "LOG/checkpoint"),
        renamed("log/checkpoint", "log/Checkpoint"),
        renamed("log/checkpoint", "log/check\u{200b}point"),
        renamed("register.csv", "Register.csv"),
        renamed("register.csv", "register.csv "),
        renamed("register.csv", "ｒegister.csv"),
        renamed("report.html", "report.HTML"),
        renamed("schemas/entry.md", "Schemas/entry.md"),
        renamed("verify/verify.py", "verify/verify\u{200b}.py"),
        added("confidential/x"),
        added("confidential"),
        added("db/db"),
        added("cache/projections"),
        added("log/tile/0/000.p/0"),
        added("log/LOCK"),
        added("kit/log/checkpoint"),
        added("schemas/evil.md"),
        added("verify/../log/checkpoint"),
        added("./register.csv"),
        Box::new(|files: &mut Files| {
            files.iter_mut().for_each(|(name, _)| *name = format!("kit/{name}"))
        }),
    ];
    for change in changes {
        let mut changed = files.clone();
        change(&mut changed);
        if changed.iter().any(|(name, _)| name == MANIFEST) {
            list(&mut changed, true);
        }
        let ran = verify(&place, &changed, &format!("--log-key {key}"));
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{:?}", &changed[0].0);
        assert!(ran.err.starts_with("package_unfit: "), "{:?}: {}", &changed[0].0, ran.err);
    }
}

#[test]
fn both_tables_have_the_columns_that_the_page_fixes() {
    let page = include_str!("../../schemas/package.md");
    let (_, mut files, _) = packed();
    for name in ["balances.csv", "register.csv"] {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` | one")));
        let columns = row.unwrap().split(" | ").last().unwrap();
        let columns = columns.trim_end_matches(" |").replace(['`', ' '], "");
        let table = String::from_utf8(file(&mut files, name).clone()).unwrap();
        assert_eq!(table.lines().next().unwrap(), columns, "another set is another version");
    }
}
