//! What people type, read into values: one grammar for every door. The command line, a cell of an
//! import and, later, a page ask here what an amount, a day, a line, a code or the name of an entry is.
//!
//! A [`Form`] says what a command takes: the table of [`table`] is the one list of commands
//! and fields that the command line, imports and `earmark forms` have. [`fill::fill`] reads the
//! texts of a form, [`Form::build`] makes the command of its values.
//!
//! Every reader is strict and guesses nothing: what could be two values is refused with both. A
//! [`Refusal`] names what was typed, what is allowed and an example. A file may declare another style
//! ([`amount::NumberStyle`], [`day::DateFormat`]); its cells are read by the same readers. What needs
//! the ledger (its offset, whether a thing exists) is left to whoever uses the value.

pub mod amount;
pub mod build;
pub mod code;
pub mod currency;
pub mod day;
pub mod entry;
pub mod field;
pub mod fill;
pub mod line;
mod near;
pub mod period;
mod refusal;
pub mod table;
pub mod thing;
pub mod value;
mod wide;

pub use amount::AmountText;
pub use entry::EntryRef;
pub use field::{Act, Field, Kind};
pub use line::LinePart;
pub use near::nearest;
pub use refusal::{Refusal, quoted};
pub use table::{FieldSpec, Form, forms};
pub use value::{Value, Values};
pub use wide::fold_wide;
