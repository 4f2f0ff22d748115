//! A disk that knows what is durable: the changes that a program made, played over the files that were
//! there, and what of them may be found after the power went.
//!
//! Bytes are durable once their file is synced; until then each sector of 512 bytes that was written is
//! there, is not, or is there in part, on its own. A name is durable once its folder is synced; until then
//! each change of names is there or not, on its own. A sync makes nothing else durable.

use crate::Dice;
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

const SECTOR: usize = 512;

/// One change, as the shim recorded it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) kind: char,
    number: u64,
    at: u64,
    pub(crate) path: String,
    second: Vec<u8>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            'c' => "new file",
            'd' => "new folder",
            'w' => "write",
            't' => "length",
            's' => "sync",
            'n' => "rename",
            'l' => "link",
            'u' => "unlink",
            other => panic!("a change of kind {other}"),
        };
        write!(f, "{what} of {}", self.path)
    }
}

/// What the shim wrote to its record.
pub(crate) fn read_changes(mut bytes: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    while !bytes.is_empty() {
        let (front, rest) = bytes.split_at(25);
        let number = |from: usize| u64::from_le_bytes(front[from..from + 8].try_into().unwrap());
        let length =
            |from: usize| u32::from_le_bytes(front[from..from + 4].try_into().unwrap()) as usize;
        let (path, rest) = rest.split_at(length(17));
        let (second, rest) = rest.split_at(length(21));
        changes.push(Change {
            kind: char::from(front[0]),
            number: number(1),
            at: number(9),
            path: String::from_utf8(path.to_vec()).unwrap(),
            second: second.to_vec(),
        });
        bytes = rest;
    }
    changes
}

type Id = usize;

#[derive(Debug, Default, Clone)]
struct Node {
    mode: u32,
    is_folder: bool,
    /// Of a file: what is durable, and what was done since.
    durable: Vec<u8>,
    since: Vec<Edit>,
    /// Of a folder: the names as they are, and those that are durable.
    names: BTreeMap<String, Id>,
    durable_names: BTreeMap<String, Id>,
}

#[derive(Debug, Clone)]
enum Edit {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

/// A change of names that is not durable yet: what goes, and what comes.
#[derive(Debug, Clone)]
struct Renaming {
    gone: Option<(Id, String)>,
    come: Option<(Id, String, Id)>,
}

impl Renaming {
    fn touches(&self, folder: Id) -> bool {
        self.gone.as_ref().is_some_and(|(of, _)| *of == folder)
            || self.come.as_ref().is_some_and(|(of, _, _)| *of == folder)
    }
}

/// The disk; the first node is the folder that everything is in.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    nodes: Vec<Node>,
    by_number: BTreeMap<u64, Id>,
    renamings: Vec<Renaming>,
}

impl Disk {
    /// The files below `folder`, all of them durable.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut disk =
            Self { nodes: Vec::new(), by_number: BTreeMap::new(), renamings: Vec::new() };
        disk.scan(folder);
        disk
    }

    fn scan(&mut self, path: &Path) -> Id {
        let metadata = std::fs::symlink_metadata(path).unwrap();
        let id = self.add(metadata.ino(), metadata.mode() & 0o7777, metadata.is_dir());
        if metadata.is_dir() {
            for entry in std::fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let child = self.scan(&entry.path());
                let name = entry.file_name().into_string().unwrap();
                self.nodes[id].names.insert(name, child);
            }
            self.nodes[id].durable_names = self.nodes[id].names.clone();
        } else {
            self.nodes[id].durable = std::fs::read(path).unwrap();
        }
        id
    }

    fn add(&mut self, number: u64, mode: u32, is_folder: bool) -> Id {
        self.nodes.push(Node { mode, is_folder, ..Node::default() });
        self.by_number.insert(number, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The folder that a path is in, and its name there.
    fn place(&self, path: &str) -> (Id, String) {
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let name = parts.pop().expect("a name");
        let folder = parts.iter().fold(0, |folder, part| self.nodes[folder].names[*part]);
        (folder, name.to_owned())
    }

    fn rename(&mut self, renaming: Renaming) {
        if let Some((folder, name)) = &renaming.gone {
            self.nodes[*folder].names.remove(name);
        }
        if let Some((folder, name, id)) = &renaming.come {
            self.nodes[*folder].names.insert(name.clone(), *id);
        }
        self.renamings.push(renaming);
    }

    /// Makes a change.
    pub(crate) fn make(&mut self, change: &Change) {
        let known = self.by_number.get(&change.number).copied();
        match change.kind {
            'c' | 'd' => {
                let id = self.add(change.number, change.at as u32, change.kind == 'd');
                let (folder, name) = self.place(&change.path);
                self.rename(Renaming { gone: None, come: Some((folder, name, id)) });
            }
            'w' => {
                let edit = Edit::Bytes(change.at as usize, change.second.clone());
                self.nodes[known.expect("a file")].since.push(edit);
            }
            't' => {
                let edit = Edit::Length(change.at as usize);
                self.nodes[known.expect("a file")].since.push(edit);
            }
            's' => self.sync(known.expect("a file or folder")),
            'n' | 'l' => {
                let from = self.place(&change.path);
                let id = self.nodes[from.0].names[&from.1];
                let (folder, name) = self.place(std::str::from_utf8(&change.second).unwrap());
                let gone = (change.kind == 'n').then_some(from);
                self.rename(Renaming { gone, come: Some((folder, name, id)) });
            }
            'u' => {
                let gone = Some(self.place(&change.path));
                self.rename(Renaming { gone, come: None });
            }
            other => panic!("a change of kind {other}"),
        }
    }

    fn sync(&mut self, id: Id) {
        if !self.nodes[id].is_folder {
            let node = &mut self.nodes[id];
            for edit in std::mem::take(&mut node.since) {
                apply(&mut node.durable, &edit);
            }
            return;
        }
        let (durable, waiting) =
            std::mem::take(&mut self.renamings).into_iter().partition(|r| r.touches(id));
        self.renamings = waiting;
        let durable: Vec<Renaming> = durable;
        durable.iter().for_each(|renaming| self.settle(renaming));
    }

    fn settle(&mut self, renaming: &Renaming) {
        if let Some((folder, name)) = &renaming.gone {
            self.nodes[*folder].durable_names.remove(name);
        }
        if let Some((folder, name, id)) = &renaming.come {
            self.nodes[*folder].durable_names.insert(name.clone(), *id);
        }
    }

    /// Writes what is found after the power went to a new folder.
    pub(crate) fn after_power_cut(mut self, dice: &mut Luck, to: &Path) {
        for renaming in std::mem::take(&mut self.renamings) {
            if dice.keeps() {
                self.settle(&renaming);
            }
        }
        self.write(0, dice, to);
    }

    fn write(&self, id: Id, dice: &mut Luck, to: &Path) {
        let node = &self.nodes[id];
        if node.is_folder {
            if !to.exists() {
                std::fs::create_dir(to).unwrap();
            }
            for (name, id) in &node.durable_names {
                self.write(*id, dice, &to.join(name));
            }
        } else {
            let mut bytes = node.durable.clone();
            for edit in &node.since {
                survive(&mut bytes, edit, dice);
            }
            std::fs::write(to, bytes).unwrap();
        }
        std::fs::set_permissions(to, std::fs::Permissions::from_mode(node.mode)).unwrap();
    }
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    match edit {
        Edit::Length(length) => bytes.resize(*length, 0),
        Edit::Bytes(at, new) => {
            if bytes.len() < at + new.len() {
                bytes.resize(at + new.len(), 0);
            }
            bytes[*at..at + new.len()].copy_from_slice(new);
        }
    }
}

/// What of an edit that was not synced is there.
fn survive(bytes: &mut Vec<u8>, edit: &Edit, dice: &mut Luck) {
    let Edit::Bytes(at, new) = edit else {
        if dice.keeps() {
            apply(bytes, edit);
        }
        return;
    };
    let end = at + new.len();
    // The length goes with none of the sectors.
    if bytes.len() < end && dice.keeps() {
        bytes.resize(end, 0);
    }
    let mut from = *at;
    while from < end {
        let to = end.min((from / SECTOR + 1) * SECTOR);
        let part = &new[from - at..to - at];
        let kept = dice.part_of(part.len());
        if kept > 0 {
            apply(bytes, &Edit::Bytes(from, part[..kept].to_vec()));
        }
        from = to;
    }
}

/// How kind a power cut is to what was not synced.
#[derive(Debug)]
pub(crate) struct Luck {
    dice: Dice,
    /// Of eight: how many changes are there.
    kept_of_eight: u64,
}

impl Luck {
    /// Of its own for each seed: from nothing is kept to everything.
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, false);
        let kept_of_eight = [0, 8, 4, 1, 7][dice.below(5) as usize];
        Self { dice, kept_of_eight }
    }

    fn keeps(&mut self) -> bool {
        self.dice.below(8) < self.kept_of_eight
    }

    /// How many bytes of a sector are there: mostly none or all.
    fn part_of(&mut self, length: usize) -> usize {
        if self.dice.below(16) == 0 && !self.kept_of_eight.is_multiple_of(8) {
            return self.dice.below(length as u64) as usize;
        }
        if self.keeps() { length } else { 0 }
    }
}
