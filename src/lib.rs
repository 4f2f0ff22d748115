//! `earmark`: a ledger for public money set aside for one purpose (专项资金).
//!
//! # The map
//!
//! From the top down; a room uses those below it, and `tests/tidy` holds each to a list.
//!
//! | room | what lives there |
//! |---|---|
//! | [`cli`] | the command line: what is typed goes to the desk, what comes back is printed |
//! | [`api`] | HTTP: routes, headers and status codes of the witness |
//! | [`desk`] | what every surface does: open, fill in, prepare, sign, commit, read as known at a time; one writer for many |
//! | [`verify`] | verification from public data, in tiers |
//! | [`import`], [`export`] | files that come in and go out |
//! | [`ledger`] | where propose, admit, chain, store and archive meet: open, submit, publish, recover, read |
//! | [`witness`] | a witness of logs, and what a log asks of its witnesses |
//! | [`report`] | from projections to rows, tables, JSON, workbooks; pure |
//! | [`projection`] | balances, names, registers and leverage, rebuilt from entries; pure |
//! | [`archive`], [`store`] | the two copies of every entry: the published log, and the engine |
//! | [`edge`] | the outside world behind small traits: clock, ids, keys, pins, anchors |
//! | [`tlog`] | a transparency log in public formats; pure |
//! | [`chain`] | the bytes of an entry and the chain they form; pure |
//! | [`words`] | every sentence for people, in English and Chinese, receipts and verdicts among them; pure |
//! | [`mod@error`] | one error with its code, of every room above |
//! | [`form`] | what each command takes, and what people type read into values: one grammar and one table for every door; pure |
//! | [`domain`] | the rules of public money; pure |
//! | [`mod@file`] | files, and what the machine says of them |
//!
//! # The way of a command
//!
//! [`form`] reads what was typed, on the command line or in a cell, and makes the command of it. An
//! [`Order`](domain::command::Order) says what the office wants. [`Ledger::prepare`](ledger::Ledger::prepare) has
//! [`propose`](domain::propose::propose) resolve it into events and [`admit`](domain::admit::admit) judge each by every
//! rule, on the [`State`](domain::state::State) at the head, and gives the bytes to sign. Whoever holds the key signs
//! them. [`Ledger::commit`](ledger::Ledger::commit) sees that they still stand where they were prepared to, changes
//! the state, and the [`Store`](store::Store) makes the entries durable (that is the acknowledgement); the archive
//! publishes them under a signed checkpoint. A reader goes the other way and runs the same `admit`.
//!
//! # What holds
//!
//! * What a rule refuses we never write. Where somebody else's program did, everybody sees it: it gives no
//!   power, is named for ever, and the ledger goes on past it ([`domain::breach`]).
//! * A refused command changes no byte: not of the log, not of the state.
//! * An entry is never changed; a correction is an entry. Every balance is rebuilt from the log.
//! * Nothing is acknowledged before it is durable, nothing is signed that was not read back.
//! * One command id is one command, however often it is sent.
//! * The leaves of a line add up to zero, and money is counted in checked integers
//!   ([`domain::invariant`] has the whole list).
//! * Time, ids and randomness come in from [`edge`]; the pure rooms' answers follow from their arguments.
//! * Bytes are specified in `schemas/` and have one encoding; a second verifier in Python is written from
//!   those pages alone.
//!
//! # As a library
//!
//! Open a ledger, record a payee, and read the log with a projection of one's own.
//!
//! ```no_run
//! use earmark::domain::{command::{Command, Order}, event::{Filing, PayeeRegistered}, ids::{Code, Text}};
//! use earmark::edge::{clock::SystemClock, config::LedgerConfig, home::Home, ids::SystemIds};
//! use earmark::ledger::{Durability, Ledger, Outside, Reader, Submission};
//! use earmark::projection::{Projection, Recorded};
//!
//! #[derive(Default)]
//! struct Kinds(std::collections::BTreeMap<&'static str, u64>, u64);
//! impl Projection for Kinds {
//!     const NAME: &'static str = "kinds";
//!     const LOGIC_VERSION: u32 = 1;
//!     fn apply(&mut self, recorded: &Recorded<'_>) {
//!         *self.0.entry(recorded.kind()).or_default() += 1;
//!         self.1 = recorded.index + 1;
//!     }
//!     fn position(&self) -> u64 { self.1 }
//! }
//!
//! # fn main() -> earmark::error::Result<()> {
//! let (folder, home) = (std::path::Path::new("pudong"), Home::from_environment()?);
//! let log_signer = Box::new(home.keys().log(&LedgerConfig::read(folder)?.origin)?);
//! let (clock, ids) = (Box::new(SystemClock), Box::new(SystemIds::new()?));
//! let outside = Outside { clock, ids, log_signer, lost_log_key: None, anchors: home.anchors() };
//! let mut ledger = Ledger::open(folder, outside)?;
//! let (code, name) = (Code::new("SW-A"), Text::new("Software A"));
//! let payee = PayeeRegistered { code, name, name_zh: None, credit_code: None, accounts: vec![], filing: Filing::default() };
//! let order = Order { occurred_on: None, historical: false, command: Command::RegisterPayee(payee) };
//! let (signer, until) = (&home.keys().officer("li")?, Durability::Published);
//! ledger.submit(&Submission { order: &order, signer, until, confidential: None, command_key: Some(b"payee SW-A"), accept_clock: None, dry_run: false })?;
//! ledger.close()?;
//!
//! let (reader, mut kinds) = (Reader::open(folder, None)?, Kinds::default());
//! reader.fold(reader.size(), &mut |recorded| kinds.apply(recorded))?;
//! println!("{:?}", kinds.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to begin
//!
//! To see what happened: [`domain::event`], and beside it [`domain::fact`], where an event says what its
//! fields are, what it moves and what is remembered of it. To add one: its struct in `domain/event`, its
//! row in the list there, its `Fact`, its rule in `domain/admit`, its table in `schemas/entry.md`, a golden
//! sample. To add an engine: the contract in [`store`], which its conformance suite tests.

pub mod api;
pub mod archive;
pub mod chain;
pub mod cli;
pub mod desk;
pub mod domain;
pub mod edge;
pub mod error;
pub mod export;
pub mod file;
pub mod form;
pub mod import;
pub mod ledger;
pub mod projection;
pub mod report;
pub mod store;
pub mod tlog;
pub mod verify;
pub mod witness;
pub mod words;
