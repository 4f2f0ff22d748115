//! The command line: what is typed becomes an order or a question, what comes back becomes text.
//!
//! [`run`] is all that `main` needs. The grammar of verbs is in `args`, that of values in
//! [`form`](crate::form), a verb that writes in `write`, one that reads in `read`, the demo in `demo`, and everything that reaches a terminal
//! or file goes through `output`. It lacks rules of money on purpose: those are the domain's, and
//! their words are printed as they come.

mod apart;
mod args;
mod caught;
mod demo;
mod escape;
mod misplaced;
mod output;
mod progress;
mod read;
mod run;
mod session;
mod trust;
mod unparsed;
mod upkeep;
mod write;

use crate::edge::apart::READ_SHEET;
use std::process::ExitCode;

/// Runs the command line of this process and gives its exit status: 0 done · 1 a rule said no · 2
/// wrong usage · 3 a break, or no key from outside to trust · 4 the machine could not · 5 outcome
/// unknown · 6 done, but some rows were refused.
#[must_use]
pub fn run() -> ExitCode {
    // The part of the program that runs apart has no flags, no home and no ledger.
    if std::env::args_os().nth(1).is_some_and(|verb| verb == READ_SHEET) {
        return apart::read_sheet();
    }
    caught::listen();
    ExitCode::from(run::run(std::env::args_os().collect()).status())
}
