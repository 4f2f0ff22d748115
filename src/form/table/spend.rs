//! Forms of contracts, payments and refunds.

use super::{FieldSpec, Form, REASON, YES_NO, cell, fields, flag, form, place, said};
use crate::domain::command::{
    ChangeCommitment, Command, MakeCommitment, ReceiveRefund, RecordDisbursement,
};
use crate::domain::event::CommitmentClosed;
use crate::form::build::{Filled, excluded};
use crate::form::field::{Act, Field, Kind};
use crate::form::refusal::Refusal;
use crate::form::thing::ThingSort;

const CONTRACT: FieldSpec =
    place("CONTRACT", Field::Contract, Kind::Code(ThingSort::Commitment), "The contract", "合同");
const AMOUNT: FieldSpec = place("AMOUNT", Field::Amount, Kind::Amount, "How much", "金额");
const BY_HOW_MUCH: FieldSpec =
    place("AMOUNT", Field::Amount, Kind::Amount, "By how much", "增减金额");

// What a contract or payment is for, and which money it draws on.
const PROJECT: FieldSpec =
    flag(Field::Project, Kind::Code(ThingSort::Project), "The project it is for", "所属项目")
        .without(&[Field::Fund, Field::Year, Field::Purpose]);
const FUND: FieldSpec = flag(
    Field::Fund,
    Kind::Code(ThingSort::Fund),
    "Without a project: the fund …",
    "没有项目时：专项资金 …",
)
.with(Field::Purpose);
const YEAR: FieldSpec = flag(
    Field::Year,
    Kind::Year,
    "… its fiscal year [default: of the day] …",
    "… 预算年度［默认：业务日期所在年度］ …",
)
.with(Field::Fund);
const PURPOSE: FieldSpec = flag(Field::Purpose, Kind::Tag, "… and what it is for", "… 及用途");
const FROM: FieldSpec = flag(
    Field::From,
    Kind::Parts,
    "The lines to draw on, where several are possible (repeatable); the parts add up to the amount",
    "可用指标不止一个时，动用的指标及金额（可重复）；合计等于金额",
);
const ORIGIN: FieldSpec =
    cell(Field::Origin, Kind::Year, "The line's year of origin", "指标的来源年度");
const CLASS: FieldSpec = cell(Field::Class, Kind::Class, "The line's class", "指标的类别");

pub(super) static COMMIT: Form = form(
    Act::CommitmentMake,
    said("Record a contract: a legal duty to pay", "登记合同，即付款义务"),
    &["commit HT-2002-07 --project CARD --payee SOFT-A --amount 240万 --document contract.pdf:contract"],
    fields! {
        place("CONTRACT", Field::Contract, Kind::NewCode(ThingSort::Commitment), "The contract's own number", "合同编号"),
        flag(Field::Amount, Kind::Amount, "How much", "金额").needed(),
        flag(Field::Payee, Kind::Code(ThingSort::Payee), "Who will be paid", "收款单位"),
        flag(Field::Title, Kind::Text, "What the contract is about", "合同名称或内容"),
        PROJECT,
        FUND,
        YEAR,
        PURPOSE,
        FROM,
        ORIGIN,
        CLASS,
    },
    |f| {
        let drawing = f.drawing()?;
        Ok(Command::MakeCommitment(MakeCommitment {
            contract: f.code(Field::Contract)?,
            payee: f.code_or(Field::Payee),
            purpose: f.tag_or(Field::Purpose),
            title: f.text_or(Field::Title),
            drawing,
            tranches: Vec::new(),
            filing: f.filing(),
        }))
    },
)
.imported_too();

const CHANGING: &[FieldSpec] = fields! {
    CONTRACT,
    BY_HOW_MUCH,
    flag(Field::From, Kind::Parts, "On which lines, where the contract has several (repeatable)", "合同涉及多个指标时，增减的指标及金额（可重复）"),
    flag(Field::Project, Kind::Code(ThingSort::Project), "For which project, where the contract has several", "合同涉及多个项目时，所属项目"),
    REASON,
    cell(Field::Fund, Kind::Code(ThingSort::Fund), "The line's fund", "指标的专项资金"),
    cell(Field::Year, Kind::Year, "The line's fiscal year", "指标的预算年度"),
    ORIGIN,
    CLASS,
};

pub(super) static INCREASE: Form = form(
    Act::CommitmentIncrease,
    said("Increase a contract", "调增合同"),
    &["commitment increase HT-2002-07 30万 --reason \"200 more card readers\""],
    CHANGING,
    |f| changed(f).map(Command::IncreaseCommitment),
)
.imported_too();

pub(super) static REDUCE: Form = form(
    Act::CommitmentReduce,
    said(
        "Reduce a contract; the money goes back to where it came from",
        "调减合同；资金退回原来的指标",
    ),
    &["commitment reduce HT-2002-07 15万 --reason \"one server less\""],
    CHANGING,
    |f| changed(f).map(Command::ReduceCommitment),
)
.imported_too();

fn changed(f: &mut Filled<'_>) -> Result<ChangeCommitment, Refusal> {
    let drawing = f.drawing()?;
    let (contract, reason) = (f.code(Field::Contract)?, f.text_or(Field::Reason));
    Ok(ChangeCommitment { contract, drawing, reason, filing: f.filing() })
}

pub(super) static CLOSE: Form = form(
    Act::CommitmentClose,
    said(
        "Close a contract; what is still owed under it goes back to where it came from",
        "办结合同；未付余额退回原来的指标",
    ),
    &["commitment close HT-2002-07 --reason \"accepted and paid\""],
    &[CONTRACT, REASON],
    |f| {
        let (contract, reason) = (f.code(Field::Contract)?, f.text_or(Field::Reason));
        Ok(Command::CloseCommitment(CommitmentClosed { contract, reason, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static DISBURSE: Form = form(
    Act::DisbursementRecord,
    said(
        "Record a payment; the ledger gives it the next voucher number of its fund and year",
        "登记支付；账簿按专项资金和年度编凭证号",
    ),
    &[
        "disburse 72万 --commitment HT-2002-07 --on 2002-06-28 --source-no 0012345",
        "disburse 5000 --fund PD-INFO --year 2002 --purpose it/training --payee SCHOOL-B",
    ],
    fields! {
        AMOUNT,
        flag(Field::Commitment, Kind::Code(ThingSort::Commitment), "The contract it is paid under", "所属合同").without(&[Field::Fund, Field::Year, Field::Purpose]),
        flag(Field::Payee, Kind::Code(ThingSort::Payee), "Who was paid [default: the contract's payee]", "收款单位［默认：合同的收款单位］"),
        flag(Field::SourceNo, Kind::Text, "Their number, of the invoice or the bank", "对方编号：发票号或银行流水号"),
        PROJECT,
        FUND,
        YEAR,
        PURPOSE,
        FROM,
        flag(Field::Split, Kind::Choice(&["shares"]), "Over the shares of a contract that has several, by what is still owed on each", "合同涉及多个指标时，按各指标的未付金额分摊").with(Field::Commitment).without(&[Field::From]),
        ORIGIN,
        CLASS,
    },
    |f| {
        let by_shares = f.values.word(Field::Split).is_some();
        if let Some(named) = [Field::Origin, Field::Class].into_iter().find(|field| by_shares && f.values.has(*field)) {
            return Err(excluded(Field::Split, named));
        }
        let drawing = f.drawing()?;
        let disbursement = RecordDisbursement {
            commitment: f.code_or(Field::Commitment),
            drawing,
            payee: f.code_or(Field::Payee),
            purpose: f.tag_or(Field::Purpose),
            source_number: f.text_or(Field::SourceNo),
            filing: f.filing(),
        };
        Ok(if by_shares {
            Command::DisburseByShares(disbursement)
        } else {
            Command::RecordDisbursement(disbursement)
        })
    },
)
.imported_too();

pub(super) static REFUND: Form = form(
    Act::Refund,
    said("Record money that came back from a payment", "登记退款"),
    &["refund 30,000.00 --disbursement PD-INFO/2002/3 --reason \"two servers returned\""],
    fields! {
        AMOUNT,
        flag(Field::Disbursement, Kind::Entry, "The payment: @INDEX, its UUID, or FUND/YEAR/VOUCHER", "原支付：@序号、UUID 或 FUND/YEAR/VOUCHER").needed(),
        flag(Field::RestoresBudget, YES_NO, "Whether it can be used again [default: yes in the payment's fiscal year, no after it]", "是否恢复额度：是 yes，否 no［默认：支付当年恢复，以后年度不恢复］"),
        flag(Field::From, Kind::Parts, "To which lines, where the payment has several (repeatable)", "支付涉及多个指标时，退回的指标及金额（可重复）"),
        REASON,
    },
    |f| {
        Ok(Command::ReceiveRefund(ReceiveRefund {
            disbursement: f.entry(Field::Disbursement)?,
            drawing: f.drawing()?,
            restores_budget: f.values.word(Field::RestoresBudget).map(|word| word == "yes"),
            reason: f.text_or(Field::Reason),
            filing: f.filing(),
        }))
    },
)
.imported_too();
