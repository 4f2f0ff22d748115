//! Projection to rows to table, csv, json, jsonl.
