//! A file system in memory that knows live from durable: power can go at any step.
//!
//! After a crash each name that was not synced is there or not, on its own, and content that was not
//! synced is whole, cut or absent.

use earmark::archive::medium::Medium;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
enum Node {
    File(Arc<Mutex<File>>),
    Folder(Arc<Mutex<Folder>>),
}

#[derive(Debug, Default)]
struct File {
    live: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug, Default)]
struct Folder {
    live: BTreeMap<String, Node>,
    durable: BTreeMap<String, Node>,
}

/// What becomes of changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsynced {
    Lost,
    Kept,
    Some(u64),
}

/// The file system.
#[derive(Debug)]
pub(super) struct Power {
    root: Arc<Mutex<Folder>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    log: Vec<String>,
    fails_at: usize,
    luck: Luck,
}

#[derive(Debug)]
struct Luck(Unsynced, u64);

impl Luck {
    fn new(unsynced: Unsynced) -> Self {
        let seed = if let Unsynced::Some(seed) = unsynced { seed } else { 0 };
        Self(unsynced, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn pick(&mut self, count: u64) -> u64 {
        self.1 ^= self.1 << 13;
        self.1 ^= self.1 >> 7;
        self.1 ^= self.1 << 17;
        (self.1 >> 11) % count
    }

    fn keeps(&mut self) -> bool {
        match self.0 {
            Unsynced::Lost => false,
            Unsynced::Kept => true,
            Unsynced::Some(_) => self.pick(2) == 0,
        }
    }
}

impl Power {
    pub(super) fn new() -> Self {
        Self::over(Arc::default(), usize::MAX, Unsynced::Kept)
    }

    fn over(root: Arc<Mutex<Folder>>, fails_at: usize, unsynced: Unsynced) -> Self {
        let state = State { log: Vec::new(), fails_at, luck: Luck::new(unsynced) };
        Self { root, state: Mutex::new(state) }
    }

    /// A copy of what is durable, on which the step `fails_at` and all after it fail.
    pub(super) fn copy(&self, fails_at: usize, unsynced: Unsynced) -> Self {
        let root = after_crash(&self.root, &mut Luck::new(Unsynced::Lost));
        Self::over(root, fails_at, unsynced)
    }

    /// What is there after the power went and came back.
    pub(super) fn crash(&self, unsynced: Unsynced) -> Self {
        Self::over(after_crash(&self.root, &mut Luck::new(unsynced)), usize::MAX, unsynced)
    }

    /// The changing steps so far.
    pub(super) fn steps(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// A changing step. At the one that fails the change may still happen.
    fn change(&self, name: String, change: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        let number = state.log.len();
        state.log.push(name);
        if number < state.fails_at {
            return change();
        }
        if number == state.fails_at && state.luck.keeps() {
            change()?;
        }
        Err(Error::other("the power went"))
    }

    fn node(&self, path: &Path) -> Option<Node> {
        let mut node = Node::Folder(self.root.clone());
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Node::Folder(folder) = node else { return None };
            node = folder.lock().unwrap().live.get(name.to_str().unwrap())?.clone();
        }
        Some(node)
    }

    fn folder(&self, path: &Path) -> Result<Arc<Mutex<Folder>>> {
        match self.node(path) {
            Some(Node::Folder(folder)) => Ok(folder),
            _ => Err(Error::from(ErrorKind::NotFound)),
        }
    }

    fn place(&self, path: &Path) -> Result<(Arc<Mutex<Folder>>, String)> {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        Ok((self.folder(path.parent().unwrap())?, name))
    }
}

fn after_crash(folder: &Mutex<Folder>, luck: &mut Luck) -> Arc<Mutex<Folder>> {
    let folder = folder.lock().unwrap();
    let mut kept = BTreeMap::new();
    let names: BTreeSet<_> = folder.live.keys().chain(folder.durable.keys()).cloned().collect();
    for name in names {
        let (live, durable) = (folder.live.get(&name), folder.durable.get(&name));
        let node = if same(live, durable) || luck.keeps() { live } else { durable };
        let node = match node {
            None => continue,
            Some(Node::Folder(folder)) => Node::Folder(after_crash(folder, luck)),
            Some(Node::File(file)) => {
                let content = content_after_crash(&file.lock().unwrap(), luck);
                let file = File { live: content.clone(), durable: content };
                Node::File(Arc::new(Mutex::new(file)))
            }
        };
        kept.insert(name, node);
    }
    Arc::new(Mutex::new(Folder { live: kept.clone(), durable: kept }))
}

fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (Some(Node::File(a)), Some(Node::File(b))) => Arc::ptr_eq(a, b),
        (Some(Node::Folder(a)), Some(Node::Folder(b))) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn content_after_crash(file: &File, luck: &mut Luck) -> Vec<u8> {
    if file.live == file.durable || luck.keeps() {
        return file.live.clone();
    }
    match luck.0 {
        Unsynced::Some(_) => match luck.pick(3) {
            0 => file.durable.clone(),
            1 => file.live[..file.live.len() / 2].to_vec(),
            _ => vec![0; file.live.len()],
        },
        Unsynced::Lost | Unsynced::Kept => file.durable.clone(),
    }
}

impl Medium for Power {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        match self.node(path) {
            None => Ok(None),
            Some(Node::Folder(_)) => Err(Error::new(ErrorKind::InvalidData, "not a regular file")),
            Some(Node::File(file)) => {
                let bytes = file.lock().unwrap().live.clone();
                assert!(bytes.len() <= cap_bytes);
                Ok(Some(bytes))
            }
        }
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        let names =
            |folder: Arc<Mutex<Folder>>| folder.lock().unwrap().live.keys().cloned().collect();
        Ok(self.folder(folder).ok().map(names))
    }

    fn create_folder(&self, folder: &Path) -> Result<bool> {
        let (above, name) = self.place(folder)?;
        if above.lock().unwrap().live.contains_key(&name) {
            return Ok(false);
        }
        self.change(format!("make {}", folder.display()), || {
            above.lock().unwrap().live.insert(name, Node::Folder(Arc::default()));
            Ok(())
        })?;
        Ok(true)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()> {
        for (path, bytes) in files {
            let (above, name) = self.place(path)?;
            let file = Arc::new(Mutex::new(File { live: bytes.to_vec(), durable: Vec::new() }));
            // The name and the content are there before they are synced.
            above.lock().unwrap().live.insert(name, Node::File(file.clone()));
            self.change(format!("write {}", path.display()), || {
                let mut file = file.lock().unwrap();
                file.durable = file.live.clone();
                Ok(())
            })?;
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let (from_folder, from_name) = self.place(from)?;
        let (to_folder, to_name) = self.place(to)?;
        self.change(format!("rename to {}", to.display()), || {
            let node = from_folder.lock().unwrap().live.remove(&from_name);
            let node = node.ok_or_else(|| Error::from(ErrorKind::NotFound))?;
            to_folder.lock().unwrap().live.insert(to_name, node);
            Ok(())
        })
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()> {
        for path in folders {
            let folder = self.folder(path)?;
            self.change(format!("sync {}", path.display()), || {
                let mut folder = folder.lock().unwrap();
                folder.durable = folder.live.clone();
                Ok(())
            })?;
        }
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        let (above, name) = self.place(path)?;
        self.change(format!("remove {}", path.display()), || {
            above.lock().unwrap().live.remove(&name);
            Ok(())
        })
    }

    fn remove_folder(&self, folder: &Path) -> Result<()> {
        assert!(self.folder(folder)?.lock().unwrap().live.is_empty());
        self.remove_file(folder)
    }
}
