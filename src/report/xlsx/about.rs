//! The second sheet: of which ledger, when, what was asked for, what is to be known, and the names that the
//! columns have in data.

use super::super::table::{Identity, Note};
use super::super::view::{Unit, View};
use super::Drawn;
use super::face::{Face, Faces};
use super::save::Kept;
use super::value::{fitting, sheet_name};
use crate::domain::calendar::instant_text;
use crate::words::Lang;
use crate::words::shown::{counted, safe};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

/// How wide its columns are, in characters.
const WIDTHS: [f64; 2] = [24.0, 90.0];

/// Lines below each other.
struct Lines<'f> {
    sheet: Worksheet,
    faces: &'f Faces,
    next: u32,
}

impl Lines<'_> {
    fn line(&mut self, label: &str, text: &str, face: Face) -> Kept<()> {
        let (shown, _) = fitting(safe(text));
        self.sheet.write_string_with_format(self.next, 0, label, self.faces.of(Face::Title))?;
        self.sheet.write_string_with_format(self.next, 1, shown, self.faces.of(face))?;
        self.next = self.next.saturating_add(1);
        Ok(())
    }
}

/// Adds the sheet, and says what the workbook is and of when.
pub(super) fn write(
    book: &mut Workbook,
    view: &View<'_>,
    columns: &[Drawn],
    faces: &Faces,
    notes: &[Note],
) -> Kept<()> {
    let (lang, table) = (view.lang, view.table);
    let header = &table.header;
    let title = lang.label(&format!("report:{}", table.report)).to_owned();
    let mut lines = Lines { sheet: Worksheet::new(), faces, next: 0 };
    lines.line(lang.label("about:report"), &title, Face::Title)?;
    lines.line(lang.label("about:ledger"), &header.name, Face::Text)?;
    lines.line(lang.label("about:ledger_id"), &header.ledger, Face::Text)?;
    lines.line(lang.label("about:size"), &header.head.size.to_string(), Face::Text)?;
    lines.line(lang.label("head"), &header.head.hash.to_string(), Face::Text)?;
    if let Some(at) = header.recorded_at {
        lines.line(lang.label("about:recorded_at"), &instant_text(at), Face::Text)?;
    }
    let as_of = header.as_of.map(|day| day.to_string());
    let all = || lang.label("about:all").to_owned();
    lines.line(lang.label("as_of"), &as_of.unwrap_or_else(all), Face::Text)?;
    let known_at = header.as_known_at.map(|size| size.to_string());
    lines.line(lang.label("as_known_at"), &known_at.unwrap_or_else(all), Face::Text)?;
    let filter = header.filter.join(" ");
    let filter = if filter.is_empty() { lang.label("about:none").to_owned() } else { filter };
    lines.line(lang.label("filter"), &filter, Face::Text)?;
    lines.line(lang.label("about:unit"), &view.unit_name(), Face::Text)?;
    match header.identity {
        Identity::Pinned => {
            lines.line(lang.label("about:identity"), lang.label("about:pinned"), Face::Text)?;
        }
        Identity::NotPinned => {
            let words = lang.label("identity:not_pinned");
            lines.line(lang.label("about:identity"), words, Face::Alarm)?;
        }
    }
    for note in &header.breaches {
        lines.line(lang.label("about:breach"), note.text(lang), Face::Alarm)?;
    }
    for note in notes {
        lines.line(lang.label("about:note"), note.text(lang), Face::LongText)?;
    }
    lines.next = lines.next.saturating_add(1);
    lines.line(lang.label("about:column"), lang.label("about:key"), Face::Title)?;
    for drawn in columns {
        lines.line(lang.label(drawn.column.key), drawn.column.key, Face::Text)?;
    }
    let mut sheet = lines.sheet;
    sheet.set_name(sheet_name(lang.label("about")))?;
    for (column, width) in (0_u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_landscape().set_paper_size(super::A4).set_print_fit_to_pages(1, 0);
    book.push_worksheet(sheet);
    let title = safe(&format!("{title} · {}", header.name));
    book.set_properties(&properties(&title, header.recorded_at));
    Ok(())
}

/// Dated by the last entry that is in it, never by a clock.
pub(super) fn properties(title: &str, recorded_at: Option<i64>) -> DocProperties {
    let seconds = recorded_at.unwrap_or_default().div_euclid(1_000_000);
    let at = ExcelDateTime::from_timestamp(seconds).or_else(|_| ExcelDateTime::from_timestamp(0));
    let properties = DocProperties::new().set_title(title).set_author("earmark");
    match at {
        Ok(at) => properties.set_creation_datetime(&at),
        Err(_) => properties,
    }
}

/// Which columns hold numbers of more digits than a spreadsheet keeps.
pub(super) fn written_as_text(keys: &[&str]) -> Option<Note> {
    let named = |lang: Lang| keys.iter().map(|key| lang.label(key)).collect::<Vec<_>>();
    (!keys.is_empty()).then(|| Note {
        en: format!(
            "Written as text, exactly: numbers of more than 15 digits, which a spreadsheet does not keep, in: {}. \
             Totals of these columns are values, not formulas.",
            named(Lang::En).join(", ")
        ),
        zh: format!(
            "以下各列中超过 15 位有效数字的数，电子表格无法精确保存，故按文本原样写出：{}。这些列的合计为数值，不是公式。",
            named(Lang::Zh).join("、")
        ),
    })
}

/// Which columns somebody who adds them up gets another figure from than the total.
pub(super) fn no_sums(keys: &[&str]) -> Option<Note> {
    let named = |lang: Lang| keys.iter().map(|key| lang.label(key)).collect::<Vec<_>>();
    (!keys.is_empty()).then(|| Note {
        en: format!(
            "Totals that are values and not formulas, for they are not what the rows add up to: {}. What was \
             carried from one row to another counts once.",
            named(Lang::En).join(", ")
        ),
        zh: format!(
            "以下各列的合计是数值，不是公式，因为它不等于各行之和：{}。行间结转只计一次。",
            named(Lang::Zh).join("、")
        ),
    })
}

/// How many texts are not whole.
pub(super) fn cut_texts(count: u64) -> Option<Note> {
    (count > 0).then(|| Note {
        en: format!(
            "Cut, with … at the end: {}, longer than the 32,767 characters of a cell. Whole: -O csv.",
            counted(count, "text", "texts")
        ),
        zh: format!("有 {count} 处文本超过单元格上限 32,767 字符，已截断并以 … 结尾；全文见 -O csv。"),
    })
}

/// That cells hold more digits than they show.
pub(super) fn in_wan(view: &View<'_>) -> Option<Note> {
    (view.unit == Unit::Wan).then(|| Note {
        en: "Cells hold exact amounts and show them to 0.01 of the unit.".to_owned(),
        zh: "单元格内为精确金额，显示到 0.01 个单位。".to_owned(),
    })
}
