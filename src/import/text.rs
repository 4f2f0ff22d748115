//! Text of a cell made fit for a name, white space and the `'` that exports put in front; and texts
//! made fit to be compared.

use crate::chain::hash;
pub use crate::form::nearest;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters that make a spreadsheet run a cell.
const RUNNING: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text of a cell: one exported `'` off, outer white space off, each run of spaces, no-break
/// spaces, tabs and line breaks inside as one space. U+3000 inside stays.
#[must_use]
pub fn clean(cell: &str) -> Cow<'_, str> {
    let text = without_guard(cell).trim();
    let bytes = text.as_bytes();
    let plain = bytes.iter().zip(bytes.iter().skip(1)).all(|(a, b)| !(*a == b' ' && *b == b' '))
        && !text.contains(['\t', '\n', '\r', '\u{a0}']);
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r', '\u{a0}']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// The cell without the `'` that an export put before a character that makes a spreadsheet run it.
#[must_use]
pub fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(RUNNING) => rest,
        _ => cell,
    }
}

/// The cell with a `'` in front where a spreadsheet would run it; [`without_guard`] takes it off.
#[must_use]
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.trim_start_matches('\'').starts_with(RUNNING) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// `text` as (part of) a code: every run of characters that a code may not have as one `-`.
#[must_use]
pub fn slug(text: &str) -> String {
    let refused =
        |c: char| matches!(c, ':' | '@' | '=' | '-') || c.is_whitespace() || c.is_control();
    let mut out = String::with_capacity(text.len());
    for part in text.split(refused).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(part);
    }
    out
}

/// The most characters of [`code`] before its digest: with it a code has 64.
const CODE_CHARS: usize = 55;

/// `text` as a code of its own: [`slug`], cut at 55 characters, and where that changed anything `-` and
/// 8 hex digits of BLAKE3 of the whole, so that two names do not become one code.
#[must_use]
pub fn code(text: &str) -> String {
    let whole: String = comparable(text).into_owned();
    let mut out: String = slug(&whole).chars().take(CODE_CHARS).collect();
    if out == whole {
        return out;
    }
    out.truncate(out.trim_end_matches('-').len());
    let digest = hash::to_hex(&hash::plain(whole.as_bytes()).0);
    out.push('-');
    out.extend(digest.chars().take(8));
    out.trim_start_matches('-').to_owned()
}

/// True for a character that takes no room and has no look (Default_Ignorable_Code_Point of Unicode,
/// and the Hangul fillers that it counts among them).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    !c.is_ascii()
        && matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// True if there is nothing but white space and characters that cannot be seen.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// `text` in NFC and without characters that cannot be seen.
#[must_use]
pub fn seen(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || (is_nfc(text) && !text.contains(is_invisible)) {
        return text.into();
    }
    text.chars().filter(|c| !is_invisible(*c)).nfc().collect::<String>().into()
}

/// [`seen`], cleaned as a cell is: what conditions, translations and names of columns compare.
#[must_use]
pub fn comparable(text: &str) -> Cow<'_, str> {
    match seen(text) {
        Cow::Borrowed(text) => clean(text),
        Cow::Owned(text) => clean(&text).into_owned().into(),
    }
}

/// [`comparable`], also without white space inside, width and case.
#[must_use]
pub fn folded(text: &str) -> String {
    let wide: String = comparable(text).nfkc().collect();
    let plain: String = wide.to_lowercase().nfkc().collect();
    plain.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect()
}

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// As [`comparable`] makes them.
    #[default]
    Seen,
    /// As [`folded`] makes them.
    Folded,
}

impl Compare {
    /// `text` as it is compared.
    #[must_use]
    pub fn of(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Seen => comparable(text),
            Self::Folded => folded(text).into(),
        }
    }

    /// `text` as a pattern sees it: white space stays, for a pattern may name it, and case is the pattern's.
    #[must_use]
    pub fn for_pattern(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Seen => comparable(text),
            Self::Folded => comparable(text).nfkc().collect::<String>().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_and_guards() {
        assert_eq!(clean("  HIT (Hanze)\u{a0} \r\n x "), "HIT (Hanze) x");
        assert_eq!(clean("\u{3000}浦東\u{3000}新區\u{3000}"), "浦東\u{3000}新區");
        assert_eq!(clean("'=1+1"), "=1+1");
        assert_eq!(clean("'t Hof"), "'t Hof");
        assert_eq!(clean("'-5"), "-5");
        assert_eq!(clean(""), "");
        assert_eq!(slug(" a:b = c-- d@"), "a-b-c-d");
    }

    #[test]
    fn texts_that_look_alike_compare_alike() {
        let total = "Total général";
        for other in [
            "Total ge\u{301}ne\u{301}ral",
            " Total\u{a0}général\u{200b}",
            "\u{feff}Total géné\u{ad}ral",
        ] {
            assert_eq!(comparable(other), total, "{other:?}");
        }
        assert_ne!(comparable("合\u{3000}计"), "合计");
        for (text, plain) in [
            ("合\u{3000}计", "合计"),
            ("ＴＯＴＡＬ", "total"),
            ("T O\tTAL", "total"),
            ("ﾄｳｷｮｳ", "トウキョウ"),
        ] {
            assert_eq!(folded(text), plain);
        }
        assert!(is_blank(" \u{3000}\u{200b}\u{3164}\u{feff}") && is_blank("") && !is_blank(" 0"));
    }

    #[test]
    fn names_become_codes_of_their_own() {
        assert_eq!(code("Birch"), "Birch");
        assert_eq!(code("浦东新区"), "浦东新区");
        let all = ["A-B Ltd", "A: B Ltd", "A B Ltd", "a-b ltd", "-A-B-Ltd", "A-B-Ltd"].map(code);
        assert_eq!(all[5], "A-B-Ltd");
        for (number, one) in all.iter().enumerate() {
            assert!(all.iter().skip(number + 1).all(|other| other != one), "{all:?}");
        }
        let digest = hash::to_hex(&hash::plain("A: B Ltd".as_bytes()).0);
        assert_eq!(all[1], format!("A-B-Ltd-{}", &digest[..8]));
        let long =
            ["浦".repeat(64), format!("{}x", "浦".repeat(64)), "a".repeat(56)].map(|t| code(&t));
        for one in &long {
            assert_eq!(one.chars().count(), 64, "{one}");
        }
        assert_ne!(long[0], long[1]);
        assert_eq!(code("caf\u{e9}"), code("cafe\u{301}"));
        assert_eq!(code("a".repeat(55).as_str()).len(), 55);
    }

    proptest! {
        #[test]
        fn a_guard_comes_off_again(cell in "['=+@a\\-\\t\\r]{0,6}") {
            let out = guarded(&cell);
            prop_assert_eq!(without_guard(&out), cell.as_str());
            prop_assert!(!out.starts_with(RUNNING));
        }

        #[test]
        fn cleaning_twice_changes_nothing_more(cell in "[a \\t\u{a0}浦]{0,12}") {
            let once = clean(&cell).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
        }
    }
}
