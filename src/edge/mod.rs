//! The outside world behind small traits and small files: clock, ids, keys, pins, anchors, config.
//!
//! * [`apart`]: a part of this program that runs apart, with limits.
//! * [`clock`]: the only file that reads the time.
//! * [`ids`]: the only source of random ids.
//! * [`home`]: where the user's own folder is; [`keys`], [`pins`], [`anchors`] and [`outbox`] live in it.
//! * [`beginnings`]: ledgers that were begun and are not finished.
//! * [`http`]: the one HTTP client.
//! * [`config`]: `ledger.toml`, and which folder is the ledger.
//! * [`local`]: the key that a home seals its own files under.
//! * [`lock`]: one writer at a time.
//! * `randomness`: the one file that asks for random bytes.
//! * [`sealed`]: the folder of sealed files beside a ledger.
//! * [`durable`]: small files that are either whole or absent after a power cut.
//!
//! What it lacks on purpose: entries, the archive, any rule of the domain, and the form of a signed
//! note beyond its first three lines.

pub mod anchors;
pub mod apart;
pub mod beginnings;
pub mod clock;
pub mod config;
pub mod durable;
pub mod home;
pub mod http;
pub mod ids;
pub mod keys;
pub mod local;
pub mod lock;
pub mod outbox;
pub mod pins;
mod randomness;
pub mod sealed;
