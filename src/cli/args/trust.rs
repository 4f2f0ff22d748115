//! Verbs about trust: verification, the signed head, and proofs of single entries.

use super::WriteFlags;
use super::typed::{EntryRef, parse_date};
use crate::desk::source::Elsewhere;
use crate::domain::calendar::Date;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// How deep a verification goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierName {
    // Bytes and chain
    Chain,
    // Officers' signatures
    Signatures,
    // Tree, tiles and the signed checkpoint
    Log,
    // Every rule of every command again
    Rules,
    // Every cache against a fresh run
    Projections,
    // All of these
    All,
}

/// Verify the whole ledger: every byte, signature, rule and sum
#[derive(Debug, Args)]
#[command(
    after_help = "Trust comes from outside the ledger: the key of the log is the one pinned on this machine (`init` pins it), or given with --log-key or in a --policy. Without any it prints what it found and exits 3.\n\nExample:\n  earmark verify\n  earmark verify --store\n  earmark verify --resume\n  earmark verify --against checkpoint-2001\n  earmark verify --policy district.policy\n  earmark verify --log-key example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
)]
pub(crate) struct Verify {
    /// Also compare the store and its durability log, entry by entry; takes the ledger's lock
    #[arg(long)]
    pub(crate) store: bool,
    /// The log's key, as its keeper published it
    #[arg(long, value_name = "VKEY", conflicts_with = "unpinned")]
    pub(crate) log_key: Option<String>,
    /// Whom you trust: the log's key, its witnesses and how many of them must have cosigned
    #[arg(long, value_name = "FILE", conflicts_with_all = ["log_key", "unpinned"])]
    pub(crate) policy: Option<PathBuf>,
    /// Go on without a key from outside: the result says nothing about whose log it is
    #[arg(long)]
    pub(crate) unpinned: bool,
    /// Go on past commands against the rules that an administrator acknowledged; they are named all the same
    #[arg(long)]
    pub(crate) accept_breaches: bool,
    /// How deep; a tier holds those before it, several parted by commas are those alone
    #[arg(long, value_name = "TIER", default_value = "all", value_delimiter = ',')]
    pub(crate) tier: Vec<TierName>,
    /// Prove that the log still begins with an older one: a checkpoint or .tlog-proof file that you
    /// kept, or an older copy (a folder, a package, an address), which also names the first entry that
    /// differs (repeatable)
    #[arg(long, value_name = "CHECKPOINT|DIR|ZIP|URL")]
    pub(crate) against: Vec<Elsewhere>,
    /// Go on from where an earlier verification on this machine got to, and keep the place for the
    /// next one. Every byte is read and hashed again; signatures and rules of the entries that are
    /// the same as then are taken from that run
    #[arg(long)]
    pub(crate) resume: bool,
    /// A copy of a ledger's folder or of its log/ folder, a package, or the address of a published log
    #[arg(long = "from", value_name = "DIR|URL|ZIP", conflicts_with = "store")]
    pub(crate) from: Option<Elsewhere>,
    /// How long all requests to a web server may take together, in seconds [default: 1800]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) time_limit: Option<u64>,
}

/// Show the signed head of the log
#[derive(Debug, Subcommand)]
pub(crate) enum CheckpointVerb {
    Show(ShowCheckpoint),
    Sign(SignCheckpoint),
}

/// Show the last signed checkpoint, as witnesses and auditors read it
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  earmark checkpoint show\n  earmark checkpoint show --policy district.policy"
)]
pub(crate) struct ShowCheckpoint {
    /// Say who of its witnesses cosigned, and whether they are enough
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// Publish what is recorded and sign the head with the log key that stands now
#[derive(Debug, Args)]
#[command(
    after_help = "Every write does this by itself. It is for a head that was recorded but not published, or signed with a log key that was rotated since.\n\nExample:\n  earmark checkpoint sign"
)]
pub(crate) struct SignCheckpoint {}

/// The last signed head, kept on this machine outside the ledger
#[derive(Debug, Subcommand)]
pub(crate) enum AnchorVerb {
    Show(ShowAnchor),
    Adopt(AdoptCheckpoint),
}

/// Show the anchor of the ledger's log and whether the log agrees with it
#[derive(Debug, Args)]
#[command(
    after_help = "The anchor shows that a ledger's folder was rolled back, cut or exchanged. It is written before readers see a new head, and never goes back by itself.\n\nExample:\n  earmark anchor show"
)]
pub(crate) struct ShowAnchor {}

/// Give the anchor up for a signed checkpoint that the ledger holds; an entry says so
#[derive(Debug, Args)]
#[command(
    after_help = "It is the only way past an anchor that is lost, or that says more than the ledger holds. First look for the longer copy: what the old anchor says was published, others can prove, and witnesses will not sign a log that goes back. The old anchor is kept beside the new one.\n\nExample:\n  earmark anchor adopt pudong/log/checkpoint"
)]
pub(crate) struct AdoptCheckpoint {
    /// A file with a signed checkpoint of this log, for example its own log/checkpoint
    #[arg(value_name = "CHECKPOINT")]
    pub(crate) checkpoint: PathBuf,
    /// What every write takes.
    #[command(flatten)]
    pub(crate) flags: WriteFlags,
}

/// Copies of the log
#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveVerb {
    Restore(RestoreArchive),
}

/// Build a ledger again from a copy of its log
#[derive(Debug, Args)]
#[command(
    after_help = "Everything in the copy is verified first, under a key from outside it, and compared with this machine's anchor; nothing is overwritten. With the log key and an officer's key in $EARMARK_HOME the ledger can be written to again, and an entry says that it was restored; without them it can be read. Sealed fields are not in a log: bring confidential/ along by hand.\n\nExample:\n  earmark archive restore --from backup/log pudong-2\n  earmark archive restore --from https://budget.example.gov.cn/pudong --log-key example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k pudong-2"
)]
pub(crate) struct RestoreArchive {
    /// The folder of the new ledger
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// A copy of the ledger or of its log/ folder, a package, or the address of a published log
    #[arg(long = "from", value_name = "DIR|URL|ZIP")]
    pub(crate) from: Elsewhere,
    /// How long all requests to a web server may take together, in seconds [default: 1800]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) time_limit: Option<u64>,
    /// The log's key, as its keeper published it
    #[arg(long, value_name = "VKEY", conflicts_with = "unpinned")]
    pub(crate) log_key: Option<String>,
    /// A policy: the log's key, and witnesses that are asked how long the log was
    #[arg(long, value_name = "FILE", conflicts_with_all = ["unpinned", "log_key"])]
    pub(crate) policy: Option<PathBuf>,
    /// Go on without a key from outside: nothing says whose log it is
    #[arg(long)]
    pub(crate) unpinned: bool,
    /// Make a ledger to be read only, although the keys are here
    #[arg(long)]
    pub(crate) for_reading: bool,
    /// Go on with a clock more than 40 days after the last entry, or more than a minute before it: DATE is the clock's own day
    #[arg(long, value_name = "DATE", value_parser = parse_date, conflicts_with = "for_reading")]
    pub(crate) accept_clock: Option<Date>,
}

/// Prove one entry to anybody: write a small file that shows it is in the signed log
#[derive(Debug, Args)]
#[command(
    after_help = "Writes FILE.tlog-proof, and the entry's bytes beside it as FILE.entry. Whoever gets both needs the log's key from elsewhere, and no ledger.\n\nExample:\n  earmark prove @41 -o payment.tlog-proof\n  earmark prove PD-INFO/2002/7 -o payment.tlog-proof"
)]
pub(crate) struct Prove {
    /// The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: EntryRef,
}

/// Check a proof of one entry, with nothing but the log's key
#[derive(Debug, Args)]
#[command(
    after_help = "Needs no ledger and no network. Take the key from the log's keeper by another way than the proof. Exits 0 when the proof holds, 3 when it does not.\n\nExample:\n  earmark check-proof payment.tlog-proof --entry payment.entry --log-key example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
)]
pub(crate) struct CheckProof {
    /// The proof, a .tlog-proof file
    #[arg(value_name = "FILE")]
    pub(crate) proof: PathBuf,
    /// The entry's bytes, the .entry file beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) entry: PathBuf,
    /// The log's key, as its keeper published it
    #[arg(long, value_name = "VKEY", required_unless_present = "policy")]
    pub(crate) log_key: Option<String>,
    /// Whom you trust: the log's key and how many witnesses must have cosigned (tlog-policy)
    #[arg(long, value_name = "FILE", conflicts_with = "log_key")]
    pub(crate) policy: Option<PathBuf>,
}

/// Explain what is wrong with a ledger's folder, and what to do
#[derive(Debug, Args)]
#[command(
    after_help = "It looks at every copy (db, wal, log), the anchor, the pin, the caches, leftovers of a crash, and who can read the private keys. Nothing is changed without --fix; with it, the ledger is opened as for a write, which heals a damaged copy from the others and moves it aside, and keys are closed to others. It looks at the store in a copy under the system's temporary folder, so there must be room for it.\n\nExample:\n  earmark doctor\n  earmark doctor --fix"
)]
pub(crate) struct Doctor {
    /// Do what it advises, where that deletes nothing
    #[arg(long)]
    pub(crate) fix: bool,
}
