//! Full-width characters as their plain selves, as an input method writes them.

use std::borrow::Cow;

/// Full-width ASCII, signs, the minus and the ideographic full stop as their plain selves.
#[must_use]
pub fn fold_wide(text: &str) -> Cow<'_, str> {
    let wide =
        |c: char| ('\u{ff01}'..='\u{ff5e}').contains(&c) || matches!(c, '￥' | '￡' | '。' | '｡');
    if text.is_ascii() || !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let fold = |c: char| match c {
        '￥' => '¥',
        '￡' => '£',
        '。' | '｡' => '.',
        c if wide(c) => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    };
    Cow::Owned(text.chars().map(fold).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_input_method_writes() {
        assert_eq!(fold_wide("￥１，２０４。５（－）：＝"), "¥1,204.5(-):=");
        assert_eq!(fold_wide("专项"), "专项");
    }
}
