//! How amounts and days are written: `[numbers]` and `[dates]`.

use crate::error::Result;
use crate::form::amount::{NumberStyle, Signs};
use crate::form::day::DateFormat;
use crate::import::keys::Item;

pub(super) fn number_style(item: &Item<'_>) -> Result<NumberStyle> {
    let section = item.section("[numbers]")?;
    section.only(&["decimal", "thousands", "currency", "negative", "scale"])?;
    let mut style = NumberStyle::default();
    if let Some(item) = section.get("decimal") {
        style.decimal = item.character()?;
    }
    if let Some(item) = section.get("thousands") {
        style.thousands = if item.as_text() == Some("") { None } else { Some(item.character()?) };
    }
    let digit_like = |c: char| c.is_alphanumeric() || c == '-';
    if style.thousands == Some(style.decimal)
        || digit_like(style.decimal)
        || style.thousands.is_some_and(digit_like)
    {
        return Err(item.unfit("a style whose separators differ and are no letters, digits or `-`"));
    }
    if let Some(item) = section.get("currency") {
        let signs = item.texts()?;
        let bad = |sign: &String| {
            sign.trim().is_empty()
                || sign.contains(|c: char| c.is_ascii_digit() || "()+-.,".contains(c))
        };
        if signs.iter().any(bad) {
            return Err(item.unfit("signs or codes without digits, points, commas, `()+-`"));
        }
        style.signs = Signs::Listed(signs);
    }
    if let Some(item) = section.get("negative") {
        let forms = item.texts()?;
        let has = |form: &str| forms.iter().any(|known| known == form);
        style.minus_in_front = has("-");
        style.minus_behind = has("trailing -");
        style.parentheses = has("()");
        if forms.iter().any(|form| !["-", "trailing -", "()"].contains(&form.as_str())) {
            return Err(item.unfit("of \"-\", \"trailing -\" and \"()\""));
        }
    }
    if let Some(item) = section.get("scale") {
        style.scale = item.number(1)?;
    }
    Ok(style)
}

pub(super) fn date_formats(item: &Item<'_>) -> Result<Vec<DateFormat>> {
    let section = item.section("[dates]")?;
    section.only(&["formats"])?;
    let item = section.need("formats")?;
    let read = |text: &String| {
        DateFormat::parse(text).ok_or_else(|| {
            item.unfit(
                "formats with one year (yyyy or roc), one month (mm or m) and one day (dd or d)",
            )
        })
    };
    let formats: Vec<DateFormat> = item.texts()?.iter().map(read).collect::<Result<_>>()?;
    let contradiction = formats.iter().zip(1..).find_map(|(one, next)| {
        let others = formats.iter().skip(next);
        others.filter_map(|other| Some((one, other, one.contradicts(other)?))).next()
    });
    match contradiction {
        None => Ok(formats),
        Some((one, other, text)) => Err(item.unfit(&format!(
            "formats that read a text as one day: `{text}` is two, as {} and as {}",
            one.text(),
            other.text()
        ))),
    }
}
