//! A table on a narrow page: shorter names, then without the columns that are zero everywhere, then a card a
//! row. A row is never wrapped, nothing is left out without a word, and a code or figure is never cut.

use super::table::{Cell, Column, Kind, Note};
use super::view::{Shape, Unit, View, is_right};
use super::width::{cut, folded, pieces, width};
use crate::words::Lang;

/// Names are cut to no less.
const SHORTEST_NAME: usize = 16;

/// How a table is written.
pub(super) struct Fitted {
    pub(super) shapes: Vec<Shape>,
    /// A card a row.
    pub(super) in_cards: bool,
    /// What is said of it below.
    pub(super) note: Option<Note>,
}

/// How these rows are written on a page of `limit` columns; `is_cut`: more rows follow.
pub(super) fn fitted(
    view: &View<'_>,
    rows: &[Vec<Cell>],
    totals: Option<&Vec<Cell>>,
    is_cut: bool,
) -> Fitted {
    let shapes = view.shapes(rows, totals, is_cut);
    let Some(limit) = view.limit else { return Fitted { shapes, in_cards: false, note: None } };
    if let Some((shapes, zeros)) = as_table(&shapes, rows, totals, is_cut, limit) {
        let note = (!zeros.is_empty()).then(|| left_out(&zeros));
        return Fitted { shapes, in_cards: false, note };
    }
    let wan = view.in_unit(Unit::Wan);
    let helps = view.unit == Unit::Major
        && as_table(&wan.shapes(rows, totals, is_cut), rows, totals, is_cut, limit).is_some();
    let note = in_cards(table_width(&shapes), limit, helps);
    Fitted { shapes, in_cards: true, note: Some(note) }
}

/// The columns as they fit, with those that are left out; nothing if they do not fit.
fn as_table(
    shapes: &[Shape],
    rows: &[Vec<Cell>],
    totals: Option<&Vec<Cell>>,
    is_cut: bool,
    limit: usize,
) -> Option<(Vec<Shape>, Vec<Column>)> {
    if let Some(shapes) = with_short_names(shapes, limit) {
        return Some((shapes, Vec::new()));
    }
    let is_zero = |shape: &&Shape| {
        let mut cells = rows.iter().chain(totals).filter_map(|row| row.get(shape.place));
        !is_cut && shape.column.kind == Kind::Amount && cells.all(Cell::is_blank)
    };
    let zeros: Vec<Column> = shapes.iter().filter(is_zero).map(|shape| shape.column).collect();
    let kept: Vec<Shape> = shapes.iter().filter(|shape| !is_zero(shape)).copied().collect();
    with_short_names(&kept, limit).map(|shapes| (shapes, zeros))
}

/// The columns with names as short as they have to be; nothing if that is not enough.
fn with_short_names(shapes: &[Shape], limit: usize) -> Option<Vec<Shape>> {
    let mut shapes = shapes.to_vec();
    while table_width(&shapes) > limit {
        let names = shapes.iter_mut().filter(|shape| shape.column.kind == Kind::Name);
        let widest = names.max_by_key(|shape| shape.width)?;
        widest.width = widest.width.checked_sub(1).filter(|width| *width >= SHORTEST_NAME)?;
    }
    Some(shapes)
}

fn table_width(shapes: &[Shape]) -> usize {
    let gaps = shapes.len().saturating_sub(1).saturating_mul(2);
    shapes.iter().fold(gaps, |sum, shape| sum.saturating_add(shape.width))
}

fn left_out(zeros: &[Column]) -> Note {
    let named = |lang: Lang| zeros.iter().map(|column| lang.label(column.key)).collect::<Vec<_>>();
    Note {
        en: format!("Left out to fit, 0 in every row: {}.", named(Lang::En).join(", ")),
        zh: format!("为适应屏宽，以下各列均为 0，未列示：{}。", named(Lang::Zh).join("、")),
    }
}

fn in_cards(wide: usize, limit: usize, wan_helps: bool) -> Note {
    let (en, zh) = if wan_helps {
        ("with --unit wan it is a table that fits", "加 --unit wan 即可成表")
    } else {
        ("wider, it is a table", "加宽后即可成表")
    };
    Note {
        en: format!(
            "A field a line, for the table is {wide} columns wide and this page {limit}; {en}."
        ),
        zh: format!("表宽 {wide} 列，页宽 {limit} 列，故逐项列示；{zh}。"),
    }
}

/// A row as a card: its first cell, or `label`, as the heading, and every other cell that says something on a
/// line of its own, figures below each other.
pub(super) fn card(
    view: &View<'_>,
    row: &[Cell],
    shapes: &[Shape],
    label: &str,
    always: bool,
) -> String {
    let limit = view.limit.unwrap_or(usize::MAX);
    let label_width = shapes.iter().skip(1).map(|shape| view.width_of(shape.column.key)).max();
    let label_width = label_width.unwrap_or(0);
    let figures = shapes.iter().skip(1).filter(|shape| is_right(shape.column.kind));
    let figure_width = figures.map(|shape| shape.width).max().unwrap_or(0);
    let mut out = String::new();
    for (n, shape) in shapes.iter().enumerate() {
        let text = view.cell(row, shape.place, &shape.column);
        if n == 0 {
            let is_label = always || text.is_empty();
            let heading = match (is_label, is_right(shape.column.kind)) {
                (true, _) => view.lang.label(label).to_owned(),
                // A number alone says nothing.
                (false, true) => format!("{} {text}", view.lang.label(shape.column.key)),
                (false, false) => text,
            };
            out.push_str(&folded(&heading, Some(limit)));
            out.push('\n');
            continue;
        }
        if text.is_empty() {
            continue;
        }
        let name = view.lang.label(shape.column.key);
        let gap = label_width.saturating_sub(width(name)).saturating_add(2);
        let is_figure = is_right(shape.column.kind);
        let space = if is_figure { figure_width.saturating_sub(width(&text)) } else { 0 };
        let front = label_width.saturating_add(4);
        let line = format!("  {name}{}{}{text}", " ".repeat(gap), " ".repeat(space));
        if width(&line) <= limit {
            out.push_str(&line);
        } else {
            out.push_str(&long_field(name, gap, &text, front, limit));
        }
        out.push('\n');
    }
    out
}

/// A field that is longer than the page: it goes on below itself, beside its label where its words have room
/// there, else below the label.
fn long_field(name: &str, gap: usize, text: &str, front: usize, limit: usize) -> String {
    let longest = pieces(text).iter().map(|piece| width(piece.trim_end())).max().unwrap_or(0);
    let is_beside = front.saturating_add(longest) <= limit;
    let (indent, between) =
        if is_beside { (front, " ".repeat(gap)) } else { (4, "\n    ".to_owned()) };
    let room = limit.saturating_sub(indent).max(1);
    let below = format!("\n{}", " ".repeat(indent));
    format!(
        "  {}{between}{}",
        folded(name, Some(limit.saturating_sub(2).max(1))),
        folded(text, Some(room)).replace('\n', &below)
    )
}

/// A row's cells with its names as short as their columns.
pub(super) fn shortened(text: String, shape: &Shape, limit: Option<usize>) -> String {
    let is_cut = limit.is_some() && shape.column.kind == Kind::Name;
    if is_cut { cut(&text, shape.width) } else { text }
}
