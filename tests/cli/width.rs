//! Tables on pages of 80, 120 and 200 columns, in both languages: a row is on one line or on a card, and never
//! wrapped.

use super::{Place, assert_text};
use unicode_width::UnicodeWidthStr;

/// Every verb that prints a table.
const TABLES: [&str; 20] = [
    "balance",
    "balance --by line",
    "balance --by leaf",
    "balance --by project",
    "balance --by commitment",
    "balance --by payee",
    "balance --by line --unit wan",
    "register",
    "register type:disbursement --limit 3",
    "funds",
    "projects",
    "payees",
    "commitments",
    "follow-on list",
    "officer list",
    "district list",
    "programme list",
    "report execution --year 2002",
    "report leverage --by project",
    "report findings",
];

/// The ledger of the demonstration, with names in both languages.
fn demo() -> Place {
    let place = Place { now: "2026-01-05T09:00:00+08:00".to_owned(), ..Place::new() };
    assert_eq!(place.run("demo").status, 0);
    place
}

fn printed(place: &Place, line: &str, columns: Option<&str>) -> String {
    let mut command = place.command(line);
    command.env("EARMARK_HOME", place.path("earmark-demo/home"));
    command.env("EARMARK_LEDGER", place.path("earmark-demo/ledger"));
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn no_row_is_wider_than_the_page() {
    let place = demo();
    for line in TABLES {
        for lang in ["en", "zh"] {
            let line = format!("{line} --lang {lang}");
            let full = printed(&place, &line, None);
            for columns in [40, 80, 120, 200, 1_000] {
                let text = printed(&place, &line, Some(&columns.to_string()));
                for row in text.lines() {
                    assert!(
                        row.width() <= columns,
                        "{line}, {columns} columns: {}\n{text}",
                        row.width()
                    );
                }
                if full.lines().all(|row| row.width() <= columns) {
                    assert_eq!(text, full, "{line}, {columns} columns: it would have fitted");
                }
                // Every word of a code or figure of the rows is still there.
                let figures = |text: &str| {
                    let words = text.split(|c: char| c.is_whitespace());
                    let is_figure =
                        |word: &&str| word.contains(',') && word.ends_with(char::is_numeric);
                    words.filter(is_figure).map(str::to_owned).collect::<Vec<_>>()
                };
                assert_eq!(figures(&text), figures(&full), "{line}, {columns} columns");
            }
        }
    }
}

#[test]
fn a_pipe_has_the_full_width_unless_columns_says_otherwise() {
    let place = demo();
    let full = printed(&place, "balance --by line", None);
    assert!(full.lines().any(|row| row.width() > 160), "{full}");
    for none in ["", "0", "-80", "wide", "80 "] {
        assert_eq!(printed(&place, "balance --by line", Some(none)), full, "COLUMNS={none:?}");
    }
    for line in ["balance --by line -O csv", "balance --by line -O json", "export hledger"] {
        assert_eq!(printed(&place, line, Some("40")), printed(&place, line, None), "{line}");
    }
    printed(&place, "balance --by line -o full.txt", Some("40"));
    assert_eq!(
        std::fs::read_to_string(place.path("full.txt")).unwrap(),
        full,
        "a file has no width"
    );
}

#[track_caller]
fn shows(place: &Place, line: &str, columns: &str, expected: &str) {
    let text = printed(place, line, Some(columns));
    let (_, body) = text.split_once("\n\n").unwrap();
    assert_text(line, body, expected);
}

#[test]
fn a_list_of_funds_on_three_pages_in_two_languages() {
    let place = demo();
    shows(
        &place,
        "funds",
        "80",
        "
PD-INFO
  Name          Pudong informatization fund
  Kind          special
  Status        open
  District      310115
  Purposes      it
  Established   2001-01-02
  Final budget  29,900,000.00
  Available      8,500,000.00

Total
  Final budget  29,900,000.00
  Available      8,500,000.00

A field a line, for the table is 115 columns wide and this page 80; wider, it is
a table.
",
    );
    shows(
        &place,
        "funds --lang zh",
        "80",
        "
PD-INFO
  名称          浦东新区信息化建设专项基金
  性质          专项
  状态          执行中
  区划          310115
  用途          it
  设立日期      2001-01-02
  调整后预算数  29,900,000.00
  可用指标       8,500,000.00

合计
  调整后预算数  29,900,000.00
  可用指标       8,500,000.00

表宽 104 列，页宽 80 列，故逐项列示；加宽后即可成表。
",
    );
    for columns in ["120", "200"] {
        shows(
            &place,
            "funds",
            columns,
            "
Fund     Name                         Kind     Status  District  Purposes  Established   Final budget     Available
───────  ───────────────────────────  ───────  ──────  ────────  ────────  ───────────  ─────────────  ────────────
PD-INFO  Pudong informatization fund  special  open    310115    it        2001-01-02   29,900,000.00  8,500,000.00
───────  ───────────────────────────  ───────  ──────  ────────  ────────  ───────────  ─────────────  ────────────
Total                                                                                   29,900,000.00  8,500,000.00
",
        );
        shows(
            &place,
            "funds --lang zh",
            columns,
            "
资金     名称                        性质  状态    区划    用途  设立日期     调整后预算数      可用指标
───────  ──────────────────────────  ────  ──────  ──────  ────  ──────────  ─────────────  ────────────
PD-INFO  浦东新区信息化建设专项基金  专项  执行中  310115  it    2001-01-02  29,900,000.00  8,500,000.00
───────  ──────────────────────────  ────  ──────  ──────  ────  ──────────  ─────────────  ────────────
合计                                                                         29,900,000.00  8,500,000.00
",
        );
    }
}

#[test]
fn a_terminal_has_its_own_width() {
    let place = demo();
    let mut command = place.command("funds");
    command.env("EARMARK_HOME", place.path("earmark-demo/home"));
    command.env("EARMARK_LEDGER", place.path("earmark-demo/ledger"));
    let shown = super::escapes::shown_on(command, Some(80)).replace("\r\n", "\n");
    assert_eq!(shown, printed(&place, "funds", Some("80")));
}
