//! One entry as JSON: what `show` and `export jsonl` print, and what golden vectors hold.
//!
//! The body is written by its own fields. Amounts, which events keep as minor units, become exact
//! decimal text in major units: of the ledger's currency, or of the currency that stands beside them
//! (the original amount of a pledge). A field that says `minor_units` in its name keeps them. In a currency that is not known they stay
//! `{"minor_units": …}`, since how many digits it has is not known either.

use crate::domain::calendar::instant_text;
use crate::domain::money::{Amount, Currency};
use crate::domain::posting::{Leaf, Move};
use crate::projection::Recorded;
use crate::projection::content::Content;
use serde_json::{Map, Value, json};

/// The entry with every field of its envelope, its body and its moves.
#[must_use]
pub fn entry_json(recorded: &Recorded<'_>, currency: Currency) -> Value {
    let mut json = lone_entry_json(recorded, Some(currency));
    if let Some(fields) = json.as_object_mut() {
        let moves = recorded.moves.iter().map(|m| move_json(m, currency)).collect();
        fields.insert("moves".to_owned(), Value::Array(moves));
    }
    json
}

/// An entry by itself, without its moves, which only the entries before it tell; and where they are
/// not at hand, without a currency: amounts then stay in minor units.
#[must_use]
pub fn lone_entry_json(recorded: &Recorded<'_>, currency: Option<Currency>) -> Value {
    let row = recorded.row.map(|row| {
        let key: String = row.key.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"source": row.source, "row_key": key})
    });
    // No type of ours fails here: every map has text as its keys.
    let body = serde_json::to_value(recorded.content()).unwrap_or(Value::Null);
    json!({
        "entry": recorded.index,
        "id": recorded.id.to_string(),
        "hash": recorded.hash.to_string(),
        "recorded_at": instant_text(recorded.recorded_at_microseconds),
        "occurred_on": recorded.event.occurred_on.to_string(),
        "type": recorded.kind(),
        "type_number": recorded.kind_number(),
        "officer": recorded.officer,
        "command": recorded.command.to_string(),
        "historical": recorded.event.historical,
        "row": row,
        "confidential": recorded.event.confidential.map(|commitment| commitment.to_string()),
        "body": in_major_units(body, currency),
    })
}

fn move_json(m: &Move, currency: Currency) -> Value {
    let amount = currency.plain(m.amount);
    json!({"from": leaf_json(&m.from), "to": leaf_json(&m.to), "amount": amount})
}

fn leaf_json(leaf: &Leaf) -> Value {
    json!({
        "line": leaf.line.to_string(),
        "stage": leaf.stage.text(),
        "project": leaf.project.as_ref().map(ToString::to_string),
        "commitment": leaf.commitment.as_ref().map(ToString::to_string),
    })
}

/// The fields of a body as JSON for people; amounts as exact decimal text in major units.
#[must_use]
pub fn body_in_major_units(body: Content<'_>, currency: Currency) -> Value {
    let value = serde_json::to_value(body);
    in_major_units(value.unwrap_or(Value::Null), Some(currency))
}

/// Replaces every `{"minor_units": "123"}` by decimal text.
#[must_use]
pub fn in_major_units(value: Value, currency: Option<Currency>) -> Value {
    match value {
        Value::Object(fields) => match (minor_units(&fields), currency) {
            (Some(amount), Some(currency)) => Value::String(currency.plain(amount)),
            (Some(_), None) => Value::Object(fields),
            (None, _) => {
                let own = fields.get("currency").and_then(Value::as_str);
                // A ledger's opening names its currency too: the same one.
                let currency = own.map_or(currency, Currency::named);
                let own_unit = |key: &str| key.ends_with("minor_units");
                let fields = fields.into_iter().map(|(key, value)| match minor_units_of(&value) {
                    Some(amount) if own_unit(&key) => (key, Value::String(amount.0.to_string())),
                    Some(_) | None => (key, in_major_units(value, currency)),
                });
                fields.collect()
            }
        },
        Value::Array(values) => {
            values.into_iter().map(|value| in_major_units(value, currency)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn minor_units_of(value: &Value) -> Option<Amount> {
    minor_units(value.as_object()?)
}

fn minor_units(fields: &Map<String, Value>) -> Option<Amount> {
    if fields.len() != 1 {
        return None;
    }
    fields.get("minor_units")?.as_str()?.parse().ok().map(Amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{FollowOnPledged, OriginalAmount};
    use crate::domain::ids::{Code, Text};
    use crate::domain::kinds::FollowOnKind;

    #[test]
    fn amounts_are_in_the_currency_beside_them() {
        let cny = Currency::named("CNY").unwrap();
        let pledge = json!({
            "amount": {"minor_units": "12345"},
            "original": {"amount": {"minor_units": "1500"}, "currency": "JPY"},
            "other": [{"amount": {"minor_units": "-1"}, "currency": "XYZ"}],
        });
        assert_eq!(
            in_major_units(pledge, Some(cny)),
            json!({
                "amount": "123.45",
                "original": {"amount": "1500", "currency": "JPY"},
                "other": [{"amount": {"minor_units": "-1"}, "currency": "XYZ"}],
            })
        );
    }

    #[test]
    fn amounts_are_in_major_units_of_their_own_currency() {
        let original = OriginalAmount {
            amount: Amount(12_345),
            currency: Text::new("JPY"),
            rate: Text::new("15.5"),
            source: Text::new("bank"),
        };
        let pledged = FollowOnPledged {
            code: Code::new("INV-1"),
            project: Code::new("CARD"),
            investor: Text::new("示例软件企业甲"),
            kind: FollowOnKind::EnterpriseBuild,
            amount: Amount(-150),
            original: Some(original),
            valuation: None,
            agreement: None,
            causality: None,
            filing: Default::default(),
        };
        let json = body_in_major_units(Content(&pledged.into()), Currency::named("CNY").unwrap());
        assert_eq!(json["amount"], "-1.50");
        assert_eq!(json["original"]["amount"], "12345");
        assert_eq!(json["kind"], "enterprise_build");
    }
}
