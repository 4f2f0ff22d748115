//! What an event says, as one phrase a finance officer understands, in English and Chinese.
//!
//! A noun phrase, so that it stands after "Recorded" and "Would record" alike. Codes rather than
//! names: a receipt is read by whoever typed the codes.

use crate::domain::event::{
    AllocationAdjusted, BalanceCarriedForward, Body, CommitmentMade, DisbursementRecorded,
    FollowOnPledged, Policy, ProjectApproved, RefundReceived, Split,
};
use crate::domain::ids::{Code, Text};
use crate::domain::kinds::{Control, Direction, FollowOnKind, FundKind, RestKind, Role, Stage};
use crate::domain::money::{Amount, Currency};
use crate::words::{self, Lang};

/// Words in one of two languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tongue {
    lang: Lang,
    currency: Currency,
}

impl Tongue {
    /// Words for amounts in `currency`.
    pub(super) fn new(lang: Lang, currency: Currency) -> Self {
        Self { lang, currency }
    }

    /// One of two texts.
    pub(super) fn say(self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.lang {
            Lang::En => en.into(),
            Lang::Zh => zh.into(),
        }
    }

    /// An amount with its currency.
    pub(super) fn money(self, amount: Amount) -> String {
        words::money(&self.currency.money(amount), self.lang)
    }

    /// The phrase of an event.
    pub(super) fn phrase(self, body: &Body) -> String {
        match body {
            Body::LogKeyRotated(_)
            | Body::OfficerEnrolled(_)
            | Body::OfficerRolesChanged(_)
            | Body::OfficerKeyRotated(_)
            | Body::OfficerRevoked(_)
            | Body::ConfidentialErased(_)
            | Body::LedgerRestored(_)
            | Body::AnchorAdopted(_)
            | Body::BreachAcknowledged(_) => self.office(body),
            Body::LedgerOpened(_)
            | Body::PolicyAdopted(_)
            | Body::DistrictRegistered(_)
            | Body::DistrictRetired(_)
            | Body::FundEstablished(_)
            | Body::FundAmended(_)
            | Body::FundClosed(_)
            | Body::ProgrammeRegistered(_)
            | Body::PayeeRegistered(_) => self.master(body),
            Body::AllocationRecorded(_)
            | Body::AllocationAdjusted(_)
            | Body::AllocationTransferred(_)
            | Body::FundsReserved(_)
            | Body::ReservationReleased(_)
            | Body::BalanceCarriedForward(_)
            | Body::BalanceLapsed(_) => self.authority(body),
            Body::ProjectApproved(b) => self.approved(b),
            Body::ProjectCompleted(b) => {
                self.say(format!("project {} completed", b.code), format!("项目 {} 完工", b.code))
            }
            Body::ProjectTerminated(b) => self
                .say(format!("project {} terminated", b.code), format!("项目 {} 终止清算", b.code)),
            Body::ProjectClosedOut(b) => {
                self.say(format!("project {} closed out", b.code), format!("项目 {} 结项", b.code))
            }
            Body::CommitmentMade(_)
            | Body::CommitmentIncreased(_)
            | Body::CommitmentReduced(_)
            | Body::CommitmentClosed(_)
            | Body::DisbursementRecorded(_)
            | Body::RefundReceived(_) => self.work(body),
            Body::FollowOnPledged(b) => self.pledged(b),
            Body::FollowOnPaidIn(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("{amount} paid in on investment {}", b.code),
                    format!("投资 {} 到位 {amount}", b.code),
                )
            }
            Body::FollowOnWithdrawn(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("{amount} of investment {} withdrawn", b.code),
                    format!("投资 {} 撤回 {amount}", b.code),
                )
            }
            Body::EntryReversed(b) => self.say(
                format!("the reversal of @{} ({})", b.entry, b.reason),
                format!("冲销 @{}（{}）", b.entry, b.reason),
            ),
            Body::DocumentAttached(b) => {
                let names: Vec<&str> =
                    b.filing.documents.iter().map(|document| document.name.as_str()).collect();
                let names = names.join(", ");
                self.say(
                    format!("{names} attached to @{}", b.entry),
                    format!("为 @{} 附上 {names}", b.entry),
                )
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`phrase` sends these here")]
    fn master(self, body: &Body) -> String {
        match body {
            Body::LedgerOpened(b) => {
                self.say(format!("the ledger {}", b.name), format!("开立账簿 {}", b.name))
            }
            Body::PolicyAdopted(b) => self.policy(&b.policy),
            Body::DistrictRegistered(b) => self.named("district", "区划", &b.code, &b.name),
            Body::DistrictRetired(b) => match &b.successor {
                Some(next) => self.say(
                    format!("the end of district {}, followed by {next}", b.code),
                    format!("区划 {} 终止，由 {next} 承接", b.code),
                ),
                None => self.say(
                    format!("the end of district {}", b.code),
                    format!("区划 {} 终止", b.code),
                ),
            },
            Body::FundEstablished(b) => {
                let kind = self.fund_kind(b.kind);
                self.say(
                    format!("{kind} fund {} ({})", b.code, b.name),
                    format!("设立{kind} {}（{}）", b.code, b.name),
                )
            }
            Body::FundAmended(b) => {
                self.say(format!("fund {} amended", b.code), format!("资金 {} 信息变更", b.code))
            }
            Body::FundClosed(b) => {
                self.say(format!("the end of fund {}", b.code), format!("资金 {} 撤销", b.code))
            }
            Body::ProgrammeRegistered(b) => self.named("programme", "市级任务", &b.code, &b.name),
            Body::PayeeRegistered(b) => self.named("payee", "收款单位", &b.code, &b.name),
            _ => body.name().to_owned(),
        }
    }

    fn named(self, en: &str, zh: &str, code: &Code, name: &Text) -> String {
        self.say(format!("{en} {code} ({name})"), format!("登记{zh} {code}（{name}）"))
    }

    fn policy(self, policy: &Policy) -> String {
        let control = match policy.control {
            Control::Stop => self.say("stop", "刚性控制"),
            Control::Warn => self.say("warn", "预警"),
            Control::Track => self.say("track", "仅记录"),
        };
        let project = if policy.project_required {
            self.say("a project required", "须有项目")
        } else {
            self.say("no project required", "可无项目")
        };
        self.say(
            format!("the policy: control {control}, {project}"),
            format!("采用制度：{control}，{project}"),
        )
    }

    /// Keys and officers, and what was done to the ledger's files.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`phrase` sends these here")]
    fn office(self, body: &Body) -> String {
        match body {
            Body::LogKeyRotated(b) => {
                let handover = match b.handover {
                    Some(_) => self.say("handed over by the old key", "旧密钥已签字移交"),
                    None => self.say("not handed over by the old key", "旧密钥未移交"),
                };
                self.say(format!("a new log key, {handover}"), format!("更换日志密钥，{handover}"))
            }
            Body::OfficerEnrolled(b) => {
                let roles = self.roles(&b.roles);
                self.say(
                    format!("officer {} as {roles}", b.name),
                    format!("登记经办人 {}（{roles}）", b.name),
                )
            }
            Body::OfficerRolesChanged(b) => {
                let roles = self.roles(&b.roles);
                let limit = b.limit.map(|limit| self.money(limit));
                self.say(
                    format!(
                        "officer no. {} as {roles}{}",
                        b.number,
                        limit.as_ref().map_or(String::new(), |limit| format!(", limit {limit}"))
                    ),
                    format!(
                        "经办人 {} 号的职责改为{roles}{}",
                        b.number,
                        limit.as_ref().map_or(String::new(), |limit| format!("，限额 {limit}"))
                    ),
                )
            }
            Body::OfficerKeyRotated(b) => self.say(
                format!("a new key of officer no. {}", b.number),
                format!("更换经办人 {} 号的密钥", b.number),
            ),
            Body::OfficerRevoked(b) => self.say(
                format!("officer no. {} revoked ({})", b.number, b.reason),
                format!("撤销经办人 {} 号（{}）", b.number, b.reason),
            ),
            Body::ConfidentialErased(b) => self.say(
                format!("the confidential fields of @{} erased ({})", b.entry, b.legal_basis),
                format!("清除 @{} 的保密内容（{}）", b.entry, b.legal_basis),
            ),
            Body::LedgerRestored(b) => self.say(
                format!("the ledger restored from {} at size {}", b.source, b.size),
                format!("账簿自 {} 恢复，共 {} 条", b.source, b.size),
            ),
            Body::AnchorAdopted(b) => self.say(
                format!("the checkpoint of size {} taken as the anchor", b.size),
                format!("以规模 {} 的检查点为锚点", b.size),
            ),
            Body::BreachAcknowledged(b) => self.say(
                format!(
                    "the command of @{}, against {}, acknowledged ({})",
                    b.first, b.rule, b.reason
                ),
                format!("确认 @{} 起违反 {} 的命令（{}）", b.first, b.rule, b.reason),
            ),
            _ => body.name().to_owned(),
        }
    }

    fn roles(self, roles: &[Role]) -> String {
        let role = |role: &Role| match role {
            Role::Maker => self.say("maker", "经办"),
            Role::Approver => self.say("approver", "审批"),
            Role::Auditor => self.say("auditor", "审计"),
            Role::Administrator => self.say("administrator", "管理"),
        };
        let roles: Vec<String> = roles.iter().map(role).collect();
        self.say(roles.join(", "), roles.join("、"))
    }

    fn fund_kind(self, kind: FundKind) -> String {
        match kind {
            FundKind::Special => self.say("special", "专项资金"),
            FundKind::Guidance => self.say("guidance", "引导资金"),
            FundKind::Matching => self.say("matching", "配套资金"),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`phrase` sends these here")]
    fn authority(self, body: &Body) -> String {
        match body {
            Body::AllocationRecorded(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("an allocation of {amount} to {}", b.line),
                    format!("下达指标 {} {amount}", b.line),
                )
            }
            Body::AllocationAdjusted(b) => self.adjusted(b),
            Body::AllocationTransferred(b) => {
                let amount = self.money(b.amount);
                let to = b
                    .to
                    .as_ref()
                    .map_or_else(|| self.say("another ledger", "其他账簿"), ToString::to_string);
                self.say(
                    format!("a transfer of {amount} from {} to {to}", b.from),
                    format!("调剂 {amount}：{} → {to}", b.from),
                )
            }
            Body::FundsReserved(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("{amount} of {} held for project {}", b.line, b.project),
                    format!("为项目 {} 预留 {} {amount}", b.project, b.line),
                )
            }
            Body::ReservationReleased(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("{amount} of {} freed that project {} held", b.line, b.project),
                    format!("释放项目 {} 预留的 {} {amount}", b.project, b.line),
                )
            }
            Body::BalanceCarriedForward(b) => self.carried(b),
            Body::BalanceLapsed(b) => {
                let amount = self.money(b.amount);
                self.say(
                    format!("{amount} of {} lapsed", b.line),
                    format!("{} 结余收回财政 {amount}", b.line),
                )
            }
            _ => body.name().to_owned(),
        }
    }

    fn adjusted(self, b: &AllocationAdjusted) -> String {
        let amount = self.money(b.amount);
        match b.direction {
            Direction::Supplement => self.say(
                format!("a supplement of {amount} to {}", b.line),
                format!("追加指标 {} {amount}", b.line),
            ),
            Direction::Reduction => self.say(
                format!("a reduction of {} by {amount}", b.line),
                format!("追减指标 {} {amount}", b.line),
            ),
        }
    }

    fn carried(self, b: &BalanceCarriedForward) -> String {
        let amount = self.money(b.amount);
        let stage = match b.stage {
            Stage::Reserved => self.say("reserved", "预留"),
            Stage::Committed => self.say("committed", "合同"),
            Stage::Authority
            | Stage::Unreserved
            | Stage::ApprovedUnpaid
            | Stage::Paid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested => self.say("free", "未用"),
        };
        let rest = match b.rest {
            RestKind::CarryOver => self.say("carry-over", "结转"),
            RestKind::Surplus => self.say("surplus", "结余"),
        };
        self.say(
            format!("{amount} {stage} carried from {} to {} as {rest}", b.from, b.to),
            format!("{rest}{stage}资金 {amount}：{} → {}", b.from, b.to),
        )
    }

    fn approved(self, b: &ProjectApproved) -> String {
        let mut out = self.say(
            format!("project {} ({}) approved", b.code, b.title),
            format!("批复项目 {}（{}）", b.code, b.title),
        );
        if let Some(ceiling) = b.ceiling {
            let ceiling = self.money(ceiling);
            out.push_str(
                &self.say(format!(", ceiling {ceiling}"), format!("，批复金额 {ceiling}")),
            );
        }
        if let Some(funding) = Amount::sum(b.funding.iter().map(|f| f.amount)).filter(|a| a.0 != 0)
        {
            let funding = self.money(funding);
            out.push_str(&self.say(format!(", {funding} reserved"), format!("，预留 {funding}")));
        }
        out
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`phrase` sends these here")]
    fn work(self, body: &Body) -> String {
        match body {
            Body::CommitmentMade(b) => self.contract(b),
            Body::CommitmentIncreased(b) => {
                let amount = self.total(&b.splits);
                self.say(
                    format!("contract {} increased by {amount}", b.contract),
                    format!("合同 {} 调增 {amount}", b.contract),
                )
            }
            Body::CommitmentReduced(b) => {
                let amount = self.total(&b.splits);
                self.say(
                    format!("contract {} reduced by {amount}", b.contract),
                    format!("合同 {} 调减 {amount}", b.contract),
                )
            }
            Body::CommitmentClosed(b) => self.say(
                format!("contract {} closed", b.contract),
                format!("合同 {} 办结", b.contract),
            ),
            Body::DisbursementRecorded(b) => self.payment(b),
            Body::RefundReceived(b) => self.refund(b),
            _ => body.name().to_owned(),
        }
    }

    fn contract(self, b: &CommitmentMade) -> String {
        let amount = self.total(&b.splits);
        let mut out = self.say(
            format!("contract {} of {amount}", b.contract),
            format!("合同 {} {amount}", b.contract),
        );
        if let Some(payee) = &b.payee {
            out.push_str(&self.say(format!(" with {payee}"), format!("，收款单位 {payee}")));
        }
        out
    }

    fn payment(self, b: &DisbursementRecorded) -> String {
        let amount = self.total(&b.splits);
        let mut out = self.say(format!("a payment of {amount}"), format!("支付 {amount}"));
        if let Some(payee) = &b.payee {
            out.push_str(&self.say(format!(" to {payee}"), format!("，收款单位 {payee}")));
        }
        if let Some(contract) = &b.commitment {
            out.push_str(
                &self.say(format!(" under contract {contract}"), format!("，合同 {contract}")),
            );
        }
        if let Some(split) = b.splits.first() {
            let voucher = format!("{}/{}/{}", split.line.fund, split.line.year, b.voucher_no);
            out.push_str(&self.say(format!(", voucher {voucher}"), format!("，凭证号 {voucher}")));
        }
        out
    }

    fn refund(self, b: &RefundReceived) -> String {
        let amount = self.total(&b.splits);
        let goes = if b.restores_budget {
            self.say("it can be used again", "恢复额度")
        } else {
            self.say("it goes to the treasury", "缴回国库")
        };
        self.say(
            format!("a refund of {amount} of the payment @{}; {goes}", b.disbursement),
            format!("收到 @{} 的退款 {amount}，{goes}", b.disbursement),
        )
    }

    fn pledged(self, b: &FollowOnPledged) -> String {
        let amount = self.money(b.amount);
        let kind = match b.kind {
            FollowOnKind::Private => self.say("private", "社会资本"),
            FollowOnKind::EnterpriseBuild => self.say("enterprise-built", "带资兴建"),
            FollowOnKind::OwnFunds => self.say("own funds", "自筹"),
            FollowOnKind::OtherPublic => self.say("other public", "其他财政资金"),
            FollowOnKind::InKind => self.say("in kind", "实物"),
        };
        self.say(
            format!(
                "investment {} of {amount} ({kind}) pledged by {} to project {}",
                b.code, b.investor, b.project
            ),
            format!("{} 承诺向项目 {} 投资 {amount}（{kind}，{}）", b.investor, b.project, b.code),
        )
    }

    fn total(self, splits: &[Split]) -> String {
        let sum = Amount::sum(splits.iter().map(|split| split.amount));
        sum.map_or_else(|| "?".to_owned(), |sum| self.money(sum))
    }
}
