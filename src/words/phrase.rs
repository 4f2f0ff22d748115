//! What an event says, as one phrase a finance officer understands: one table, a row an event, in both
//! languages.
//!
//! A noun phrase, so that it stands after "Recorded" and "Would record" alike. Codes rather than names: a
//! receipt is read by whoever typed the codes. A row names the fields that its phrases use: as they are, as
//! `money`, by the `total` of splits, `said` as `say` has it; and what it makes of them (`with`).

use super::Lang;
use super::say::Say as _;
use crate::domain::event::{self, Body, Split};
use crate::domain::kinds::{Direction, Stage};
use crate::domain::money::{Amount, Currency};

/// The phrase of an event, with amounts in `currency`.
#[must_use]
pub fn phrase(body: &Body, lang: Lang, currency: Currency) -> String {
    phrase_of(body, Tongue { lang, currency })
}

#[derive(Clone, Copy)]
struct Tongue {
    lang: Lang,
    currency: Currency,
}

impl Tongue {
    fn say(self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.lang {
            Lang::En => en.into(),
            Lang::Zh => zh.into(),
        }
    }

    fn money(self, amount: Amount) -> String {
        super::money(&self.currency.money(amount), self.lang)
    }

    fn total(self, splits: &[Split]) -> String {
        let sum = Amount::sum(splits.iter().map(|split| split.amount));
        sum.map_or_else(|| "?".to_owned(), |sum| self.money(sum))
    }

    /// What is added where a field is there: in English, in Chinese.
    fn also<T>(self, field: Option<T>, words: impl FnOnce(T) -> [String; 2]) -> String {
        let Some([en, zh]) = field.map(words) else { return String::new() };
        self.lang.choose(en, zh)
    }
}

macro_rules! shown {
    ($tongue:ident $field:ident money) => {
        let $field = $tongue.money(*$field);
    };
    ($tongue:ident $field:ident total) => {
        let $field = $tongue.total($field);
    };
    ($tongue:ident $field:ident said) => {
        let $field = $field.say($tongue.lang);
    };
}

macro_rules! table {
    ($tongue:ident; $(
        $name:ident { $($field:ident $(: $how:ident)?),+ } $(with $($made:ident = $value:expr),+;)?
            => $en:literal, $zh:literal;
    )+) => {
        fn phrase_of(body: &Body, $tongue: Tongue) -> String {
            match body {$(
                Body::$name(event::$name { $($field,)+ .. }) => {
                    $($(shown!($tongue $field $how);)?)+
                    $($(let $made = $value;)+)?
                    match $tongue.lang {
                        Lang::En => format!($en),
                        Lang::Zh => format!($zh),
                    }
                }
            )+}
        }
    };
}

table! {
    tongue;

    // Keys, officers, and what was done to the ledger's files.
    LedgerOpened { name } => "the ledger {name}", "开立账簿 {name}";
    LogKeyRotated { handover } with how = match handover {
            Some(_) => tongue.say("handed over by the old key", "旧密钥已签字移交"),
            None => tongue.say("not handed over by the old key", "旧密钥未移交"),
        };
        => "a new log key, {how}", "更换日志密钥，{how}";
    PolicyAdopted { policy } with control = policy.control.say(tongue.lang),
        project = if policy.project_required {
            tongue.say("a project required", "须有项目")
        } else {
            tongue.say("no project required", "可无项目")
        };
        => "the policy: control {control}, {project}", "采用制度：{control}，{project}";
    OfficerEnrolled { name, roles: said } => "officer {name} as {roles}", "登记经办人 {name}（{roles}）";
    OfficerRolesChanged { number, roles: said, limit }
        with limit = tongue.also(limit.map(|limit| tongue.money(limit)), |limit| {
            [format!(", limit {limit}"), format!("，限额 {limit}")]
        });
        => "officer no. {number} as {roles}{limit}", "经办人 {number} 号的职责改为{roles}{limit}";
    OfficerKeyRotated { number } => "a new key of officer no. {number}", "更换经办人 {number} 号的密钥";
    OfficerRevoked { number, reason }
        => "officer no. {number} revoked ({reason})", "撤销经办人 {number} 号（{reason}）";
    ConfidentialErased { entry, legal_basis }
        => "the confidential fields of @{entry} erased ({legal_basis})", "清除 @{entry} 的保密内容（{legal_basis}）";
    LedgerRestored { source, size }
        => "the ledger restored from {source} at size {size}", "账簿自 {source} 恢复，共 {size} 条";
    AnchorAdopted { size }
        => "the checkpoint of size {size} taken as the anchor", "以规模 {size} 的检查点为锚点";
    BreachAcknowledged { first, rule, reason }
        => "the command of @{first}, against {rule}, acknowledged ({reason})",
           "确认 @{first} 起违反 {rule} 的命令（{reason}）";

    // Things with a name.
    DistrictRegistered { code, name } => "district {code} ({name})", "登记区划 {code}（{name}）";
    DistrictRetired { code, successor } with next = tongue.also(successor.as_ref(), |next| {
            [format!(", followed by {next}"), format!("，由 {next} 承接")]
        });
        => "the end of district {code}{next}", "区划 {code} 终止{next}";
    FundEstablished { code, name, kind: said } => "{kind} fund {code} ({name})", "设立{kind} {code}（{name}）";
    FundAmended { code } => "fund {code} amended", "资金 {code} 信息变更";
    FundClosed { code } => "the end of fund {code}", "资金 {code} 撤销";
    ProgrammeRegistered { code, name } => "programme {code} ({name})", "登记市级任务 {code}（{name}）";
    PayeeRegistered { code, name } => "payee {code} ({name})", "登记收款单位 {code}（{name}）";

    // Authority.
    AllocationRecorded { line, amount: money } => "an allocation of {amount} to {line}", "下达指标 {line} {amount}";
    AllocationAdjusted { line, amount: money, direction } with what = match direction {
            Direction::Supplement => tongue.say(
                format!("a supplement of {amount} to {line}"),
                format!("追加指标 {line} {amount}"),
            ),
            Direction::Reduction => tongue.say(
                format!("a reduction of {line} by {amount}"),
                format!("追减指标 {line} {amount}"),
            ),
        };
        => "{what}", "{what}";
    AllocationTransferred { from, to, amount: money } with to = match to {
            Some(to) => to.to_string(),
            None => tongue.say("another ledger", "其他账簿"),
        };
        => "a transfer of {amount} from {from} to {to}", "调剂 {amount}：{from} → {to}";
    FundsReserved { project, line, amount: money }
        => "{amount} of {line} held for project {project}", "为项目 {project} 预留 {line} {amount}";
    ReservationReleased { project, line, amount: money }
        => "{amount} of {line} freed that project {project} held", "释放项目 {project} 预留的 {line} {amount}";
    BalanceCarriedForward { from, to, amount: money, stage, rest: said }
        with stage = if *stage == Stage::Reserved {
            tongue.say("reserved", "预留")
        } else if *stage == Stage::Committed {
            tongue.say("committed", "合同")
        } else {
            tongue.say("free", "未用")
        };
        => "{amount} {stage} carried from {from} to {to} as {rest}", "{rest}{stage}资金 {amount}：{from} → {to}";
    BalanceLapsed { line, amount: money } => "{amount} of {line} lapsed", "{line} 结余收回财政 {amount}";

    // Projects, contracts, payments, investments.
    ProjectApproved { code, title, ceiling, funding }
        with ceiling = tongue.also(ceiling.map(|ceiling| tongue.money(ceiling)), |ceiling| {
            [format!(", ceiling {ceiling}"), format!("，批复金额 {ceiling}")]
        }),
        funding = Amount::sum(funding.iter().map(|part| part.amount)).filter(|sum| sum.0 != 0),
        funding = tongue.also(funding.map(|sum| tongue.money(sum)), |sum| {
            [format!(", {sum} reserved"), format!("，预留 {sum}")]
        });
        => "project {code} ({title}) approved{ceiling}{funding}", "批复项目 {code}（{title}）{ceiling}{funding}";
    ProjectCompleted { code } => "project {code} completed", "项目 {code} 完工";
    ProjectTerminated { code } => "project {code} terminated", "项目 {code} 终止清算";
    ProjectClosedOut { code } => "project {code} closed out", "项目 {code} 结项";
    CommitmentMade { contract, payee, splits: total } with payee = tongue.also(payee.as_ref(), |payee| {
            [format!(" with {payee}"), format!("，收款单位 {payee}")]
        });
        => "contract {contract} of {splits}{payee}", "合同 {contract} {splits}{payee}";
    CommitmentIncreased { contract, splits: total }
        => "contract {contract} increased by {splits}", "合同 {contract} 调增 {splits}";
    CommitmentReduced { contract, splits: total }
        => "contract {contract} reduced by {splits}", "合同 {contract} 调减 {splits}";
    CommitmentClosed { contract } => "contract {contract} closed", "合同 {contract} 办结";
    DisbursementRecorded { splits, payee, commitment, voucher_no }
        with amount = tongue.total(splits),
        payee = tongue.also(payee.as_ref(), |payee| {
            [format!(" to {payee}"), format!("，收款单位 {payee}")]
        }),
        contract = tongue.also(commitment.as_ref(), |contract| {
            [format!(" under contract {contract}"), format!("，合同 {contract}")]
        }),
        voucher = tongue.also(splits.first(), |split| {
            let voucher = format!("{}/{}/{voucher_no}", split.line.fund, split.line.year);
            [format!(", voucher {voucher}"), format!("，凭证号 {voucher}")]
        });
        => "a payment of {amount}{payee}{contract}{voucher}", "支付 {amount}{payee}{contract}{voucher}";
    RefundReceived { disbursement, splits: total, restores_budget } with goes = if *restores_budget {
            tongue.say("it can be used again", "恢复额度")
        } else {
            tongue.say("it goes to the treasury", "缴回国库")
        };
        => "a refund of {splits} of the payment @{disbursement}; {goes}", "收到 @{disbursement} 的退款 {splits}，{goes}";
    FollowOnPledged { code, project, investor, kind: said, amount: money }
        => "investment {code} of {amount} ({kind}) pledged by {investor} to project {project}",
           "{investor} 承诺向项目 {project} 投资 {amount}（{kind}，{code}）";
    FollowOnPaidIn { code, amount: money } => "{amount} paid in on investment {code}", "投资 {code} 到位 {amount}";
    FollowOnWithdrawn { code, amount: money } => "{amount} of investment {code} withdrawn", "投资 {code} 撤回 {amount}";

    // Entries about entries.
    EntryReversed { entry, reason } => "the reversal of @{entry} ({reason})", "冲销 @{entry}（{reason}）";
    DocumentAttached { entry, filing }
        with names = filing.documents.iter().map(|document| document.name.as_str()),
        names = names.collect::<Vec<_>>().join(", ");
        => "{names} attached to @{entry}", "为 @{entry} 附上 {names}";
}
