//! What a package has beside its log, held against the log: both tables, the report, the manifest, and the
//! pages and the verifier that this release packs (schemas/package.md §4).
//!
//! All of it follows from the log, so it is made again and compared as it is made; nothing is kept but
//! the line at hand. What could not be compared is said. Lacks any judgement of the log itself.

use super::Reading;
use super::package::{Lines, Part, facts, parts};
use super::target::printing;
use crate::archive::package::{Beside, MANIFEST};
use crate::archive::reader::ArchiveReader;
use crate::error::{Error, Kind, Result};
use crate::export::package::{RELEASE, VERSION, fixed};
use crate::ledger::Reader;
use crate::tlog::tree::Sha256Stream;
use crate::verify::{Fault, Outcome, Report, Tier};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{self, Read, Write};

/// Characters of a line that are shown.
const SHOWN: usize = 200;
/// Fields of a manifest that say what is compared, and how.
const OF_THE_FORMAT: [&str; 4] = ["format", "version", "release", "files"];

/// Adds to a report what beside the log is another thing than the log gives.
///
/// # Errors
/// `Kind::Io` when the machine could not go on.
pub(crate) fn hold(beside: Beside, reader: &Reader, report: &mut Report) -> Result<()> {
    let manifest: Map<String, Value> =
        serde_json::from_slice(beside.manifest()).unwrap_or_default();
    let version = manifest.get("version").cloned().unwrap_or(Value::Null);
    let why = if version != json!(VERSION) {
        Some(format!(
            "the package is of version {version}, and this release compares version {VERSION}"
        ))
    } else if !report.is_whole() {
        Some("the log does not hold".to_owned())
    } else if report.tiers.iter().any(|(_, outcome)| *outcome == Outcome::NotAsked) {
        Some("only with every tier can it be".to_owned())
    } else {
        None
    };
    if let Some(why) = why {
        report
            .not_read
            .push(format!("the tables and report beside the log: not compared, for {why}"));
        return Ok(());
    }
    let alone = report.of_the_log_alone();
    let reading = Reading::whole(reader.clone())?;
    let is_ours = manifest.get("release").and_then(Value::as_str) == Some(RELEASE);
    let mut packed = Packed { beside, report, manifest, is_ours };
    packed.hold_parts(&reading, &alone)?;
    packed.hold_fixed(&alone)?;
    packed.hold_log(reading.reader.archive());
    packed.hold_manifest(&alone)?;
    packed.hold_sums()
}

/// A package while it is compared.
struct Packed<'a> {
    beside: Beside,
    report: &'a mut Report,
    manifest: Map<String, Value>,
    /// Packed by this release.
    is_ours: bool,
}

impl Packed<'_> {
    fn fault(&mut self, file: &str, field: String, expected: String, found: String) {
        let likely = if found == NO_FILE { "missing" } else { "changed" };
        self.report.add(Fault {
            tier: Tier::Projections,
            index: None,
            file: Some(file.to_owned()),
            field,
            expected,
            found,
            likely: likely.to_owned(),
            acknowledged: None,
        });
    }

    /// Tables and report.
    fn hold_parts(&mut self, reading: &Reading, alone: &Report) -> Result<()> {
        for Part { path, is_of_release, mut write } in
            parts(reading, alone, reading.reader.archive().note())
        {
            if self.is_ours || !is_of_release {
                self.hold_file(path, &mut *write)?;
            } else if path.ends_with(".json") {
                self.hold_known(path, &mut *write)?;
            } else {
                self.not_compared(path);
            }
        }
        Ok(())
    }

    /// Names what was read: a file, or once the folder that it is in.
    fn read_too(&mut self, path: &str) {
        let name = path.split_once('/').map_or(path, |(folder, _)| folder);
        if !self.report.read.iter().any(|read| read == name) {
            self.report.read.push(name.to_owned());
        }
    }

    fn not_compared(&mut self, what: &str) {
        let release = self.manifest.get("release").and_then(Value::as_str).unwrap_or("unknown");
        let release: String = release.chars().take(SHOWN).collect();
        let words =
            format!("{what}: not compared, for earmark {release} made it, and this is {RELEASE}");
        self.report.not_read.push(words);
    }

    /// Pages and verifier.
    fn hold_fixed(&mut self, alone: &Report) -> Result<()> {
        if !self.is_ours {
            self.not_compared("the verifier and the pages in it");
            return Ok(());
        }
        let mut known = BTreeSet::new();
        for (path, text) in fixed(&alone.origin, alone.size) {
            known.insert(path.to_owned());
            self.hold_file(path, &mut |out| {
                out.write_all(text.as_bytes()).map_err(|e| printing(&e))?;
                Ok(None)
            })?;
        }
        self.hold_names(
            &known,
            &["schemas/", "verify/"],
            &format!("none, in a package of {RELEASE}"),
        );
        Ok(())
    }

    /// The log has the files of its size, and none besides.
    fn hold_log(&mut self, log: &ArchiveReader) {
        let mut known: BTreeSet<String> = log.paths().map(|path| format!("log/{path}")).collect();
        known.extend(["log/checkpoint", "log/checkpoint.cosigned"].map(str::to_owned));
        self.hold_names(&known, &["log/"], &format!("none, in a log of {} entries", log.size()));
    }

    /// No file below these folders but those that are known.
    fn hold_names(&mut self, known: &BTreeSet<String>, folders: &[&str], expected: &str) {
        let is_more = |name: &&str| {
            folders.iter().any(|folder| name.starts_with(folder)) && !known.contains(*name)
        };
        let more = self.beside.files().map(|(name, _)| name).filter(is_more).map(str::to_owned);
        for name in more.collect::<Vec<_>>() {
            self.fault(&name, "file".to_owned(), expected.to_owned(), "one".to_owned());
        }
    }

    /// A file as `write` makes it.
    fn hold_file(
        &mut self,
        path: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> Result<Option<u64>>,
    ) -> Result<()> {
        let differs = match self.beside.open(path) {
            Ok(Some(theirs)) => {
                let mut held = Held::new(theirs);
                let made = write(&mut held);
                // Unless it was stopped, what failed is our own making: nothing is said of theirs.
                if !held.has_stopped() {
                    made?;
                }
                held.finish().or_else(|error| unreadable(path, error).map(Some))?
            }
            Ok(None) => Some(Difference::whole("the file", NO_FILE)),
            Err(error) => Some(unreadable(path, error)?),
        };
        match differs {
            None => self.read_too(path),
            Some(Difference { field, expected, found }) => self.fault(path, field, expected, found),
        }
        Ok(())
    }

    /// Of a JSON file of another release, what both know.
    fn hold_known(
        &mut self,
        path: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> Result<Option<u64>>,
    ) -> Result<()> {
        let mut ours = Vec::new();
        write(&mut ours)?;
        let theirs = match self.read(path)? {
            Ok(theirs) => theirs,
            Err(Difference { field, expected, found }) => {
                self.fault(path, field, expected, found);
                return Ok(());
            }
        };
        let value = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let mut only = BTreeSet::new();
        match differing("", &value(&ours), &value(&theirs), &mut only) {
            Some((field, expected, found)) => self.fault(path, field, expected, found),
            None if only.is_empty() => self.report.read.push(path.to_owned()),
            None => {
                self.report.read.push(path.to_owned());
                let names = only.into_iter().take(20).collect::<Vec<_>>().join(", ");
                self.not_compared(&format!("of {path} {names}"));
            }
        }
        Ok(())
    }

    /// A small file; or what is wrong with it.
    fn read(&mut self, path: &str) -> Result<std::result::Result<Vec<u8>, Difference>> {
        let mut bytes = Vec::new();
        let read = match self.beside.open(path) {
            Ok(None) => return Ok(Err(Difference::whole("the file", NO_FILE))),
            Ok(Some(file)) => file.take(MOST_JSON_BYTES).read_to_end(&mut bytes),
            Err(error) => Err(error),
        };
        match read {
            Ok(_) => Ok(Ok(bytes)),
            Err(error) => unreadable(path, error).map(Err),
        }
    }

    /// What the manifest says of the log.
    fn hold_manifest(&mut self, alone: &Report) -> Result<()> {
        let ours = Value::Object(facts(alone));
        let mut theirs = self.manifest.clone();
        let format = theirs.get("format").cloned().unwrap_or(Value::Null);
        if format != json!("earmark package") {
            self.fault(
                MANIFEST,
                "format".to_owned(),
                "earmark package".to_owned(),
                format.to_string(),
            );
        }
        theirs.retain(|key, _| !OF_THE_FORMAT.contains(&key.as_str()));
        let mut only = BTreeSet::new();
        match differing("", &ours, &Value::Object(theirs), &mut only) {
            Some((field, expected, found)) => self.fault(MANIFEST, field, expected, found),
            None if only.is_empty() => {}
            None => {
                let of_ours: Vec<&String> = only.iter().filter(|name| has(&ours, name)).collect();
                if let Some(name) = of_ours.first() {
                    let name = (*name).clone();
                    self.fault(MANIFEST, name, "the field".to_owned(), "no such field".to_owned());
                }
                let rest = only.iter().filter(|name| !has(&ours, name)).take(20).cloned();
                let names = rest.collect::<Vec<_>>().join(", ");
                if !names.is_empty() {
                    self.report
                        .not_read
                        .push(format!("{MANIFEST}: {names}: not known to this release"));
                }
            }
        }
        Ok(())
    }

    /// Bytes, sums and rows of every file that the manifest lists.
    fn hold_sums(&mut self) -> Result<()> {
        let listed = self.manifest.remove("files").unwrap_or(Value::Null);
        for file in listed.as_array().into_iter().flatten() {
            let Some(path) = file.get("path").and_then(Value::as_str) else { continue };
            let (sum, rows) = match self.sum(path) {
                Ok(sum) => sum,
                Err(error) => {
                    let Difference { field, expected, found } = unreadable(path, error)?;
                    self.fault(path, field, expected, found);
                    continue;
                }
            };
            let field = |key: &str| file.get(key).cloned().unwrap_or(Value::Null);
            let is_table = path.ends_with(".csv");
            for (key, ours, is_said) in [
                ("sha256", json!(sum), true),
                ("rows", json!(rows), is_table || file.get("rows").is_some()),
            ] {
                let found = field(key);
                if is_said && found != ours {
                    self.fault(
                        MANIFEST,
                        format!("{key} of {path}"),
                        ours.to_string(),
                        found.to_string(),
                    );
                }
            }
        }
        self.report.read.push(MANIFEST.to_owned());
        Ok(())
    }

    /// The SHA-256 of a file, and the rows that it has if it is a table.
    fn sum(&mut self, path: &str) -> io::Result<(String, u64)> {
        let mut hash = Sha256Stream::default();
        let mut lines = Lines::new(io::sink());
        let Some(mut file) = self.beside.open(path)? else { return Ok((String::new(), 0)) };
        let mut bytes = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut bytes)?;
            let Some(read) = bytes.get(..count).filter(|read| !read.is_empty()) else { break };
            hash.update(read);
            lines.write_all(read)?;
        }
        Ok((hash.finish().to_string(), lines.rows()))
    }
}

/// The most bytes of a JSON file that are read.
const MOST_JSON_BYTES: u64 = 1 << 26;
const NO_FILE: &str = "no file";
const END: &str = "the end of the file";

/// The first thing that differs.
struct Difference {
    field: String,
    expected: String,
    found: String,
}

impl Difference {
    fn whole(expected: &str, found: impl Into<String>) -> Self {
        Self { field: "file".to_owned(), expected: expected.to_owned(), found: found.into() }
    }
}

/// What cannot be unpacked is another file; what the machine could not read says nothing.
fn unreadable(path: &str, error: io::Error) -> Result<Difference> {
    if error.raw_os_error().is_none() {
        return Ok(Difference::whole("the file", format!("one that cannot be unpacked: {error}")));
    }
    let message = format!("{path} of the package cannot be read: {error}");
    Err(Error::new(Kind::Io, "package_unreadable", message)
        .with_hint("look at the disk, and run it again")
        .with_detail("path", path)
        .because_of(&error))
}

/// Where `path` names a field of a value.
fn has(value: &Value, path: &str) -> bool {
    path.split('.').try_fold(value, |value, key| value.get(key)).is_some()
}

/// The first field that both have and that differs; what only one has is added to `only`.
fn differing(
    path: &str,
    ours: &Value,
    theirs: &Value,
    only: &mut BTreeSet<String>,
) -> Option<(String, String, String)> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let both = ours.keys().filter(|key| theirs.contains_key(*key));
            let apart = ours.keys().chain(theirs.keys());
            let apart = apart.filter(|key| ours.contains_key(*key) != theirs.contains_key(*key));
            only.extend(apart.map(|key| below(key)));
            both.into_iter()
                .find_map(|key| differing(&below(key), ours.get(key)?, theirs.get(key)?, only))
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs.into_iter().find_map(|(at, (ours, theirs))| {
                differing(&below(&at.to_string()), ours, theirs, only)
            })
        }
        _ if ours == theirs => None,
        _ => {
            Some((path.to_owned(), excerpt(&ours.to_string(), 0), excerpt(&theirs.to_string(), 0)))
        }
    }
}

/// Takes what should be in a file, and reads what is.
struct Held<R> {
    theirs: R,
    /// Whole lines that are the same.
    lines: u64,
    /// What is the same of the line at hand.
    line: Vec<u8>,
    differs: Option<Difference>,
    failed: Option<io::Error>,
}

impl<R: Read> Held<R> {
    fn new(theirs: R) -> Self {
        Self { theirs, lines: 0, line: Vec::new(), differs: None, failed: None }
    }

    /// Nothing more is taken: something differs, or theirs cannot be read.
    fn has_stopped(&self) -> bool {
        self.differs.is_some() || self.failed.is_some()
    }

    /// The first line that differs, if there is one.
    fn finish(mut self) -> io::Result<Option<Difference>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.differs.is_none() {
            let more = self.rest_of_line(&[])?;
            if !more.is_empty() {
                self.differ(&[], &more);
            }
        }
        Ok(self.differs)
    }

    /// What is left of their line after `read`.
    fn rest_of_line(&mut self, read: &[u8]) -> io::Result<Vec<u8>> {
        let mut rest = read.to_vec();
        let mut byte = [0];
        while rest.len() < SHOWN && !rest.contains(&b'\n') && self.theirs.read(&mut byte)? > 0 {
            rest.extend(byte);
        }
        Ok(rest)
    }

    /// Both go on with another thing after the line at hand.
    fn differ(&mut self, ours: &[u8], theirs: &[u8]) {
        let whole = |rest: &[u8]| {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let rest = rest.get(..end).unwrap_or_default();
            let text = [self.line.as_slice(), rest].concat();
            excerpt(&String::from_utf8_lossy(&text), self.line.len())
        };
        let or_end = |rest: &[u8]| if rest.is_empty() { END.to_owned() } else { whole(rest) };
        let (expected, found) = (or_end(ours), or_end(theirs));
        let number = self.lines.saturating_add(1);
        self.differs = Some(Difference { field: format!("line {number}"), expected, found });
    }

    /// Reads as much of theirs as there is of ours.
    fn compare(&mut self, ours: &[u8]) -> io::Result<()> {
        let mut theirs = vec![0; ours.len()];
        let mut count = 0_usize;
        while let Some(room) = theirs.get_mut(count..).filter(|room| !room.is_empty()) {
            match self.theirs.read(room)? {
                0 => break,
                read => count = count.saturating_add(read),
            }
        }
        theirs.truncate(count);
        let same = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
        for byte in ours.iter().take(same) {
            if *byte == b'\n' {
                self.lines = self.lines.saturating_add(1);
                self.line.clear();
            } else {
                self.line.push(*byte);
            }
        }
        if same < ours.len() {
            let read = theirs.get(same..).unwrap_or_default().to_vec();
            let rest = self.rest_of_line(&read)?;
            self.differ(ours.get(same..).unwrap_or_default(), &rest);
        }
        Ok(())
    }
}

impl<R: Read> Write for Held<R> {
    /// Fails from the first difference on: what comes after is of no use.
    fn write(&mut self, ours: &[u8]) -> io::Result<usize> {
        if !self.has_stopped() {
            self.failed = self.compare(ours).err();
        }
        if self.has_stopped() { Err(io::Error::other("it differs")) } else { Ok(ours.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is shown of a line: around the byte where it differs, if it is long.
fn excerpt(line: &str, at: usize) -> String {
    let chars = line.chars().count();
    if chars <= SHOWN {
        return line.to_owned();
    }
    let before = line.char_indices().take_while(|(place, _)| *place < at).count();
    let from = before.saturating_sub(SHOWN / 4).min(chars.saturating_sub(SHOWN));
    let part: String = line.chars().skip(from).take(SHOWN).collect();
    let (front, back) = (
        if from > 0 { "…" } else { "" },
        if from.saturating_add(SHOWN) < chars { "…" } else { "" },
    );
    format!("{front}{part}{back}")
}
