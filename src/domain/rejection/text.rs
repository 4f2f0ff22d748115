//! The words of a rejection: the rule and both figures. The next step is in `hint`.

use super::{PossibleLine, Rejection};
use crate::domain::calendar::{Date, instant_text};
use crate::domain::event::RULE_SET;
use crate::domain::ids::{Code, Tag};
use crate::domain::kinds::Role;

/// The event that undoes others.
pub(super) const REVERSAL: &str = "EntryReversed";

/// Microseconds of 40 days.
const FORTY_DAYS: i64 = 40 * 86_400_000_000;

impl Rejection {
    /// The rule in words, with both figures.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::TextEmpty { .. }
            | Self::TextTooLong { .. }
            | Self::TextNotAllowed { .. }
            | Self::TextNotNormalised { .. }
            | Self::TextPadded { .. }
            | Self::CharacterHidden { .. }
            | Self::CodeNotAllowed { .. }
            | Self::OutOfRange { .. }
            | Self::NegativeAmount { .. }
            | Self::Overflow
            | Self::SumDiffers { .. }
            | Self::SplitTwice { .. }
            | Self::NoSplits
            | Self::CommandTooLarge { .. } => self.form_message(),
            Self::LedgerNotOpen
            | Self::LedgerOpen
            | Self::RuleSetUnknown { .. }
            | Self::RuleSetOlder { .. }
            | Self::RoleRequired { .. }
            | Self::NoAdministrator
            | Self::LastAdministrator { .. }
            | Self::KeyInUse { .. }
            | Self::KeyUsedBefore { .. }
            | Self::OfficerRevoked { .. }
            | Self::NumberNotNext { .. }
            | Self::ClockBehind { .. }
            | Self::ClockAhead { .. }
            | Self::ClockDay { .. }
            | Self::CommandIdReused { .. }
            | Self::NotInRuleSet { .. }
            | Self::Unknown { .. }
            | Self::Exists { .. } => self.ledger_message(),
            Self::DateAbsurd { .. }
            | Self::DateInFuture { .. }
            | Self::HistoryTooLate { .. }
            | Self::PeriodClosed { .. }
            | Self::DateOrder { .. }
            | Self::LineYearOver { .. }
            | Self::DistrictNotValid { .. }
            | Self::DistrictOrder { .. } => self.time_message(),
            Self::DistrictEnded { .. }
            | Self::FundClosed { .. }
            | Self::FundNotEmpty { .. }
            | Self::ProjectStatus { .. }
            | Self::CommitmentClosed { .. }
            | Self::FollowOnEnded { .. }
            | Self::NotAShare { .. }
            | Self::NotADisbursement { .. }
            | Self::CarryMismatch { .. } => self.state_message(),
            Self::ProjectRequired
            | Self::PayeeRequired
            | Self::PurposeRequired
            | Self::PurposeOutside { .. }
            | Self::TransferPurpose { .. }
            | Self::ValuationRequired
            | Self::NoLine { .. }
            | Self::LineAmbiguous { .. }
            | Self::OfficerLimit { .. }
            | Self::RestDiffers { .. }
            | Self::Limit { .. } => self.purpose_message(),
            Self::NotReversible { .. }
            | Self::AlreadyReversed { .. }
            | Self::NotConfidential { .. }
            | Self::AlreadyErased { .. }
            | Self::ConfidentialReused { .. }
            | Self::HasDependents { .. }
            | Self::VoucherBooked { .. } => self.correction_message(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn form_message(&self) -> String {
        match self {
            Self::TextEmpty { field } => format!("{field} must not be empty"),
            Self::TextTooLong { field, bytes, max_bytes } => {
                format!("{field} has {bytes} bytes; at most {max_bytes} are allowed")
            }
            Self::TextNotAllowed { field, code_point } => format!(
                "{field} contains U+{:04X}; control, direction, line-separator and unassigned \
                 characters are not allowed",
                u32::from(*code_point)
            ),
            Self::CharacterHidden { field, code_point } => format!(
                "{field} contains U+{:04X}, which cannot be seen or looks different elsewhere; whoever \
                 reads a code has to see all of it",
                u32::from(*code_point)
            ),
            Self::TextPadded { field, code_point } => format!(
                "{field} begins or ends with U+{:04X}, which cannot be seen there",
                u32::from(*code_point)
            ),
            Self::TextNotNormalised { field } => format!("{field} is not in Unicode form NFC"),
            Self::CodeNotAllowed { field, code, why } => {
                format!("the {field} code {:?} {why}", code.as_str())
            }
            Self::OutOfRange { field, found, allowed } => {
                format!("{field} is {found}; allowed is {allowed}")
            }
            Self::NegativeAmount { amount } => {
                format!(
                    "{amount} is negative; only contracts and payments of a historical import may be"
                )
            }
            Self::Overflow => "a sum is beyond what the ledger can count".to_owned(),
            Self::SumDiffers { whole, parts } => {
                format!("the parts add up to {parts}, not to {whole}")
            }
            Self::SplitTwice { line, project: Some(project) } => {
                format!("line {line} with project {project} stands in two splits")
            }
            Self::SplitTwice { line, project: None } => format!("line {line} stands in two splits"),
            Self::NoSplits => "money is never picked silently: no line is named".to_owned(),
            Self::CommandTooLarge { what, found, max } => {
                format!("the command has {found} {what}; at most {max} are allowed")
            }
            _ => String::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn ledger_message(&self) -> String {
        match self {
            Self::LedgerNotOpen => "the ledger is not open: its first entry is missing".to_owned(),
            Self::LedgerOpen => "a ledger is opened once, by its first command".to_owned(),
            Self::RuleSetUnknown { version } => {
                format!(
                    "rule set {version} is not known; this program has rule sets 1 to {RULE_SET}"
                )
            }
            Self::RuleSetOlder { present, wanted } => {
                format!("rule set {present} is in force; it cannot go back to {wanted}")
            }
            Self::RoleRequired { officer, roles, wanted, event } => {
                let roles: Vec<&str> = roles.iter().map(|role| role.text()).collect();
                let roles = roles.join(", ");
                let article = if *wanted == Role::Maker { "a" } else { "an" };
                format!("{event} is recorded by {article} {wanted}; officer {officer} is {roles}")
            }
            Self::NoAdministrator => {
                "roles are asked for, and no officer is administrator".to_owned()
            }
            Self::LastAdministrator { officer } => {
                format!("a ledger has an administrator; officer {officer} is the only one")
            }
            Self::KeyInUse { purpose } => {
                format!("a key has one purpose; this one is already {purpose}")
            }
            Self::KeyUsedBefore { purpose, until } => {
                format!("a key is used once; this one was {purpose} until @{until}")
            }
            Self::OfficerRevoked { officer, entry } => {
                format!("officer {officer} was revoked at @{entry}")
            }
            Self::NumberNotNext { what, expected, found } => {
                format!("the next {what} is {expected}, not {found}")
            }
            Self::ClockBehind { now, head, .. } => format!(
                "the clock says {}, more than a minute before the last entry of {}",
                instant_text(*now),
                instant_text(*head)
            ),
            Self::ClockAhead { now, head, .. } => format!(
                "the clock says {}, more than {} after the last entry of {}",
                instant_text(*now),
                if now.saturating_sub(*head) > FORTY_DAYS { "40 days" } else { "a day" },
                instant_text(*head)
            ),
            Self::ClockDay { said, day } => {
                format!("--accept-clock repeats the clock's own day, which is {day}, not {said}")
            }
            Self::CommandIdReused { field, first } => {
                format!("this command id was used at @{first} for another command: {field} differs")
            }
            Self::NotInRuleSet { what } => format!("the rule sets of this program have no {what}"),
            Self::Unknown { thing, name, .. } => format!("there is no {} {name}", thing.texts().0),
            Self::Exists { thing, name } => format!("{} {name} exists already", thing.texts().0),
            _ => String::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn time_message(&self) -> String {
        match self {
            Self::DateAbsurd { date } => {
                format!("{date} is outside {} to {}", Date::EARLIEST, Date::LATEST)
            }
            Self::DateInFuture { date, today } => format!("{date} is after today, {today}"),
            Self::HistoryTooLate { date, cut_over } => {
                format!("{date} is not before {cut_over}, where history ends")
            }
            Self::PeriodClosed { date, closed_until } => {
                format!("{date} is in a closed period; closed until {closed_until}")
            }
            Self::DateOrder { what, date, earliest } => {
                format!("{date} is before {earliest}: {what}")
            }
            Self::LineYearOver { line, date, first, last } => {
                format!("{date} is outside the fiscal year of line {line}, {first} to {last}")
            }
            Self::DistrictNotValid { district, date, from, to, .. } => {
                let show = |d: &Option<Date>| d.map_or("open".to_owned(), |d| d.to_string());
                let (from, to) = (show(from), show(to));
                format!("district {district} is valid from {from} to {to}, not on {date}")
            }
            Self::DistrictOrder { code, parent } => {
                format!("district {parent} is not of a level above {code}")
            }
            _ => String::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn state_message(&self) -> String {
        match self {
            Self::DistrictEnded { district, to, successor } => match successor {
                Some(successor) => format!("district {district} ended on {to}, for {successor}"),
                None => format!("district {district} ended on {to}"),
            },
            Self::FundClosed { fund } => format!("fund {fund} is closed"),
            Self::FundNotEmpty { fund, account, balance } => {
                format!("fund {fund} still holds {balance} at {account}")
            }
            Self::ProjectStatus { project, status, wanted } => {
                format!("project {project} is {status}; it has to be {wanted}")
            }
            Self::CommitmentClosed { commitment } => format!("commitment {commitment} is closed"),
            Self::FollowOnEnded { follow_on } => {
                format!("the rest of follow-on investment {follow_on} was withdrawn")
            }
            Self::NotAShare { of, line, project } => match project {
                Some(project) => format!("{of} has no share on line {line} for project {project}"),
                None => format!("{of} has no share on line {line} without a project"),
            },
            Self::NotADisbursement { entry, found } => {
                format!("@{entry} is no disbursement but {found}")
            }
            Self::CarryMismatch { from, to, why } => format!("{from} cannot go to {to}: {why}"),
            _ => String::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn purpose_message(&self) -> String {
        match self {
            Self::ProjectRequired => "the policy asks for a project".to_owned(),
            Self::PayeeRequired => "a payment names its payee".to_owned(),
            Self::PurposeRequired => "without a project a purpose has to be named".to_owned(),
            Self::PurposeOutside { purpose, fund, purposes } => {
                let tags: Vec<&str> = purposes.iter().map(Tag::as_str).collect();
                let tags = tags.join(", ");
                format!("{purpose} is not a purpose of fund {fund}, which is for {tags} (专款专用)")
            }
            Self::TransferPurpose { from, to } => {
                format!("funds {from} and {to} have different purposes (专款专用)")
            }
            Self::ValuationRequired => {
                "an investment in kind needs the hash of its valuation document".to_owned()
            }
            Self::NoLine { fund, project, year } => {
                let show = |name: &str, value: Option<String>| {
                    value.map_or(String::new(), |value| format!(" {name} {value}"))
                };
                format!(
                    "no line is possible for{}{}{}",
                    show("fund", fund.as_ref().map(Code::to_string)),
                    show("project", project.as_ref().map(Code::to_string)),
                    show("year", year.map(|y| y.to_string()))
                )
            }
            Self::LineAmbiguous { lines } => {
                let show = |part: &PossibleLine| match &part.project {
                    Some(project) => {
                        format!("{} for project {project} ({})", part.line, part.available)
                    }
                    None => format!("{} ({})", part.line, part.available),
                };
                let lines: Vec<String> = lines.iter().map(show).collect();
                format!("money is never picked silently; possible are {}", lines.join(", "))
            }
            Self::OfficerLimit { officer, asked, limit } => {
                format!("officer {officer} may move {limit} an entry, not {asked}")
            }
            Self::RestDiffers { follow_on, rest, asked } => format!(
                "a withdrawal ends the whole unpaid rest: follow-on investment {follow_on} has \
                 {rest} left, not {asked}"
            ),
            Self::Limit { limit, name, asked, available } => {
                format!("{}: {name} has {available}, asked for {asked}", limit.texts().1)
            }
            _ => String::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`message` sends each variant to its group")]
    fn correction_message(&self) -> String {
        match self {
            Self::NotReversible { entry, kind: REVERSAL } => {
                format!("@{entry} is a reversal, and a reversal cannot be reversed")
            }
            Self::NotReversible { entry, kind } => {
                format!("@{entry} is {kind}, which moves no money and cannot be reversed")
            }
            Self::AlreadyReversed { entry, by } => {
                format!("@{entry} was reversed by @{by}; a reversal happens once")
            }
            Self::NotConfidential { entry, kind } => {
                format!("@{entry} is {kind} without confidential fields; there is nothing to erase")
            }
            Self::AlreadyErased { entry, by } => format!(
                "the confidential fields of @{entry} were erased by @{by}; they are erased once"
            ),
            Self::ConfidentialReused { entry } => format!(
                "@{entry} holds this commitment to confidential fields; every entry has one of its \
                 own"
            ),
            Self::HasDependents { entry, ground, short, .. } => match short {
                Some(short) => format!("reversing @{entry} would leave {ground} at {short}"),
                None => format!("later entries build on @{entry}: {ground}"),
            },
            Self::VoucherBooked { hash, entry } => {
                format!("the e-voucher {hash} is booked already, at @{entry}")
            }
            _ => String::new(),
        }
    }
}
