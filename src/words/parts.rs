//! Parts of refusals that a row of the table cannot say.

use super::Lang;
use super::say::Say as _;
use crate::domain::calendar::Year;
use crate::domain::ids::Code;
use crate::domain::kinds::Role;

/// Microseconds of 40 days.
const FORTY_DAYS: i64 = 40 * 86_400_000_000;

pub(super) fn signer(role: Role, lang: Lang) -> String {
    let article = if role == Role::Maker { "a" } else { "an" };
    lang.choose(format!("{article} {role}"), role.say(lang))
}

pub(super) fn lateness(now: i64, head: i64, lang: Lang) -> &'static str {
    if now.saturating_sub(head) > FORTY_DAYS {
        lang.choose("40 days", " 40 天")
    } else {
        lang.choose("a day", "一天")
    }
}

pub(super) fn guess(near: &[String], lang: Lang) -> String {
    if near.is_empty() {
        return String::new();
    }
    let near = near.join(lang.choose(", ", "、"));
    lang.choose(format!("did you mean {near}? "), format!("是否指 {near}？"))
}

pub(super) fn wanted(
    fund: Option<&Code>,
    project: Option<&Code>,
    year: Option<Year>,
    lang: Lang,
) -> String {
    let named = [
        ("fund", "专项资金", fund.map(Code::to_string)),
        ("project", "项目", project.map(Code::to_string)),
        ("year", "年度", year.map(|year| year.to_string())),
    ];
    let named = named.into_iter().filter_map(|(en, zh, value)| {
        value.map(|value| format!("{} {value}", lang.choose(en, zh)))
    });
    let named: Vec<String> = named.collect();
    match lang {
        Lang::En => named.iter().map(|one| format!(" {one}")).collect(),
        Lang::Zh if named.is_empty() => String::new(),
        Lang::Zh => format!("：{}", named.join("、")),
    }
}
