//! `prove`: one entry's place in the signed log, as two small files for somebody without the ledger.
//!
//! Reads the published log alone; a cache says at most where a voucher is to be sought. The checkpoint must be signed by the key that the
//! check will be made with: the pinned one, or where none is pinned the one that the ledger names.

use super::say;
use crate::cli::args::Prove;
use crate::cli::output::{Exit, path_text, to_file};
use crate::cli::session::Session;
use crate::desk::named::resolve_entry;
use crate::desk::place::LedgerPlace;
use crate::desk::reading::{facts_of, key_of};
use crate::error::{Error, Kind, Result};
use crate::form::EntryRef;
use crate::ledger::Reader;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use crate::tlog::proof_file::{PROOF_FILE_ENDING, ProofFile};
use crate::words::shell::quoted;
use crate::words::shown::{counted, for_terminal};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Runs `prove`.
pub(super) fn prove(session: &Session, a: &Prove) -> Result<Exit> {
    let files = Files::named(session.globals.file.as_deref())?;
    let mut reader = match session.place()? {
        LedgerPlace::Own(folder) => Reader::open(&folder, None)?,
        LedgerPlace::Copy(copy) => copy.open(session.globals.file.as_deref())?,
    };
    let key = Key::of(session, &reader)?;
    Checkpoint::verify(reader.archive().note(), &key.key)?;
    if matches!(a.entry, EntryRef::Voucher { .. }) {
        let pinned = key.is_pinned.then(|| key.key.public_key().to_bytes());
        reader = reader.trusting(pinned).with_home_caches(session.desk.home_caches());
    }
    let archive = reader.archive();
    let index = resolve_entry(&reader, reader.size(), &a.entry)?;
    let (entry, path) = archive.prove(index)?;
    let checkpoint = String::from_utf8_lossy(archive.note()).into_owned();
    let proof = ProofFile { extra: None, index, path, checkpoint };
    for (path, bytes) in [(&files.entry, &entry.bytes), (&files.proof, &proof.text().into_bytes())]
    {
        to_file(path, &mut |out| out.write_all(bytes).map_err(|e| Error::io("write", path, e)))?;
    }
    let origin = &archive.checkpoint().origin;
    let json = json!({"proof": {
        "entry": index,
        "hash": entry.hash.to_string(),
        "origin": origin,
        "size": archive.size(),
        "root": archive.root().to_base64(),
        "path_hashes": proof.path.len(),
        "log_key": key.key.to_string(),
        "log_key_pinned": key.is_pinned,
        "proof_file": path_text(&files.proof),
        "entry_file": path_text(&files.entry),
        "check": files.check(&key.key),
    }});
    let told = told(session, index, &files, &key, archive.checkpoint());
    session.console.clone().without_file().receipt(&told, &json)?;
    Ok(Exit::Done)
}

/// The key that the check is made with.
struct Key {
    key: VerifierKey,
    is_pinned: bool,
}

impl Key {
    fn of(session: &Session, reader: &Reader) -> Result<Self> {
        let origin = &reader.archive().checkpoint().origin;
        if let Some(pin) = session.desk.pin_of(origin)? {
            return Ok(Self { key: key_of(&pin)?, is_pinned: true });
        }
        let key = VerifierKey::new(origin, &facts_of(reader)?.log_key.0)?;
        if Checkpoint::verify(reader.archive().note(), &key).is_ok() {
            return Ok(Self { key, is_pinned: false });
        }
        // The key has changed since the ledger was opened: the entries tell to which.
        let replay = reader.fold(reader.size(), &mut |_| ())?;
        let now = replay.state().ledger.as_ref().map(|facts| facts.log_key.0);
        let key = now.map_or(Ok(key), |now| VerifierKey::new(origin, &now))?;
        Ok(Self { key, is_pinned: false })
    }
}

/// The two files that are written.
struct Files {
    proof: PathBuf,
    entry: PathBuf,
}

impl Files {
    fn named(file: Option<&Path>) -> Result<Self> {
        let is_named = |file: &&Path| file.extension().is_some_and(|e| e == PROOF_FILE_ENDING);
        let Some(proof) = file.filter(is_named) else {
            let found = file.map_or_else(|| "none".to_owned(), |file| file.display().to_string());
            let message = format!("a proof goes to a file ending in .tlog-proof; found {found}");
            return Err(Error::new(Kind::Usage, "proof_file_name", message)
                .with_detail("found", found)
                .with_hint("add -o NAME.tlog-proof; the entry goes beside it, to NAME.entry"));
        };
        Ok(Self { proof: proof.to_owned(), entry: proof.with_extension("entry") })
    }

    /// The line that checks them, ready to paste.
    fn check(&self, key: &VerifierKey) -> String {
        let (proof, entry) = (quoted(&self.proof.display()), quoted(&self.entry.display()));
        let key = quoted(key);
        format!("earmark check-proof {proof} --entry {entry} --log-key {key}")
    }
}

fn told(session: &Session, index: u64, files: &Files, key: &Key, head: &Checkpoint) -> String {
    let entries = counted(head.size, "entry", "entries");
    let origin = &head.origin;
    let (proof, entry) = (files.proof.display(), files.entry.display());
    let check = files.check(&key.key);
    let from_where = if key.is_pinned {
        say(
            session,
            "The key must reach them from you by another way than the proof: a letter, a gazette, your web page.",
            "日志公钥须经另一途径（公函、公报、官网）交到对方手中，不可与证明同送。",
        )
    } else {
        say(
            session,
            "The key is NOT PINNED here: it is the one that the ledger itself names. Ask the log's keeper whether it is theirs.",
            "本机未锁定（NOT PINNED）该公钥：它只是账簿自称的公钥，请向日志保管单位核实。",
        )
    };
    for_terminal(&say(
        session,
        format!(
            "Proof that entry @{index} is in the log of {origin}, signed at {entries}.\n  proof  {proof}\n  \
             entry  {entry}\n\nHand both files to whoever asks. They need no ledger and no network:\n\n  {check}\n\n{from_where}\n"
        ),
        format!(
            "条目 @{index} 载于日志 {origin}（签署时共 {} 条）的证明。\n  证明  {proof}\n  条目  {entry}\n\n\
             将两个文件一并交给查询人。核对时无需账簿，也无需联网：\n\n  {check}\n\n{from_where}\n",
            head.size
        ),
    ))
}
