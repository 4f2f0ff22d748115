//! What leaves: hledger, csv, jsonl.
