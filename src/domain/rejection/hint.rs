//! What comes after the words of a rejection: the next step, and the figures by name.

use super::text::REVERSAL;
use super::{Rejection, Thing};
use crate::domain::calendar::{Date, instant_text};
use crate::domain::event::RULE_SET;
use crate::domain::money::Money;
use std::fmt;

impl Rejection {
    /// The next step, where the message does not say it already.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.named_hint().or_else(|| self.fixed_hint().map(str::to_owned))
    }

    /// The next step, where it names things.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other hints name nothing")]
    fn named_hint(&self) -> Option<String> {
        match self {
            Self::Unknown { thing, near, .. } if near.is_empty() => {
                Some(format!("see `{}`", thing.texts().3))
            }
            Self::Unknown { thing, near, .. } => {
                Some(format!("did you mean {}? see `{}`", near.join(", "), thing.texts().3))
            }
            Self::Exists { thing: Thing::Line, name } => Some(format!(
                "to change its authority: earmark allocation supplement|reduce for {name}"
            )),
            Self::DistrictNotValid { successor: Some(successor), .. } => {
                Some(format!("use its successor {successor}"))
            }
            Self::ClockAhead { day, .. } => Some(format!(
                "if the clock is right, repeat its day: --accept-clock {day}; else set it right and run \
                 the same command again"
            )),
            Self::ClockBehind { day, .. } => Some(format!(
                "set the clock right and run the same command again; if it is right, and the last \
                 entry's was wrong, repeat its day: --accept-clock {day} (recorded right after the last \
                 entry, and marked)"
            )),
            Self::VoucherBooked { entry, .. } => Some(format!("see `earmark show @{entry}`")),
            Self::HasDependents { entry, later, .. } => later.hint(*entry),
            _ => None,
        }
    }

    fn fixed_hint(&self) -> Option<&'static str> {
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
            | Self::CommandTooLarge { .. } => self.form_hint(),
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
            | Self::Exists { .. }
            | Self::NotADisbursement { .. }
            | Self::NotReversible { .. }
            | Self::NotConfidential { .. } => self.ledger_hint(),
            Self::DateAbsurd { .. }
            | Self::DateInFuture { .. }
            | Self::HistoryTooLate { .. }
            | Self::PeriodClosed { .. }
            | Self::DateOrder { .. }
            | Self::LineYearOver { .. }
            | Self::DistrictNotValid { .. }
            | Self::DistrictOrder { .. } => self.time_hint(),
            Self::DistrictEnded { .. }
            | Self::FundClosed { .. }
            | Self::FundNotEmpty { .. }
            | Self::ProjectStatus { .. }
            | Self::CommitmentClosed { .. }
            | Self::FollowOnEnded { .. }
            | Self::NotAShare { .. }
            | Self::CarryMismatch { .. }
            | Self::AlreadyReversed { .. }
            | Self::AlreadyErased { .. }
            | Self::ConfidentialReused { .. }
            | Self::VoucherBooked { .. } => self.state_hint(),
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
            | Self::Limit { .. }
            | Self::HasDependents { .. } => self.money_hint(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each variant is sent to its group")]
    fn form_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::TextEmpty { .. } => "fill it in",
            Self::TextTooLong { .. } => "shorten it, or attach the long text as a document",
            Self::TextNotAllowed { .. } | Self::CharacterHidden { .. } => "take that character out",
            Self::TextPadded { .. } => "take it off at both ends",
            Self::TextNotNormalised { .. } => "write it with composed characters (NFC)",
            Self::CodeNotAllowed { .. } => {
                "a code has 1 to 64 characters, none of : @ =, no leading -, no outer or double space"
            }
            Self::NegativeAmount { .. } => {
                "less money is a reduction, a refund or a reversal, with a positive amount"
            }
            Self::Overflow => "look for digits too many in the amounts",
            Self::SumDiffers { .. } => "make the parts add up to the whole",
            Self::SplitTwice { .. } => "put the two parts into one",
            Self::NoSplits => "name the line with --from LINE=AMOUNT",
            Self::CommandTooLarge { .. } => "make it two commands",
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each variant is sent to its group")]
    fn ledger_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::LedgerNotOpen => "open it with `earmark init`",
            Self::LedgerOpen => "open another ledger in a folder of its own",
            Self::RuleSetUnknown { .. } => "use a release of earmark that knows it",
            Self::RuleSetOlder { .. } => "leave rule_set_version out, or as it is",
            Self::RoleRequired { .. } => {
                "let an officer with that role sign (--officer NAME; earmark officer list)"
            }
            Self::NoAdministrator => {
                "let one officer be administrator first (earmark officer roles NAME --role …)"
            }
            Self::LastAdministrator { .. } => {
                "make somebody else administrator first (earmark officer roles NAME --role …)"
            }
            Self::KeyInUse { .. } | Self::KeyUsedBefore { .. } => {
                "make a key of its own (earmark key new)"
            }
            Self::OfficerRevoked { .. } => {
                "a revocation is for ever; enrol the person under another name (earmark officer enroll)"
            }
            Self::NumberNotNext { .. } => "numbers have no gaps; earmark fills in the next one",
            Self::ClockDay { .. } => {
                "look whether the clock is right; if it is, write its own day, else set it right"
            }
            Self::CommandIdReused { .. } => "choose another --command-id",
            Self::NotInRuleSet { .. } => "leave it out",
            Self::Exists { thing: Thing::Officer, .. } => "choose another name",
            Self::Exists { .. } => "choose another code",
            Self::NotADisbursement { .. } => "see `earmark register type:disbursement`",
            Self::NotReversible { kind: REVERSAL, .. } => "record what was right once more",
            Self::NotConfidential { .. } => "see which entry has them with `earmark show`",
            Self::NotReversible { .. } => "it ends by an event of its own (close, retire, …)",
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each variant is sent to its group")]
    fn time_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::DateAbsurd { .. } => "look at the year",
            Self::DateInFuture { .. } => "give the day it happened with --on",
            Self::HistoryTooLate { .. } => {
                "import without `historical`, or adopt a policy with a later history_before"
            }
            Self::PeriodClosed { .. } => "give a day after it with --on",
            Self::DateOrder { .. } => "look at the dates (--on)",
            Self::LineYearOver { .. } => {
                "carry the balance forward first (earmark allocation carry), or use this year's line"
            }
            Self::DistrictNotValid { .. } => "name the district that was valid on that day",
            Self::DistrictOrder { .. } => "a street lies in a district, a district in a city",
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each variant is sent to its group")]
    fn state_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::DistrictEnded { .. } => "history is never changed; a district ends once",
            Self::FundClosed { .. } => "use a fund that is open (earmark funds)",
            Self::FundNotEmpty { .. } => {
                "pay, release, transfer it or let it lapse first (earmark balance --by line)"
            }
            Self::ProjectStatus { .. } => "see where it stands with `earmark projects`",
            Self::CommitmentClosed { .. } => {
                "make a new commitment, or reverse the closing (earmark reverse)"
            }
            Self::FollowOnEnded { .. } => "record a pledge of its own (earmark follow-on pledge)",
            Self::NotAShare { .. } => "see its lines and projects with `earmark show`",
            Self::CarryMismatch { .. } => "change the line, the stage or what it stands for",
            Self::AlreadyErased { .. } => {
                "nothing is left of them in the ledger; copies elsewhere are for their keeper to erase"
            }
            Self::ConfidentialReused { .. } => "run the same command again; the key is a fresh one",
            Self::AlreadyReversed { .. } => "record what was right, if that is still missing",
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each variant is sent to its group")]
    fn money_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::ProjectRequired => {
                "add --project, or adopt a policy with project_required = false"
            }
            Self::PayeeRequired => "add --payee",
            Self::PurposeRequired => "add --purpose",
            Self::PurposeOutside { .. } => "use a fund for this purpose (earmark funds)",
            Self::TransferPurpose { .. } => {
                "only a policy with transfer_between_purposes = true allows it"
            }
            Self::ValuationRequired => "add --valuation FILE",
            Self::NoLine { .. } => {
                "record an allocation first, or name the line with --from LINE=AMOUNT"
            }
            Self::LineAmbiguous { .. } => {
                "say which with --from LINE=AMOUNT, and --project where a line has several"
            }
            Self::OfficerLimit { .. } => {
                "let an officer with a higher limit sign (--officer NAME; earmark officer list)"
            }
            Self::RestDiffers { .. } => "leave the amount out: it is the whole rest",
            Self::Limit { limit, .. } => limit.texts().2,
            Self::HasDependents { .. } => "reverse the later entries first, last first",
            _ => return None,
        })
    }

    /// The figures, by name.
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only some refusals have figures of their own"
    )]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let plain = |money: &Money| money.currency.plain(money.amount);
        match self {
            Self::Limit { name, asked, available, .. } => {
                let mut out = pair(("asked", plain(asked)), ("available", plain(available)));
                out.push(("limit", name.clone()));
                out
            }
            Self::SumDiffers { whole, parts } => {
                pair(("expected", plain(whole)), ("found", plain(parts)))
            }
            Self::OfficerLimit { officer, asked, limit } => {
                let mut out = pair(("asked", plain(asked)), ("limit", plain(limit)));
                out.push(("officer", officer.to_string()));
                out
            }
            Self::RestDiffers { rest, asked, .. } => {
                pair(("asked", plain(asked)), ("available", plain(rest)))
            }
            Self::NegativeAmount { amount } => vec![("found", plain(amount))],
            Self::FundNotEmpty { account, balance, .. } => {
                pair(("balance", plain(balance)), ("account", account))
            }
            Self::LineAmbiguous { lines } => (lines.iter())
                .flat_map(|part| pair(("line", &part.line), ("available", plain(&part.available))))
                .collect(),
            Self::HasDependents { entry, ground, short, later } => {
                let mut out = pair(("entry", format!("@{entry}")), ("account", ground));
                out.extend(short.iter().map(|short| ("balance", plain(short))));
                out.extend(later.details());
                out
            }
            Self::DateAbsurd { .. }
            | Self::DateInFuture { .. }
            | Self::HistoryTooLate { .. }
            | Self::PeriodClosed { .. }
            | Self::DateOrder { .. }
            | Self::LineYearOver { .. }
            | Self::DistrictNotValid { .. }
            | Self::DistrictEnded { .. } => self.dates(),
            _ => self.counts(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`details` sends only these here")]
    fn dates(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::DateAbsurd { date } => {
                let mut out = pair(("date", date), ("earliest", Date::EARLIEST));
                out.push(("latest", Date::LATEST.to_string()));
                out
            }
            Self::DateInFuture { date, today } => pair(("date", date), ("today", today)),
            Self::HistoryTooLate { date, cut_over } => pair(("date", date), ("cut_over", cut_over)),
            Self::PeriodClosed { date, closed_until } => {
                pair(("date", date), ("closed_until", closed_until))
            }
            Self::DateOrder { date, earliest, .. } => pair(("date", date), ("earliest", earliest)),
            Self::LineYearOver { line, date, first, last } => {
                let mut out = pair(("date", date), ("line", line));
                out.extend(pair(("first", first), ("last", last)));
                out
            }
            Self::DistrictNotValid { date, from, to, .. } => {
                let mut out = vec![("date", date.to_string())];
                out.extend(from.iter().map(|from| ("valid_from", from.to_string())));
                out.extend(to.iter().map(|to| ("valid_to", to.to_string())));
                out
            }
            Self::DistrictEnded { to, .. } => vec![("valid_to", to.to_string())],
            _ => Vec::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have no figures")]
    fn counts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TextTooLong { bytes, max_bytes, .. } => {
                pair(("found", bytes), ("allowed", max_bytes))
            }
            Self::OutOfRange { found, allowed, .. } => pair(("found", found), ("allowed", allowed)),
            Self::CommandTooLarge { found, max, .. } => pair(("found", found), ("allowed", max)),
            Self::RuleSetUnknown { version } => {
                pair(("found", version.to_string()), ("allowed", format!("1 to {RULE_SET}")))
            }
            Self::RuleSetOlder { present, wanted } => {
                pair(("present", present), ("wanted", wanted))
            }
            Self::RoleRequired { officer, roles, wanted, .. } => {
                let roles: Vec<&str> = roles.iter().map(|role| role.text()).collect();
                let mut out = pair(("found", roles.join(", ")), ("wanted", wanted.to_string()));
                out.push(("officer", officer.to_string()));
                out
            }
            Self::LastAdministrator { officer } => vec![("officer", officer.to_string())],
            Self::NumberNotNext { expected, found, .. } => {
                pair(("expected", expected), ("found", found))
            }
            Self::ClockBehind { now, head, day } | Self::ClockAhead { now, head, day } => {
                let mut out = pair(("now", instant_text(*now)), ("head", instant_text(*head)));
                out.push(("day", day.to_string()));
                out
            }
            Self::ClockDay { said, day } => pair(("found", said), ("day", day)),
            Self::KeyUsedBefore { until, .. } => vec![("until", format!("@{until}"))],
            Self::OfficerRevoked { entry, .. } => vec![("entry", format!("@{entry}"))],
            Self::CommandIdReused { field, first } => {
                pair(("field", field), ("first", format!("@{first}")))
            }
            Self::ProjectStatus { status, wanted, .. } => {
                pair(("status", status), ("wanted", wanted))
            }
            Self::AlreadyReversed { entry, by } | Self::AlreadyErased { entry, by } => {
                pair(("entry", format!("@{entry}")), ("by", format!("@{by}")))
            }
            Self::VoucherBooked { hash, entry } => {
                pair(("hash", hash), ("entry", format!("@{entry}")))
            }
            _ => Vec::new(),
        }
    }
}

fn pair<A: fmt::Display, B: fmt::Display>(
    (a, x): (&'static str, A),
    (b, y): (&'static str, B),
) -> Vec<(&'static str, String)> {
    vec![(a, x.to_string()), (b, y.to_string())]
}
