//! From the words typed to an exit status: parses, checks that the flags go together, and calls the
//! verb's own file.

use super::args::{
    self, AnchorVerb, ConfidentialVerb, DistrictVerb, FormatName, Import, ImportVerb, KeyVerb,
    OfficerVerb, PolicyVerb, ProgrammeVerb, Verb, WitnessVerb,
};
use super::caught::caught;
use super::output::{Console, Exit};
use super::session::Session;
use super::unparsed::{Asked, unparsed};
use super::{demo, read, trust, upkeep, write};
use crate::error::{Error, Kind, Result};
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
                    session.desk.warn_of_open_home()?;
                }
                dispatch(&session, &cli.verb)
            };
            let done = caught(writes, run);
            done.unwrap_or_else(|error| session.console.error(&error))
        }
        Err(error) => Console::fallback(&globals).error(&error),
    }
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
const LIST: &[FormatName] = &[FormatName::Table, FormatName::Csv, FormatName::Xlsx];
const RECEIPT: &[FormatName] = &[FormatName::Table, FormatName::Json];
const VERDICT: &[FormatName] = &[FormatName::Table, FormatName::Json, FormatName::Html];
const ROWS: &[FormatName] =
    &[FormatName::Table, FormatName::Csv, FormatName::Json, FormatName::Jsonl, FormatName::Xlsx];

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
            Verb::Forms(_)
            | Verb::CheckProof(_)
            | Verb::Witness(WitnessVerb::Init(_) | WitnessVerb::Serve(_) | WitnessVerb::Show(_)) => {
                Self { ledger: false, ..Self::VALUE }
            }
            Verb::Import(Import { verb: Some(ImportVerb::Template(_)), .. }) => {
                Self { formats: LIST, ledger: false, ..Self::VALUE }
            }
            Verb::Record(_)
            | Verb::Key(KeyVerb::RotateLog(_))
            | Verb::Anchor(AnchorVerb::Adopt(_))
            | Verb::Payee(_)
            | Verb::Fund(_)
            | Verb::Project(_)
            | Verb::Commitment(_)
            | Verb::FollowOn(_)
            | Verb::Import(_) => Self::WRITE,
        }
    }
}

/// Refuses flags that mean nothing together; none is ever ignored.
fn check(verb: &Verb, session: &Session) -> Result<()> {
    let takes = Takes::of(verb);
    let globals = &session.globals;
    let refuse = |case: &'static str, message: &str| {
        let error = Error::new(Kind::Usage, "flag_unfit", message).in_case(case);
        Err(error.with_hint("leave the flag out"))
    };
    if globals.officer.is_some() && !takes.officer {
        return refuse("officer", "--officer says whose key signs; this verb signs nothing");
    }
    if globals.ledger.is_some() && !takes.ledger {
        return refuse("ledger", "--ledger names a ledger that is there; this verb needs none");
    }
    if globals.wait.is_some() && !takes.lock {
        return refuse("wait", "--wait is for the lock of a ledger; this verb takes none");
    }
    if globals.file.is_some() && !takes.file {
        return refuse("file", "-o names a file for the result; this verb has none");
    }
    // An export has the format of its name, whatever the file is called.
    if takes.formats.is_empty() {
        if globals.format.is_some() {
            return refuse("format", "-O chooses a format; the export has the one of its name");
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
    let format = session.console.format;
    let shows_units = takes.unit && matches!(format, FormatName::Table | FormatName::Xlsx);
    if globals.unit.is_some() && !shows_units {
        return refuse("unit", "--unit is the display unit of tables; this prints none in it");
    }
    if globals.excel && !(takes.formats == ROWS && format == FormatName::Csv) {
        let message = "--excel is for the CSV of a report or list; this prints none";
        return Err(Error::new(Kind::Usage, "flag_unfit", message)
            .with_hint("add -O csv to a report or list, or leave the flag out")
            .in_case("excel"));
    }
    if format == FormatName::Xlsx && session.console.is_terminal() {
        let message = "a workbook is no text, and is not printed to a terminal";
        return Err(Error::new(Kind::Usage, "xlsx_to_terminal", message)
            .with_hint("name a file: -o FILE.xlsx"));
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
