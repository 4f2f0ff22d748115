//! The closed lists of events and rejections in words: kinds, what is wrong with a code, what a value may be, what holds
//! money, which rule of order was broken.

use super::Lang;
use super::say::Say;
use crate::domain::kinds::{Control, FollowOnKind, FundKind, RestKind};
use crate::domain::rejection::{
    Allowed, BuiltOn, CarryRule, CodeFault, DateRule, Found, Ground, Holder, KeyOf, Later,
    Numbered, Size, Thing,
};

/// All of a closed list, for tests.
#[cfg(test)]
pub(super) trait All: Sized + 'static {
    /// In the order of the rows.
    const ALL: &[Self];
}

/// A closed list: a row a variant, with both languages.
macro_rules! closed {
    ($($list:ident { $($variant:ident => $en:literal, $zh:literal;)+ })+) => {$(
        impl Say for $list {
            fn say(&self, lang: Lang) -> String {
                match self { $(Self::$variant => lang.choose($en, $zh)),+ }.to_owned()
            }
        }

        #[cfg(test)]
        impl All for $list {
            const ALL: &[Self] = &[$(Self::$variant),+];
        }
    )+};
}

closed! {
    CodeFault {
        Empty => "is empty", "为空";
        TooLong => "has more than 64 characters", "超过 64 个字符";
        Separator => "contains one of : @ =", "含有 : @ = 之一";
        Dash => "begins with -", "以 - 开头";
        Space => "has an outer or a double space", "首尾有空格或中间有连续空格";
        Segment => "has an empty segment between slashes", "斜杠之间有空段";
        Folder => "names a folder; only the file's own name is stored", "带有文件夹；只保存文件自身的名称";
    }
    Size {
        Entries => "entries", "个条目";
        BytesOfEntry => "bytes in an entry", "字节（单个条目）";
        Bytes => "bytes", "字节";
    }
    Numbered {
        Officers => "officer number", "经办人编号";
        Vouchers => "voucher number", "凭证号";
    }
    Later {
        ApprovalBands => "approval bands", "按金额分级审批";
    }
    DateRule {
        UseOfAllocation => "a commitment or payment is not before its allocation", "合同和支付不早于指标下达";
        Increase => "an increase is not before its commitment", "合同调增不早于合同签订";
        Reduction => "a reduction is not before its commitment", "合同调减不早于合同签订";
        Closing => "a closing is not before its commitment", "合同办结不早于合同签订";
        Payment => "a payment is not before its commitment", "支付不早于合同签订";
        Refund => "a refund is not before its payment", "退款不早于原支付";
        Reversal => "a reversal is not before its entry", "冲销不早于原条目";
        Project => "a project ends after it begins", "项目结束不早于开始";
        District => "a district ends after it begins", "区划停用不早于启用";
    }
    Control {
        Stop => "stop", "刚性控制";
        Warn => "warn", "预警";
        Track => "track", "仅记录";
    }
    FundKind {
        Special => "special", "专项资金";
        Guidance => "guidance", "引导资金";
        Matching => "matching", "配套资金";
    }
    FollowOnKind {
        Private => "private", "社会资本";
        EnterpriseBuild => "enterprise-built", "带资兴建";
        OwnFunds => "own funds", "自筹";
        OtherPublic => "other public", "其他财政资金";
        InKind => "in kind", "实物";
    }
    RestKind {
        CarryOver => "carry-over", "结转";
        Surplus => "surplus", "结余";
    }
    CarryRule {
        SameLine => "fund, origin year and class are kept", "资金、来源年度和类别保持不变";
        NextYear => "a balance is carried into the next fiscal year", "余额只结转到下一预算年度";
        Stages => "carried are unreserved money, reserved money of a project, or committed money of a commitment",
            "可结转的是可用指标、项目的预留资金或合同的未付资金";
    }
    Thing {
        Officer => "officer", "经办人";
        District => "district", "区划";
        Programme => "programme", "市级任务";
        Fund => "fund", "专项资金";
        Line => "line", "指标";
        Project => "project", "项目";
        Payee => "payee", "收款单位";
        Commitment => "commitment", "合同";
        FollowOn => "follow-on investment", "社会资本投资";
        Entry => "entry", "条目";
    }
}

impl Say for Allowed {
    fn say(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::Between(least, most) => format!("{least} 至 {most}"),
            Self::Just(number) => number.to_string(),
            Self::YearOfAllocation(year) => format!("{year}，即下达年度"),
            Self::EntriesBefore(size) => format!("{size}，即此前的条目数"),
            Self::AtMostEntriesBefore(size) => format!("至多 {size}，即此前的条目数"),
            Self::Currency => "货币代码（ISO 4217）".to_owned(),
            Self::Origin => "不含协议名、空格和 + 的网址，如 example.org/ledger".to_owned(),
            Self::CreditCode => "18 位且校验位正确（GB 32100）".to_owned(),
            Self::AnotherDistrict => "另一区划".to_owned(),
            Self::AnotherLine => "另一指标".to_owned(),
            Self::AnotherLedger => "另一账簿".to_owned(),
            Self::LineOrLedger => "指标与另一账簿二者择一".to_owned(),
        }
    }
}

impl Say for Found {
    fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Both, Lang::Zh) => "二者皆填".to_owned(),
            (Self::Neither, Lang::Zh) => "二者皆未填".to_owned(),
            (Self::This(_), Lang::Zh) | (_, Lang::En) => self.to_string(),
        }
    }
}

impl Say for KeyOf {
    fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Log, _) => lang.choose("the log's key", "日志密钥").to_owned(),
            (Self::Officer(name), Lang::En) => format!("the key of officer {name}"),
            (Self::Officer(name), Lang::Zh) => format!("经办人 {name} 的密钥"),
        }
    }
}

impl Say for Holder {
    fn say(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::Line(line) => format!("指标 {line}"),
            Self::Project(project) => format!("项目 {project}"),
            Self::ProjectOn { project, line } => format!("指标 {line} 的项目 {project}"),
            Self::Commitment(contract) => format!("合同 {contract}"),
            Self::CommitmentOn { contract, line } => format!("指标 {line} 的合同 {contract}"),
            Self::Payment(entry) => format!("支付 @{entry}"),
            Self::PaymentOn { entry, line } => format!("指标 {line} 的支付 @{entry}"),
            Self::FollowOn(code) => format!("社会资本投资 {code}"),
        }
    }
}

impl Say for Ground {
    fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Account(leaf), Lang::Zh) => leaf.say(lang),
            (Self::Ceiling(project) | Self::Reserved(project), Lang::Zh) => {
                format!("项目 {project} 的批复金额")
            }
            (Self::Built(built), Lang::Zh) => zh_of(built),
        }
    }
}

fn zh_of(built: &BuiltOn) -> String {
    match built {
        BuiltOn::Refunded { .. } => "该笔支付已有退款".to_owned(),
        BuiltOn::Closed { contract } => format!("合同 {contract} 已办结"),
        BuiltOn::Changed { contract } => format!("合同 {contract} 已调增、调减、结转或超额支付"),
        BuiltOn::ClosedOut { project } => format!("项目 {project} 已结项"),
        BuiltOn::Ended { project, status } => {
            format!("项目 {project} 的状态为{}", status.say(Lang::Zh))
        }
        BuiltOn::Reserved { project } => format!("项目 {project} 已增加预留"),
        BuiltOn::Contract { project, contract } => {
            format!("合同 {contract} 属于项目 {project}")
        }
        BuiltOn::Paid { project } => format!("项目 {project} 已有支付"),
        BuiltOn::Investment { project, follow_on } => {
            format!("社会资本投资 {follow_on} 属于项目 {project}")
        }
        BuiltOn::Used { follow_on } => format!("社会资本投资 {follow_on} 已有到位或撤回"),
        BuiltOn::Withdrawn { follow_on } => format!("社会资本投资 {follow_on} 的余额已撤回"),
    }
}
