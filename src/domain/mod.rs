//! The rules of public money, PURE: no clock, file, environment, hash, engine or text output.
//!
//! [`propose`](propose::propose) turns a wish ([`Order`](command::Order)) into events, resolving
//! names and filling in the single possible line; [`admit`](admit::admit) holds every rule and is
//! the same function on writing, on opening and in verification. Both read nothing but their
//! arguments: time, the officer and looked-up entries arrive as values ([`Context`](admit::Context)).
//!
//! * [`money`], [`calendar`], [`ids`], [`kinds`]: values.
//! * [`event`], [`command`]: what happened, what is wished; [`fact`]: what an event says of itself.
//! * [`posting`]: the kernel: leaves and the moves between them.
//! * [`state`]: what the rules need to remember, in [`table`]s, whose keys have a [`place`] ([`sharded`]: how they are put down); [`apply`]: how an event changes it.
//! * [`rejection`], [`finding`], [`caution`]: how the domain says no, "look at this", and "is that meant?".
//! * [`left`], [`stranded`]: what a receipt says of money after an event.
//! * [`invariant`]: what must hold after every command.

pub mod admit;
pub mod apply;
pub mod breach;
pub mod calendar;
pub mod caution;
pub mod command;
pub mod event;
pub mod fact;
pub mod finding;
pub mod ids;
pub mod invariant;
pub mod kinds;
mod known;
pub mod left;
pub mod money;
mod near;
pub mod place;
pub mod posting;
pub mod propose;
pub mod rejection;
pub mod sharded;
pub mod slot;
mod spelling;
pub mod state;
pub mod stranded;
pub mod table;
