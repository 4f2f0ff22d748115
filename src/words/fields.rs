//! Names of fields and of events in Chinese. In English they are said as schemas/entry.md has them; a
//! test compares the list with what the domain's sources name.

use super::Lang;
use super::say::Say;

/// Fields as rules and differences name them.
const FIELDS: &[(&str, &str)] = &[
    ("account", "账户"),
    ("accounts", "账户"),
    ("agreement", "协议"),
    ("amount", "金额"),
    ("anchor size", "锚点条目数"),
    ("approval_bands", "分级审批"),
    ("approvals", "审批人数"),
    ("bank account", "银行账号"),
    ("causality", "带动关系"),
    ("ceiling", "批复金额"),
    ("class", "类别"),
    ("code", "代码"),
    ("commitment", "合同"),
    ("confidential fields", "保密内容"),
    ("contact", "联系方式"),
    ("contract", "合同"),
    ("control", "控制方式"),
    ("credit_code", "统一社会信用代码"),
    ("currency", "货币"),
    ("direction", "追加或追减"),
    ("disbursement", "原支付"),
    ("district", "区划"),
    ("division", "处室"),
    ("document kind", "文件种类"),
    ("document name", "文件名"),
    ("document_no", "文号"),
    ("documents", "文件"),
    ("due", "到期日"),
    ("duplicate_window_days", "重复支付检查天数"),
    ("duplicates", "重复的支付"),
    ("duplicates_reason", "重复的理由"),
    ("elsewhere", "另一账簿"),
    ("end", "结束"),
    ("entry", "条目"),
    ("exchange rate", "汇率"),
    ("exponent", "小数位数"),
    ("filing", "文件"),
    ("fiscal_year_start_month", "预算年度起始月份"),
    ("follow-on investment", "社会资本投资"),
    ("from", "转出"),
    ("fund", "专项资金"),
    ("funding", "资金安排"),
    ("handover", "交接"),
    ("hash", "摘要"),
    ("head", "末条指纹"),
    ("historical", "历史数据"),
    ("history_before", "历史截止日期"),
    ("identity number", "身份证件号码"),
    ("investor", "投资方"),
    ("key", "公钥"),
    ("kind", "性质"),
    ("label", "账户名称"),
    ("ledger", "账簿"),
    ("legal basis", "法律依据"),
    ("legal_basis", "法律依据"),
    ("level", "级别"),
    ("limit", "限额"),
    ("line", "指标"),
    ("log_key", "日志公钥"),
    ("manager", "主管部门"),
    ("name", "名称"),
    ("name_zh", "中文名称"),
    ("number", "编号"),
    ("occurred_on", "日期"),
    ("officer", "经办人"),
    ("origin", "来源"),
    ("origin year", "来源年度"),
    ("original", "原币"),
    ("original currency", "原币货币"),
    ("pages", "页数"),
    ("parent", "上级区划"),
    ("payee", "收款单位"),
    ("policy", "制度"),
    ("programme", "市级任务"),
    ("project", "项目"),
    ("project_required", "须有项目"),
    ("proof", "持钥证明"),
    ("purpose", "用途"),
    ("purposes", "用途"),
    ("purposes_added", "新增用途"),
    ("amendment", "变更内容"),
    ("rate", "汇率"),
    ("reason", "理由"),
    ("reference", "来文文号"),
    ("rest", "余额性质"),
    ("restored size", "恢复的条目数"),
    ("restores_budget", "恢复额度"),
    ("roles", "角色"),
    ("root", "树根"),
    ("first", "首个条目"),
    ("rule", "规则"),
    ("rule_set_version", "规则集"),
    ("size", "条目数"),
    ("source", "来源"),
    ("source number", "对方编号"),
    ("source of the rate", "汇率来源"),
    ("source_number", "对方编号"),
    ("splits", "资金明细"),
    ("stage", "阶段"),
    ("start", "开始"),
    ("successor", "承接区划"),
    ("target", "调入方"),
    ("the kind of command", "操作种类"),
    ("the number of fields", "字段数"),
    ("title", "名称"),
    ("title_zh", "中文名称"),
    ("to", "转入"),
    ("tolerance_basis_points", "容差（万分之一）"),
    ("tolerance_minor_units", "容差金额"),
    ("tranche", "付款期次"),
    ("tranches", "付款期次"),
    ("transfer_between_purposes", "允许跨用途调剂"),
    ("utc_offset_minutes", "时区"),
    ("valid_from", "启用"),
    ("valid_to", "停用"),
    ("valuation", "评估文件"),
    ("voucher_no", "凭证号"),
    ("what was said and what was left open", "已填与未填的内容"),
    ("year", "年度"),
];

/// Events by their names.
const EVENTS: &[(&str, &str)] = &[
    ("LedgerOpened", "账簿开立"),
    ("LogKeyRotated", "日志密钥更换"),
    ("PolicyAdopted", "制度采用"),
    ("OfficerEnrolled", "经办人登记"),
    ("OfficerRolesChanged", "经办人角色变更"),
    ("OfficerKeyRotated", "经办人密钥更换"),
    ("OfficerRevoked", "经办人撤销"),
    ("DistrictRegistered", "区划登记"),
    ("DistrictRetired", "区划停用"),
    ("FundEstablished", "专项资金设立"),
    ("FundClosed", "专项资金撤销"),
    ("FundAmended", "专项资金信息变更"),
    ("AllocationRecorded", "指标下达"),
    ("AllocationAdjusted", "指标追加追减"),
    ("AllocationTransferred", "指标调剂"),
    ("FundsReserved", "资金预留"),
    ("ReservationReleased", "预留释放"),
    ("ProgrammeRegistered", "市级任务登记"),
    ("ProjectApproved", "项目批复"),
    ("ProjectCompleted", "项目完工"),
    ("ProjectTerminated", "项目终止清算"),
    ("ProjectClosedOut", "项目结项"),
    ("CommitmentMade", "合同签订"),
    ("CommitmentIncreased", "合同调增"),
    ("CommitmentReduced", "合同调减"),
    ("CommitmentClosed", "合同办结"),
    ("PayeeRegistered", "收款单位登记"),
    ("DisbursementRecorded", "支付"),
    ("RefundReceived", "退款"),
    ("FollowOnPledged", "社会资本承诺"),
    ("FollowOnPaidIn", "社会资本到位"),
    ("FollowOnWithdrawn", "社会资本撤回"),
    ("BalanceCarriedForward", "余额结转"),
    ("BalanceLapsed", "结余收回财政"),
    ("EntryReversed", "冲销"),
    ("DocumentAttached", "附件登记"),
    ("ConfidentialErased", "保密内容清除"),
    ("LedgerRestored", "账簿恢复"),
    ("AnchorAdopted", "锚点采用"),
    ("BreachAcknowledged", "违规确认"),
];

fn among(names: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == name).map(|(_, zh)| *zh)
}

/// A field in Chinese, without brackets.
pub(super) fn word(name: &'static str) -> &'static str {
    among(FIELDS, name).unwrap_or(name)
}

/// A field, or several with commas between them. In Chinese in corner brackets; a name of nobody's list
/// stands there as it is.
pub(super) fn field(names: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return names.to_owned();
    }
    let one = |name: &str| format!("「{}」", among(FIELDS, name).unwrap_or(name));
    names.split(", ").map(one).collect::<Vec<_>>().join("、")
}

/// The name of an event.
pub(super) fn event(name: &str, lang: Lang) -> String {
    match lang {
        Lang::En => name.to_owned(),
        Lang::Zh => among(EVENTS, name).unwrap_or(name).to_owned(),
    }
}

/// The domain's fixed words are names of fields.
impl Say for &'static str {
    fn say(&self, lang: Lang) -> String {
        field(self, lang)
    }
}
