//! Names of commands and of their fields, and what a field holds.

use super::near::nearest;
use super::thing::ThingSort;

macro_rules! worded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $(#[doc = concat!("`", $text, "`.")] $variant,)+ }

        impl $name {
            /// All, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
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
pub(crate) use worded;

worded! {
    /// A command that has a form, by its name: the words of the command line with a point between them.
    Act {
        OfficerEnroll "officer.enroll",
        OfficerRoles "officer.roles",
        OfficerRotate "officer.rotate",
        OfficerRevoke "officer.revoke",
        PolicyAdopt "policy.adopt",
        DistrictRegister "district.register",
        DistrictRetire "district.retire",
        ProgrammeRegister "programme.register",
        PayeeRegister "payee.register",
        FundEstablish "fund.establish",
        FundAmend "fund.amend",
        FundClose "fund.close",
        AllocationRecord "allocation.record",
        AllocationSupplement "allocation.supplement",
        AllocationReduce "allocation.reduce",
        AllocationTransfer "allocation.transfer",
        AllocationCarry "allocation.carry",
        AllocationLapse "allocation.lapse",
        ReservationMake "reservation.make",
        ReservationRelease "reservation.release",
        ProjectApprove "project.approve",
        ProjectComplete "project.complete",
        ProjectTerminate "project.terminate",
        ProjectCloseOut "project.close-out",
        CommitmentMake "commitment.make",
        CommitmentIncrease "commitment.increase",
        CommitmentReduce "commitment.reduce",
        CommitmentClose "commitment.close",
        DisbursementRecord "disbursement.record",
        Refund "refund",
        FollowOnPledge "follow-on.pledge",
        FollowOnPayIn "follow-on.pay-in",
        FollowOnWithdraw "follow-on.withdraw",
        Reverse "reverse",
        BreachAcknowledge "breach.acknowledge",
        Attach "attach",
        ConfidentialErase "confidential.erase",
    }
}

worded! {
    /// A field of a form.
    Field {
        OccurredOn "occurred_on",
        DocumentNo "document_no",
        Documents "documents",
        Code "code",
        Name "name",
        NameZh "name_zh",
        Title "title",
        TitleZh "title_zh",
        Level "level",
        Parent "parent",
        ValidFrom "valid_from",
        Successor "successor",
        District "district",
        CreditCode "credit_code",
        Account "account",
        Identity "identity",
        Contact "contact",
        Kind "kind",
        Purpose "purpose",
        Purposes "purposes",
        PurposesAdded "purposes_added",
        Manager "manager",
        Fund "fund",
        Year "year",
        Origin "origin",
        Class "class",
        Line "line",
        From "from",
        To "to",
        Stage "stage",
        Rest "rest",
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
        Split "split",
        Disbursement "disbursement",
        RestoresBudget "restores_budget",
        Investor "investor",
        Valuation "valuation",
        Agreement "agreement",
        Causality "causality",
        Entry "entry",
        Breach "breach",
        WithDependents "with_dependents",
        Document "document",
        LegalBasis "legal_basis",
        Officer "officer",
        Key "key",
        Roles "roles",
        Limit "limit",
        NoLimit "no_limit",
        Policy "policy",
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The code of something that the command makes.
    NewCode(ThingSort),
    /// The code of something that is there.
    Code(ThingSort),
    /// The class of a line: a code of the office's own.
    Class,
    /// A line of text.
    Text,
    /// A text that may be longer: a reason.
    LongText,
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
    /// A line.
    Line,
    /// A line with an amount.
    Part,
    /// Lines, each with an amount.
    Parts,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several of these words.
    Choices(&'static [&'static str]),
    /// Said or not.
    Flag,
    /// The name of an entry.
    Entry,
    /// The name of an entry of a command that should not be in the ledger.
    Breach,
    /// The name of an officer of the ledger.
    Officer,
    /// The name of an officer who is to be enrolled.
    NewOfficer,
    /// A document, of which the ledger keeps hash and name.
    Document,
    /// Documents.
    Documents,
    /// A request to be enrolled, which holds a public key.
    Request,
    /// A policy.
    Policy,
    /// A value that is sealed beside the ledger.
    Sealed,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NewCode(_) => "new_code",
            Self::Code(_) => "code",
            Self::Class => "class",
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Tag => "purpose",
            Self::Tags => "purposes",
            Self::Amount => "amount",
            Self::Date => "date",
            Self::Year => "year",
            Self::Line => "line",
            Self::Part => "line_amount",
            Self::Parts => "line_amounts",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Flag => "flag",
            Self::Entry => "entry",
            Self::Breach => "breach",
            Self::Officer => "officer",
            Self::NewOfficer => "new_officer",
            Self::Document => "document",
            Self::Documents => "documents",
            Self::Request => "request",
            Self::Policy => "policy",
            Self::Sealed => "sealed",
        }
    }

    /// The kind, for people.
    #[must_use]
    pub fn said(self) -> Said {
        let (en, zh) = match self {
            Self::NewCode(_) => ("new code", "新代码"),
            Self::Code(_) => ("code", "代码"),
            Self::Class => ("class", "类别"),
            Self::Text => ("text", "文本"),
            Self::LongText => ("long text", "长文本"),
            Self::Tag => ("purpose", "用途"),
            Self::Tags => ("purposes", "用途（多项）"),
            Self::Amount => ("amount", "金额"),
            Self::Date => ("date", "日期"),
            Self::Year => ("year", "年度"),
            Self::Line => ("line", "指标"),
            Self::Part => ("line=amount", "指标=金额"),
            Self::Parts => ("line=amount, several", "指标=金额（多项）"),
            Self::Choice(_) => ("choice", "单选"),
            Self::Choices(_) => ("choices", "多选"),
            Self::Flag => ("yes if said", "写出即是"),
            Self::Entry => ("entry", "条目"),
            Self::Breach => ("entry of a breach", "违规条目"),
            Self::Officer => ("officer", "经办人"),
            Self::NewOfficer => ("new officer", "新经办人"),
            Self::Document => ("document", "文件"),
            Self::Documents => ("documents", "文件（多项）"),
            Self::Request => ("request", "登记申请"),
            Self::Policy => ("policy", "制度"),
            Self::Sealed => ("sealed file", "封存的文件"),
        };
        Said { en, zh }
    }

    /// The words of a closed list; none of any other kind.
    #[must_use]
    pub fn choices(self) -> &'static [&'static str] {
        if let Self::Choice(words) | Self::Choices(words) = self { words } else { &[] }
    }

    /// What a code is of.
    #[must_use]
    pub fn thing(self) -> Option<ThingSort> {
        if let Self::NewCode(sort) | Self::Code(sort) = self { Some(sort) } else { None }
    }

    /// True if it holds several values.
    #[must_use]
    pub fn is_many(self) -> bool {
        matches!(self, Self::Tags | Self::Parts | Self::Choices(_) | Self::Documents)
    }

    /// True for a code, of whatever.
    #[must_use]
    pub fn is_code(self) -> bool {
        matches!(self, Self::NewCode(_) | Self::Code(_) | Self::Class)
    }

    /// True if the cell of a table can hold it.
    #[must_use]
    pub fn fits_a_cell(self) -> bool {
        self.is_code()
            || matches!(
                self,
                Self::Text
                    | Self::LongText
                    | Self::Tag
                    | Self::Tags
                    | Self::Amount
                    | Self::Date
                    | Self::Year
                    | Self::Line
                    | Self::Entry
                    | Self::Choice(_)
            )
    }
}
