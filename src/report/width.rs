//! How wide text is on a page, and text that fits one: cut or folded.

use unicode_width::UnicodeWidthChar;

/// Columns that a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().fold(0, |sum, c| sum.saturating_add(c.width().unwrap_or(0)))
}

/// The text, cut to `columns` with an ellipsis.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut out, mut taken) = (String::new(), 1_usize);
    for c in text.chars() {
        taken = taken.saturating_add(c.width().unwrap_or(0));
        if taken > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Text in lines of at most `limit` columns, broken at spaces and beside wide characters where it can be.
pub(super) fn folded(text: &str, limit: Option<usize>) -> String {
    let Some(limit) = limit.filter(|limit| width(text) > *limit) else { return text.to_owned() };
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if width(&line).saturating_add(width(piece.trim_end())) > limit && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if width(piece.trim_end()) <= limit {
            line.push_str(piece);
            continue;
        }
        for c in piece.chars() {
            let longer = width(&line).saturating_add(width(c.encode_utf8(&mut [0; 4])));
            if longer > limit && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    let trimmed: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    trimmed.join("\n")
}

/// Words with the space behind them, and wide characters one by one.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let end = at.saturating_add(c.len_utf8());
        let is_wide = width(c.encode_utf8(&mut [0; 4])) > 1;
        if is_wide && from < at {
            pieces.push(text.get(from..at).unwrap_or_default());
            from = at;
        }
        if is_wide || c == ' ' {
            pieces.push(text.get(from..end).unwrap_or_default());
            from = end;
        }
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_folded_by_the_width_of_its_characters() {
        let fold = |text: &str, limit| folded(text, Some(limit));
        assert_eq!(folded("one two three", None), "one two three");
        assert_eq!(fold("one two three", 13), "one two three");
        assert_eq!(fold("one two three", 12), "one two\nthree");
        assert_eq!(fold("one two three", 3), "one\ntwo\nthr\nee");
        assert_eq!(fold("浦东新区", 5), "浦东\n新区");
        assert_eq!(fold("浦东 PD 新区", 6), "浦东\nPD 新\n区");
        assert_eq!(fold("abcdefgh", 3), "abc\ndef\ngh");
        for limit in 1..20 {
            let text = "信息化 fund PD-INFO:2002:2001 的，余额 1,234.50";
            let lines = fold(text, limit);
            assert!(lines.lines().all(|line| width(line) <= limit.max(2)), "{limit}\n{lines}");
            let bare = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(bare(&lines), bare(text), "{limit}");
        }
    }
}
