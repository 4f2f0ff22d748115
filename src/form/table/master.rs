//! Forms that name things: districts, programmes, payees, funds.

use super::{FieldSpec, Form, REASON, fields, flag, form, place, said};
use crate::domain::command::Command;
use crate::domain::event::{
    DistrictRegistered, DistrictRetired, FundAmended, FundClosed, FundEstablished, PayeeRegistered,
    ProgrammeRegistered,
};
use crate::domain::kinds::{FundKind, Level};
use crate::form::field::{Act, Field, Kind};
use crate::form::thing::ThingSort;

const NAME: FieldSpec = flag(Field::Name, Kind::Text, "Its name", "名称").needed();
const NAME_ZH: FieldSpec = flag(Field::NameZh, Kind::Text, "Its Chinese name", "中文名称");
const DISTRICT: Kind = Kind::Code(ThingSort::District);
const FUND: FieldSpec =
    place("CODE", Field::Code, Kind::Code(ThingSort::Fund), "The fund", "专项资金");

pub(super) static REGISTER_DISTRICT: Form = form(
    Act::DistrictRegister,
    said("Register a district of the division tree", "登记行政区划"),
    &["district register 310115 --name Pudong --name-zh 浦东新区 --level district --parent 310000 --valid-from 1992-10-11"],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::District), "Its division code", "区划代码"),
        NAME,
        NAME_ZH,
        flag(Field::Level, Kind::Choice(&["city", "district", "street"]), "Its level: 市, 区县 or 街道", "级别：市 city、区县 district 或街道 street").needed(),
        flag(Field::Parent, DISTRICT, "The district above it", "上级区划"),
        flag(Field::ValidFrom, Kind::Date, "The first day the code is valid", "代码启用日期"),
    },
    |f| {
        Ok(Command::RegisterDistrict(DistrictRegistered {
            code: f.code(Field::Code)?,
            name: f.text(Field::Name)?,
            name_zh: f.text_or(Field::NameZh),
            level: f.word(Field::Level, Level::from_text)?,
            parent: f.code_or(Field::Parent),
            valid_from: f.values.date(Field::ValidFrom),
            valid_to: None,
            successor: None,
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static RETIRE_DISTRICT: Form = form(
    Act::DistrictRetire,
    said(
        "End a district on the day of --on; its history keeps its code",
        "停用行政区划，自业务日期起；历史数据保留原代码",
    ),
    &["district retire 310119 --successor 310115 --on 2009-05-06"],
    fields! {
        place("CODE", Field::Code, DISTRICT, "The code that ends", "停用的代码"),
        flag(Field::Successor, DISTRICT, "The code that follows it", "承接的区划代码"),
    },
    |f| {
        let (code, successor) = (f.code(Field::Code)?, f.code_or(Field::Successor));
        Ok(Command::RetireDistrict(DistrictRetired { code, successor, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static REGISTER_PROGRAMME: Form = form(
    Act::ProgrammeRegister,
    said("Register a programme that projects implement", "登记市级任务"),
    &["programme register SCHOOLS --name \"School network\" --name-zh 校校通"],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::Programme), "Its code", "代码"),
        NAME,
        NAME_ZH,
        flag(Field::District, DISTRICT, "The district that leads it", "牵头区划"),
    },
    |f| {
        Ok(Command::RegisterProgramme(ProgrammeRegistered {
            code: f.code(Field::Code)?,
            name: f.text(Field::Name)?,
            name_zh: f.text_or(Field::NameZh),
            district: f.code_or(Field::District),
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static REGISTER_PAYEE: Form = form(
    Act::PayeeRegister,
    said("Register somebody who can be paid", "登记收款单位"),
    &[
        "payee register SOFT-A --name 示例软件企业甲",
        "payee register SOFT-A --name 示例软件企业甲 --account-file account.txt",
    ],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::Payee), "Its code", "代码"),
        NAME,
        NAME_ZH,
        flag(Field::CreditCode, Kind::Text, "Its unified social credit code (GB 32100)", "统一社会信用代码（GB 32100）"),
        flag(Field::Account, Kind::Sealed, "A text file with the number of the bank account; sealed beside the ledger, never in the log", "写有银行账号的文本文件；封存在账簿旁，不进入日志"),
        flag(Field::Identity, Kind::Sealed, "A text file with the identity number; sealed beside the ledger, never in the log", "写有身份证件号码的文本文件；封存在账簿旁，不进入日志"),
        flag(Field::Contact, Kind::Sealed, "A text file with how to reach somebody; sealed beside the ledger, never in the log", "写有联系方式的文本文件；封存在账簿旁，不进入日志"),
    },
    |f| {
        Ok(Command::RegisterPayee(PayeeRegistered {
            code: f.code(Field::Code)?,
            name: f.text(Field::Name)?,
            name_zh: f.text_or(Field::NameZh),
            credit_code: f.text_or(Field::CreditCode),
            accounts: Vec::new(),
            filing: f.filing(),
        }))
    },
)
.imported_too()
.with_more(
    "A bank account, an identity number and a contact are sealed in files beside the ledger, from where they can be erased; the log holds a commitment to them that says nothing (earmark confidential).",
    "银行账号、身份证件号码和联系方式封存在账簿旁的文件中，可以清除；日志只保存不泄露内容的承诺值（earmark confidential）。",
);

pub(super) static ESTABLISH_FUND: Form = form(
    Act::FundEstablish,
    said("Establish a fund, with what its money is for", "设立专项资金，并规定用途"),
    &["fund establish PD-INFO --name \"Pudong informatization fund\" --name-zh 信息化建设专项基金 --kind special --purpose it --district 310115"],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::Fund), "Its code", "代码"),
        NAME,
        NAME_ZH,
        flag(Field::Kind, Kind::Choice(&["special", "guidance", "matching"]), "Its kind: 专项资金, 引导资金 or 配套资金", "性质：专项资金 special、引导资金 guidance 或配套资金 matching").needed(),
        flag(Field::Purposes, Kind::Tags, "What its money is for (repeatable): `it` allows `it/social-card` too", "用途（可重复）：`it` 也包含 `it/social-card`").needed(),
        flag(Field::District, DISTRICT, "The district it belongs to", "所属区划"),
        flag(Field::Manager, Kind::Text, "Who manages it", "主管部门"),
    },
    |f| {
        Ok(Command::EstablishFund(FundEstablished {
            code: f.code(Field::Code)?,
            name: f.text(Field::Name)?,
            name_zh: f.text_or(Field::NameZh),
            kind: f.word(Field::Kind, FundKind::from_text)?,
            purposes: f.tags(Field::Purposes)?,
            manager: f.text_or(Field::Manager),
            district: f.code_or(Field::District),
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static AMEND_FUND: Form = form(
    Act::FundAmend,
    said(
        "Mend a fund's name or manager, or let its money be for more; what is not given stays as it is",
        "变更专项资金的名称或主管部门，或增加用途；未填的不变",
    ),
    &["fund amend PD-INFO --manager \"District data bureau\" --add-purpose data"],
    fields! {
        FUND,
        flag(Field::Name, Kind::Text, "Its name from now on", "变更后的名称"),
        flag(Field::NameZh, Kind::Text, "Its Chinese name from now on", "变更后的中文名称"),
        flag(Field::Manager, Kind::Text, "Who manages it from now on", "变更后的主管部门"),
        flag(Field::PurposesAdded, Kind::Tags, "What its money is for besides (repeatable)", "新增用途（可重复）"),
    },
    |f| {
        Ok(Command::AmendFund(FundAmended {
            code: f.code(Field::Code)?,
            name: f.text_or(Field::Name),
            name_zh: f.text_or(Field::NameZh),
            manager: f.text_or(Field::Manager),
            purposes_added: f.tags_or(Field::PurposesAdded).unwrap_or_default(),
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static CLOSE_FUND: Form = form(
    Act::FundClose,
    said("Close a fund that holds no money any more", "撤销已无资金的专项资金"),
    &["fund close PD-INFO --reason \"merged into another fund\""],
    &[FUND, REASON],
    |f| {
        let (code, reason) = (f.code(Field::Code)?, f.text_or(Field::Reason));
        Ok(Command::CloseFund(FundClosed { code, reason, filing: f.filing() }))
    },
)
.imported_too();
