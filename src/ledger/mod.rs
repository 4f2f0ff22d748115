//! The one place where propose, admit, chain, store and archive meet.
