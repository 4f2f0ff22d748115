//! `ledger.toml`: what is needed to open a ledger, and how its folder is found.
//!
//! The file tells where to look, never what to trust: origin and name are compared with the first
//! entry when the ledger is opened. What governs money (control, tolerance, fiscal year) is in the
//! chain, not here.

use super::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of the file.
pub const CONFIG_FILE: &str = "ledger.toml";
/// The environment variable that names a ledger's folder.
pub const LEDGER_VARIABLE: &str = "EARMARK_LEDGER";
/// The version of the folder's layout that this release reads and writes.
pub const FORMAT: u32 = 1;

/// An engine that a ledger can be kept on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// sled behind a durability log, in `db/` and `wal/`.
    Sled,
}

/// The content of `ledger.toml`. Any other key in it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerConfig {
    /// The version of the folder's layout: [`FORMAT`].
    pub format: u32,
    /// The origin of the log, first line of its checkpoints.
    pub origin: String,
    /// The name a reader sees.
    pub name: String,
    /// The engine.
    pub engine: Engine,
}

impl LedgerConfig {
    /// The content for a new ledger.
    #[must_use]
    pub fn new(origin: impl Into<String>, name: impl Into<String>) -> Self {
        Self { format: FORMAT, origin: origin.into(), name: name.into(), engine: Engine::Sled }
    }

    /// Reads the file in the ledger's `folder`.
    ///
    /// # Errors
    /// Code `no_ledger` if there is none; `config_malformed` with the line and the keys that are
    /// known; `config_format` with both versions if it is of another; or an I/O code.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CONFIG_FILE);
        let text = durable::read_text(&path)?.ok_or_else(|| no_ledger(folder))?;
        let malformed = |why: String| {
            Error::new(Kind::Usage, "config_malformed", format!("{}: {why}", path.display()))
                .with_hint("it has the keys format, origin, name and engine, and no others")
                .with_detail("path", path.display())
        };
        let table: toml::Table = toml::from_str(&text).map_err(|e| malformed(e.to_string()))?;
        // The version first: a later one may well have keys that are unknown here.
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(found) if found != i64::from(FORMAT) => {
                return Err(other_format(&path, found));
            }
            Some(_) | None => {}
        }
        toml::from_str(&text).map_err(|e| malformed(e.to_string()))
    }

    /// Writes the file into the ledger's `folder`, which must have none; durable when it returns.
    ///
    /// # Errors
    /// Code `ledger_exists` if there is one; `config_encoding` if a text cannot be written as TOML;
    /// or an I/O code.
    pub fn create(&self, folder: &Path) -> Result<()> {
        let path = folder.join(CONFIG_FILE);
        let text = toml::to_string(self).map_err(|source| {
            Error::new(Kind::Usage, "config_encoding", format!("cannot write {}", path.display()))
                .with_source(source)
                .with_detail("path", path.display())
        })?;
        if durable::create(&path, text.as_bytes(), Readers::Everyone)? {
            return Ok(());
        }
        Err(Error::new(
            Kind::Usage,
            "ledger_exists",
            format!("{} already holds a ledger", folder.display()),
        )
        .with_hint("choose another folder; a ledger is never overwritten")
        .with_detail("path", folder.display()))
    }
}

/// The folder of the ledger: the one `named` by `--ledger`, else by [`LEDGER_VARIABLE`], else the
/// current folder or the nearest one around it that has a `ledger.toml`.
///
/// # Errors
/// Code `no_ledger` if a named folder has no `ledger.toml`, or no folder around has one.
pub fn find_ledger(named: Option<&Path>) -> Result<PathBuf> {
    let current = std::env::current_dir().map_err(|e| Error::io("find", Path::new("."), e))?;
    find_from(named, std::env::var_os(LEDGER_VARIABLE), &current)
}

/// The folder or file that is `named`, else by [`LEDGER_VARIABLE`], whatever is there.
#[must_use]
pub fn named_ledger(named: Option<&Path>) -> Option<PathBuf> {
    let variable = std::env::var_os(LEDGER_VARIABLE).filter(|value| !value.is_empty());
    named.map(Path::to_path_buf).or(variable.map(PathBuf::from))
}

fn find_from(named: Option<&Path>, variable: Option<OsString>, current: &Path) -> Result<PathBuf> {
    let variable = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = named.map(Path::to_path_buf).or(variable) {
        let folder = current.join(folder);
        return if has_ledger(&folder)? { Ok(folder) } else { Err(no_ledger(&folder)) };
    }
    for folder in current.ancestors() {
        match has_ledger(folder) {
            Ok(true) => return Ok(folder.to_owned()),
            // Folders around may be closed to this user.
            Err(error) if error.code() != "no_permission" => return Err(error),
            Ok(false) | Err(_) => {}
        }
    }
    let message = format!("no {CONFIG_FILE} in {} or around it", current.display());
    Err(Error::new(Kind::NotFound, "no_ledger", message)
        .with_hint(format!(
            "go into a ledger's folder, name it with --ledger DIR or {LEDGER_VARIABLE}, or make \
         one: earmark init DIR"
        ))
        .in_case("around")
        .with_detail("path", current.display()))
}

/// True if a folder has a `ledger.toml`; a disk that cannot tell is an error, never a "no".
///
/// # Errors
/// An I/O code with the path.
pub fn has_ledger(folder: &Path) -> Result<bool> {
    durable::is_there(&folder.join(CONFIG_FILE))
}

fn no_ledger(folder: &Path) -> Error {
    let message = format!("no ledger in {}: it has no {CONFIG_FILE}", folder.display());
    Error::new(Kind::NotFound, "no_ledger", message)
        .with_hint("check the folder's name, or make a ledger there: earmark init DIR")
        .with_detail("path", folder.display())
}

fn other_format(path: &Path, found: i64) -> Error {
    Error::new(
        Kind::Usage,
        "config_format",
        format!("{} has format {found}, this earmark reads {FORMAT}", path.display()),
    )
    .with_detail("expected", FORMAT)
    .with_detail("found", found)
    .with_hint("open it with the release that made it, or a later one")
    .with_detail("path", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    /// The error of reading `text`, with the folder cut out.
    fn refused(text: &str) -> String {
        let folder = folder();
        std::fs::write(folder.path().join(CONFIG_FILE), text).unwrap();
        let error = LedgerConfig::read(folder.path()).unwrap_err();
        error.to_string().replace(folder.path().to_str().unwrap(), "DIR")
    }

    #[test]
    fn a_created_file_reads_back() {
        let folder = folder();
        let config = LedgerConfig::new("example.org/pudong", "浦东 \"信息化\"\n专项资金");
        config.create(folder.path()).unwrap();
        assert_eq!(LedgerConfig::read(folder.path()).unwrap(), config);
    }

    #[test]
    fn the_file_is_as_documented() {
        let folder = folder();
        LedgerConfig::new("example.org/pudong", "Pudong").create(folder.path()).unwrap();
        assert_eq!(
            std::fs::read_to_string(folder.path().join(CONFIG_FILE)).unwrap(),
            "format = 1\norigin = \"example.org/pudong\"\nname = \"Pudong\"\nengine = \"sled\"\n"
        );
    }

    #[test]
    fn a_ledger_is_never_overwritten() {
        let folder = folder();
        LedgerConfig::new("a", "first").create(folder.path()).unwrap();
        let error = LedgerConfig::new("a", "second").create(folder.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "ledger_exists: {} already holds a ledger\n  next: choose another folder; a ledger \
                 is never overwritten",
                folder.path().display()
            )
        );
        assert_eq!(LedgerConfig::read(folder.path()).unwrap().name, "first");
    }

    #[test]
    fn an_unknown_key_is_refused_and_named() {
        let text = refused(
            "format = 1\norigin = \"a\"\nname = \"b\"\nengine = \"sled\"\nenigne = \"sled\"\n",
        );
        assert!(text.starts_with("config_malformed: DIR/ledger.toml: TOML parse error at line 5"));
        assert!(text.contains("unknown field `enigne`"), "{text}");
        assert!(
            text.ends_with(
                "\n  next: it has the keys format, origin, name and engine, and no others"
            ),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_engine_a_missing_key_and_no_toml_are_refused() {
        let engine = refused("format = 1\norigin = \"a\"\nname = \"b\"\nengine = \"redb\"\n");
        assert!(engine.contains("unknown variant `redb`, expected `sled`"), "{engine}");
        let missing = refused("format = 1\nname = \"b\"\nengine = \"sled\"\n");
        assert!(missing.contains("missing field `origin`"), "{missing}");
        assert!(refused("format").starts_with("config_malformed: DIR/ledger.toml: "));
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        assert_eq!(
            refused("format = 2\nanything = \"new\"\n"),
            "config_format: DIR/ledger.toml has format 2, this earmark reads 1\n  \
             next: open it with the release that made it, or a later one"
        );
    }

    #[test]
    fn the_flag_wins_then_the_variable_then_the_nearest_folder() {
        let folder = folder();
        let root = folder.path();
        let inner = root.join("inner");
        let deep = inner.join("log/tile");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(root.join("other")).unwrap();
        for ledger in [root.to_path_buf(), inner.clone(), root.join("other")] {
            LedgerConfig::new("a", "b").create(&ledger).unwrap();
        }
        let other = Path::new("other");
        let variable = Some(OsString::from("inner"));
        assert_eq!(find_from(Some(other), variable.clone(), root).unwrap(), root.join("other"));
        assert_eq!(find_from(None, variable, root).unwrap(), inner);
        assert_eq!(find_from(None, Some(OsString::new()), &deep).unwrap(), inner);
        assert_eq!(find_from(None, None, &root.join("other")).unwrap(), root.join("other"));
    }

    #[test]
    fn no_ledger_is_an_error_that_says_where_it_looked() {
        let folder = folder();
        let text = |error: Error| error.to_string().replace(folder.path().to_str().unwrap(), "DIR");
        assert_eq!(
            text(find_from(None, None, folder.path()).unwrap_err()),
            "no_ledger: no ledger.toml in DIR or around it\n  next: go into a ledger's folder, name \
             it with --ledger DIR or EARMARK_LEDGER, or make one: earmark init DIR"
        );
        let named = find_from(Some(Path::new("x")), None, folder.path()).unwrap_err();
        assert!(named.is_not_found());
        assert_eq!(
            text(named),
            "no_ledger: no ledger in DIR/x: it has no ledger.toml\n  next: check the folder's name, \
             or make a ledger there: earmark init DIR"
        );
        assert_eq!(LedgerConfig::read(folder.path()).unwrap_err().code(), "no_ledger");
    }
}
