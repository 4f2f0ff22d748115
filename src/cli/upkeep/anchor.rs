//! `anchor show`: what this machine remembers of a ledger's head, and whether the log agrees.

use crate::cli::output::{Exit, counted, for_terminal};
use crate::cli::session::Session;
use crate::edge::config::LedgerConfig;
use crate::error::Result;
use crate::ledger::{Reader, Standing, compare_anchor};
use serde_json::json;

/// Runs `anchor show`: exit 3 where the log does not agree, or there is no anchor.
pub(super) fn show(session: &Session) -> Result<Exit> {
    let folder = session.ledger_folder()?;
    let config = LedgerConfig::read(&folder)?;
    let anchors = session.home.anchors();
    let (path, anchor) = (anchors.path(&config.origin), anchors.read(&config.origin)?);
    let reader = Reader::open(&folder, None)?;
    let standing = compare_anchor(reader.archive(), anchor.as_ref())?;
    let log = counted(reader.size(), "entry", "entries");
    let (word, says) = match &standing {
        Standing::Agrees => ("agrees", format!("agrees with it at {log}")),
        Standing::Missing => {
            ("missing", format!("has {log}; nothing outside it says how long it was"))
        }
        Standing::Shorter => ("shorter", format!("has only {log}: it was rolled back or cut")),
        Standing::Differs { expected, found } => {
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
        "path": path,
        "size": size,
        "root": root,
        "log_size": reader.size(),
        "standing": word,
    }});
    session.console.value(&text, &json)?;
    Ok(if standing == Standing::Agrees { Exit::Done } else { Exit::Broken })
}
