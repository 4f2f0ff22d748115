//! Verbs that read: from the published log alone, without the ledger's lock.
//!
//! A question is read at the [`desk`](crate::desk); what comes back is printed here.

mod beside;
mod card;
mod check_proof;
mod checkpoint;
mod confidential;
mod export;
mod forms;
mod lists;
mod package;
mod policy;
mod prove;
mod register;
mod reports;
mod show;
mod stats;
mod template;
mod verify;

pub(in crate::cli) use verify::policy_trust;

use super::args::{
    CheckpointVerb, ConfidentialVerb, DistrictVerb, FormatName, Import, ImportVerb, OfficerVerb,
    PolicyVerb, ProgrammeVerb, ReadFlags, ReportVerb, UnitName, Verb,
};
use super::output::Exit;
use super::session::Session;
use crate::desk::reading::{Asking, Reading};
use crate::desk::target::printing;
use crate::error::{Error, Kind, Result};
use crate::report::table::Table;
use crate::report::text::Unit;
use crate::report::{Format, Style};
use crate::words::Lang;

/// Runs a verb that reads; nothing if it is none.
pub(crate) fn read(session: &Session, verb: &Verb) -> Option<Result<Exit>> {
    if let Some((listed, a)) = verb.listed() {
        return Some(lists::list(session, listed, a));
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others record, and stand in `write`")]
    let done = match verb {
        Verb::Balance(a) => reports::balance(session, a),
        Verb::Register(a) => register::register(session, a),
        Verb::Show(a) => show::show(session, a),
        Verb::Confidential(ConfidentialVerb::Show(a)) => confidential::show(session, a),
        Verb::Officer(OfficerVerb::List(_)) => lists::officers(session),
        Verb::District(DistrictVerb::List(_)) => lists::districts(session),
        Verb::Programme(ProgrammeVerb::List(_)) => lists::programmes(session),
        Verb::Report(ReportVerb::Execution(a)) => reports::execution(session, a),
        Verb::Report(ReportVerb::Leverage(a)) => reports::leverage(session, a),
        Verb::Report(ReportVerb::Findings(a)) => reports::findings(session, a),
        Verb::Export(verb) => export::export(session, verb),
        Verb::Stats(a) => stats::stats(session, a),
        Verb::Policy(PolicyVerb::Show(_)) => policy::show(session).map(|()| Exit::Done),
        Verb::Checkpoint(CheckpointVerb::Show(a)) => {
            checkpoint::show(session, a).map(|()| Exit::Done)
        }
        Verb::Prove(a) => prove::prove(session, a),
        Verb::CheckProof(a) => check_proof::check_proof(session, a),
        Verb::Forms(a) => forms::show(session, a),
        Verb::Import(Import { verb: Some(ImportVerb::Template(a)), .. }) => {
            template::show(session, a)
        }
        Verb::Verify(a) => return Some(verify::verify(session, a)),
        _ => return None,
    };
    Some(done)
}

/// Opens the published log of the session's ledger, for a verb that prints as the console says. Where nothing is
/// pinned for the log, that is said beside what is printed.
fn open(session: &Session, flags: &ReadFlags) -> Result<Reading> {
    open_for(session, flags, session.console.format == FormatName::Csv)
}

/// As [`open`], for a verb that prints reports alone: tables and JSON say themselves whose log they are of.
fn open_report(session: &Session, flags: &ReadFlags) -> Result<Reading> {
    let format = session.console.format;
    let reading = open_quietly(session, flags, format == FormatName::Csv)?;
    match format {
        FormatName::Table | FormatName::Json | FormatName::Html => {}
        FormatName::Csv | FormatName::Jsonl | FormatName::Xlsx => {
            reading.say_identity(&session.desk);
        }
    }
    Ok(reading)
}

/// As [`open`]; `is_csv`: for CSV.
fn open_for(session: &Session, flags: &ReadFlags, is_csv: bool) -> Result<Reading> {
    let reading = open_quietly(session, flags, is_csv)?;
    reading.say_identity(&session.desk);
    Ok(reading)
}

fn open_quietly(session: &Session, flags: &ReadFlags, is_csv: bool) -> Result<Reading> {
    if flags.raw && !is_csv {
        let message = "--raw is about the cells of CSV; this prints none";
        return Err(Error::new(Kind::Usage, "flag_unfit", message)
            .with_hint("leave the flag out, or add -O csv")
            .in_case("raw"));
    }
    if flags.raw && session.globals.excel {
        let message = "--raw leaves the guard out that --excel widens";
        return Err(Error::new(Kind::Usage, "flag_unfit", message)
            .with_hint("leave one of the two out")
            .in_case("raw_excel"));
    }
    session.desk.read(&Asking {
        place: session.place()?,
        result: session.globals.file.as_deref(),
        as_of: flags.as_of.map(|period| period.last),
        as_known_at: flags.as_known_at,
        raw: flags.raw,
    })
}

/// Prints a report in the format and style that were asked for.
fn print(session: &Session, reading: &Reading, table: &Table) -> Result<Exit> {
    let (format, style) = (format(session), style(session, reading.raw));
    session.console.result(&mut |out| {
        crate::report::write_to(out, table, format, style).map_err(not_written)
    })?;
    Ok(Exit::Done)
}

/// A report says itself why it is not one; anything else is of where it goes.
fn not_written(source: std::io::Error) -> Error {
    source.downcast::<Error>().unwrap_or_else(|source| printing(&source))
}

/// The format that was asked for.
fn format(session: &Session) -> Format {
    match session.console.format {
        // No report is printed as a page yet; `run` has refused it.
        FormatName::Table | FormatName::Html => Format::Table,
        FormatName::Csv => Format::Csv,
        FormatName::Json => Format::Json,
        FormatName::Jsonl => Format::Jsonl,
        FormatName::Xlsx => Format::Xlsx,
    }
}

/// Language and unit that were asked for.
fn style(session: &Session, raw: bool) -> Style {
    let unit = match session.console.unit {
        UnitName::Yuan => Unit::Major,
        UnitName::Wan => Unit::Wan,
    };
    let (excel, columns) = (session.globals.excel, session.console.columns());
    Style { lang: lang(session), unit, raw, excel, columns }
}

fn lang(session: &Session) -> Lang {
    session.console.lang
}

/// One of two texts, in the language that was asked for.
fn say(session: &Session, en: impl Into<String>, zh: impl Into<String>) -> String {
    lang(session).choose(en.into(), zh.into())
}
