//! What may be a slip of the pen, in words.

use super::Lang;
use crate::domain::caution::Caution;

/// The sentence of a caution.
#[must_use]
pub fn caution(caution: &Caution, lang: Lang) -> String {
    let (en, zh) = match caution {
        Caution::OddDay { date, today } => (
            format!("{date} is more than two years from today, {today}"),
            format!("{date} 与今天（{today}）相差两年以上"),
        ),
        Caution::OddYear { year, present } => (
            format!("the fiscal year {year} is more than two years from this one, {present}"),
            format!("预算年度 {year} 与本年度 {present} 相差两年以上"),
        ),
        Caution::BeforeOpening { date, opened_on } => (
            format!("{date} is before the ledger was opened, {opened_on}"),
            format!("{date} 早于账簿开立之日 {opened_on}"),
        ),
        Caution::NothingMoved { voucher: Some(number) } => (
            format!("the amount is zero, and voucher number {number} is used up"),
            format!("金额为零，凭证号 {number} 已占用"),
        ),
        Caution::NothingMoved { voucher: None } => {
            ("the amount is zero".to_owned(), "金额为零".to_owned())
        }
        Caution::NoPayee { contract } => (
            format!("contract {contract} does not say who will be paid"),
            format!("合同 {contract} 未注明收款单位"),
        ),
        Caution::PayeeTwice { other, shared } => (
            format!("payee {other} has {shared} too; one of the two may be meant"),
            format!("收款单位 {other} 也有 {shared}，请确认是否同一单位"),
        ),
    };
    lang.choose(en, zh)
}
