//! What comes in: CSV files driven by a TOML mapping.
