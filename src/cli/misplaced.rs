//! Words in the wrong place: `disburse 1万 HT-1` is one word too many, and `allocate 1000万 PD-INFO 2002`
//! has them in another order. Says what was meant, where it can be only one thing; runs nothing.

use crate::error::{Error, Kind};
use crate::form::{AmountText, EntryRef, day, line, quoted};
use crate::words::shell;
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Flags that name a thing, in the order in which a word without one is taken for theirs.
const NAMING: &[&str] = &["commitment", "project", "payee", "disbursement", "fund"];

/// What a word can be, by its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Year,
    Line,
    Entry,
    Amount,
    Code,
}

impl Look {
    /// What stands in a place of this name.
    fn of_place(name: &str) -> Option<Self> {
        Some(match name {
            "YEAR" => Self::Year,
            "LINE" | "FROM" | "TO" => Self::Line,
            "ENTRY" => Self::Entry,
            "AMOUNT" => Self::Amount,
            "FUND" | "CODE" | "CONTRACT" | "PROJECT" => Self::Code,
            _ => return None,
        })
    }

    fn fits(self, word: &str) -> bool {
        let is_amount = || word.parse::<AmountText>().is_ok();
        match self {
            Self::Year => day::year(word).is_ok(),
            Self::Line => line::parse(word).is_ok(),
            Self::Entry => word.parse::<EntryRef>().is_ok(),
            Self::Amount => is_amount(),
            Self::Code => !is_amount() && line::parse(word).is_err() && !word.contains('='),
        }
    }
}

/// What was meant by words that clap refuses, as an error that says what to write.
pub(super) fn meant(error: &clap::Error, root: &Command, typed: &[OsString]) -> Option<Error> {
    let words: Vec<&str> = typed.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    let Some(ContextValue::String(found)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let (verb, path, rest) = verb_of(root, words.get(1..)?)?;
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    if let Some(name) = found.strip_prefix("--").filter(|_| is_unknown) {
        return without_flag(verb, &path, name);
    }
    if !is_unknown && !found.starts_with('<') {
        return None;
    }
    let places: Vec<&str> = verb.get_positionals().filter_map(place_name).collect();
    let (bare, flags) = parted(verb, root, rest);
    let (placed, left) = arranged(&places, &bare)?;
    let mut named = Vec::new();
    for word in &left {
        let flag = flag_for(verb, word, &flags, &named)?;
        named.extend([format!("--{flag}"), (*word).to_owned()]);
    }
    let mut line = vec!["earmark".to_owned()];
    line.extend(path.iter().chain(&placed).map(shell::quoted));
    line.extend(named.iter().chain(&flags).map(shell::quoted));
    let (case, message) = match left.first() {
        Some(word) => {
            let (verb, places) = (path.join(" "), listed(&places));
            ("flag", format!("{verb} takes {places}; {} belongs to a flag", quoted(word)))
        }
        None if placed == bare => return None,
        None => ("order", format!("the order is {}", places.join(" "))),
    };
    let line = line.join(" ");
    let error = Error::new(Kind::Usage, "words_misplaced", message)
        .in_case(case)
        .with_hint(format!("write {line}"))
        .with_detail("expected", line)
        .with_detail("places", places.join(" "));
    Some(left.first().into_iter().fold(error, |error, word| error.with_detail("found", word)))
}

/// The verb that words name, its names, and the words behind them.
fn verb_of<'a, 'w>(
    root: &'a Command,
    words: &'w [&'w str],
) -> Option<(&'a Command, Vec<String>, &'w [&'w str])> {
    let (mut verb, mut path, mut rest) = (root, Vec::new(), words);
    while let Some((word, behind)) = rest.split_first() {
        let Some(next) = verb.find_subcommand(word) else { break };
        path.push((*word).to_owned());
        (verb, rest) = (next, behind);
    }
    (!path.is_empty()).then_some((verb, path, rest))
}

fn place_name(argument: &clap::Arg) -> Option<&str> {
    argument.get_value_names()?.first().map(|name| name.as_str())
}

/// `--contract` where the contract stands without a flag.
fn without_flag(verb: &Command, path: &[String], name: &str) -> Option<Error> {
    let place = verb.get_positionals().filter_map(place_name);
    let place = place.into_iter().find(|place| place.eq_ignore_ascii_case(name))?;
    let message = format!("--{name} is no flag here: {place} stands without one");
    let hint = format!("write earmark {} {place} …; see its --help", path.join(" "));
    let error = Error::new(Kind::Usage, "words_misplaced", message)
        .in_case("place")
        .with_detail("found", format!("--{name}"))
        .with_detail("places", place)
        .with_detail("expected", format!("earmark {} {place} …", path.join(" ")));
    Some(error.with_hint(hint))
}

/// Words that stand alone, and flags with their values.
fn parted(verb: &Command, root: &Command, words: &[&str]) -> (Vec<String>, Vec<String>) {
    let (mut bare, mut flags) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let behind = word.strip_prefix('-').unwrap_or_default();
        let is_flag = !behind.is_empty() && !Look::Amount.fits(behind);
        if !is_flag {
            bare.push((*word).to_owned());
            continue;
        }
        flags.push((*word).to_owned());
        let takes_value = [verb, root].iter().flat_map(|c| c.get_arguments()).any(|argument| {
            let is_it = flag_names(argument).iter().any(|name| name == word);
            is_it && argument.get_action().takes_values()
        });
        if takes_value {
            flags.extend(words.next().map(|value| (*value).to_owned()));
        }
    }
    (bare, flags)
}

fn flag_names(argument: &clap::Arg) -> Vec<String> {
    let aliases = argument.get_all_aliases().unwrap_or_default();
    let long = argument.get_long().into_iter().chain(aliases);
    let short = argument.get_short().map(|short| format!("-{short}"));
    long.map(|name| format!("--{name}")).chain(short).collect()
}

/// The words in the order of the places, and those that have none; nothing where a place stays empty.
fn arranged(places: &[&str], bare: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let looks: Vec<Look> =
        places.iter().map(|place| Look::of_place(place)).collect::<Option<_>>()?;
    let mut left: Vec<String> = bare.to_vec();
    // Two numbers may be a year each: which is meant, nobody knows.
    let years = looks.iter().filter(|look| **look == Look::Year).count();
    if years > 0 && left.iter().filter(|word| Look::Year.fits(word)).count() > years {
        return None;
    }
    let mut placed: Vec<Option<String>> = vec![None; looks.len()];
    for wanted in [Look::Year, Look::Line, Look::Entry, Look::Amount, Look::Code] {
        for (look, slot) in looks.iter().zip(&mut placed).filter(|(look, _)| **look == wanted) {
            let at = left.iter().position(|word| look.fits(word))?;
            *slot = Some(left.remove(at));
        }
    }
    Some((placed.into_iter().collect::<Option<_>>()?, left))
}

/// The flag of the verb that a word without a place is for.
fn flag_for(
    verb: &Command,
    word: &str,
    given: &[String],
    named: &[String],
) -> Option<&'static str> {
    let has = |flag: &str| verb.get_arguments().any(|argument| argument.get_long() == Some(flag));
    let is_free = |flag: &str| {
        let written = format!("--{flag}");
        !given.iter().chain(named).any(|word| word.split('=').next() == Some(written.as_str()))
    };
    let candidates: &[&'static str] = if day::parse(word).is_ok() {
        &["on"]
    } else if Look::Amount.fits(word) {
        &["amount"]
    } else if word.contains(['=', '＝']) {
        &["from"]
    } else if Look::Code.fits(word) {
        NAMING
    } else {
        &[]
    };
    candidates.iter().find(|flag| has(flag) && is_free(flag)).copied()
}

fn listed(places: &[&str]) -> String {
    if places.is_empty() { "no word without a flag".to_owned() } else { places.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;

    fn told(line: &str) -> Option<String> {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let error = args::parse(words.clone()).unwrap_err();
        meant(&error, &args::command(), &words).map(|error| error.to_string())
    }

    #[test]
    fn what_was_meant_is_said() {
        for (line, text) in [
            (
                "earmark disburse 1万 HT-1",
                "words_misplaced: disburse takes AMOUNT; `HT-1` belongs to a flag\n  next: write earmark disburse 1万 --commitment HT-1",
            ),
            (
                "earmark disburse HT-1 1万 --on 2002-03-01",
                "words_misplaced: disburse takes AMOUNT; `HT-1` belongs to a flag\n  next: write earmark disburse 1万 --commitment HT-1 --on 2002-03-01",
            ),
            (
                "earmark disburse 1万 2002-03-01 --commitment HT-1",
                "words_misplaced: disburse takes AMOUNT; `2002-03-01` belongs to a flag\n  next: write earmark disburse 1万 --on 2002-03-01 --commitment HT-1",
            ),
            (
                "earmark commit HT-1 240万 --project CARD",
                "words_misplaced: commit takes CONTRACT; `240万` belongs to a flag\n  next: write earmark commit HT-1 --amount 240万 --project CARD",
            ),
            (
                "earmark allocate 1000万 PD-INFO 2002",
                "words_misplaced: the order is FUND YEAR AMOUNT\n  next: write earmark allocate PD-INFO 2002 1000万",
            ),
            (
                "earmark commitment increase 30万 HT-1",
                "words_misplaced: the order is CONTRACT AMOUNT\n  next: write earmark commitment increase HT-1 30万",
            ),
            (
                "earmark commit --contract HT-1 --amount 5",
                "words_misplaced: --contract is no flag here: CONTRACT stands without one\n  next: write earmark commit CONTRACT …; see its --help",
            ),
        ] {
            assert_eq!(told(line).as_deref(), Some(text), "{line}");
        }
    }

    #[test]
    fn what_could_be_several_things_is_left_to_the_help() {
        for line in [
            "earmark disburse abc",
            "earmark allocate PD-INFO 2002 -5",
            "earmark bal",
            "earmark disburse 1万 HT-1 P Q R S",
            "earmark fund close A B C",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
