//! How a text of strangers and a figure are shown, in whichever language.

use std::fmt::Write as _;

/// Text that cannot steer a terminal: control and reading-order characters as their code points.
///
/// ```
/// use earmark::words::shown::safe;
/// assert_eq!(safe("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
/// assert_eq!(safe("社保卡"), "社保卡");
/// ```
#[must_use]
pub fn safe(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}'
            )
            || ('\u{202A}'..='\u{202E}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Text for a terminal, with everything escaped that could move it; line feeds stay.
#[must_use]
pub fn for_terminal(text: &str) -> String {
    text.split('\n').map(safe).collect::<Vec<_>>().join("\n")
}

/// Digits with thousands separators: `-1234.50` → `-1,234.50`. Anything else stays as it is.
#[must_use]
pub fn grouped(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return plain.to_owned();
    }
    let mut out = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && whole.len().saturating_sub(place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count with its noun: `1 entry`, `28,761 entries`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&count.to_string()), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_never_moved() {
        assert_eq!(for_terminal("a\u{1b}[2J\r\nb\u{202e}c"), "a\\u{1b}[2J\\u{d}\nb\\u{202e}c");
        assert_eq!(for_terminal("浦东 — 示例"), "浦东 — 示例");
    }

    #[test]
    fn figures_are_grouped_and_counted() {
        for (plain, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("-1234.50", "-1,234.50"),
            ("1000000", "1,000,000"),
            ("x1", "x1"),
        ] {
            assert_eq!(grouped(plain), shown);
        }
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
        assert_eq!(counted(28_761, "entry", "entries"), "28,761 entries");
    }
}
