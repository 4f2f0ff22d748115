//! What a rule says, and what can be done next: one table, a row a refusal, in both languages.
//!
//! A row names the fields that its sentences use, each said as `say` has it: `project: Some` is what is
//! inside, `kind: event` the name of an event, `code: raw`
//! what the row says otherwise (`with`), `project: (None)` only that. Then stand the rule in English
//! and in Chinese, and the next step likewise, or nothing where nothing has to be done. `{step}` is the
//! first of the domain's next steps by its name on the reader's surface, `{shown}` the same in the midst
//! of a sentence, `{step2}`, `{shown2}` and `{step3}` those after it.

use super::parts::{guess, lateness, signer, wanted};
use super::say::Say;
use super::{Lang, Surface, dependents, fields, steps};
use crate::domain::calendar::Date;
use crate::domain::event::RULE_SET;
use crate::domain::rejection::{LimitKind, Rejection, Thing};

/// The event that undoes others.
const REVERSAL: &str = "EntryReversed";

/// A refusal in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule, with the figures.
    pub rule: String,
    /// What can be done next, where there is something to say.
    pub next: Option<String>,
}

macro_rules! held {
    ($field:ident) => {
        $field
    };
    ($field:ident Some) => {
        Some($field)
    };
    ($field:ident event) => {
        $field
    };
    ($field:ident raw) => {
        $field
    };
    ($field:ident ($only:pat)) => {
        $only
    };
}

macro_rules! say {
    ($lang:ident $field:ident) => {
        let $field = $field.say($lang);
    };
    ($lang:ident $field:ident Some) => {
        let $field = $field.say($lang);
    };
    ($lang:ident $field:ident event) => {
        let $field = fields::event($field, $lang);
    };
    ($lang:ident $field:ident raw) => {};
    ($lang:ident $field:ident ($only:pat)) => {};
}

macro_rules! table {
    (
        fn $table:ident($rejection:ident, $lang:ident, $surface:ident, $steps:pat); $(
            $name:ident $({ $($field:ident $(: $how:tt)?),+ })? $(with $($made:ident = $value:expr),+;)?
                => $en:literal, $zh:literal; $next_en:literal, $next_zh:literal;
        )+
    ) => {
        /// The rule and the next step.
        fn $table(
            $rejection: &Rejection,
            $lang: Lang,
            $surface: Surface,
            $steps: &[String; 5],
        ) -> (String, String) {
            match $rejection {$(
                Rejection::$name $({ $($field: held!($field $($how)?),)+ .. })? => {
                    $($(let $made = $value;)+)?
                    $($(say!($lang $field $($how)?);)+)?
                    match $lang {
                        Lang::En => (format!($en), format!($next_en)),
                        Lang::Zh => (format!($zh), format!($next_zh)),
                    }
                }
            )+}
        }
    };
}

/// A rejection in the reader's language, by what can be named on the surface.
#[must_use]
pub fn refusal(rejection: &Rejection, lang: Lang, surface: Surface) -> Refusal {
    let steps = rejection.next();
    let named = |place: usize, quoted: bool| {
        steps.get(place).map_or_else(String::new, |step| steps::name(step, lang, surface, quoted))
    };
    let names = [named(0, false), named(0, true), named(1, false), named(1, true), named(2, false)];
    let (rule, next) = said(rejection, lang, surface, &names);
    Refusal { rule, next: Some(next).filter(|next| !next.is_empty()) }
}

table! {
    fn said(rejection, lang, surface, [step, shown, step2, shown2, step3]);

    // Form.
    TextEmpty { field }
        => "{field} must not be empty", "{field}不能为空";
           "fill it in", "请填写";
    TextTooLong { field, bytes, max_bytes }
        => "{field} has {bytes} bytes; at most {max_bytes} are allowed",
           "{field}有 {bytes} 字节，至多 {max_bytes} 字节";
           "shorten it, or attach the long text as a document", "请缩短，或把长文本作为附件附上";
    TextNotAllowed { field, code_point }
        => "{field} contains {code_point}; control, direction, line-separator and unassigned \
            characters are not allowed",
           "{field}含有字符 {code_point}；不得有控制符、方向符、行分隔符和未分配的字符";
           "take that character out", "请删去该字符";
    TextNotNormalised { field }
        => "{field} is not in Unicode form NFC", "{field}未采用组合字符形式（NFC）";
           "write it with composed characters (NFC)", "请改用组合字符（NFC）";
    CharacterHidden { field, code_point }
        => "{field} contains {code_point}, which cannot be seen or looks different elsewhere; whoever \
            reads a code has to see all of it",
           "{field}含有字符 {code_point}，该字符不可见或各处显示不同；代码须能看清全部字符";
           "take that character out", "请删去该字符";
    TextPadded { field, code_point }
        => "{field} begins or ends with {code_point}, which cannot be seen there",
           "{field}首尾有字符 {code_point}，在该处不可见";
           "take it off at both ends", "请删去首尾的该字符";
    CodeNotAllowed { field, code: raw, why } with code = format!("{:?}", code.as_str());
        => "the {field} code {code} {why}", "{field}代码 {code} {why}";
           "a code has 1 to 64 characters, none of : @ =, no leading -, no outer or double space",
           "代码为 1 至 64 个字符，不含 : @ =，不以 - 开头，首尾无空格，中间无连续空格";
    OutOfRange { field, found, allowed }
        => "{field} is {found}; allowed is {allowed}", "{field}现为：{found}；应为：{allowed}"; "", "";
    NegativeAmount { amount }
        => "{amount} is negative; only contracts and payments of a historical import may be",
           "金额 {amount}，为负数；只有历史数据中的合同和支付可以为负";
           "less money is a reduction, a refund or a reversal, with a positive amount",
           "减少资金请用追减、退款或冲销，金额填正数";
    Overflow
        => "a sum is beyond what the ledger can count", "合计超出账簿可计的范围";
           "look for digits too many in the amounts", "请检查金额是否多写了位数";
    SumDiffers { whole, parts }
        => "the parts add up to {parts}, not to {whole}", "各项合计 {parts}，总额 {whole}，二者不符";
           "make the parts add up to the whole", "请使各项之和等于总额";
    SplitTwice { line, project: Some }
        => "line {line} with project {project} stands in two splits",
           "资金明细中，指标 {line} 与项目 {project} 重复出现";
           "put the two parts into one", "请合并为一项";
    SplitTwice { line, project: (None) }
        => "line {line} stands in two splits", "资金明细中，指标 {line} 重复出现";
           "put the two parts into one", "请合并为一项";
    NoSplits
        => "money is never picked silently: no line is named", "资金来源不会自动选取：未指明指标";
           "name the line with {step}", "请用{shown}指明指标";
    CommandTooLarge { what, found, max }
        => "the command has {found} {what}; at most {max} are allowed",
           "本次操作有 {found} {what}，至多 {max} {what}";
           "make it two commands", "请分两次操作";

    // Ledger, officer, clock.
    LedgerNotOpen
        => "the ledger is not open: its first entry is missing", "账簿尚未开立：缺少首个条目";
           "open it with {shown}", "请用{shown}开立";
    LedgerOpen
        => "a ledger is opened once, by its first command", "账簿只开立一次，由第一个操作完成";
           "open another ledger in a folder of its own", "请在另一文件夹中另行开立账簿";
    RuleSetUnknown { version } with newest = RULE_SET;
        => "rule set {version} is not known; this program has rule sets 1 to {newest}",
           "规则集 {version} 未知；本程序支持规则集 1 至 {newest}";
           "use a release of {step} that knows it", "请使用支持该规则集的{step}版本";
    RuleSetOlder { present, wanted }
        => "rule set {present} is in force; it cannot go back to {wanted}",
           "现行规则集为 {present}，不能退回 {wanted}";
           "leave {step} out, or as it is", "请不填{shown}，或保持不变";
    RoleRequired { officer, roles, wanted: raw, event: event } with wanted = signer(*wanted, lang);
        => "{event} is recorded by {wanted}; officer {officer} is {roles}",
           "{event}须由具有{wanted}角色的人员记账；经办人 {officer} 的角色为{roles}";
           "let an officer with that role sign ({step2}; {step3})",
           "请由具有该角色的人员签名（{step2}；{step3}）";
    NoAdministrator
        => "roles are asked for, and no officer is administrator",
           "规则要求按角色签名，但尚无管理角色的人员";
           "let one officer be administrator first ({step})", "请先指定一人担任管理角色（{step}）";
    LastAdministrator { officer }
        => "a ledger has an administrator; officer {officer} is the only one",
           "账簿须有管理角色的人员，而经办人 {officer} 是唯一一人";
           "make somebody else administrator first ({step})", "请先指定他人担任管理角色（{step}）";
    KeyInUse { purpose }
        => "a key has one purpose; this one is already {purpose}",
           "一把密钥只有一个用途，此密钥已是{purpose}";
           "make a key of its own ({step})", "请另建一把密钥（{step}）";
    KeyUsedBefore { purpose, until }
        => "a key is used once; this one was {purpose} until @{until}",
           "一把密钥只使用一次，此密钥在 @{until} 之前是{purpose}";
           "make a key of its own ({step})", "请另建一把密钥（{step}）";
    OfficerRevoked { officer, entry }
        => "officer {officer} was revoked at @{entry}", "经办人 {officer} 已于 @{entry} 撤销";
           "a revocation is for ever; enrol the person under another name ({step})",
           "撤销不可恢复；请以另一名称登记此人（{step}）";
    NumberNotNext { what, expected, found }
        => "the next {what} is {expected}, not {found}", "下一个{what}应为 {expected}，而不是 {found}";
           "numbers have no gaps; {step} fills in the next one", "编号连续；{step}会自动填入下一个";
    ClockBehind { now, head }
        => "the clock says {now}, more than a minute before the last entry of {head}",
           "时钟为 {now}，比末条记账时间 {head} 早一分钟以上";
           "set the clock right and run the same command again; if it is right, and the last \
            entry's was wrong, repeat its day: {step2} (recorded right after the last entry, and \
            marked)",
           "请校准时钟后重新提交；如时钟无误而末条的时间有误，请重复时钟当日：{step2}（紧接末条记账，并加标记）";
    ClockAhead { now, head } with late = lateness(*now, *head, lang);
        => "the clock says {now}, more than {late} after the last entry of {head}",
           "时钟为 {now}，比末条记账时间 {head} 晚{late}以上";
           "if the clock is right, repeat its day: {step}; else set it right and run the same \
            command again",
           "如时钟无误，请重复时钟当日：{step}；否则请校准后重新提交";
    ClockDay { said, day }
        => "{step} repeats the clock's own day, which is {day}, not {said}",
           "{shown}须重复时钟当日，即 {day}，而不是 {said}";
           "look whether the clock is right; if it is, write its own day, else set it right",
           "请检查时钟；如无误，填写时钟当日，否则先校准";
    CommandIdReused { field: raw, first } with field = fields::field(field, lang);
        => "this command id was used at @{first} for another command: {field} differs",
           "此操作编号已在 @{first} 用于另一操作：{field}不同";
           "choose another {step}", "请另选{shown}";
    BreachUnknown { first, rule }
        => "no command that begins at @{first} was refused by {rule}, or none that is open",
           "没有以 @{first} 开始、因该规则尚待确认的命令";
           "a verification names each by its first entry and its rule", "核验会列出各命令的首个条目与规则";
    BreachClosed { first, by }
        => "the command that begins at @{first} was acknowledged before, at @{by}",
           "以 @{first} 开始的命令已在 @{by} 确认";
           "see {shown}", "请查看{shown}";
    BreachLater { first, officer }
        => "{officer} was no administrator before @{first}, and cannot acknowledge what came in there",
           "{officer} 在 @{first} 之前不是管理员，不能确认其后的命令";
           "have one of that time sign ({step}); see {shown2}", "请由当时的管理员签署（{step}），见{shown2}";
    BreachOwn { first, officer }
        => "{officer} signed the command that begins at @{first}, and another administrator is there",
           "{officer} 本人签署了以 @{first} 开始的命令，且另有管理员";
           "have the other sign ({step}); see {shown2}", "请由另一管理员签署（{step}），见{shown2}";
    BreachAlone
        => "an acknowledgement is a command of its own", "确认须为单独的命令";
           "send the others by themselves", "请将其余内容分开提交";
    NotInRuleSet { what }
        => "the rule sets of this program have no {what}", "本程序的规则集没有{what}";
           "leave it out", "请不填";

    // Names.
    Unknown { thing, name, near: raw } with guess = guess(near, lang);
        => "there is no {thing} {name}", "没有{thing}{name}";
           "{guess}see {shown}", "{guess}请查看{shown}";
    Exists { thing: (Thing::Line), name }
        => "line {name} exists already", "指标 {name} 已存在";
           "to change its authority: {step} for {name}", "如要变更 {name} 的额度，请用{shown}";
    Exists { thing: (Thing::Officer), name }
        => "officer {name} exists already", "经办人 {name} 已存在";
           "choose another name", "请换一个名称";
    Exists { thing, name }
        => "{thing} {name} exists already", "{thing} {name} 已存在";
           "choose another code", "请换一个代码";
    NotADisbursement { entry, found: event }
        => "@{entry} is no disbursement but {found}", "@{entry} 不是支付，而是{found}";
           "see {shown}", "请查看{shown}";
    NotReversible { entry, kind: (REVERSAL) }
        => "@{entry} is a reversal, and a reversal cannot be reversed",
           "@{entry} 是冲销，冲销不能再冲销";
           "record what was right once more", "请把正确的内容重新记账";
    NotReversible { entry, kind: event }
        => "@{entry} is {kind}, which moves no money and cannot be reversed",
           "@{entry} 是{kind}，不涉及资金，不能冲销";
           "it ends by an event of its own (close, retire, …)", "请用专门的操作终结（办结、停用等）";
    EntryVoid { entry }
        => "@{entry} is void: the command that it came with was against the rules, and it moved nothing",
           "@{entry} 无效：所在命令违反规则，该条目未变动任何金额";
           "there is nothing to undo; {shown} says why", "无需冲销；原因见{shown}";
    NotConfidential { entry, kind: event }
        => "@{entry} is {kind} without confidential fields; there is nothing to erase",
           "@{entry} 是{kind}，没有保密内容，无可清除";
           "see which entry has them with {shown}", "请用{shown}查看哪个条目有保密内容";

    // Time.
    DateAbsurd { date } with earliest = Date::EARLIEST, latest = Date::LATEST;
        => "{date} is outside {earliest} to {latest}", "{date} 不在 {earliest} 至 {latest} 之间";
           "look at the year", "请检查年份";
    DateInFuture { date, today }
        => "{date} is after today, {today}", "{date} 晚于今天（{today}）";
           "give the day it happened with {step}", "请用{shown}填写实际发生的日期";
    HistoryTooLate { date, cut_over }
        => "{date} is not before {cut_over}, where history ends",
           "{date} 不早于历史截止日期 {cut_over}";
           "import without {shown}, or adopt a policy with a later {step2}",
           "导入时请去掉{shown}，或采用{shown2}更晚的制度";
    PeriodClosed { date, closed_until }
        => "{date} is in a closed period; closed until {closed_until}",
           "{date} 所在期间已结账；已结至 {closed_until}";
           "give a day after it with {step}", "请用{shown}填写此后的日期";
    DateOrder { what, date, earliest }
        => "{date} is before {earliest}: {what}", "{date} 早于 {earliest}：{what}";
           "look at the dates ({step})", "请检查日期（{step}）";
    LineYearOver { line, date, first, last }
        => "{date} is outside the fiscal year of line {line}, {first} to {last}",
           "{date} 不在指标 {line} 的预算年度（{first} 至 {last}）内";
           "carry the balance forward first ({step}), or use this year's line",
           "请先结转余额（{step}），或使用本年度的指标";
    DistrictNotValid { district, date, from, to, successor: Some }
        => "district {district} is valid from {from} to {to}, not on {date}",
           "区划 {district} 在 {date} 无效（启用：{from}；停用：{to}）";
           "use its successor {successor}", "请使用承接的区划 {successor}";
    DistrictNotValid { district, date, from, to, successor: (None) }
        => "district {district} is valid from {from} to {to}, not on {date}",
           "区划 {district} 在 {date} 无效（启用：{from}；停用：{to}）";
           "name the district that was valid on that day", "请填写当日有效的区划";
    DistrictOrder { code, parent }
        => "district {parent} is not of a level above {code}", "区划 {parent} 的级别不高于 {code}";
           "a street lies in a district, a district in a city", "街道属于区县，区县属于市";

    // State.
    DistrictEnded { district, to, successor: Some }
        => "district {district} ended on {to}, for {successor}",
           "区划 {district} 已于 {to} 停用，由 {successor} 承接";
           "history is never changed; a district ends once", "历史不得更改；区划只停用一次";
    DistrictEnded { district, to, successor: (None) }
        => "district {district} ended on {to}", "区划 {district} 已于 {to} 停用";
           "history is never changed; a district ends once", "历史不得更改；区划只停用一次";
    FundClosed { fund }
        => "fund {fund} is closed", "专项资金 {fund} 已撤销";
           "use a fund that is open ({step})", "请使用未撤销的专项资金（{step}）";
    FundNotEmpty { fund, account, balance }
        => "fund {fund} still holds {balance} at {account}",
           "专项资金 {fund} 尚有余额 {balance}：{account}";
           "pay, release, transfer it or let it lapse first ({step})",
           "请先支付、释放、调剂，或将结余收回财政（{step}）";
    ProjectStatus { project, status, wanted }
        => "project {project} is {status}; it has to be {wanted}",
           "项目 {project} 为{status}；须为{wanted}";
           "see where it stands with {shown}", "请用{shown}查看项目状态";
    CommitmentClosed { commitment }
        => "commitment {commitment} is closed", "合同 {commitment} 已办结";
           "make a new commitment, or reverse the closing ({step})", "请另签合同，或冲销其办结（{step}）";
    FollowOnEnded { follow_on }
        => "the rest of follow-on investment {follow_on} was withdrawn",
           "社会资本投资 {follow_on} 的余额已撤回";
           "record a pledge of its own ({step})", "请另行登记承诺（{step}）";
    NotAShare { of, line, project: Some }
        => "{of} has no share on line {line} for project {project}",
           "{of} 在指标 {line} 上没有项目 {project} 的份额";
           "see its lines and projects with {shown}", "请用{shown}查看其指标和项目";
    NotAShare { of, line, project: (None) }
        => "{of} has no share on line {line} without a project",
           "{of} 在指标 {line} 上没有不分项目的份额";
           "see its lines and projects with {shown}", "请用{shown}查看其指标和项目";
    CarryMismatch { from, to, why }
        => "{from} cannot go to {to}: {why}", "{from} 不能结转到 {to}：{why}";
           "change the line, the stage or what it stands for", "请更改指标、阶段，或其项目、合同";
    AlreadyReversed { entry, by }
        => "@{entry} was reversed by @{by}; a reversal happens once",
           "@{entry} 已由 @{by} 冲销；一个条目只冲销一次";
           "record what was right, if that is still missing", "如正确的内容尚未入账，请补记";
    AlreadyErased { entry, by }
        => "the confidential fields of @{entry} were erased by @{by}; they are erased once",
           "@{entry} 的保密内容已由 @{by} 清除；只清除一次";
           "nothing is left of them in the ledger; copies elsewhere are for their keeper to erase",
           "账簿中已无留存；其他地方的副本由保管人清除";
    ConfidentialReused { entry }
        => "@{entry} holds this commitment to confidential fields; every entry has one of its own",
           "@{entry} 已使用此保密内容的封存值；每个条目各用其值";
           "run the same command again; the key is a fresh one", "请重新提交；密钥会重新生成";

    // Purpose and choice.
    ProjectRequired
        => "the policy asks for a project", "现行制度要求填写项目";
           "add {step}, or adopt a policy with {step2}", "请填写{shown}，或采用{shown2}的制度";
    PayeeRequired
        => "a payment names its payee", "支付须填写收款单位";
           "add {step}", "请填写{shown}";
    PurposeRequired
        => "without a project a purpose has to be named", "不分项目时须填写用途";
           "add {step}", "请填写{shown}";
    PurposeOutside { purpose, fund, purposes }
        => "{purpose} is not a purpose of fund {fund}, which is for {purposes} (专款专用)",
           "{purpose} 不是专项资金 {fund} 的用途，该资金用于 {purposes}（专款专用）";
           "use a fund for this purpose ({step})", "请使用该用途的专项资金（{step}）";
    TransferPurpose { from, to }
        => "funds {from} and {to} have different purposes (专款专用)",
           "专项资金 {from} 与 {to} 的用途不同（专款专用）";
           "only a policy with {step} allows it", "只有采用{shown}的制度才允许";
    ValuationRequired
        => "an investment in kind needs the hash of its valuation document",
           "实物投资须有评估文件的摘要";
           "add {step}", "请填写{shown}";
    NoLine { fund: raw, project: raw, year: raw } with wanted = wanted(fund.as_ref(), project.as_ref(), *year, lang);
        => "no line is possible for{wanted}", "没有可用的指标{wanted}";
           "record an allocation first, or name the line with {step}",
           "请先下达指标，或用{shown}指明指标";
    LineAmbiguous { lines }
        => "money is never picked silently; possible are {lines}",
           "资金来源不会自动选取；可选 {lines}";
           "say which with {step}, and {step2} where a line has several",
           "请用{shown}指明；指标下有多个项目时另用{shown2}";
    VoucherBooked { hash, entry }
        => "the e-voucher {hash} is booked already, at @{entry}", "电子凭证 {hash} 已入账，见 @{entry}";
           "see {shown}", "请查看{shown}";

    // Limits.
    OfficerLimit { officer, asked, limit }
        => "officer {officer} may move {limit} an entry, not {asked}",
           "经办人 {officer} 每笔限额 {limit}，本笔为 {asked}";
           "let an officer with a higher limit sign ({step}; {step2})",
           "请由限额更高的经办人签名（{step}；{step2}）";
    RestDiffers { follow_on, rest, asked }
        => "a withdrawal ends the whole unpaid rest: follow-on investment {follow_on} has {rest} \
            left, not {asked}",
           "撤回须为全部未到位余额：社会资本投资 {follow_on} 余 {rest}，而不是 {asked}";
           "leave the amount out: it is the whole rest", "请不填金额，即为全部余额";
    Limit { limit: (LimitKind::Line), name, asked, available }
        => "a line cannot be drawn below zero: {name} has {available}, asked for {asked}",
           "指标不得透支：{name} 可用 {available}，本笔 {asked}";
           "draw less, or supplement the line ({step})", "请减少金额，或追加指标（{step}）";
    Limit { limit: (LimitKind::Reservation), name, asked, available }
        => "a project draws only what is reserved for it on the line: {name} has {available}, \
            asked for {asked}",
           "项目只能使用为其预留的指标：{name} 已预留 {available}，本笔 {asked}";
           "draw less, or reserve more ({step})", "请减少金额，或增加预留（{step}）";
    Limit { limit: (LimitKind::Ceiling), name, asked, available }
        => "commitments and direct payments of a project stay within its ceiling: {name} has \
            {available}, asked for {asked}",
           "项目的合同与直接支付不得超过批复金额：{name} 尚余 {available}，本笔 {asked}";
           "commit less; the ceiling is fixed at approval", "请减少金额；批复金额在批复时确定";
    Limit { limit: (LimitKind::Reserved), name, asked, available }
        => "what is reserved for a project stays, with what it has engaged, within its ceiling: {name} \
            has {available}, asked for {asked}",
           "项目的预留与已用之和不得超过批复金额：{name} 尚余 {available}，本笔 {asked}";
           "reserve less, or release what it does not need ({step})",
           "请减少预留，或解除不需要的预留（{step}）";
    Limit { limit: (LimitKind::Commitment), name, asked, available }
        => "a payment or reduction stays within what is committed: {name} has {available}, asked \
            for {asked}",
           "支付与调减不得超过合同未付：{name} 未付 {available}，本笔 {asked}";
           "pay less, or increase the commitment ({step})", "请减少支付，或调增合同（{step}）";
    Limit { limit: (LimitKind::Payment), name, asked, available }
        => "refunds of a payment stay within that payment: {name} has {available}, asked for \
            {asked}",
           "退款不得超过原支付：{name} 尚余 {available}，本笔 {asked}";
           "refund at most what is left of it", "退款至多为原支付的余额";
    Limit { limit: (LimitKind::Authority), name, asked, available }
        => "a line's authority cannot be less than nothing: {name} has {available}, asked for \
            {asked}",
           "指标额度不得小于零：{name} 额度 {available}，本笔 {asked}";
           "reduce by at most the line's authority", "追减至多为该指标的额度";
    Limit { limit: (LimitKind::Pledge), name, asked, available }
        => "payments of a pledge stay within what was pledged and not withdrawn: {name} has \
            {available}, asked for {asked}",
           "到位金额不得超过承诺而未撤回的金额：{name} 尚余 {available}，本笔 {asked}";
           "record a pledge of its own for the rest ({step})", "超出部分请另行登记承诺（{step}）";

    // Later entries.
    HasDependents { entry, ground, short: Some, later: raw }
        with way = dependents::way(later, *entry, step, lang, &|why| refusal(why, lang, surface).rule);
        => "reversing @{entry} would leave {ground} at {short}",
           "冲销 @{entry} 会使{ground}变为 {short}";
           "{way}", "{way}";
    HasDependents { entry, ground, short: (None), later: raw }
        with way = dependents::way(later, *entry, step, lang, &|why| refusal(why, lang, surface).rule);
        => "later entries build on @{entry}: {ground}", "后续条目以 @{entry} 为依据：{ground}";
           "{way}", "{way}";
}
