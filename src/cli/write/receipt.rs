//! The receipt of a command, as a text and as JSON.

use super::left::{Left, left};
use super::sentence::Tongue;
use crate::cli::event_json;
use crate::cli::output::{counted, for_terminal};
use crate::cli::session::Session;
use crate::domain::money::{Amount, Currency};
use crate::domain::state::{LedgerFacts, NO_CURRENCY, State};
use crate::error::Result;
use crate::ledger::{Receipt, ReceiptEntry};
use serde_json::{Value, json};

/// Prints a receipt; `more` are further lines of its text.
pub(super) fn print(
    session: &Session,
    state: &State,
    receipt: &Receipt,
    more: &[String],
) -> Result<()> {
    for finding in &receipt.warnings {
        session.console.warn(&format!("{}: {finding}", finding.code()));
    }
    let words = Words { tongue: Tongue::new(session.console.lang, currency(state)), state };
    session
        .console
        .receipt(&words.text(receipt, more, session.console.verbose), &json(state, receipt))
}

fn currency(state: &State) -> Currency {
    state.ledger.as_ref().map_or(NO_CURRENCY, LedgerFacts::currency)
}

struct Words<'a> {
    tongue: Tongue,
    state: &'a State,
}

impl Words<'_> {
    fn text(&self, receipt: &Receipt, more: &[String], verbose: bool) -> String {
        let mut out = String::new();
        if receipt.entries.is_empty() {
            out.push_str(
                &self.tongue.say("Nothing to record: it is so already.", "无需记录：已是如此。"),
            );
            out.push('\n');
        }
        for entry in &receipt.entries {
            out.push_str(&for_terminal(&self.entry(entry, receipt)));
            out.push('\n');
            if verbose && !receipt.dry_run {
                out.push_str(&format!("  entry      {}\n", entry.id));
            }
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
            self.tongue.say("dry run: nothing was written", "试运行：未写入任何内容")
        } else {
            let state = match receipt.durability {
                crate::ledger::Durability::Published => self.tongue.say(state, "已公布"),
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

    fn entry(&self, entry: &ReceiptEntry, receipt: &Receipt) -> String {
        let (index, phrase) = (entry.index, self.tongue.phrase(&entry.event.body));
        let on = entry.event.occurred_on;
        let first = if receipt.dry_run {
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
        };
        let left: Vec<String> =
            left(self.state, &entry.event.body).iter().map(|l| self.left(l)).collect();
        let first = if entry.event.confidential.is_some() {
            format!("{first}\n  {}", self.sealed(entry, receipt))
        } else {
            first
        };
        if left.is_empty() {
            return first;
        }
        let title = self.tongue.say("left", "余额");
        format!("{first}\n  {title}: {}", left.join("; "))
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
                format!("{line} 可用 {}", money(amount)),
            ),
            Left::Reserved(project, amount) => self.tongue.say(
                format!("{} held for {project}", money(amount)),
                format!("{project} 预留 {}", money(amount)),
            ),
            Left::Owed(contract, amount) => self.tongue.say(
                format!("{} owed under {contract}", money(amount)),
                format!("{contract} 未付 {}", money(amount)),
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

/// The receipt as JSON.
pub(super) fn json(state: &State, receipt: &Receipt) -> Value {
    let currency = currency(state);
    let entries: Vec<Value> = (receipt.entries.iter())
        .map(|entry| {
            json!({
                "index": entry.index,
                "id": if receipt.dry_run { Value::Null } else { json!(entry.id.to_string()) },
                "type": entry.event.body.name(),
                "occurred_on": entry.event.occurred_on,
                "confidential": sealed_json(entry, receipt),
                "event": event_json::body(&entry.event.body, currency),
            })
        })
        .collect();
    let warnings: Vec<Value> = (receipt.warnings.iter())
        .map(|finding| json!({"code": finding.code(), "message": finding.to_string()}))
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
