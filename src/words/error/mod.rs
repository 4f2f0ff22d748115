//! What is wrong, where no rule of the domain says it, in Chinese: a row a stable code, the rule and the next
//! step. In English the error itself has both, beside the place that makes it.
//!
//! A key is a code, or a code and a case of it where one code has several sentences (`internal/writes`).
//! `{name}` in a row stands for the figure of that name among the error's details, `{cause}` for what the
//! error underneath says, `{reason}` for what the system does. Of several rows for one key the first counts whose figures are all there. Where no
//! row fits, the English is shown; `tests/tidy/errors.rs` lists the codes of which that is so.

mod import;
mod ledger;
mod log;
mod machine;
mod typed;
mod usage;
mod values;

use super::refusal::Refusal;

/// What the system says is a number or words: `{reason}` is either.
pub const REASONS: [&str; 2] = ["os_error", "why"];

/// A row: the key, the rule, the next step (empty where there is none).
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// A code, or a code and a case: `code/case`.
    pub key: &'static str,
    /// The rule, with figures in braces.
    pub rule: &'static str,
    /// The next step, likewise.
    pub next: &'static str,
}

/// Rows, each `"key": "rule" => "next";` or without a next step.
macro_rules! table {
    ($($key:literal: $rule:literal $(=> $next:literal)?;)+) => {
        pub(super) const ROWS: &[super::Row] =
            &[$(super::Row { key: $key, rule: $rule, next: concat!($($next)?) }),+];
    };
}
use table;

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let all = [usage::ROWS, typed::ROWS, import::ROWS, ledger::ROWS, log::ROWS, machine::ROWS];
    all.into_iter().flatten()
}

/// The names of the figures in a row.
pub fn figures(row: &Row) -> impl Iterator<Item = &'static str> {
    [row.rule, row.next].into_iter().flat_map(|text| {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
    })
}

/// The sentence for an error of `code`, in `case` of it, in Chinese; nothing where no row fits its details.
#[must_use]
pub fn error(
    code: &str,
    case: Option<&str>,
    details: &[(&'static str, String)],
) -> Option<Refusal> {
    let exact = case.map(|case| format!("{code}/{case}"));
    let of = |key: &str| {
        rows().filter(|row| row.key == key).find_map(|row| {
            let rule = filled(row.rule, details)?;
            let next = filled(row.next, details)?;
            Some(Refusal { rule, next: Some(next).filter(|next| !next.is_empty()) })
        })
    };
    let mut said = exact.and_then(|key| of(&key)).or_else(|| of(code))?;
    if let Some((_, argument)) = details.iter().find(|(name, _)| *name == "argument") {
        said.rule = format!("{argument}：{}", said.rule);
    }
    Some(said)
}

/// A row's text with its figures; nothing where one of them is not there.
fn filled(text: &str, details: &[(&'static str, String)]) -> Option<String> {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let is_it = |known: &str| known == name || (name == "reason" && REASONS.contains(&known));
        let values = details.iter().filter(|(known, _)| is_it(known));
        let values: Vec<String> =
            values.map(|(known, value)| values::value(known, value)).collect();
        if values.is_empty() {
            return None;
        }
        let joined = values.join("、");
        // What stands in corner brackets was typed by somebody.
        out.push_str(&if out.ends_with('「') { cut(&joined) } else { joined });
        out.push_str(rest);
    }
    Some(out)
}

/// What was typed, cut after 60 characters, with no control character in it.
fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(60).collect();
    let tail = if characters.next().is_some() { "…" } else { "" };
    let plain = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    format!("{}{tail}", head.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_filled_in_and_the_first_row_that_fits_counts() {
        let details = [("path", "a".to_owned()), ("path", "b\u{1b}".to_owned())];
        assert_eq!(filled("{path} 不存在", &details).unwrap(), "a、b\u{1b} 不存在");
        assert_eq!(filled("「{path}」", &details).unwrap(), "「a、b\\u{1b}」");
        assert_eq!(filled("{other}", &details), None);
        assert_eq!(error("no_such_code", None, &details), None);
        assert_eq!(cut(&"长".repeat(61)), format!("{}…", "长".repeat(60)));
    }

    #[test]
    fn chinese_sentences_hold_no_english_words() {
        for row in rows() {
            for text in [row.rule, row.next] {
                assert!(text.is_empty() || !text.is_ascii(), "{}: {text}", row.key);
                assert!(!text.ends_with(['。', '；', '，', ' ']), "{}: {text}", row.key);
                assert_eq!(english(text), Vec::<String>::new(), "{}: {text}", row.key);
            }
        }
    }

    /// Words of Latin letters that are neither a figure nor typed: flags, commands, names of files, keys.
    fn english(text: &str) -> Vec<String> {
        let mut plain = String::new();
        let mut quoted = false;
        for part in text.split('`') {
            if !quoted {
                plain.push_str(part);
            }
            plain.push(' ');
            quoted = !quoted;
        }
        let mut out = Vec::new();
        let mut rest = plain.as_str();
        let mut outside = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            outside.push_str(before);
            rest = after.split_once('}').map_or("", |(_, behind)| behind);
        }
        outside.push_str(rest);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_./$:=+@".contains(c);
        for word in outside.split(|c: char| !is_part(c)) {
            let is_name = word.chars().any(|c| !c.is_ascii_lowercase());
            if !word.is_empty() && !is_name {
                out.push(word.to_owned());
            }
        }
        out
    }

    #[test]
    fn a_key_is_a_code_and_a_row_is_there_once() {
        let mut all: Vec<[&str; 3]> = rows().map(|row| [row.key, row.rule, row.next]).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
