//! Pinned logs: which key, ledger and first entry a user trusts for an origin.
//!
//! The file `known-logs` has one line a log, `origin ledger-id genesis-hash vkey`, parted by single
//! spaces, like ssh's `known_hosts`. `init` adds the line on the creator's machine. This file checks
//! the shape of a line; whether a vkey's key id fits its key is checked where vkeys are read (tlog).

use super::durable::{self, Readers};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::error::{Error, Kind, Result};
use crate::file;
use std::fmt;
use std::path::{Path, PathBuf};

/// What is trusted about one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The origin, first line of its checkpoints.
    pub origin: String,
    /// The identity of the ledger.
    pub ledger: LedgerId,
    /// The hash of the entry at index 0.
    pub genesis: Hash,
    /// The log's verifier key, `name+id+key` (c2sp.org/signed-note); its name is the origin.
    pub vkey: String,
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.origin, self.ledger, self.genesis, self.vkey)
    }
}

/// The file of pins of one user.
#[derive(Debug, Clone)]
pub struct KnownLogs {
    path: PathBuf,
}

impl KnownLogs {
    /// The pins in the file `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// All pins, in the file's order.
    ///
    /// # Errors
    /// Code `pin_malformed` with the line's number and what is wrong with it; an I/O code if the
    /// file is there and cannot be read.
    pub fn read(&self) -> Result<Vec<Pin>> {
        let text = durable::read_text(&self.path)?.unwrap_or_default();
        let mut pins: Vec<Pin> = Vec::new();
        for (line, number) in text.lines().zip(1_u64..) {
            let pin = parse(line).map_err(|wrong| self.malformed(number, &wrong))?;
            if pins.iter().any(|known| known.origin == pin.origin) {
                let wrong = format!("{} is pinned on an earlier line too", pin.origin);
                return Err(self.malformed(number, &wrong));
            }
            pins.push(pin);
        }
        Ok(pins)
    }

    /// The pin of `origin`, if there is one.
    ///
    /// # Errors
    /// As [`read`](Self::read): a file with one bad line is not trusted for the others.
    pub fn find(&self, origin: &str) -> Result<Option<Pin>> {
        Ok(self.read()?.into_iter().find(|pin| pin.origin == origin))
    }

    /// Adds a pin; durable when it returns. The same pin again changes nothing.
    ///
    /// # Errors
    /// Code `pin_conflict`, with both lines, if the origin is pinned otherwise; `pin_malformed` if
    /// the pin could not be read back, or as [`read`](Self::read); or an I/O code.
    pub fn add(&self, pin: &Pin) -> Result<()> {
        let line = pin.to_string();
        if parse(&line).as_ref() != Ok(pin) {
            return Err(Error::new(Kind::Usage, "pin_malformed", format!("no pin: {line:?}"))
                .with_hint("an origin has no spaces and no +, and is the name in its vkey")
                .with_detail("found", line));
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        durable::create_folder(folder, Readers::Owner)?;
        // Two `init`s at the same time must not lose each other's line.
        let guard = file::open_folder(folder).map_err(|e| Error::io("open", folder, e))?;
        guard.lock().map_err(|e| Error::io("lock", folder, e))?;
        let mut pins = self.read()?;
        match pins.iter().find(|known| known.origin == pin.origin) {
            Some(known) if known == pin => return Ok(()),
            Some(known) => return Err(self.conflict(known, pin)),
            None => pins.push(pin.clone()),
        }
        let text: String = pins.iter().map(|pin| format!("{pin}\n")).collect();
        durable::replace(&self.path, text.as_bytes(), Readers::Owner)
    }

    /// Replaces a pin by another of the same origin; durable when it returns.
    ///
    /// # Errors
    /// Code `pin_conflict` if `old` is not what is pinned; else as [`add`](Self::add).
    pub fn replace(&self, old: &Pin, new: &Pin) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let guard = file::open_folder(folder).map_err(|e| Error::io("open", folder, e))?;
        guard.lock().map_err(|e| Error::io("lock", folder, e))?;
        let mut pins = self.read()?;
        match pins.iter_mut().find(|known| known.origin == new.origin) {
            Some(known) if known == old => *known = new.clone(),
            Some(known) => return Err(self.conflict(known, new)),
            None => return Err(self.conflict(old, new)),
        }
        let text: String = pins.iter().map(|pin| format!("{pin}\n")).collect();
        durable::replace(&self.path, text.as_bytes(), Readers::Owner)
    }

    fn malformed(&self, line: u64, wrong: &str) -> Error {
        let path = self.path.display();
        Error::new(Kind::Usage, "pin_malformed", format!("{path} line {line}: {wrong}"))
            .with_detail("line", line)
            .with_hint("mend the line or delete it: origin ledger-id genesis-hash vkey")
            .with_detail("path", path)
    }

    fn conflict(&self, known: &Pin, new: &Pin) -> Error {
        let (path, origin) = (self.path.display(), &known.origin);
        Error::new(
            Kind::NotPinned,
            "pin_conflict",
            format!("{path} pins another log for {origin}:\n  pinned: {known}\n  given:  {new}"),
        )
        .with_detail("pinned", known)
        .with_detail("given", new)
        .with_hint(
            "find out from the log's keeper which is true; if the new one is, take the old line \
             out by hand; for a new ledger choose another --origin",
        )
        .with_detail("path", path)
        .with_detail("origin", origin)
    }
}

fn parse(line: &str) -> std::result::Result<Pin, String> {
    let fields: Vec<&str> = line.split(' ').collect();
    let [origin, ledger, genesis, vkey] = fields.as_slice() else {
        return Err(format!("expected 4 fields parted by one space, found {}", fields.len()));
    };
    if origin.is_empty() || origin.contains(|c: char| c == '+' || c.is_whitespace()) {
        return Err(format!("{origin:?} is no origin"));
    }
    let found = |what: &str, text: &str| format!("expected {what}, found {text:?}");
    let pin = Pin {
        origin: (*origin).to_owned(),
        ledger: ledger.parse().map_err(|()| found("a ledger id", ledger))?,
        genesis: genesis.parse().map_err(|()| found("64 hex digits", genesis))?,
        vkey: (*vkey).to_owned(),
    };
    check_vkey(origin, vkey)?;
    if pin.to_string() == line {
        Ok(pin)
    } else {
        Err(format!("expected {:?}, found {line:?}", pin.to_string()))
    }
}

fn check_vkey(origin: &str, vkey: &str) -> std::result::Result<(), String> {
    let mut parts = vkey.splitn(3, '+');
    let (name, id, key) = (parts.next(), parts.next(), parts.next());
    if name != Some(origin) {
        return Err(format!("expected a vkey of {origin}, found {vkey:?}"));
    }
    let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let id_fits = id.is_some_and(|id| id.len() == 8 && id.chars().all(hex));
    let key_fits = key.is_some_and(|key| key.len() == 44 && key.chars().all(base64));
    if id_fits && key_fits {
        Ok(())
    } else {
        Err(format!("expected a vkey NAME+8 hex digits+44 base64 characters, found {vkey:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    fn pin(origin: &str, number: u8) -> Pin {
        Pin {
            origin: origin.to_owned(),
            ledger: LedgerId([number; 16]),
            genesis: Hash([number; 32]),
            vkey: format!("{origin}+{KEY}"),
        }
    }

    fn known_logs() -> (tempfile::TempDir, KnownLogs) {
        let folder = tempfile::tempdir().unwrap();
        let logs = KnownLogs::at(folder.path().join("home/known-logs"));
        (folder, logs)
    }

    #[test]
    fn pins_are_kept_in_order_and_found_by_origin() {
        let (_folder, logs) = known_logs();
        assert_eq!(logs.find("example.org/a").unwrap(), None);
        let (a, b) = (pin("example.org/a", 1), pin("example.org/b", 2));
        logs.add(&a).unwrap();
        logs.add(&b).unwrap();
        assert_eq!(logs.read().unwrap(), [a, b.clone()]);
        assert_eq!(logs.find("example.org/b").unwrap(), Some(b));
    }

    #[test]
    fn the_same_pin_again_changes_nothing() {
        let (_folder, logs) = known_logs();
        logs.add(&pin("example.org/a", 1)).unwrap();
        let before = std::fs::read(&logs.path).unwrap();
        logs.add(&pin("example.org/a", 1)).unwrap();
        assert_eq!(std::fs::read(&logs.path).unwrap(), before);
    }

    #[test]
    fn a_conflicting_pin_is_refused_with_both() {
        let (_folder, logs) = known_logs();
        let (known, new) = (pin("example.org/a", 1), pin("example.org/a", 2));
        logs.add(&known).unwrap();
        let error = logs.add(&new).unwrap_err();
        assert_eq!(error.kind(), Kind::NotPinned);
        assert_eq!(
            error.to_string(),
            format!(
                "pin_conflict: {} pins another log for example.org/a:\n  pinned: {known}\n  given:  \
                 {new}\n  next: find out from the log's keeper which is true; if the new one is, \
                 take the old line out by hand; for a new ledger choose another --origin",
                logs.path.display()
            )
        );
        assert_eq!(logs.read().unwrap(), [known]);
    }

    #[test]
    fn a_bad_line_is_named_with_its_number_and_fault() {
        let (_folder, logs) = known_logs();
        let good = pin("example.org/a", 1).to_string();
        std::fs::create_dir_all(logs.path.parent().unwrap()).unwrap();
        let cases = [
            (good.replace(' ', "  "), "expected 4 fields parted by one space, found 7"),
            (String::new(), "expected 4 fields parted by one space, found 1"),
            (good.replace("01010101-", "0101010g-"), "expected a ledger id, found"),
            (good.replace("01 example", "0 example"), "64 hex digits"),
            (good.replace("a+53", "b+53"), "expected a vkey of example.org/a, found"),
            (good.replace("+530d903a", "+530D903A"), "expected a vkey NAME+8 hex digits+44 base64"),
            (good.replace("U2k", "U2"), "expected a vkey NAME+8 hex digits+44 base64"),
            (good.replace("01010101-0101", "010101010101"), "expected a ledger id, found"),
            (good.replace("org/a ", "org/\u{a0}a "), "is no origin"),
            (pin("example.org/z", 1).to_string(), "is pinned on an earlier line too"),
        ];
        for (line, fault) in cases {
            let first = pin("example.org/z", 9);
            std::fs::write(&logs.path, format!("{first}\n{line}\n")).unwrap();
            let error = logs.read().unwrap_err().to_string();
            assert!(error.contains("known-logs line 2: "), "{error}");
            assert!(error.contains(fault), "{fault}: {error}");
            assert!(error.ends_with("delete it: origin ledger-id genesis-hash vkey"), "{error}");
        }
    }

    #[test]
    fn ids_and_hashes_have_one_spelling() {
        let line = pin("example.org/a", 0xab).to_string();
        let upper = line.replace("abab", "ABAB");
        assert!(parse(&line).is_ok());
        assert!(parse(&upper).unwrap_err().starts_with("expected "));
    }

    #[test]
    fn a_pin_that_would_not_read_back_is_not_written() {
        let (_folder, logs) = known_logs();
        let error = logs.add(&pin("example.org/a b", 1)).unwrap_err();
        assert_eq!(error.code(), "pin_malformed");
        assert_eq!(
            error.hint(),
            Some("an origin has no spaces and no +, and is the name in its vkey")
        );
        assert!(!logs.path.exists());
    }
}
