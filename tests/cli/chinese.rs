//! Errors that no rule of the domain says, in both languages.

use super::Place;

/// What is typed, and what it says in English and in Chinese.
const SAID: &[(&str, &str, &str)] = &[
    (
        "balance nothing:1",
        "filter_unknown: nothing:1 is no filter\n  next: write one of fund: project: payee: district: amt: date: type: text: voucher: invoice: or not: before one\n",
        "filter_unknown: 没有筛选「nothing:1」\n  下一步：请用 fund: project: payee: district: amt: date: type: text: voucher: invoice: 之一，前面可加 `not:` 表示除外\n",
    ),
    (
        "funds payee:x",
        "filter_not_here: the list of funds cannot be filtered by payee:\n  next: it knows fund: district:\n",
        "filter_not_here: 专项资金清单不能按 payee: 筛选\n  下一步：可用的筛选：fund: district:\n",
    ),
    (
        "show line:XX:2002",
        "unknown_name: there is no line XX:2002\n  next: see earmark balance --by line\n",
        "unknown_name: 没有指标「XX:2002」\n  下一步：查看 `earmark balance --by line`\n",
    ),
    (
        "allocate PD-INFO 2003 1.234",
        "amount_too_fine: amounts in CNY have at most 2 places after the point, unless the point parts thousands: 1234; found `1.234`\n  next: write 1234, or round it as your office rounds\n",
        "amount_too_fine: CNY 金额至多 2 位小数，除非小数点用作千位分隔（1234）；实为「1.234」\n  下一步：请写 1234，或按本单位规定舍入\n",
    ),
    (
        "allocate PD-INFO 2003 5 --on 03/04/2026",
        "date_malformed: --on <DATE>: it may be 2026-04-03 or 2026-03-04; found `03/04/2026`\n  next: write 2026-04-03 or 2026-03-04, whichever is meant\n",
        "date_malformed: --on <DATE>：「03/04/2026」可能是多个日期\n  下一步：请写明是哪一个：2026-04-03、2026-03-04\n",
    ),
    (
        "allocate PD-INFO 2003 1,23",
        "amount_grouping: <AMOUNT>: groups between `,` have three digits; found `1,23`\n  next: write 1.23 or 123, whichever is meant\n",
        "amount_grouping: <AMOUNT>：千位分隔不正确：「1,23」\n  下一步：请写明是哪一个：1.23、123\n",
    ),
    (
        "balance --as-of 2002-02-30",
        "date_no_such_day: --as-of <DATE>: a date is a day of the calendar; found `2002-02-30`\n  next: 2002-02 has 28 days\n",
        "date_no_such_day: --as-of <DATE>：没有「2002-02-30」这一天\n  下一步：2002-02 有 28 天\n",
    ),
    (
        "bal",
        "error: unrecognized subcommand 'bal'\n\n  tip: a similar subcommand exists: 'balance'\n\nUsage: earmark [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n",
        "usage: 没有命令「bal」；最接近的是 balance\n  下一步：查看 `earmark --help`\n",
    ),
    (
        "allocate PD-INFO 2003 5 --officer wang",
        "no_key: no key of officer wang at DIR/user/keys/officers/wang.pem\n  next: name one of: li; or make it: earmark key new wang\n",
        "no_key: 没有经办人 wang 的密钥（DIR/user/keys/officers/wang.pem）\n  下一步：可用的经办人：li；或新建：`earmark key new wang`\n",
    ),
    (
        "balance -o pudong/x.txt",
        "output_refused: nothing is written to pudong/x.txt: it is inside the ledger DIR/pudong\n  next: name a place outside of it\n",
        "output_refused: 不向 pudong/x.txt 写入：它在账簿 DIR/pudong 之内\n  下一步：请指明其外的位置\n",
    ),
    (
        "init pudong --name a --origin example.org/b --officer li",
        "ledger_exists: pudong already holds a ledger\n  next: choose another folder; a ledger is never overwritten\n",
        "ledger_exists: pudong 中已有账簿\n  下一步：请另选文件夹；账簿从不被覆盖\n",
    ),
    (
        "verify --from nowhere",
        "log_not_found: there is no checkpoint in nowhere\n  next: name a copy of a ledger, of its log/ folder, or a package\n",
        "log_not_found: nowhere 中没有检查点\n  下一步：请指明账簿的副本、其 log/ 文件夹，或资料包；首笔业务之前没有公布任何内容\n",
    ),
    (
        "officer list --unit yuan -O json",
        "{\"error\":{\"code\":\"flag_unfit\",\"message\":\"--unit is the display unit of tables; this prints none in it\",\"details\":{},\"hint\":\"leave the flag out\"}}\n",
        "{\"error\":{\"code\":\"flag_unfit\",\"message\":\"`--unit` 是表格的显示单位，而此处不输出表格\",\"details\":{},\"hint\":\"请去掉该参数\"}}\n",
    ),
];

#[test]
fn errors_are_said_in_both_languages() {
    let place = Place::with_fund();
    for (line, english, chinese) in SAID {
        place.refuses(line, 2, english);
        place.refuses(&format!("{line} --lang zh"), 2, chinese);
    }
}

#[test]
fn a_chinese_environment_is_answered_in_chinese() {
    let place = Place::new();
    let ran = place.ran(place.command("balance").env("LANG", "zh_CN.UTF-8"));
    assert!(ran.err.starts_with("no_ledger: DIR 及其上级文件夹中没有账簿\n"), "{}", ran.err);
    let ran = place.ran(place.command("bal").env("LANG", "zh_CN.UTF-8"));
    assert_eq!(
        ran.err,
        "usage: 没有命令「bal」；最接近的是 balance\n  下一步：查看 `earmark --help`\n"
    );
}
