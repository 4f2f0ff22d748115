//! Orders that set a ledger up: officers, districts, programmes, payees, funds.

use super::Desk;
use super::key::{Request, read_request};
use crate::cli::args::{
    CloseFund, EnrollOfficer, EstablishFund, FundKindName, LevelName, RegisterDistrict,
    RegisterPayee, RegisterProgramme, RetireDistrict, RoleName,
};
use crate::domain::command::Command;
use crate::domain::event::{
    Bytes32, Bytes64, DistrictRegistered, DistrictRetired, FundClosed, FundEstablished,
    OfficerEnrolled, PayeeRegistered, ProgrammeRegistered,
};
use crate::domain::ids::Text;
use crate::domain::kinds::{FundKind, Level, Role};
use crate::error::Result;

/// Enrols an officer by the request they sent, or by their key on this machine.
pub(super) fn enroll(desk: &Desk<'_>, a: &EnrollOfficer) -> Result<Command> {
    let ledger = desk.ledger.id()?;
    let Request { key, proof } = match &a.key {
        Some(file) => read_request(file, ledger, &a.name)?,
        None => Request::signed(&desk.session.home.keys().officer(&a.name)?, ledger, &a.name)?,
    };
    Ok(Command::EnrolOfficer(OfficerEnrolled {
        number: 0,
        name: Text::new(&a.name),
        key: Bytes32(key),
        proof: Bytes64(proof),
        roles: roles(&a.roles),
        limit: desk.amount_or_none(a.limit.as_ref())?,
        filing: desk.filing(),
    }))
}

/// Roles in the order of their numbers, each once: the same wish in any order is the same command.
fn roles(named: &[RoleName]) -> Vec<Role> {
    let mut roles: Vec<Role> = (named.iter())
        .map(|name| match name {
            RoleName::Maker => Role::Maker,
            RoleName::Approver => Role::Approver,
            RoleName::Auditor => Role::Auditor,
            RoleName::Administrator => Role::Administrator,
        })
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

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

pub(super) fn close_fund(desk: &Desk<'_>, a: &CloseFund) -> Command {
    let (code, reason) = (a.code.clone(), a.reason.clone());
    Command::CloseFund(FundClosed { code, reason, filing: desk.filing() })
}
