//! The verbs that record one command, from their forms: clap's arguments are the form's fields, and what
//! was typed is the form's map of field to text.

use super::WriteFlags;
use crate::desk::Asked;
use crate::form::table::{Need, Typed};
use crate::form::{Field, FieldSpec, Form, Kind, Refusal, Value, forms};
use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeSet;

/// A form, as it was typed.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The form.
    pub(crate) form: &'static Form,
    /// Its fields, each with its text; one that holds several has several.
    pub(crate) texts: Vec<(Field, String)>,
    /// What every write takes.
    pub(crate) flags: WriteFlags,
}

impl Recorded {
    /// What was asked for, as the desk takes it.
    pub(crate) fn asked(&self) -> Asked<'_> {
        let flags = &self.flags;
        Asked {
            form: self.form,
            texts: &self.texts,
            on: flags.on,
            documents: &flags.documents,
            document_no: flags.document_no.as_ref(),
            command_id: flags.command_id.as_deref(),
            accept_clock: flags.accept_clock,
            dry_run: flags.dry_run,
        }
    }

    /// The text of a field.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        self.texts.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str())
    }
}

/// Other spellings of verbs: the only ones.
const ALIASES: &[(&str, &str)] = &[
    ("allocate", "allocation.record"),
    ("commit", "commitment.make"),
    ("disburse", "disbursement.record"),
];

/// Nouns whose verbs all record, with what they are.
const NOUNS: &[(&str, &str)] = &[
    ("allocation", "Give authority to a line, change it, move it, carry it over"),
    ("reservation", "Hold money of a line for a project, or free it again"),
    ("disbursement", "Record payments"),
    ("breach", "A command that is signed, and that the rules of its time refuse"),
];

/// `root` with every verb that has a form.
pub(super) fn with_forms(mut root: Command) -> Command {
    for (noun, about) in NOUNS {
        root = root.subcommand(
            Command::new(*noun)
                .about(*about)
                .subcommand_required(true)
                .arg_required_else_help(true),
        );
    }
    let nouns: BTreeSet<&str> = forms().filter_map(|form| form.verbs().next()).collect();
    // What is listed and shown comes behind what is recorded.
    root = root.mut_subcommands(|verb| match nouns.contains(verb.get_name()) {
        true => verb.mut_subcommands(|listed| listed.display_order(usize::MAX)),
        false => verb,
    });
    for (order, form) in forms().enumerate() {
        let words: Vec<&str> = form.verbs().collect();
        root = match words[..] {
            [verb] => root.subcommand(verb_of(verb, form)),
            [noun, verb] => root.mut_subcommand(noun, |noun| {
                noun.subcommand(verb_of(verb, form).display_order(order))
            }),
            _ => root,
        };
    }
    for (alias, act) in ALIASES {
        let form = forms().find(|form| form.act.text() == *act);
        root = form.into_iter().fold(root, |root, form| {
            root.subcommand(
                verb_of(alias, form).about(format!("Same as `{}`", act.replace('.', " "))),
            )
        });
    }
    root
}

/// The verb of these words alone, below its noun where it has one; nothing where it has no form.
pub(super) fn alone(word: &str, next: Option<&str>) -> Option<Command> {
    let act = ALIASES.iter().find(|(alias, _)| *alias == word);
    if let Some((alias, act)) = act {
        let form = forms().find(|form| form.act.text() == *act)?;
        return Some(verb_of(alias, form));
    }
    let form = forms().find(|form| {
        let mut verbs = form.verbs();
        let is_named = verbs.next() == Some(word);
        is_named && verbs.next().is_none_or(|verb| Some(verb) == next)
    })?;
    let words: Vec<&'static str> = form.verbs().collect();
    match words[..] {
        [verb] => Some(verb_of(verb, form)),
        [noun, verb] => {
            Some(Command::new(noun).subcommand_required(true).subcommand(verb_of(verb, form)))
        }
        _ => None,
    }
}

fn verb_of(name: &'static str, form: &'static Form) -> Command {
    let mut examples = String::from("Example:");
    for example in form.examples {
        examples.push_str(&format!("\n  earmark {example}"));
    }
    let more = form.more.en;
    let more = if more.is_empty() { examples } else { format!("{more}\n\n{examples}") };
    let typed = form.fields.iter().filter(|spec| spec.typed != Typed::Never);
    let verb = WriteFlags::augment_args(Command::new(name).args(typed.map(argument)));
    verb.about(form.title.en).after_help(more)
}

/// The name of a field's argument: flags that stand everywhere have names like theirs.
fn id(field: Field) -> String {
    format!("field {}", field.text())
}

fn argument(spec: &'static FieldSpec) -> Arg {
    let mut argument = Arg::new(id(spec.field))
        .help(spec.help.en)
        .required(spec.need != Need::Optional)
        .conflicts_with_all(spec.excludes.iter().map(|field| id(*field)));
    if spec.typed == Typed::Flagged {
        argument = argument.long(spec.flag());
        argument = spec.alias().into_iter().fold(argument, Arg::alias);
    }
    if let Some(field) = spec.needs {
        argument = argument.requires(id(field));
    }
    if let Some(default) = spec.default {
        argument = argument.default_value(default);
    }
    if spec.kind == Kind::Flag {
        return argument.action(ArgAction::SetTrue);
    }
    if spec.kind.is_many() {
        argument = argument.action(ArgAction::Append);
    }
    if spec.kind == Kind::Sealed {
        argument = argument.help_heading("Confidential");
    }
    let kind = spec.kind;
    let parser = match kind.choices() {
        [] => ValueParser::new(move |text: &str| read(kind, text)),
        words => PossibleValuesParser::new(words).into(),
    };
    argument
        .value_name(spec.value_name())
        .allow_negative_numbers(kind == Kind::Amount)
        .value_parser(parser)
}

/// The text, where it can be a value of its kind.
fn read(kind: Kind, text: &str) -> Result<String, Refusal> {
    Value::check(kind, text).map(|()| text.to_owned())
}

/// The form that was typed; nothing where the verb has none.
pub(super) fn recorded(root: &ArgMatches) -> Result<Option<Recorded>, clap::Error> {
    let (mut path, mut matches) = (Vec::new(), root);
    while let Some((verb, of_verb)) = matches.subcommand() {
        path.push(verb);
        matches = of_verb;
    }
    let name = path.join(".");
    let name =
        ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, act)| act);
    let Some(form) = forms().find(|form| form.act.text() == name) else { return Ok(None) };
    let mut texts = Vec::new();
    for spec in form.fields.iter().filter(|spec| spec.typed != Typed::Never) {
        let id = id(spec.field);
        if spec.kind == Kind::Flag {
            let said = matches.get_flag(&id).then(|| (spec.field, String::new()));
            texts.extend(said);
            continue;
        }
        let values = matches.get_many::<String>(&id).into_iter().flatten();
        texts.extend(values.map(|text| (spec.field, text.clone())));
    }
    Ok(Some(Recorded { form, texts, flags: WriteFlags::from_arg_matches(matches)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::table::SHARED;

    #[test]
    fn what_every_form_shares_is_what_every_write_takes() {
        let flags = WriteFlags::augment_args(Command::new("flags"));
        for spec in SHARED {
            let argument = flags.get_arguments().find(|a| a.get_long() == Some(&spec.flag()));
            let argument = argument.unwrap_or_else(|| panic!("--{}", spec.flag()));
            let help = argument.get_help().map(ToString::to_string);
            assert_eq!(help.as_deref(), Some(spec.help.en));
            let names = argument.get_value_names().unwrap_or_default();
            assert_eq!(names.first().map(ToString::to_string), Some(spec.value_name()));
            let alias = argument.get_all_aliases().and_then(|all| all.first().copied());
            assert_eq!(alias, spec.alias());
        }
    }

    #[test]
    fn what_was_typed_is_the_map_of_the_form() {
        let line = "earmark disburse 5000 --fund PD --year 2002 --purpose it --from PD:2002=1 --from PD:2001=2 --invoice 7";
        let cli = super::super::parse(line.split(' ').map(Into::into)).unwrap();
        let super::super::Verb::Record(typed) = cli.verb else { panic!("{cli:?}") };
        assert_eq!(typed.form.act, crate::form::Act::DisbursementRecord);
        let said: Vec<_> =
            typed.texts.iter().map(|(field, text)| (field.text(), text.as_str())).collect();
        let all = [
            ("amount", "5000"),
            ("source_no", "7"),
            ("fund", "PD"),
            ("year", "2002"),
            ("purpose", "it"),
            ("from", "PD:2002=1"),
            ("from", "PD:2001=2"),
        ];
        assert_eq!(said, all);
    }
}
