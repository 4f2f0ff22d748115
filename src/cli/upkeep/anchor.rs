//! `anchor show`: what this machine remembers of a ledger's head, and whether the log agrees.
//! `anchor adopt`: giving that up for a signed checkpoint, with every figure said.

use crate::archive::medium::{Disk, Medium};
use crate::cli::args::AdoptCheckpoint;
use crate::cli::output::{Exit, path_text};

use crate::cli::session::Session;
use crate::desk::name_officer;
use crate::edge::config::LedgerConfig;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Adopted, Adoption, Anchored, Ledger, Reader};
use crate::tlog::checkpoint::MAX_CHECKPOINT_BYTES;
use crate::words::shown::{counted, for_terminal};
use serde_json::json;
use std::path::Path;

/// Runs `anchor show`: exit 3 where the log does not agree, or there is no anchor.
pub(super) fn show(session: &Session) -> Result<Exit> {
    let folder = session.ledger_folder()?;
    let config = LedgerConfig::read(&folder)?;
    let anchors = session.desk.home()?.anchors();
    let (path, anchor) = (anchors.path(&config.origin), anchors.read(&config.origin)?);
    let reader = Reader::open(&folder, None)?;
    let standing = Anchored::of_log(reader.archive(), anchor.as_ref())?;
    let log = counted(reader.size(), "entry", "entries");
    let (word, says) = match &standing {
        Anchored::Agrees => ("agrees", format!("agrees with it at {log}")),
        Anchored::Missing => {
            ("missing", format!("has {log}; nothing outside it says how long it was"))
        }
        Anchored::Shorter => ("shorter", format!("has only {log}: it was rolled back or cut")),
        Anchored::Differs { expected, found } => {
            ("differs", format!("was rewritten: expected the root {expected}, found {found}"))
        }
    };
    let root = anchor.as_ref().and_then(|anchor| anchor.checkpoint.lines().nth(2));
    let size = anchor.as_ref().map(|anchor| anchor.size);
    let anchored = match (size, root) {
        (Some(size), Some(root)) => format!("{}, root {root}", counted(size, "entry", "entries")),
        _ => "none".to_owned(),
    };
    let text = format!(
        "Anchor of {}: {}\n  kept at     {}\n  the log     {says}\n",
        for_terminal(&config.origin),
        for_terminal(&anchored),
        path.display(),
    );
    let json = json!({"anchor": {
        "origin": config.origin,
        "path": path_text(&path),
        "size": size,
        "root": root,
        "log_size": reader.size(),
        "standing": word,
    }});
    session.console.value(&text, &json)?;
    Ok(if standing == Anchored::Agrees { Exit::Done } else { Exit::Broken })
}

/// Runs `anchor adopt`.
///
/// # Errors
/// `flag_unfit`; `checkpoint_unread`; as [`Ledger::adopt_anchor`].
pub(super) fn adopt(session: &Session, a: &AdoptCheckpoint) -> Result<Exit> {
    if a.flags.command_id.is_some() {
        let message =
            "--command-id makes a retry recognisable; an adoption is known by its checkpoint";
        return Err(Error::new(Kind::Usage, "flag_unfit", message)
            .with_hint("leave the flag out")
            .in_case("adopt_command_id"));
    }
    let folder = session.ledger_folder()?;
    session.desk.home()?.check_outside(&folder)?;
    let config = LedgerConfig::read(&folder)?;
    let (officer, key) = session.desk.officer()?;
    let log_key = session.desk.home()?.keys().log(&config.origin)?;
    let checkpoint = read_checkpoint(&a.checkpoint)?;
    let adoption = Adoption {
        checkpoint: &checkpoint,
        signer: &key,
        filing: a.flags.filing()?,
        occurred_on: a.flags.on,
        accept_clock: a.flags.accept_clock,
        dry_run: a.flags.dry_run,
    };
    let adopted = session
        .desk
        .waiting(&mut || {
            Ledger::adopt_anchor(&folder, session.desk.outside(log_key.clone())?, &adoption)
        })
        .map_err(|error| name_officer(error, &officer, &key))?;
    let told = tell(session, a, &config.origin, &adopted);
    session.desk.warn_unpublished(&adopted.ledger, None);
    session.desk.closing(adopted.ledger, |_| told).map(|()| Exit::Done)
}

/// A checkpoint that the user names, with a cap.
fn read_checkpoint(path: &Path) -> Result<String> {
    let read = Disk.read(path, MAX_CHECKPOINT_BYTES).map_err(|e| Error::io("read", path, e))?;
    let text = read.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| {
        let message = format!("{} is no file with a checkpoint", path.display());
        Error::new(Kind::NotFound, "checkpoint_unread", message)
            .with_hint("name a file such as DIR/log/checkpoint")
            .with_detail("path", path.display())
    })
}

fn tell(session: &Session, a: &AdoptCheckpoint, origin: &str, adopted: &Adopted) -> Result<()> {
    let size = counted(adopted.size, "entry", "entries");
    let done = if a.flags.dry_run { "Would take" } else { "Took" };
    let mut text =
        format!("{done} the checkpoint at {size} for the anchor of {}.\n", for_terminal(origin));
    text.push_str(&match &adopted.before {
        None => "  before      there was none that could be read\n".to_owned(),
        Some(before) if before.size > adopted.size => format!(
            "  given up    the anchor at {}: what was published beyond {size} is no longer in this ledger. \
             Whoever kept a copy can prove it, and witnesses that saw it will not sign what comes\n",
            counted(before.size, "entry", "entries")
        ),
        Some(before) => format!(
            "  given up    the anchor at {}, which says another root than this ledger has\n",
            counted(before.size, "entry", "entries")
        ),
    });
    if let Some(kept) = &adopted.kept {
        text.push_str(&format!("  kept        {}\n", kept.display()));
    }
    let entry = adopted.receipt.as_ref().and_then(|receipt| receipt.entries.first());
    let index = entry.map(|entry| entry.index);
    if let Some(index) = index.filter(|_| !a.flags.dry_run) {
        text.push_str(&format!("  recorded    @{index} AnchorAdopted\n"));
    }
    let json = json!({"anchor": {
        "origin": origin,
        "adopted_size": adopted.size,
        "given_up_size": adopted.before.as_ref().map(|anchor| anchor.size),
        "kept": adopted.kept.as_deref().map(path_text),
        "entry": index,
        "dry_run": a.flags.dry_run,
    }});
    if a.flags.dry_run {
        session.console.receipt(&text, &json)
    } else {
        session.console.done(&text, &json)
    }
}
