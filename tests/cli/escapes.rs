//! What a hostile log's names may do to whoever looks at it: nothing on a terminal, and nothing unseen
//! in JSON. Files and pipes have every byte.

use super::Place;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

/// DEL, C1, right-to-left, zero width, a tag: what no rule of ours lets into a name.
const HOSTILE: &str = "x\u{7f}\u{9b}31m\u{202e}gnp\u{200b}\u{ad}\u{e0041}";

/// What a line shows on a terminal.
fn on_terminal(place: &Place, line: &str) -> String {
    shown_on(place.command(line), None)
}

/// What a command shows on a terminal, which is so wide or does not say how wide it is.
pub(super) fn shown_on(command: Command, columns: Option<u16>) -> String {
    let (status, shown) = ran_on(command, columns, Stdio::null());
    assert_eq!(status, Some(0));
    shown
}

/// How a command ends on a terminal, and what it shows there; what it says beside goes elsewhere.
pub(super) fn ran_on(
    mut command: Command,
    columns: Option<u16>,
    beside: Stdio,
) -> (Option<i32>, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let terminal = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    if let Some(ws_col) = columns {
        let size = Winsize { ws_row: 24, ws_col, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
    }
    command.stdout(Stdio::from(terminal)).stderr(beside);
    let mut child = command.spawn().unwrap();
    // The terminal's other ends close with the command.
    drop(command);
    let mut shown = Vec::new();
    let mut piece = [0; 4_096];
    let mut master = File::from(master);
    // A terminal that nobody has open any more is an error to read from.
    while let Ok(count @ 1..) = master.read(&mut piece) {
        shown.extend_from_slice(&piece[..count]);
    }
    (child.wait().unwrap().code(), String::from_utf8(shown).unwrap())
}

/// A ledger whose names the rules let pass: invisible characters, but no control characters.
fn hostile() -> Place {
    let place = Place::with_fund();
    place.write(
        "map.toml",
        "source = \"s\"\nhistorical = true\n[[event]]\ntype = \"payee.register\"\noccurred_on = \"2001-12-01\"\ncode = \"P1\"\nname = { column = 1 }\n",
    );
    place.write("rows.csv", "Name\nSe\u{200b}en\u{ad} \u{feff}Ltd\n");
    place.ok("import rows.csv --mapping map.toml");
    place
}

#[test]
fn json_says_what_cannot_be_seen() {
    let place = hostile();
    for line in ["payees -O json", "payees -O jsonl", "export jsonl", "show payee:P1 -O json"] {
        let text = place.ok_raw(line);
        assert!(text.contains("Se\\u200ben\\u00ad \\ufeffLtd"), "{line}: {text}");
        let file = place.path("out.json");
        place.ok(&format!("{line} -o out.json"));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "{line}");
    }
    // Errors repeat what was typed.
    let ran = place.run(&format!("show '{HOSTILE}' -O json"));
    assert!(
        ran.err.contains("\\u007f\\u009b31m\\u202egnp\\u200b\\u00ad\\udb40\\udc41"),
        "{}",
        ran.err
    );
    let error: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert!(error["error"]["message"].as_str().unwrap().contains(HOSTILE), "{error}");
}

#[test]
fn a_terminal_is_shown_code_points_and_a_pipe_gets_every_byte() {
    let place = hostile();
    let piped = place.ok_raw("payees -O csv");
    assert!(piped.contains("Se\u{200b}en\u{ad} \u{feff}Ltd"), "{piped}");
    let shown = on_terminal(&place, "payees -O csv");
    assert!(shown.contains("P1,") && shown.contains(" \\u{feff}Ltd"), "{shown:?}");
    assert!(!shown.contains('\u{feff}'), "{shown:?}");
    // A file has every byte, whoever looks on.
    let shown = on_terminal(&place, "payees -O csv -o payees.csv");
    assert_eq!(shown, "");
    assert_eq!(std::fs::read_to_string(place.path("payees.csv")).unwrap(), piped);
}
