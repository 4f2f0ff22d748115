//! A verdict for a program: schemas/verify.json.

use super::{BUDGET, Verdict};
use crate::domain::calendar::{instant_text, second_text};
use crate::domain::money::Currency;
use crate::projection::figures::Figures as Budget;
use crate::tlog::policy::Standing;
use crate::verify::{Fault, Figures, FundFigures, Identity, Outcome, Resumption};
use serde_json::{Map, Value, json};

impl Verdict<'_> {
    /// The verdict as one JSON value.
    pub fn json(&self) -> Value {
        let report = self.report;
        let identity = match report.identity {
            Identity::Pinned => "pinned",
            Identity::KeyGiven => "key_given",
            Identity::NotPinned => "not_pinned",
        };
        let tiers: Map<String, Value> = (report.tiers.iter())
            .map(|(tier, outcome)| (tier.text().to_owned(), outcome_json(*outcome)))
            .collect();
        let store = self.store.map(|store| {
            let read: Map<String, Value> =
                store.read.iter().map(|(name, count)| (name.clone(), json!(count))).collect();
            json!(read)
        });
        json!({"verify": {
            "verified": self.is_whole() && self.report.is_verified(),
            "whole": self.is_whole(),
            "identity": identity,
            "origin": report.origin,
            "ledger": report.ledger.map(|id| id.to_string()),
            "genesis": report.genesis.map(|hash| hash.to_string()),
            "succession": report.succession.as_ref().map(|succession| json!({
                "trusted": succession.trusted.to_string(),
                "now": succession.now.to_string(),
                "until": succession.until,
                "handed_over": succession.handed_over,
            })),
            "quorum": report.quorum.as_ref().map(|quorum| json!({
                "name": quorum.standing.quorum,
                "cosigned": cosigners(&quorum.standing),
                "missing": quorum.standing.missing,
                "size": quorum.size,
                "not_yet_cosigned": quorum.not_yet,
            })),
            "claimed_log_key": report.claimed_key.as_ref().map(ToString::to_string),
            "size": report.size,
            "root": report.root.to_base64(),
            "head": {"size": report.head.size, "hash": report.head.hash.to_string()},
            "commands": report.commands,
            "findings": report.findings,
            "clocks": {"ahead": report.clocks.ahead, "behind": report.clocks.behind},
            "tiers": tiers,
            "against": self.against.iter().map(|against| json!({
                "name": against.name,
                "size": against.size,
                "compared": against.compared,
                "holds": against.faults.is_empty(),
                "proof_hashes": against.proof_hashes,
            })).collect::<Vec<_>>(),
            "faults": self.faults().map(fault_json).collect::<Vec<_>>(),
            "accepted": report.accepted.iter().map(fault_json).collect::<Vec<_>>(),
            "store": store,
            "resumption": report.resumption.as_ref().map(resumption_json),
            "read": report.read,
            "not_read": self.not_read(),
            "figures": figures_json(&report.figures),
        }})
    }
}

/// Who cosigned, and when.
#[must_use]
pub fn cosigners(standing: &Standing) -> Vec<Value> {
    let signed = standing.signed.iter();
    signed.map(|(name, at)| json!({"witness": name, "time": second_text(*at)})).collect()
}

fn outcome_json(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Passed => json!("passed"),
        Outcome::Broken => json!("broken"),
        Outcome::NotCheckedFrom(index) => json!({"not_checked_from": index}),
        Outcome::NotAsked => json!("not_asked"),
        Outcome::Nothing => json!("nothing"),
    }
}

fn resumption_json(resumption: &Resumption) -> Value {
    let (from, verified_at, not_resumed) = match resumption {
        Resumption::First => (0, None, None),
        Resumption::From { size, at_microseconds } => {
            (*size, Some(instant_text(*at_microseconds)), None)
        }
        Resumption::Anew(reason) => (0, None, Some(reason)),
    };
    json!({"from": from, "verified_at": verified_at, "not_resumed": not_resumed})
}

fn fault_json(fault: &Fault) -> Value {
    json!({
        "tier": fault.tier.text(),
        "index": fault.index,
        "file": fault.file,
        "field": fault.field,
        "expected": fault.expected,
        "found": fault.found,
        "likely": fault.likely,
        "acknowledged": fault.acknowledged,
    })
}

fn figures_json(figures: &Figures) -> Value {
    let recorded = figures.recorded_microseconds;
    let days = figures.occurred_on;
    let officers = figures.officers.iter().zip(0_u64..).map(|(officer, number)| {
        json!({
            "number": number,
            "name": officer.name,
            "key": officer.key.to_string(),
            "commands": officer.commands,
        })
    });
    let currency = figures.currency;
    json!({
        "name": figures.name,
        "currency": currency.map(|currency| currency.to_string()),
        "recorded_first": recorded.map(|(first, _)| instant_text(first)),
        "recorded_last": recorded.map(|(_, last)| instant_text(last)),
        "occurred_first": days.map(|(first, _)| first.to_string()),
        "occurred_last": days.map(|(_, last)| last.to_string()),
        "officers": officers.collect::<Vec<_>>(),
        "funds": figures.funds.iter().map(|fund| fund_json(fund, currency)).collect::<Vec<_>>(),
        "totals": budget_json(figures.total.as_ref(), currency),
    })
}

/// Figures by the names of the budget; a sum beyond counting is none.
pub fn budget_json(budget: Option<&Budget>, currency: Option<Currency>) -> Map<String, Value> {
    let named = BUDGET.iter().map(|(key, figure)| {
        let amount = budget.and_then(figure).zip(currency);
        let text = amount.map(|(amount, currency)| currency.plain(amount));
        ((*key).to_owned(), json!(text))
    });
    named.collect()
}

/// A fund by the names of the budget, and the balance of its accounts in every stage.
pub fn fund_json(fund: &FundFigures, currency: Option<Currency>) -> Value {
    let stages: Map<String, Value> = (fund.stages.iter())
        .map(|(stage, sum)| {
            let sum = sum.zip(currency).map(|(sum, currency)| currency.plain(sum));
            (stage.text().to_owned(), json!(sum))
        })
        .collect();
    let mut told = Map::new();
    told.insert("fund".to_owned(), json!(fund.code));
    told.insert("name".to_owned(), json!(fund.name));
    told.extend(budget_json(fund.budget.as_ref(), currency));
    told.insert("stages".to_owned(), Value::Object(stages));
    Value::Object(told)
}
