//! `import template`: a mapping to begin with, and the list that it reads, as CSV or as a workbook. Needs no
//! ledger.

use super::not_written;
use crate::cli::args::{FormatName, ImportTemplate};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::error::Result;
use crate::import::template::Template;

/// Runs `import template`.
///
/// # Errors
/// `unknown_event_type`, with the nearest type; those of the console.
pub(super) fn show(session: &Session, a: &ImportTemplate) -> Result<Exit> {
    let (console, lang) = (&session.console, session.console.lang);
    let template = Template::of(&a.name.join("."), a.required)?;
    if console.format == FormatName::Xlsx {
        console.bytes(&mut |out| template.write_workbook(out, lang).map_err(not_written))?;
        if console.has_file() {
            let beside = console.clone().without_file().of_format(FormatName::Table);
            beside.text(&template.mapping_of_workbook(lang))?;
            return Ok(Exit::Done);
        }
    } else if console.format == FormatName::Csv {
        console.text(&template.list())?;
    } else {
        return console.text(&template.mapping(lang)).map(|()| Exit::Done);
    }
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
