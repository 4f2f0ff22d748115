//! The rules, one function each, over all files of the house at once.

use crate::circles::circles;
use crate::house as h;
use crate::source::{self, NamedPath, Source};
use std::fmt;

/// A file of the project. `source` is there for Rust.
pub struct File {
    /// Its path from the project's folder, with `/`.
    pub path: String,
    pub text: String,
    pub source: Option<Source>,
}

impl File {
    pub fn new(path: &str, text: &str) -> Self {
        let source = path.ends_with(".rs").then(|| Source::read(text));
        Self { path: path.to_owned(), text: text.to_owned(), source }
    }

    /// `src/store/sled/mod.rs` → `store::sled`; nothing outside `src` and for `lib.rs`.
    fn module(&self) -> Option<String> {
        let inside = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let module = inside.strip_suffix("/mod").unwrap_or(inside);
        (module != "lib").then(|| module.replace('/', "::"))
    }

    pub fn finding(
        &self,
        line: usize,
        rule: impl Into<String>,
        repair: impl Into<String>,
    ) -> Finding {
        Finding { path: self.path.clone(), line, rule: rule.into(), repair: repair.into() }
    }
}

/// A place that breaks a rule.
#[derive(Debug)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub rule: String,
    pub repair: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    repair: {}", self.path, self.line, self.rule, self.repair)
    }
}

/// A rule: its name, and what finds the places that break it.
pub type Rule = (&'static str, fn(&[File]) -> Vec<Finding>);

/// All rules.
pub const RULES: &[Rule] = &[
    ("imports", imports),
    ("circles", circles),
    ("crate homes", crate_homes),
    ("clock home", clock_home),
    ("file home", file_home),
    ("sure answers", sure_answers),
    ("pure rooms", pure_rooms),
    ("no surface", no_surface),
    ("both verifiers", both_verifiers),
    ("sizes", sizes),
    ("head docs", head_docs),
    ("words", words),
    ("tests at the end", tests_at_the_end),
    ("no allow", no_allow),
    ("left behind", left_behind),
    ("listed modules", listed_modules),
    ("lints", lints),
    ("changelog", changelog),
];

/// The table of who may import whom.
fn imports(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, module, source) in shipped(files) {
        let Some(row) = row_of(&module) else {
            let rule = format!("{module} is no room of the house");
            found.push(file.finding(1, rule, "move it into a room, or add a row to MAY_IMPORT"));
            continue;
        };
        for path in source.paths() {
            let Some(target) = inside(&module, &path) else { continue };
            if !may_import(row, &target) {
                let rule = format!("{} may not import {target}", row.0);
                let repair = match row_of(&target) {
                    Some(_) => {
                        "take it as an argument or a trait of your own room, or move the code"
                    }
                    None => "name a room: the crate's root holds nothing else",
                };
                found.push(file.finding(path.line, rule, repair));
            }
        }
    }
    found
}

fn row_of(module: &str) -> Option<&'static (&'static str, &'static str)> {
    let fitting = h::MAY_IMPORT.iter().filter(|(room, _)| is_within(module, room));
    fitting.max_by_key(|(room, _)| room.len())
}

fn may_import((room, others): &(&str, &str), target: &str) -> bool {
    let own = room.split("::").next().unwrap_or(room);
    let mut given = [own, "error", "file"].into_iter().chain(others.split_whitespace());
    let mut taken = others.split_whitespace().filter_map(|name| name.strip_prefix('-'));
    given.any(|name| is_within(target, name)) && !taken.any(|name| is_within(target, name))
}

/// True if `path` is `front` or below it.
pub fn is_within(path: &str, front: &str) -> bool {
    path.strip_prefix(front).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// What a path names inside the crate, from its root; nothing if it starts elsewhere.
pub fn inside(module: &str, path: &NamedPath) -> Option<String> {
    let ups = path.segments.iter().take_while(|segment| *segment == "super").count();
    let from: Vec<&str> = match path.segments.first().map(String::as_str) {
        Some("crate" | "earmark") => Vec::new(),
        Some("self") => module.split("::").collect(),
        Some("super") => {
            let parts: Vec<&str> = module.split("::").collect();
            parts[..parts.len().saturating_sub(ups)].to_vec()
        }
        _ => return None,
    };
    let rest = path.segments.iter().skip(ups.max(1)).map(String::as_str);
    Some(from.into_iter().chain(rest).collect::<Vec<_>>().join("::"))
}

/// The files of `src` that ship, with their module and source; without `lib.rs`.
pub fn shipped(files: &[File]) -> impl Iterator<Item = (&File, String, &Source)> {
    let mut for_tests: Vec<String> = Vec::new();
    for file in files {
        let (Some(module), Some(source)) = (file.module(), &file.source) else { continue };
        for_tests.extend(source.test_only().iter().map(|name| format!("{module}::{name}")));
    }
    let all = files.iter().filter_map(|file| Some((file, file.module()?, file.source.as_ref()?)));
    all.filter(move |(_, module, _)| !for_tests.iter().any(|test| is_within(module, test)))
}

/// One home per external crate.
fn crate_homes(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, module, source) in shipped(files) {
        let paths = source.paths();
        let mut local: Vec<&str> =
            source.declared(&["mod"]).iter().map(|token| token.text.as_str()).collect();
        local.extend(paths.iter().filter(|path| path.imported).filter_map(|path| {
            inside(&module, path).and_then(|_| path.segments.last()).map(String::as_str)
        }));
        for path in &paths {
            let Some(first) = path.segments.first() else { continue };
            let Some((name, homes)) = h::CRATE_HOMES.iter().find(|(name, _)| name == first) else {
                continue;
            };
            let at_home = homes.iter().any(|home| is_within(&module, home));
            if !at_home && !local.contains(name) {
                let rule = format!("{name} is named outside its home ({})", homes.join(", "));
                found.push(file.finding(path.line, rule, "call what its home offers"));
            }
        }
    }
    found
}

/// Tests verify logs by both verifiers.
fn both_verifiers(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_test = |file: &&File| {
        file.path.starts_with("tests/")
            && !h::VERIFY_HOMES.iter().any(|home| file.path.starts_with(home))
    };
    for file in files.iter().filter(is_test) {
        for path in file.source.iter().flat_map(Source::paths) {
            let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
            if let ["earmark", "verify", "verify" | "verify_on"] = segments[..] {
                let rule = "a test verifies a log by ours alone".to_owned();
                found.push(file.finding(path.line, rule, "verify it by tests/both"));
            }
        }
    }
    found
}

/// One file reads the clock.
fn clock_home(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, module, source) in shipped(files).filter(|(_, module, _)| module != h::CLOCK_HOME) {
        for path in source.paths() {
            let whole = path.segments.join("::");
            let call = h::CLOCK_CALLS.iter().find(|call| whole.ends_with(*call));
            if let Some(call) = call {
                let rule = format!("{module} reads the clock by {call}");
                let repair = format!("take the time as a value, or a Clock of {}", h::CLOCK_HOME);
                found.push(file.finding(path.line, rule, repair));
            }
        }
    }
    found
}

/// One file opens files.
fn file_home(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, module, source) in shipped(files).filter(|(_, module, _)| module != h::FILE_HOME) {
        for path in source.paths() {
            let whole = path.segments.join("::");
            let opens = |call: &&&str| whole == **call || whole.ends_with(&format!("::{call}"));
            if let Some(call) = h::FILE_CALLS.iter().find(opens) {
                let rule = format!("{module} opens a file by {call}");
                let repair = format!(
                    "say by a function of {} whether it is trusted, and how much of it",
                    h::FILE_HOME
                );
                found.push(file.finding(path.line, rule, repair));
            }
        }
    }
    found
}

/// A disk that cannot tell is never a "no".
fn sure_answers(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, module, source) in shipped(files) {
        if let Some(at) = source::find(source.shipped(), h::UNSURE) {
            let line = source.shipped()[at].line;
            let rule = format!("{module} asks whether something exists and takes an error for no");
            let repair = format!("ask {}::is_there, and hand the error on", h::FILE_HOME);
            found.push(file.finding(line, rule, repair));
        }
    }
    found
}

/// Pure rooms name no file, environment, network or process.
fn pure_rooms(files: &[File]) -> Vec<Finding> {
    let is_pure = |module: &str| h::PURE_ROOMS.iter().any(|room| is_within(module, room));
    let mut found = Vec::new();
    for (file, module, source) in shipped(files).filter(|(_, module, _)| is_pure(module)) {
        for path in source.paths() {
            let whole = path.segments.join("::");
            if h::IMPURE.iter().any(|impure| is_within(&whole, impure)) {
                let rule = format!("{module} is pure and names {whole}");
                found.push(file.finding(path.line, rule, "take what is read as an argument"));
            }
        }
    }
    found
}

/// Rooms below every surface name no verb and no flag: the next step is data there.
fn no_surface(files: &[File]) -> Vec<Finding> {
    let is_below = |module: &str| h::NO_SURFACE.iter().any(|room| is_within(module, room));
    let mut found = Vec::new();
    for (file, module, source) in shipped(files).filter(|(_, module, _)| is_below(module)) {
        for text in source.shipped_texts() {
            if let Some(typed) = h::TYPED.iter().find(|typed| text.text.contains(**typed)) {
                let rule = format!("{module} says {typed:?}, which is typed");
                found.push(file.finding(
                    text.line,
                    rule,
                    "make it a NextStep, and say it in words",
                ));
            }
        }
    }
    found
}

/// Files are short.
fn sizes(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let Some(source) = &file.source else { continue };
        let lines = source.tests_line().map_or(file.text.lines().count(), |line| line - 1);
        let is_main = file.path == "src/main.rs";
        let most = if is_main { h::MAX_MAIN_LINES } else { h::MAX_LINES };
        if lines > most {
            let rule = format!("{lines} lines without tests, at most {most}");
            found.push(file.finding(most + 1, rule, "this is two rooms in one: part them"));
        }
    }
    found
}

/// A file begins by saying what it is.
fn head_docs(files: &[File]) -> Vec<Finding> {
    let rust = files.iter().filter(|file| file.source.is_some());
    let lacking = rust.filter(|file| !file.text.starts_with("//! "));
    lacking
        .map(|file| {
            let repair = "first lines `//! …`: what it does, what it deliberately lacks";
            file.finding(1, "the file does not say what it is", repair)
        })
        .collect()
}

/// Modules and types are named in the field's words.
fn words(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let mut names: Vec<(String, usize)> = Vec::new();
        if file.path.starts_with("src/") || file.path.starts_with("tools/") {
            let stems = file.path.split('/').filter_map(|part| part.split('.').next());
            names.extend(stems.map(|stem| (stem.to_owned(), 1)));
        }
        if let Some(source) = &file.source {
            let keywords = ["mod", "struct", "enum", "trait", "type", "union"];
            let declared = source.declared(&keywords);
            names.extend(declared.iter().map(|token| (token.text.clone(), token.line)));
        }
        for (name, line) in names {
            if let Some(word) = foreign_word(&name) {
                let rule = format!("{name}: {word} is not a word of the field");
                let repair = "say what it is: entry, index, head, engine, … (FOREIGN_WORDS)";
                found.push(file.finding(line, rule, repair));
            }
        }
    }
    found
}

fn foreign_word(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        if c == '_' || c == '-' || c.is_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    let singular = |word: &String| match word.strip_suffix('s') {
        Some(front) if !front.ends_with('s') => front.to_owned(),
        _ => word.clone(),
    };
    let words: Vec<String> = words.iter().map(singular).collect();
    let noun = words.last().filter(|word| *word == h::FOREIGN_NOUN).cloned();
    noun.or_else(|| words.into_iter().find(|word| h::FOREIGN_WORDS.contains(&word.as_str())))
}

/// Tests stand at the end, so that what ships can be told from them.
fn tests_at_the_end(files: &[File]) -> Vec<Finding> {
    let sources = files.iter().filter_map(|file| Some((file, file.source.as_ref()?)));
    sources
        .filter_map(|(file, source)| Some((file, source.line_after_tests()?)))
        .map(|(file, line)| file.finding(line, "code after `mod tests`", "move it above the tests"))
        .collect()
}

/// An exception is expected, so that it goes when its cause goes.
fn no_allow(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, _, source) in shipped(files) {
        for pattern in ["# [ allow (", "# ! [ allow ("] {
            if let Some(at) = source::find(source.shipped(), pattern) {
                let line = source.tokens[at].line;
                let repair = "#[expect(…, reason = \"…\")] on the smallest item";
                found.push(file.finding(line, "#[allow] in code that ships", repair));
            }
        }
    }
    found
}

/// Nothing unfinished and no machine's paths, in any text file.
fn left_behind(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        for (line, number) in file.text.lines().zip(1..) {
            let left = h::LEFT_BEHIND.iter().filter(|(text, _)| line.contains(text));
            found.extend(
                left.map(|(text, repair)| file.finding(number, format!("{text} left"), *repair)),
            );
        }
    }
    found
}

/// Every file of `src` is part of the crate.
fn listed_modules(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let Some(module) = file.module().filter(|module| module != "main") else { continue };
        let (above, name) = module.rsplit_once("::").unwrap_or(("lib", &module));
        let lists = |other: &File| {
            let is_above = other.module().unwrap_or_else(|| "lib".to_owned()) == above;
            let source = other.source.as_ref().filter(|_| is_above);
            source.is_some_and(|source| source.declared(&["mod"]).iter().any(|t| t.text == name))
        };
        if !files.iter().filter(|other| other.path.starts_with("src/")).any(lists) {
            let rule = format!("no `mod {name}` in {above}: the file is not compiled");
            found.push(file.finding(1, rule, "list it, or delete it"));
        }
    }
    found
}

/// The lints stay on.
fn lints(files: &[File]) -> Vec<Finding> {
    let limit = [h::FUNCTION_LIMIT];
    let asked: [(&str, &[&str]); 2] = [("Cargo.toml", h::LINTS), ("clippy.toml", &limit)];
    let mut found = Vec::new();
    for (path, lines) in asked {
        let Some(file) = files.iter().find(|file| file.path == path) else {
            let cargo = files.iter().find(|file| file.path == "Cargo.toml");
            found.extend(cargo.map(|f| f.finding(1, format!("{path} is missing"), "put it back")));
            continue;
        };
        let missing = lines.iter().filter(|line| !file.text.lines().any(|other| other == **line));
        found.extend(
            missing
                .map(|line| file.finding(1, format!("the line {line} is missing"), "put it back")),
        );
    }
    found
}

/// The changelog is there, knows the version, and says what touches bytes.
fn changelog(files: &[File]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path);
    let Some(cargo) = text_of("Cargo.toml") else { return Vec::new() };
    let version = cargo.text.lines().find_map(|line| line.strip_prefix("version = "));
    let Some(version) = version.map(|version| version.trim_matches('"')) else {
        return Vec::new();
    };
    let Some(log) = text_of("CHANGELOG.md") else {
        let repair = "write one: https://keepachangelog.com, with a heading `### Format`";
        return vec![cargo.finding(1, "there is no CHANGELOG.md", repair)];
    };
    let has = |start: &str| log.text.lines().any(|line| line.starts_with(start));
    let mut found = Vec::new();
    if !has(&format!("## [{version}]")) && !has("## [Unreleased]") {
        let rule = format!("neither [{version}] nor [Unreleased] has a heading");
        found.push(log.finding(1, rule, "add `## [Unreleased]`"));
    }
    if !has("### Format") {
        let repair = "add `### Format`: what changed for bytes that are kept or exchanged";
        found.push(log.finding(1, "no heading `### Format`", repair));
    }
    found
}
