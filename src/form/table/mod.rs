//! The forms: what each command takes, field by field, in the words of the office, and how its command is
//! made of the values. The command line, imports, `earmark forms` and later an API and pages come from here.
//!
//! No form have: the opening of a ledger, a new key of its log, a restoration and an adopted anchor. What
//! they say is made by the machine that holds the files and keys, not filled in. `SetAllocation` is
//! `allocation.record` of an import whose amounts are targets.

mod correction;
mod follow_on;
mod master;
mod money;
mod office;
mod project;
mod spend;

use super::build::{Filled, Scene};
use super::field::{Act, Field, Kind, Said};
use super::refusal::Refusal;
use super::thing::ThingSort;
use super::value::Values;
use crate::domain::command::Command;
use crate::domain::event::Filing;

/// A form.
#[derive(Clone, Copy)]
pub struct Form {
    /// The command.
    pub act: Act,
    /// What it does.
    pub title: Said,
    /// More about it; may be empty.
    pub more: Said,
    /// Lines of the command line, without the program's name.
    pub examples: &'static [&'static str],
    /// Its own fields, in order; [`SHARED`] follow in every form.
    pub fields: &'static [FieldSpec],
    /// True if a row of an import may become it.
    pub is_imported: bool,
    pub(super) make: Make,
}

/// Makes the command.
pub(super) type Make = fn(&mut Filled<'_>) -> Result<Command, Refusal>;

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Form").field(&self.act).finish()
    }
}

/// When a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Always,
    /// Where it is typed; an import has a default for it.
    Typed,
    /// Never.
    Optional,
}

/// How a field is typed on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// In its place, which has this name.
    Placed(&'static str),
    /// After a flag.
    Flagged,
    /// Not at all: only an import has it.
    Never,
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// What it holds.
    pub kind: Kind,
    /// When it must be there.
    pub need: Need,
    /// What it is where it was not said.
    pub default: Option<&'static str>,
    /// What it means.
    pub help: Said,
    /// How it is typed.
    pub typed: Typed,
    /// True if a cell of an import may hold it.
    pub is_imported: bool,
    /// Fields that exclude it.
    pub excludes: &'static [Field],
    /// A field that it needs beside it.
    pub needs: Option<Field>,
}

/// A field that is typed in its place, which has a name; it must be there.
const fn place(
    name: &'static str,
    field: Field,
    kind: Kind,
    en: &'static str,
    zh: &'static str,
) -> FieldSpec {
    FieldSpec { typed: Typed::Placed(name), need: Need::Always, ..flag(field, kind, en, zh) }
}

/// A field that is typed after a flag.
const fn flag(field: Field, kind: Kind, en: &'static str, zh: &'static str) -> FieldSpec {
    FieldSpec {
        field,
        kind,
        need: Need::Optional,
        default: None,
        help: Said { en, zh },
        typed: Typed::Flagged,
        is_imported: true,
        excludes: &[],
        needs: None,
    }
}

/// A field that only an import has.
const fn cell(field: Field, kind: Kind, en: &'static str, zh: &'static str) -> FieldSpec {
    FieldSpec { typed: Typed::Never, ..flag(field, kind, en, zh) }
}

/// Flags that are not spelled as their fields: each is said once, though it may be repeated.
const FLAGS: &[(Field, &str)] = &[
    (Field::OccurredOn, "on"),
    (Field::Documents, "document"),
    (Field::Purposes, "purpose"),
    (Field::PurposesAdded, "add-purpose"),
    (Field::Rest, "class"),
    (Field::Roles, "role"),
];

/// Other spellings of flags.
const ALIASES: &[(Field, &str)] = &[
    (Field::OccurredOn, "date"),
    (Field::Reason, "note"),
    (Field::Commitment, "contract"),
    (Field::SourceNo, "invoice"),
];

/// The fields of a form, one a row.
macro_rules! fields {
    ($($field:expr,)+) => { &[$($field),+] };
}
use fields;

impl FieldSpec {
    const fn needed(self) -> Self {
        Self { need: Need::Always, ..self }
    }

    const fn needed_typed(self) -> Self {
        Self { need: Need::Typed, ..self }
    }

    const fn optional(self) -> Self {
        Self { need: Need::Optional, ..self }
    }

    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn typed_only(self) -> Self {
        Self { is_imported: false, ..self }
    }

    const fn without(self, excludes: &'static [Field]) -> Self {
        Self { excludes, ..self }
    }

    const fn with(self, field: Field) -> Self {
        Self { needs: Some(field), ..self }
    }

    /// The flag that it is typed after, without `--`.
    #[must_use]
    pub fn flag(&self) -> String {
        if self.kind == Kind::Sealed {
            return format!("{}-file", self.field.text());
        }
        let spelled = FLAGS.iter().find(|(field, _)| *field == self.field);
        spelled.map_or_else(|| self.field.text().replace('_', "-"), |(_, flag)| (*flag).to_owned())
    }

    /// The other spelling of its flag.
    #[must_use]
    pub fn alias(&self) -> Option<&'static str> {
        ALIASES.iter().find(|(field, _)| *field == self.field).map(|(_, alias)| *alias)
    }

    /// What stands for its value in help.
    #[must_use]
    pub fn value_name(&self) -> String {
        if let Typed::Placed(name) = self.typed {
            return name.to_owned();
        }
        match (self.field, self.kind) {
            (Field::Name | Field::NameZh | Field::Investor, _) => "NAME".to_owned(),
            (Field::CreditCode, _) => "CODE".to_owned(),
            (Field::Fund, _) => "FUND".to_owned(),
            (Field::Commitment, _) => "CONTRACT".to_owned(),
            (Field::RestoresBudget, _) => "YES|NO".to_owned(),
            (_, Kind::NewCode(_) | Kind::Code(_)) => "CODE".to_owned(),
            (_, Kind::Text | Kind::LongText) => "TEXT".to_owned(),
            (_, Kind::Tag | Kind::Tags) => "TAG".to_owned(),
            (_, Kind::Part | Kind::Parts) => "LINE=AMOUNT".to_owned(),
            (_, Kind::Documents) => "FILE[:KIND]".to_owned(),
            (_, Kind::Document | Kind::Request | Kind::Policy | Kind::Sealed) => "FILE".to_owned(),
            (_, Kind::Officer | Kind::NewOfficer) => "NAME".to_owned(),
            (_, Kind::Choice(_) | Kind::Choices(_)) => self.flag().to_uppercase(),
            (_, kind) => kind.word().to_uppercase(),
        }
    }

    /// A value that it may have.
    #[must_use]
    pub fn example(&self) -> &'static str {
        match (self.field, self.kind) {
            (Field::Name, Kind::Text) => "Pudong informatization fund",
            (Field::NameZh, _) => "信息化建设专项基金",
            (Field::TitleZh, _) => "社保卡",
            (Field::Manager, _) => "District data bureau",
            (Field::CreditCode, _) => "91310000MA1K35XY7G",
            (Field::DocumentNo, _) => "沪财〔2002〕15号",
            (Field::SourceNo, _) => "0012345",
            (Field::Investor, _) => "示例软件企业甲",
            (Field::LegalBasis, _) => "个人信息保护法第47条",
            (_, Kind::NewCode(sort) | Kind::Code(sort)) => code_example(sort),
            (_, Kind::Class) => "设备",
            (_, Kind::Text) => "Social security card",
            (_, Kind::LongText) => "revised budget",
            (_, Kind::Tag | Kind::Tags) => "it/social-card",
            (_, Kind::Amount) => "10,000,000.00",
            (_, Kind::Date) => "2002-03-15",
            (_, Kind::Year) => "2002",
            (_, Kind::Line) => "PD-INFO:2002",
            (_, Kind::Part | Kind::Parts) => "PD-INFO:2002=500000",
            (_, Kind::Choice(words) | Kind::Choices(words)) => words.first().unwrap_or(&""),
            (_, Kind::Flag) => "",
            (_, Kind::Entry | Kind::Breach) => "PD-INFO/2002/3",
            (_, Kind::Officer | Kind::NewOfficer) => "wang",
            (_, Kind::Document | Kind::Documents) => "contract.pdf:contract",
            (_, Kind::Request) => "wang.request",
            (_, Kind::Policy) => "policy.toml",
            (_, Kind::Sealed) => "account.txt",
        }
    }
}

fn code_example(sort: ThingSort) -> &'static str {
    match sort {
        ThingSort::Fund => "PD-INFO",
        ThingSort::Project => "CARD",
        ThingSort::Payee => "SOFT-A",
        ThingSort::Commitment => "HT-2002-07",
        ThingSort::FollowOn => "INV-1",
        ThingSort::District => "310115",
        ThingSort::Programme => "SCHOOLS",
        ThingSort::Officer => "wang",
    }
}

/// Fields of every form.
pub const SHARED: &[FieldSpec] = &[
    flag(
        Field::OccurredOn,
        Kind::Date,
        "The day it happened [default: today at the ledger's UTC offset]",
        "业务日期［默认：账簿时区的今天］",
    ),
    flag(
        Field::Documents,
        Kind::Documents,
        "Attach a document by its SHA-256; the file stays with you (repeatable)",
        "登记附件的 SHA-256，文件由本单位保存（可重复）",
    )
    .typed_only(),
    flag(
        Field::DocumentNo,
        Kind::Text,
        "The office's file number, for example 沪财〔2002〕15号",
        "本单位文号，如 沪财〔2002〕15号",
    ),
];

const REASON: FieldSpec = flag(Field::Reason, Kind::LongText, "Why", "理由");
const YES_NO: Kind = Kind::Choice(&["yes", "no"]);

/// All forms, in the order of a ledger's life.
pub fn forms() -> impl Iterator<Item = &'static Form> {
    Act::ALL.iter().map(|act| act.form())
}

impl Form {
    /// Makes the command of its values.
    ///
    /// # Errors
    /// `field_missing` with the name of a required field.
    pub fn build(
        &self,
        values: Values,
        scene: Scene<'_>,
        filing: Filing,
    ) -> Result<Command, Refusal> {
        (self.make)(&mut Filled { values, scene, filing })
    }

    /// The words of the command line.
    pub fn verbs(&self) -> impl Iterator<Item = &'static str> {
        self.act.text().split('.')
    }

    /// Its fields and those of every form.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static FieldSpec> {
        self.fields.iter().chain(SHARED)
    }

    /// The fields that a row of an import may have.
    pub fn imported(&self) -> impl Iterator<Item = &'static FieldSpec> {
        self.all_fields().filter(|spec| spec.is_imported && spec.kind.fits_a_cell())
    }

    /// Its field of this name.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&'static FieldSpec> {
        self.all_fields().find(|spec| spec.field == field)
    }
}

impl Act {
    /// Its form.
    #[must_use]
    pub fn form(self) -> &'static Form {
        match self {
            Self::OfficerEnroll => &office::ENROLL,
            Self::OfficerRoles => &office::ROLES,
            Self::OfficerRotate => &office::ROTATE,
            Self::OfficerRevoke => &office::REVOKE,
            Self::PolicyAdopt => &office::ADOPT_POLICY,
            Self::DistrictRegister => &master::REGISTER_DISTRICT,
            Self::DistrictRetire => &master::RETIRE_DISTRICT,
            Self::ProgrammeRegister => &master::REGISTER_PROGRAMME,
            Self::PayeeRegister => &master::REGISTER_PAYEE,
            Self::FundEstablish => &master::ESTABLISH_FUND,
            Self::FundAmend => &master::AMEND_FUND,
            Self::FundClose => &master::CLOSE_FUND,
            Self::AllocationRecord => &money::ALLOCATE,
            Self::AllocationSupplement => &money::SUPPLEMENT,
            Self::AllocationReduce => &money::REDUCE,
            Self::AllocationTransfer => &money::TRANSFER,
            Self::AllocationCarry => &money::CARRY,
            Self::AllocationLapse => &money::LAPSE,
            Self::ReservationMake => &money::RESERVE,
            Self::ReservationRelease => &money::RELEASE,
            Self::ProjectApprove => &project::APPROVE,
            Self::ProjectComplete => &project::COMPLETE,
            Self::ProjectTerminate => &project::TERMINATE,
            Self::ProjectCloseOut => &project::CLOSE_OUT,
            Self::CommitmentMake => &spend::COMMIT,
            Self::CommitmentIncrease => &spend::INCREASE,
            Self::CommitmentReduce => &spend::REDUCE,
            Self::CommitmentClose => &spend::CLOSE,
            Self::DisbursementRecord => &spend::DISBURSE,
            Self::Refund => &spend::REFUND,
            Self::FollowOnPledge => &follow_on::PLEDGE,
            Self::FollowOnPayIn => &follow_on::PAY_IN,
            Self::FollowOnWithdraw => &follow_on::WITHDRAW,
            Self::Reverse => &correction::REVERSE,
            Self::BreachAcknowledge => &correction::ACKNOWLEDGE,
            Self::Attach => &correction::ATTACH,
            Self::ConfidentialErase => &correction::ERASE,
        }
    }
}

const NOTHING: Said = Said { en: "", zh: "" };

/// A form that is only filled in by people.
const fn form(
    act: Act,
    title: Said,
    examples: &'static [&'static str],
    fields: &'static [FieldSpec],
    make: Make,
) -> Form {
    Form { act, title, more: NOTHING, examples, fields, is_imported: false, make }
}

const fn said(en: &'static str, zh: &'static str) -> Said {
    Said { en, zh }
}

impl Form {
    /// Rows of an import may become it too.
    const fn imported_too(self) -> Self {
        Self { is_imported: true, ..self }
    }

    const fn with_more(self, en: &'static str, zh: &'static str) -> Self {
        Self { more: Said { en, zh }, ..self }
    }
}
