//! Private keys: the only file that makes, stores or reads one.
//!
//! A key is an Ed25519 key in PKCS#8 PEM (RFC 8410, version 1, which openssl reads), one a file, mode
//! 600, in a folder of mode 700 under `$EARMARK_HOME/keys`: `officers/NAME.pem`, `log/HASH.pem` for
//! the log of an origin, and `witness/HASH.pem` for a witness by its name. The rest of the program
//! sees a [`Signer`]; the bits of a key never leave this file and those below it but for their PEM,
//! which a passphrase may encrypt. It lacks deletion on purpose: a lost key cannot be made again, so
//! removing one is for the user's own hands.

mod passphrase;
mod slot;

pub use passphrase::new_passphrase;
pub use slot::Slot;

use super::durable::{self, Readers};
use super::randomness;
use crate::chain::hash::to_hex;
use crate::chain::signature::Signer;
use crate::error::{Error, Kind, Result};
use crate::file;
use ed25519_dalek::pkcs8::spki::der::{pem::LineEnding, zeroize::Zeroizing};
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The most bytes that the name of an officer's key may have: file systems stop at 255.
pub const MAX_NAME_BYTES: usize = 200;

/// The name of a file about a log: lower-case hex of SHA-256 of its origin, as witnesses name it
/// (c2sp.org/tlog-witness), because an origin holds slashes.
#[must_use]
pub fn origin_file_name(origin: &str) -> String {
    to_hex(&Sha256::digest(origin.as_bytes()))
}

/// A private key in memory. Wiped when dropped; its debug text shows the public half only.
#[derive(Clone)]
pub struct PrivateKey {
    key: SigningKey,
    /// What its file is encrypted under.
    passphrase: Option<Zeroizing<String>>,
}

impl PrivateKey {
    fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        randomness::fill(seed.as_mut_slice())?;
        Ok(Self { key: SigningKey::from_bytes(&seed), passphrase: None })
    }

    /// PEM without the public half: older openssl refuses the form that has it.
    fn to_pem(&self) -> Result<Zeroizing<String>> {
        if let Some(passphrase) = &self.passphrase {
            return passphrase::encrypt(self, passphrase);
        }
        let bytes = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let pem = bytes.to_pkcs8_pem(LineEnding::LF);
        pem.map_err(|source| {
            Error::new(Kind::Io, "key_encoding", "cannot write the key as PEM")
                .with_source(source.to_string())
        })
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey(public {})", to_hex(&self.public_key()))
    }
}

/// The keys of one user.
#[derive(Debug, Clone)]
pub struct Keys {
    folder: PathBuf,
}

impl Keys {
    /// The keys under `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the key of officer `name` is, or would be.
    ///
    /// # Errors
    /// Code `key_name` if `name` cannot be a file name everywhere.
    pub fn officer_path(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.folder.join("officers").join(format!("{name}.pem")))
    }

    /// Where the key of the log of `origin` is, or would be.
    #[must_use]
    pub fn log_path(&self, origin: &str) -> PathBuf {
        self.folder.join("log").join(format!("{}.pem", origin_file_name(origin)))
    }

    /// The place of officer `name`'s key, and of those before and after it.
    ///
    /// # Errors
    /// Code `key_name` if `name` cannot be a file name everywhere.
    pub fn officer_slot(&self, name: &str) -> Result<Slot> {
        Ok(Slot { path: self.officer_path(name)?, whose: format!("officer {name}") })
    }

    /// The place of the key of the log of `origin`, and of those before and after it.
    #[must_use]
    pub fn log_slot(&self, origin: &str) -> Slot {
        Slot { path: self.log_path(origin), whose: format!("the log {origin}") }
    }

    /// What a public key is for on this machine, if it belongs to a log or a witness: no officer
    /// signs with such a key.
    #[must_use]
    pub fn other_purpose(&self, public_key: &[u8; 32]) -> Option<&'static str> {
        let purposes = [("log", "the key of a log"), ("witness", "the key of a witness")];
        purposes.into_iter().find_map(|(folder, purpose)| {
            let files = std::fs::read_dir(self.folder.join(folder)).ok()?;
            let paths = files.filter_map(|file| Some(file.ok()?.path()));
            // One under a passphrase is not asked for here: it cannot be told what it is.
            let open = |path: &PathBuf| {
                let text = file::open_key(path).and_then(|f| file::read_text(f, file::SMALL_BYTES));
                !passphrase::is_encrypted(&text.unwrap_or_default())
            };
            let mut keys = paths.filter(open).filter_map(|path| load(&path).ok().flatten());
            keys.any(|key| key.public_key() == *public_key).then_some(purpose)
        })
    }

    /// Where the key of the witness `name` is, or would be.
    #[must_use]
    pub fn witness_path(&self, name: &str) -> PathBuf {
        self.folder.join("witness").join(format!("{}.pem", origin_file_name(name)))
    }

    /// Makes a new key for officer `name`; durable when it returns.
    ///
    /// # Errors
    /// Code `key_name` for a bad name; `key_exists` if there is one: a key is never overwritten;
    /// `no_randomness`, or an I/O code with the path.
    pub fn create_officer(&self, name: &str) -> Result<PrivateKey> {
        create(&self.officer_path(name)?, &format!("officer {name}"), None)
    }

    /// [`create_officer`](Self::create_officer) with its file under a passphrase.
    ///
    /// # Errors
    /// As [`create_officer`](Self::create_officer).
    pub fn create_officer_under(
        &self,
        name: &str,
        passphrase: Zeroizing<String>,
    ) -> Result<PrivateKey> {
        create(&self.officer_path(name)?, &format!("officer {name}"), Some(passphrase))
    }

    /// Makes a new key for the log of `origin`; durable when it returns.
    ///
    /// # Errors
    /// As [`create_officer`](Self::create_officer), without `key_name`.
    pub fn create_log(&self, origin: &str) -> Result<PrivateKey> {
        create(&self.log_path(origin), &format!("the log {origin}"), None)
    }

    /// Makes a new key for the witness `name`; durable when it returns.
    ///
    /// # Errors
    /// As [`create_log`](Self::create_log).
    pub fn create_witness(&self, name: &str) -> Result<PrivateKey> {
        create(&self.witness_path(name), &format!("the witness {name}"), None)
    }

    /// The key of officer `name`.
    ///
    /// # Errors
    /// Code `key_name`; `no_key` if there is none, with those there are; `key_exposed` if others may
    /// read the file; `key_malformed` if it holds no Ed25519 key; or an I/O code with the path.
    pub fn officer(&self, name: &str) -> Result<PrivateKey> {
        let path = self.officer_path(name)?;
        if let Some(key) = load(&path)? {
            return Ok(key);
        }
        let known = self.officers()?;
        let error = no_key(&format!("officer {name}"), &path).with_detail("officer", name);
        if known.is_empty() {
            return Err(error
                .in_case("officer")
                .with_hint(format!("make one: earmark key new {name}")));
        }
        let known = known.join(", ");
        let hint = format!("name one of: {known}; or make it: earmark key new {name}");
        Err(error.in_case("other_officers").with_hint(hint).with_detail("officers", known))
    }

    /// The key of the log of `origin`.
    ///
    /// # Errors
    /// As [`officer`](Self::officer), without `key_name`.
    pub fn log(&self, origin: &str) -> Result<PrivateKey> {
        let path = self.log_path(origin);
        if let Some(key) = load(&path)? {
            return Ok(key);
        }
        let mut case = "log";
        let mut hint =
            "copy it from the home folder of the machine that ran init, or set EARMARK_HOME to \
                        that folder"
                .to_owned();
        // Who has no officer's key reads, and has nothing to rotate.
        if !self.officers()?.is_empty() {
            case = "log_to_rotate";
            hint.push_str(
                "; where it is lost, an administrator brings in a new one: earmark key rotate-log --lost",
            );
        }
        let error = no_key(&format!("the log {origin}"), &path).with_detail("origin", origin);
        Err(error.in_case(case).with_hint(hint))
    }

    /// The key of the witness `name`.
    ///
    /// # Errors
    /// As [`log`](Self::log).
    pub fn witness(&self, name: &str) -> Result<PrivateKey> {
        let path = self.witness_path(name);
        load(&path)?.ok_or_else(|| {
            let error = no_key(&format!("the witness {name}"), &path).with_detail("witness", name);
            error.in_case("witness").with_hint(
                "copy it from the home folder of the machine that ran witness init, or set \
                 EARMARK_HOME to that folder",
            )
        })
    }

    /// True if the log of `origin` has a key here.
    ///
    /// # Errors
    /// An I/O code with the path, where the disk cannot tell.
    pub fn has_log(&self, origin: &str) -> Result<bool> {
        durable::is_there(&self.log_path(origin))
    }

    /// The names of all officers with a key here, sorted.
    ///
    /// # Errors
    /// An I/O code if the folder is there and cannot be read.
    pub fn officers(&self) -> Result<Vec<String>> {
        let folder = self.folder.join("officers");
        let entries = match std::fs::read_dir(&folder) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|e| Error::io("read the folder", &folder, e))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(|e| Error::io("read the folder", &folder, e))?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".pem"));
            names.extend(name.filter(|name| check_name(name).is_ok()).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The officer who signs when none is named: the only one with a key here.
    ///
    /// # Errors
    /// Code `no_key` if there is none, `officer_unclear` with the list if there are several.
    pub fn default_officer(&self) -> Result<String> {
        let mut names = self.officers()?;
        match (names.pop(), names.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                names.push(last);
                let listed = names.join(", ");
                Err(Error::new(
                    Kind::Usage,
                    "officer_unclear",
                    format!("{} officers have a key here, and none is named", names.len()),
                )
                .with_detail("officers", &listed)
                .with_hint(format!("add --officer NAME, one of: {listed}")))
            }
            (None, _) => Err(no_key("any officer", &self.folder.join("officers"))
                .with_hint("make one: earmark key new NAME")),
        }
    }
}

fn no_key(whose: &str, path: &Path) -> Error {
    Error::new(Kind::NotFound, "no_key", format!("no key of {whose} at {}", path.display()))
        .with_detail("path", path.display())
}

/// A name that every file system and shell takes, and that stays inside its folder.
fn check_name(name: &str) -> Result<()> {
    let wrong = if name.is_empty() {
        Some("it is empty".to_owned())
    } else if name.len() > MAX_NAME_BYTES {
        Some(format!("{} bytes, at most {MAX_NAME_BYTES}", name.len()))
    } else if name.starts_with(['.', '-']) {
        Some("it begins with a dot or a dash".to_owned())
    } else if name.trim() != name {
        Some("it begins or ends with a space".to_owned())
    } else {
        let bad = name.chars().find(|c| matches!(c, '/' | '\\' | ':') || c.is_control());
        bad.map(|c| format!("it holds {c:?}"))
    };
    match wrong {
        None => Ok(()),
        Some(wrong) => Err(Error::new(
            Kind::Usage,
            "key_name",
            format!("{name:?} cannot name a key file: {wrong}"),
        )
        .with_hint("use letters, digits, dashes and underscores")
        .with_detail("found", name)),
    }
}

fn create(path: &Path, whose: &str, passphrase: Option<Zeroizing<String>>) -> Result<PrivateKey> {
    if let Some(folder) = path.parent() {
        durable::create_folder(folder, Readers::Owner)?;
    }
    // A process that was killed may have left a key that nobody uses.
    durable::sweep(path)?;
    let key = PrivateKey { passphrase, ..PrivateKey::generate()? };
    if durable::create(path, key.to_pem()?.as_bytes(), Readers::Owner)? {
        return Ok(key);
    }
    Err(Error::new(
        Kind::Usage,
        "key_exists",
        format!("{whose} already has a key at {}, and keys are never overwritten", path.display()),
    )
    .with_detail("path", path.display())
    .with_hint("use that key, or choose another name"))
}

fn load(path: &Path) -> Result<Option<PrivateKey>> {
    let reading = |e| Error::io("read", path, e);
    let opened = match file::open_key(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(reading)?,
    };
    let mode = opened.metadata().map_err(reading)?.permissions().mode();
    let shown = path.display();
    if mode & 0o077 != 0 {
        let mode = format!("{:03o}", mode & 0o777);
        return Err(Error::new(
            Kind::Io,
            "key_exposed",
            format!("the private key {shown} has mode {mode}, expected 600: others can reach it"),
        )
        .with_detail("expected", "600")
        .with_detail("found", mode)
        .with_hint(format!("chmod 600 '{shown}'; if someone may have copied it, rotate the key"))
        .with_detail("path", &shown));
    }
    let pem = file::read_text(opened, file::SMALL_BYTES).map_err(reading)?;
    let pem = Zeroizing::new(pem);
    if passphrase::is_encrypted(&pem) {
        return passphrase::open(&pem, path).map(Some);
    }
    let plain = |key| Some(PrivateKey { key, passphrase: None });
    SigningKey::from_pkcs8_pem(&pem).map(plain).map_err(|source| {
        Error::new(
            Kind::Io,
            "key_malformed",
            format!("{shown} is no Ed25519 private key in PKCS#8 PEM: {source}"),
        )
        .with_detail("path", shown)
        .with_hint("put the key back from your backup")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (tempfile::TempDir, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::at(folder.path().join("keys"));
        (folder, keys)
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// The error's text with the temporary folder cut out.
    fn text(error: &Error, folder: &tempfile::TempDir) -> String {
        error.to_string().replace(folder.path().to_str().unwrap(), "HOME")
    }

    #[test]
    fn a_created_key_loads_and_signs_the_same() {
        let (_folder, keys) = keys();
        let made = keys.create_officer("zhang").unwrap();
        let loaded = keys.officer("zhang").unwrap();
        assert_eq!(made.public_key(), loaded.public_key());
        assert_eq!(made.sign(b"x"), loaded.sign(b"x"));
        let signature = ed25519_dalek::Signature::from_bytes(&made.sign(b"x"));
        made.key.verifying_key().verify_strict(b"x", &signature).unwrap();
    }

    #[test]
    fn keys_and_folders_are_the_owners_alone() {
        let (folder, keys) = keys();
        keys.create_officer("zhang").unwrap();
        keys.create_log("example.org/pudong").unwrap();
        let root = folder.path().join("keys");
        assert_eq!(mode(&root.join("officers/zhang.pem")), 0o600);
        for inside in ["", "officers", "log"] {
            assert_eq!(mode(&root.join(inside)), 0o700, "{inside}");
        }
    }

    #[test]
    fn the_pem_is_pkcs8_version_1() {
        let (_folder, keys) = keys();
        keys.create_officer("zhang").unwrap();
        let pem = std::fs::read_to_string(keys.officer_path("zhang").unwrap()).unwrap();
        // RFC 8410 §10.3: version 0, the algorithm 1.3.101.112, a seed of 32 bytes, and no more.
        let body = pem
            .strip_prefix("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI")
            .and_then(|rest| rest.strip_suffix("\n-----END PRIVATE KEY-----\n"));
        assert_eq!(body.map(str::len), Some(43), "unexpected PEM head or tail");
    }

    #[test]
    fn the_example_of_rfc_8410_loads() {
        let (_folder, keys) = keys();
        keys.create_officer("zhang").unwrap();
        let path = keys.officer_path("zhang").unwrap();
        let pem = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                   -----END PRIVATE KEY-----\n";
        std::fs::write(&path, pem).unwrap();
        assert_eq!(
            to_hex(&keys.officer("zhang").unwrap().public_key()),
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
        );
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let (folder, keys) = keys();
        let first = keys.create_officer("zhang").unwrap();
        let error = keys.create_officer("zhang").unwrap_err();
        assert_eq!(
            text(&error, &folder),
            "key_exists: officer zhang already has a key at HOME/keys/officers/zhang.pem, and keys \
             are never overwritten\n  next: use that key, or choose another name"
        );
        assert_eq!(keys.officer("zhang").unwrap().public_key(), first.public_key());
    }

    #[test]
    fn a_key_that_others_can_reach_is_refused() {
        let (folder, keys) = keys();
        keys.create_officer("zhang").unwrap();
        let path = keys.officer_path("zhang").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(
            text(&keys.officer("zhang").unwrap_err(), &folder),
            "key_exposed: the private key HOME/keys/officers/zhang.pem has mode 640, expected 600: \
             others can reach it\n  next: chmod 600 'HOME/keys/officers/zhang.pem'; if someone may \
             have copied it, rotate the key"
        );
    }

    #[test]
    fn a_damaged_key_is_named() {
        let (folder, keys) = keys();
        keys.create_officer("zhang").unwrap();
        std::fs::write(keys.officer_path("zhang").unwrap(), "-----BEGIN").unwrap();
        let error = text(&keys.officer("zhang").unwrap_err(), &folder);
        let start = "key_malformed: HOME/keys/officers/zhang.pem is no Ed25519 private key in PKCS#8 \
                     PEM: ";
        assert!(error.starts_with(start), "{error}");
        assert!(error.ends_with("\n  next: put the key back from your backup"), "{error}");
    }

    #[test]
    fn a_missing_key_lists_those_there_are() {
        let (folder, keys) = keys();
        assert_eq!(
            text(&keys.officer("zhang").unwrap_err(), &folder),
            "no_key: no key of officer zhang at HOME/keys/officers/zhang.pem\n  \
             next: make one: earmark key new zhang"
        );
        keys.create_officer("li").unwrap();
        keys.create_officer("wang").unwrap();
        assert_eq!(
            text(&keys.officer("zhang").unwrap_err(), &folder),
            "no_key: no key of officer zhang at HOME/keys/officers/zhang.pem\n  \
             next: name one of: li, wang; or make it: earmark key new zhang"
        );
    }

    #[test]
    fn a_missing_log_key_says_where_it_would_be() {
        let (folder, keys) = keys();
        let origin = "example.org/pudong";
        assert!(!keys.has_log(origin).unwrap());
        assert_eq!(
            text(&keys.log(origin).unwrap_err(), &folder),
            format!(
                "no_key: no key of the log example.org/pudong at HOME/keys/log/{}.pem\n  next: copy \
                 it from the home folder of the machine that ran init, or set EARMARK_HOME to that \
                 folder",
                origin_file_name(origin)
            )
        );
        keys.create_officer("li").unwrap();
        let error = keys.log(origin).unwrap_err();
        assert!(error.hint().unwrap().ends_with("earmark key rotate-log --lost"), "{error}");
        keys.create_log(origin).unwrap();
        assert!(keys.has_log(origin).unwrap());
        assert_eq!(keys.create_log(origin).unwrap_err().code(), "key_exists");
    }

    #[test]
    fn the_only_officer_signs_by_default() {
        let (folder, keys) = keys();
        assert_eq!(
            text(&keys.default_officer().unwrap_err(), &folder),
            "no_key: no key of any officer at HOME/keys/officers\n  \
             next: make one: earmark key new NAME"
        );
        keys.create_officer("zhang").unwrap();
        std::fs::write(folder.path().join("keys/officers/.left.pem"), "").unwrap();
        std::fs::write(folder.path().join("keys/officers/note.txt"), "").unwrap();
        assert_eq!(keys.default_officer().unwrap(), "zhang");
        keys.create_officer("li").unwrap();
        assert_eq!(
            keys.default_officer().unwrap_err().to_string(),
            "officer_unclear: 2 officers have a key here, and none is named\n  \
             next: add --officer NAME, one of: li, zhang"
        );
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let (_folder, keys) = keys();
        let long = "x".repeat(201);
        let bad = [
            ("", "it is empty"),
            ("../zhang", "it begins with a dot or a dash"),
            ("-f", "it begins with a dot or a dash"),
            ("a/b", "it holds '/'"),
            ("a\\b", "it holds '\\\\'"),
            ("a\0b", "it holds '\\0'"),
            (" a", "it begins or ends with a space"),
            (&long, "201 bytes, at most 200"),
        ];
        for (name, why) in bad {
            assert_eq!(
                keys.create_officer(name).unwrap_err().to_string(),
                format!(
                    "key_name: {name:?} cannot name a key file: {why}\n  \
                     next: use letters, digits, dashes and underscores"
                )
            );
        }
        keys.create_officer("张伟").unwrap();
        assert_eq!(keys.default_officer().unwrap(), "张伟");
    }

    #[test]
    fn debug_text_shows_the_public_half_only() {
        let key = PrivateKey { key: SigningKey::from_bytes(&[7; 32]), passphrase: None };
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("PrivateKey(public {})", to_hex(&key.public_key())));
        assert!(!shown.contains("0707"), "{shown}");
    }

    #[test]
    fn a_log_file_is_named_by_the_hash_of_its_origin() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            origin_file_name("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
