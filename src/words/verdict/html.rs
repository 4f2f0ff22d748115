//! A little HTML: elements whose text cannot break out of them.

use crate::words::shown::for_terminal;

/// The most columns of figures and names that stand beside one another on a page.
const WIDE_COLUMNS: usize = 7;

/// Text as HTML shows it, also in an attribute; what could change the direction of reading is shown
/// as its code point.
pub(super) fn escaped(text: &str) -> String {
    let text = for_terminal(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// An element with text in it.
pub(super) fn text(element: &str, class: &str, content: &str) -> String {
    html(element, class, &escaped(content))
}

/// An element with HTML in it, which the caller has made.
pub(super) fn html(element: &str, class: &str, content: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<{element}{class}>{content}</{element}>\n")
}

/// A row of a table, of cells with their class.
pub(super) fn row(element: &str, cells: &[(&str, String)]) -> String {
    let cells: String =
        cells.iter().map(|(class, content)| text(element, class, content)).collect();
    html("tr", "", &cells)
}

/// A row of figures behind a name. Each figure says its column, for where the table is no grid: on a
/// phone, and where it has more columns than a page is wide.
pub(super) fn figures_row(name: &str, figures: &[String], columns: &[&str]) -> String {
    let figure = |(figure, column): (&String, &&str)| {
        let label = escaped(column);
        format!("<td class=\"n\" data-column=\"{label}\">{}</td>\n", escaped(figure))
    };
    let figures: String = figures.iter().zip(columns).map(figure).collect();
    html("tr", "", &format!("{}{figures}", text("td", "name", name)))
}

/// A table of figures with their sums, which come once, at its end.
pub(super) fn figures_table(head: &[(&str, String)], rows: &str, foot: &str) -> String {
    let is_wide = head.len() > WIDE_COLUMNS;
    let class = if is_wide { "figures wide" } else { "figures" };
    let head = html("thead", "", &row("th", head));
    let body = format!("{head}{}{}", html("tbody", "", rows), html("tfoot", "", foot));
    html("div", "frame", &html("table", class, &body))
}

/// A table with a head, in a frame that may be scrolled.
pub(super) fn table(head: &[(&str, String)], rows: &str) -> String {
    let head = html("thead", "", &row("th", head));
    let table = html("table", "", &format!("{head}{}", html("tbody", "", rows)));
    html("div", "frame", &table)
}

/// A list of terms and what they are; a value that is code stands in a fixed pitch.
pub(super) fn terms(of: &[(&str, String, bool)]) -> String {
    let all: String = (of.iter())
        .map(|(term, value, is_code)| {
            let value = if *is_code { text("code", "", value) } else { escaped(value) };
            format!("{}{}", text("dt", "", term), html("dd", "", value.trim_end()))
        })
        .collect();
    html("dl", "", &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_an_element() {
        let hostile = "</td><script>alert('x')</script>\"&\u{202e}";
        assert_eq!(
            text("td", "n", hostile),
            "<td class=\"n\">&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\\u{202e}</td>\n"
        );
    }
}
