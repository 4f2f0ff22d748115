//! No refusal lacks a test of its words: the codes are read from the table of refusals, and the
//! tests that show them from the source of this folder. It compares texts, so a code counts as shown
//! where a test calls `then_refused` or `refused` with it.

use std::collections::BTreeSet;
use std::path::Path;

/// Every text of the source between the two marks that looks like a code and stands where one does.
fn codes_between(source: &str, from: &str, to: &str, before: &str) -> BTreeSet<String> {
    let start = source.find(from).unwrap_or_else(|| panic!("{from} is gone"));
    let rest = &source[start..];
    let end = rest.find(to).unwrap_or_else(|| panic!("{to} is gone"));
    let looks_like_one =
        |text: &&str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && text.len() > 3;
    let texts = rest[..end].split(before).skip(1).filter_map(|rest| rest.split('"').next());
    texts.filter(looks_like_one).map(str::to_owned).collect()
}

fn known() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(folder.join("src/domain/rejection/mod.rs")).unwrap();
    let mut codes = codes_between(&source, "refusals! {\n", "\nfn plain", "= \"");
    codes.extend(codes_between(&source, "impl Thing {", "/// A line that", ", \""));
    let faults = std::fs::read_to_string(folder.join("src/domain/rejection/faults.rs")).unwrap();
    codes.extend(codes_between(&faults, "impl LimitKind {", "fn next", "=> \""));
    codes
}

/// The code, where it is the first argument of the call and written out.
fn first_argument(rest: &str) -> Option<&str> {
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

fn shown() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domain");
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let calls = source.split("refused(").skip(1);
        codes.extend(calls.filter_map(first_argument).map(str::to_owned));
    }
    codes
}

#[test]
fn every_code_has_a_test_that_shows_its_words() {
    let (known, shown) = (known(), shown());
    assert!(known.len() > 60, "only {} codes were found in the source", known.len());
    let missing: Vec<&String> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "no test shows the words of {missing:?}");
}
