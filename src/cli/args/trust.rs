//! Verbs about trust: verification and the signed head.

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
    after_help = "Trust comes from outside the ledger: the key of the log is the one pinned on this machine (`init` pins it), or given with --log-key. Without either it prints what it found and exits 3.\n\nExample:\n  earmark verify\n  earmark verify --store\n  earmark verify --log-key example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
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
