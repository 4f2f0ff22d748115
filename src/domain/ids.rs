//! Codes, texts, tags and lines: how things are named.
//!
//! The constructors only normalise to NFC, so that a name typed on any keyboard is the same name;
//! what a name may contain is a rule and lives in `admit` ([`Code::check`], [`Text::check`]), where
//! verification runs it again.

use super::calendar::Year;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The most bytes of a name or title.
pub const MAX_NAME_BYTES: usize = 400;
/// The most bytes of a reason.
pub const MAX_REASON_BYTES: usize = 1_000;
/// The most characters of a code.
pub const MAX_CODE_CHARS: usize = 64;

fn nfc(text: &str) -> SmolStr {
    if is_nfc(text) { SmolStr::new(text) } else { text.nfc().collect() }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The text in NFC; nothing else is changed or checked here.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(nfc(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

name_type! {
    /// A code that the office chose, unique per kind: `PD-INFO-2002`, `沪财〔2002〕15号`.
    ///
    /// NFC, 1 to 64 characters, no control characters, no `:`, `@` or `=`, no leading `-`, no double
    /// or outer space.
    Code
}
name_type! {
    /// A name, title or reason. NFC; no control, bidi-control, line-separator or unassigned code
    /// point.
    Text
}
name_type! {
    /// A purpose like `it/social-card`: path segments separated by `/`.
    ///
    /// A tag lies within a fund's purpose if it or an ancestor is among the fund's tags.
    Tag
}

impl Tag {
    /// The same characters as a code, which a rule asks of both.
    pub(super) fn as_code(&self) -> Code {
        Code(self.0.clone())
    }

    /// True if this tag or an ancestor of it is `other`.
    ///
    /// ```
    /// use earmark::domain::ids::Tag;
    /// assert!(Tag::new("it/social-card").is_within(&Tag::new("it")));
    /// assert!(!Tag::new("item").is_within(&Tag::new("it")));
    /// ```
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        match self.0.strip_prefix(other.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

/// A line: the key under which authority is given. Written `FUND:YEAR[:ORIGIN[:CLASS]]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineKey {
    /// The fund.
    pub fund: Code,
    /// The fiscal year the money may be used in.
    pub year: Year,
    /// The year the money was first allocated.
    pub origin: Year,
    /// The class, or empty.
    pub class: Code,
}

impl LineKey {
    /// The line of a fund and year with the same origin year and no class.
    #[must_use]
    pub fn new(fund: Code, year: Year) -> Self {
        Self { fund, year, origin: year, class: Code::default() }
    }

    /// Reads `FUND:YEAR[:ORIGIN[:CLASS]]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let fund = parts.next().filter(|fund| !fund.is_empty())?;
        let year = parts.next()?.parse().ok()?;
        let origin = parts.next().map_or(Some(year), |origin| origin.parse().ok())?;
        let class = Code::new(parts.next().unwrap_or_default());
        match parts.next() {
            None => Some(Self { fund: Code::new(fund), year, origin, class }),
            Some(_) => None,
        }
    }
}

impl fmt::Display for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.fund, self.year)?;
        if self.origin != self.year || !self.class.as_str().is_empty() {
            write!(f, ":{}", self.origin)?;
        }
        if self.class.as_str().is_empty() { Ok(()) } else { write!(f, ":{}", self.class) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_round_trip() {
        for text in
            ["PD-INFO:2001", "PD-INFO:2002:2001", "PD-INFO:2002:2002:设备", "沪财〔2002〕15号:2002"]
        {
            assert_eq!(LineKey::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "PD", ":2001", "PD:x", "PD:2001:2001:a:b"] {
            assert_eq!(LineKey::parse(text), None, "{text}");
        }
    }
}
