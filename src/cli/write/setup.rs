//! Orders that set a ledger up: districts, programmes, payees, funds.

use super::Desk;
use crate::cli::args::{
    AmendFund, CloseFund, EstablishFund, FundKindName, LevelName, RegisterDistrict, RegisterPayee,
    RegisterProgramme, RetireDistrict,
};
use crate::domain::command::Command;
use crate::domain::event::{
    DistrictRegistered, DistrictRetired, FundAmended, FundClosed, FundEstablished, PayeeRegistered,
    ProgrammeRegistered,
};
use crate::domain::kinds::{FundKind, Level};

pub(super) fn register_district(desk: &Desk<'_>, a: &RegisterDistrict) -> Command {
    Command::RegisterDistrict(DistrictRegistered {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        level: match a.level {
            LevelName::City => Level::City,
            LevelName::District => Level::District,
            LevelName::Street => Level::Street,
        },
        parent: a.parent.clone(),
        valid_from: a.valid_from,
        valid_to: None,
        successor: None,
        filing: desk.filing(),
    })
}

pub(super) fn retire_district(desk: &Desk<'_>, a: &RetireDistrict) -> Command {
    let (code, successor) = (a.code.clone(), a.successor.clone());
    Command::RetireDistrict(DistrictRetired { code, successor, filing: desk.filing() })
}

pub(super) fn register_programme(desk: &Desk<'_>, a: &RegisterProgramme) -> Command {
    Command::RegisterProgramme(ProgrammeRegistered {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        district: a.district.clone(),
        filing: desk.filing(),
    })
}

pub(super) fn register_payee(desk: &Desk<'_>, a: &RegisterPayee) -> Command {
    Command::RegisterPayee(PayeeRegistered {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        credit_code: a.credit_code.clone(),
        accounts: Vec::new(),
        filing: desk.filing(),
    })
}

pub(super) fn establish_fund(desk: &Desk<'_>, a: &EstablishFund) -> Command {
    Command::EstablishFund(FundEstablished {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        kind: match a.kind {
            FundKindName::Special => FundKind::Special,
            FundKindName::Guidance => FundKind::Guidance,
            FundKindName::Matching => FundKind::Matching,
        },
        purposes: a.purposes.clone(),
        manager: a.manager.clone(),
        district: a.district.clone(),
        filing: desk.filing(),
    })
}

pub(super) fn amend_fund(desk: &Desk<'_>, a: &AmendFund) -> Command {
    Command::AmendFund(FundAmended {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        manager: a.manager.clone(),
        purposes_added: a.purposes_added.clone(),
        filing: desk.filing(),
    })
}

pub(super) fn close_fund(desk: &Desk<'_>, a: &CloseFund) -> Command {
    let (code, reason) = (a.code.clone(), a.reason.clone());
    Command::CloseFund(FundClosed { code, reason, filing: desk.filing() })
}
