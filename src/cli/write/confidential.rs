//! Confidential fields from files, their erasure, and sealed files that belong to nothing.
//!
//! No text or error of this file repeats a value.

use crate::chain::confidential::{Field, Fields, MAX_VALUE_BYTES};
use crate::cli::args::{Recorded, SweepConfidential};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::domain::ids::Text;
use crate::error::{Error, Kind, Result};
use crate::words::shown::{counted, for_terminal};
use crate::{file, form};
use serde_json::json;
use std::io::Read;
use std::path::Path;

/// The fields that a form names files for; nothing if it names none.
pub(super) fn fields(typed: &Recorded) -> Result<Option<Fields>> {
    let mut fields = Fields::default();
    let files = [form::Field::Account, form::Field::Identity, form::Field::Contact];
    for (field, file) in Field::ALL.into_iter().zip(files) {
        let Some(file) = typed.text(file).map(Path::new) else { continue };
        let value = value(file, field)?;
        fields.set(field, value.as_str()).map_err(|malformed| {
            let message = format!("{} in {}: {malformed}", field.name(), file.display());
            Error::new(Kind::Usage, "confidential_file", message)
                .with_hint(ONE_LINE)
                .with_detail("field", field.name())
                .with_detail("path", file.display())
        })?;
    }
    Ok(Some(fields).filter(|fields| !fields.is_empty()))
}

const ONE_LINE: &str = "write the value, and nothing else, as one line of UTF-8";
/// More than a value with its end of line may have.
const READ_AT_MOST: u64 = 4_096;

/// The one line of a file, in NFC, without a byte order mark and its end of line.
fn value(path: &Path, field: Field) -> Result<Text> {
    let reading = |e| Error::io("read", path, e);
    let mut bytes = Vec::new();
    let file = file::open_named(path).map_err(reading)?;
    file.take(READ_AT_MOST).read_to_end(&mut bytes).map_err(reading)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let message = format!("{} is not UTF-8", path.display());
        Error::new(Kind::Usage, "confidential_file", message)
            .with_hint(ONE_LINE)
            .with_detail("path", path.display())
    })?;
    let line = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = line.strip_suffix('\n').unwrap_or(line);
    let value = Text::new(line.strip_suffix('\r').unwrap_or(line));
    value.check(field.name(), MAX_VALUE_BYTES)?;
    Ok(value)
}

/// Removes sealed files that belong to no entry.
pub(super) fn sweep(session: &Session, a: &SweepConfidential) -> Result<Exit> {
    let swept = session.on_ledger(|ledger| ledger.sweep_sealed(a.dry_run))?;
    let files = u64::try_from(swept.orphans.len()).unwrap_or(u64::MAX);
    let files = counted(files, "file", "files");
    let mut text = if swept.orphans.is_empty() {
        "Every sealed file belongs to an entry.\n".to_owned()
    } else if a.dry_run {
        format!("Would remove {files} of no entry:\n")
    } else {
        format!("Removed {files} of no entry:\n")
    };
    for name in &swept.orphans {
        text.push_str(&format!("  confidential/{name}\n"));
    }
    for name in &swept.strange {
        text.push_str(&format!("  left alone: confidential/{}\n", for_terminal(name)));
    }
    let json = json!({"sweep": {
        "dry_run": a.dry_run,
        "orphans": swept.orphans,
        "strange": swept.strange,
    }});
    session.console.receipt(&text, &json)?;
    Ok(Exit::Done)
}
