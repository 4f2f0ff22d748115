//! Verbs that set a ledger up: the ledger itself, keys, officers, policy, and names of things.

use super::typed::{AmountText, parse_code, parse_date, parse_offset, parse_tag, parse_text};
use super::{List, WriteFlags};
use crate::domain::calendar::Date;
use crate::domain::ids::{Code, Tag, Text};
use clap::{Args, Subcommand, ValueEnum};
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
    Enroll(Box<EnrollOfficer>),
    Roles(ChangeRoles),
    Rotate(RotateOfficer),
    Revoke(RevokeOfficer),
    List(ListOfficers),
}

/// Change what an officer may do, from the next command on
#[derive(Debug, Args)]
#[command(
    after_help = "The roles given are all that the officer has then. A maker records money and names of things, an administrator keeps officers, keys and policies, an auditor reads; approvals come with a later rule set.\n\nExample:\n  earmark officer roles wang --role maker --limit 50万\n  earmark officer roles zhao --role administrator --role maker --no-limit"
)]
pub(crate) struct ChangeRoles {
    /// The officer
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What the officer may do (repeatable)
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(crate) roles: Vec<RoleName>,
    /// The most that one entry of the officer may move [default: as it is]
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) limit: Option<AmountText>,
    /// Let entries of any amount be recorded
    #[arg(long, conflicts_with = "limit")]
    pub(crate) no_limit: bool,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Give an officer a new key, from the next command on
#[derive(Debug, Args)]
#[command(
    after_help = "An officer whose old key is still there rotates it with it: the new one is made on this machine, and the old one kept under another name. For a lost key an administrator takes the officer's request with the new key. A key that was given up never comes back.\n\nExample:\n  earmark officer rotate wang --officer wang\n  earmark officer rotate zhao --key zhao.request --reason \"card lost\" --officer li"
)]
pub(crate) struct RotateOfficer {
    /// The officer
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The file that `earmark key request` wrote [default: a new key on this machine]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Let an officer's signature count no more, from the next command on and for ever
#[derive(Debug, Args)]
#[command(
    after_help = "What the officer signed before stays signed. The last administrator cannot be revoked.\n\nExample:\n  earmark officer revoke wang --reason \"left the office\""
)]
pub(crate) struct RevokeOfficer {
    /// The officer
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", required = true, value_parser = parse_text)]
    pub(crate) reason: Text,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Let another officer's key sign
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark key new wang\n  earmark officer enroll wang --role maker\n  earmark officer enroll zhao --key zhao.request --role approver --limit 50万"
)]
pub(crate) struct EnrollOfficer {
    /// The officer's name, unique in the ledger
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The file that `earmark key request` wrote [default: the key of that name on this machine]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// What the officer may do (repeatable)
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(crate) roles: Vec<RoleName>,
    /// The most that one entry of the officer may move
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) limit: Option<AmountText>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    // Records
    Maker,
    // Approves what another recorded
    Approver,
    // Reads and reviews
    Auditor,
    // Enrols officers and adopts policies
    Administrator,
}

/// List the officers, with their keys and roles
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark officer list")]
pub(crate) struct ListOfficers {}

/// Adopt or show the ledger's policy
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    Adopt(AdoptPolicy),
    Show(ShowPolicy),
}

/// Adopt the policy of a TOML file; what the file does not name stays as it is
#[derive(Debug, Args)]
#[command(
    after_help = "The file:\n  control = \"stop\"                    # a line below zero: stop, warn or track\n  tolerance_basis_points = 0          # how far `stop` lets a line go, of its authority …\n  tolerance = \"0.00\"                  # … and absolutely; the lower holds\n  project_required = true             # every contract and payment needs a project\n  transfer_between_purposes = false   # may money go to a fund for something else\n  history_before = \"2003-01-01\"       # only earlier dates are imported as history; \"opening\": the day the ledger was opened\n\nExample:\n  earmark policy show -o policy.toml\n  earmark policy adopt policy.toml"
)]
pub(crate) struct AdoptPolicy {
    /// The policy, in TOML
    #[arg(value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Show the policy in force, in the form that `policy adopt` reads
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark policy show")]
pub(crate) struct ShowPolicy {}

/// Register and retire districts
#[derive(Debug, Subcommand)]
pub(crate) enum DistrictVerb {
    Register(RegisterDistrict),
    Retire(RetireDistrict),
    List(ListDistricts),
}

/// The level of a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelName {
    // 市
    City,
    // 区县
    District,
    // 街道
    Street,
}

/// Register a district of the division tree
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark district register 310115 --name Pudong --name-zh 浦东新区 --level district --parent 310000 --valid-from 1992-10-11"
)]
pub(crate) struct RegisterDistrict {
    /// Its division code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Text,
    /// Its Chinese name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name_zh: Option<Text>,
    /// Its level: 市, 区县 or 街道
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: LevelName,
    /// The district above it
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) parent: Option<Code>,
    /// The first day the code is valid
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) valid_from: Option<Date>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// End a district on the day of --on; its history keeps its code
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark district retire 310119 --successor 310115 --on 2009-05-06"
)]
pub(crate) struct RetireDistrict {
    /// The code that ends
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// The code that follows it
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) successor: Option<Code>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// List the districts, with the time their codes are valid
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark district list")]
pub(crate) struct ListDistricts {}

/// Register programmes of the city
#[derive(Debug, Subcommand)]
pub(crate) enum ProgrammeVerb {
    Register(RegisterProgramme),
    List(ListProgrammes),
}

/// Register a programme that projects implement
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark programme register SCHOOLS --name \"School network\" --name-zh 校校通"
)]
pub(crate) struct RegisterProgramme {
    /// Its code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Text,
    /// Its Chinese name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name_zh: Option<Text>,
    /// The district that leads it
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) district: Option<Code>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// List the programmes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark programme list")]
pub(crate) struct ListProgrammes {}

/// Establish, amend and close funds
#[derive(Debug, Subcommand)]
pub(crate) enum FundVerb {
    Establish(EstablishFund),
    Amend(AmendFund),
    Close(CloseFund),
    /// List the funds, with their balances; same as `funds`
    List(List),
}

/// The kind of a fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FundKindName {
    // 专项资金
    Special,
    // 引导资金
    Guidance,
    // 配套资金
    Matching,
}

/// Establish a fund, with what its money is for
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark fund establish PD-INFO --name \"Pudong informatization fund\" --name-zh 信息化建设专项基金 --kind special --purpose it --district 310115"
)]
pub(crate) struct EstablishFund {
    /// Its code
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Text,
    /// Its Chinese name
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name_zh: Option<Text>,
    /// Its kind: 专项资金, 引导资金 or 配套资金
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: FundKindName,
    /// What its money is for (repeatable): `it` allows `it/social-card` too
    #[arg(long = "purpose", value_name = "TAG", required = true, value_parser = parse_tag)]
    pub(crate) purposes: Vec<Tag>,
    /// The district it belongs to
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    pub(crate) district: Option<Code>,
    /// Who manages it
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) manager: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Mend a fund's name or manager, or let its money be for more; what is not given stays as it is
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark fund amend PD-INFO --manager \"District data bureau\" --add-purpose data"
)]
pub(crate) struct AmendFund {
    /// The fund
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Its name from now on
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name: Option<Text>,
    /// Its Chinese name from now on
    #[arg(long, value_name = "NAME", value_parser = parse_text)]
    pub(crate) name_zh: Option<Text>,
    /// Who manages it from now on
    #[arg(long, value_name = "TEXT", value_parser = parse_text)]
    pub(crate) manager: Option<Text>,
    /// What its money is for besides (repeatable)
    #[arg(long = "add-purpose", value_name = "TAG", value_parser = parse_tag)]
    pub(crate) purposes_added: Vec<Tag>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Close a fund that holds no money any more
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark fund close PD-INFO --reason \"merged into another fund\""
)]
pub(crate) struct CloseFund {
    /// The fund
    #[arg(value_name = "CODE", value_parser = parse_code)]
    pub(crate) code: Code,
    /// Why
    #[arg(long, alias = "note", value_name = "TEXT", value_parser = parse_text)]
    pub(crate) reason: Option<Text>,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}
