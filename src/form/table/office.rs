//! Forms of officers and of the policy.

use super::{FieldSpec, Form, REASON, fields, flag, form, place, said};
use crate::domain::command::Command;
use crate::domain::event::{
    Bytes32, Bytes64, OfficerEnrolled, OfficerKeyRotated, OfficerRevoked, OfficerRolesChanged,
    PolicyAdopted,
};
use crate::domain::kinds::Role;
use crate::form::build::{Filled, missing};
use crate::form::field::{Act, Field, Kind};
use crate::form::refusal::Refusal;
use crate::form::value::Value;

const OFFICER: FieldSpec = place("NAME", Field::Officer, Kind::Officer, "The officer", "经办人");
const ROLES_OF: FieldSpec = flag(
    Field::Roles,
    Kind::Choices(&["maker", "approver", "auditor", "administrator"]),
    "What the officer may do (repeatable)",
    "角色（可重复）：录入 maker、审批 approver、审计 auditor、管理 administrator",
)
.needed();

pub(super) static ENROLL: Form = form(
    Act::OfficerEnroll,
    said("Let another officer's key sign", "登记经办人，其密钥从此可以签名"),
    &[
        "key new wang",
        "officer enroll wang --role maker",
        "officer enroll zhao --key zhao.request --role approver --limit 50万",
    ],
    fields! {
        place("NAME", Field::Name, Kind::NewOfficer, "The officer's name, unique in the ledger", "经办人姓名，在账簿内唯一"),
        flag(Field::Key, Kind::Request, "The file that `earmark key request` wrote [default: the key of that name on this machine]", "`earmark key request` 写出的文件［默认：本机该姓名的密钥］"),
        ROLES_OF,
        flag(Field::Limit, Kind::Amount, "The most that one entry of the officer may move", "该经办人单笔限额"),
    },
    |f| {
        let (key, proof) = key(f)?;
        Ok(Command::EnrolOfficer(OfficerEnrolled {
            number: 0,
            name: f.text(Field::Name)?,
            key,
            proof,
            roles: roles(f)?,
            limit: f.amount_or(Field::Limit),
            filing: f.filing(),
        }))
    },
);

pub(super) static ROLES: Form = form(
    Act::OfficerRoles,
    said(
        "Change what an officer may do, from the next command on",
        "变更经办人的角色，从下一笔业务起生效",
    ),
    &[
        "officer roles wang --role maker --limit 50万",
        "officer roles zhao --role administrator --role maker --no-limit",
    ],
    fields! {
        OFFICER,
        ROLES_OF,
        flag(Field::Limit, Kind::Amount, "The most that one entry of the officer may move [default: as it is]", "该经办人单笔限额［默认：不变］"),
        flag(Field::NoLimit, Kind::Flag, "Let entries of any amount be recorded", "不设单笔限额").without(&[Field::Limit]),
        REASON,
    },
    |f| {
        let number = f.officer()?;
        // Roles given are all that there are then; a limit that is not named stays.
        let known = usize::try_from(number).ok().and_then(|n| f.scene.state.officers.get(n));
        let present = known.and_then(|officer| officer.limit);
        let limit = f.amount_or(Field::Limit).or(present.filter(|_| !f.has_flag(Field::NoLimit)));
        let (roles, reason, filing) = (roles(f)?, f.text_or(Field::Reason), f.filing());
        let changed = OfficerRolesChanged { number, roles, limit, reason, filing };
        Ok(Command::ChangeOfficerRoles(changed))
    },
)
.with_more(
    "The roles given are all that the officer has then. A maker records money and names of things, an administrator keeps officers, keys and policies, an auditor reads; approvals come with a later rule set.",
    "所列角色即该经办人的全部角色。录入（maker）登记资金和名录，管理（administrator）管理经办人、密钥和制度，审计（auditor）只读。",
);

pub(super) static ROTATE: Form = form(
    Act::OfficerRotate,
    said("Give an officer a new key, from the next command on", "更换经办人的密钥，从下一笔业务起生效"),
    &[
        "officer rotate wang --officer wang",
        "officer rotate zhao --key zhao.request --reason \"card lost\" --officer li",
    ],
    fields! {
        OFFICER,
        flag(Field::Key, Kind::Request, "The file that `earmark key request` wrote [default: a new key on this machine]", "`earmark key request` 写出的文件［默认：在本机新建密钥］"),
        REASON,
    },
    |f| {
        let number = f.officer()?;
        let ((key, proof), reason, filing) = (key(f)?, f.text_or(Field::Reason), f.filing());
        let rotated = OfficerKeyRotated { number, key, proof, reason, filing };
        Ok(Command::RotateOfficerKey(rotated))
    },
)
.with_more(
    "An officer whose old key is still there rotates it with it: the new one is made on this machine, and the old one kept under another name. For a lost key an administrator takes the officer's request with the new key. A key that was given up never comes back.",
    "旧密钥仍在的，由经办人用旧密钥更换：新密钥在本机生成，旧密钥改名保留。密钥遗失的，由管理员凭经办人新密钥的申请办理。停用的密钥不再启用。",
);

pub(super) static REVOKE: Form = form(
    Act::OfficerRevoke,
    said(
        "Let an officer's signature count no more, from the next command on and for ever",
        "撤销经办人，其签名从下一笔业务起不再有效",
    ),
    &["officer revoke wang --reason \"left the office\""],
    &[OFFICER, REASON.needed()],
    |f| {
        let number = f.officer()?;
        let (reason, filing) = (f.text(Field::Reason)?, f.filing());
        Ok(Command::RevokeOfficer(OfficerRevoked { number, reason, filing }))
    },
)
.with_more(
    "What the officer signed before stays signed. The last administrator cannot be revoked.",
    "此前的签名仍然有效。最后一名管理员不能撤销。",
);

pub(super) static ADOPT_POLICY: Form = form(
    Act::PolicyAdopt,
    said(
        "Adopt the policy of a TOML file; what the file does not name stays as it is",
        "采用 TOML 文件中的制度；文件未写的各项不变",
    ),
    &["policy show -o policy.toml", "policy adopt policy.toml"],
    &[place("FILE", Field::Policy, Kind::Policy, "The policy, in TOML", "制度文件（TOML）")],
    |f| {
        let policy = *f.values.policy(Field::Policy).ok_or_else(|| missing(Field::Policy))?;
        Ok(Command::AdoptPolicy(PolicyAdopted { policy, filing: f.filing() }))
    },
)
.with_more(
    "The file:\n  control = \"stop\"                    # a line below zero: stop, warn or track\n  tolerance_basis_points = 0          # how far `stop` lets a line go, of its authority …\n  tolerance = \"0.00\"                  # … and absolutely; the lower holds\n  project_required = true             # every contract and payment needs a project\n  transfer_between_purposes = false   # may money go to a fund for something else\n  history_before = \"2003-01-01\"       # only earlier dates are imported as history; \"opening\": the day the ledger was opened",
    "文件：\n  control = \"stop\"                    # 指标透支时：stop 禁止、warn 警告或 track 仅列示\n  tolerance_basis_points = 0          # stop 时允许的透支，占指标的万分之几 …\n  tolerance = \"0.00\"                  # … 及其金额，取低者\n  project_required = true             # 合同和支付须有项目\n  transfer_between_purposes = false   # 是否允许调剂到其他用途的资金\n  history_before = \"2003-01-01\"       # 早于此日的才作为历史数据导入；\"opening\"：账簿开立之日",
);

/// Roles in the order of their numbers, each once: the same wish in any order is the same command.
fn roles(f: &mut Filled<'_>) -> Result<Vec<Role>, Refusal> {
    let words = f.values.words(Field::Roles).ok_or_else(|| missing(Field::Roles))?;
    let mut roles: Vec<Role> = words.into_iter().filter_map(Role::from_text).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

fn key(f: &mut Filled<'_>) -> Result<(Bytes32, Bytes64), Refusal> {
    match f.values.take(Field::Key) {
        Some(Value::Key(key, proof)) => Ok((key, proof)),
        Some(_) | None => Err(missing(Field::Key)),
    }
}
