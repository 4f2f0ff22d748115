//! Verbs about witnesses: being one, and publishing with their cosignatures.

use clap::{ArgGroup, Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Be a witness of logs: cosign their heads, never two that fork
#[derive(Debug, Subcommand)]
pub(crate) enum WitnessVerb {
    Init(InitWitness),
    Serve(ServeWitness),
    Show(ShowWitness),
}

/// Make this home a witness: its key, and the line that policies name it by
#[derive(Debug, Args)]
#[command(
    after_help = "The key stays in $EARMARK_HOME/keys/witness, the heads it cosigned in $EARMARK_HOME/witness. A home is one witness. Never put the heads back from an older backup: a witness that forgets may cosign a fork.\n\nExample:\n  earmark witness init --name city.example.gov.cn/witness --url https://city.example.gov.cn/witness"
)]
pub(crate) struct InitWitness {
    /// The witness's name: a URL without scheme, which never changes
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// Where logs will reach it, for the policy's line
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// Take checkpoints of the logs it watches and cosign them, until SIGTERM or SIGINT
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("watched").required(true).multiple(true).args(["log", "policy"])),
    after_help = "Which logs it watches comes from outside: their keys, as their keepers published them. It speaks plain HTTP; for others than this machine put a web server with TLS in front of it. Each request is one line on stderr.\n\nExample:\n  earmark witness serve --log example.org/pudong/info+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
)]
pub(crate) struct ServeWitness {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,
    /// The key of a log to watch (repeatable)
    #[arg(long, value_name = "VKEY")]
    pub(crate) log: Vec<String>,
    /// Watch the logs of a policy
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// Show the witness of this home: its key and the policy's line
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  earmark witness show")]
pub(crate) struct ShowWitness {}

/// Publish what is recorded, and have the witnesses of a policy cosign it
#[derive(Debug, Args)]
#[command(
    after_help = "Every command publishes already; this publishes what was left and asks the witnesses. While they are asked others may go on recording. Exits 4 when the quorum of the policy was not reached: what is published stays published, and the next run asks again.\n\nExample:\n  earmark publish --policy district.policy"
)]
pub(crate) struct Publish {
    /// A file that names the log, its witnesses with their URLs, and how many must cosign
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}
