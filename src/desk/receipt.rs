//! The receipt of a command, as a text and as JSON.

use crate::domain::apply::Cited;
use crate::domain::caution::Caution;
use crate::domain::event::{Body, EntryReversed, Event, Split};
use crate::domain::ids::Code;
use crate::domain::left::{Left, left};
use crate::domain::money::{Amount, Currency};
use crate::domain::state::{LedgerFacts, NO_CURRENCY, State};
use crate::domain::stranded::{Stranded, stranded};
use crate::ledger::{Durability, Receipt, ReceiptEntry};
use crate::projection::content::Content;
use crate::report::entry::body_in_major_units;
use crate::words::phrase::phrase;
use crate::words::shell::quoted;
use crate::words::shown::counted;
use crate::words::{Lang, caution, finding, money};
use serde_json::{Value, json};

/// What a receipt is read beside: the state after it, and the entries that it undoes.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The state after it.
    pub state: &'a State,
    /// The entries that it undoes, by index.
    pub undone: &'a Cited,
    /// What may be a slip.
    pub cautions: &'a [Caution],
}

impl<'a> Scene<'a> {
    /// Of a receipt that undoes nothing.
    #[must_use]
    pub fn of(state: &'a State) -> Self {
        const NOTHING: &Cited = &Cited::new();
        Self { state, undone: NOTHING, cautions: &[] }
    }

    /// The entry that a reversal undoes.
    fn undone_by(&self, event: &Event) -> Option<&'a Event> {
        let Body::EntryReversed(reversal) = &event.body else { return None };
        self.undone.get(&reversal.entry)
    }

    fn stranded(&self, event: &Event) -> Vec<Stranded> {
        stranded(self.state, event, self.undone_by(event))
    }
}

/// What a receipt warns of, by code: what soft rules look at, then slips of the pen.
pub fn warnings<'a>(
    scene: &'a Scene<'_>,
    receipt: &'a Receipt,
    lang: Lang,
) -> impl Iterator<Item = (&'static str, String)> + 'a {
    let findings = receipt.warnings.iter();
    let findings = findings.map(move |one| (one.code(), finding::finding(one, lang)));
    let cautions = scene.cautions.iter();
    findings.chain(cautions.map(move |one| (one.code(), caution::caution(one, lang))))
}

/// The receipt as lines; `more` are further ones, `verbose` adds ids.
#[must_use]
pub fn text(
    scene: &Scene<'_>,
    receipt: &Receipt,
    lang: Lang,
    more: &[String],
    verbose: bool,
) -> String {
    Words { scene: *scene, lang, currency: currency(scene.state) }.text(receipt, more, verbose)
}

fn currency(state: &State) -> Currency {
    state.ledger.as_ref().map_or(NO_CURRENCY, LedgerFacts::currency)
}

/// How many balances a receipt ends with.
const MOST_LEFT: usize = 20;

struct Words<'a> {
    scene: Scene<'a>,
    lang: Lang,
    currency: Currency,
}

impl Words<'_> {
    fn money(&self, amount: Amount) -> String {
        money(&self.currency.money(amount), self.lang)
    }

    fn phrase(&self, body: &Body) -> String {
        phrase(body, self.lang, self.currency)
    }

    fn text(&self, receipt: &Receipt, more: &[String], verbose: bool) -> String {
        let mut out = String::new();
        if receipt.entries.is_empty() {
            out.push_str(self.lang.choose(
                "Nothing to record: it is so already. Its command id is not used up.",
                "无需记录：已是如此。命令号未被占用。",
            ));
            out.push('\n');
        }
        for entry in &receipt.entries {
            out.push_str(&self.entry(entry, receipt));
            out.push('\n');
            if receipt.entries.len() == 1 {
                self.push_left(&mut out, &receipt.entries);
            }
            if verbose && !receipt.dry_run {
                out.push_str(&format!("  entry      {}\n", entry.id));
            }
        }
        if receipt.entries.len() != 1 {
            self.push_left(&mut out, &receipt.entries);
        }
        for line in more {
            out.push_str(&format!("  {line}\n"));
        }
        if verbose && !receipt.dry_run {
            out.push_str(&format!(
                "  command    {}\n  head       {}\n",
                receipt.command_id, receipt.head.hash
            ));
        }
        let size = receipt.head.size;
        let entries = counted(size, "entry", "entries");
        let state = receipt.durability.text();
        let last = if receipt.dry_run {
            self.lang.choose("dry run: nothing was written", "预演，未入账").to_owned()
        } else {
            let state = match receipt.durability {
                Durability::Published => self.lang.choose(state, "已签署存档"),
                Durability::Recorded => self.lang.choose(state, "已记录"),
            };
            self.lang.choose(
                format!("{state}; the ledger has {entries}"),
                format!("{state}；账簿共 {size} 条"),
            )
        };
        out.push_str(&format!("  {last}\n"));
        out
    }

    fn push_left(&self, out: &mut String, entries: &[ReceiptEntry]) {
        let left = self.left_of(entries);
        let stranded = entries.iter().flat_map(|entry| self.scene.stranded(&entry.event));
        let stranded = stranded.map(|one| format!("  {}", self.stranded(&one)));
        for line in left.into_iter().chain(stranded) {
            out.push_str(&line);
            out.push('\n');
        }
    }

    fn entry(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let mut out = if let Body::EntryReversed(b) = &entry.event.body {
            self.reversed(entry, b, receipt)
        } else {
            self.recorded(entry, receipt)
        };
        if let Body::DisbursementRecorded(b) = &entry.event.body
            && b.splits.len() > 1
        {
            let currency = self.scene.state.currency();
            let part = |split: &Split| {
                let (amount, line) = (money(&currency.money(split.amount), self.lang), &split.line);
                match &split.project {
                    Some(project) => format!("{amount} {line} ({project})"),
                    None => format!("{amount} {line}"),
                }
            };
            let parts: Vec<String> = b.splits.iter().map(part).collect();
            let parts = parts.join(self.lang.choose("; ", "；"));
            out.push_str(
                &self.lang.choose(format!("\n  parts: {parts}"), format!("\n  分摊：{parts}")),
            );
        }
        if entry.event.confidential.is_some() {
            out = format!("{out}\n  {}", self.sealed(entry, receipt));
        }
        out
    }

    fn recorded(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let (index, phrase) = (entry.index, self.phrase(&entry.event.body));
        let on = entry.event.occurred_on;
        if receipt.dry_run {
            self.lang.choose(
                format!("Would record: {phrase}, dated {on}."),
                format!("将记录：{phrase}，日期 {on}。"),
            )
        } else if receipt.replayed {
            self.lang.choose(
                format!(
                    "Recorded before as @{index}, by the same command id: {phrase}, dated {on}."
                ),
                format!("此前已由同一命令号记录为 @{index}：{phrase}，日期 {on}。"),
            )
        } else {
            self.lang.choose(
                format!("Recorded @{index}: {phrase}, dated {on}."),
                format!("已记录 @{index}：{phrase}，日期 {on}。"),
            )
        }
    }

    /// What a reversal undid, then the reversal itself.
    fn reversed(&self, entry: &ReceiptEntry, b: &EntryReversed, receipt: &Receipt) -> String {
        let (index, undone, reason) = (entry.index, b.entry, &b.reason);
        let on = entry.event.occurred_on;
        let what = self.scene.undone_by(&entry.event).map_or_else(String::new, |event| {
            let (phrase, on) = (self.phrase(&event.body), event.occurred_on);
            self.lang.choose(format!(": {phrase}, dated {on}"), format!("：{phrase}，日期 {on}"))
        });
        if receipt.dry_run {
            self.lang.choose(
                format!("Would reverse @{undone}{what}.\n  dated {on}: {reason}"),
                format!("将冲销 @{undone}{what}。\n  日期 {on}：{reason}"),
            )
        } else if receipt.replayed {
            self.lang.choose(
                format!(
                    "Reversed before @{undone}, by the same command id{what}.\n  recorded as \
                     @{index}, dated {on}: {reason}"
                ),
                format!(
                    "此前已由同一命令号冲销 @{undone}{what}。\n  记录为 @{index}，日期 {on}：{reason}"
                ),
            )
        } else {
            self.lang.choose(
                format!("Reversed @{undone}{what}.\n  recorded as @{index}, dated {on}: {reason}"),
                format!("已冲销 @{undone}{what}。\n  记录为 @{index}，日期 {on}：{reason}"),
            )
        }
    }

    /// What is left of everything that the entries touched, each once.
    fn left_of(&self, entries: &[ReceiptEntry]) -> Option<String> {
        let mut all: Vec<Left> = Vec::new();
        for entry in entries {
            let body = &self.scene.undone_by(&entry.event).unwrap_or(&entry.event).body;
            for one in left(self.scene.state, body) {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
        let shown: Vec<String> = all.iter().take(MOST_LEFT).map(|left| self.left(left)).collect();
        let more = all.len().saturating_sub(MOST_LEFT);
        let mut shown = shown.join(self.lang.choose("; ", "；"));
        if more > 0 {
            shown.push_str(
                &self.lang.choose(format!("; and {more} more"), format!("；另有 {more} 项")),
            );
        }
        let title = self.lang.choose("left: ", "余额：");
        (!all.is_empty()).then(|| format!("  {title}{shown}"))
    }

    /// What came back to a line of a year that is over, with the carry that makes it usable.
    fn stranded(&self, stranded: &Stranded) -> String {
        let amount = self.money(stranded.amount);
        let command = carry(stranded, self.currency);
        let (from, ended_on) = (&stranded.from, stranded.ended_on);
        self.lang.choose(
            format!(
                "{amount} came back to {from}, whose year ended on {ended_on}: nothing can be paid \
                 from it until it is carried\n    {command}"
            ),
            format!(
                "{amount} 回到 {from}，该年度已于 {ended_on} 结束：结转后方可支付\n    {command}"
            ),
        )
    }

    fn sealed(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let index = entry.index;
        if receipt.dry_run {
            let words = ("confidential fields would be sealed", "保密内容将被封存");
            return self.lang.choose(words.0, words.1).to_owned();
        }
        self.lang.choose(
            format!(
                "confidential fields sealed beside the ledger: earmark confidential show @{index}"
            ),
            format!("保密内容已封存于账簿之外：earmark confidential show @{index}"),
        )
    }

    fn left(&self, left: &Left) -> String {
        let money = |amount: &Amount| self.money(*amount);
        match left {
            Left::Available(line, amount) => self.lang.choose(
                format!("{} available on {line}", money(amount)),
                format!("{line} 可用指标 {}", money(amount)),
            ),
            Left::Reserved(project, amount) => self.lang.choose(
                format!("{} held for {project}", money(amount)),
                format!("{project} 已预留 {}", money(amount)),
            ),
            Left::Owed(contract, amount) => self.lang.choose(
                format!("{} owed under {contract}", money(amount)),
                format!("{contract} 合同未付 {}", money(amount)),
            ),
            Left::Pledged(code, amount) => self.lang.choose(
                format!("{} of {code} not paid in yet", money(amount)),
                format!("{code} 未到位 {}", money(amount)),
            ),
        }
    }
}

/// The command that carries what came back to the present year.
fn carry(stranded: &Stranded, currency: Currency) -> String {
    let Stranded { from, to, stage, project, commitment, amount, .. } = stranded;
    let option = |name: &str, code: &Option<Code>| {
        code.as_ref().map_or(String::new(), |code| format!(" --{name} {}", quoted(code)))
    };
    format!(
        "earmark allocation carry {} {} --stage {} --amount {} --class carry-over{}{}",
        quoted(from),
        quoted(to),
        stage.text(),
        currency.plain(*amount),
        option("project", project),
        option("commitment", commitment),
    )
}

/// The commitment; in a dry run it is not the one that a real run will make.
fn sealed_json(entry: &ReceiptEntry, receipt: &Receipt) -> Value {
    let commitment = entry.event.confidential.filter(|_| !receipt.dry_run);
    commitment.map_or(Value::Null, |commitment| json!(commitment.to_string()))
}

/// The entry that a reversal undid; null for all others.
fn undone_json(scene: &Scene<'_>, event: &Event, currency: Currency) -> Value {
    let Body::EntryReversed(reversal) = &event.body else { return Value::Null };
    scene.undone_by(event).map_or(Value::Null, |undone| {
        json!({
            "index": reversal.entry,
            "type": undone.body.name(),
            "occurred_on": undone.occurred_on,
            "event": body_in_major_units(Content(&undone.body), currency),
        })
    })
}

/// What came back to lines whose year is over, each with the command that carries it.
fn to_carry_json(scene: &Scene<'_>, event: &Event, currency: Currency) -> Value {
    let one = |one: &Stranded| {
        json!({
            "from": one.from.to_string(),
            "to": one.to.to_string(),
            "stage": one.stage.text(),
            "project": one.project,
            "commitment": one.commitment,
            "amount": currency.plain(one.amount),
            "command": carry(one, currency),
        })
    };
    scene.stranded(event).iter().map(one).collect()
}

/// The receipt as JSON.
#[must_use]
pub fn json(scene: &Scene<'_>, receipt: &Receipt, lang: Lang) -> Value {
    let currency = currency(scene.state);
    let entries: Vec<Value> = (receipt.entries.iter())
        .map(|entry| {
            json!({
                "index": entry.index,
                "id": if receipt.dry_run { Value::Null } else { json!(entry.id.to_string()) },
                "type": entry.event.body.name(),
                "occurred_on": entry.event.occurred_on,
                "confidential": sealed_json(entry, receipt),
                "event": body_in_major_units(Content(&entry.event.body), currency),
                "undone": undone_json(scene, &entry.event, currency),
                "to_carry": to_carry_json(scene, &entry.event, currency),
            })
        })
        .collect();
    let warnings: Vec<Value> = warnings(scene, receipt, lang)
        .map(|(code, message)| json!({"code": code, "message": message}))
        .collect();
    let state = if receipt.dry_run { Value::Null } else { json!(receipt.durability.text()) };
    json!({"receipt": {
        "entries": entries,
        "command_id": receipt.command_id.to_string(),
        "size": receipt.head.size,
        "head": receipt.head.hash.to_string(),
        "state": state,
        "replayed": receipt.replayed,
        "dry_run": receipt.dry_run,
        "warnings": warnings,
    }})
}
