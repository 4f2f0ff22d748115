//! `earmark`: a ledger for public money set aside for one purpose (专项资金).

pub mod api;
pub mod archive;
pub mod chain;
pub mod cli;
pub mod domain;
pub mod edge;
pub mod error;
pub mod export;
pub mod file;
pub mod import;
pub mod ledger;
pub mod projection;
pub mod report;
pub mod store;
pub mod tlog;
pub mod verify;
pub mod witness;
