//! What comes in: CSV files driven by a TOML mapping (schemas/mapping.md).

pub mod date;
mod decode;
pub mod fields;
mod fit;
pub mod intake;
mod keys;
pub mod mapping;
mod mark;
pub mod number;
pub mod plan;
pub mod problem;
pub mod reader;
mod refusal;
pub mod rejects;
pub mod rowkey;
pub mod rows;
pub mod run;
mod spoilt;
pub mod template;
pub mod text;
mod wish;

pub use decode::MAX_ROW_BYTES;
