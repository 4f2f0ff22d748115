//! Words as a shell takes them, for the lines that are printed to be pasted.

/// A word, quoted where a shell would read it as something else.
#[must_use]
pub fn quoted(word: &impl ToString) -> String {
    let word = word.to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@=,+￥¥".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_pasted_as_it_is() {
        assert_eq!(quoted(&"earmark-demo/home"), "earmark-demo/home");
        assert_eq!(quoted(&"PD-INFO:2002"), "PD-INFO:2002");
        assert_eq!(quoted(&"A=1,50"), "A=1,50");
        assert_eq!(quoted(&""), "''");
        assert_eq!(quoted(&"it's mine"), r"'it'\''s mine'");
        assert_eq!(quoted(&"$(id)"), "'$(id)'");
    }
}
