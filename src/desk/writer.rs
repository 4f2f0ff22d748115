//! One writer.
