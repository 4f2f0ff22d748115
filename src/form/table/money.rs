//! Forms that give authority and move it: allocations and reservations.

use super::{FieldSpec, Form, REASON, cell, fields, flag, form, place, said};
use crate::domain::command::Command;
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, FundsReserved, MoneySource, ReservationReleased,
};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{Direction, RestKind, SourceKind, Stage};
use crate::domain::money::Amount;
use crate::form::build::{Filled, missing};
use crate::form::field::{Act, Field, Kind};
use crate::form::refusal::Refusal;
use crate::form::thing::ThingSort;

const FUND: FieldSpec =
    place("FUND", Field::Fund, Kind::Code(ThingSort::Fund), "The fund", "专项资金");
const YEAR: FieldSpec =
    place("YEAR", Field::Year, Kind::Year, "The fiscal year", "预算年度").needed_typed();
const AMOUNT: FieldSpec = place("AMOUNT", Field::Amount, Kind::Amount, "How much", "金额");
const BY_HOW_MUCH: FieldSpec =
    place("AMOUNT", Field::Amount, Kind::Amount, "By how much", "增减金额");
const ORIGIN: &str = "The year the line's money was first allocated [default: YEAR]";
const ORIGIN_ZH: &str = "资金最初下达的年度［默认：预算年度］";

pub(super) static ALLOCATE: Form = form(
    Act::AllocationRecord,
    said("Record a year's allocation; it opens the line FUND:YEAR", "下达年度指标，并建立该年度的指标"),
    &[
        "allocate PD-INFO 2002 1000万",
        "allocation record PD-INFO 2002 10,000,000.00 --on 2002-01-10 --document-no 浦财〔2002〕3号",
    ],
    fields! {
        FUND,
        YEAR,
        cell(Field::Origin, Kind::Year, ORIGIN, ORIGIN_ZH),
        AMOUNT,
        flag(Field::Class, Kind::Class, "A class within the fund and year, for example 设备", "年度内的类别，如 设备"),
        flag(Field::SourceOfMoney, Kind::Choice(&["own", "upper_level", "other"]), "Where the money comes from", "资金来源：本级 own、上级 upper_level 或其他 other").or("own"),
        flag(Field::Division, Kind::Text, "The division that gives it", "下达处室"),
        flag(Field::Reference, Kind::Text, "The division's reference", "来文文号"),
    },
    |f| {
        let line = f.line_of_parts()?;
        let amount = f.amount(Field::Amount)?;
        let kind = f.word(Field::SourceOfMoney, SourceKind::from_text).unwrap_or(SourceKind::Own);
        let (division, reference) = (f.text_or(Field::Division), f.text_or(Field::Reference));
        let source = MoneySource { kind, division, reference };
        let recorded = AllocationRecorded { line, amount, source, filing: f.filing() };
        Ok(Command::RecordAllocation(recorded))
    },
)
.imported_too();

const ADJUSTING: &[FieldSpec] = fields! {
    FUND,
    YEAR,
    BY_HOW_MUCH,
    flag(Field::Class, Kind::Class, "The line's class", "指标的类别"),
    flag(Field::Origin, Kind::Year, ORIGIN, ORIGIN_ZH),
    REASON,
};

pub(super) static SUPPLEMENT: Form = form(
    Act::AllocationSupplement,
    said("Add to a line's authority", "追加指标"),
    &["allocation supplement PD-INFO 2002 50万 --reason \"school network, second stage\""],
    ADJUSTING,
    |f| adjusted(f, Direction::Supplement),
)
.imported_too();

pub(super) static REDUCE: Form = form(
    Act::AllocationReduce,
    said("Take part of a line's authority away", "追减指标"),
    &["allocation reduce PD-INFO 2002 50万 --reason \"revised budget\""],
    ADJUSTING,
    |f| adjusted(f, Direction::Reduction),
)
.imported_too();

fn adjusted(f: &mut Filled<'_>, direction: Direction) -> Result<Command, Refusal> {
    let (line, amount) = (f.line_of_parts()?, f.amount(Field::Amount)?);
    let (reason, filing) = (f.text_or(Field::Reason), f.filing());
    let adjusted = AllocationAdjusted { line, direction, amount, reason, filing };
    Ok(Command::AdjustAllocation(adjusted))
}

pub(super) static TRANSFER: Form = form(
    Act::AllocationTransfer,
    said("Move free authority from one line to another", "在指标之间调剂可用指标"),
    &["allocation transfer PD-INFO:2002 PD-INFO:2002:2002:设备 200000"],
    fields! {
        place("FROM", Field::From, Kind::Line, "The line that gives", "调出指标"),
        place("TO", Field::To, Kind::Line, "The line that receives", "调入指标"),
        AMOUNT,
        REASON,
    },
    |f| {
        Ok(Command::TransferAllocation(AllocationTransferred {
            from: f.line(Field::From)?,
            to: Some(f.line(Field::To)?),
            elsewhere: None,
            amount: f.amount(Field::Amount)?,
            reason: f.text_or(Field::Reason),
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static CARRY: Form = form(
    Act::AllocationCarry,
    said(
        "Carry a balance from a year's line to a later one; stage, project and contract stay",
        "将余额结转到以后年度的指标；阶段、项目和合同不变",
    ),
    &[
        "allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage committed --commitment HT-2001-07 --project CARD --amount 300000 --class carry-over",
    ],
    fields! {
        place("FROM", Field::From, Kind::Line, "The line of the year that ends", "结转前的指标"),
        place("TO", Field::To, Kind::Line, "The line of the later year, FUND:YEAR:ORIGIN; opened if it is not there", "以后年度的指标，FUND:YEAR:ORIGIN；没有时建立"),
        flag(Field::Stage, Kind::Choice(&["unreserved", "reserved", "committed"]), "The stage whose balance it is", "余额所处阶段：可用 unreserved、已预留 reserved 或已签合同 committed").needed(),
        flag(Field::Amount, Kind::Amount, "How much", "金额").needed(),
        flag(Field::Rest, Kind::Choice(&["carry-over", "surplus"]), "What it is: carry-over (结转) or surplus (结余)", "余额性质：结转 carry-over 或结余 surplus").needed(),
        flag(Field::Project, Kind::Code(ThingSort::Project), "The project whose balance it is", "余额所属项目"),
        flag(Field::Commitment, Kind::Code(ThingSort::Commitment), "The contract whose balance it is", "余额所属合同"),
    },
    |f| {
        Ok(Command::CarryForward(BalanceCarriedForward {
            from: f.line(Field::From)?,
            to: f.line(Field::To)?,
            stage: f.word(Field::Stage, Stage::from_text)?,
            project: f.code_or(Field::Project),
            commitment: f.code_or(Field::Commitment),
            amount: f.amount(Field::Amount)?,
            rest: f.word(Field::Rest, RestKind::from_text)?,
            filing: f.filing(),
        }))
    },
)
.imported_too();

pub(super) static LAPSE: Form = form(
    Act::AllocationLapse,
    said("Let unspent money of a line go back", "将指标结余收回财政"),
    &["allocation lapse PD-INFO:2002:2001 120000 --reason \"unspent for two years\""],
    &[place("LINE", Field::Line, Kind::Line, "The line", "指标"), AMOUNT, REASON],
    |f| {
        let (line, amount) = (f.line(Field::Line)?, f.amount(Field::Amount)?);
        let (reason, filing) = (f.text_or(Field::Reason), f.filing());
        Ok(Command::Lapse(BalanceLapsed { line, amount, reason, filing }))
    },
)
.imported_too();

const RESERVING: &[FieldSpec] = fields! {
    place("PROJECT", Field::Project, Kind::Code(ThingSort::Project), "The project", "项目"),
    flag(Field::From, Kind::Part, "The line and how much", "指标及金额").needed_typed(),
    cell(Field::Fund, Kind::Code(ThingSort::Fund), "The line's fund", "指标的专项资金").needed(),
    cell(Field::Year, Kind::Year, "The line's fiscal year", "指标的预算年度"),
    cell(Field::Origin, Kind::Year, "The line's year of origin", "指标的来源年度"),
    cell(Field::Class, Kind::Class, "The line's class", "指标的类别"),
    cell(Field::Amount, Kind::Amount, "How much", "金额").needed(),
};

pub(super) static RESERVE: Form = form(
    Act::ReservationMake,
    said("Hold money of a line for a project", "为项目预留指标"),
    &["reservation make CARD --from PD-INFO:2002=100万"],
    RESERVING,
    |f| {
        let (project, line, amount) = reserved(f)?;
        Ok(Command::ReserveFunds(FundsReserved { project, line, amount, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static RELEASE: Form = form(
    Act::ReservationRelease,
    said("Free money that is held for a project", "释放为项目预留的指标"),
    &["reservation release CARD --from PD-INFO:2002=20万"],
    RESERVING,
    |f| {
        let (project, line, amount) = reserved(f)?;
        let released = ReservationReleased { project, line, amount, filing: f.filing() };
        Ok(Command::ReleaseReservation(released))
    },
)
.imported_too();

fn reserved(f: &mut Filled<'_>) -> Result<(Code, LineKey, Amount), Refusal> {
    let part = f.values.parts(Field::From).and_then(|mut parts| parts.pop());
    let (line, amount) = match (part, f.amount_or(Field::Amount)) {
        (Some(part), _) => part,
        (None, Some(amount)) => (f.line_of_parts().map_err(|_| missing(Field::From))?, amount),
        (None, None) => return Err(missing(Field::From)),
    };
    Ok((f.code(Field::Project)?, line, amount))
}
