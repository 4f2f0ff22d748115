//! Verbs of payees.

use super::typed::{parse_code, parse_text};
use super::{List, SealedFlags, WriteFlags};
use crate::domain::ids::{Code, Text};
use clap::{Args, Subcommand};

/// Register payees
#[derive(Debug, Subcommand)]
pub(crate) enum PayeeVerb {
    Register(Box<RegisterPayee>),
    /// List the payees, with what they are owed and were paid; same as `payees`
    List(List),
}

/// Register somebody who can be paid
#[derive(Debug, Args)]
#[command(
    after_help = "A bank account, an identity number and a contact are sealed in files beside the ledger, from where they can be erased; the log holds a commitment to them that says nothing (earmark confidential).\n\nExample:\n  earmark payee register SOFT-A --name 示例软件企业甲\n  earmark payee register SOFT-A --name 示例软件企业甲 --account-file account.txt"
)]
pub(crate) struct RegisterPayee {
    /// Its code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Text,
    /// Its Chinese name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name_zh: Option<Text>,
    /// Its unified social credit code (GB 32100)
    #[arg(long, value_name = "CODE", value_parser = parse_text)]
    pub(crate) credit_code: Option<Text>,
    /// What is sealed.
    #[command(flatten)]
    pub(crate) sealed: SealedFlags,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
