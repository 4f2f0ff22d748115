//! Every code of an error has its sentence in Chinese: read from the places that make errors, by text.
//!
//! A place is `Error::new(kind, "code", …)` or `Refusal::new("code", …)` with the calls chained to it, which give
//! it a case and details. A place that is finished elsewhere stands in [`FINISHED_ELSEWHERE`].

use crate::rules::File;
use earmark::words::error::{REASONS, Row, error, figures, rows};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Codes that are shown in English. It only shrinks.
const LACKING: &[&str] = &[
    // Of tests of the store's contract, and an end that nobody sees.
    "enough", "test",
];

/// Code, case and figures where the chain at the place does not tell: what callers add, or codes handed over.
const FINISHED_ELSEWHERE: &[(&str, &str, &[&str])] = &[
    ("disk_full", "", &["doing", "path"]),
    ("read_only", "", &["doing", "path"]),
    ("no_permission", "", &["doing", "path"]),
    ("file_too_large", "", &["doing", "path"]),
    ("not_found", "", &["doing", "path"]),
    ("io", "", &["doing", "path", "reason"]),
    ("no_key", "officer", &["path", "officer"]),
    ("no_key", "other_officers", &["path", "officer", "officers"]),
    ("no_key", "log", &["path", "origin"]),
    ("no_key", "log_to_rotate", &["path", "origin"]),
    ("no_key", "witness", &["path", "witness"]),
    ("output_refused", "inside", &["path", "kind", "around"]),
    ("output_refused", "standing", &["path", "what"]),
    ("words_misplaced", "flag", &["expected", "places", "found"]),
    ("words_misplaced", "flag", &["expected", "found"]),
    ("words_misplaced", "order", &["expected", "places"]),
    ("flag_unfit", "officer", &[]),
    ("flag_unfit", "ledger", &[]),
    ("flag_unfit", "wait", &[]),
    ("flag_unfit", "file", &[]),
    ("flag_unfit", "format", &[]),
    ("flag_unfit", "unit", &[]),
    ("flag_unfit", "init_command_id", &[]),
    ("flag_unfit", "init_clock", &[]),
    ("filter_value", "code", &["found"]),
    ("filter_value", "", &["found", "allowed"]),
    ("filter_value", "", &["found"]),
    ("internal", "writes", &["found"]),
    ("internal", "reads", &["found"]),
    ("usage", "unknown_argument", &["flag", "meant"]),
    ("usage", "unknown_argument", &["flag"]),
    ("usage", "unknown_verb", &["found", "meant"]),
    ("usage", "unknown_verb", &["found"]),
    ("usage", "value", &["flag", "found", "allowed"]),
    ("usage", "value", &["flag", "found"]),
    ("usage", "missing", &["flag"]),
    ("usage", "missing_verb", &[]),
    ("usage", "conflict", &["flag", "other"]),
    ("usage", "conflict", &["found", "other"]),
    ("usage", "conflict", &["flag"]),
    ("usage", "values", &["flag"]),
    ("usage", "too_many", &["flag", "found"]),
    ("usage", "no_text", &[]),
    ("locked", "", &["path", "pid"]),
    ("locked", "waited", &["path", "waited_seconds", "pid"]),
    ("locked", "waited", &["path", "waited_seconds"]),
    ("control_differs", "", &["expected", "found"]),
    ("control_differs", "rows", &["expected", "found"]),
    ("control_differs", "unread", &["expected", "found", "rows"]),
    ("control_differs", "overflow", &["expected", "found"]),
    ("control_differs", "total_rows", &["expected", "found"]),
    ("control_differs", "total_unread", &["expected", "found", "line"]),
    ("control_differs", "total", &["expected", "found", "line"]),
    ("shorter_than_checkpoint", "", &["expected", "found"]),
    ("differs_from_checkpoint", "", &["expected", "found", "size"]),
    ("proof_length", "", &["expected", "found"]),
    ("proof_index_beyond", "", &["expected", "found", "size"]),
    ("proof_sizes", "", &["expected", "found", "size"]),
    ("proof_wrong", "", &["expected", "found"]),
    ("witness_answer", "unsigned", &["witness", "url"]),
    ("witness_answer", "size", &["witness", "url"]),
    ("witness_answer", "status", &["witness", "url", "found"]),
    ("witness_knows_no_log", "", &["witness", "url"]),
    ("witness_trusts_no_key", "", &["witness", "url"]),
    ("witness_says_fork", "", &["witness", "url"]),
    ("witness_ahead", "", &["witness", "url", "expected", "found", "size"]),
    ("amount_currency", "other", &["found", "allowed"]),
    ("amount_currency", "unknown", &["found", "allowed"]),
    ("amount_currency", "listed", &["found", "allowed"]),
    ("amount_too_fine", "thousands", &["found", "allowed", "part", "places", "currency", "meant"]),
    ("amount_too_fine", "", &["found", "allowed", "part", "places", "currency"]),
    ("amount_grouping", "either", &["found", "allowed", "meant"]),
    ("amount_malformed", "meant", &["found", "allowed", "meant"]),
    ("date_malformed", "", &["found", "allowed"]),
    ("date_malformed", "formats", &["found", "allowed"]),
    ("date_malformed", "meant", &["found", "allowed", "meant"]),
    ("date_malformed", "year_first", &["found", "allowed", "meant"]),
    ("date_malformed", "year", &["found", "allowed"]),
    ("date_malformed", "parts", &["found", "allowed"]),
    ("date_no_such_day", "", &["found", "allowed", "month", "days"]),
];

/// Code and case of places that callers finish: only the list above counts.
const NOT_TOLD_BY_THE_PLACE: &[(&str, &str)] =
    &[("output_refused", ""), ("flag_unfit", ""), ("control_differs", ""), ("locked", "waited")];

/// Expressions that hand over a code of another place.
const HANDED_OVER: &[&str] = &["code", "error.code()", "rejection.code()", "refusal.code"];

/// A place that makes an error.
#[derive(Debug)]
struct Place {
    at: String,
    code: String,
    case: String,
    details: Vec<String>,
}

impl Place {
    /// The rows of its key: of its case where it has one with rows, else of its code.
    fn rows(&self) -> Vec<&'static Row> {
        let exact = format!("{}/{}", self.code, self.case);
        let of = |key: &str| rows().filter(|row| row.key == key).collect::<Vec<_>>();
        let exact = of(&exact);
        if exact.is_empty() { of(&self.code) } else { exact }
    }

    fn has(&self, figure: &str) -> bool {
        let known = |name: &str| self.details.iter().any(|detail| detail == name);
        known(figure) || (figure == "reason" && REASONS.iter().any(|name| known(name)))
    }

    fn fits(&self, row: &Row) -> bool {
        figures(row).all(|figure| self.has(figure))
    }
}

fn sources() -> Vec<File> {
    let mut files = Vec::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    crate::read_folder(&folder, "src/", &mut files);
    files.retain(|file| !file.path.starts_with("src/words/"));
    files
}

/// All places.
static PLACES: LazyLock<Vec<Place>> = LazyLock::new(places);

/// Those of the sources, and those that the list adds.
fn places() -> Vec<Place> {
    let mut found = Vec::new();
    for file in sources() {
        let Some(source) = &file.source else { continue };
        let end = source.tests_line().map_or(usize::MAX, |line| line - 1);
        let shipped: String = file.text.lines().take(end).flat_map(|line| [line, "\n"]).collect();
        for start in ["Error::new(", "Self::new(", "Refusal::new("] {
            for (at, _) in shipped.match_indices(start) {
                found.extend(place(&file.path, &shipped, at, start));
            }
        }
    }
    let is_told = |place: &Place| {
        !NOT_TOLD_BY_THE_PLACE.contains(&(place.code.as_str(), place.case.as_str()))
    };
    found.retain(is_told);
    found.extend(FINISHED_ELSEWHERE.iter().map(|(code, case, details)| Place {
        at: "FINISHED_ELSEWHERE".to_owned(),
        code: (*code).to_owned(),
        case: (*case).to_owned(),
        details: details.iter().map(|name| (*name).to_owned()).collect(),
    }));
    found
}

/// The place that begins at `at`, unless it is of another type or hands over a code.
fn place(path: &str, text: &str, at: usize, start: &str) -> Option<Place> {
    let line = text[..at].matches('\n').count() + 1;
    let inside = at + start.len();
    let end = closing(text, inside);
    let arguments = split(&text[inside..end]);
    let is_refusal = start == "Refusal::new(";
    let code = if is_refusal {
        arguments.first()?
    } else {
        let kind = arguments.first()?;
        if !(kind.contains("Kind::") || kind == "kind" || kind == "ours.kind()")
            || kind.contains("ErrorKind::")
            || kind.contains("DamageKind::")
        {
            return None;
        }
        // An `io::Error` has two.
        arguments.get(2)?;
        arguments.get(1)?
    };
    let code = match code.strip_prefix('"') {
        Some(code) => code.trim_end_matches('"').to_owned(),
        None if HANDED_OVER.contains(&code.as_str()) => return None,
        // The `new` of another type.
        None if start == "Self::new(" && code.contains(char::is_lowercase) => return None,
        None => {
            let named = text.split(&format!("const {code}: &str = \"")).nth(1);
            let named = named.and_then(|rest| rest.split('"').next());
            named.unwrap_or_else(|| panic!("{path}:{line}: the code {code} is not told")).to_owned()
        }
    };
    let mut place =
        Place { at: format!("{path}:{line}"), code, case: String::new(), details: Vec::new() };
    if is_refusal {
        place.details.extend(["found".to_owned(), "allowed".to_owned()]);
    }
    let mut rest = end + 1;
    while let Some((call, after)) = chained(text, rest) {
        let end = closing(text, after);
        let first = split(&text[after..end]).first().cloned().unwrap_or_default();
        let name = first.trim_matches('"').to_owned();
        match call {
            "with_detail" | "with_figure" => place.details.push(name),
            "with_part" => place.details.push("part".to_owned()),
            "in_case" if first.starts_with('"') => place.case = name,
            // One of several, which callers choose.
            "in_case" => return None,
            "because_of" => place.details.push("reason".to_owned()),
            "with_source" => place.details.push("cause".to_owned()),
            _ => {}
        }
        rest = end + 1;
    }
    Some(place)
}

/// The call chained at `at`, and where its arguments begin.
fn chained(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = text.get(at..)?;
    let call = rest.trim_start().strip_prefix('.')?;
    let begin = at + (rest.len() - call.len());
    let name = call.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let known = name.starts_with("with_") || name == "in_case" || name == "because_of";
    (known && call[name.len()..].starts_with('(')).then(|| (name, begin + name.len() + 1))
}

/// Where the bracket closes inside which `from` is; texts in quotes are passed over.
fn closing(text: &str, from: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return from + at;
        }
    }
    text.len()
}

/// Arguments, parted by the commas that stand in no bracket and no quotes.
fn split(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let c = text[at..].chars().next().unwrap();
        let next = at + c.len_utf8();
        at = match c {
            '(' | '[' | '{' => closing(text, next) + 1,
            '"' => text_end(text, next),
            ',' => {
                out.push(text[from..at].trim().to_owned());
                from = next;
                next
            }
            _ => next,
        }
        .min(text.len());
    }
    out.push(text[from..].trim().to_owned());
    out
}

/// Behind the quote that ends a text.
fn text_end(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn every_error_is_said_in_chinese() {
    let mut wrong = Vec::new();
    for place in PLACES.iter() {
        let lacks = LACKING.contains(&place.code.as_str());
        let fits = place.rows().iter().any(|row| place.fits(row));
        if fits == lacks {
            let Place { at, code, case, details } = place;
            wrong.push(format!("{at}: {code}/{case} with {details:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} places whose errors have no sentence in words::error, or have one and stand in LACKING:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_sentence_is_of_an_error_with_its_figures() {
    let unused: Vec<&str> = rows()
        .filter(|row| {
            let of = |place: &&Place| place.rows().iter().any(|other| other.rule == row.rule);
            !PLACES.iter().filter(of).any(|place| place.fits(row))
        })
        .map(|row| row.key)
        .collect();
    assert!(unused.is_empty(), "rows whose figures no place has: {unused:?}");
}

#[test]
fn a_place_names_a_figure_once() {
    for place in PLACES.iter() {
        let names: BTreeSet<&String> = place.details.iter().collect();
        let several = ["meant"];
        let plain = place.details.iter().filter(|name| !several.contains(&name.as_str())).count();
        let once = names.iter().filter(|name| !several.contains(&name.as_str())).count();
        assert_eq!(plain, once, "{}: {} {:?}", place.at, place.code, place.details);
    }
}

#[test]
fn what_was_tried_on_a_file_is_said_in_chinese() {
    for file in sources() {
        for (at, start) in file.text.match_indices("Error::io(") {
            let first = split(&file.text[at + start.len()..closing(&file.text, at + start.len())]);
            let Some(doing) = first.first().and_then(|first| first.strip_prefix('"')) else {
                continue;
            };
            let doing = doing.trim_end_matches('"').to_owned();
            let details = [("doing", doing.clone()), ("path", "/".to_owned())];
            let said = error("disk_full", None, &details).unwrap().rule;
            assert!(
                !said.contains(&doing),
                "{}: `{doing}` has no row in words::error::values",
                file.path
            );
        }
    }
}
