//! Small closed lists, each value with a permanent number (schemas/entry.md §6).
//!
//! The number is what is stored, one byte (people and JSON get the word); the position in the source is not, so a value can be
//! added anywhere without changing a byte.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "u8")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All values, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it, as the command line and JSON write it.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with this word.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> u8 {
                match value { $($name::$variant => $number),+ }
            }
        }

        impl TryFrom<u8> for $name {
            type Error = String;
            fn try_from(number: u8) -> Result<Self, String> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    _ => Err(format!("no {} has the number {number}", stringify!($name))),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(self.text())
                } else {
                    serializer.serialize_u8(u8::from(*self))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

numbered! {
    /// What happens when a line would go below zero.
    Control {
        /// Refuse.
        Stop = 1 "stop",
        /// Book it, with a warning in the receipt and a finding.
        Warn = 2 "warn",
        /// Book it, with a finding only.
        Track = 3 "track",
    }
}
numbered! {
    /// What an officer may do; asked for from rule set 2 on.
    Role {
        /// Records.
        Maker = 1 "maker",
        /// Approves what another recorded.
        Approver = 2 "approver",
        /// Reads and reviews.
        Auditor = 3 "auditor",
        /// Enrols officers and adopts policies.
        Administrator = 4 "administrator",
    }
}
numbered! {
    /// The level of a district in the division tree.
    Level {
        /// 市.
        City = 1 "city",
        /// 区县.
        District = 2 "district",
        /// 街道.
        Street = 3 "street",
    }
}
numbered! {
    /// The kind of a fund.
    FundKind {
        /// 专项资金.
        Special = 1 "special",
        /// 引导资金.
        Guidance = 2 "guidance",
        /// 配套资金.
        Matching = 3 "matching",
    }
}
numbered! {
    /// Where an allocation's money comes from.
    SourceKind {
        /// The district's own budget.
        Own = 1 "own",
        /// A higher level of government.
        UpperLevel = 2 "upper_level",
        /// Anything else.
        Other = 3 "other",
    }
}
numbered! {
    /// The direction of an adjustment.
    Direction {
        /// 追加.
        Supplement = 1 "supplement",
        /// 追减.
        Reduction = 2 "reduction",
    }
}
numbered! {
    /// The kind of a follow-on investment.
    FollowOnKind {
        /// Private capital.
        Private = 1 "private",
        /// 带资兴建: an enterprise builds with its own capital.
        EnterpriseBuild = 2 "enterprise_build",
        /// The project owner's own funds.
        OwnFunds = 3 "own_funds",
        /// Public money of another body.
        OtherPublic = 4 "other_public",
        /// Goods, land or work, valued by a document.
        InKind = 5 "in_kind",
    }
}
numbered! {
    /// What a carried balance is: 结转 (unfinished, same purpose) or 结余 (goal met).
    RestKind {
        /// 结转.
        CarryOver = 1 "carry-over",
        /// 结余.
        Surplus = 2 "surplus",
    }
}
numbered! {
    /// Where money of a line stands (domain.md §5). A leaf account is (line, stage, project?, commitment?).
    Stage {
        /// The only source; never above zero.
        Authority = 1 "authority",
        /// Free to use.
        Unreserved = 2 "unreserved",
        /// Held for a project.
        Reserved = 3 "reserved",
        /// Owed under a contract.
        Committed = 4 "committed",
        /// Approved for payment, not yet paid.
        ApprovedUnpaid = 5 "approved_unpaid",
        /// Paid, net of refunds.
        Paid = 6 "paid",
        /// Refunded to the treasury.
        RefundedOut = 7 "refunded_out",
        /// Carried to a later year.
        CarriedOut = 8 "carried_out",
        /// Gone back unspent.
        Lapsed = 9 "lapsed",
        /// Equity of a guidance fund.
        Invested = 10 "invested",
    }
}
numbered! {
    /// Where a project stands.
    ProjectStatus {
        /// Asked for, not decided.
        Proposed = 1 "proposed",
        /// May spend.
        Approved = 2 "approved",
        /// Held up; may not spend.
        Suspended = 3 "suspended",
        /// Work done; contracts are still paid.
        Completed = 4 "completed",
        /// Given up.
        Terminated = 5 "terminated",
        /// Settled; nothing reserved any more.
        ClosedOut = 6 "closed_out",
        /// Asked for and refused.
        Rejected = 7 "rejected",
    }
}
