//! Text of a cell made fit for a name: white space and the `'` that exports put in front.

use std::borrow::Cow;

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

/// The one of `known` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.chars().count().max(word.chars().count()).div_ceil(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Number of characters to insert, delete, replace or swap with a neighbour (optimal alignment).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=b.len()).collect();
    let mut before = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let replace = at(&back, j).saturating_add(usize::from(x != *y));
            let delete = at(&back, j.saturating_add(1)).saturating_add(1);
            let insert = at(&row, j).saturating_add(1);
            let mut best = replace.min(delete).min(insert);
            if let Some(previous) = j.checked_sub(1)
                && before == Some(*y)
                && b.get(previous) == Some(&x)
            {
                best = best.min(at(&two_back, previous).saturating_add(1));
            }
            row.push(best);
        }
        two_back = std::mem::replace(&mut back, row);
        before = Some(x);
    }
    back.last().copied().unwrap_or(0)
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
    fn the_nearest_word_is_found_or_none() {
        let known = ["column", "template", "default", "map"];
        assert_eq!(nearest("colum", known), Some("column"));
        assert_eq!(nearest("Template", known), Some("template"));
        assert_eq!(nearest("colunm", known), Some("column"));
        assert_eq!(nearest("xyz", known), None);
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
