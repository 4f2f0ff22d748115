//! Verbs about trust: verification, the signed head, and proofs of single entries.

use crate::cli::value::EntryRef;
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
    after_help = "Trust comes from outside the ledger: the key of the log is the one pinned on this machine (`init` pins it), or given with --log-key. Without either it prints what it found and exits 3.\n\nExample:\n  earmark verify\n  earmark verify --store\n  earmark verify --against checkpoint-2001\n  earmark verify --log-key example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
)]
pub(crate) struct Verify {
    /// Also compare the store and its durability log, entry by entry; takes the ledger's lock
    #[arg(long)]
    pub(crate) store: bool,
    /// The log's key, as its keeper published it
    #[arg(long, value_name = "VKEY", conflicts_with = "unpinned")]
    pub(crate) log_key: Option<String>,
    /// Go on without a key from outside: the result says nothing about whose log it is
    #[arg(long)]
    pub(crate) unpinned: bool,
    /// How deep; a tier holds those before it
    #[arg(long, value_name = "TIER", default_value = "all")]
    pub(crate) tier: TierName,
    /// Prove that the log still begins with an older one: a checkpoint or .tlog-proof file that you
    /// kept, or the folder of an older copy, which also names the first entry that differs
    /// (repeatable)
    #[arg(long, value_name = "CHECKPOINT|DIR")]
    pub(crate) against: Vec<PathBuf>,
    /// A copy of a ledger's folder, or of its log/ folder
    #[arg(long = "from", value_name = "DIR", conflicts_with = "store")]
    pub(crate) from: Option<PathBuf>,
}

/// Show the signed head of the log
#[derive(Debug, Subcommand)]
pub(crate) enum CheckpointVerb {
    Show(ShowCheckpoint),
}

/// Show the last signed checkpoint, as witnesses and auditors read it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark checkpoint show")]
pub(crate) struct ShowCheckpoint {}

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
