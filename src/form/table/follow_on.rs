//! Forms of follow-on investment.

use super::{FieldSpec, Form, REASON, fields, flag, form, place, said};
use crate::domain::command::{Command, WithdrawFollowOn};
use crate::domain::event::{FollowOnPaidIn, FollowOnPledged};
use crate::domain::kinds::FollowOnKind;
use crate::form::field::{Act, Field, Kind};
use crate::form::thing::ThingSort;

const INVESTMENT: FieldSpec =
    place("CODE", Field::Code, Kind::Code(ThingSort::FollowOn), "The investment", "投资");

pub(super) static PLEDGE: Form = form(
    Act::FollowOnPledge,
    said("Record a promise to invest", "登记社会资本承诺"),
    &["follow-on pledge INV-1 --project CARD --investor 示例软件企业甲 --kind enterprise_build --amount 600万"],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::FollowOn), "Its code", "代码"),
        flag(Field::Project, Kind::Code(ThingSort::Project), "The project that drew it", "带动该投资的项目").needed(),
        flag(Field::Investor, Kind::Text, "Who invests", "投资方").needed(),
        flag(Field::Kind, Kind::Choice(&["private", "enterprise_build", "own_funds", "other_public", "in_kind"]), "Its kind", "性质").needed(),
        flag(Field::Amount, Kind::Amount, "How much", "金额").needed(),
        flag(Field::Valuation, Kind::Document, "The valuation, by its SHA-256; required for in_kind", "评估文件，登记其 SHA-256；实物投资必填"),
        flag(Field::Agreement, Kind::Text, "The agreement's number or title", "协议编号或名称"),
        flag(Field::Causality, Kind::Text, "What shows that the public money drew it", "财政资金带动该投资的依据"),
    },
    |f| {
        let mut filing = f.filing();
        // The valuation is filed as a document too, so that its name is kept beside its hash.
        let valuation = f.values.documents(Field::Valuation).unwrap_or_default();
        let hash = valuation.first().map(|document| document.hash);
        filing.documents.extend(valuation);
        Ok(Command::PledgeFollowOn(FollowOnPledged {
            code: f.code(Field::Code)?,
            project: f.code(Field::Project)?,
            investor: f.text(Field::Investor)?,
            kind: f.word(Field::Kind, FollowOnKind::from_text)?,
            amount: f.amount(Field::Amount)?,
            original: None,
            valuation: hash,
            agreement: f.text_or(Field::Agreement),
            causality: f.text_or(Field::Causality),
            filing,
        }))
    },
)
.imported_too()
.with_more(
    "Kinds: private; enterprise_build (带资兴建); own_funds (自筹); other_public (其他财政资金); in_kind (实物, with --valuation).\nPrivate money is private and enterprise_build; the others have columns of their own in `report leverage`.",
    "性质：private 社会资本；enterprise_build 带资兴建；own_funds 自筹；other_public 其他财政资金；in_kind 实物（须有 --valuation）。\nprivate 和 enterprise_build 计入社会资本；其余在 `report leverage` 中另列。",
);

pub(super) static PAY_IN: Form = form(
    Act::FollowOnPayIn,
    said("Record that part of a pledge was paid in", "登记承诺资金到位"),
    &["follow-on pay-in INV-1 250万 --on 2002-09-12"],
    &[INVESTMENT, place("AMOUNT", Field::Amount, Kind::Amount, "How much", "金额")],
    |f| {
        let (code, amount) = (f.code(Field::Code)?, f.amount(Field::Amount)?);
        Ok(Command::PayInFollowOn(FollowOnPaidIn { code, amount, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static WITHDRAW: Form = form(
    Act::FollowOnWithdraw,
    said("Record that the unpaid rest of a pledge was withdrawn", "登记撤回承诺中未到位的部分"),
    &["follow-on withdraw INV-1 350万 --reason \"investor left\""],
    fields! {
        INVESTMENT,
        place("AMOUNT", Field::Amount, Kind::Amount, "The unpaid rest, as a check [default: whatever it is]", "未到位的金额，用于核对［默认：以账簿为准］").optional().typed_only(),
        REASON,
    },
    |f| {
        Ok(Command::WithdrawFollowOn(WithdrawFollowOn {
            code: f.code(Field::Code)?,
            amount: f.amount_or(Field::Amount),
            reason: f.text_or(Field::Reason),
            filing: f.filing(),
        }))
    },
)
.imported_too();
