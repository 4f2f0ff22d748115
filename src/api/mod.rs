//! HTTP: the only room that knows routes, headers and status codes of a server.
//!
//! * [`witness`]: the routes of a witness (C2SP tlog-witness v1.0.0).
//! * `places`: who gives up a place when all are taken.
//! * `listen`: connections, their number and their time, and a stop that loses nothing.
//!
//! What it lacks on purpose: TLS and names, which a web server in front of it has, and rules: an
//! answer says what the room behind it found.

mod listen;
mod places;
pub mod witness;

pub use listen::{Bound, Tell};
