//! The rules of public money, pure.

/// Why the domain said no.
pub mod rejection;
