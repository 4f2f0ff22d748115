//! What an event says of itself, once: its fields by name, what it moves, what is remembered of it, and
//! what a reversal of it takes back. One file a family, as the structs have them.
//!
//! [`Fact::fields`] takes a struct apart without `..`, so that no field can be forgotten, and shows each
//! to a [`See`]. What looks at fields (forms, names, amounts and dates in `admit`, and whoever lists or
//! compares them) is written once for all events. The names are those of schemas/entry.md, which a test
//! compares.

mod accounts;
mod allocation;
mod commitment;
mod correction;
mod custody;
mod follow_on;
mod look;
mod master;
mod office;
mod project;

pub use commitment::negative_parts;
pub use look::{about_entry, cited_by, first_code};

use super::calendar::Date;
use super::event::{Body, Cited, Event, Filing, Split, each_fact};
use super::ids::{Code, LineKey, MAX_NAME_BYTES, MAX_REASON_BYTES, Tag, Text};
use super::money::Amount;
use super::posting::Move;
use super::rejection::{Allowed, CodeFault, Found, Rejection, Thing};
use super::state::{Journal, State};

/// What a field holds, and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// The code of something that this event makes: it must not be known yet.
    New(Thing, &'a Code),
    /// The code of something that must be known.
    Known(Thing, &'a Code),
    /// The code of something that another entry has named, with which a rule compares it.
    Named(Thing, &'a Code),
    /// A code of the event's own, or of something that may come later.
    Code(&'a Code),
    /// A line that this event opens: its fund must be known, and itself must not be.
    NewLine(&'a LineKey),
    /// A line that must be known.
    Line(&'a LineKey),
    /// A line that need not be known.
    AnyLine(&'a LineKey),
    /// The number of an officer who must be known.
    Officer(u32),
    /// The index of an entry that the event cites.
    Entry(u64),
    /// The index of an entry that the event is about and does not cite: only that there is one counts.
    Mention(u64),
    /// A text of at most so many bytes.
    Text(&'a Text, usize),
    /// A purpose.
    Purpose(&'a Tag),
    /// Minor units.
    Amount(Amount),
    /// A day in the world.
    Day(Date),
    /// A number.
    Number(i128),
    /// Yes or no.
    Flag(bool),
    /// A text with a form of its own.
    Own(&'a Text),
    /// The word of a kind.
    Kind(&'static str),
    /// A hash, key, signature or id.
    Bytes(&'a [u8]),
    /// So many items, which are shown one after the other: plain ones under this very name, the fields of
    /// structs behind a point, `splits.line`.
    List(usize),
    /// The fields of a struct follow, likewise.
    Struct,
    /// An optional field that is not there.
    Absent,
}

impl<'a> Value<'a> {
    /// A code with what it is of, where it is of something that others name too.
    #[must_use]
    pub fn thing(self) -> Option<(Thing, &'a Code)> {
        if let Self::New(thing, code) | Self::Known(thing, code) | Self::Named(thing, code) = self {
            Some((thing, code))
        } else {
            None
        }
    }

    /// A code of anything.
    #[must_use]
    pub fn code(self) -> Option<&'a Code> {
        if let Self::Code(code) = self { Some(code) } else { self.thing().map(|(_, code)| code) }
    }

    /// A line.
    #[must_use]
    pub fn line(self) -> Option<&'a LineKey> {
        if let Self::NewLine(line) | Self::Line(line) | Self::AnyLine(line) = self {
            Some(line)
        } else {
            None
        }
    }

    /// A text that somebody wrote.
    #[must_use]
    pub fn text(self) -> Option<&'a Text> {
        if let Self::Text(text, _) | Self::Own(text) = self { Some(text) } else { None }
    }
}

/// What a look at a field comes to: on, or refused.
pub type Seen = Result<(), Rejection>;

/// Looks at the fields of an event, one after the other.
pub trait See<'e> {
    /// A field, by its name in schemas/entry.md.
    ///
    /// # Errors
    /// The rule that the field breaks; the fields after it are not shown.
    fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen;

    /// A rule of form that one kind of [`Value`] cannot say: of several fields together, of the
    /// ledger's size or currency.
    ///
    /// # Errors
    /// What the rule says.
    fn form(&mut self, _rule: impl FnOnce(&State) -> Seen) -> Seen {
        Ok(())
    }

    /// Likewise of what has to be known.
    ///
    /// # Errors
    /// What the rule says.
    fn known(&mut self, _rule: impl FnOnce(&Sight<'_>) -> Seen) -> Seen {
        Ok(())
    }
}

/// What is known where an event is judged.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What stood before the event.
    pub state: &'a State,
    /// The entries that it cites.
    pub cited: &'a Cited,
    /// The rule set that judges it.
    pub rule_set: u32,
}

/// An event as the rules see it: what it says, what it moves, what is remembered of it.
///
/// Nothing here decides a rule. No method has a default: an event that moves nothing says so.
pub trait Fact {
    /// Shows every field.
    ///
    /// # Errors
    /// The first that `see` refuses.
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen;

    /// What it moves, on the state before it: the posting table of schemas/entry.md §7.2.
    ///
    /// # Errors
    /// What it refers to is not there, or a sum overflows.
    fn moves(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection>;

    /// Puts what later rules need to know into the state, after its moves (§7.3).
    ///
    /// # Errors
    /// As [`Fact::moves`].
    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen;
}

/// What an event does, for what is remembered of it.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    /// The day in the world.
    pub occurred_on: Date,
    /// What it moved.
    pub moves: &'a [Move],
    /// The entries that it cites.
    pub cited: &'a Cited,
}

/// An event that can be reversed.
pub trait Reversible: Fact {
    /// What it moved, told from the event alone: the moves that depended on what stood where at the
    /// time are kept in the state, by index, and are not asked for.
    ///
    /// # Errors
    /// As [`Fact::moves`].
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection>;

    /// Takes back what [`Fact::remember`] put into the state for `entry`, whose moves were `kept`.
    ///
    /// # Errors
    /// As [`Fact::moves`].
    fn forget(&self, journal: &mut Journal<'_>, entry: u64, kept: bool) -> Seen;
}

/// What the entry at `index` moved, as a later state tells it: what its reversal would take back. Nothing where
/// only the entries before it tell: it was reversed, or is a reversal, or the rules were broken somewhere.
#[must_use]
pub fn moved_at(state: &State, index: u64, event: &Event, cited: &Cited) -> Option<Vec<Move>> {
    let is_untold = state.reversed.contains_key(&index)
        || matches!(event.body, Body::EntryReversed(_))
        || !state.breaches.is_empty();
    if is_untold {
        return None;
    }
    moved(state, index, event, cited).ok()
}

/// The moves of an entry that stands: those that were kept, or what the event itself tells.
fn moved(state: &State, index: u64, event: &Event, cited: &Cited) -> Result<Vec<Move>, Rejection> {
    match state.kept_moves.get(&index) {
        Some(kept) => Ok(kept.clone()),
        None => event.body.moved(state, cited),
    }
}

/// Keeps the moves of the entry that is being applied, for a later reversal.
fn keep(journal: &mut Journal<'_>, moves: &[Move]) {
    if !moves.is_empty() {
        let index = journal.size;
        journal.kept_moves().insert(index, moves.to_vec());
    }
}

/// Of an event that cannot be reversed.
fn nothing<B, T>(_: &B, nothing: T) -> Result<T, Rejection> {
    Ok(nothing)
}

macro_rules! if_reversible {
    (final, $then:expr, $else:expr) => {
        $else
    };
    ($reversible:ident, $then:expr, $else:expr) => {
        $then
    };
}
pub(crate) use if_reversible;

macro_rules! dispatch {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        impl Fact for Body {
            fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
                match self { $(Self::$name(body) => body.fields(see)),+ }
            }

            fn moves(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
                match self { $(Self::$name(body) => body.moves(state, cited)),+ }
            }

            fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
                match self { $(Self::$name(body) => body.remember(journal, done)),+ }
            }
        }

        /// Of an event that is not reversible nothing is taken back.
        impl Reversible for Body {
            fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
                match self {
                    $(Self::$name(body) => {
                        if_reversible!($end, body.moved(state, cited), nothing(body, Vec::new()))
                    })+
                }
            }

            fn forget(&self, journal: &mut Journal<'_>, entry: u64, kept: bool) -> Seen {
                match self {
                    $(Self::$name(body) => {
                        if_reversible!($end, body.forget(journal, entry, kept), nothing(body, ()))
                    })+
                }
            }
        }
    };
}
each_fact!(dispatch);

/// An optional field.
fn maybe<'a, T>(value: Option<T>, of: impl FnOnce(T) -> Value<'a>) -> Value<'a> {
    value.map_or(Value::Absent, of)
}

fn name(text: &Text) -> Value<'_> {
    Value::Text(text, MAX_NAME_BYTES)
}

/// A name, title or number of another office.
fn maybe_name(text: Option<&Text>) -> Value<'_> {
    maybe(text, name)
}

fn reason(text: Option<&Text>) -> Value<'_> {
    maybe(text, |text| Value::Text(text, MAX_REASON_BYTES))
}

fn out_of_range(field: &'static str, found: &impl ToString, allowed: Allowed) -> Rejection {
    Rejection::OutOfRange { field, found: Found::This(found.to_string()), allowed }
}

impl Filing {
    /// Shows its fields, as [`Fact::fields`] does.
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { documents, document_no } = self;
        see.see("filing", Value::Struct)?;
        see.see("filing.documents", Value::List(documents.len()))?;
        for document in documents {
            let super::event::DocumentRef { hash, kind, name, pages } = document;
            see.see("filing.documents.hash", Value::Bytes(&hash.0))?;
            see.see("filing.documents.kind", Value::Text(kind, 64))?;
            see.see("filing.documents.name", self::name(name))?;
            see.see("filing.documents.pages", maybe(*pages, |n| Value::Number(n.into())))?;
            see.form(|_| own_name(name))?;
        }
        see.see("filing.document_no", maybe_name(document_no.as_ref()))
    }
}

fn own_name(name: &Text) -> Seen {
    if !name.as_str().contains('/') {
        return Ok(());
    }
    let code = Code::new(name.as_str());
    Err(Rejection::CodeNotAllowed { field: "document name", code, why: CodeFault::Folder })
}

/// Splits: at least one, lines well formed, each line and project once. Lines and projects must be
/// known, or are those of an entry that is cited, with which a rule compares them.
fn splits<'e, S: See<'e>>(splits: &'e [Split], must_be_known: bool, see: &mut S) -> Seen {
    see.see("splits", Value::List(splits.len()))?;
    see.form(|_| if splits.is_empty() { Err(Rejection::NoSplits) } else { Ok(()) })?;
    for (i, split) in splits.iter().enumerate() {
        let Split { line: of, project: for_project, amount } = split;
        let line = if must_be_known { Value::Line(of) } else { Value::AnyLine(of) };
        let project = maybe(for_project.as_ref(), |code| match must_be_known {
            true => Value::Known(Thing::Project, code),
            false => Value::Named(Thing::Project, code),
        });
        see.see("splits.line", line)?;
        see.see("splits.project", project)?;
        see.see("splits.amount", Value::Amount(*amount))?;
        see.form(|_| {
            let twice = |other: &Split| other.line == *of && other.project == *for_project;
            if splits.iter().take(i).any(twice) {
                let (line, project) = (of.clone(), for_project.clone());
                return Err(Rejection::SplitTwice { line, project });
            }
            Ok(())
        })?;
    }
    Ok(())
}
