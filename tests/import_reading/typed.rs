//! One grammar behind every door: what is typed on the command line and what stands in a cell of an
//! import are the same amount, day, line and name, or are refused by the same words.

use earmark::domain::money::{Amount, Currency};
use earmark::form::period::Period;
use earmark::form::{AmountText, EntryRef, LinePart, Refusal, day, line};
use earmark::import::fields::Field;
use earmark::import::mapping::Mapping;
use earmark::import::plan::Plan;
use earmark::import::reader::Row;
use proptest::prelude::*;
use std::sync::LazyLock;

const MAPPING: &str = r#"
    source = "s"
    currency = "CNY"
    [numbers]
    thousands = ","
    [[event]]
    type = "allocation.record"
    occurred_on = { column = 1 }
    year = { column = 2 }
    amount = { column = 3 }
    fund = "F"
"#;

fn cny() -> Currency {
    Currency::named("CNY").unwrap()
}

/// Day, year and amount of a row as import reads them, in minor units.
fn imported(day: &str, year: &str, amount: &str) -> Result<(String, i16, i128), String> {
    static PLAN: LazyLock<Plan> =
        LazyLock::new(|| Plan::new(&Mapping::parse(MAPPING).unwrap(), &[], 2).unwrap());
    let mapped = PLAN.map(&Row::new(&[day, year, amount], 1, 1));
    let events = mapped.map_err(|problem| format!("{}: {}", problem.code, problem.rule))?;
    let event = events.unwrap().remove(0);
    let mut values = event.values;
    let Some(Amount(amount)) = values.amount(Field::Amount) else { panic!("no amount") };
    Ok((event.occurred_on.to_string(), values.year(Field::Year).unwrap(), amount))
}

fn typed_amount(text: &str) -> Result<i128, Refusal> {
    let typed: AmountText = text.parse()?;
    Ok(typed.in_minor_units(cny())?.0)
}

#[test]
fn amounts_are_the_same_at_both_doors() {
    for (text, minor) in [
        ("100000", 10_000_000),
        ("100,000.00", 10_000_000),
        ("10万", 10_000_000),
        ("10 万", 10_000_000),
        ("10万元", 10_000_000),
        ("10 万 元", 10_000_000),
        ("￥100000", 10_000_000),
        ("¥100,000", 10_000_000),
        ("￥10万", 10_000_000),
        ("￥10万元", 10_000_000),
        ("人民币10万元", 10_000_000),
        ("CNY 100000", 10_000_000),
        ("100000 cny", 10_000_000),
        ("RMB100000", 10_000_000),
        ("１０００００", 10_000_000),
        ("１００，０００．００元", 10_000_000),
        ("　100000　", 10_000_000),
        ("1.5千", 150_000),
        ("1.5千元", 150_000),
        ("12元", 1_200),
        ("12。5元", 1_250),
        ("3百万", 300_000_000),
        ("3千万元", 3_000_000_000),
        ("0.1亿", 1_000_000_000),
        ("0.1億", 1_000_000_000),
        ("0.00001万亿", 1_000_000_000),
        ("1亿2000万", 12_000_000_000),
        ("人民币1200元整", 120_000),
        ("1,200元5角3分", 120_053),
        (".50", 50),
        ("1200.", 120_000),
        ("0", 0),
        ("0.00", 0),
    ] {
        assert_eq!(typed_amount(text), Ok(minor), "{text}");
        assert_eq!(imported("2027-01-12", "2027", text).map(|row| row.2), Ok(minor), "{text}");
    }
}

#[test]
fn days_and_years_are_the_same_at_both_doors() {
    for text in [
        "2027-01-12",
        "2027-1-12",
        "2027/1/12",
        "2027/01/12",
        "2027.1.12",
        "2027年1月12日",
        "2027 年 1 月 12 日",
        "2027年01月12号",
        "20270112",
        "２０２７－０１－１２",
        "２０２７／１／１２",
        "2027。1。12",
        " 2027-01-12\u{3000}",
    ] {
        assert_eq!(day::parse(text).unwrap().to_string(), "2027-01-12", "{text}");
        assert_eq!(imported(text, "2027", "1").unwrap().0, "2027-01-12", "{text}");
        let period: Period = text.parse().unwrap();
        assert_eq!((period.first, period.last), (period.first, period.first), "{text}");
    }
    for text in ["2027", "2027年", "2027年度", "２０２７", " 2027 "] {
        assert_eq!(day::year(text), Ok(2027), "{text}");
        assert_eq!(imported("2027-01-12", text, "1").unwrap().1, 2027, "{text}");
    }
}

#[test]
fn lines_and_entries_are_read_as_an_input_method_writes_them() {
    for text in ["XC-ZX:2027", "XC-ZX：2027", "XC-ZX：２０２７", " XC-ZX : 2027年 "] {
        assert_eq!(line::parse(text).unwrap().to_string(), "XC-ZX:2027", "{text}");
    }
    assert_eq!(line::parse("XC：2027：2026：设备").unwrap().to_string(), "XC:2027:2026:设备");
    // A code that holds a full-width colon keeps it.
    assert_eq!(line::parse("甲：乙:2027").unwrap().to_string(), "甲：乙:2027");
    for text in ["XC-ZX:2027=10万", "XC-ZX：2027＝１０万元", "XC-ZX:2027 = ￥100000"] {
        let part: LinePart = text.parse().unwrap();
        assert_eq!(part.line.to_string(), "XC-ZX:2027", "{text}");
        assert_eq!(part.amount.in_minor_units(cny()), Ok(Amount(10_000_000)), "{text}");
    }
    for (text, name) in [("@12", "@12"), ("＠１２", "@12"), ("XC／2027／7", "XC/2027/7")] {
        assert_eq!(text.parse::<EntryRef>().unwrap().to_string(), name, "{text}");
    }
}

/// What is mistyped is refused: the rule, what was typed, what to write.
#[test]
fn every_mistake_is_answered() {
    let amount = |text: &str| typed_amount(text).map(|_| ()).unwrap_err();
    let a_day = |text: &str| day::parse(text).map(|_| ()).unwrap_err();
    let a_year = |text: &str| day::year(text).map(|_| ()).unwrap_err();
    let a_line = |text: &str| line::parse(text).map(|_| ()).unwrap_err();
    let a_part = |text: &str| text.parse::<LinePart>().map(|_| ()).unwrap_err();
    let an_entry = |text: &str| text.parse::<EntryRef>().map(|_| ()).unwrap_err();
    let a_period = |text: &str| text.parse::<Period>().map(|_| ()).unwrap_err();
    let told = [
        amount("abc"),
        amount(""),
        amount("万"),
        amount("HT-1"),
        amount("3w"),
        amount("12块"),
        amount("$12"),
        amount("100 USD"),
        amount("-5"),
        amount("￥-5"),
        amount("（5）"),
        amount("5-"),
        amount("1.234"),
        amount("0.001"),
        amount("1,23"),
        amount("1234,5"),
        amount("0,500"),
        amount("1.234,56"),
        amount("1.234.567"),
        amount("1 000"),
        amount("1e6"),
        amount("1万万"),
        a_day("03/04/2026"),
        a_day("3.4.2026"),
        a_day("26/04/2016"),
        a_day("03-03-2026"),
        a_day("27-1-12"),
        a_day("1月12日"),
        a_day("2027-01"),
        a_day("2027-02-29"),
        a_day("20271301"),
        a_day("今天"),
        a_day("115年3月4日"),
        a_year("27"),
        a_year("二〇二七"),
        a_line("XC-ZX"),
        a_line("XC-ZX:27"),
        a_part("XC-ZX:2027"),
        a_part("XC-ZX:2027=abc"),
        an_entry("12"),
        an_entry("PD-INFO/02/7"),
        a_period("2002Q5"),
        a_period("上半年"),
        a_period("03/04/2026"),
        a_period("200203"),
    ];
    let told: String = told.iter().map(|refusal| format!("{refusal}\n")).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import_reading/mistyped.txt");
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if std::env::var_os("EARMARK_BLESS").is_some() {
        std::fs::write(path, &told).unwrap();
    } else {
        assert!(told == expected, "{path} says otherwise; EARMARK_BLESS=1 writes it:\n{told}");
    }
}

#[test]
fn import_refuses_by_the_same_rules_under_its_own_codes() {
    let refused = |day: &str, year: &str, amount: &str| imported(day, year, amount).unwrap_err();
    assert_eq!(
        refused("03/04/2026", "2026", "1"),
        "date_not_read: it may be 2026-04-03 or 2026-03-04"
    );
    assert_eq!(
        refused("2027-02-29", "2026", "1"),
        "date_no_such_day: a date is a day of the calendar"
    );
    assert_eq!(refused("2027-02-28", "26", "1"), "year_not_read: a year has four digits");
    assert_eq!(refused("2027-02-28", "2026", "x"), "amount_not_a_number: not an amount");
    assert_eq!(
        refused("2027-02-28", "2026", "€5"),
        "amount_currency: the ledger keeps its money in CNY, and amounts are not converted"
    );
}

proptest! {
    #[test]
    fn what_one_door_reads_the_other_reads_too(
        sign in prop_oneof![Just(""), Just("￥"), Just("¥ "), Just("CNY"), Just("€")],
        figure in prop_oneof!["[0-9]{1,9}", "[0-9]{1,3}(,[0-9]{3}){0,2}", "[0-9０-９]{1,4}[.．。,][0-9]{0,3}"],
        unit in prop_oneof![Just(""), Just("万"), Just(" 万元"), Just("千"), Just("亿"), Just("元"), Just("w")],
        day in "20[0-9]{2}(-|/|[.])[01]?[0-9](-|/|[.])[0-3]?[0-9]",
    ) {
        let text = format!("{sign}{figure}{unit}");
        let (one, other) = (typed_amount(&text), imported("2027-01-12", "2027", &text));
        prop_assert_eq!(one.clone().ok(), other.clone().ok().map(|row| row.2), "{}", text);
        prop_assert_eq!(one.err().map(|refusal| refusal.rule), other.err().map(|told| {
            told.split_once(": ").unwrap().1.to_owned()
        }), "{}", text);
        let (one, other) = (day::parse(&day), imported(&day, "2027", "1"));
        prop_assert_eq!(one.ok().map(|day| day.to_string()), other.ok().map(|row| row.0), "{}", day);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,16}") {
        let _amount = typed_amount(&text);
        let _day = day::parse(&text);
        let _period = text.parse::<Period>();
        let _line = text.parse::<LinePart>();
        let _entry = text.parse::<EntryRef>();
    }
}
