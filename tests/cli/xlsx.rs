//! Workbooks and CSV for spreadsheets, from the command line.

use super::Place;
use super::escapes::{ran_on, shown_on};
use super::workbook::{Workbook, attribute};
use earmark::words::Lang;

/// Every verb that prints a report or list.
const VERBS: &[&str] = &[
    "balance",
    "balance --by year",
    "balance --by line",
    "balance --by project",
    "balance --by district",
    "balance --by payee",
    "balance --by commitment",
    "balance --by leaf",
    "register",
    "register type:disbursement",
    "funds",
    "projects",
    "payees",
    "commitments",
    "follow-on list",
    "officer list",
    "district list",
    "programme list",
    "report execution",
    "report execution --year 2002",
    "report leverage",
    "report leverage --by project",
    "report findings",
];

/// A ledger with a payment and one that was reversed.
fn place() -> Place {
    let place = Place::with_fund();
    place.ok("district register 310115 --name Pudong --level district --on 2002-01-11");
    place.ok("programme register SCHOOLS --name 校校通 --on 2002-01-11");
    place.ok("payee register SW-A --name '=HYPERLINK(\"http://x\")' --on 2002-01-11");
    place.ok("project approve CARD --title Card --purpose it --district 310115 --ceiling 500万 --from PD-INFO:2002=300万 --on 2002-02-01");
    place.ok("commit HT-1 --project CARD --amount 240万 --from PD-INFO:2002=240万 --payee SW-A --on 2002-02-02");
    place.ok("disburse 60万 --commitment HT-1 --payee SW-A --on 2002-03-01");
    place.ok("disburse 12345.67 --commitment HT-1 --payee SW-A --on 2002-03-02");
    place.ok("reverse PD-INFO/2002/2 --reason typo --on 2002-03-03");
    place.ok("follow-on pledge INV-1 --project CARD --investor 甲 --kind private --amount 100万 --on 2002-03-04");
    place
}

fn book(place: &Place, name: &str) -> Workbook {
    Workbook::open(&std::fs::read(place.path(name)).unwrap())
}

#[test]
fn every_report_and_list_is_a_workbook_whose_totals_are_those_of_json() {
    let (place, mut reports) = (place(), std::collections::BTreeSet::new());
    for verb in VERBS {
        place.ok(&format!("{verb} -o book.xlsx --lang zh"));
        let (book, json) = (book(&place, "book.xlsx"), place.value(verb));
        reports.insert(json["report"].as_str().unwrap().to_owned());
        let (cells, about) = (book.cells(1), book.cells(2));
        let head = json["head"].as_str().unwrap();
        assert!(about.values().any(|cell| cell.value == head), "{verb}");
        let rows = json["rows"].as_array().unwrap().len();
        assert!(!book.parts.values().any(|text| text.contains("hyperlink")), "{verb}");
        // The same is printed to a pipe as to a file, and every time.
        let piped = place.command(&format!("{verb} -O xlsx --lang zh")).output().unwrap().stdout;
        assert_eq!(piped, std::fs::read(place.path("book.xlsx")).unwrap(), "{verb}");
        let keys: Vec<(String, String)> = about
            .iter()
            .filter(|(name, _)| name.starts_with('B'))
            .map(|(name, cell)| (name.replace('B', "A"), cell.value.clone()))
            .map(|(name, key)| (about[&name].value.clone(), key))
            .collect();
        if rows == 0 {
            assert_eq!(cells["A2"].value, "无数据", "{verb}");
            continue;
        }
        for (key, total) in json["totals"].as_object().unwrap() {
            // A sheet shows no column that nothing stands in.
            let Some((label, _)) = keys.iter().find(|(_, known)| known == key) else {
                assert!(
                    total.is_null()
                        || total
                            .as_str()
                            .is_some_and(|text| text.trim_matches(['0', '.']).is_empty()),
                    "{verb} {key}: {total}"
                );
                continue;
            };
            let at = cells.iter().find(|(name, cell)| {
                name.ends_with('1')
                    && name.trim_start_matches(|c: char| c.is_ascii_alphabetic()) == "1"
                    && cell.value == *label
            });
            let name = at.unwrap().0.replace('1', &(rows + 2).to_string());
            let found = cells.get(&name).map_or("", |cell| cell.value.as_str());
            match total
                .as_str()
                .map(str::to_owned)
                .or_else(|| total.as_i64().map(|n| n.to_string()))
            {
                Some(total) => {
                    let (found, total): (f64, f64) =
                        (found.parse().unwrap(), total.parse().unwrap());
                    assert_eq!(found.to_string(), total.to_string(), "{verb} {key}");
                }
                None => assert!(
                    ["", Lang::Zh.label("not_applicable")].contains(&found),
                    "{verb} {key} {found}"
                ),
            }
        }
    }
    let all = earmark::report::REPORTS.iter().map(|spec| spec.name.to_owned()).collect();
    assert_eq!(reports, all, "a report has no workbook in this test");
}

#[test]
fn a_workbook_goes_to_a_file_or_a_pipe_and_to_no_terminal() {
    let place = place();
    for (lang, expected) in [
        (
            "en",
            "xlsx_to_terminal: a workbook is no text, and is not printed to a terminal\n  next: name a file: -o FILE.xlsx\n",
        ),
        (
            "zh",
            "xlsx_to_terminal: 工作簿不是文本，不能输出到终端\n  下一步：请指明文件：`-o FILE.xlsx`\n",
        ),
    ] {
        for line in
            ["balance -O xlsx", "register -O xlsx -o -", "import template payee.register -O xlsx"]
        {
            let said = std::fs::File::create(place.path("said")).unwrap();
            let command = place.command(&format!("{line} --lang {lang}"));
            let (status, shown) = ran_on(command, Some(80), said.into());
            assert_eq!((status, shown.as_str()), (Some(2), ""), "{line}");
            assert_eq!(std::fs::read_to_string(place.path("said")).unwrap(), expected, "{line}");
        }
    }
    assert_eq!(shown_on(place.command("balance -o book.xlsx"), None), "");
    assert!(place.path("book.xlsx").is_file());
    // An ending in capitals is one too, and -O wins over it.
    place.ok("balance -o BOOK.XLSX");
    assert!(std::fs::read(place.path("BOOK.XLSX")).unwrap().starts_with(b"PK"));
    place.ok("balance -O csv -o csv.xlsx");
    assert!(std::fs::read_to_string(place.path("csv.xlsx")).unwrap().starts_with("fund,"));
    // A verb without rows has no workbook.
    for line in [
        "stats -O xlsx",
        "verify -o v.xlsx",
        "show @1 -o s.xlsx",
        "export csv -O xlsx",
        "payee register X --name X -O xlsx",
    ] {
        let ran = place.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}: {}", ran.err);
    }
    place.refuses(
        "balance -O xlsx --excel",
        2,
        "flag_unfit: --excel is for the CSV of a report or list; this prints none\n  next: add -O csv to a report or list, or leave the flag out\n",
    );
}

#[test]
fn a_unit_is_for_workbooks_too() {
    let place = place();
    place.ok("balance --unit wan --lang zh -o book.xlsx");
    let cells = book(&place, "book.xlsx").cells(1);
    let at = cells
        .iter()
        .find(|(_, cell)| cell.value == "可用指标（万元）")
        .unwrap()
        .0
        .replace('1', "2");
    assert_eq!((cells[&at].kind, cells[&at].value.as_str()), ('n', "700"));
    place.refuses(
        "balance -O csv --unit wan",
        2,
        "flag_unfit: --unit is the display unit of tables; this prints none in it\n  next: leave the flag out\n",
    );
}

#[test]
fn csv_for_people_is_asked_for() {
    let place = place();
    for verb in VERBS {
        let text = place.ok_raw(&format!("{verb} -O csv --excel --lang zh"));
        let (mark, rest) = text.split_at(3);
        assert_eq!(mark, "\u{feff}", "{verb}");
        assert!(
            rest.starts_with('"') && !rest.lines().next().unwrap().is_ascii(),
            "{verb}: {rest}"
        );
    }
    let text = place.ok_raw("payees -O csv --excel");
    assert!(text.contains("\n\"SW-A\",\"'=HYPERLINK(\"\"http://x\"\")\",,"), "{text}");
    place.ok("payees --excel -o p.csv");
    assert_eq!(std::fs::read_to_string(place.path("p.csv")).unwrap(), text);
    for line in [
        "balance --excel",
        "balance -O json --excel",
        "balance -o b.json --excel",
        "export csv --excel",
        "import template payee.register -O csv --excel",
        "stats --excel",
        "payee register X --name X --excel",
    ] {
        let ran = place.run(line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}");
        assert!(
            ran.err.contains("--excel is for the CSV of a report or list"),
            "{line}: {}",
            ran.err
        );
    }
    let both = place.run("balance -O csv --excel --raw --lang zh");
    assert_eq!(
        (both.status, both.err.as_str()),
        (
            2,
            "flag_unfit: `--raw` 不加防公式的标记，而 `--excel` 正是加强它\n  下一步：请去掉其中一个\n"
        )
    );
}

#[test]
fn a_list_to_fill_in_has_drop_down_lists_and_its_mapping_is_printed() {
    let place = Place::new();
    let mapping = place.ok("import template fund.establish -o funds.xlsx");
    assert!(
        mapping.contains("[[event]]\ntype = \"fund.establish\"")
            && mapping.contains("\nsheet = 1 "),
        "{mapping}"
    );
    let book = book(&place, "funds.xlsx");
    assert_eq!(book.names(), ["fund.establish", "Fields"]);
    let cells = book.cells(1);
    let head = place.ok("import template fund.establish -O csv -q");
    let labels: Vec<&str> = head.trim_end().split(',').collect();
    for (at, label) in labels.iter().enumerate() {
        assert_eq!(cells[&super::workbook::cell_name(0, at)].value, *label);
    }
    assert_eq!(cells.len(), labels.len(), "nothing is made up below the labels");
    let text = book.text(1);
    let kind =
        super::workbook::cell_name(1, labels.iter().position(|label| *label == "kind").unwrap());
    let list = text.split("<dataValidation ").nth(1).unwrap();
    let (column, _) = kind.split_at(1);
    assert!(list.contains(&format!("sqref=\"{column}2:{column}1048576\"")), "{list}");
    assert!(list.contains("<formula1>\"special,guidance,matching\"</formula1>"), "{list}");
    assert!(text.contains("state=\"frozen\""));
    // Codes stay text and days are days, down to the last row.
    let columns = text.split("<col ").skip(1).map(|one| {
        assert!(one.contains("style="), "{text}");
        let number = |name| attribute(one, name).unwrap().parse::<usize>().unwrap();
        number("max") + 1 - number("min")
    });
    assert_eq!(columns.sum::<usize>(), labels.len());
    let fields = book.cells(2);
    assert!(fields.values().any(|cell| cell.value == "special, guidance, matching"), "{fields:#?}");
    // Every type has one, in both languages, twice the same.
    let known = place.run("import template nothing").err;
    let (_, known) = known.split_once("known are ").unwrap();
    for name in known.trim_end().split(", ") {
        for lang in ["en", "zh"] {
            let line = format!("import template {name} --lang {lang}");
            let mapping = place.ok(&format!("{line} -o list.xlsx"));
            let first = std::fs::read(place.path("list.xlsx")).unwrap();
            assert_eq!(
                place.ok(&format!("{line} --required -o list.xlsx")).is_empty(),
                mapping.is_empty()
            );
            place.ok(&format!("{line} -o list.xlsx"));
            assert_eq!(first, std::fs::read(place.path("list.xlsx")).unwrap(), "{line}");
        }
    }
}

#[test]
fn a_long_report_that_cannot_be_kept_says_what_to_do() {
    let place = Place::with_fund();
    place.write("map.toml", "source = \"s\"\nhistorical = true\n[[event]]\ntype = \"payee.register\"\noccurred_on = \"2001-12-01\"\ncode = { column = 1 }\nname = { column = 1 }\n");
    let rows: String = (0..1_100).map(|n| format!("P{n}\n")).collect();
    place.write("rows.csv", &format!("Name\n{rows}"));
    place.ok("import rows.csv --mapping map.toml");
    place.ok("payees -o payees.xlsx");
    let before = std::fs::read(place.path("payees.xlsx")).unwrap();
    let mut command = place.command("payees -o payees.xlsx");
    let ran = place.ran(command.env("TMPDIR", place.path("nowhere")));
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(
        ran.err.starts_with("sheet_not_kept: the sheet could not be put together: "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("name another folder by TMPDIR; -O csv needs none"), "{}", ran.err);
    assert_eq!(std::fs::read(place.path("payees.xlsx")).unwrap(), before, "what was there stays");
    // A short one needs no such file.
    let mut command = place.command("funds -o funds.xlsx");
    assert_eq!(place.ran(command.env("TMPDIR", place.path("nowhere"))).status, 0);
}
