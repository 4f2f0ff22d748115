//! No file needs one that needs it: each can be read with what stands below it, and no more.
//!
//! A folder's own file lists what is in the folder and says what all of it shares, so that ties between it and
//! what is in it are none.

use crate::house::CIRCLES_LEFT;
use crate::rules::{File, Finding, inside, is_within, shipped};
use std::collections::{BTreeMap, BTreeSet};

/// The modules that each names, itself and those above and below it left out.
type Ties = BTreeMap<String, BTreeSet<String>>;

/// Finds files that need each other.
pub fn circles(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    let circles = circles_of(&ties(files));
    let left: Vec<BTreeSet<&str>> =
        CIRCLES_LEFT.iter().map(|row| row.split_whitespace().collect()).collect();
    let is_of = |circle: &BTreeSet<String>, row: &BTreeSet<&str>| {
        circle.iter().all(|module| row.contains(module.as_str()))
    };
    for circle in circles.iter().filter(|circle| !left.iter().any(|row| is_of(circle, row))) {
        let names: Vec<&str> = circle.iter().map(String::as_str).collect();
        let first = shipped(files).find(|(_, module, _)| module == names[0]);
        let Some((file, _, _)) = first else { continue };
        let rule = format!("{} need each other", names.join(", "));
        found.push(file.finding(1, rule, "move what both take into a file of its own, below them"));
    }
    let table = files.iter().find(|file| file.path == "tests/tidy/house.rs");
    for (row, words) in left.iter().zip(CIRCLES_LEFT) {
        let is_gone = !circles.iter().any(|circle| is_of(circle, row));
        if let Some(table) = table.filter(|_| is_gone) {
            let rule = format!("no circle is left of {words}");
            found.push(table.finding(1, rule, "take the row out of CIRCLES_LEFT"));
        }
    }
    found
}

fn ties(files: &[File]) -> Ties {
    let modules: BTreeSet<String> = shipped(files).map(|(_, module, _)| module).collect();
    let file_of = |path: &str| {
        let fronts = path.match_indices("::").map(|(at, _)| &path[..at]).chain([path]);
        fronts.filter(|front| modules.contains(*front)).last().map(str::to_owned)
    };
    let mut ties = Ties::new();
    for (_, module, source) in shipped(files) {
        let named = source.paths();
        let targets = named.iter().filter_map(|path| file_of(&inside(&module, path)?));
        let apart = targets.filter(|to| !is_within(to, &module) && !is_within(&module, to));
        let apart = apart.collect();
        ties.insert(module, apart);
    }
    ties
}

/// Sets of modules of which each leads to each.
fn circles_of(ties: &Ties) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        ties.keys().map(|module| (module.as_str(), reached_from(module, ties))).collect();
    let circle = |module: &str| {
        let back = |other: &&str| reached.get(other).is_some_and(|from| from.contains(module));
        let others = reached[module].iter().filter(|other| back(other));
        others.map(|other| (*other).to_owned()).collect::<BTreeSet<String>>()
    };
    reached.keys().map(|module| circle(module)).filter(|circle| circle.len() > 1).collect()
}

fn reached_from<'t>(module: &str, ties: &'t Ties) -> BTreeSet<&'t str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![module];
    while let Some(module) = waiting.pop() {
        for next in ties.get(module).into_iter().flatten() {
            if reached.insert(next.as_str()) {
                waiting.push(next);
            }
        }
    }
    reached
}
