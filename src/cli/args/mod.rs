//! The grammar of the command line. A verb that records one command has the arguments of its form
//! ([`recorded`]); every other verb is a struct of clap's derive, in the words of the field.
//!
//! Noun, then verb; `allocate`, `commit` and `disburse` are the only other spellings, and nothing is
//! inferred from abbreviations. What a flag means together with another is said here where clap can
//! say it (`conflicts_with`, groups) and in [`check`](super::run) where it cannot.

mod alone;
mod book;
mod confidential;
mod globals;
mod import;
mod nouns;
mod read;
mod recorded;
mod setup;
mod trust;
mod typed;
mod witness;

pub(crate) use book::*;
pub(crate) use confidential::*;
pub(crate) use globals::*;
pub(crate) use import::*;
pub(crate) use nouns::*;
pub(crate) use read::*;
pub(crate) use recorded::Recorded;
pub(crate) use setup::*;
pub(crate) use trust::*;
pub(crate) use witness::*;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// A ledger for public money set aside for one purpose (专项资金).
#[derive(Debug, Parser)]
#[command(
    name = "earmark",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Try it:      earmark demo\n\
                  Start:       earmark init pudong --name Pudong --origin example.org/pudong --officer li\n\
                  More on one: earmark allocation record --help, or earmark help allocation record"
)]
pub(crate) struct Cli {
    /// Flags that every verb takes.
    #[command(flatten)]
    pub(crate) globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs, in the order of a ledger's life.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// A verb with a form.
    #[command(skip)]
    Record(Recorded),
    Demo(Demo),
    Init(Init),
    #[command(subcommand)]
    Key(KeyVerb),
    #[command(subcommand)]
    Officer(OfficerVerb),
    #[command(subcommand)]
    Policy(PolicyVerb),
    #[command(subcommand)]
    District(DistrictVerb),
    #[command(subcommand)]
    Programme(ProgrammeVerb),
    #[command(subcommand)]
    Payee(PayeeVerb),
    #[command(subcommand)]
    Fund(FundVerb),
    #[command(subcommand)]
    Project(ProjectVerb),
    #[command(subcommand)]
    Commitment(CommitmentVerb),
    #[command(subcommand)]
    FollowOn(FollowOnVerb),
    #[command(subcommand)]
    Confidential(ConfidentialVerb),
    Import(Import),
    Balance(Balance),
    Register(Register),
    Show(Show),
    /// List the funds, with their balances
    Funds(List),
    /// List the projects, with status, ceiling and balances
    Projects(List),
    /// List the payees, with what they are owed and were paid
    Payees(List),
    /// List the contracts, with what is owed and paid under them
    Commitments(List),
    #[command(subcommand)]
    Report(ReportVerb),
    Stats(Stats),
    Forms(ShowForms),
    #[command(subcommand)]
    Export(ExportVerb),
    Verify(Verify),
    #[command(subcommand)]
    Checkpoint(CheckpointVerb),
    #[command(subcommand)]
    Anchor(AnchorVerb),
    #[command(subcommand)]
    Archive(ArchiveVerb),
    Publish(Publish),
    #[command(subcommand)]
    Witness(WitnessVerb),
    Prove(Prove),
    CheckProof(CheckProof),
    Doctor(Doctor),
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Funds.
    Funds,
    /// Projects.
    Projects,
    /// Payees.
    Payees,
    /// Contracts.
    Commitments,
    /// Follow-on investments.
    FollowOns,
}

impl Verb {
    /// The list that is asked for, however the verb spells it.
    pub(crate) fn listed(&self) -> Option<(Listed, &List)> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others list nothing")]
        match self {
            Self::Funds(a) | Self::Fund(FundVerb::List(a)) => Some((Listed::Funds, a)),
            Self::Projects(a) | Self::Project(ProjectVerb::List(a)) => Some((Listed::Projects, a)),
            Self::Payees(a) | Self::Payee(PayeeVerb::List(a)) => Some((Listed::Payees, a)),
            Self::Commitments(a) | Self::Commitment(CommitmentVerb::List(a)) => {
                Some((Listed::Commitments, a))
            }
            Self::FollowOn(FollowOnVerb::List(a)) => Some((Listed::FollowOns, a)),
            _ => None,
        }
    }
}

/// What the ledger does, below its name in `earmark --help`.
const PROMISE: &str = "Every record is kept for ever in a hash-chained log; balances are rebuilt \
                       from it, and anyone can verify it offline.";

/// How `earmark --help` groups its verbs.
const GROUPS: &[(&str, &[&str])] = &[
    ("Begin", &["demo", "init", "key", "officer", "policy"]),
    ("Name things", &["district", "programme", "payee", "fund"]),
    (
        "Move money",
        &[
            "allocation",
            "project",
            "reservation",
            "commitment",
            "disbursement",
            "refund",
            "follow-on",
            "allocate",
            "commit",
            "disburse",
        ],
    ),
    ("Correct, attach, import", &["reverse", "breach", "attach", "confidential", "import"]),
    (
        "Read",
        &[
            "balance",
            "register",
            "show",
            "funds",
            "projects",
            "payees",
            "commitments",
            "report",
            "stats",
            "forms",
            "export",
        ],
    ),
    (
        "Trust",
        &[
            "verify",
            "checkpoint",
            "anchor",
            "archive",
            "publish",
            "witness",
            "prove",
            "check-proof",
            "doctor",
        ],
    ),
];

/// The command as clap runs it, with the verbs in groups.
pub(crate) fn command() -> clap::Command {
    let command = recorded::with_forms(Cli::command());
    let about = |name: &str| {
        let verb = command.find_subcommand(name);
        verb.and_then(clap::Command::get_about).map(ToString::to_string).unwrap_or_default()
    };
    let mut verbs = String::new();
    for (title, names) in GROUPS {
        verbs.push_str(&format!("\n{title}:\n"));
        for name in *names {
            verbs.push_str(&format!("  {name:<13} {}\n", about(name)));
        }
    }
    let template = format!(
        "{{about-with-newline}}{PROMISE}\n\nUsage: earmark [FLAGS] VERB\n{verbs}\nFlags:\n{{options}}{{after-help}}\n"
    );
    command.help_template(template)
}

/// Reads the command line.
///
/// # Errors
/// clap's own, which holds help and version too.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<Cli, clap::Error> {
    let arguments: Vec<std::ffi::OsString> = arguments.into_iter().collect();
    if let Some(Ok(cli)) = alone::matches(&arguments).map(|matches| of_matches(&matches)) {
        return Ok(cli);
    }
    let mut command = command();
    let arguments = helped(&mut command, arguments)?;
    let matches = command.try_get_matches_from_mut(arguments)?;
    of_matches(&matches).map_err(|error| error.format(&mut command))
}

fn of_matches(matches: &clap::ArgMatches) -> Result<Cli, clap::Error> {
    match recorded::recorded(matches)? {
        Some(recorded) => Globals::from_arg_matches(matches)
            .map(|globals| Cli { globals, verb: Verb::Record(recorded) }),
        None => Cli::from_arg_matches(matches),
    }
}

/// `help VERB …` as `VERB … --help`.
fn helped(
    command: &mut clap::Command,
    mut arguments: Vec<std::ffi::OsString>,
) -> Result<Vec<std::ffi::OsString>, clap::Error> {
    if arguments.get(1).is_none_or(|word| word != "help") {
        return Ok(arguments);
    }
    arguments.remove(1);
    let mut verb = &*command;
    for word in arguments.iter().skip(1).map(|word| word.to_string_lossy()) {
        match verb.find_subcommand(&*word) {
            Some(found) => verb = found,
            None if word.starts_with('-') => break,
            None => {
                let message = format!("there is no verb '{word}' in {}", verb.get_name());
                return Err(command.error(clap::error::ErrorKind::InvalidSubcommand, message));
            }
        }
    }
    arguments.push("--help".into());
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn help_names_every_verb_once() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let command = command();
        let mut verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        verbs.sort_unstable();
        assert_eq!(grouped, verbs);
    }

    #[test]
    fn every_verb_has_a_line_of_its_own_and_an_example() {
        fn walk(command: &clap::Command, path: &str, lacking: &mut Vec<String>) {
            let name = format!("{path} {}", command.get_name());
            if command.get_about().is_none() {
                lacking.push(format!("{name}: about"));
            }
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            if !command.has_subcommands() && !example.contains("earmark ") {
                lacking.push(format!("{name}: example"));
            }
            for argument in command.get_arguments() {
                if argument.get_help().is_none() {
                    lacking.push(format!("{name} {}: help", argument.get_id()));
                }
            }
            command.get_subcommands().for_each(|verb| walk(verb, &name, lacking));
        }
        let mut lacking = Vec::new();
        walk(&command(), "", &mut lacking);
        assert!(lacking.is_empty(), "{lacking:#?}");
    }

    /// Takes the examples of every help text through the parser.
    #[test]
    fn every_example_parses() {
        fn walk(command: &clap::Command, found: &mut Vec<String>) {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            // An example stands alone on its line, or after the colon of its title.
            let lines = text.lines().filter_map(|line| {
                let at = line.find("earmark ")?;
                let before = line[..at].trim();
                (before.is_empty() || before.ends_with(':')).then_some(&line[at..])
            });
            found.extend(lines.filter(|line| !line.contains("--help")).map(str::to_owned));
            command.get_subcommands().for_each(|verb| walk(verb, found));
        }
        let mut examples = Vec::new();
        walk(&command(), &mut examples);
        assert!(examples.len() > 40, "{}", examples.len());
        for example in examples {
            let mut words = vec![String::new()];
            let mut quoted = false;
            for c in example.chars() {
                match c {
                    '"' => quoted = !quoted,
                    ' ' if !quoted => words.push(String::new()),
                    c => words.last_mut().unwrap().push(c),
                }
            }
            let words = words.into_iter().map(std::ffi::OsString::from);
            if let Err(error) = parse(words) {
                panic!("{example}\n{error}");
            }
        }
    }

    #[test]
    fn no_abbreviation_is_inferred() {
        for line in ["bal", "alloc record F 2002 1", "balance --as 2002-01-01", "export hl"] {
            let words = ["earmark"].into_iter().chain(line.split(' ')).map(Into::into);
            assert!(parse(words).is_err(), "{line}");
        }
    }
}
