//! `check-proof`: whether an entry is in a log, from two files and a key or policy, and
//! nothing else.
//!
//! No ledger, no home, no network is asked. What was proven and what was not is said in words: a
//! proof says that these bytes stand in the signed log, never that what they say is true.

use super::card::Card;
use super::show::fields;
use super::{lang, say};
use crate::archive::medium::{Disk, Medium};
use crate::chain::entry;
use crate::chain::hash;
use crate::cli::args::CheckProof;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::reading::read_key;
use crate::error::{Error, Kind, Result};
use crate::ledger::reader::bodies::read_event;
use crate::projection::Recorded;
use crate::report::lone_entry_json;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::{MAX_POLICY_BYTES, Policy, Standing};
use crate::tlog::proof_file::{MAX_PROOF_FILE_BYTES, ProofFile};
use crate::tlog::tile::MAX_BUNDLE_ENTRY_BYTES;
use crate::tlog::tree::{Digest, leaf_hash};
use crate::words::shown::{counted, for_terminal};
use serde_json::{Value, json};
use std::path::Path;

/// Runs `check-proof`.
pub(super) fn check_proof(session: &Session, a: &CheckProof) -> Result<Exit> {
    let trusted = Trusted::of(a)?;
    let proof = read(&a.proof, MAX_PROOF_FILE_BYTES)?;
    let entry = read(&a.entry, MAX_BUNDLE_ENTRY_BYTES)?;
    let proof = ProofFile::parse(&proof).map_err(fails)?;
    let (checkpoint, standing) = trusted.verify(&proof, leaf_hash(&entry)).map_err(fails)?;
    let said = Said::of(proof.index, entry)?;
    let keys = trusted.keys(&checkpoint.origin);
    let holds = Holds { session, index: proof.index, checkpoint, keys, standing, said };
    session.console.receipt(&holds.text(), &holds.json())?;
    Ok(Exit::Done)
}

/// What the check is made with, from outside.
enum Trusted {
    Key(VerifierKey),
    Policy(Policy),
}

impl Trusted {
    fn of(a: &CheckProof) -> Result<Self> {
        match &a.policy {
            None => read_key(a.log_key.as_deref().unwrap_or_default()).map(Self::Key),
            Some(path) => Policy::parse(&read(path, MAX_POLICY_BYTES)?).map(Self::Policy),
        }
    }

    fn verify(&self, proof: &ProofFile, leaf: Digest) -> Result<(Checkpoint, Option<Standing>)> {
        match self {
            Self::Key(key) => proof.verify(leaf, key).map(|checkpoint| (checkpoint, None)),
            Self::Policy(policy) => {
                let (checkpoint, standing) = proof.verify_under(leaf, policy)?;
                Ok((checkpoint, Some(standing)))
            }
        }
    }

    /// The keys of the log, in words.
    fn keys(&self, origin: &str) -> String {
        let keys = match self {
            Self::Key(key) => vec![key.clone()],
            Self::Policy(policy) => policy.log_keys(origin),
        };
        keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

fn read(path: &Path, cap_bytes: usize) -> Result<Vec<u8>> {
    let name = path.display();
    let bytes = Disk.read(path, cap_bytes).map_err(|error| {
        if error.kind() == std::io::ErrorKind::FileTooLarge {
            let message = format!("{name} has {error}, which no such file has");
            return Error::new(Kind::Break, "file_too_large", message)
                .with_detail("expected", format!("at most {cap_bytes} bytes"))
                .with_hint("name the .tlog-proof file first, the .entry file with --entry, a policy with --policy").with_detail("path", path.display());
        }
        Error::io("read", path, error)
    })?;
    bytes.ok_or_else(|| {
        Error::new(Kind::NotFound, "not_found", format!("there is no {name}")).with_hint(
            "`earmark prove` writes the proof and the entry; ask their sender for what is missing",
        ).with_detail("name", path.display())
    })
}

/// A proof that does not hold, with both figures as the check found them.
fn fails(error: Error) -> Error {
    if error.kind() != Kind::Break {
        return error;
    }
    let message = format!("the proof does not hold: {}", error.message());
    let hint = error.hint().unwrap_or(
        "the entry, its index or a hash was changed, or the files are of two entries; ask the \
         sender for both files again",
    );
    let told = Error::new(Kind::Break, error.code(), message).with_hint(hint);
    error.details().iter().fold(told, |told, (name, value)| told.with_detail(name, value))
}

/// What the entry says, if this release can read it.
struct Said(Value);

impl Said {
    fn of(index: u64, bytes: Vec<u8>) -> Result<Self> {
        let Ok(envelope) = entry::parse(&bytes) else { return Ok(Self(Value::Null)) };
        if envelope.index != index {
            let message = format!(
                "the log has an entry at {index} that calls itself {}: the log is broken there",
                envelope.index
            );
            return Err(Error::new(Kind::Break, "entry_misplaced", message)
                .with_detail("expected", index)
                .with_detail("found", envelope.index)
                .with_hint("tell the log's keeper; `earmark verify` shows what is wrong"));
        }
        let Ok(Some(event)) = read_event(&bytes) else { return Ok(Self(Value::Null)) };
        Ok(Self(lone_entry_json(&Recorded::alone(&envelope, hash::entry(&bytes), &event), None)))
    }

    fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    fn card(&self) -> Card {
        let mut card = Card::default();
        let mut shown = self.0.clone();
        if let Some(map) = shown.as_object_mut() {
            for title in ["entry", "type", "type_number"] {
                map.shift_remove(title);
            }
        }
        fields(&mut card, "", &shown);
        card
    }

    fn has_minor_units(&self) -> bool {
        self.0.to_string().contains("\"minor_units\"")
    }
}

/// A proof that holds.
struct Holds<'a> {
    session: &'a Session,
    index: u64,
    checkpoint: Checkpoint,
    keys: String,
    standing: Option<Standing>,
    said: Said,
}

impl Holds<'_> {
    fn say(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        say(self.session, en, zh)
    }

    fn text(&self) -> String {
        let (index, origin, size) = (self.index, &self.checkpoint.origin, self.checkpoint.size);
        let entries = counted(size, "entry", "entries");
        let mut out = self.say(
            format!("Holds: entry @{index} is in the log of {origin}, as signed at {entries}.\n\n"),
            format!("成立：条目 @{index} 载于日志 {origin}（签署时共 {size} 条）。\n\n"),
        );
        if self.said.0.is_null() {
            out.push_str(&self.say(
                "The entry is of a kind that this release cannot read; its bytes are in the log all the same.\n",
                "本版本不能读出该条目的内容，但其字节确在日志之中。\n",
            ));
        } else {
            out.push_str(&format!("@{index} · {}\n", lang(self.session).word(self.said.kind())));
        }
        let mut out = for_terminal(&out);
        out.push_str(&self.said.card().text());
        if self.said.has_minor_units() {
            out.push_str(&self.say(
                "  (minor_units: of the ledger's currency, which its entry @0 names; 100 of CNY make one yuan)\n",
                "  （minor_units：账簿币种的最小单位，币种见条目 @0；人民币即“分”）\n",
            ));
        }
        let rest = format!(
            "\n{} {}\n{} {}\n",
            self.say("Proven:", "已证明："),
            self.proven(),
            self.say("Not proven:", "未证明："),
            self.not_proven()
        );
        out.push_str(&for_terminal(&rest));
        out
    }

    fn proven(&self) -> String {
        let (index, size, key) = (self.index, self.checkpoint.size, &self.keys);
        self.say(
            format!(
                "these bytes are entry number {index}, counted from 0, of the log of {size} that {key} signed. \
                 Nothing can stand in their place without a signed log that contradicts this one."
            ),
            format!(
                "这些字节就是 {key} 所签署的日志（共 {size} 条）中从 0 起的第 {index} 条；若要改换，\
                 必须另签一份与之矛盾的日志。"
            ),
        )
    }

    /// Who cosigned, where somebody was asked about and did.
    fn witnesses(&self) -> &[(String, u64)] {
        self.standing.as_ref().map_or(&[], |standing| &standing.signed)
    }

    fn not_proven(&self) -> String {
        let names: Vec<&str> = self.witnesses().iter().map(|(name, _)| name.as_str()).collect();
        if names.is_empty() {
            return self.say(
                "that what the entry says is true, and that everybody is shown the same log: no witness was asked about.",
                "条目所述是否属实；以及所有人看到的是否为同一日志（未核对见证人的联署）。",
            );
        }
        self.say(
            format!(
                "that what the entry says is true. That everybody is shown the same log, {} vouches: cosigned there.",
                names.join(", ")
            ),
            format!("条目所述是否属实。所有人看到的是同一日志，由联署的见证人（{}）担保。", names.join("、")),
        )
    }

    fn json(&self) -> Value {
        json!({"check_proof": {
            "holds": true,
            "origin": self.checkpoint.origin,
            "index": self.index,
            "size": self.checkpoint.size,
            "root": self.checkpoint.root.to_base64(),
            "log_key": self.keys,
            "cosigned": self.witnesses().iter().map(|(name, seconds)| json!({
                "witness": name,
                "seconds": seconds,
            })).collect::<Vec<_>>(),
            "entry": self.said.0,
            "proven": self.proven(),
            "not_proven": self.not_proven(),
        }})
    }
}
