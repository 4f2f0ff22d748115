//! Why one row cannot be booked. An input file that cannot be read at all is an
//! [`Error`](crate::error::Error) instead.

use crate::form::Refusal;
use std::fmt;

/// A row's problem as the rejects file tells it: a stable code, the rule in words, both figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column it was found in; empty where it belongs to no single one.
    pub column: String,
    /// The stable code.
    pub code: &'static str,
    /// The rule, in words.
    pub rule: String,
    /// What the rule allows.
    pub allowed: String,
    /// What the row has.
    pub found: String,
}

impl Problem {
    /// A problem of no particular column.
    #[must_use]
    pub fn new(
        code: &'static str,
        rule: impl Into<String>,
        allowed: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        Self {
            column: String::new(),
            code,
            rule: rule.into(),
            allowed: allowed.to_string(),
            found: found.to_string(),
        }
    }

    /// The same problem, found in `column`; a column that is already named stays.
    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        if self.column.is_empty() {
            column.clone_into(&mut self.column);
        }
        self
    }
}

impl From<Refusal> for Problem {
    /// What the one grammar of [`form`](crate::form) refuses, under the codes that rejects files have.
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.code {
            "amount_malformed" => "amount_not_a_number",
            "date_malformed" => "date_not_read",
            "year_malformed" => "year_not_read",
            code => code,
        };
        let cell = quoted(&refusal.found);
        let found = refusal.part.map_or_else(|| cell.clone(), |part| format!("{part} in {cell}"));
        Self::new(code, refusal.rule, refusal.allowed, found)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.rule)?;
        if !self.column.is_empty() {
            write!(f, " (column `{}`)", self.column)?;
        }
        write!(f, "; allowed {}, found {}", self.allowed, self.found)
    }
}

/// A cell for a message: quoted, cut after 40 characters, control characters written out.
pub(super) fn quoted(cell: &str) -> String {
    let mut characters = cell.chars();
    let mut out = String::from("`");
    for character in characters.by_ref().take(40) {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out.push_str(if characters.next().is_some() { "…`" } else { "`" });
    out
}
