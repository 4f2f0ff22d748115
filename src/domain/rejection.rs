//! Stub while the house is being built.

/// Why the domain said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection;

impl Rejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "rejected"
    }
    /// The rule in words.
    #[must_use]
    pub fn message(&self) -> String {
        String::new()
    }
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        None
    }
    /// The figures.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
