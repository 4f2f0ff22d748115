//! Which events a mapping may ask for, and the fields of each: the table of schemas/mapping.md §6.

use super::text::nearest;

macro_rules! worded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $(#[doc = concat!("`", $text, "`.")] $variant,)+ }

        impl $name {
            /// All, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in a mapping.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The one with this word.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }

            /// The word that was probably meant.
            #[must_use]
            pub fn nearest(text: &str) -> Option<&'static str> {
                nearest(text, Self::ALL.iter().map(|one| one.text()))
            }
        }
    };
}

worded! {
    /// A field of an event.
    Field {
        OccurredOn "occurred_on",
        DocumentNo "document_no",
        Code "code",
        Name "name",
        NameZh "name_zh",
        Title "title",
        TitleZh "title_zh",
        Level "level",
        Parent "parent",
        ValidFrom "valid_from",
        District "district",
        CreditCode "credit_code",
        Kind "kind",
        Purpose "purpose",
        Purposes "purposes",
        Manager "manager",
        Fund "fund",
        Year "year",
        Origin "origin",
        Class "class",
        Amount "amount",
        SourceOfMoney "source",
        Division "division",
        Reference "reference",
        Reason "reason",
        Programme "programme",
        Start "start",
        End "end",
        Ceiling "ceiling",
        Project "project",
        Contract "contract",
        Commitment "commitment",
        Payee "payee",
        SourceNo "source_no",
        Investor "investor",
        Agreement "agreement",
        Causality "causality",
    }
}

worded! {
    /// An event that a row may become.
    EventKind {
        DistrictRegister "district.register",
        ProgrammeRegister "programme.register",
        PayeeRegister "payee.register",
        FundEstablish "fund.establish",
        AllocationRecord "allocation.record",
        AllocationSupplement "allocation.supplement",
        AllocationReduce "allocation.reduce",
        ProjectApprove "project.approve",
        ProjectComplete "project.complete",
        ProjectTerminate "project.terminate",
        ProjectCloseOut "project.close-out",
        CommitmentMake "commitment.make",
        CommitmentIncrease "commitment.increase",
        CommitmentReduce "commitment.reduce",
        CommitmentClose "commitment.close",
        DisbursementRecord "disbursement.record",
        FollowOnPledge "follow-on.pledge",
        FollowOnPayIn "follow-on.pay-in",
        FollowOnWithdraw "follow-on.withdraw",
    }
}

worded! {
    /// What `--create-missing` creates with fields of its own.
    Created {
        Fund "fund",
        Project "project",
        Payee "payee",
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A code that the office chose.
    Code,
    /// Text.
    Text,
    /// A purpose.
    Tag,
    /// Purposes.
    Tags,
    /// An amount.
    Amount,
    /// A day.
    Date,
    /// A year of four digits.
    Year,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A field of an event: what it holds, and whether it must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// What it holds.
    pub shape: Shape,
    /// A row without it is refused.
    pub required: bool,
}

const LEVELS: Shape = Shape::Word(&["city", "district", "street"]);
const FUND_KINDS: Shape = Shape::Word(&["special", "guidance", "matching"]);
const SOURCES: Shape = Shape::Word(&["own", "upper_level", "other"]);
const FOLLOW_ON_KINDS: Shape =
    Shape::Word(&["private", "enterprise_build", "own_funds", "other_public", "in_kind"]);

macro_rules! specs {
    (@need required) => { true };
    (@need optional) => { false };
    ($name:ident: $($need:ident $field:ident $shape:expr;)+) => {
        const $name: &[FieldSpec] = &[
            $(FieldSpec { field: Field::$field, shape: $shape, required: specs!(@need $need) },)+
            FieldSpec { field: Field::OccurredOn, shape: Shape::Date, required: false },
            FieldSpec { field: Field::DocumentNo, shape: Shape::Text, required: false },
        ];
    };
}

specs! { DISTRICT:
    required Code Shape::Code;
    required Name Shape::Text;
    optional NameZh Shape::Text;
    required Level LEVELS;
    optional Parent Shape::Code;
    optional ValidFrom Shape::Date;
}
specs! { PROGRAMME:
    required Code Shape::Code;
    required Name Shape::Text;
    optional NameZh Shape::Text;
    optional District Shape::Code;
}
specs! { PAYEE:
    required Code Shape::Code;
    required Name Shape::Text;
    optional NameZh Shape::Text;
    optional CreditCode Shape::Text;
}
specs! { FUND:
    required Code Shape::Code;
    required Name Shape::Text;
    optional NameZh Shape::Text;
    required Kind FUND_KINDS;
    required Purposes Shape::Tags;
    optional Manager Shape::Text;
    optional District Shape::Code;
}
specs! { ALLOCATION:
    required Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
    required Amount Shape::Amount;
    optional SourceOfMoney SOURCES;
    optional Division Shape::Text;
    optional Reference Shape::Text;
}
specs! { ADJUSTMENT:
    required Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
    required Amount Shape::Amount;
    optional Reason Shape::Text;
}
specs! { PROJECT:
    required Code Shape::Code;
    required Title Shape::Text;
    optional TitleZh Shape::Text;
    required Purpose Shape::Tag;
    optional District Shape::Code;
    optional Programme Shape::Code;
    optional Start Shape::Date;
    optional End Shape::Date;
    optional Ceiling Shape::Amount;
    optional Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
    optional Amount Shape::Amount;
}
specs! { PROJECT_END:
    required Project Shape::Code;
    optional Reason Shape::Text;
}
specs! { COMMITMENT:
    required Contract Shape::Code;
    required Amount Shape::Amount;
    optional Payee Shape::Code;
    optional Purpose Shape::Tag;
    optional Title Shape::Text;
    optional Project Shape::Code;
    optional Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
}
specs! { COMMITMENT_CHANGE:
    required Contract Shape::Code;
    required Amount Shape::Amount;
    optional Reason Shape::Text;
    optional Project Shape::Code;
    optional Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
}
specs! { COMMITMENT_END:
    required Contract Shape::Code;
    optional Reason Shape::Text;
}
specs! { DISBURSEMENT:
    required Amount Shape::Amount;
    optional Commitment Shape::Code;
    optional Payee Shape::Code;
    optional Purpose Shape::Tag;
    optional SourceNo Shape::Text;
    optional Project Shape::Code;
    optional Fund Shape::Code;
    optional Year Shape::Year;
    optional Origin Shape::Year;
    optional Class Shape::Code;
}
specs! { PLEDGE:
    required Code Shape::Code;
    required Project Shape::Code;
    required Investor Shape::Text;
    required Kind FOLLOW_ON_KINDS;
    required Amount Shape::Amount;
    optional Agreement Shape::Text;
    optional Causality Shape::Text;
}
specs! { PAY_IN:
    required Code Shape::Code;
    required Amount Shape::Amount;
}
specs! { WITHDRAWAL:
    required Code Shape::Code;
    optional Reason Shape::Text;
}

impl EventKind {
    /// The fields it takes.
    #[must_use]
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::DistrictRegister => DISTRICT,
            Self::ProgrammeRegister => PROGRAMME,
            Self::PayeeRegister => PAYEE,
            Self::FundEstablish => FUND,
            Self::AllocationRecord => ALLOCATION,
            Self::AllocationSupplement | Self::AllocationReduce => ADJUSTMENT,
            Self::ProjectApprove => PROJECT,
            Self::ProjectComplete | Self::ProjectTerminate | Self::ProjectCloseOut => PROJECT_END,
            Self::CommitmentMake => COMMITMENT,
            Self::CommitmentIncrease | Self::CommitmentReduce => COMMITMENT_CHANGE,
            Self::CommitmentClose => COMMITMENT_END,
            Self::DisbursementRecord => DISBURSEMENT,
            Self::FollowOnPledge => PLEDGE,
            Self::FollowOnPayIn => PAY_IN,
            Self::FollowOnWithdraw => WITHDRAWAL,
        }
    }
}

const CREATED_FUND: &[FieldSpec] = &[
    FieldSpec { field: Field::Name, shape: Shape::Text, required: false },
    FieldSpec { field: Field::NameZh, shape: Shape::Text, required: false },
    FieldSpec { field: Field::Kind, shape: FUND_KINDS, required: false },
    FieldSpec { field: Field::Purposes, shape: Shape::Tags, required: true },
    FieldSpec { field: Field::Manager, shape: Shape::Text, required: false },
    FieldSpec { field: Field::District, shape: Shape::Code, required: false },
];
const CREATED_PROJECT: &[FieldSpec] = &[
    FieldSpec { field: Field::Title, shape: Shape::Text, required: false },
    FieldSpec { field: Field::TitleZh, shape: Shape::Text, required: false },
    FieldSpec { field: Field::Purpose, shape: Shape::Tag, required: true },
    FieldSpec { field: Field::District, shape: Shape::Code, required: false },
    FieldSpec { field: Field::Programme, shape: Shape::Code, required: false },
    FieldSpec { field: Field::Start, shape: Shape::Date, required: false },
    FieldSpec { field: Field::End, shape: Shape::Date, required: false },
];
const CREATED_PAYEE: &[FieldSpec] = &[
    FieldSpec { field: Field::Name, shape: Shape::Text, required: false },
    FieldSpec { field: Field::NameZh, shape: Shape::Text, required: false },
    FieldSpec { field: Field::CreditCode, shape: Shape::Text, required: false },
];

impl Created {
    /// The fields it takes; its code is the one that the row names.
    #[must_use]
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::Fund => CREATED_FUND,
            Self::Project => CREATED_PROJECT,
            Self::Payee => CREATED_PAYEE,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::wildcard_enum_match_arm, reason = "test code")]
    use super::*;
    use crate::domain::kinds::{FollowOnKind, FundKind, Level, SourceKind};
    use std::collections::BTreeSet;

    #[test]
    fn words_are_those_of_the_domain() {
        let words = |shape: Shape| match shape {
            Shape::Word(words) => words.to_vec(),
            _ => panic!("{shape:?}"),
        };
        assert_eq!(words(LEVELS), Level::ALL.iter().map(|one| one.text()).collect::<Vec<_>>());
        assert_eq!(
            words(FUND_KINDS),
            FundKind::ALL.iter().map(|one| one.text()).collect::<Vec<_>>()
        );
        assert_eq!(
            words(SOURCES),
            SourceKind::ALL.iter().map(|one| one.text()).collect::<Vec<_>>()
        );
        let kinds: Vec<_> = FollowOnKind::ALL.iter().map(|one| one.text()).collect();
        assert_eq!(words(FOLLOW_ON_KINDS), kinds);
    }

    #[test]
    fn the_page_names_every_event_and_field() {
        let page = include_str!("../../schemas/mapping.md");
        for kind in EventKind::ALL {
            let row = page.lines().find(|line| {
                line.starts_with("| `") && line.contains(&format!("`{}`", kind.text()))
            });
            let row = row.unwrap_or_else(|| panic!("{} is not in the table", kind.text()));
            for spec in kind.fields() {
                let common = matches!(spec.field, Field::OccurredOn | Field::DocumentNo);
                let name = if spec.required {
                    format!("**{}**", spec.field.text())
                } else {
                    spec.field.text().to_owned()
                };
                assert!(common || row.contains(&name), "{}: {name}", kind.text());
            }
            let fields: BTreeSet<_> = kind.fields().iter().map(|spec| spec.field).collect();
            assert_eq!(fields.len(), kind.fields().len());
        }
        assert_eq!(EventKind::nearest("commitment.mak"), Some("commitment.make"));
    }
}
