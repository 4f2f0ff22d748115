//! Confidential fields from files. No text or error of this file repeats a value.

use super::Asked;
use crate::chain::confidential::{Field, Fields, MAX_VALUE_BYTES};
use crate::domain::ids::Text;
use crate::error::{Error, Kind, Result};
use crate::{file, form};
use std::io::Read;
use std::path::Path;

/// The fields that a form names files for; nothing if it names none.
pub(super) fn fields(asked: &Asked<'_>) -> Result<Option<Fields>> {
    let mut fields = Fields::default();
    let files = [form::Field::Account, form::Field::Identity, form::Field::Contact];
    for (field, file) in Field::ALL.into_iter().zip(files) {
        let Some(file) = asked.text(file).map(Path::new) else { continue };
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
