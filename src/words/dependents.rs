//! What to do about the later entries that build on one.

use super::Lang;
use crate::domain::rejection::{Dependents, Rejection};

/// How many entries a sentence names one by one.
const NAMED: usize = 20;

/// The way to a reversal of `entry`; `all` is the step that reverses everything at once, `rule` says why a
/// later entry stays.
pub(super) fn way(
    later: &Dependents,
    entry: u64,
    all: &str,
    lang: Lang,
    rule: &dyn Fn(&Rejection) -> String,
) -> String {
    let said = |en: String, zh: String| lang.choose(en, zh);
    match later {
        Dependents::NotSought => said(
            "reverse the later entries first, last first".to_owned(),
            "请先冲销后续条目，从最后一条开始".to_owned(),
        ),
        Dependents::All(later) => {
            let first = named(later, lang);
            said(
                format!("reverse {first} first, in this order, or all in one command: {all}"),
                format!("请先依次冲销 {first}，或一次全部冲销：{all}"),
            )
        }
        Dependents::Part(later) => {
            let (count, first) = (later.len(), named(later, lang));
            said(
                format!(
                    "more than {count} later entries have to be reversed before @{entry}, from \
                     {first} on; reverse what builds on it piece by piece, or correct it by an \
                     entry of its own (a reduction, a transfer, a refund)"
                ),
                format!(
                    "冲销 @{entry} 之前须冲销超过 {count} 个后续条目（{first}）；请分批冲销，或另记\
                     更正条目（调减、调剂、退款）"
                ),
            )
        }
        Dependents::Standing(standing) if standing.is_empty() => said(
            "no later entry that could be reversed is in its way; correct it by an entry of its own \
             (a reduction, a transfer, a refund)"
                .to_owned(),
            "没有可冲销的后续条目；请另记更正条目（调减、调剂、退款）".to_owned(),
        ),
        Dependents::Standing(standing) => {
            let each = standing.iter().take(NAMED);
            let each = each.map(|(at, why)| in_the_way(*at, entry, why, lang, rule(why)));
            let each = each.collect::<Vec<_>>().join(lang.choose("; ", "；"));
            said(
                format!(
                    "{each}; correct @{entry} by an entry of its own (a reduction, a transfer, a \
                     refund)"
                ),
                format!("{each}；请为 @{entry} 另记更正条目（调减、调剂、退款）"),
            )
        }
    }
}

fn in_the_way(at: u64, entry: u64, why: &Rejection, lang: Lang, rule: String) -> String {
    if at == entry || matches!(why, Rejection::NotReversible { .. }) {
        return rule;
    }
    match lang {
        Lang::En => format!("@{at} would be first, and: {rule}"),
        Lang::Zh => format!("@{at} 须先冲销，但：{rule}"),
    }
}

fn named(later: &[u64], lang: Lang) -> String {
    let mut out: Vec<String> = later.iter().take(NAMED).map(|index| format!("@{index}")).collect();
    let more = later.len().saturating_sub(NAMED);
    if more > 0 {
        out.push(lang.choose(format!("and {more} more"), format!("另有 {more} 条")));
    }
    out.join(lang.choose(", ", "、"))
}
