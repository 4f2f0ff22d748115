//! Every label of reports in English and Chinese, in one table: columns by key, words by themselves, titles by
//! `report:` and the report's name.

use super::Lang;

/// Key, English, Chinese. Sorted by nothing but subject.
const LABELS: &[(&str, &str, &str)] = &[
    ("report:balance", "Balances", "指标余额表"),
    ("report:balance-leaf", "Balances by leaf", "分户余额表"),
    ("report:balance-payee", "Balances by payee", "收款单位余额表"),
    ("report:commitments", "Commitments", "合同台账"),
    ("report:districts", "Districts", "区划"),
    ("report:execution", "Budget execution", "预算执行情况表"),
    ("report:findings", "Findings", "疑点清单"),
    ("report:follow-on", "Follow-on investment", "社会资本台账"),
    ("report:funds", "Funds", "专项资金"),
    ("report:leverage", "Leverage", "资金撬动情况表"),
    ("report:officers", "Officers", "经办人员"),
    ("report:payees", "Payees", "收款单位"),
    ("report:programmes", "Programmes", "市级任务"),
    ("report:projects", "Projects", "项目"),
    ("report:register", "Register", "明细账"),
    ("fund", "Fund", "资金"),
    ("funds", "Funds", "资金"),
    ("year", "Year", "年度"),
    ("line", "Line", "指标"),
    ("to_line", "To line", "调入指标"),
    ("origin", "Origin", "来源年度"),
    ("class", "Class", "类别"),
    ("project", "Project", "项目"),
    ("projects", "Projects", "项目数"),
    ("project_codes", "Projects", "项目"),
    ("district", "District", "区划"),
    ("commitment", "Contract", "合同"),
    ("payee", "Payee", "收款单位"),
    ("programme", "Programme", "市级任务"),
    ("follow_on", "Follow-on", "社会资本"),
    ("name", "Name", "名称"),
    ("name_zh", "Chinese name", "名称"),
    ("title", "Title", "名称"),
    ("title_zh", "Chinese title", "名称"),
    ("allocated", "Allocated", "下达指标"),
    ("adjustments", "Adjustments", "追加追减"),
    ("transfers_net", "Transfers", "调剂"),
    ("carried_in", "Carried in", "上年结转"),
    ("funded", "Funded", "下达到项目"),
    ("budget_final", "Final budget", "调整后预算数"),
    ("reserved", "Reserved", "已预留"),
    ("committed", "Committed", "合同未付"),
    ("approved_unpaid", "Approved", "已批未付"),
    ("paid_net", "Paid", "已支付"),
    ("refunded_out", "Refunded", "缴回国库"),
    ("carried_out", "Carried out", "结转下年"),
    ("lapsed", "Lapsed", "结余收回财政"),
    ("available", "Available", "可用指标"),
    ("execution_rate", "Executed %", "执行率%"),
    ("time_progress", "Time %", "序时进度%"),
    ("deviation", "Deviation", "偏差（百分点）"),
    ("below_zero", "!", "！"),
    ("ceiling", "Ceiling", "批复金额"),
    ("amount", "Amount", "金额"),
    ("balance", "Balance", "余额"),
    ("private_pledged", "Private pledged", "社会资本承诺"),
    ("private_paid_in", "Private paid in", "社会资本到位"),
    ("enterprise_build_pledged", "Enterprise-built pledged", "带资兴建承诺"),
    ("enterprise_build_paid_in", "Enterprise-built paid in", "带资兴建到位"),
    ("own_funds_pledged", "Own funds pledged", "自筹承诺"),
    ("own_funds_paid_in", "Own funds paid in", "自筹到位"),
    ("other_public_pledged", "Other public pledged", "其他财政承诺"),
    ("other_public_paid_in", "Other public paid in", "其他财政到位"),
    ("in_kind_pledged", "In kind pledged", "实物承诺"),
    ("in_kind_paid_in", "In kind paid in", "实物到位"),
    ("leverage_own_pledged", "Own pledged %", "撬动倍数（本级·承诺）%"),
    ("leverage_own_paid", "Own paid %", "撬动倍数（本级·到位）%"),
    ("leverage_public_pledged", "Public pledged %", "撬动倍数（财政·承诺）%"),
    ("leverage_public_paid", "Public paid %", "撬动倍数（财政·到位）%"),
    ("multiplier_pledged", "Multiplier pledged %", "放大倍数（承诺）%"),
    ("multiplier_paid", "Multiplier paid %", "放大倍数（到位）%"),
    ("investor", "Investor", "投资方"),
    ("pledged_on", "Pledged on", "承诺日期"),
    ("pledged", "Pledged", "承诺"),
    ("paid_in", "Paid in", "到位"),
    ("withdrawn", "Withdrawn", "撤回"),
    ("not_paid_in_yet", "Not paid in yet", "未到位"),
    ("word:paid_in", "paid in", "已到位"),
    ("word:withdrawn", "withdrawn", "已撤回"),
    ("private", "private", "社会资本"),
    ("enterprise_build", "enterprise-built", "带资兴建"),
    ("own_funds", "own funds", "自筹"),
    ("other_public", "other public money", "其他财政资金"),
    ("in_kind", "in kind", "实物"),
    ("pledge_fulfilment", "Pledges fulfilled %", "到位率%"),
    ("code", "Code", "代码"),
    ("account", "Account", "科目"),
    ("entry", "Entry", "序号"),
    ("occurred_on", "Date", "日期"),
    ("recorded_at", "Recorded", "记账时间"),
    ("type", "Type", "类型"),
    ("from", "From", "转出"),
    ("to", "To", "转入"),
    ("cites", "Cites", "对应序号"),
    ("document_no", "Document", "文号"),
    ("officer", "Officer", "经办人"),
    ("historical", "History", "历史"),
    ("voucher", "Voucher", "凭证号"),
    ("source_number", "Their number", "对方编号"),
    ("recorded_on", "Recorded on", "记账日期"),
    ("reversed_by", "Reversed", "冲销"),
    ("reversed_amount", "Of it reversed", "其中已冲销"),
    ("word:reversed", "reversed", "已冲销"),
    ("stage", "Stage", "资金状态"),
    ("status", "Status", "状态"),
    ("kind", "Kind", "性质"),
    ("level", "Level", "级别"),
    ("above", "Above", "上级"),
    ("purpose", "Purpose", "用途"),
    ("purposes", "Purposes", "用途"),
    ("manager", "Manager", "主管部门"),
    ("established_on", "Established", "设立日期"),
    ("approved_on", "Approved on", "批复日期"),
    ("made_on", "Made on", "签订日期"),
    ("start", "Start", "开始"),
    ("end", "End", "结束"),
    ("valid_from", "Valid from", "启用"),
    ("valid_to", "Valid to", "停用"),
    ("successor", "Successor", "并入"),
    ("credit_code", "Credit code", "统一社会信用代码"),
    ("number", "No.", "编号"),
    ("since", "Since entry", "始于序号"),
    ("revoked", "Revoked at", "撤销于序号"),
    ("key_since", "Key since", "公钥始于"),
    ("key", "Key", "公钥"),
    ("roles", "Roles", "角色"),
    ("limit", "Limit", "限额"),
    ("authority", "authority", "预算"),
    ("unreserved", "unreserved", "可用指标"),
    ("paid", "paid", "已支付"),
    ("invested", "invested", "股权"),
    ("proposed", "proposed", "申报"),
    ("approved", "approved", "已批复"),
    ("suspended", "suspended", "暂停"),
    ("completed", "completed", "已完工"),
    ("terminated", "terminated", "终止清算"),
    ("closed_out", "closed out", "已结项"),
    ("rejected", "rejected", "未批"),
    ("open", "open", "执行中"),
    ("closed", "closed", "已办结"),
    ("special", "special", "专项"),
    ("guidance", "guidance", "引导"),
    ("matching", "matching", "配套"),
    ("city", "city", "市"),
    ("street", "street", "街道"),
    ("word:reserved", "reserved", "已预留"),
    ("word:committed", "committed", "合同未付"),
    ("word:approved_unpaid", "approved", "已批未付"),
    ("word:refunded_out", "refunded", "缴回国库"),
    ("word:carried_out", "carried out", "结转下年"),
    ("word:lapsed", "lapsed", "结余收回财政"),
    ("word:district", "district", "区县"),
    ("word:below_zero", "below zero", "透支"),
    ("negative_amount", "negative amount", "负数金额"),
    ("above_ceiling", "above ceiling", "超批复金额"),
    ("above_commitment", "above contract", "超合同支付"),
    ("outside_line_year", "outside the line's year", "超出指标年度"),
    ("out_of_order", "out of order", "日期颠倒"),
    ("message", "In words", "说明"),
    ("total", "Total", "合计"),
    ("none", "(none)", "（无）"),
    ("not_applicable", "n/a", "不适用"),
    ("yes", "yes", "是"),
    ("entries", "entries", "条目"),
    ("head", "head", "末条指纹"),
    (
        "identity:not_pinned",
        "identity: not pinned; nothing outside says whose log this is (earmark verify --log-key VKEY)",
        "公钥未经外部核实：没有来自外部的凭据说明这是谁的日志（earmark verify --log-key VKEY）",
    ),
    ("as_of", "as of", "截至"),
    ("as_known_at", "as known at", "按已知条目"),
    ("filter", "filter", "筛选"),
    ("unit", "amounts in", "单位："),
    ("nothing", "no rows", "无数据"),
    ("about", "About", "关于"),
    ("about:report", "Report", "报表"),
    ("about:ledger", "Ledger", "账簿"),
    ("about:ledger_id", "Ledger id", "账簿编号"),
    ("about:size", "Entries", "条目数"),
    ("about:recorded_at", "Last recorded (UTC)", "末条记账时间（UTC）"),
    ("about:all", "all", "全部"),
    ("about:none", "none", "无"),
    ("about:unit", "Amounts in", "金额单位"),
    ("about:identity", "Identity", "日志身份"),
    ("about:pinned", "pinned on this machine", "公钥已在本机登记"),
    ("about:breach", "Open breach", "未确认的违规"),
    ("about:note", "Note", "附注"),
    ("about:column", "Column", "列名"),
    ("about:key", "its name in data", "数据中的名称"),
    ("about:sheet", "Fields", "字段说明"),
    ("about:field", "Column", "列名"),
    ("about:needed", "Required", "必填"),
    ("about:kind", "Holds", "类型"),
    ("about:choices", "One of", "可选值"),
    ("about:meaning", "What it is", "说明"),
];

impl Lang {
    /// The label of a key, if there is one.
    #[must_use]
    pub fn find(self, key: &str) -> Option<&'static str> {
        let (_, en, zh) = LABELS.iter().find(|(name, _, _)| *name == key)?;
        Some(match self {
            Self::En => en,
            Self::Zh => zh,
        })
    }

    /// The label of a key; the key itself where there is none.
    #[must_use]
    pub fn label(self, key: &str) -> &str {
        self.find(key).unwrap_or(key)
    }

    /// A word of the data, in this language.
    #[must_use]
    pub fn word(self, word: &str) -> &str {
        self.find(&format!("word:{word}")).or_else(|| self.find(word)).unwrap_or(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::{FollowOnKind, FundKind, Level, ProjectStatus, Stage};

    #[test]
    fn each_key_has_one_label() {
        let mut keys: Vec<&str> = LABELS.iter().map(|(key, _, _)| *key).collect();
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert!(LABELS.iter().all(|(_, en, zh)| !en.is_empty() && !zh.is_empty()));
    }

    #[test]
    fn each_word_of_the_domain_has_a_label_in_chinese() {
        let words = (Stage::ALL.iter().map(|w| w.text()))
            .chain(ProjectStatus::ALL.iter().map(|w| w.text()))
            .chain(FundKind::ALL.iter().map(|w| w.text()))
            .chain(Level::ALL.iter().map(|w| w.text()))
            .chain(FollowOnKind::ALL.iter().map(|w| w.text()));
        for word in words {
            assert!(!Lang::Zh.word(word).is_ascii(), "{word}");
        }
        assert_eq!(Lang::En.word("district"), "district");
        assert_eq!(Lang::En.label("district"), "District");
    }
}
