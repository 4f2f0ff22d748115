//! What a soft rule looks at, in words.

use super::say::Say as _;
use super::{Lang, money};
use crate::domain::finding::Finding;
use crate::domain::money::Money;

/// The sentence of a finding.
#[must_use]
pub fn finding(finding: &Finding, lang: Lang) -> String {
    let money = |amount: &Money| money(amount, lang);
    let (en, zh) = match finding {
        Finding::BelowZero { leaf, balance } => {
            let (leaf, balance) = (leaf.say(lang), money(balance));
            (format!("{leaf} is below zero: {balance}"), format!("{leaf}透支：{balance}"))
        }
        Finding::AboveCeiling { project, engaged, ceiling } => {
            let (engaged, ceiling) = (money(engaged), money(ceiling));
            (
                format!("project {project} has engaged {engaged}, above its ceiling of {ceiling}"),
                format!("项目 {project} 已用 {engaged}，超过批复金额 {ceiling}"),
            )
        }
        Finding::ReservedAboveCeiling { project, spoken_for, ceiling } => {
            let (taken, ceiling) = (money(spoken_for), money(ceiling));
            (
                format!(
                    "project {project} has {taken} reserved or engaged, above its ceiling of {ceiling}"
                ),
                format!("项目 {project} 已预留和已用共 {taken}，超过批复金额 {ceiling}"),
            )
        }
        Finding::AboveCommitment { contract, excess } => {
            let excess = money(excess);
            (
                format!("paid {excess} more than was committed under {contract} (D13)"),
                format!("合同 {contract} 超付 {excess}（D13）"),
            )
        }
        Finding::OutsideLineYear { line, date } => (
            format!("{date} is outside the fiscal year of line {line}"),
            format!("{date} 不在指标 {line} 的预算年度内"),
        ),
        Finding::NegativeAmount { amount } => {
            let amount = money(amount);
            (format!("negative amount {amount}"), format!("负数金额 {amount}"))
        }
        Finding::OutOfOrder { date, earliest } => (
            format!("{date} is before {earliest}, which it depends on"),
            format!("{date} 早于其所依据的 {earliest}"),
        ),
    };
    lang.choose(en, zh)
}
