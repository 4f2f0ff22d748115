//! What `show` is asked for: an entry, a line, a thing with its kind, or a bare code.

use super::entry::EntryRef;
use super::line;
use super::refusal::Refusal;
use crate::domain::ids::{Code, LineKey};
use std::str::FromStr;

macro_rules! sorts {
    ($($(#[$doc:meta])* $sort:ident $word:literal,)+) => {
        /// The kinds of things that a code can name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ThingSort { $($(#[$doc])* $sort,)+ }

        impl ThingSort {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$sort),+];

            /// The prefix before the colon.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$sort => $word),+ }
            }
        }
    };
}

sorts! {
    /// A fund.
    Fund "fund",
    /// A project.
    Project "project",
    /// A payee.
    Payee "payee",
    /// A contract.
    Commitment "commitment",
    /// A follow-on investment.
    FollowOn "follow-on",
    /// A district.
    District "district",
    /// A programme.
    Programme "programme",
    /// An officer, by name.
    Officer "officer",
}

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThingName {
    /// An entry.
    Entry(EntryRef),
    /// A line.
    Line(LineKey),
    /// A thing whose kind was said.
    Of(ThingSort, Code),
    /// A bare code, which has to be unique among the kinds.
    Bare(Code),
}

impl FromStr for ThingName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.starts_with(['@', '＠']) {
            return Ok(Self::Entry(text.parse()?));
        }
        // `fund：PD` has its colon from an input method; a code may hold one.
        let kind = text.split_once(':').or_else(|| {
            let is_kind = |word: &str| {
                word == "line" || ThingSort::ALL.iter().any(|sort| sort.word() == word)
            };
            let parts = text.split_once('：')?;
            (is_kind(parts.0) || line::parse(text).is_ok()).then_some(parts)
        });
        if let Some((front, rest)) = kind {
            let sort = ThingSort::ALL.iter().find(|sort| sort.word() == front);
            return match (front, sort) {
                ("line", _) => Ok(Self::Line(line::parse(rest)?)),
                (_, Some(sort)) => Ok(Self::Of(*sort, Code::new(rest))),
                (_, None) => Ok(Self::Line(line::parse(text)?)),
            };
        }
        // Codes may look like a voucher (`a/2002/1`), and then the code is what is there more often;
        // the verb falls back to the entry.
        match text.parse::<EntryRef>() {
            Ok(entry @ EntryRef::Id(_)) => Ok(Self::Entry(entry)),
            Ok(EntryRef::Index(_) | EntryRef::Voucher { .. }) | Err(_) => {
                Ok(Self::Bare(Code::new(text)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_name() {
        let read = |text: &str| text.parse::<ThingName>().unwrap();
        assert_eq!(read("@12"), ThingName::Entry(EntryRef::Index(12)));
        assert!(matches!(
            read("018f4d2e-6b5a-7c00-8000-000000000000"),
            ThingName::Entry(EntryRef::Id(_))
        ));
        let line = line::parse("PD-INFO:2002").unwrap();
        assert_eq!(read("PD-INFO:2002"), ThingName::Line(line.clone()));
        assert_eq!(read("line:PD-INFO:2002"), ThingName::Line(line));
        assert_eq!(read("fund:PD"), ThingName::Of(ThingSort::Fund, Code::new("PD")));
        assert_eq!(read("follow-on:F1"), ThingName::Of(ThingSort::FollowOn, Code::new("F1")));
        assert_eq!(read("PD-INFO"), ThingName::Bare(Code::new("PD-INFO")));
        assert_eq!(read("PD/2002/7"), ThingName::Bare(Code::new("PD/2002/7")));
        let code = |text: &str| text.parse::<ThingName>().unwrap_err().code;
        assert_eq!(code("@x"), "entry_malformed");
        assert_eq!(code("thing:PD"), "line_malformed");
    }
}
