//! What `show` says beside an entry's own fields: its documents, what came back of a payment, and what it
//! reverses. Gathered while the log is read, for most of it is in later entries.

use super::card::Card;
use crate::domain::calendar::Date;
use crate::domain::event::{Body, DocumentRef};
use crate::domain::money::{Amount, Currency};
use crate::projection::{Recorded, amount};
use crate::words::{self, Lang};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What stands beside one entry.
pub(super) struct Beside {
    index: u64,
    /// Documents, with the entry that attached each.
    documents: Vec<(u64, DocumentRef)>,
    /// Of a payment its amount, minor units; nothing inside where it cannot be counted.
    paid: Option<Option<Amount>>,
    /// Refunds of it: entry and amount.
    refunds: Vec<(u64, Option<Amount>)>,
    reverses: Option<u64>,
    /// Entries that are reversed by the day that is asked for.
    reversed: BTreeMap<u64, u64>,
    as_of: Option<Date>,
}

impl Beside {
    /// Of an entry; what came back of it by this day counts, or all.
    pub(super) fn of(index: u64, as_of: Option<Date>) -> Self {
        Self {
            index,
            documents: Vec::new(),
            paid: None,
            refunds: Vec::new(),
            reverses: None,
            reversed: BTreeMap::new(),
            as_of,
        }
    }

    /// Takes in the next entry.
    pub(super) fn apply(&mut self, recorded: &Recorded<'_>) {
        let (body, is_own) = (&recorded.event.body, recorded.index == self.index);
        if !is_own && self.as_of.is_some_and(|day| recorded.event.occurred_on > day) {
            return;
        }
        if let Body::EntryReversed(b) = body {
            self.reversed.insert(b.entry, recorded.index);
        }
        let attaches = matches!(body, Body::DocumentAttached(b) if b.entry == self.index);
        if is_own || attaches {
            let documents = body.filing().documents.iter().cloned();
            self.documents.extend(documents.map(|document| (recorded.index, document)));
        }
        if let Body::DisbursementRecorded(_) = body
            && is_own
        {
            self.paid = Some(amount::of(recorded));
        } else if let Body::RefundReceived(b) = body
            && b.disbursement == self.index
        {
            self.refunds.push((recorded.index, amount::of(recorded)));
        } else if let Body::EntryReversed(b) = body
            && is_own
        {
            self.reverses = Some(b.entry);
        }
    }

    /// What refunds that stand have taken from the payment, and what is left of it; nothing where it
    /// cannot be counted.
    fn left(&self) -> Option<(Amount, Amount)> {
        let standing = self.refunds.iter().filter(|(entry, _)| !self.reversed.contains_key(entry));
        let amounts: Option<Vec<Amount>> = standing.map(|(_, amount)| *amount).collect();
        let refunded = Amount::sum(amounts?)?;
        let left = match self.reversed.get(&self.index) {
            Some(_) => Amount::ZERO,
            None => self.paid??.checked_sub(refunded)?,
        };
        Some((refunded, left))
    }

    /// Adds what people read.
    pub(super) fn add(&self, card: &mut Card, currency: Currency, lang: Lang) {
        let money = |amount: Amount| words::money(&currency.money(amount), lang);
        let documents = self.documents.iter().map(|(entry, document)| {
            let by = if *entry == self.index { String::new() } else { format!(" (@{entry})") };
            format!("{} · {} · {}{by}", document.name, document.kind, document.hash)
        });
        card.add(lang.choose("documents", "附件"), documents.collect::<Vec<_>>().join("\n"));
        if let Some(entry) = self.reverses {
            card.add(lang.choose("reverses", "冲销"), format!("@{entry}"));
        }
        if self.refunds.is_empty() {
            return;
        }
        let refunds = self.refunds.iter().map(|(entry, amount)| {
            let undone = self.reversed.get(entry).copied().map(|by| match lang {
                Lang::En => format!(" (reversed @{by})"),
                Lang::Zh => format!("（已冲销 @{by}）"),
            });
            let amount = amount.map(money).unwrap_or_default();
            format!("@{entry} {amount}{}", undone.unwrap_or_default())
        });
        card.add(lang.choose("refunds", "退款"), refunds.collect::<Vec<_>>().join("\n"));
        if let Some((_, left)) = self.left() {
            card.add(lang.choose("left of it", "退款后余额"), money(left));
        }
    }

    pub(super) fn documents_json(&self) -> Value {
        let documents = self.documents.iter().map(|(entry, document)| {
            json!({
                "entry": entry,
                "hash": document.hash.to_string(),
                "kind": document.kind.to_string(),
                "name": document.name.to_string(),
                "pages": document.pages,
            })
        });
        Value::Array(documents.collect())
    }

    /// Nothing of an entry that is no payment.
    pub(super) fn refunds_json(&self, currency: Currency) -> Value {
        if self.paid.is_none() {
            return Value::Null;
        }
        let plain = |amount: Option<Amount>| amount.map(|amount| currency.plain(amount));
        let entries = self.refunds.iter().map(|(entry, amount)| {
            json!({"entry": entry, "amount": plain(*amount), "reversed_by": self.reversed.get(entry).copied()})
        });
        let (refunded, left) = self.left().unzip();
        json!({
            "entries": entries.collect::<Vec<_>>(),
            "refunded": plain(refunded),
            "left": plain(left),
        })
    }

    pub(super) fn reverses(&self) -> Option<u64> {
        self.reverses
    }
}
