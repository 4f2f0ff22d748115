//! How codes, texts and purposes may be spelled: the rules of form of a name, asked by `admit`.

use super::ids::{Code, MAX_CODE_CHARS, MAX_NAME_BYTES, Tag, Text};
use super::rejection::{CodeFault, Rejection};
use unicode_normalization::is_nfc;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

fn refused_code_point(text: &str) -> Option<char> {
    if text.is_ascii() {
        return text.chars().find(char::is_ascii_control);
    }
    text.chars().find(|c| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{061C}' | '\u{200E}' | '\u{200F}')
            || ('\u{202A}'..='\u{202E}').contains(c)
            || ('\u{2066}'..='\u{2069}').contains(c)
            || c.general_category() == GeneralCategory::Unassigned
    })
}

fn check_text(field: &'static str, text: &str, max_bytes: usize) -> Result<(), Rejection> {
    if text.len() > max_bytes {
        return Err(Rejection::TextTooLong { field, bytes: text.len(), max_bytes });
    }
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return Ok(());
    }
    match refused_code_point(text) {
        Some(code_point) => Err(Rejection::TextNotAllowed { field, code_point }),
        None if is_nfc(text) => Ok(()),
        None => Err(Rejection::TextNotNormalised { field }),
    }
}

impl Text {
    /// Checks that it may be stored as `field` of at most `max_bytes`; an empty text is refused.
    ///
    /// # Errors
    /// `text_empty`, `text_too_long`, `text_not_allowed` or `text_not_normalised`.
    pub fn check(&self, field: &'static str, max_bytes: usize) -> Result<(), Rejection> {
        if self.as_str().is_empty() {
            return Err(Rejection::TextEmpty { field });
        }
        check_text(field, self.as_str(), max_bytes)
    }
}

/// Code points that nobody sees: Default_Ignorable_Code_Point of Unicode 16.0, written out so that a
/// rule set does not change with a table.
const INVISIBLE: [std::ops::RangeInclusive<char>; 17] = [
    '\u{00AD}'..='\u{00AD}',
    '\u{034F}'..='\u{034F}',
    '\u{061C}'..='\u{061C}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{200B}'..='\u{200F}',
    '\u{202A}'..='\u{202E}',
    '\u{2060}'..='\u{206F}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0F}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFF0}'..='\u{FFF8}',
    '\u{1BCA0}'..='\u{1BCA3}',
    '\u{1D173}'..='\u{1D17A}',
    '\u{E0000}'..='\u{E0FFF}',
];

fn is_invisible(c: char) -> bool {
    !c.is_ascii() && INVISIBLE.iter().any(|range| range.contains(&c))
}

/// Chooses how the character before it looks; names of people and places end with one.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// White space, or nothing to be seen: what a name neither begins nor ends with.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || (is_invisible(c) && !is_variation_selector(c))
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// Refuses code points that cannot be seen, or look different everywhere: rule set 3, of codes, purposes
/// and the ledger's origin.
///
/// # Errors
/// `character_hidden` names the first of them.
pub(super) fn check_visible(field: &'static str, text: &str) -> Result<(), Rejection> {
    match text.chars().find(|c| is_invisible(*c) || is_private(*c)) {
        Some(code_point) => Err(Rejection::CharacterHidden { field, code_point }),
        None => Ok(()),
    }
}

impl Text {
    /// The text as people type it: in NFC, without white space and invisible characters around it.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self::new(text.trim_matches(is_blank))
    }

    /// Checks that it begins and ends with something to be seen: rule set 3, of names.
    ///
    /// # Errors
    /// `text_padded` names what is there instead.
    pub fn check_ends(&self, field: &'static str) -> Result<(), Rejection> {
        let mut ends =
            self.as_str().chars().next().into_iter().chain(self.as_str().chars().next_back());
        match ends.find(|c| is_blank(*c)) {
            Some(code_point) => Err(Rejection::TextPadded { field, code_point }),
            None => Ok(()),
        }
    }
}

impl Code {
    /// Checks what rule set 3 asks besides: nothing invisible or of private use.
    ///
    /// # Errors
    /// `character_hidden` names the first such code point.
    pub fn check_visible(&self, field: &'static str) -> Result<(), Rejection> {
        check_visible(field, self.as_str())
    }

    /// Checks that it may name a thing of kind `field`.
    ///
    /// # Errors
    /// `code_not_allowed` says what is wrong; the errors of texts also apply.
    pub fn check(&self, field: &'static str) -> Result<(), Rejection> {
        let text = self.as_str();
        let refuse = |why| Err(Rejection::CodeNotAllowed { field, code: self.clone(), why });
        if text.is_empty() {
            return refuse(CodeFault::Empty);
        }
        if text.len() > MAX_CODE_CHARS && text.chars().count() > MAX_CODE_CHARS {
            return refuse(CodeFault::TooLong);
        }
        if text.contains([':', '@', '=']) {
            return refuse(CodeFault::Separator);
        }
        if text.starts_with('-') {
            return refuse(CodeFault::Dash);
        }
        if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
            return refuse(CodeFault::Space);
        }
        check_text(field, text, MAX_NAME_BYTES)
    }
}

impl Tag {
    /// As [`Code::check_visible`].
    ///
    /// # Errors
    /// `character_hidden`.
    pub fn check_visible(&self, field: &'static str) -> Result<(), Rejection> {
        check_visible(field, self.as_str())
    }

    /// Checks that it may be a purpose: 1 to 64 characters, non-empty segments.
    ///
    /// # Errors
    /// `code_not_allowed` says what is wrong; the errors of texts also apply.
    pub fn check(&self, field: &'static str) -> Result<(), Rejection> {
        let code = self.as_code();
        if self.as_str().split('/').any(str::is_empty) {
            return Err(Rejection::CodeNotAllowed { field, code, why: CodeFault::Segment });
        }
        code.check(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_is_wrong() {
        let long = "x".repeat(65);
        for (code, why) in [
            ("", CodeFault::Empty),
            ("a:b", CodeFault::Separator),
            ("-a", CodeFault::Dash),
            ("a  b", CodeFault::Space),
            (" a", CodeFault::Space),
            (long.as_str(), CodeFault::TooLong),
        ] {
            let (field, code) = ("fund", Code::new(code));
            let refused = code.check(field);
            assert_eq!(refused, Err(Rejection::CodeNotAllowed { field, code, why }));
        }
        assert!(Code::new("沪财〔2002〕15号").check("fund").is_ok());
    }

    /// Only another program could write one.
    #[test]
    fn a_purpose_that_is_not_composed_is_refused() {
        let tag: Tag = serde_json::from_str("\"e\u{301}\"").unwrap();
        assert_eq!(tag.check("purpose"), Err(Rejection::TextNotNormalised { field: "purpose" }));
        assert_eq!(Tag::new("e\u{301}").check("purpose"), Ok(()));
    }

    #[test]
    fn texts_name_the_code_point() {
        for (text, found) in [
            ("a\u{0}b", '\0'),
            ("a\u{202E}b", '\u{202E}'),
            ("a\u{2028}", '\u{2028}'),
            ("\u{378}", '\u{378}'),
        ] {
            let refused = Text::new(text).check("name", 400);
            assert_eq!(
                refused,
                Err(Rejection::TextNotAllowed { field: "name", code_point: found })
            );
        }
        assert_eq!(Text::new("e\u{301}").as_str(), "é");
        assert_eq!(
            Text::new(&"长".repeat(134)).check("name", 400),
            Err(Rejection::TextTooLong { field: "name", bytes: 402, max_bytes: 400 })
        );
    }
}
