//! A verb without its siblings. The whole grammar is dear to build beside what most verbs do, and words that
//! parse need only the verb that they name.
//!
//! What does not parse so (help, a verb that is not here, a mistake) is parsed again with the whole grammar, which
//! knows all verbs and says what is wrong.

use super::{
    Balance, CheckProof, Doctor, Globals, Import, List, Prove, Publish, Register, Show, Stats,
    Verify, recorded,
};
use clap::{ArgMatches, Args, Command};
use std::ffi::OsString;

/// What the words say, where the verb alone can tell.
pub(super) fn matches(words: &[OsString]) -> Option<ArgMatches> {
    let root = Globals::augment_args(Command::new("earmark")).subcommand_required(true);
    root.subcommand(named_in(words)?).try_get_matches_from(words).ok()
}

/// The verb of the first word that is one. Where that word is something else, a value of a flag, the words do not
/// parse with that verb: nothing but a verb stands by itself before another.
fn named_in(words: &[OsString]) -> Option<Command> {
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str()).peekable();
    while let Some(word) = words.next() {
        if !word.starts_with('-')
            && let Some(verb) = verb(word, words.peek().copied())
        {
            return Some(verb);
        }
    }
    None
}

fn verb(word: &str, next: Option<&str>) -> Option<Command> {
    Some(match word {
        "balance" => Balance::augment_args(Command::new("balance")),
        "register" => Register::augment_args(Command::new("register")),
        "show" => Show::augment_args(Command::new("show")),
        "funds" => List::augment_args(Command::new("funds")),
        "projects" => List::augment_args(Command::new("projects")),
        "payees" => List::augment_args(Command::new("payees")),
        "commitments" => List::augment_args(Command::new("commitments")),
        "stats" => Stats::augment_args(Command::new("stats")),
        "import" => Import::augment_args(Command::new("import")),
        "verify" => Verify::augment_args(Command::new("verify")),
        "publish" => Publish::augment_args(Command::new("publish")),
        "prove" => Prove::augment_args(Command::new("prove")),
        "check-proof" => CheckProof::augment_args(Command::new("check-proof")),
        "doctor" => Doctor::augment_args(Command::new("doctor")),
        _ => return recorded::alone(word, next),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every verb that stands alone takes what it takes in the whole grammar.
    #[test]
    fn alone_a_verb_is_what_it_is_among_all() {
        fn taken(verb: &Command) -> Vec<String> {
            let arguments = verb.get_arguments().map(|argument| format!("{argument:?}"));
            let groups = verb.get_groups().map(|group| format!("{group:?}"));
            let below = verb.get_subcommands().flat_map(taken);
            arguments.chain(groups).chain(below).collect()
        }
        let all = super::super::command();
        let mut count = 0;
        let mut same = |alone: &Command, among: &Command| {
            assert_eq!(taken(alone), taken(among), "{}", among.get_name());
            count += 1;
        };
        for among in all.get_subcommands() {
            if let Some(alone) = verb(among.get_name(), None) {
                same(&alone, among);
            }
            for below in among.get_subcommands() {
                if let Some(alone) = verb(among.get_name(), Some(below.get_name())) {
                    let found = alone.find_subcommand(below.get_name());
                    same(found.unwrap_or(&alone), below);
                }
            }
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn a_value_that_is_a_verb_is_none() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (line, verb) in [
            ("earmark --ledger balance funds", None),
            ("earmark --ledger pudong balance", Some("balance")),
            ("earmark balance --ledger funds", Some("balance")),
            ("earmark -O json payee register V-1 --name V", Some("payee")),
            ("earmark disburse 5 --fund PD --purpose it", Some("disburse")),
            ("earmark officer list", None),
            ("earmark balance --help", None),
            ("earmark --version", None),
            ("earmark balanse", None),
            ("earmark", None),
        ] {
            let found = matches(&words(line));
            assert_eq!(found.as_ref().and_then(ArgMatches::subcommand_name), verb, "{line}");
        }
        let cli = super::super::parse(words("earmark --ledger balance funds")).unwrap();
        assert!(matches!(cli.verb, super::super::Verb::Funds(_)), "{cli:?}");
    }
}
