//! Documents by hash: the ledger keeps the SHA-256 and the name of a file, the office keeps the file.

use crate::domain::event::{Bytes32, DocumentRef};
use crate::domain::ids::Text;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::tlog::tree::Sha256Stream;
use std::io::Read;
use std::path::Path;

/// The kind of a document whose kind was not said.
const PLAIN_KIND: &str = "document";

/// A document, named `FILE` or `FILE:KIND`. A file of exactly that name comes first, so that a colon
/// in a name needs no quoting.
pub(crate) fn document(named: &str) -> Result<DocumentRef> {
    let whole = Path::new(named);
    if !file::is_there(whole).map_err(|e| Error::io("look for", whole, e))?
        && let Some((file, kind)) = named.rsplit_once(':')
        && !kind.is_empty()
        && !kind.contains('/')
    {
        return document_of(Path::new(file), kind);
    }
    document_of(Path::new(named), PLAIN_KIND)
}

/// A document of this kind.
pub(crate) fn document_of(path: &Path, kind: &str) -> Result<DocumentRef> {
    let name = name_of(path)?;
    let hash = Bytes32(hash_of(path)?);
    Ok(DocumentRef { hash, kind: Text::new(kind), name, pages: None })
}

/// A document of this kind, whose bytes were read.
pub(crate) fn document_of_bytes(path: &Path, kind: &str, bytes: &[u8]) -> Result<DocumentRef> {
    let name = name_of(path)?;
    let mut hash = Sha256Stream::default();
    hash.update(bytes);
    let hash = Bytes32(hash.finish().0);
    Ok(DocumentRef { hash, kind: Text::new(kind), name, pages: None })
}

fn name_of(path: &Path) -> Result<Text> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        let message = format!("{} has no name that is text", path.display());
        Error::new(Kind::Usage, "document_name", message)
            .with_hint("rename the file")
            .with_detail("path", path.display())
    })?;
    Ok(Text::typed(name))
}

/// SHA-256 of a file's bytes, as `sha256sum` prints it.
fn hash_of(path: &Path) -> Result<[u8; 32]> {
    let reading = |e| Error::io("read the document", path, e);
    if path.is_dir() {
        let message = format!("the document {} is no file", path.display());
        return Err(Error::new(Kind::Usage, "document_name", message)
            .with_hint("name a file; a folder can be packed into one")
            .in_case("folder")
            .with_detail("path", path.display()));
    }
    let mut file = file::open_named(path).map_err(reading)?;
    let mut hash = Sha256Stream::default();
    let mut piece = vec![0; 65_536];
    loop {
        let read = file.read(&mut piece).map_err(reading)?;
        match piece.get(..read) {
            Some(read) if !read.is_empty() => hash.update(read),
            _ => return Ok(hash.finish().0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_its_hash_and_its_name_without_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("合同.pdf");
        std::fs::write(&path, b"abc").unwrap();
        let shown = path.to_str().unwrap();
        let found = document(&format!("{shown}:contract")).unwrap();
        // FIPS 180-4, the hash of "abc".
        assert_eq!(
            found.hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!((found.kind.as_str(), found.name.as_str()), ("contract", "合同.pdf"));
        assert_eq!(document(shown).unwrap().kind.as_str(), "document");
        let colon = folder.path().join("a:b");
        std::fs::write(&colon, b"").unwrap();
        let found = document(colon.to_str().unwrap()).unwrap();
        assert_eq!((found.kind.as_str(), found.name.as_str()), ("document", "a:b"));
    }

    #[test]
    fn a_document_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing.pdf");
        let error = document(path.to_str().unwrap()).unwrap_err();
        assert_eq!(
            error.message(),
            format!(
                "cannot read the document {}: No such file or directory (os error 2)",
                path.display()
            )
        );
        assert_eq!(error.kind(), Kind::NotFound);
        let error = document(folder.path().to_str().unwrap()).unwrap_err();
        assert_eq!(error.code(), "document_name");
    }
}
