//! Verbs about trust: verification and the signed head.

use crate::cli::source::Elsewhere;
use clap::{Args, Subcommand, ValueEnum};

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
    /// A copy of a ledger's folder or of its log/ folder, or a package
    #[arg(long = "from", value_name = "DIR|ZIP", conflicts_with = "store")]
    pub(crate) from: Option<Elsewhere>,
}

/// Show the signed head of the log
#[derive(Debug, Subcommand)]
pub(crate) enum CheckpointVerb {
    Show(ShowCheckpoint),
    Sign(SignCheckpoint),
}

/// Show the last signed checkpoint, as witnesses and auditors read it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark checkpoint show")]
pub(crate) struct ShowCheckpoint {}

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
}

/// Show the anchor of the ledger's log and whether the log agrees with it
#[derive(Debug, Args)]
#[command(
    after_help = "The anchor shows that a ledger's folder was rolled back, cut or exchanged. It is written before readers see a new head, and never goes back by itself.\n\nExample:\n  earmark anchor show"
)]
pub(crate) struct ShowAnchor {}
