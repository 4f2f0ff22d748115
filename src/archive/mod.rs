//! The published log folder (C2SP tlog-tiles): writer and reader.
