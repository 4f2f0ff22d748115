//! README.md and README.zh.md show what the program really prints: every `console` block is run, in
//! order, in an empty folder, and compared. Hashes, keys, ids, times and durations are masked.
//!
//! `EARMARK_README_WRITE=1 cargo test --test readme` writes what is printed now into both files.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "test code"
)]

use std::path::Path;
use std::process::Command;

#[test]
fn readme_shows_what_is_printed() {
    check("README.md", "en_US.UTF-8");
}

#[test]
fn the_chinese_readme_shows_what_is_printed() {
    check("README.zh.md", "zh_CN.UTF-8");
}

#[test]
fn masks_hide_what_changes_and_nothing_else() {
    let line = "@12 0123456789abcdef 0192f0c1-2b3c-7def-8123-456789abcdef 2026-03-01T00:00:00.000001Z in 12.5 ms of 10,000,000.00";
    assert_eq!(mask(line), "@12 <hash> <id> <time> in <n> ms of 10,000,000.00");
    assert_eq!(
        mask("key example.org/x+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        "key <key>"
    );
    assert_eq!(mask("recorded on 2026-11-27"), "recorded on <day>");
    assert_eq!(mask("拨款 2002-03-15 HT-2002-001"), "拨款 2002-03-15 HT-2002-001");
    assert_eq!(mask("末条指纹： 0123456789abcdef，共 91 条"), "末条指纹： <hash>，共 91 条");
}

fn check(name: &str, lang: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut shown = Vec::new();
    let mut printed = Vec::new();
    let mut lines = text.lines().peekable();
    let mut commands = 0;
    let mut in_block = false;
    while let Some(line) = lines.next() {
        shown.push(line.to_owned());
        printed.push(line.to_owned());
        match line {
            "```console" => in_block = true,
            "```" => in_block = false,
            _ => {}
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) else { continue };
        commands += 1;
        while let Some(next) = lines.next_if(|next| !next.starts_with("$ ") && *next != "```") {
            shown.push(next.to_owned());
        }
        printed.extend(run(command, folder.path(), lang).lines().map(str::to_owned));
    }
    assert!(commands > 0, "{name} shows no command");
    if std::env::var_os("EARMARK_README_WRITE").is_some() {
        std::fs::write(&path, printed.join("\n") + "\n").unwrap();
        return;
    }
    for (place, (shown, printed)) in shown.iter().zip(&printed).enumerate() {
        assert_eq!(mask(shown), mask(printed), "{name}, line {}", place + 1);
    }
    assert_eq!(shown.len(), printed.len(), "{name}: another number of lines is printed");
}

fn run(command: &str, folder: &Path, lang: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_earmark"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    // A new user builds and runs with cargo; here the binary is there already.
    let command = command.replace("cargo run --release -- ", "earmark ");
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env_remove("EARMARK_LEDGER")
        .env("PATH", path)
        .env("HOME", folder)
        .env("EARMARK_HOME", folder.join("home"))
        .env("LANG", lang)
        .env("LC_ALL", lang)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.replace(&folder.display().to_string(), "~").trim_end().to_owned()
}

/// Hides hashes, keys, ids, times and durations.
fn mask(line: &str) -> String {
    // Chinese puts no space after its stops.
    let mask_words =
        |word: &str| word.split_inclusive(['，', '。', '；', '：']).map(mask_word).collect();
    let words: Vec<String> = line.split(' ').map(mask_words).collect();
    let mut out = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let next = words.get(place + 1).map(|next| next.trim_end_matches([',', ')', ';', '.']));
        let is_number = word.trim_start_matches('(').parse::<f64>().is_ok();
        let unit = matches!(next, Some("ms" | "s" | "µs" | "秒" | "毫秒" | "entries/s" | "MiB"));
        out.push(if is_number && unit { "<n>".to_owned() } else { word.clone() });
    }
    out.join(" ").trim_end().to_owned()
}

fn mask_word(word: &str) -> String {
    if let Some(id) = word.strip_prefix("id:") {
        return format!("id:{}", mask_word(id));
    }
    let core = word.trim_matches(|c: char| {
        matches!(c, ',' | '.' | ':' | ';' | '(' | ')' | '"' | '`' | '，' | '。' | '；' | '：')
    });
    if core.is_empty() {
        return word.to_owned();
    }
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_uuid = core.len() == 36 && core.split('-').count() == 5 && core.split('-').all(hex);
    let is_hash = core.len() >= 8 && hex(core) && core.bytes().any(|b| b.is_ascii_alphabetic());
    let is_key = core.len() >= 40
        && core.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=._-".contains(&b));
    // The examples are dated long ago; what is recent is the day that they were run on.
    let is_recent = core.len() == 10
        && core.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && core >= "2026-01-01";
    let is_time = core.len() >= 19 && core.as_bytes().get(10) == Some(&b'T') && core.contains(':');
    let masked = if is_uuid {
        "<id>"
    } else if is_recent {
        "<day>"
    } else if is_time {
        "<time>"
    } else if is_hash {
        "<hash>"
    } else if is_key {
        "<key>"
    } else {
        return word.to_owned();
    };
    word.replacen(core, masked, 1)
}
