//! A package for auditors (schemas/package.md): one zip file that can be verified on a machine with
//! nothing but Python.
//!
//! The same log gives the same bytes: times are fixed, files stand in order, the manifest comes last
//! and lists every other file with its bytes and SHA-256. Lacks reading packages (`archive`), and any
//! confidential file: a package is made of what is published.

use crate::error::{Error, Kind, Result};
use crate::tlog::tree::Sha256Stream;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::io::{self, Write};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The version of schemas/package.md.
pub const VERSION: u32 = 2;
/// The release that packs, and that compares what it packed.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// The files that every package has alike, by their path: pages and the independent verifier.
const FIXED: &[(&str, &str)] = &[
    ("schemas/entry.md", include_str!("../../../schemas/entry.md")),
    ("schemas/log.md", include_str!("../../../schemas/log.md")),
    ("schemas/package.md", include_str!("../../../schemas/package.md")),
    ("schemas/verify.json", include_str!("../../../schemas/verify.json")),
    ("verify/README.md", include_str!("../../../tools/verify/README.md")),
    ("verify/blake.py", include_str!("../../../tools/verify/blake.py")),
    ("verify/body.py", include_str!("../../../tools/verify/body.py")),
    ("verify/breaks.py", include_str!("../../../tools/verify/breaks.py")),
    ("verify/entry.py", include_str!("../../../tools/verify/entry.py")),
    ("verify/keys.py", include_str!("../../../tools/verify/keys.py")),
    ("verify/log.py", include_str!("../../../tools/verify/log.py")),
    ("verify/postings.py", include_str!("../../../tools/verify/postings.py")),
    ("verify/sealed.py", include_str!("../../../tools/verify/sealed.py")),
    ("verify/verify.py", include_str!("../../../tools/verify/verify.py")),
];

const README: &[(&str, &str)] =
    &[("README.md", include_str!("README.md")), ("README.zh.md", include_str!("README.zh.md"))];

/// What every package of this release has, by its path, in order: how to verify it, the pages that fix the
/// bytes, and the independent verifier. `origin` and `size` stand in its README.
pub fn fixed(origin: &str, size: u64) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
    let readme = move |(path, template): &(&'static str, &'static str)| {
        let text = template.replace("{origin}", origin).replace("{size}", &size.to_string());
        (*path, Cow::Owned(text))
    };
    let same = |(path, text): &(&'static str, &'static str)| (*path, Cow::Borrowed(*text));
    README.iter().map(readme).chain(FIXED.iter().map(same))
}

/// A package that is being written.
pub struct Package<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    files: Vec<Value>,
}

impl<W: Write> std::fmt::Debug for Package<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Package({} files)", self.files.len())
    }
}

impl<W: Write> Package<W> {
    /// Begins a package with what every package has ([`fixed`]).
    ///
    /// # Errors
    /// `package_not_written`: what the writer refused.
    pub fn begin(out: W, origin: &str, size: u64) -> Result<Self> {
        let mut package = Self { zip: ZipWriter::new_stream(out), files: Vec::new() };
        for (path, text) in fixed(origin, size) {
            package.file(path, text.as_bytes())?;
        }
        Ok(package)
    }

    /// Adds a file.
    ///
    /// # Errors
    /// As [`Package::begin`].
    pub fn file(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.rows(path, &mut |out| {
            out.write_all(bytes).map_err(|e| not_written(&e))?;
            Ok(None)
        })
    }

    /// Adds a file that `write` writes piece by piece; it gives the number of its rows, where it has
    /// any.
    ///
    /// # Errors
    /// Those of `write`; as [`Package::begin`].
    pub fn rows(
        &mut self,
        path: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> Result<Option<u64>>,
    ) -> Result<()> {
        self.zip.start_file(path, options()).map_err(unzipped)?;
        let mut counted = Counted { out: &mut self.zip, hash: Sha256Stream::default(), bytes: 0 };
        let rows = write(&mut counted)?;
        let (bytes, hash) = (counted.bytes, counted.hash.finish());
        let mut file = Map::new();
        file.insert("path".to_owned(), json!(path));
        file.insert("bytes".to_owned(), json!(bytes));
        file.insert("sha256".to_owned(), json!(hash.to_string()));
        if let Some(rows) = rows {
            file.insert("rows".to_owned(), json!(rows));
        }
        self.files.push(Value::Object(file));
        Ok(())
    }

    /// Ends the package with its manifest: `facts` about the ledger, then every file.
    ///
    /// # Errors
    /// As [`Package::begin`].
    pub fn finish(mut self, facts: Map<String, Value>) -> Result<()> {
        let mut manifest = Map::new();
        manifest.insert("format".to_owned(), json!("earmark package"));
        manifest.insert("version".to_owned(), json!(VERSION));
        manifest.insert("release".to_owned(), json!(RELEASE));
        manifest.extend(facts);
        manifest.insert("files".to_owned(), Value::Array(std::mem::take(&mut self.files)));
        let text = format!("{:#}\n", Value::Object(manifest));
        self.zip.start_file(MANIFEST, options()).map_err(unzipped)?;
        self.zip.write_all(text.as_bytes()).map_err(|e| not_written(&e))?;
        let mut out = self.zip.finish().map_err(unzipped)?.into_inner();
        out.flush().map_err(|e| not_written(&e))
    }
}

/// Alike on every machine and at every time.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// Counts and hashes what goes into a file.
struct Counted<'a, W: Write> {
    out: &'a mut ZipWriter<StreamWriter<W>>,
    hash: Sha256Stream,
    bytes: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn unzipped(error: ZipError) -> Error {
    not_written(&io::Error::from(error))
}

fn not_written(error: &io::Error) -> Error {
    let message = format!("the package could not be written: {error}");
    Error::new(Kind::Io, "package_not_written", message)
        .with_hint("make room, or write to another place, and run it again")
        .because_of(error)
}
