//! What comes in: CSV files driven by a TOML mapping (schemas/mapping.md).

mod ahead;
mod carried;
mod changed;
mod decode;
pub mod fields;
pub mod findings;
mod fit;
pub mod former;
pub mod history;
pub mod intake;
pub mod job;
mod keys;
mod label;
pub mod mapping;
mod mark;
pub mod payments;
pub mod plan;
mod planned;
pub mod problem;
pub mod reader;
mod refusal;
pub mod rejects;
mod returned;
pub mod rounded;
pub mod rowkey;
pub mod rows;
pub mod run;
mod spoilt;
pub mod summary;
pub mod survey;
mod table;
pub mod template;
pub mod text;
pub mod undo;
mod wish;

pub use decode::MAX_ROW_BYTES;
