//! A package (schemas/package.md) as a source of log files: a zip file, opened without unpacking it.
//!
//! Nothing in it is believed. Every name is a plain path below the root, there once, and listed in
//! the manifest with its bytes; what has more bytes, is a link, encrypted or compressed otherwise than
//! by deflate, is refused before anything is read. What it lacks on purpose: writing packages
//! (`export`), and every judgement of what stands beside the log, which is read by [`Beside`].

use super::foreign::Source;
use crate::error::{Error, Kind};
use crate::file::{self, Placed};
use crate::tlog::tile::Tile;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// The name of the manifest in a package.
pub const MANIFEST: &str = "manifest.json";
/// The most bytes of a manifest that are read: about 400,000 files.
const MAX_MANIFEST_BYTES: usize = 64 << 20;
/// The most bytes that a listed file may have.
const MAX_FILE_BYTES: u64 = 1 << 40;

/// The files at the root of a package.
const NAMED: [&str; 7] = [
    "README.md",
    "README.zh.md",
    "balances.csv",
    "register.csv",
    "report.html",
    "report.zh.html",
    "report.json",
];
/// The pages in it.
const SCHEMAS: [&str; 4] = ["entry.md", "log.md", "package.md", "verify.json"];

/// What is read of a manifest; there is more in it, for people.
#[derive(Debug, Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    path: String,
    bytes: u64,
}

/// A package that was looked through and can be read.
pub struct Package {
    path: PathBuf,
    zip: Mutex<ZipArchive<Placed>>,
    /// Each file's place in the zip and the bytes that the manifest states.
    files: BTreeMap<String, (usize, u64)>,
    manifest: Vec<u8>,
}

/// Every file of a package, one after the other, while its log is read too.
pub struct Beside {
    zip: ZipArchive<Placed>,
    files: BTreeMap<String, (usize, u64)>,
    manifest: Vec<u8>,
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Beside({} files)", self.files.len())
    }
}

impl Beside {
    /// The manifest as it is.
    #[must_use]
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// Every file but the manifest, with the bytes that the manifest and the zip state, ascending.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|(name, (_, bytes))| (name.as_str(), *bytes))
    }

    /// A file to read, of which no more than one byte beyond the stated ones comes; `None` if there is none.
    ///
    /// # Errors
    /// `InvalidData` if it cannot be unpacked; what the system says.
    pub fn open(&mut self, name: &str) -> io::Result<Option<impl Read + '_>> {
        let Some((number, stated)) = self.files.get(name).copied() else { return Ok(None) };
        let file = self.zip.by_index(number).map_err(of_zip)?;
        Ok(Some(file.take(stated.saturating_add(1))))
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Package({} {} files)", self.path.display(), self.files.len())
    }
}

impl Package {
    /// Opens the package at `path` and looks through its names.
    ///
    /// # Errors
    /// `package_unfit` (`Kind::Break`) names what is wrong with it; `Kind::Io` or `Kind::NotFound`
    /// when it cannot be read.
    pub fn open(path: &Path) -> crate::error::Result<Self> {
        let file = file::open_key(path).map_err(|e| match file::is_unfit(&e) {
            true => unfit(path, "it is no regular file"),
            false => Error::io("open", path, e),
        })?;
        // What the machine could not is no fault of the package.
        let refused = |error: io::Error| match error.raw_os_error() {
            Some(_) => Error::io("read", path, error),
            None => unfit(path, &error.to_string()),
        };
        let no_zip = |error| {
            let error = of_zip(error);
            match error.raw_os_error() {
                Some(_) => Error::io("read", path, error),
                None => unfit(path, &format!("it is no sound zip: {error}")),
            }
        };
        let mut zip = ZipArchive::new(Placed::new(file)).map_err(no_zip)?;
        // Names there twice, overlapping contents, files that only one of both headers knows.
        zip.validate_header_consistency().map_err(no_zip)?;
        let found = look_through(&mut zip).map_err(refused)?;
        let (text, manifest) = read_manifest(&mut zip, &found).map_err(refused)?;
        let files = match_manifest(found, manifest).map_err(|words| unfit(path, &words))?;
        Ok(Self { path: path.to_owned(), zip: Mutex::new(zip), files, manifest: text })
    }

    /// What stands beside the log, to be read while the log is.
    ///
    /// # Errors
    /// `Kind::Io` where another thread that read the package ended early.
    pub fn beside(&self) -> crate::error::Result<Beside> {
        let ended =
            |_| Error::io("read", &self.path, io::Error::other("another thread ended early"));
        let zip = self.zip.lock().map_err(ended)?.clone();
        Ok(Beside { zip, files: self.files.clone(), manifest: self.manifest.clone() })
    }
}

impl Source for Package {
    fn read(&self, path: &str, cap_bytes: usize) -> io::Result<Option<Vec<u8>>> {
        let Some((number, stated)) = self.files.get(path) else { return Ok(None) };
        let stated = usize::try_from(*stated).unwrap_or(usize::MAX);
        if stated > cap_bytes {
            let words = format!("more than {cap_bytes} bytes");
            return Err(io::Error::new(ErrorKind::FileTooLarge, words));
        }
        let mut zip =
            self.zip.lock().map_err(|_| io::Error::other("another thread ended early"))?;
        unpack(&mut zip, *number, stated).map(Some)
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<String>>> {
        let folder = format!("{}/", folder.trim_end_matches('/'));
        let below =
            self.files.range(folder.clone()..).map_while(|(name, _)| name.strip_prefix(&folder));
        let mut names: Vec<String> =
            below.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect();
        names.dedup();
        Ok((!names.is_empty()).then_some(names))
    }
}

/// What the machine said stays what it is; all else is a zip that is not sound.
fn of_zip(error: ZipError) -> io::Error {
    let words = error.to_string();
    if let ZipError::Io(error) = error { error } else { invalid(words) }
}

fn invalid(words: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, words)
}

/// Every file with its place and the bytes that the zip states.
fn look_through(zip: &mut ZipArchive<Placed>) -> io::Result<BTreeMap<String, (usize, u64)>> {
    let mut found = BTreeMap::new();
    for number in 0..zip.len() {
        let entry = zip.by_index_data(number).map_err(of_zip)?;
        let name = std::str::from_utf8(entry.name_raw())
            .ok()
            .filter(|name| is_plain(name))
            .ok_or_else(|| {
                let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
                invalid(format!("the name {name:?} is no plain path below its root"))
            })?;
        if entry.is_symlink() {
            return Err(invalid(format!("{name} is a symbolic link")));
        }
        if entry.encrypted() {
            return Err(invalid(format!("{name} is encrypted")));
        }
        let method = entry.compression();
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            let words = format!("{name} is compressed with {method}; only deflate is read");
            return Err(invalid(words));
        }
        if found.insert(name.to_owned(), (number, entry.size())).is_some() {
            return Err(invalid(format!("{name} is there twice")));
        }
    }
    Ok(found)
}

/// True for `a/b/c`: relative, every part a name, no separators of other systems, not too long.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..");
    name.len() <= 255
        && name.split('/').all(part)
        && !name.contains(['\\', ':'])
        && !name.chars().any(char::is_control)
}

fn read_manifest(
    zip: &mut ZipArchive<Placed>,
    found: &BTreeMap<String, (usize, u64)>,
) -> io::Result<(Vec<u8>, Manifest)> {
    let Some((number, bytes)) = found.get(MANIFEST) else {
        return Err(invalid(format!("it has no {MANIFEST}")));
    };
    let bytes = usize::try_from(*bytes).unwrap_or(usize::MAX);
    if bytes > MAX_MANIFEST_BYTES {
        return Err(invalid(format!("{MANIFEST} has more than {MAX_MANIFEST_BYTES} bytes")));
    }
    let text = unpack(zip, *number, bytes).map_err(|error| match error.raw_os_error() {
        Some(_) => error,
        None => invalid(format!("{MANIFEST}: {error}")),
    })?;
    let manifest =
        serde_json::from_slice(&text).map_err(|error| invalid(format!("{MANIFEST}: {error}")))?;
    Ok((text, manifest))
}

/// The files of the zip with the bytes of the manifest: the same names, the same bytes.
fn match_manifest(
    mut found: BTreeMap<String, (usize, u64)>,
    manifest: Manifest,
) -> Result<BTreeMap<String, (usize, u64)>, String> {
    let mut files = BTreeMap::new();
    found.remove(MANIFEST);
    for Listed { path, bytes } in manifest.files {
        let Some((number, there)) = found.remove(&path) else {
            return Err(format!("the manifest lists {path:?}, which is not there, or twice"));
        };
        if bytes != there || bytes > MAX_FILE_BYTES {
            return Err(format!("{path} has {there} bytes; the manifest states {bytes}"));
        }
        files.insert(path, (number, bytes));
    }
    if let Some((name, _)) = found.pop_first() {
        return Err(format!("{name} is not listed in the manifest"));
    }
    match files.keys().find(|name| !is_named(name)) {
        None => Ok(files),
        Some(name) => Err(format!("{name:?} is no file of a package")),
    }
}

/// True for a name that schemas/package.md §2 has, letter by letter.
fn is_named(name: &str) -> bool {
    let is_plain_ascii = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    match name.split_once('/') {
        None => NAMED.contains(&name),
        Some(("log", "checkpoint" | "checkpoint.cosigned")) => true,
        Some(("log", rest)) => Tile::parse(rest).is_some(),
        Some(("schemas", rest)) => SCHEMAS.contains(&rest),
        Some(("verify", rest)) => rest.chars().all(is_plain_ascii),
        Some(_) => false,
    }
}

/// Unpacks a file that must have exactly `stated` bytes, and never more in memory than one beyond.
fn unpack(zip: &mut ZipArchive<Placed>, number: usize, stated: usize) -> io::Result<Vec<u8>> {
    let file = zip.by_index(number).map_err(of_zip)?;
    let limit = u64::try_from(stated).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    match bytes.len().cmp(&stated) {
        std::cmp::Ordering::Equal => Ok(bytes),
        std::cmp::Ordering::Less => {
            Err(invalid(format!("{} bytes instead of {stated}", bytes.len())))
        }
        std::cmp::Ordering::Greater => Err(invalid(format!("more than the {stated} bytes stated"))),
    }
}

fn unfit(path: &Path, words: &str) -> Error {
    Error::new(
        Kind::Break,
        "package_unfit",
        format!("{} is no package to read: {words}", path.display()),
    )
    .with_detail("file", path.display())
    .with_detail("found", words)
    .with_hint("a package is made by `earmark export package` and never packed again; get it anew")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    /// What goes into a package: names, contents, and what the manifest says of them.
    struct Made {
        files: Vec<(&'static str, Vec<u8>)>,
        manifest: Option<String>,
        links: Vec<(&'static str, &'static str)>,
        stored: bool,
    }

    fn manifest(files: &[(&str, usize)]) -> String {
        let listed: Vec<String> = files
            .iter()
            .map(|(path, bytes)| format!(r#"{{"path":"{path}","bytes":{bytes},"sha256":"…"}}"#))
            .collect();
        format!(r#"{{"ledger":"for people","files":[{}]}}"#, listed.join(","))
    }

    fn good() -> Made {
        let files = vec![("log/checkpoint", b"note".to_vec()), ("log/tile/0/000", vec![7; 8_192])];
        let manifest = Some(manifest(&[("log/checkpoint", 4), ("log/tile/0/000", 8_192)]));
        Made { files, manifest, links: Vec::new(), stored: true }
    }

    fn zipped(made: &Made) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let method =
            if made.stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        if let Some(text) = &made.manifest {
            zip.start_file(MANIFEST, options).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        for (name, bytes) in &made.files {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        for (name, target) in &made.links {
            zip.add_symlink(*name, *target, options).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Replaces every occurrence, which must be as long.
    fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let places: Vec<usize> = (bytes.windows(from.len()).enumerate())
            .filter_map(|(at, window)| (window == from).then_some(at))
            .collect();
        assert!(!places.is_empty(), "nothing to replace");
        let mut bytes = bytes.to_vec();
        for at in places {
            bytes[at..].iter_mut().zip(to).for_each(|(byte, new)| *byte = *new);
        }
        bytes
    }

    fn open(bytes: &[u8]) -> (tempfile::TempDir, crate::error::Result<Package>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.zip");
        std::fs::write(&path, bytes).unwrap();
        let opened = Package::open(&path);
        (folder, opened)
    }

    #[track_caller]
    fn refused(bytes: &[u8], words: &str) {
        let (folder, opened) = open(bytes);
        let error = opened.unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Break, "package_unfit"), "{error}");
        assert!(error.message().contains(words), "{words}: {error}");
        let path = folder.path().join("kit.zip");
        assert!(error.message().starts_with(&path.display().to_string()), "{error}");
        assert!(error.hint().unwrap().contains("get it anew"));
    }

    #[test]
    fn a_package_is_read_in_place_with_a_cap_on_every_file() {
        for stored in [true, false] {
            let (folder, package) = open(&zipped(&Made { stored, ..good() }));
            let package = package.unwrap();
            assert_eq!(package.read("log/checkpoint", 99).unwrap().unwrap(), b"note");
            assert_eq!(package.read("log/tile/0/000", 8_192).unwrap().unwrap(), vec![7; 8_192]);
            let error = package.read("log/tile/0/000", 8_191).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::FileTooLarge);
            for none in ["log/tile", "log/none", "../log/checkpoint", MANIFEST] {
                assert_eq!(package.read(none, 99).unwrap(), None, "{none}");
            }
            assert_eq!(package.list("log").unwrap().unwrap(), ["checkpoint", "tile"]);
            assert_eq!(package.list("log/tile/0/").unwrap().unwrap(), ["000"]);
            assert_eq!(package.list("lo").unwrap(), None);
            assert_eq!(
                std::fs::read_dir(folder.path()).unwrap().count(),
                1,
                "nothing was unpacked"
            );
        }
    }

    #[test]
    fn names_that_lead_out_or_confuse_are_refused() {
        let zip = zipped(&good());
        let name = b"log/checkpoint";
        for (other, shown) in [
            (&b"../heckpoint.."[..], "../heckpoint.."),
            (b"/og/checkpoint", "/og/checkpoint"),
            (b"log/../heckpoi", "log/../heckpoi"),
            (b"log//heckpoint", "log//heckpoint"),
            (b"log/./eckpoint", "log/./eckpoint"),
            (b"log\\checkpoint", "log\\\\checkpoint"),
            (b"C:g/checkpoint", "C:g/checkpoint"),
            (b"log/checkpoin/", "log/checkpoin/"),
            (b"log/checkpo\nnt", "log/checkpo\\nnt"),
        ] {
            let words = format!("the name {shown:?} is no plain path below its root");
            let words = words.replace("\\\\\\\\", "\\\\").replace("\\\\n", "\\n");
            refused(&patched(&zip, name, other), &words);
        }
        let not_text = patched(&zip, name, b"log/\xffheckpoint");
        refused(&not_text, "is no plain path below its root");
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let files = vec![("log/a", b"one".to_vec()), ("log/b", b"two".to_vec())];
        let manifest = Some(manifest(&[("log/a", 3)]));
        let zip = zipped(&Made { files, manifest, ..good() });
        refused(&patched(&zip, b"log/b", b"log/a"), "duplicate file names");
    }

    #[test]
    fn links_and_other_ways_of_packing_are_refused() {
        let links = vec![("log/passwords", "/etc/passwd")];
        refused(&zipped(&Made { links, ..good() }), "log/passwords is a symbolic link");
        let deflated = zipped(&Made { stored: false, ..good() });
        // Local header: version 20, no flags, deflate; then bzip2 instead.
        let other = patched(&deflated, b"\x14\0\0\0\x08\0", b"\x14\0\0\0\x0c\0");
        refused(&other, "only deflate is read");
    }

    #[test]
    fn what_the_manifest_does_not_list_as_it_is_is_refused() {
        let with = |text: Option<String>| zipped(&Made { manifest: text, ..good() });
        refused(&with(None), "it has no manifest.json");
        refused(&with(Some("{".to_owned())), "manifest.json: ");
        refused(&with(Some("{}".to_owned())), "missing field `files`");
        let only = |files: &[(&str, usize)]| with(Some(manifest(files)));
        refused(&only(&[("log/checkpoint", 4)]), "log/tile/0/000 is not listed in the manifest");
        let all = [("log/checkpoint", 4), ("log/tile/0/000", 8_192)];
        let more: Vec<_> = all.into_iter().chain([("log/none", 1)]).collect();
        refused(&only(&more), r#"lists "log/none", which is not there"#);
        let twice: Vec<_> = all.into_iter().chain([all[0]]).collect();
        refused(&only(&twice), r#"lists "log/checkpoint", which is not there, or twice"#);
        let other = [("log/checkpoint", 3), ("log/tile/0/000", 8_192)];
        refused(&only(&other), "log/checkpoint has 4 bytes; the manifest states 3");
        let deep = "[".repeat(1_000_000);
        refused(&with(Some(deep)), "manifest.json: ");
    }

    /// Headers and manifest agree on few bytes, and the stream goes on for a gigabyte.
    #[test]
    fn a_bomb_is_left_after_the_bytes_that_were_stated() {
        let bytes = 1_u32 << 26;
        let files = vec![("log/checkpoint", vec![0; usize::try_from(bytes).unwrap()])];
        let manifest = Some(manifest(&[("log/checkpoint", 10)]));
        let zip = zipped(&Made { files, manifest, links: Vec::new(), stored: false });
        assert!(zip.len() < 200_000);
        refused(&zip, "log/checkpoint has 67108864 bytes; the manifest states 10");
        let lying = patched(&zip, &bytes.to_le_bytes(), &10_u32.to_le_bytes());
        let (_folder, package) = open(&lying);
        let error = package.unwrap().read("log/checkpoint", 65_536).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(error.to_string().contains("larger than its declared"), "{error}");
    }

    #[test]
    fn other_content_and_no_zip_at_all_are_refused() {
        let zip = zipped(&good());
        let (_folder, package) = open(&patched(&zip, &[7; 64], &[8; 64]));
        let error = package.unwrap().read("log/tile/0/000", 8_192).unwrap_err();
        assert!(error.to_string().to_lowercase().contains("checksum"), "{error}");
        refused(b"", "it is no sound zip");
        refused(&zip[..zip.len() - 30], "it is no sound zip");
        // What package.md does not name is refused, listed or not.
        for name in [
            "confidential/x",
            "LOG/checkpoint",
            "log/check\u{200b}point",
            "log/tile/0/x",
            "readme.md",
            "x/y",
        ] {
            let mut made = good();
            made.files.push((name, b"x".to_vec()));
            let all = [("log/checkpoint", 4), ("log/tile/0/000", 8_192), (name, 1)];
            made.manifest = Some(manifest(&all));
            refused(&zipped(&made), "is no file of a package");
        }
        let folder = tempfile::tempdir().unwrap();
        let error = Package::open(folder.path()).unwrap_err();
        assert!(error.message().ends_with("it is no regular file"), "{error}");
        assert!(Package::open(&folder.path().join("none")).unwrap_err().is_not_found());
    }
}
