//! The receipt of a command, as a text and as JSON.

use super::left::{Left, left};
use super::sentence::Tongue;
use super::stranded::{Stranded, stranded};
use crate::cli::session::Session;
use crate::domain::apply::Cited;
use crate::domain::caution::Caution;
use crate::domain::event::{Body, EntryReversed, Event};
use crate::domain::money::{Amount, Currency};
use crate::domain::state::{LedgerFacts, NO_CURRENCY, State};
use crate::error::Result;
use crate::ledger::{Receipt, ReceiptEntry};
use crate::projection::content::Content;
use crate::report::entry::body_in_major_units;
use crate::words::shown::{counted, for_terminal};
use crate::words::{self, Lang};
use serde_json::{Value, json};

/// What a receipt is read beside: the state after it, and the entries that it undoes.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) undone: &'a Cited,
    /// What may be a slip.
    pub(super) cautions: &'a [Caution],
}

impl<'a> Scene<'a> {
    /// Of a receipt that undoes nothing.
    pub(super) fn of(state: &'a State) -> Self {
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

/// Prints a receipt; `more` are further lines of its text.
pub(super) fn print(
    session: &Session,
    scene: &Scene<'_>,
    receipt: &Receipt,
    more: &[String],
) -> Result<()> {
    for finding in &receipt.warnings {
        let words = words::finding::finding(finding, session.console.lang);
        session.console.warn(&format!("{}: {words}", finding.code()));
    }
    for caution in scene.cautions {
        let words = words::caution::caution(caution, session.console.lang);
        session.console.warn(&format!("{}: {words}", caution.code()));
    }
    let tongue = Tongue::new(session.console.lang, currency(scene.state));
    let words = Words { tongue, scene: *scene };
    let text = words.text(receipt, more, session.console.verbose);
    let json = json(scene, receipt, session.console.lang);
    if receipt.dry_run {
        session.console.receipt(&text, &json)
    } else {
        session.console.done(&text, &json)
    }
}

fn currency(state: &State) -> Currency {
    state.ledger.as_ref().map_or(NO_CURRENCY, LedgerFacts::currency)
}

/// How many balances a receipt ends with.
const MOST_LEFT: usize = 20;

struct Words<'a> {
    tongue: Tongue,
    scene: Scene<'a>,
}

impl Words<'_> {
    fn text(&self, receipt: &Receipt, more: &[String], verbose: bool) -> String {
        let mut out = String::new();
        if receipt.entries.is_empty() {
            out.push_str(&self.tongue.say(
                "Nothing to record: it is so already. Its command id is not used up.",
                "无需记录：已是如此。命令号未被占用。",
            ));
            out.push('\n');
        }
        for entry in &receipt.entries {
            out.push_str(&for_terminal(&self.entry(entry, receipt)));
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
            self.tongue.say("dry run: nothing was written", "预演，未入账")
        } else {
            let state = match receipt.durability {
                crate::ledger::Durability::Published => self.tongue.say(state, "已签署存档"),
                crate::ledger::Durability::Recorded => self.tongue.say(state, "已记录"),
            };
            self.tongue.say(
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
            out.push_str(&for_terminal(&line));
            out.push('\n');
        }
    }

    fn entry(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let mut out = if let Body::EntryReversed(b) = &entry.event.body {
            self.reversed(entry, b, receipt)
        } else {
            self.recorded(entry, receipt)
        };
        if entry.event.confidential.is_some() {
            out = format!("{out}\n  {}", self.sealed(entry, receipt));
        }
        out
    }

    fn recorded(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let (index, phrase) = (entry.index, self.tongue.phrase(&entry.event.body));
        let on = entry.event.occurred_on;
        if receipt.dry_run {
            self.tongue.say(
                format!("Would record: {phrase}, dated {on}."),
                format!("将记录：{phrase}，日期 {on}。"),
            )
        } else if receipt.replayed {
            self.tongue.say(
                format!(
                    "Recorded before as @{index}, by the same command id: {phrase}, dated {on}."
                ),
                format!("此前已由同一命令号记录为 @{index}：{phrase}，日期 {on}。"),
            )
        } else {
            self.tongue.say(
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
            let (phrase, on) = (self.tongue.phrase(&event.body), event.occurred_on);
            self.tongue.say(format!(": {phrase}, dated {on}"), format!("：{phrase}，日期 {on}"))
        });
        if receipt.dry_run {
            self.tongue.say(
                format!("Would reverse @{undone}{what}.\n  dated {on}: {reason}"),
                format!("将冲销 @{undone}{what}。\n  日期 {on}：{reason}"),
            )
        } else if receipt.replayed {
            self.tongue.say(
                format!(
                    "Reversed before @{undone}, by the same command id{what}.\n  recorded as \
                     @{index}, dated {on}: {reason}"
                ),
                format!(
                    "此前已由同一命令号冲销 @{undone}{what}。\n  记录为 @{index}，日期 {on}：{reason}"
                ),
            )
        } else {
            self.tongue.say(
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
        let mut shown = shown.join(&self.tongue.say("; ", "；"));
        if more > 0 {
            shown.push_str(
                &self.tongue.say(format!("; and {more} more"), format!("；另有 {more} 项")),
            );
        }
        let title = self.tongue.say("left: ", "余额：");
        (!all.is_empty()).then(|| format!("  {title}{shown}"))
    }

    /// What came back to a line of a year that is over, with the carry that makes it usable.
    fn stranded(&self, stranded: &Stranded) -> String {
        let amount = self.tongue.money(stranded.amount);
        let command = stranded.command(currency(self.scene.state));
        let (from, ended_on) = (&stranded.from, stranded.ended_on);
        self.tongue.say(
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
            return self.tongue.say("confidential fields would be sealed", "保密内容将被封存");
        }
        self.tongue.say(
            format!(
                "confidential fields sealed beside the ledger: earmark confidential show @{index}"
            ),
            format!("保密内容已封存于账簿之外：earmark confidential show @{index}"),
        )
    }

    fn left(&self, left: &Left) -> String {
        let money = |amount: &Amount| self.tongue.money(*amount);
        match left {
            Left::Available(line, amount) => self.tongue.say(
                format!("{} available on {line}", money(amount)),
                format!("{line} 可用指标 {}", money(amount)),
            ),
            Left::Reserved(project, amount) => self.tongue.say(
                format!("{} held for {project}", money(amount)),
                format!("{project} 已预留 {}", money(amount)),
            ),
            Left::Owed(contract, amount) => self.tongue.say(
                format!("{} owed under {contract}", money(amount)),
                format!("{contract} 合同未付 {}", money(amount)),
            ),
            Left::Pledged(code, amount) => self.tongue.say(
                format!("{} of {code} not paid in yet", money(amount)),
                format!("{code} 未到位 {}", money(amount)),
            ),
        }
    }
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
            "command": one.command(currency),
        })
    };
    scene.stranded(event).iter().map(one).collect()
}

/// The receipt as JSON.
pub(super) fn json(scene: &Scene<'_>, receipt: &Receipt, lang: Lang) -> Value {
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
    let told = |code: &str, message: String| json!({"code": code, "message": message});
    let findings =
        receipt.warnings.iter().map(|one| told(one.code(), words::finding::finding(one, lang)));
    let cautions =
        scene.cautions.iter().map(|one| told(one.code(), words::caution::caution(one, lang)));
    let warnings: Vec<Value> = findings.chain(cautions).collect();
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
