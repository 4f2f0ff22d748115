//! Trials that failed once, and are made in every run whatever the seed.
//!
//! A call is known by what it does to which file, and the how many-th time it does so, because numbers
//! move with every change of the program. A trial that fails prints its line for here.

use crate::{Call, Mode};

/// A call of a line, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) line: &'static str,
    pub(crate) mode: Mode,
    /// Name of the call and path, as [`plain`] gives it.
    pub(crate) call: &'static str,
    pub(crate) path: &'static str,
    /// From 0.
    pub(crate) nth: usize,
}

const fn kept(
    line: &'static str,
    mode: Mode,
    call: &'static str,
    path: &'static str,
    nth: usize,
) -> Kept {
    Kept { line, mode, call, path, nth }
}

const RESTORE: &str = "archive restore --from lost/log book";
const ROTATE: &str = "key rotate-log --reason yearly";
const DISBURSE: &str = "disburse 7 --fund PD --purpose it --payee SOFT-A --command-id seven";

/// Of a ledger that was cut off.
pub(crate) const CUT: [Kept; 4] = [
    // It had ended, and the temporary file of its second anchor was nobody's.
    kept(RESTORE, Mode::From, "write", "home/anchors/.ORIGIN.N.new", 1),
    kept(RESTORE, Mode::Kill, "rename", "home/anchors/ORIGIN", 0),
    kept(RESTORE, Mode::Kill, "rename", "home/anchors/ORIGIN", 1),
    kept(RESTORE, Mode::Kill, "unlink", "book/RESTORE", 0),
];
/// Of a ledger that was closed.
pub(crate) const CLOSED: [Kept; 3] = [
    // Recorded and its key not yet in its place: exit 4, and run again it rotated once more.
    kept(ROTATE, Mode::From, "read", "book/log/checkpoint", 2),
    kept(ROTATE, Mode::Once, "statx", "home/keys/log/.ORIGIN.next.pem", 0),
    kept(ROTATE, Mode::Once, "rename", "home/keys/log/ORIGIN.pem", 0),
];
/// Of a ledger that was not closed.
pub(crate) const UNCLEAN: [Kept; 4] = [
    // A segment that could not be read was damage, and what it held was written to another.
    kept(ROTATE, Mode::Once, "statx", "book/wal/00000000000000000001", 0),
    kept(DISBURSE, Mode::Once, "read", "book/wal/00000000000000000001", 0),
    kept(DISBURSE, Mode::From, "read", "book/wal/00000000000000000001", 1),
    kept(DISBURSE, Mode::Once, "read", "book/wal/sound", 0),
];
/// Of a ledger whose database is damaged.
pub(crate) const DAMAGED: [Kept; 3] = [
    // A rebuild that could not be read was taken for one that was not finished.
    kept(DISBURSE, Mode::Once, "read", "book/db.rebuilding/complete", 0),
    kept(DISBURSE, Mode::From, "read", "book/wal/00000000000000000001", 0),
    kept(DISBURSE, Mode::Once, "read", "book/wal/00000000000000000001", 1),
];

/// A path without what differs from run to run: numbers of processes, hashes of origins.
pub(crate) fn plain(path: &str) -> String {
    let word = |word: &str| {
        let is_hash = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { "ORIGIN".to_owned() } else { word.to_owned() }
    };
    let name = |name: &str| {
        let words: Vec<String> = name.split('.').map(word).collect();
        match words.as_slice() {
            [front @ .., number, last]
                if last == "new" && number.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                format!("{}.N.new", front.join("."))
            }
            words => words.join("."),
        }
    };
    path.trim_start_matches('/').split('/').map(name).collect::<Vec<_>>().join("/")
}

/// The calls of `line` that are kept, with how each fails. One that the program does not make any more
/// has to be looked at.
pub(crate) fn trials(kept: &[Kept], line: &str, calls: &[Call]) -> Vec<(Call, Mode)> {
    let ours = kept.iter().filter(|kept| kept.line == line);
    ours.map(|kept| {
        let same = |call: &&Call| call.name == kept.call && plain(&call.path) == kept.path;
        let found = calls.iter().filter(same).nth(kept.nth);
        (found.unwrap_or_else(|| panic!("no such call any more: {kept:?}")).clone(), kept.mode)
    })
    .collect()
}

/// What to add here, and how to make this trial alone again.
pub(crate) fn to_keep(line: &str, calls: &[Call], call: &Call, mode: Mode) -> String {
    let path = plain(&call.path);
    let same = |other: &&Call| other.name == call.name && plain(&other.path) == path;
    let nth = calls.iter().filter(same).take_while(|other| other.number < call.number).count();
    let at = call.number;
    format!(
        "call {at}; to keep it: kept({line:?}, Mode::{mode:?}, {:?}, {path:?}, {nth})",
        call.name
    )
}
