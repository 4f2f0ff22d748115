//! What comes in: CSV files driven by a TOML mapping (schemas/mapping.md).

mod decode;
pub mod number;
pub mod problem;
pub mod reader;
pub mod rowkey;
pub mod text;

pub use decode::MAX_ROW_BYTES;
