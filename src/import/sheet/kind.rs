//! What a file is, by what is in it and never by its name.

use super::wire::Kind;
use crate::import::mark;
use crate::import::text::is_invisible;
use encoding_rs::Encoding;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// The first bytes of an OLE file: an old workbook, or one with a password.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Those of a zip file, and of an empty one.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// Bytes of a file that say whether it may be a workbook.
pub(super) const LOOKED_AT: u64 = 8;
/// Bytes of a zip's `mimetype` that are read.
const TYPE_BYTES: u64 = 200;

/// Whether a file that begins so can be a workbook: it is read as one, or refused as what it is.
#[must_use]
pub fn may_be_workbook(first: &[u8]) -> bool {
    is_ole(first) || ZIP.iter().any(|magic| first.starts_with(magic))
}

pub(super) fn is_ole(first: &[u8]) -> bool {
    first.starts_with(OLE)
}

/// What a text is that is no table, by its first bytes: a page or XML that a program saved as `.xls`.
pub(super) fn of_text(first: &[u8]) -> Option<Kind> {
    let encoding = mark::of(first).and_then(|name| Encoding::for_label(name.as_bytes()));
    let (text, _) = encoding.unwrap_or(encoding_rs::UTF_8).decode_with_bom_removal(first);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let begin: String = text.chars().take(60).collect::<String>().to_ascii_lowercase();
    let is_tag = |name: &str| {
        let rest = begin.strip_prefix('<').and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\r', '\n', '/', ':']))
    };
    const PAGE: [&str; 8] = ["html", "!doctype", "head", "meta", "body", "table", "style", "div"];
    if begin.starts_with("<?xml") || ["workbook", "ss", "office"].into_iter().any(is_tag) {
        // XHTML says what it is behind its first line.
        let page = text.to_ascii_lowercase().contains("<html");
        return Some(if page { Kind::Html } else { Kind::Xml });
    }
    if PAGE.into_iter().any(is_tag) {
        return Some(Kind::Html);
    }
    begin.starts_with("mime-version:").then_some(Kind::Mhtml)
}

/// What a zip file is that is no workbook; nothing for a workbook.
pub(super) fn of_zip(bytes: &[u8]) -> Result<Option<Kind>, ZipError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut stated = String::new();
    if let Ok(file) = zip.by_name("mimetype") {
        // What cannot be read says nothing.
        let _unread = file.take(TYPE_BYTES).read_to_string(&mut stated);
    }
    let names = zip.file_names().flatten().map(|name| name.to_ascii_lowercase());
    let names: Vec<String> = names.collect();
    let has = |wanted: &str| names.iter().any(|name| name.replace('\\', "/") == wanted);
    let begins = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    Ok(if stated.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        Some(Kind::Ods)
    } else if stated.starts_with("application/vnd.oasis.opendocument") || has("word/document.xml") {
        Some(Kind::Word)
    } else if has("xl/workbook.bin") {
        Some(Kind::Xlsb)
    } else if begins("index/document.iwa") || begins("index.zip") {
        Some(Kind::Numbers)
    } else if has("_rels/.rels") && has("[content_types].xml") && !begins("ppt/") {
        None
    } else {
        Some(Kind::Zip)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_xml_are_known_however_they_begin() {
        for (text, kind) in [
            ("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", Kind::Html),
            ("\u{feff}\r\n  <!DOCTYPE html>", Kind::Html),
            ("<TABLE border=1><tr>", Kind::Html),
            ("<meta http-equiv=\"Content-Type\">", Kind::Html),
            ("<?xml version=\"1.0\"?>\n<html xmlns=", Kind::Html),
            ("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>", Kind::Xml),
            ("<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", Kind::Xml),
            ("<office:document xmlns", Kind::Xml),
            ("MIME-Version: 1.0\r\n", Kind::Mhtml),
        ] {
            assert_eq!(of_text(text.as_bytes()), Some(kind), "{text}");
            let wide: Vec<u8> = "\u{feff}"
                .chars()
                .chain(text.chars())
                .collect::<String>()
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            assert_eq!(of_text(&wide), Some(kind), "{text} as UTF-16");
        }
        for text in [
            "Date,Payee\n",
            "<10k,>10k\n1,2\n",
            "<tablet>,b\n",
            "",
            "<",
            "html,a\n",
            "\"<html>\",b\n",
            "MIME,version",
        ] {
            assert_eq!(of_text(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn workbooks_are_known_by_their_first_bytes() {
        assert!(may_be_workbook(b"PK\x03\x04rest") && may_be_workbook(OLE));
        assert!(
            may_be_workbook(b"PK\x05\x06") && !may_be_workbook(b"PK,a") && !may_be_workbook(b"")
        );
        assert!(of_zip(b"PK\x03\x04").is_err(), "cut off");
    }
}
