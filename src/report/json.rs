//! A report as JSON: header, rows, totals; or as JSON lines, one row a line. Amounts are exact
//! decimal text in major units, ratios text with six digits or null, days ISO 8601. And the schema of
//! a report, from its contract.

use super::data_text;
use super::table::{Cell, Column, Identity, Kind, Note, Spec, Table};
use crate::domain::money::Currency;
use serde_json::{Map, Value, json};

/// The whole report as a value.
#[must_use]
pub fn value(table: &Table) -> Value {
    let rows = table.rows.iter().map(|cells| row(table, cells)).collect();
    whole(table, rows, table.totals.as_ref(), &table.notes)
}

fn whole(table: &Table, rows: Value, summed: Option<&Vec<Cell>>, notes: &[Note]) -> Value {
    let header = &table.header;
    let notes = header.breaches.iter().chain(notes);
    let notes: Vec<&str> = notes.map(|note| note.en.as_str()).collect();
    json!({
        "report": table.report,
        "schema": schema_name(table.report),
        "identity": header.identity.text(),
        "ledger": header.ledger,
        "size": header.head.size,
        "head": header.head.hash.to_string(),
        "as_of": header.as_of.map(|day| day.to_string()),
        "as_known_at": header.as_known_at,
        "filter": header.filter,
        "currency": header.currency.to_string(),
        "rows": rows,
        "totals": summed.map_or_else(|| json!({}), |cells| totals(table, cells)),
        "notes": notes,
    })
}

/// Where the rows stand in the text of a whole report. No text of a report can say this: within one a
/// quotation mark is escaped.
const ROWS: &str = "\n  \"rows\": [";

/// The text of a report up to its first row.
pub(super) fn front(table: &Table) -> String {
    let text = format!("{:#}", whole(table, json!([]), None, &[]));
    let end = text.find(ROWS).map_or(text.len(), |at| at.saturating_add(ROWS.len()));
    text.get(..end).unwrap_or_default().to_owned()
}

/// The text of a report after its last row; the whole of it where there was none.
pub(super) fn back(table: &Table, any: bool, totals: Option<&Vec<Cell>>, notes: &[Note]) -> String {
    let text = format!("{:#}\n", whole(table, json!([]), totals, notes));
    if !any {
        return text;
    }
    let start = text.find(ROWS).map_or(text.len(), |at| at.saturating_add(ROWS.len()));
    format!("\n  {}", text.get(start..).unwrap_or_default())
}

/// A row within the text of a whole report.
pub(super) fn indented_row(table: &Table, cells: &[Cell]) -> String {
    format!("\n{:#}", row(table, cells)).replace('\n', "\n    ")
}

/// A row as a line of its own.
pub(super) fn row_line(table: &Table, cells: &[Cell]) -> String {
    format!("{}\n", row(table, cells))
}

/// The file that the report's schema is in.
#[must_use]
pub fn schema_name(report: &str) -> String {
    format!("report.{report}.json")
}

fn row(table: &Table, cells: &[Cell]) -> Value {
    let pairs = table.columns.iter().zip(cells);
    let pairs =
        pairs.map(|(column, cell)| (column.key.to_owned(), one(cell, &table.header.currency)));
    Value::Object(pairs.collect())
}

/// Only columns that can be added up; a number only where there is one.
fn totals(table: &Table, cells: &[Cell]) -> Value {
    let pairs = table.columns.iter().zip(cells).filter(|(column, cell)| {
        is_summed(column.kind) && (column.kind != Kind::Count || **cell != Cell::Empty)
    });
    let pairs =
        pairs.map(|(column, cell)| (column.key.to_owned(), one(cell, &table.header.currency)));
    Value::Object(pairs.collect())
}

fn is_summed(kind: Kind) -> bool {
    match kind {
        Kind::Amount | Kind::Ratio | Kind::Points | Kind::Count => true,
        Kind::Code
        | Kind::Name
        | Kind::Word
        | Kind::Codes
        | Kind::Date
        | Kind::Instant
        | Kind::Flag => false,
    }
}

fn one(cell: &Cell, currency: &Currency) -> Value {
    match cell {
        Cell::Texts(texts) => json!(texts),
        Cell::Flag(flag) => json!(flag),
        Cell::Count(count) => match i64::try_from(*count) {
            Ok(count) => json!(count),
            Err(_) => json!(count.to_string()),
        },
        Cell::Empty
        | Cell::Text(_)
        | Cell::Said(..)
        | Cell::Amount(_)
        | Cell::Ratio(_)
        | Cell::Date(_)
        | Cell::Instant(_) => json!(data_text(cell, *currency)),
    }
}

/// The JSON Schema of a report: what `schemas/` holds.
#[must_use]
pub fn schema(spec: &Spec) -> Value {
    let all = spec.keys.iter().chain(spec.columns);
    let properties: Map<String, Value> = all.map(|c| (c.key.to_owned(), kind(c))).collect();
    let summed = spec.keys.iter().chain(spec.columns).filter(|column| is_summed(column.kind));
    let totals: Map<String, Value> = summed.map(|c| (c.key.to_owned(), kind(c))).collect();
    let required: Vec<&str> = spec.columns.iter().map(|column| column.key).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("earmark report {}", spec.name),
        "description": "Amounts are exact decimal text in major units of the currency; ratios are \
                        text with six decimals, or null where they do not apply; dates ISO 8601.",
        "type": "object",
        "required": [
            "report", "schema", "identity", "ledger", "size", "head", "as_of", "as_known_at", "filter",
            "currency", "rows", "totals", "notes",
        ],
        "additionalProperties": false,
        "properties": {
            "report": {"const": spec.name},
            "schema": {"const": schema_name(spec.name)},
            "identity": {
                "enum": [Identity::Pinned.text(), Identity::NotPinned.text()],
                "description": "Whether anybody outside says whose log it is: a pin on this machine.",
            },
            "ledger": {"type": "string"},
            "size": {"type": "integer"},
            "head": {"$ref": "#/$defs/hash"},
            "as_of": {"anyOf": [{"$ref": "#/$defs/date"}, {"type": "null"}]},
            "as_known_at": {"type": ["integer", "null"]},
            "filter": {"type": "array", "items": {"type": "string"}},
            "currency": {"type": "string"},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": required,
                    "additionalProperties": false,
                    "properties": properties,
                },
            },
            "totals": {
                "type": "object",
                "additionalProperties": false,
                "properties": totals,
            },
            "notes": {"type": "array", "items": {"type": "string"}},
        },
        "$defs": {
            "amount": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"},
            "ratio": {"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{6}$"},
            "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "instant": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}Z$"},
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
    })
}

fn kind(column: &Column) -> Value {
    match column.kind {
        Kind::Codes => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Count => json!({"type": ["integer", "null"]}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Code | Kind::Name | Kind::Word => json!({"type": ["string", "null"]}),
        Kind::Amount | Kind::Ratio | Kind::Points | Kind::Date | Kind::Instant => nullable(column),
    }
}

fn nullable(column: &Column) -> Value {
    let name = match column.kind {
        Kind::Amount => "amount",
        Kind::Ratio | Kind::Points => "ratio",
        Kind::Date => "date",
        Kind::Instant => "instant",
        Kind::Code | Kind::Name | Kind::Word | Kind::Codes | Kind::Count | Kind::Flag => "hash",
    };
    json!({"anyOf": [{"$ref": format!("#/$defs/{name}")}, {"type": "null"}]})
}
