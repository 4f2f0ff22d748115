//! Words that do not parse: help, the version, or an error, which says what was meant where that can be told.

use super::args::{self, FormatName, Globals, LangName};
use super::misplaced;
use super::output::{self, Console, Exit};
use crate::error::{Error, Kind};
use crate::form::Refusal;
use crate::words::Lang;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;

/// What errors look like, from words that may not parse.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    json: bool,
    lang: Option<LangName>,
    colors: Option<bool>,
}

impl Asked {
    pub(super) fn of(arguments: &[OsString]) -> Self {
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
            match value(["--lang", "--lang"]) {
                Some("en") => asked.lang = Some(LangName::En),
                Some("zh") => asked.lang = Some(LangName::Zh),
                Some(_) | None => {}
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
pub(super) fn unparsed(error: &clap::Error, asked: Asked, typed: &[OsString]) -> Exit {
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
    let console = Console::fallback(&Globals { format, lang: asked.lang, ..Globals::default() });
    let meant = misplaced::meant(error, &args::command(), typed);
    match meant.or_else(|| unreadable_value(error)) {
        Some(error) => console.error(&error),
        None if asked.json || console.lang == Lang::Zh => console.error(&usage(error, &text)),
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
    Some(match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => ours.in_argument(argument),
        _ => ours,
    })
}

/// The line that does not parse, as an error: what stands before the first empty line is the message; tips and
/// usage follow.
fn usage(error: &clap::Error, text: &str) -> Error {
    let plain: Vec<&str> =
        text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let plain = plain.join(" ");
    let message = plain.strip_prefix("error: ").unwrap_or(&plain);
    let named = [
        (ContextKind::InvalidArg, "flag"),
        (ContextKind::InvalidValue, "found"),
        (ContextKind::InvalidSubcommand, "found"),
        (ContextKind::PriorArg, "other"),
        (ContextKind::ValidValue, "allowed"),
        (ContextKind::SuggestedSubcommand, "meant"),
        (ContextKind::SuggestedArg, "meant"),
    ];
    let told = Error::new(Kind::Usage, "usage", message).with_hint("see the verb's --help");
    let case = CASES.iter().find(|(kind, _)| *kind == error.kind());
    let told = case.into_iter().fold(told, |told, (_, case)| told.in_case(case));
    let figures = named.iter().flat_map(|(kind, name)| {
        context(error, *kind).into_iter().map(|value| (*name, value)).collect::<Vec<_>>()
    });
    figures.fold(told, |told, (name, value)| told.with_detail(name, value))
}

/// The ways not to parse that words have a sentence for.
const CASES: &[(ErrorKind, &str)] = &[
    (ErrorKind::UnknownArgument, "unknown_argument"),
    (ErrorKind::InvalidSubcommand, "unknown_verb"),
    (ErrorKind::InvalidValue, "value"),
    (ErrorKind::ValueValidation, "value"),
    (ErrorKind::MissingRequiredArgument, "missing"),
    (ErrorKind::MissingSubcommand, "missing_verb"),
    (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, "missing_verb"),
    (ErrorKind::ArgumentConflict, "conflict"),
    (ErrorKind::NoEquals, "values"),
    (ErrorKind::TooFewValues, "values"),
    (ErrorKind::WrongNumberOfValues, "values"),
    (ErrorKind::TooManyValues, "too_many"),
    (ErrorKind::InvalidUtf8, "no_text"),
];

fn context(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    let value = error.get(kind);
    if let Some(ContextValue::String(one)) = value {
        return vec![one.clone()];
    }
    if let Some(ContextValue::Strings(all)) = value { all.clone() } else { Vec::new() }
}
