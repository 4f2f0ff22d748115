//! A disk that does not keep what it was given gets no head signed over it.

use super::crash::copy;
use super::{ORIGIN, entries, log_of, publish_at, signer};
use earmark::archive::medium::{Disk, Medium};
use earmark::archive::reader::ArchiveReader;
use earmark::archive::writer::ArchiveWriter;
use earmark::error::Kind;
use earmark::tlog::tile;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A disk that spoils one file, or loses it, whenever that gets its name.
#[derive(Debug)]
struct Spoiling {
    disk: Disk,
    name: String,
    spoil: fn(&mut Vec<u8>),
}

impl Medium for Spoiling {
    fn read(&self, path: &Path, cap_bytes: usize) -> std::io::Result<Option<Vec<u8>>> {
        self.disk.read(path, cap_bytes)
    }

    fn list(&self, folder: &Path) -> std::io::Result<Option<Vec<String>>> {
        self.disk.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> std::io::Result<bool> {
        self.disk.create_folder(folder)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> std::io::Result<()> {
        self.disk.write(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        self.disk.rename(from, to)?;
        if to.ends_with(&self.name) {
            let mut bytes = fs::read(to)?;
            (self.spoil)(&mut bytes);
            if bytes.is_empty() {
                return fs::remove_file(to);
            }
            fs::write(to, bytes)?;
        }
        Ok(())
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> std::io::Result<()> {
        self.disk.sync_folders(folders)
    }

    fn remove_file(&self, path: &Path) -> std::io::Result<()> {
        self.disk.remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> std::io::Result<()> {
        self.disk.remove_folder(folder)
    }
}

fn flip(bytes: &mut [u8], place: usize) {
    bytes[place] ^= 1;
}

#[test]
fn no_head_is_signed_over_files_that_do_not_read_back() {
    let good = tempfile::tempdir().unwrap();
    log_of(&good.path().join("log"), &[250]);
    let spoils: [fn(&mut Vec<u8>); 5] = [
        |bytes| flip(bytes, 33),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| {
            let last = bytes.len() - 1;
            flip(bytes, last);
        },
        |bytes| bytes.push(0),
        Vec::clear,
    ];
    let mut files = 0;
    for tile in tile::between(250, 700) {
        for (number, spoil) in spoils.into_iter().enumerate() {
            // A tile of one hash has no byte there.
            if number == 0 && tile.width == 1 {
                continue;
            }
            let (folder, name) = (tempfile::tempdir().unwrap(), tile.path());
            let log = folder.path().join("log");
            copy(&good.path().join("log"), &log);
            let disk = Disk;
            let medium = Arc::new(Spoiling { disk, name: name.clone(), spoil });
            let mut writer = ArchiveWriter::open_on(medium, &log).unwrap();
            writer.append(&entries(250..700)).unwrap();
            let mut anchor = |_: &[u8]| panic!("anchored {name}, spoilt in way {number}");
            let error = writer.publish(&signer(), ORIGIN, 0, &mut anchor).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Io, "written_differs"), "{error}");
            // An entry that became another is found by the tile of its hash.
            let hashes = tile::Tile { content: tile::Content::Hashes(0), ..tile }.path();
            let blamed = &error.details()[0].1;
            assert!(*blamed == name || *blamed == hashes, "{name}: {error}");
            assert_eq!(writer.append(&[]).unwrap_err().code(), "archive_poisoned");
            assert_eq!(ArchiveReader::open(&log).unwrap().size(), 250);
            files += 1;
        }
    }
    assert!(files > 30, "{files}");
}

/// Whether an earlier session published it, or this one, which has read it back before.
#[test]
fn what_was_published_before_and_shares_a_bundle_is_read_again_too() {
    for size in 11..14 {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        log_of(&log, &[10]);
        let medium = Arc::new(Spoiling {
            disk: Disk,
            name: format!("tile/entries/000.p/{size}"),
            spoil: |bytes| flip(bytes, 2),
        });
        let mut writer = ArchiveWriter::open_on(medium, &log).unwrap();
        for good in 11..size {
            writer.append(&entries(good - 1..good)).unwrap();
            publish_at(&mut writer, 0).unwrap();
        }
        writer.append(&entries(size - 1..size)).unwrap();
        let error = publish_at(&mut writer, 0).unwrap_err();
        let text = error.to_string();
        let start = format!(
            "written_differs: tile/entries/000.p/{size}, read back before its head is signed: expected entry 0 with leaf "
        );
        assert!(text.starts_with(&start), "{text}");
        assert!(text.ends_with(
            "\n  next: nothing was signed; let nothing else write to the folder, and check the disk"
        ));
        assert_eq!(ArchiveReader::open(&log).unwrap().size(), size - 1);
    }
}

/// A session that publishes on and on signs the heads that one does which publishes all at once.
#[test]
fn heads_over_what_was_read_back_before_are_those_over_all() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sizes: Vec<u64> = (1..=600).filter(|size| size % 7 == 1 || size % 256 < 3).collect();
    log_of(&one.path().join("log"), &[600]);
    log_of(&many.path().join("log"), &sizes);
    let mut writer = ArchiveWriter::open(&many.path().join("log")).unwrap();
    writer.append(&entries(*sizes.last().unwrap()..600)).unwrap();
    publish_at(&mut writer, 0).unwrap();
    let root = |folder: &Path| ArchiveReader::open(&folder.join("log")).unwrap().root();
    assert_eq!(root(many.path()), root(one.path()));
}
