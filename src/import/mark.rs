//! What the first bytes of a file say it is: a mark (byte order mark) says an encoding, and some
//! files are no text at all. Guesses nothing: only what contradicts the mapping is refused.

use crate::error::{Error, Kind, Result};
use encoding_rs::Encoding;

/// Bytes of the longest mark.
pub(super) const LONGEST: usize = 8;

/// Marks, longer ones first: UTF-32's begins as UTF-16's does.
const MARKS: &[(&[u8], &str)] = &[
    (b"\xff\xfe\0\0", "UTF-32LE"),
    (b"\0\0\xfe\xff", "UTF-32BE"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
];

/// Files that are taken for tables and are none.
const NO_TEXT: &[(&[u8], &str)] = &[
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old spreadsheet (.xls)"),
    (b"PK\x03\x04", "a spreadsheet (.xlsx or .ods) or another zip file"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b\x08", "a gzip file"),
];

/// The encoding whose mark these bytes begin with.
pub(super) fn of(first: &[u8]) -> Option<&'static str> {
    MARKS.iter().find(|(mark, _)| first.starts_with(mark)).map(|(_, name)| *name)
}

/// Refuses a file whose first bytes say that it is not in `encoding`.
///
/// # Errors
/// `csv_mark`, with both encodings; `csv_not_text` for a spreadsheet or another file of bytes.
pub(super) fn check(first: &[u8], encoding: &'static Encoding) -> Result<()> {
    if let Some((_, what)) = NO_TEXT.iter().find(|(magic, _)| first.starts_with(magic)) {
        let message = format!("the file is {what}, not a table of text");
        return Err(Error::new(Kind::Usage, "csv_not_text", message)
            .with_hint("unpack it, or save the sheet as \"CSV UTF-8\", and import that file")
            .with_detail("what", what));
    }
    let Some(mark) = of(first) else { return Ok(()) };
    // gbk is read as gb18030 is (WHATWG).
    let named = encoding.name();
    if mark == named || (mark == "gb18030" && named == "GBK") {
        return Ok(());
    }
    let message = format!("the file begins with the mark of {mark}, the mapping says {named}");
    let hint = if mark.starts_with("UTF-32") {
        "save the file as UTF-8; nothing was booked".to_owned()
    } else {
        let label = mark.to_lowercase();
        format!(
            "one of the two is wrong: encoding = \"{label}\" in the mapping, or save the file anew; nothing was booked"
        )
    };
    Err(Error::new(Kind::Usage, "csv_mark", message)
        .with_hint(hint)
        .with_detail("mark", mark)
        .with_detail("encoding", named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_held_against_every_encoding() {
        let labels = ["utf-8", "utf-16le", "utf-16be", "gb18030", "gbk", "big5", "windows-1252"];
        for (mark, name) in MARKS {
            for label in labels {
                let encoding = Encoding::for_label(label.as_bytes()).unwrap();
                let same =
                    name.eq_ignore_ascii_case(label) || (*name == "gb18030" && label == "gbk");
                let first = [mark, &b"a,b\n1,2"[..]].concat();
                let found = check(&first, encoding);
                assert_eq!(found.is_ok(), same, "{name} read as {label}");
                if let Err(error) = found {
                    assert_eq!(error.code(), "csv_mark");
                    assert!(error.message().contains(name), "{error}");
                    assert!(error.message().contains(encoding.name()), "{error}");
                }
            }
        }
        for label in labels {
            assert!(check(b"a,b", Encoding::for_label(label.as_bytes()).unwrap()).is_ok());
            assert!(check(b"", Encoding::for_label(label.as_bytes()).unwrap()).is_ok());
        }
    }

    #[test]
    fn what_is_no_table_is_told_as_what_it_is() {
        for (first, word) in [
            (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"[..], ".xls"),
            (b"PK\x03\x04\x14\0", ".xlsx"),
            (b"%PDF-1.7", "PDF"),
            (b"\x1f\x8b\x08\0", "gzip"),
        ] {
            let error = check(first, encoding_rs::UTF_8).unwrap_err();
            assert_eq!(error.code(), "csv_not_text");
            assert!(error.message().contains(word) && !error.to_string().contains("gb18030"));
        }
    }
}
