//! **Words**: the one place where sentences for people are written, in English and in Chinese.
//!
//! * [`labels`]: columns, titles and words of the data.
//! * [`refusal`]: what a rule says, and what can be done next, for the command line and for a page.
//! * [`mod@error`]: what is wrong with the machine, the input or the line typed, by code.
//! * [`finding`]: what a soft rule looks at; [`caution`]: what may be a slip of the pen.
//! * [`phrase`]: what an event says.
//! * [`verdict`]: a verification, in lines, for a program and as a page.
//! * [`shown`]: counts, and text of strangers; [`shell`]: lines to be pasted.
//!
//! A sentence stands beside its translation, in one row, so that neither is forgotten. The room is pure,
//! decides nothing and reads nothing. All but `receipt` and `verdict` know `domain`
//! only, for every room may speak.
//! What a terminal does to text is the terminal's. Codes, figures and the names of fields in JSON are no words; they are
//! stable and stand with what they are of.

pub mod breach;
pub mod caution;
mod dependents;
pub mod error;
mod fields;
pub mod finding;
pub mod labels;
mod parts;
pub mod phrase;
pub mod refusal;
#[cfg(test)]
mod samples;
mod say;
pub mod shell;
pub mod shown;
mod steps;
mod terms;
pub mod verdict;

use crate::domain::money::Money;
use say::Say as _;

/// An amount of money: `CNY 450,000.00`, or `450,000.00 元`.
#[must_use]
pub fn money(money: &Money, lang: Lang) -> String {
    money.say(lang)
}

/// A language of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// One of two texts.
    #[must_use]
    pub fn choose<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// Where a sentence is read, and so what can be named in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// A terminal: verbs and flags.
    CommandLine,
    /// A page: its inputs, and other pages by their titles.
    Web,
}
