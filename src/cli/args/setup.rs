//! Verbs that set a ledger up: the ledger itself, keys, officers, policy, and names of things.

use super::WriteFlags;
use super::typed::{parse_offset, parse_text};
use crate::domain::ids::Text;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Play the scenario of the Shanghai districts into a folder and say what to try next
#[derive(Debug, Args)]
#[command(
    after_help = "It makes DIR/ledger, with keys, pins and anchors in DIR/home, and touches nothing else of yours.\n\nExample:\n  earmark demo\n  earmark demo try-it --lang zh"
)]
pub(crate) struct Demo {
    /// The folder to make; one that exists is refused
    #[arg(value_name = "DIR", default_value = "earmark-demo")]
    pub(crate) folder: PathBuf,
}

/// Open a new ledger, with the keys that sign it
#[derive(Debug, Args)]
#[command(
    after_help = "Makes the officer's key and the key of the log where they are missing, and pins the log on this machine. The first policy is: control stop, no tolerance, a project required for every payment (see `earmark policy`).\n\nExample:\n  earmark init pudong --name \"浦东新区信息化专项资金\" --origin example.org/pudong/info --officer li"
)]
pub(crate) struct Init {
    /// The folder to make
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// What the ledger is called
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Text,
    /// The log's own name in the world, a URL without scheme; it can never change
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: String,
    /// The one currency of the ledger (ISO 4217)
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    pub(crate) currency: String,
    /// The offset from UTC of the ledger's days
    #[arg(
        long,
        value_name = "OFFSET",
        default_value = "+08:00",
        allow_hyphen_values = true,
        value_parser = parse_offset
    )]
    pub(crate) utc_offset: i16,
    /// The month in which the fiscal year begins
    #[arg(long, value_name = "MONTH", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=12))]
    pub(crate) fiscal_year_start: u8,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Make the keys that officers sign with, and a new key of the log
#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    New(NewKey),
    Request(RequestEnrolment),
    Passphrase(ChangePassphrase),
    RotateLog(RotateLog),
}

/// Put a key under a passphrase, another one, or none
#[derive(Debug, Args)]
#[command(
    after_help = "The passphrase is asked for on the terminal, without echo. Scripts name a file that holds it in its first line: $EARMARK_PASSPHRASE_FILE for the present one, $EARMARK_NEW_PASSPHRASE_FILE for the new one. The file is PKCS#8 encrypted with scrypt and AES-256, as openssl pkcs8 -topk8 -scrypt writes it. Old copies of the file and what a disk keeps of it stay as they were.\n\nExample:\n  earmark key passphrase wang\n  earmark key passphrase wang --remove\n  earmark key passphrase --log"
)]
pub(crate) struct ChangePassphrase {
    /// The officer whose key it is
    #[arg(value_name = "NAME", required_unless_present = "log", conflicts_with = "log")]
    pub(crate) name: Option<String>,
    /// The key of the ledger's log, which every write signs a checkpoint with
    #[arg(long)]
    pub(crate) log: bool,
    /// Keep the key without a passphrase
    #[arg(long)]
    pub(crate) remove: bool,
}

/// Sign the log's checkpoints with a new key, handed over by the old one
#[derive(Debug, Args)]
#[command(
    after_help = "The new key is made beside the old one, recorded in the ledger with the old key's signature over it, and used from then on; the old one is kept under another name. Trust that others have in the old key goes on to the new one; verify says so. Run again after a crash, it goes on where it stopped.\n\nExample:\n  earmark key rotate-log --reason \"yearly change\"\n  earmark key rotate-log --lost --reason \"the disk of the office machine died\""
)]
pub(crate) struct RotateLog {
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// The present key is lost, and nobody hands over: whoever trusts it has to be given the new one
    /// by another way
    #[arg(long)]
    pub(crate) lost: bool,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Make an officer's key in $EARMARK_HOME; it never leaves this machine
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark key new wang")]
pub(crate) struct NewKey {
    /// The officer's name, as it will be enrolled
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Put it under a passphrase, which is asked for (scripts: see `key passphrase`)
    #[arg(long)]
    pub(crate) passphrase: bool,
    /// Check and show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Write a request to be enrolled: the public key, and a proof that you hold the private one
#[derive(Debug, Args)]
#[command(
    after_help = "For an officer on a machine of their own: send the file to an officer of the ledger, who runs `earmark officer enroll`.\n\nExample:\n  earmark key request wang --ledger-id 018f4d2e-6b5a-4c00-8000-000000000000 -o wang.request"
)]
pub(crate) struct RequestEnrolment {
    /// The officer's name, as it will be enrolled
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The ledger's id: `earmark stats` prints it
    #[arg(long, value_name = "ID")]
    pub(crate) ledger_id: String,
}

/// Enrol officers, change what they may do, revoke and list them
#[derive(Debug, Subcommand)]
pub(crate) enum OfficerVerb {
    List(ListOfficers),
}

/// List the officers, with their keys and roles
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark officer list")]
pub(crate) struct ListOfficers {}

/// Adopt or show the ledger's policy
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    Show(ShowPolicy),
}

/// Show the policy in force, in the form that `policy adopt` reads
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark policy show")]
pub(crate) struct ShowPolicy {}

/// Register and retire districts
#[derive(Debug, Subcommand)]
pub(crate) enum DistrictVerb {
    List(ListDistricts),
}

/// List the districts, with the time their codes are valid
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark district list")]
pub(crate) struct ListDistricts {}

/// Register programmes of the city
#[derive(Debug, Subcommand)]
pub(crate) enum ProgrammeVerb {
    List(ListProgrammes),
}

/// List the programmes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark programme list")]
pub(crate) struct ListProgrammes {}
