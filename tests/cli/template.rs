//! `import template`: a mapping and the list that it reads, to begin an import with.

use super::Place;
use super::rows::{counts, import, paid, place, read};

#[test]
fn a_list_and_its_mapping_are_filled_in_and_imported() {
    let place = place();
    place.ok("payee register SW-A --name 软件 --on 2002-01-02");
    let listed = place.run("import template disbursement.record -o payments.csv");
    assert_eq!(
        (listed.status, listed.out.as_str(), listed.err.as_str()),
        (
            0,
            "",
            "note: what each column is, and the mapping that reads this list: earmark import template disbursement.record\n"
        )
    );
    let head = read(&place, "payments.csv");
    assert_eq!(
        head,
        "amount,commitment,payee,source_no,project,fund,year,purpose,split,origin,class,occurred_on,document_no
"
    );
    place.ok("import template disbursement record -o payments.toml");
    let row = |column: &str| match column {
        "fund" => "GF",
        "year" => "2001",
        "purpose" => "gen",
        "payee" => "SW-A",
        "amount" => "400",
        "occurred_on" => "2001-05-06",
        _ => "",
    };
    let cells: Vec<&str> = head.trim_end().split(',').map(row).collect();
    place.write("payments.csv", &format!("{head}{}\n", cells.join(",")));
    let mapping = read(&place, "payments.toml").replace("historical = false", "historical = true");
    place.write("payments.toml", &mapping);
    counts(&import(&place, "payments.csv --mapping payments.toml"), 1, 0, 0);
    assert_eq!(paid(&place), "400.00");
}

#[test]
fn a_template_says_what_each_field_is_in_both_languages() {
    let place = Place::new();
    let event = |line: &str| {
        let out = place.ok(line);
        out.split_once("\n[[event]]\n").unwrap().1.to_owned()
    };
    assert_eq!(
        event("import template follow-on withdraw"),
        "type = \"follow-on.withdraw\"
\
         code = { column = \"code\" }                   # The investment
\
         reason = { column = \"reason\" }               # Why
\
         occurred_on = { column = \"occurred_on\" }     # The day it happened [default: default_date above]
\
         document_no = { column = \"document_no\" }     # The office's file number, for example 沪财〔2002〕15号
"
    );
    assert_eq!(
        event("import template follow-on.withdraw --required --lang zh"),
        "type = \"follow-on.withdraw\"
\
         code = { column = \"code\" }                   # 投资
\
         # reason = { column = \"reason\" }             # 理由
\
         occurred_on = { column = \"occurred_on\" }     # 业务日期［默认：上面的 default_date］
\
         # document_no = { column = \"document_no\" }   # 本单位文号，如 沪财〔2002〕15号
"
    );
    assert_eq!(
        place.ok("import template payee.register --required -O csv -q"),
        "code,name,occurred_on\n"
    );
}

#[test]
fn what_a_template_cannot_be_is_said_with_what_it_can() {
    let place = Place::new();
    let refused = |line: &str| {
        let ran = place.run(line);
        assert_eq!(ran.status, 2, "{line}");
        ran.err
    };
    assert_eq!(
        refused("import template payee.register -o payees.ods"),
        "format_unknown: this release writes no payees.ods\n  next: choose a file ending in .xlsx or .csv, which every spreadsheet opens\n"
    );
    assert_eq!(
        refused("import template payee.register -o payees.xls --lang zh"),
        "format_unknown: 本版本不能写出 payees.xls\n  下一步：请选用 .xlsx 或 .csv 文件，各种电子表格均可打开\n"
    );
    assert_eq!(
        refused("import template payee.register -O html"),
        "format_unfit: this verb prints table or csv or xlsx, not html\n  next: choose another -O, or another ending of the file\n"
    );
    let unknown = refused("import template payee.registe");
    assert!(unknown.starts_with("unknown_event_type: `payee.registe` is no type of event that an import makes\n  next: did you mean payee.register? Known are"), "{unknown}");
}
