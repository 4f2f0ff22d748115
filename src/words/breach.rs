//! Commands that should not be in the ledger.

use super::Lang;
use crate::domain::ids::Text;
use crate::domain::state::Breach;

/// What is said of an entry of one.
#[must_use]
pub fn entry((first, breach): (u64, &Breach), is_void: bool, lang: Lang) -> String {
    let rule = &breach.rule;
    let void = match (lang, is_void) {
        (_, false) => "",
        (Lang::En, true) => "; this entry moved nothing (void)",
        (Lang::Zh, true) => "；本条目未变动任何金额（无效）",
    };
    match (lang, breach.acknowledged) {
        (Lang::En, Some(by)) => {
            format!("the command of @{first} is against {rule}; acknowledged at @{by}{void}")
        }
        (Lang::En, None) => {
            format!("the command of @{first} is against {rule}; nobody acknowledged it{void}")
        }
        (Lang::Zh, Some(by)) => format!("自 @{first} 开始的命令违反 {rule}，已在 @{by} 确认{void}"),
        (Lang::Zh, None) => format!("自 @{first} 开始的命令违反 {rule}，尚未确认{void}"),
    }
}

/// What a report says in its head of one that nobody acknowledged.
#[must_use]
pub fn open(first: u64, rule: &Text, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "BREACH: the command of @{first} is signed, and the rules refuse it ({rule}); nobody \
             acknowledged it (earmark show @{first}; earmark breach acknowledge @{first})"
        ),
        Lang::Zh => format!(
            "违规：自 @{first} 开始的命令已签名，但不合规则（{rule}），尚未确认（earmark show @{first}；earmark \
             breach acknowledge @{first}）"
        ),
    }
}
