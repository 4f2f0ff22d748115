//! The tiers of verification, from public data.
