//! Forms of projects.

use super::{FieldSpec, Form, cell, fields, flag, form, place, said};
use crate::domain::command::Command;
use crate::domain::event::{
    Funding, ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated,
};
use crate::form::field::{Act, Field, Kind};
use crate::form::thing::ThingSort;

pub(super) static APPROVE: Form = form(
    Act::ProjectApprove,
    said(
        "Let a project spend; money named with --from is reserved for it",
        "批复项目；用 --from 指明的资金为其预留",
    ),
    &["project approve CARD --title \"Social security card\" --title-zh 社保卡 --purpose it/social-card --district 310115 --ceiling 300万 --from PD-INFO:2002=300万"],
    fields! {
        place("CODE", Field::Code, Kind::NewCode(ThingSort::Project), "Its code", "代码"),
        flag(Field::Title, Kind::Text, "Its title", "名称").needed(),
        flag(Field::TitleZh, Kind::Text, "Its Chinese title", "中文名称"),
        flag(Field::Purpose, Kind::Tag, "What it is for; has to lie within its funds' purposes", "用途，须在资金规定的用途之内").needed(),
        flag(Field::District, Kind::Code(ThingSort::District), "Where it is [default: its fund's district]", "所在区划［默认：资金所属区划］"),
        flag(Field::Ceiling, Kind::Amount, "The most it may commit and pay [default: no ceiling]", "批复金额，合同和支付以此为限［默认：不限］"),
        flag(Field::From, Kind::Parts, "Money reserved for it (repeatable); the sum is at most the ceiling", "为其预留的指标及金额（可重复）；合计不超过批复金额"),
        flag(Field::Programme, Kind::Code(ThingSort::Programme), "The programme it implements", "所属市级任务"),
        flag(Field::Start, Kind::Date, "Its first day", "开始日期"),
        flag(Field::End, Kind::Date, "Its last day", "结束日期"),
        cell(Field::Fund, Kind::Code(ThingSort::Fund), "The fund of its one line", "指标的专项资金"),
        cell(Field::Year, Kind::Year, "The line's fiscal year", "指标的预算年度"),
        cell(Field::Origin, Kind::Year, "The line's year of origin", "指标的来源年度"),
        cell(Field::Class, Kind::Class, "The line's class", "指标的类别"),
        cell(Field::Amount, Kind::Amount, "How much of the line is reserved", "预留金额"),
    },
    |f| {
        let mut parts = f.values.parts(Field::From).unwrap_or_default();
        if let Some(amount) = f.amount_or(Field::Amount) {
            parts.push((f.line_of_parts()?, amount));
        }
        Ok(Command::ApproveProject(ProjectApproved {
            code: f.code(Field::Code)?,
            title: f.text(Field::Title)?,
            title_zh: f.text_or(Field::TitleZh),
            purpose: f.tag(Field::Purpose)?,
            district: f.code_or(Field::District),
            programme: f.code_or(Field::Programme),
            start: f.values.date(Field::Start),
            end: f.values.date(Field::End),
            ceiling: f.amount_or(Field::Ceiling),
            funding: parts.into_iter().map(|(line, amount)| Funding { line, amount }).collect(),
            duplicates: Vec::new(),
            duplicates_reason: None,
            filing: f.filing(),
        }))
    },
)
.imported_too();

const ENDING: &[FieldSpec] = fields! {
    place("CODE", Field::Project, Kind::Code(ThingSort::Project), "The project", "项目"),
    flag(Field::Reason, Kind::LongText, "Why, or how", "理由或情况"),
};

pub(super) static COMPLETE: Form = form(
    Act::ProjectComplete,
    said(
        "Say that a project's work is done; its contracts are still paid",
        "登记项目完工；其合同仍可支付",
    ),
    &["project complete CARD --on 2002-11-30"],
    ENDING,
    |f| {
        let (code, reason) = (f.code(Field::Project)?, f.text_or(Field::Reason));
        Ok(Command::CompleteProject(ProjectCompleted { code, reason, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static TERMINATE: Form = form(
    Act::ProjectTerminate,
    said(
        "Give a project up; its contracts can still be closed and refunded",
        "终止项目；其合同仍可办结和退款",
    ),
    &["project terminate CARD --reason \"merged with another project\""],
    ENDING,
    |f| {
        let (code, reason) = (f.code(Field::Project)?, f.text_or(Field::Reason));
        Ok(Command::TerminateProject(ProjectTerminated { code, reason, filing: f.filing() }))
    },
)
.imported_too();

pub(super) static CLOSE_OUT: Form = form(
    Act::ProjectCloseOut,
    said(
        "Settle a project; what is still reserved for it is free again",
        "项目结项；仍预留的资金予以释放",
    ),
    &["project close-out CARD --on 2003-03-20"],
    ENDING,
    |f| {
        let (code, reason) = (f.code(Field::Project)?, f.text_or(Field::Reason));
        Ok(Command::CloseOutProject(ProjectClosedOut { code, reason, filing: f.filing() }))
    },
)
.imported_too();
