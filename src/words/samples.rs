//! Every refusal and finding, said in both languages and on both surfaces. All codes, names and hashes of
//! the samples have a digit, so that what has one is a figure, and what has none is a word.

use super::finding::finding;
use super::refusal::refusal;
use super::terms::All;
use super::{Lang, Surface, fields, steps};
use crate::domain::calendar::Date;
use crate::domain::event::each_fact;
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::kinds::{ProjectStatus, Role, Stage};
use crate::domain::money::{Amount, Currency, Money};
use crate::domain::posting::Leaf;
use crate::domain::rejection::*;
use std::collections::BTreeSet;
use std::path::Path;

fn code(text: &str) -> Code {
    Code::new(text)
}

fn line() -> LineKey {
    LineKey::new(code("F1"), 2002)
}

fn money(amount: i128) -> Money {
    Currency::named("CNY").unwrap().money(Amount(amount))
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn leaf() -> Leaf {
    Leaf::new(&line(), Stage::Committed, Some(&code("P1")), Some(&code("HT1")))
}

fn form() -> Vec<Rejection> {
    let field = "name";
    let mut out = vec![
        Rejection::TextEmpty { field },
        Rejection::TextTooLong { field, bytes: 402, max_bytes: 400 },
        Rejection::TextNotAllowed { field, code_point: '\u{202E}' },
        Rejection::TextNotNormalised { field },
        Rejection::CharacterHidden { field, code_point: '\u{200B}' },
        Rejection::TextPadded { field, code_point: '\u{3000}' },
        Rejection::NegativeAmount { amount: money(-45_000_000) },
        Rejection::Overflow,
        Rejection::SumDiffers { whole: money(45_000_000), parts: money(44_000_000) },
        Rejection::SplitTwice { line: line(), project: Some(code("P1")) },
        Rejection::SplitTwice { line: line(), project: None },
        Rejection::NoSplits,
    ];
    let why = CodeFault::ALL.iter();
    out.extend(why.map(|&why| Rejection::CodeNotAllowed { field, code: code("a:1"), why }));
    let what = Size::ALL.iter();
    out.extend(what.map(|&what| Rejection::CommandTooLarge { what, found: 1_200, max: 1_000 }));
    let this = || Found::This("13".to_owned());
    for (found, allowed) in [
        (this(), Allowed::Between(1, 12)),
        (this(), Allowed::Just(2)),
        (this(), Allowed::YearOfAllocation(2002)),
        (this(), Allowed::EntriesBefore(5)),
        (this(), Allowed::AtMostEntriesBefore(5)),
        (this(), Allowed::Currency),
        (this(), Allowed::Origin),
        (this(), Allowed::CreditCode),
        (this(), Allowed::AnotherDistrict),
        (this(), Allowed::AnotherLine),
        (this(), Allowed::AnotherLedger),
        (Found::Both, Allowed::LineOrLedger),
        (Found::Neither, Allowed::LineOrLedger),
    ] {
        out.push(Rejection::OutOfRange { field: "target", found, allowed });
    }
    out
}

fn office() -> Vec<Rejection> {
    let officer = || Text::new("chen1");
    let (now, head, day) = (1_700_000_000_000_000, 1_699_000_000_000_000, day("2023-11-14"));
    let mut out = vec![
        Rejection::LedgerNotOpen,
        Rejection::LedgerOpen,
        Rejection::RuleSetUnknown { version: 9 },
        Rejection::RuleSetOlder { present: 2, wanted: 1 },
        Rejection::NoAdministrator,
        Rejection::LastAdministrator { officer: officer() },
        Rejection::KeyInUse { purpose: KeyOf::Log },
        Rejection::KeyUsedBefore { purpose: KeyOf::Officer(officer()), until: 7 },
        Rejection::OfficerRevoked { officer: officer(), entry: 7 },
        Rejection::ClockBehind { now: head, head: now, day },
        Rejection::ClockAhead { now, head, day },
        Rejection::ClockAhead { now, head: 0, day },
        Rejection::ClockDay { said: Date(0), day },
        Rejection::BreachUnknown { first: 7, rule: Text::new("line_exceeded") },
        Rejection::BreachClosed { first: 7, by: 9 },
        Rejection::BreachLater { first: 7, officer: Text::new("chen1") },
        Rejection::BreachOwn { first: 7, officer: Text::new("chen1") },
        Rejection::BreachAlone,
        Rejection::EntryVoid { entry: 7 },
        Rejection::CommandIdReused { field: "amount, project".to_owned(), first: 7 },
    ];
    out.extend(Role::ALL.iter().map(|&wanted| Rejection::RoleRequired {
        officer: officer(),
        roles: vec![Role::Maker, Role::Auditor],
        wanted,
        event: "PolicyAdopted",
    }));
    let what = Numbered::ALL.iter();
    out.extend(what.map(|&what| Rejection::NumberNotNext { what, expected: 4, found: 6 }));
    out.extend(Later::ALL.iter().map(|&what| Rejection::NotInRuleSet { what }));
    out
}

fn names() -> Vec<Rejection> {
    let mut out = vec![
        Rejection::NotADisbursement { entry: 5, found: "ProjectApproved" },
        Rejection::NotReversible { entry: 5, kind: "EntryReversed" },
        Rejection::NotReversible { entry: 5, kind: "FundClosed" },
        Rejection::NotConfidential { entry: 5, kind: "DisbursementRecorded" },
    ];
    for &thing in Thing::ALL {
        let near = vec!["P1".to_owned(), "P2".to_owned()];
        let name = Named::from(&"P3");
        out.push(Rejection::Unknown { thing, name, near });
        for name in [Named::Number(5), Named::Key("0a1b".to_owned())] {
            out.push(Rejection::Unknown { thing, name, near: Vec::new() });
        }
        out.push(Rejection::Exists { thing, name: "P3".to_owned() });
    }
    out
}

fn time() -> Vec<Rejection> {
    let (date, other) = (day("2002-03-01"), day("2001-12-31"));
    let valid = |successor| Rejection::DistrictNotValid {
        district: code("D1"),
        date,
        from: None,
        to: Some(other),
        successor,
    };
    let mut out = vec![
        Rejection::DateAbsurd { date },
        Rejection::DateInFuture { date, today: other },
        Rejection::HistoryTooLate { date, cut_over: other },
        Rejection::PeriodClosed { date, closed_until: other },
        Rejection::LineYearOver { line: line(), date, first: other, last: date },
        valid(None),
        valid(Some(code("D2"))),
        Rejection::DistrictOrder { code: code("D1"), parent: code("D2") },
        Rejection::DistrictEnded { district: code("D1"), to: date, successor: None },
        Rejection::DistrictEnded { district: code("D1"), to: date, successor: Some(code("D2")) },
    ];
    let what = DateRule::ALL.iter();
    out.extend(what.map(|&what| Rejection::DateOrder { what, date, earliest: other }));
    out
}

fn state() -> Vec<Rejection> {
    let holders = [
        Holder::Line(line()),
        Holder::Project(code("P1")),
        Holder::ProjectOn { project: code("P1"), line: line() },
        Holder::Commitment(code("HT1")),
        Holder::CommitmentOn { contract: code("HT1"), line: line() },
        Holder::Payment(5),
        Holder::PaymentOn { entry: 5, line: line() },
        Holder::FollowOn(code("I1")),
    ];
    let wanted = &[ProjectStatus::Approved, ProjectStatus::Completed];
    let mut out = vec![
        Rejection::FundClosed { fund: code("F1") },
        Rejection::FundNotEmpty { fund: code("F1"), account: Box::new(leaf()), balance: money(5) },
        Rejection::CommitmentClosed { commitment: code("HT1") },
        Rejection::FollowOnEnded { follow_on: code("I1") },
        Rejection::AlreadyReversed { entry: 5, by: 7 },
        Rejection::AlreadyErased { entry: 5, by: 7 },
        Rejection::ConfidentialReused { entry: 5 },
    ];
    for &status in ProjectStatus::ALL {
        out.push(Rejection::ProjectStatus { project: code("P1"), status, wanted });
    }
    for holder in holders {
        let of = Box::new(holder);
        out.push(Rejection::NotAShare { of: of.clone(), line: line(), project: None });
        out.push(Rejection::NotAShare { of, line: line(), project: Some(code("P1")) });
    }
    let to = LineKey::new(code("F1"), 2004);
    out.extend(CarryRule::ALL.iter().map(|&why| Rejection::CarryMismatch {
        from: line(),
        to: to.clone(),
        why,
    }));
    out
}

fn purpose() -> Vec<Rejection> {
    let available = money(45_000_000);
    let possible = |project| PossibleLine { line: line(), project, available };
    let mut out = vec![
        Rejection::ProjectRequired,
        Rejection::PayeeRequired,
        Rejection::PurposeRequired,
        Rejection::PurposeOutside {
            purpose: Tag::new("t1"),
            fund: code("F1"),
            purposes: vec![Tag::new("t2"), Tag::new("t3")],
        },
        Rejection::TransferPurpose { from: code("F1"), to: code("F2") },
        Rejection::ValuationRequired,
        Rejection::NoLine { fund: None, project: None, year: None },
        Rejection::NoLine { fund: Some(code("F1")), project: Some(code("P1")), year: Some(2002) },
        Rejection::LineAmbiguous { lines: vec![possible(Some(code("P1"))), possible(None)] },
        Rejection::VoucherBooked { hash: "07".repeat(32), entry: 6 },
        Rejection::OfficerLimit { officer: Text::new("chen1"), asked: available, limit: money(5) },
        Rejection::RestDiffers { follow_on: code("I1"), rest: money(5), asked: available },
    ];
    for limit in [
        LimitKind::Line,
        LimitKind::Reservation,
        LimitKind::Ceiling,
        LimitKind::Reserved,
        LimitKind::Commitment,
        LimitKind::Payment,
        LimitKind::Authority,
        LimitKind::Pledge,
    ] {
        let (name, asked) = (Box::new(Holder::Line(line())), money(50_000_000));
        out.push(Rejection::Limit { limit, name, asked, available });
    }
    out
}

fn later() -> Vec<Rejection> {
    let (contract, project, follow_on) = (code("HT1"), code("P1"), code("I1"));
    let built = [
        BuiltOn::Refunded { payment: 5 },
        BuiltOn::Closed { contract: contract.clone() },
        BuiltOn::Changed { contract: contract.clone() },
        BuiltOn::ClosedOut { project: project.clone() },
        BuiltOn::Ended { project: project.clone(), status: ProjectStatus::Terminated },
        BuiltOn::Reserved { project: project.clone() },
        BuiltOn::Contract { project: project.clone(), contract },
        BuiltOn::Paid { project: project.clone() },
        BuiltOn::Investment { project: project.clone(), follow_on: follow_on.clone() },
        BuiltOn::Used { follow_on: follow_on.clone() },
        BuiltOn::Withdrawn { follow_on },
    ];
    let grounds = built.into_iter().map(Ground::Built);
    let grounds = grounds.chain([Ground::Account(leaf()), Ground::Ceiling(project)]);
    let dependents = |ground, short, later| {
        let ground = Box::new(ground);
        Rejection::HasDependents { entry: 5, ground, short, later }
    };
    let mut out: Vec<Rejection> =
        grounds.map(|ground| dependents(ground, None, Dependents::NotSought)).collect();
    let standing = vec![
        (9, Rejection::NotReversible { entry: 9, kind: "FundClosed" }),
        (8, Rejection::PayeeRequired),
    ];
    for later in [
        Dependents::All(vec![9, 7]),
        Dependents::Part((10..40).collect()),
        Dependents::Standing(Vec::new()),
        Dependents::Standing(standing),
    ] {
        out.push(dependents(Ground::Account(leaf()), Some(money(-5)), later));
    }
    out
}

fn all() -> Vec<Rejection> {
    [form(), office(), names(), time(), state(), purpose(), later()].concat()
}

/// The figures of a text: what has a digit, without the punctuation around it.
fn figures(text: &str) -> BTreeSet<String> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "@:./,_-".contains(c);
    let words = text.split(|c| !is_inside(c)).map(|word| word.trim_matches([':', '.', ',']));
    // Of `project:P1` the code.
    let words = words.map(|word| match word.split_once(':') {
        Some((kind, code)) if kind.bytes().all(|b| b.is_ascii_lowercase()) => code,
        Some(_) | None => word,
    });
    words.filter(|word| word.contains(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
}

/// Words of English in a Chinese sentence.
fn english(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"@:./_-+".contains(c));
    let is_word = |word: &&str| {
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        letters > 1 && !word.contains(|c: char| c.is_ascii_digit())
    };
    // Names of standards, and an example.
    let known = ["NFC", "ISO", "GB", "U+202E", "example.org/ledger"];
    let words = words.filter(is_word).filter(|word| !known.contains(word));
    words.map(str::to_owned).collect()
}

/// A Chinese sentence without the names of commands and flags in it.
fn without_steps(text: &str, rejection: &Rejection) -> String {
    let next = rejection.next();
    let names = next.iter().map(|step| steps::name(step, Lang::Zh, Surface::CommandLine, false));
    names
        .filter(|name| !name.is_empty())
        .fold(text.to_owned(), |text, name| text.replace(&name, "…"))
}

#[test]
fn no_variant_is_without_a_sample() {
    let samples = all();
    let name = |rejection: &Rejection| {
        let debug = format!("{rejection:?}");
        debug.split([' ', '{']).next().unwrap_or_default().to_owned()
    };
    let shown: BTreeSet<String> = samples.iter().map(name).collect();
    let known: BTreeSet<String> = Rejection::VARIANTS.iter().map(ToString::to_string).collect();
    assert_eq!(shown, known);
}

#[test]
fn a_refusal_has_the_same_figures_in_both_languages() {
    for rejection in all() {
        for surface in [Surface::CommandLine, Surface::Web] {
            let (en, zh) =
                (refusal(&rejection, Lang::En, surface), refusal(&rejection, Lang::Zh, surface));
            assert!(!en.rule.is_empty() && !zh.rule.is_empty(), "{rejection:?}");
            assert_eq!(en.next.is_some(), zh.next.is_some(), "{rejection:?}");
            assert_eq!(figures(&en.rule), figures(&zh.rule), "{en:?}\n{zh:?}");
            let (en, zh) = (en.next.unwrap_or_default(), zh.next.unwrap_or_default());
            assert_eq!(figures(&en), figures(&zh), "{en}\n{zh}");
        }
    }
}

#[test]
fn chinese_is_chinese_and_a_page_names_no_command() {
    for rejection in all() {
        for surface in [Surface::CommandLine, Surface::Web] {
            let said = refusal(&rejection, Lang::Zh, surface);
            for text in [said.rule, said.next.unwrap_or_default()] {
                let bare = without_steps(&text, &rejection);
                assert_eq!(english(&bare), Vec::<String>::new(), "{text}");
                for half_width in [", ", "; ", " (", "? ", ": "] {
                    assert!(!bare.replace(" : @ =", "").contains(half_width), "{text}");
                }
                assert!(
                    !["  ", "「」", "） ", "， ", "元 "].iter().any(|odd| bare.contains(odd)),
                    "{text}"
                );
            }
        }
        for lang in [Lang::En, Lang::Zh] {
            let said = refusal(&rejection, lang, Surface::Web);
            for text in [said.rule, said.next.unwrap_or_default()] {
                for typed in ["--", "earmark ", "`"] {
                    assert!(!text.contains(typed), "{text}");
                }
            }
        }
    }
}

#[test]
fn a_finding_has_the_same_figures_in_both_languages() {
    let date = day("2002-03-01");
    for found in [
        Finding::BelowZero { leaf: leaf(), balance: money(-5) },
        Finding::AboveCeiling { project: code("P1"), engaged: money(50), ceiling: money(5) },
        Finding::AboveCommitment { contract: code("HT1"), excess: money(5) },
        Finding::OutsideLineYear { line: line(), date },
        Finding::NegativeAmount { amount: money(-5) },
        Finding::OutOfOrder { date, earliest: day("2001-12-31") },
    ] {
        let (en, zh) = (finding(&found, Lang::En), finding(&found, Lang::Zh));
        assert_eq!(figures(&en), figures(&zh), "{en}\n{zh}");
        assert_eq!(english(&zh), Vec::<String>::new(), "{zh}");
    }
}

#[test]
fn a_finance_officer_reads_it() {
    let said = |rejection: &Rejection, surface| {
        let said = refusal(rejection, Lang::Zh, surface);
        format!("{}\n{}", said.rule, said.next.unwrap_or_default())
    };
    let limit = Rejection::Limit {
        limit: LimitKind::Line,
        name: Box::new(Holder::Line(line())),
        asked: money(50_000_000),
        available: money(45_000_000),
    };
    assert_eq!(
        said(&limit, Surface::CommandLine),
        "指标不得透支：指标 F1:2002 可用 450,000.00 元，本笔 500,000.00 元\n\
         请减少金额，或追加指标（earmark allocation supplement）"
    );
    assert_eq!(
        said(&limit, Surface::Web),
        "指标不得透支：指标 F1:2002 可用 450,000.00 元，本笔 500,000.00 元\n\
         请减少金额，或追加指标（「追加指标」）"
    );
    let future = Rejection::DateInFuture { date: day("2026-03-02"), today: day("2026-03-01") };
    assert_eq!(
        said(&future, Surface::Web),
        "2026-03-02 晚于今天（2026-03-01）\n请用「日期」填写实际发生的日期"
    );
}

#[test]
fn every_event_has_a_name_in_chinese() {
    macro_rules! names {
        ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
            [$(stringify!($name)),+]
        };
    }
    for name in each_fact!(names) {
        assert!(!fields::event(name, Lang::Zh).is_ascii(), "{name}");
    }
}

/// The texts between quotes that follow one of these calls in the domain's sources.
fn named_in_sources() -> BTreeSet<String> {
    const CALLS: [&str; 6] = [
        "see.see(\"",
        ".check(\"",
        "out_of_range(\"",
        "field: \"",
        " => \"",
        "for (field, year) in [(\"",
    ];
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let mut files = vec![domain.join("admit/fields.rs"), domain.join("ids.rs")];
    let facts = std::fs::read_dir(domain.join("fact")).unwrap();
    files.extend(facts.map(|entry| entry.unwrap().path()));
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for call in CALLS {
            let called = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
            // A field of a struct is named by its own name.
            names.extend(called.filter_map(|name| name.rsplit('.').next()).map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_field_has_a_name_in_chinese() {
    let names = named_in_sources();
    assert!(names.len() > 80, "only {} fields were found in the sources", names.len());
    let missing: Vec<&String> = names
        .iter()
        .filter(|name| fields::field(name, Lang::Zh) == format!("「{name}」"))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
