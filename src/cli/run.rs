//! From the words typed to an exit status: parses, checks that the flags go together, and calls the
//! verb's own file.

use super::args::{
    self, AnchorVerb, ConfidentialVerb, DistrictVerb, FormatName, Globals, KeyVerb, OfficerVerb,
    PolicyVerb, ProgrammeVerb, Verb, WitnessVerb,
};
use super::caught::caught;
use super::output::{self, Console, Exit};
use super::session::Session;
use super::{demo, misplaced, read, trust, upkeep, write};
use crate::error::{Error, Kind, Result};
use crate::form::Refusal;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;

/// Runs the command line `arguments`, the program's name first.
pub(crate) fn run(arguments: Vec<OsString>) -> Exit {
    let asked = Asked::of(&arguments);
    let cli = match args::parse(arguments.clone()) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error, asked, &arguments),
    };
    let globals = cli.globals.clone();
    match Session::new(cli.globals) {
        Ok(session) => {
            let writes = Takes::of(&cli.verb).officer;
            let run = || {
                check(&cli.verb, &session)?;
                if writes || matches!(cli.verb, Verb::Verify(_)) {
                    session.warn_of_open_home()?;
                }
                dispatch(&session, &cli.verb)
            };
            let done = caught(writes, run);
            done.unwrap_or_else(|error| session.console.error(&error))
        }
        Err(error) => Console::fallback(&globals).error(&error),
    }
}

/// What errors look like, from words that may not parse.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    json: bool,
    colors: Option<bool>,
}

impl Asked {
    fn of(arguments: &[OsString]) -> Self {
        let mut asked = Self::default();
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
        for (place, word) in words.iter().enumerate() {
            let next = place.checked_add(1).and_then(|next| words.get(next)).map(AsRef::as_ref);
            let value = |names: [&str; 2]| {
                let joined = names
                    .iter()
                    .filter_map(|name| word.strip_prefix(*name))
                    .find(|v| !v.is_empty());
                let joined = joined.map(|value| value.trim_start_matches('='));
                joined.or_else(|| next.filter(|_| names.contains(&word.as_ref())))
            };
            if value(["-O", "--output-format"]) == Some("json") {
                asked.json = true;
            }
            match value(["--color", "--color"]) {
                Some("always") => asked.colors = Some(true),
                Some("never") => asked.colors = Some(false),
                Some(_) | None => {}
            }
        }
        asked
    }
}

/// Help, the version, or words that do not parse.
fn unparsed(error: &clap::Error, asked: Asked, typed: &[OsString]) -> Exit {
    let rendered = error.render();
    let text = match asked.colors {
        Some(true) => rendered.ansi().to_string(),
        Some(false) | None => rendered.to_string(),
    };
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match output::print(&text) {
            Ok(()) => Exit::Done,
            Err(error) => Console::fallback(&Globals::default()).error(&error),
        };
    }
    let format = asked.json.then_some(FormatName::Json);
    let console = Console::fallback(&Globals { format, ..Globals::default() });
    let meant = misplaced::meant(error, &args::command(), typed);
    match meant.or_else(|| unreadable_value(error)) {
        Some(error) => console.error(&error),
        None if asked.json => {
            // What stands before the first empty line is the message; tips and usage follow.
            let plain: Vec<&str> =
                text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            let plain = plain.join(" ");
            let message = plain.strip_prefix("error: ").unwrap_or(&plain);
            let error = Error::new(Kind::Usage, "usage", message);
            console.error(&error.with_hint("see the verb's --help"))
        }
        None => {
            output::say(&text);
            Exit::Usage
        }
    }
}

/// Our own words on a value that cannot be read, with the argument it was given for.
fn unreadable_value(error: &clap::Error) -> Option<Error> {
    let refusal = error.source()?.downcast_ref::<Refusal>()?.clone();
    let ours = Error::from(refusal);
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => format!("{argument}: "),
        _ => String::new(),
    };
    let message = format!("{argument}{}", ours.message());
    let mut told = Error::new(ours.kind(), ours.code(), message);
    for (name, value) in ours.details() {
        told = told.with_detail(name, value);
    }
    Some(match ours.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    })
}

/// What a verb takes of the flags that stand everywhere.
struct Takes {
    formats: &'static [FormatName],
    officer: bool,
    ledger: bool,
    unit: bool,
    file: bool,
    lock: bool,
}

const PLAIN: &[FormatName] = &[FormatName::Table];
const RECEIPT: &[FormatName] = &[FormatName::Table, FormatName::Json];
const VERDICT: &[FormatName] = &[FormatName::Table, FormatName::Json, FormatName::Html];
const ROWS: &[FormatName] =
    &[FormatName::Table, FormatName::Csv, FormatName::Json, FormatName::Jsonl];

impl Takes {
    const READ: Self =
        Self { formats: ROWS, officer: false, ledger: true, unit: true, file: true, lock: false };
    const WRITE: Self =
        Self { formats: RECEIPT, officer: true, ledger: true, unit: false, file: true, lock: true };
    const VALUE: Self = Self {
        formats: RECEIPT,
        officer: false,
        ledger: true,
        unit: false,
        file: true,
        lock: false,
    };

    fn of(verb: &Verb) -> Self {
        if verb.listed().is_some() {
            return Self::READ;
        }
        match verb {
            Verb::Demo(_) => Self {
                formats: PLAIN,
                officer: false,
                ledger: false,
                unit: false,
                file: false,
                lock: false,
            },
            Verb::Officer(OfficerVerb::List(_))
            | Verb::District(DistrictVerb::List(_))
            | Verb::Programme(ProgrammeVerb::List(_)) => Self { unit: false, ..Self::READ },
            Verb::Balance(_)
            | Verb::Register(_)
            | Verb::Funds(_)
            | Verb::Projects(_)
            | Verb::Payees(_)
            | Verb::Commitments(_)
            | Verb::Report(_) => Self::READ,
            Verb::Show(_) => Self { unit: true, ..Self::VALUE },
            Verb::Stats(_) | Verb::Confidential(ConfidentialVerb::Show(_)) => Self::VALUE,
            Verb::Confidential(ConfidentialVerb::Sweep(_))
            | Verb::Publish(_)
            | Verb::Checkpoint(_)
            | Verb::Doctor(_) => Self { lock: true, ..Self::VALUE },
            Verb::Export(_) => Self { formats: &[], unit: false, ..Self::READ },
            Verb::Init(_) | Verb::Archive(_) => Self { ledger: false, lock: false, ..Self::WRITE },
            Verb::Key(KeyVerb::New(_) | KeyVerb::Request(_) | KeyVerb::Passphrase(_)) => {
                Self { ledger: false, ..Self::VALUE }
            }
            Verb::Verify(_) => Self { formats: VERDICT, ..Self::VALUE },
            Verb::Policy(PolicyVerb::Show(_))
            | Verb::Anchor(AnchorVerb::Show(_))
            | Verb::Prove(_) => Self::VALUE,
            Verb::CheckProof(_)
            | Verb::Witness(WitnessVerb::Init(_) | WitnessVerb::Serve(_) | WitnessVerb::Show(_)) => {
                Self { ledger: false, ..Self::VALUE }
            }
            Verb::Key(KeyVerb::RotateLog(_))
            | Verb::Officer(
                OfficerVerb::Enroll(_)
                | OfficerVerb::Roles(_)
                | OfficerVerb::Rotate(_)
                | OfficerVerb::Revoke(_),
            )
            | Verb::Policy(PolicyVerb::Adopt(_))
            | Verb::Anchor(AnchorVerb::Adopt(_))
            | Verb::District(DistrictVerb::Register(_) | DistrictVerb::Retire(_))
            | Verb::Programme(ProgrammeVerb::Register(_))
            | Verb::Payee(_)
            | Verb::Fund(_)
            | Verb::Allocation(_)
            | Verb::Project(_)
            | Verb::Reservation(_)
            | Verb::Commitment(_)
            | Verb::Disbursement(_)
            | Verb::Refund(_)
            | Verb::FollowOn(_)
            | Verb::Reverse(_)
            | Verb::Attach(_)
            | Verb::Confidential(ConfidentialVerb::Erase(_))
            | Verb::Import(_)
            | Verb::Allocate(_)
            | Verb::Commit(_)
            | Verb::Disburse(_) => Self::WRITE,
        }
    }
}

/// Refuses flags that mean nothing together; none is ever ignored.
fn check(verb: &Verb, session: &Session) -> Result<()> {
    let takes = Takes::of(verb);
    let globals = &session.globals;
    let refuse = |message: String| {
        Err(Error::new(Kind::Usage, "flag_unfit", message).with_hint("leave the flag out"))
    };
    if globals.officer.is_some() && !takes.officer {
        return refuse("--officer says whose key signs; this verb signs nothing".to_owned());
    }
    if globals.ledger.is_some() && !takes.ledger {
        return refuse("--ledger names a ledger that is there; this verb needs none".to_owned());
    }
    if globals.wait.is_some() && !takes.lock {
        return refuse("--wait is for the lock of a ledger; this verb takes none".to_owned());
    }
    if globals.file.is_some() && !takes.file {
        return refuse("-o names a file for the result; this verb has none".to_owned());
    }
    // An export has the format of its name, whatever the file is called.
    if takes.formats.is_empty() {
        if globals.format.is_some() {
            return refuse("-O chooses a format; the export has the one of its name".to_owned());
        }
    } else if !takes.formats.contains(&session.console.format) {
        let known: Vec<&str> = takes.formats.iter().map(|format| format.name()).collect();
        let asked = session.console.format.name();
        let message = format!("this verb prints {}, not {asked}", known.join(" or "));
        return Err(Error::new(Kind::Usage, "format_unfit", message)
            .with_detail("allowed", known.join(", "))
            .with_detail("found", asked)
            .with_hint("choose another -O, or another ending of the file"));
    }
    if globals.unit.is_some() && !(takes.unit && session.console.format == FormatName::Table) {
        return refuse("--unit is the display unit of tables; this prints none in it".to_owned());
    }
    Ok(())
}

fn dispatch(session: &Session, verb: &Verb) -> Result<Exit> {
    if let Verb::Demo(a) = verb {
        return demo::demo(session, a);
    }
    let done = write::write(session, verb)
        .or_else(|| upkeep::upkeep(session, verb))
        .or_else(|| trust::trust(session, verb))
        .or_else(|| read::read(session, verb));
    done.unwrap_or_else(|| Err(Error::new(Kind::Usage, "verb_unknown", "no such verb")))
}
