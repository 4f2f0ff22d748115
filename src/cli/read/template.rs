//! `import template`: a mapping to begin with, and the head of the list that it reads. Needs no ledger.

use crate::cli::args::{FormatName, ImportTemplate};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::import::template::Template;

/// Runs `import template`.
///
/// # Errors
/// `unknown_event_type`, with the nearest type.
pub(super) fn show(session: &Session, a: &ImportTemplate) -> Result<Exit> {
    let (console, lang) = (&session.console, session.console.lang);
    let template = Template::of(&a.name.join("."), a.required)?;
    if console.format != FormatName::Csv {
        return console.text(&template.mapping(lang)).map(|()| Exit::Done);
    }
    console.text(&template.list())?;
    let mut line = format!("earmark import template {}", template.kind());
    if a.required {
        line.push_str(" --required");
    }
    console.note(&lang.choose(
        format!("what each column is, and the mapping that reads this list: {line}"),
        format!("各列的含义及读取此清单的映射：{line}"),
    ));
    Ok(Exit::Done)
}
