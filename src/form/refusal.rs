//! How a reader says no: a stable code, the rule in words, what is allowed, what was typed, an example.

use crate::error::{Error, Kind};
use std::fmt;

/// Why something that was typed is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// The rule, in words.
    pub rule: String,
    /// What it allows.
    pub allowed: String,
    /// What was typed, whole.
    pub found: String,
    /// What of it breaks the rule, where that is a part of it: `3` in `0.005`.
    pub part: Option<String>,
    /// What to write instead, with an example.
    pub next: String,
    /// Which of several sentences that share the code this is.
    pub case: Option<&'static str>,
    /// Further figures of the sentence, by name.
    pub figures: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal of `found`; what is allowed says too what to write.
    #[must_use]
    pub fn new(code: &'static str, rule: impl Into<String>, allowed: &str, found: &str) -> Self {
        let next = format!("write {allowed}");
        let (rule, allowed, found) = (rule.into(), allowed.to_owned(), found.to_owned());
        Self { code, rule, allowed, found, part: None, next, case: None, figures: Vec::new() }
    }

    /// The same, in one of several cases of its code.
    #[must_use]
    pub fn in_case(mut self, case: &'static str) -> Self {
        self.case = Some(case);
        self
    }

    /// The same, with a named figure that its sentence has.
    #[must_use]
    pub fn with_figure(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.figures.push((name, value.to_string()));
        self
    }

    /// The same, with what to do instead.
    #[must_use]
    pub fn with_next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }

    /// The same, with what of the text breaks the rule.
    #[must_use]
    pub fn with_part(mut self, part: impl fmt::Display) -> Self {
        self.part = Some(part.to_string());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, rule, found, next, .. } = self;
        write!(f, "{code}: {rule}; found {}\n  next: {next}", quoted(found))
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, rule, allowed, found, part, next, case, figures } = refusal;
        let mut error = Self::new(Kind::Usage, code, format!("{rule}; found {}", quoted(&found)))
            .with_detail("found", found)
            .with_detail("allowed", allowed)
            .with_hint(next);
        if let Some(part) = part {
            error = error.with_detail("part", part);
        }
        if let Some(case) = case {
            error = error.in_case(case);
        }
        figures.into_iter().fold(error, |error, (name, value)| error.with_detail(name, value))
    }
}

/// What was typed, quoted for a message and cut after 60 characters.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(60).collect();
    let tail = if characters.next().is_some() { "…" } else { "" };
    format!("`{}{tail}`", head.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_cannot_move_a_terminal() {
        assert_eq!(quoted("a\u{1b}[2J"), "`a\\u{1b}[2J`");
        assert_eq!(quoted(&"长".repeat(61)), format!("`{}…`", "长".repeat(60)));
    }

    #[test]
    fn a_refusal_is_an_error_of_usage() {
        let refusal = Refusal::new("year_malformed", "a year has four digits", "2002", "02");
        let error = Error::from(refusal.clone());
        assert_eq!(error.to_string(), refusal.to_string());
        assert_eq!(
            (error.kind(), error.details()),
            (Kind::Usage, &[("found", "02".into()), ("allowed", "2002".into())][..])
        );
    }
}
