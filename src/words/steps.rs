//! What a next step is called: a verb or a flag on the command line, an input or a page's title elsewhere.

use super::say::Say;
use super::{Lang, Surface, fields};
use crate::domain::rejection::{Input, List, NextStep, Setting, Thing, Verb};

/// As typed, and as a page calls it in English and in Chinese.
type Names = (&'static str, &'static str, &'static str);

/// The name of a step; `quoted` where a command stands in the middle of a sentence.
pub(super) fn name(step: &NextStep, lang: Lang, surface: Surface, quoted: bool) -> String {
    let (typed, titled) = names(step, lang);
    match (surface, quoted) {
        (Surface::Web, _) => titled,
        (Surface::CommandLine, true) => format!("`{typed}`"),
        (Surface::CommandLine, false) => typed,
    }
}

/// As typed, and as a page has it.
fn names(step: &NextStep, lang: Lang) -> (String, String) {
    match step {
        NextStep::Look(List::Of(thing)) => fixed(list(*thing), lang),
        NextStep::Look(List::Payments) => {
            let payments = "earmark register type:disbursement";
            fixed((payments, "Register: payments", "明细账：支付"), lang)
        }
        NextStep::Look(List::Card) => fixed(("earmark show", "Details", "详情"), lang),
        NextStep::Show(thing, name) => {
            (format!("earmark show {name}"), title(&format!("{} {name}", thing.say(lang)), lang))
        }
        NextStep::Say(said) => fixed(input(*said), lang),
        NextStep::Correct(field) => {
            let label = lang.choose(field.replace('_', " "), fields::word(field).to_owned());
            ((*field).to_owned(), title(&label, lang))
        }
        NextStep::Do(verb) => fixed(done(*verb), lang),
        NextStep::ReverseAll(entry) => {
            let dry = lang.choose(" (--dry-run shows it)", "（加 --dry-run 为预演，不入账）");
            let en = format!("reverse @{entry} with all that builds on it");
            let typed = format!("earmark reverse @{entry} --with-dependents --reason TEXT{dry}");
            (typed, title(&lang.choose(en, format!("冲销 @{entry} 及其后续条目")), lang))
        }
        NextStep::Ask(role) => (role.say(lang), role.say(lang)),
        NextStep::Adopt(setting) => fixed(adopted(*setting), lang),
        NextStep::AcceptClock(day) => {
            let (typed, titled) = fixed(input(Input::Clock), lang);
            let space = lang.choose(" ", "");
            (format!("{typed} {day}"), format!("{titled}{space}{day}"))
        }
        NextStep::Again => fixed(("", "Send again", "重新提交"), lang),
        NextStep::Upgrade | NextStep::LeaveOut => {
            let program = lang.choose("the program", "程序").to_owned();
            (lang.choose("earmark".to_owned(), program.clone()), program)
        }
    }
}

fn fixed((typed, en, zh): Names, lang: Lang) -> (String, String) {
    (typed.to_owned(), title(lang.choose(en, zh), lang))
}

/// An input or a page by its title.
fn title(name: &str, lang: Lang) -> String {
    lang.choose(format!("“{name}”"), format!("「{name}」"))
}

fn list(thing: Thing) -> Names {
    match thing {
        Thing::Officer => ("earmark officer list", "Officers", "经办人员"),
        Thing::District => ("earmark district register", "Districts", "区划"),
        Thing::Programme => ("earmark programme register", "Programmes", "市级任务"),
        Thing::Fund => ("earmark funds", "Funds", "专项资金"),
        Thing::Line => ("earmark balance --by line", "Balances by line", "指标余额表"),
        Thing::Project => ("earmark projects", "Projects", "项目"),
        Thing::Payee => ("earmark payees", "Payees", "收款单位"),
        Thing::Commitment => ("earmark commitments", "Commitments", "合同台账"),
        Thing::FollowOn => {
            ("earmark register type:follow-on", "Register: follow-on", "明细账：社会资本")
        }
        Thing::Entry => ("earmark register", "Register", "明细账"),
    }
}

fn input(said: Input) -> Names {
    match said {
        Input::OccurredOn => ("--on", "Date", "日期"),
        Input::Lines => ("--from LINE=AMOUNT", "Lines and amounts", "指标与金额"),
        Input::Project => ("--project", "Project", "项目"),
        Input::Payee => ("--payee", "Payee", "收款单位"),
        Input::Purpose => ("--purpose", "Purpose", "用途"),
        Input::Valuation => ("--valuation FILE", "Valuation", "评估文件"),
        Input::Officer => ("--officer NAME", "Officer", "经办人"),
        Input::CommandId => ("--command-id", "Command id", "操作编号"),
        Input::Historical => ("historical", "History", "历史数据"),
        Input::Clock => ("--accept-clock", "Day of the clock", "时钟当日"),
    }
}

fn done(verb: Verb) -> Names {
    match verb {
        Verb::OpenLedger => ("earmark init", "Open a ledger", "开立账簿"),
        Verb::MakeKey => ("earmark key new", "New key", "新建密钥"),
        Verb::EnrolOfficer => ("earmark officer enroll", "Enrol an officer", "登记经办人"),
        Verb::ChangeRoles => ("earmark officer roles NAME --role …", "Roles", "变更角色"),
        Verb::Supplement => ("earmark allocation supplement", "Supplement a line", "追加指标"),
        Verb::Adjust => {
            ("earmark allocation supplement|reduce", "Supplement or reduce", "追加追减")
        }
        Verb::CarryForward => ("earmark allocation carry", "Carry forward", "结转下年"),
        Verb::Release => ("earmark reservation release", "Release", "解除预留"),
        Verb::Reserve => ("earmark reservation make", "Reserve", "预留"),
        Verb::IncreaseCommitment => {
            ("earmark commitment increase", "Increase a contract", "合同调增")
        }
        Verb::Pledge => ("earmark follow-on pledge", "Pledge", "登记承诺"),
        Verb::Reverse => ("earmark reverse", "Reverse", "冲销"),
    }
}

fn adopted(setting: Setting) -> Names {
    match setting {
        Setting::HistoryBefore => ("history_before", "history before", "历史截止日期"),
        Setting::NoProjectRequired => {
            ("project_required = false", "no project required", "可无项目")
        }
        Setting::TransferBetweenPurposes => {
            ("transfer_between_purposes = true", "transfers between purposes", "允许跨用途调剂")
        }
    }
}
