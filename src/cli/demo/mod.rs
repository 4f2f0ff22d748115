//! `demo`: plays a story into a folder of its own, and says what to try next.
//!
//! The story is lines of the command line ([`story`]), read by the same parser and recorded by the
//! same verbs as anybody's; only the printing is left out and the publishing done once at the end. Keys, pins
//! and anchors live in DIR/home, never in the user's own home.

mod story;

use self::story::{Chapter, STORY};
use super::args::{Cli, Demo, parse};
use super::output::Exit;
use super::session::Session;
use super::{read, write};
use crate::edge::durable::{self, Readers};
use crate::edge::home::Home;
use crate::edge::keys::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::ledger::Ledger;
use crate::words::Lang;
use crate::words::shell::quoted;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr;

/// The officer of the demo.
const OFFICER: &str = "officer-1";
/// The word in the story that stands for the folder of its documents.
const DOCUMENTS: &str = "DEMO/";
/// The document that a contract of the story is filed with.
const CONTRACT: (&str, &str) = (
    "HT-2001-01.txt",
    "示例合同 HT-2001-01\nSample contract HT-2001-01: social security card in Pudong, CNY 2,400,000.00.\n",
);

/// Runs `demo`.
///
/// # Errors
/// `demo_exists`; what the machine could not.
pub(crate) fn demo(session: &Session, a: &Demo) -> Result<Exit> {
    let folder = &a.folder;
    if folder.symlink_metadata().is_ok() {
        let message =
            format!("{} is there already; the demo makes a folder of its own", folder.display());
        return Err(Error::new(Kind::Usage, "demo_exists", message)
            .with_hint("name another one (earmark demo DIR), or delete that one")
            .with_detail("path", folder.display()));
    }
    // The story names documents in it as a command line does, and what is printed is there to be pasted.
    if folder.to_str().is_none() {
        let message =
            format!("{} is no text: the demo needs a folder that can be typed", folder.display());
        return Err(Error::new(Kind::Usage, "demo_name", message)
            .with_hint("name another one: earmark demo DIR")
            .with_detail("path", folder.display()));
    }
    let stage = Stage::build(session, folder)?;
    stage.open_ledger()?;
    let say = |en: &str, zh: &str| match session.console.lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
    };
    let shown = folder.display();
    session.console.text(&say(
        &format!(
            "Playing Pudong's special fund for informatization, 2001 to 2003, into {shown}:\n"
        ),
        &format!("将浦东新区信息化建设专项基金 2001 至 2003 年的账演示到 {shown}：\n"),
    ))?;
    let officer = stage.session.officer()?;
    stage.session.on_ledger(|ledger| {
        for chapter in STORY {
            stage.play(ledger, &officer, chapter)?;
            let (text, [en, zh]) = (say(chapter.en, chapter.zh), chapter.title);
            let title = say(en, zh);
            let space = " ".repeat(9_usize.saturating_sub(title.width()));
            session.console.text(&format!("  {title}{space} {text}\n"))?;
        }
        ledger.publish().map(drop)
    })?;
    for (title, line) in [
        (say("Where the money stands", "资金现状"), "balance --by line --unit wan"),
        (say("Whether it is all true", "真实性校验"), "verify"),
    ] {
        session.console.text(&format!("\n── {title}: earmark {line}\n\n"))?;
        stage.read(line)?;
    }
    session.console.text(&format!(
        "\n── {}\n\n{}",
        say("Try next", "接下来试试"),
        next(session, folder)
    ))?;
    Ok(Exit::Done)
}

/// What to try next, each line ready to be pasted.
fn next(session: &Session, folder: &Path) -> String {
    const LINES: &[(&str, &str, &str)] = &[
        (
            "balance --by project",
            "what each project holds, owes and has paid",
            "各项目预留、未付与已付",
        ),
        ("balance --as-of 2001-12-30", "as it was the day before the year end", "年末前一日的余额"),
        (
            "report execution --year 2002 --lang zh --unit wan",
            "budget execution, in 万元",
            "预算执行情况表（万元）",
        ),
        ("report leverage --by project", "what public money drew", "财政资金撬动的社会资本"),
        ("register type:disbursement date:2002", "every payment of 2002", "2002年全部支付"),
        ("show PD-INFO/2001/4", "the payment that was booked twice", "重复入账的那笔支付"),
        (
            "show project:SCHOOLS --explain",
            "one project, with the entries behind it",
            "一个项目及其全部条目",
        ),
        (
            "disburse 300万 --commitment HT-2003-01 --on 2003-10-20",
            "a payment that a rule refuses",
            "一笔被规则拒绝的支付",
        ),
        (
            "disburse 114万 --commitment HT-2003-01 --on 2003-09-30 --dry-run",
            "one that it would record",
            "一笔可记录的支付（预演）",
        ),
        ("export hledger", "the same ledger for hledger", "导出到 hledger"),
    ];
    let at = |part: &str| quoted(&folder.join(part).display());
    let front = format!("EARMARK_HOME={} earmark --ledger {}", at("home"), at("ledger"));
    let mut out = String::new();
    if let Some(program) = program_folder() {
        out.push_str(&format!("export PATH={}:\"$PATH\"\n\n", quoted(&program.display())));
    }
    for (line, en, zh) in LINES {
        let why = match session.console.lang {
            Lang::En => en,
            Lang::Zh => zh,
        };
        out.push_str(&format!("# {why}\n{front} {line}\n"));
    }
    out
}

/// The folder of this program, where `earmark` alone would not find it.
fn program_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let name = program.file_name()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(name));
    let first = found.find(|candidate| candidate.is_file());
    let first = first.and_then(|first| first.canonicalize().ok());
    if first.as_ref() == Some(&program) { None } else { program.parent().map(Path::to_path_buf) }
}

/// Where the story is played.
struct Stage {
    session: Session,
    ledger: PathBuf,
    documents: PathBuf,
}

impl Stage {
    fn build(session: &Session, folder: &Path) -> Result<Self> {
        let (ledger, documents) = (folder.join("ledger"), folder.join("documents"));
        durable::create_folder(&documents, Readers::Everyone)?;
        let (name, text) = CONTRACT;
        durable::create(&documents.join(name), text.as_bytes(), Readers::Everyone)?;
        let mut globals = session.globals.clone();
        globals.ledger = Some(ledger.clone());
        globals.officer = Some(OFFICER.to_owned());
        let home = Home::at(
            std::path::absolute(folder.join("home")).map_err(|e| Error::io("find", folder, e))?,
        );
        let session = Session { globals, home: Some(home), console: session.console.clone() };
        Ok(Self { session, ledger, documents })
    }

    /// The ledger with its keys, without the receipt of `init`.
    fn open_ledger(&self) -> Result<()> {
        let mut words = words(
            "init LEDGER --name 浦东新区信息化建设专项基金（演示） --origin demo.example.org/pudong/info --on 2001-01-02",
        );
        if let Some(place) = words.iter_mut().find(|word| *word == "LEDGER") {
            *place = self.ledger.clone().into_os_string();
        }
        let quiet = Session {
            globals: self.session.globals.clone(),
            home: self.session.home.clone(),
            console: self.session.console.clone().quiet(),
        };
        write::write(&quiet, &read_words(words)?.verb).unwrap_or(Ok(Exit::Done)).map(|_| ())
    }

    fn play(
        &self,
        ledger: &mut Ledger,
        officer: &(String, PrivateKey),
        chapter: &Chapter,
    ) -> Result<()> {
        let lines = chapter.lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            write::record_on(&self.session, ledger, officer, &self.cli(line)?.verb)?;
        }
        Ok(())
    }

    fn read(&self, line: &str) -> Result<()> {
        let cli = self.cli(line)?;
        let mut console = self.session.console.clone();
        console.unit = cli.globals.unit.unwrap_or(console.unit);
        let session = Session {
            globals: self.session.globals.clone(),
            home: self.session.home.clone(),
            console,
        };
        read::read(&session, &cli.verb).unwrap_or(Ok(Exit::Done)).map(|_| ())
    }

    fn cli(&self, line: &str) -> Result<Cli> {
        let mut words = words(line);
        for word in &mut words {
            let text = word.to_string_lossy().into_owned();
            if let Some(name) = text.strip_prefix(DOCUMENTS) {
                *word = self.documents.join(name).into_os_string();
            }
        }
        read_words(words)
    }
}

/// The words of a line; double quotes keep spaces together.
fn words(line: &str) -> Vec<OsString> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.into_iter().map(OsString::from).collect()
}

fn read_words(words: Vec<OsString>) -> Result<Cli> {
    let all = [OsString::from("earmark")].into_iter().chain(words);
    parse(all).map_err(|error| {
        Error::new(Kind::Usage, "usage", error.to_string()).with_hint("see the verb's --help")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_story_is_one_that_can_be_typed() {
        for line in STORY.iter().flat_map(|chapter| chapter.lines.lines()) {
            if !line.is_empty() {
                read_words(words(line)).unwrap_or_else(|error| panic!("{line}\n{error}"));
            }
        }
    }
}
