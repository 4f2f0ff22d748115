//! Anchors: the last signed checkpoint of each log, kept outside the ledger, byte for byte.
//!
//! `anchors/HASH` (HASH as in [`origin_file_name`]) is what shows a user that a ledger's folder was
//! rolled back or swapped: it never decreases, unless an officer gives it up by an entry. It holds the checkpoint as published; this file reads
//! its first three lines (origin, size, root: c2sp.org/tlog-checkpoint) and checks no signature, since
//! what is put here was signed or verified by the caller a moment before.

use super::durable::{self, Readers};
use super::keys::origin_file_name;
use crate::error::{Error, Kind, Result};
use std::path::{Path, PathBuf};

/// Anchors given up that are kept beside the one that stands.
const MAX_GIVEN_UP: u32 = 99;

/// The last checkpoint seen of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The tree size it states.
    pub size: u64,
    /// The signed note, verbatim.
    pub checkpoint: String,
}

/// The folder of anchors of one user.
#[derive(Debug, Clone)]
pub struct Anchors {
    folder: PathBuf,
}

impl Anchors {
    /// The anchors in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the anchor of `origin` is, or would be.
    #[must_use]
    pub fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(origin_file_name(origin))
    }

    /// The anchor of `origin`, if there is one.
    ///
    /// # Errors
    /// Code `anchor_malformed` if the file is no checkpoint of `origin`; an I/O code if it is there
    /// and cannot be read.
    pub fn read(&self, origin: &str) -> Result<Option<Anchor>> {
        match durable::read_text(&self.path(origin))? {
            None => Ok(None),
            Some(checkpoint) => match parse(origin, &checkpoint) {
                Ok(head) => Ok(Some(Anchor { size: head.size, checkpoint })),
                Err(wrong) => Err(self.malformed(origin, &wrong).with_hint(
                    "compare it with your own copy of a checkpoint before you move it away",
                )),
            },
        }
    }

    /// Replaces the anchor of `origin` by `checkpoint`; durable when it returns.
    ///
    /// # Errors
    /// Code `anchor_ahead`, with both sizes, if the anchor is at a larger size; `anchor_differs`, with
    /// both roots, if it is at the same size with another root; `anchor_malformed`; or an I/O code.
    /// The old anchor then stays.
    pub fn write(&self, origin: &str, checkpoint: &str) -> Result<()> {
        let new = parse(origin, checkpoint).map_err(|wrong| self.malformed(origin, &wrong))?;
        if let Some(anchor) = self.read(origin)? {
            let old = parse(origin, &anchor.checkpoint)
                .map_err(|wrong| self.malformed(origin, &wrong))?;
            check_forward(origin, &old, &new)?;
        } else {
            durable::create_folder(&self.folder, Readers::Owner)?;
        }
        durable::replace(&self.path(origin), checkpoint.as_bytes(), Readers::Owner)
    }

    /// Replaces the anchor of `origin` by `checkpoint` even where that is smaller or of another root,
    /// or where there is none; durable when it returns. The old one is kept beside it, at the first
    /// free name with `.given-up-N` at its end; gives that name.
    ///
    /// # Errors
    /// Code `anchor_malformed` if the checkpoint is none of `origin`; `too_many_anchors` when 99 were
    /// given up; or an I/O code. The old anchor then stays.
    pub fn adopt(&self, origin: &str, checkpoint: &str) -> Result<Option<PathBuf>> {
        parse(origin, checkpoint).map_err(|wrong| self.malformed(origin, &wrong))?;
        durable::create_folder(&self.folder, Readers::Owner)?;
        let path = self.path(origin);
        let old = durable::read_bytes(&path, crate::file::SMALL_BYTES)?;
        let kept = old.map(|old| self.keep(&path, &old)).transpose()?;
        durable::replace(&path, checkpoint.as_bytes(), Readers::Owner)?;
        Ok(kept)
    }

    /// Puts a copy of an anchor beside it; one that is there already is not made twice.
    fn keep(&self, path: &Path, old: &[u8]) -> Result<PathBuf> {
        for number in 1..=MAX_GIVEN_UP {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".given-up-{number}"));
            let kept = PathBuf::from(name);
            let is_kept = durable::read_bytes(&kept, crate::file::SMALL_BYTES)?
                .is_some_and(|bytes| bytes == old);
            if is_kept || durable::create(&kept, old, Readers::Owner)? {
                return Ok(kept);
            }
        }
        let message = format!("{MAX_GIVEN_UP} anchors were given up in {}", self.folder.display());
        Err(Error::new(Kind::Io, "too_many_anchors", message)
            .with_hint("find out why anchors are given up so often, then move the old ones away")
            .with_detail("times", MAX_GIVEN_UP)
            .with_detail("path", self.folder.display()))
    }

    fn malformed(&self, origin: &str, wrong: &str) -> Error {
        let path = self.path(origin);
        Error::new(
            Kind::Break,
            "anchor_malformed",
            format!("the anchor {} is no checkpoint of {origin}: {wrong}", path.display()),
        )
        .with_detail("path", path.display())
        .with_detail("origin", origin)
    }
}

/// The lines of a checkpoint that an anchor is about.
struct Lines<'a> {
    size: u64,
    root: &'a str,
}

fn parse<'a>(origin: &str, checkpoint: &'a str) -> std::result::Result<Lines<'a>, String> {
    let mut lines = checkpoint.split('\n');
    let mut next = |what: &str| lines.next().ok_or_else(|| format!("it has no {what}"));
    let found = next("origin")?;
    if found != origin {
        return Err(format!("it is of {found:?}"));
    }
    let text = next("size")?;
    let size = text.parse::<u64>().ok().filter(|size| size.to_string() == text);
    let size = size.ok_or_else(|| format!("its size is {text:?}"))?;
    let root = next("root")?;
    if root.is_empty() {
        return Err("it has no root".to_owned());
    }
    Ok(Lines { size, root })
}

fn check_forward(origin: &str, old: &Lines<'_>, new: &Lines<'_>) -> Result<()> {
    if new.size < old.size {
        return Err(Error::new(
            Kind::Fork,
            "anchor_ahead",
            format!(
                "the anchor of {origin} is at size {}, the checkpoint at {}: an anchor never \
                 decreases",
                old.size, new.size
            ),
        )
        .with_detail("expected", format!("at least {}", old.size))
        .with_detail("found", new.size)
        .with_hint("the ledger was rolled back or is an old copy: look for the newer one")
        .with_detail("origin", origin)
        .with_detail("anchored", old.size));
    }
    if new.size == old.size && new.root != old.root {
        return Err(Error::new(
            Kind::Fork,
            "anchor_differs",
            format!(
                "at size {} the anchor of {origin} has root {}, the checkpoint {}",
                new.size, old.root, new.root
            ),
        )
        .with_detail("expected", old.root)
        .with_detail("found", new.root)
        .with_hint(
            "the log was rewritten, or two ledgers share the key: keep both copies and compare",
        )
        .with_detail("origin", origin)
        .with_detail("size", new.size));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "example.org/pudong";

    fn note(size: u64, root: &str) -> String {
        format!("{ORIGIN}\n{size}\n{root}\n\n— {ORIGIN} signature\n")
    }

    fn anchors() -> (tempfile::TempDir, Anchors) {
        let folder = tempfile::tempdir().unwrap();
        let anchors = Anchors::at(folder.path().join("home/anchors"));
        (folder, anchors)
    }

    #[test]
    fn an_anchor_is_the_checkpoint_verbatim() {
        let (_folder, anchors) = anchors();
        assert_eq!(anchors.read(ORIGIN).unwrap(), None);
        for size in [3, 3, 10] {
            let checkpoint = note(size, "root");
            anchors.write(ORIGIN, &checkpoint).unwrap();
            assert_eq!(anchors.read(ORIGIN).unwrap(), Some(Anchor { size, checkpoint }));
        }
        let files = std::fs::read_dir(&anchors.folder).unwrap().count();
        assert_eq!(files, 1);
    }

    #[test]
    fn an_anchor_never_decreases() {
        let (_folder, anchors) = anchors();
        anchors.write(ORIGIN, &note(10, "root")).unwrap();
        let error = anchors.write(ORIGIN, &note(9, "root")).unwrap_err();
        assert_eq!(error.kind(), Kind::Fork);
        assert_eq!(
            error.to_string(),
            "anchor_ahead: the anchor of example.org/pudong is at size 10, the checkpoint at 9: an \
             anchor never decreases\n  next: the ledger was rolled back or is an old copy: look for \
             the newer one"
        );
        assert_eq!(anchors.read(ORIGIN).unwrap().unwrap().size, 10);
    }

    #[test]
    fn an_anchor_that_is_given_up_is_kept_beside_the_new_one() {
        let (_folder, anchors) = anchors();
        assert_eq!(anchors.adopt(ORIGIN, &note(10, "root")).unwrap(), None);
        let kept = anchors.adopt(ORIGIN, &note(7, "other")).unwrap().unwrap();
        assert_eq!(kept, anchors.path(ORIGIN).with_extension("given-up-1"));
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), note(10, "root"));
        assert_eq!(anchors.read(ORIGIN).unwrap().unwrap().checkpoint, note(7, "other"));
        // Run again after a crash in the middle, it keeps no second copy of the same anchor.
        std::fs::write(anchors.path(ORIGIN), note(10, "root")).unwrap();
        assert_eq!(anchors.adopt(ORIGIN, &note(7, "other")).unwrap().unwrap(), kept);
        std::fs::write(anchors.path(ORIGIN), "no checkpoint").unwrap();
        let second = anchors.adopt(ORIGIN, &note(8, "root")).unwrap().unwrap();
        assert_eq!(second, anchors.path(ORIGIN).with_extension("given-up-2"));
        assert_eq!(anchors.adopt(ORIGIN, "none").unwrap_err().code(), "anchor_malformed");
        assert_eq!(anchors.read(ORIGIN).unwrap().unwrap().size, 8);
    }

    #[test]
    fn an_anchor_of_the_same_size_has_the_same_root() {
        let (_folder, anchors) = anchors();
        anchors.write(ORIGIN, &note(10, "root")).unwrap();
        assert_eq!(
            anchors.write(ORIGIN, &note(10, "other")).unwrap_err().to_string(),
            "anchor_differs: at size 10 the anchor of example.org/pudong has root root, the \
             checkpoint other\n  next: the log was rewritten, or two ledgers share the key: keep \
             both copies and compare"
        );
    }

    #[test]
    fn what_is_no_checkpoint_is_never_an_anchor() {
        let (_folder, anchors) = anchors();
        let cases = [
            (String::new(), "it is of \"\""),
            ("example.org/other\n1\nroot\n".to_owned(), "it is of \"example.org/other\""),
            (ORIGIN.to_owned(), "it has no size"),
            (format!("{ORIGIN}\n01\nroot\n"), "its size is \"01\""),
            (format!("{ORIGIN}\n-1\nroot\n"), "its size is \"-1\""),
            (format!("{ORIGIN}\n1"), "it has no root"),
            (format!("{ORIGIN}\n1\n"), "it has no root"),
        ];
        for (text, fault) in cases {
            let path = anchors.path(ORIGIN);
            let whole = format!(
                "anchor_malformed: the anchor {} is no checkpoint of {ORIGIN}: {fault}",
                path.display()
            );
            assert_eq!(anchors.write(ORIGIN, &text).unwrap_err().to_string(), whole);
            assert!(!path.exists());
            std::fs::create_dir_all(&anchors.folder).unwrap();
            std::fs::write(&path, &text).unwrap();
            let read = anchors.read(ORIGIN).unwrap_err().to_string();
            assert_eq!(
                read,
                format!(
                    "{whole}\n  next: compare it with your own copy of a checkpoint before you move \
                     it away"
                )
            );
            std::fs::remove_file(&path).unwrap();
        }
    }
}
