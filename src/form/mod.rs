//! What people type, read into values: one grammar for every door. The command line, a cell of an
//! import and, later, a page ask here what an amount, a day, a line, a code or the name of an entry is.
//!
//! Every reader is strict and guesses nothing: what could be two values is refused with both. A
//! [`Refusal`] names what was typed, what is allowed and an example. A file may declare another style
//! ([`amount::NumberStyle`], [`day::DateFormat`]); its cells are read by the same readers. What needs
//! the ledger (its offset, whether a thing exists) is left to whoever uses the value.

pub mod amount;
pub mod code;
pub mod currency;
pub mod day;
pub mod entry;
pub mod line;
pub mod period;
mod refusal;
pub mod thing;
mod wide;

pub use amount::AmountText;
pub use entry::EntryRef;
pub use line::LinePart;
pub use refusal::{Refusal, quoted};
pub use wide::fold_wide;
