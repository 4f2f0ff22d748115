//! How amounts and days are written: `[numbers]` and `[dates]`, `sign`, `round` and `blank`.

use super::conditions::{Column, column};
use crate::error::Result;
use crate::form::amount::exact::Rounding;
use crate::form::amount::{Groups, NumberStyle, Signs};
use crate::form::day::DateFormat;
use crate::form::day::fiscal::Named;
use crate::import::keys::{Item, Section};
use crate::import::text::Compare;

/// How amounts are written, and which column says their direction.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Numbers {
    pub(in crate::import) style: NumberStyle,
    pub(in crate::import) sign: Option<Sign>,
}

/// A column whose words say the direction of an amount.
#[derive(Debug, Clone)]
pub(in crate::import) struct Sign {
    pub(in crate::import) column: Column,
    pub(in crate::import) words: SignWords,
}

/// The words, as they are compared.
#[derive(Debug, Clone)]
pub(in crate::import) struct SignWords {
    /// Below zero.
    pub(in crate::import) credit: Vec<String>,
    /// As it stands.
    pub(in crate::import) debit: Vec<String>,
    pub(in crate::import) compare: Compare,
}

/// How days and years are written.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Dates {
    pub(in crate::import) formats: Vec<DateFormat>,
    /// By which calendar year `FY2013` names a fiscal year.
    pub(in crate::import) fy: Option<Named>,
}

pub(super) fn numbers(item: &Item<'_>, compare: Compare) -> Result<Numbers> {
    let section = item.section("[numbers]")?;
    section.only(&[
        "decimal",
        "thousands",
        "groups",
        "currency",
        "negative",
        "scale",
        "minor",
        "round",
        "sign",
    ])?;
    let mut style = NumberStyle::default();
    separators(item, &section, &mut style)?;
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
    if let Some(item) = section.get("minor") {
        style.minor = item.truth()?;
        if style.minor && style.scale != 1 {
            return Err(item.unfit("without a `scale`: both say what an amount is counted in"));
        }
    }
    if let Some(item) = section.get("round") {
        style.rounding = rounding(&item)?;
    }
    let sign = section.get("sign").map(|item| sign(&item, compare)).transpose()?;
    Ok(Numbers { style, sign })
}

fn separators(item: &Item<'_>, section: &Section<'_>, style: &mut NumberStyle) -> Result<()> {
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
    if let Some(item) = section.get("groups") {
        style.groups = match item.text()? {
            "three" => Groups::Three,
            "indian" => Groups::Indian,
            _ => return Err(item.unfit("\"three\" or \"indian\"")),
        };
        if style.thousands.is_none() {
            return Err(item.unfit("only with `thousands`, which parts them"));
        }
    }
    Ok(())
}

pub(super) fn rounding(item: &Item<'_>) -> Result<Rounding> {
    Ok(match item.text()? {
        "half-even" => Rounding::HalfEven,
        "half-up" => Rounding::HalfUp,
        "15-digits" => Rounding::FifteenDigits,
        _ => return Err(item.unfit("\"half-even\", \"half-up\" or \"15-digits\"")),
    })
}

/// Both lists are there: a word in neither is refused, so that nothing is guessed.
pub(super) fn sign(item: &Item<'_>, compare: Compare) -> Result<Sign> {
    let section = item.section("sign")?;
    section.only(&["column", "credit", "debit", "fold"])?;
    let compare = super::conditions::folding(&section, compare)?;
    let words = |key| -> Result<Vec<String>> {
        let texts = section.need(key)?.texts()?;
        Ok(texts.iter().map(|text| compare.of(text).into_owned()).collect())
    };
    let (credit, debit): (Vec<String>, Vec<String>) = (words("credit")?, words("debit")?);
    if credit.iter().any(|word| debit.contains(word)) {
        return Err(item.unfit("words that are `credit` or `debit`, not both"));
    }
    let words = SignWords { credit, debit, compare };
    Ok(Sign { column: column(&section.need("column")?)?, words })
}

/// Texts that a blank cell may hold, as they are written.
pub(super) fn blank(item: &Item<'_>) -> Result<Vec<String>> {
    Ok(item.texts()?.iter().map(|text| (*text).to_string()).collect())
}

pub(super) fn dates(item: &Item<'_>) -> Result<Dates> {
    let section = item.section("[dates]")?;
    section.only(&["formats", "pivot", "cut_time", "fy"])?;
    let fy = match section.get("fy") {
        None => None,
        Some(item) => match item.text()? {
            "begins" => Some(Named::ByBegin),
            "ends" => Some(Named::ByEnd),
            _ => return Err(item.unfit("\"begins\" or \"ends\"")),
        },
    };
    let only_year = fy.is_some() && section.get("formats").is_none();
    let item = if only_year { None } else { Some(section.need("formats")?) };
    let formats = item.map(|item| formats(&item, &section)).transpose()?.unwrap_or_default();
    for (key, is_used) in [
        ("pivot", formats.iter().any(DateFormat::has_short_year)),
        ("cut_time", formats.iter().any(DateFormat::is_serial)),
    ] {
        if let Some(item) = section.get(key).filter(|_| !is_used) {
            return Err(item.unfit("only with a format that needs it: yy, serial"));
        }
    }
    Ok(Dates { formats, fy })
}

fn formats(item: &Item<'_>, section: &Section<'_>) -> Result<Vec<DateFormat>> {
    let year = |item: Item<'_>| {
        let year = item.number(1_000).ok().and_then(|year| i16::try_from(year).ok());
        year.filter(|year| *year <= 9_999)
            .ok_or_else(|| item.unfit("a year of four digits: the last that yy stands for"))
    };
    let pivot = section.get("pivot").map(year).transpose()?;
    let cuts_time = section.get("cut_time").map_or(Ok(false), |item| item.truth())?;
    let read = |text: &String| {
        let format = DateFormat::parse(text).ok_or_else(|| {
            item.unfit(
                "formats with one year (yyyy, yy or roc), one month (mmm, mm or m) and one day (dd or d), or serial, serial1904, iso",
            )
        })?;
        let format = if cuts_time { format.cutting_time() } else { format };
        match pivot {
            Some(pivot) => Ok(format.with_pivot(pivot)),
            None if format.has_short_year() => {
                Err(item.unfit("formats without yy, unless `pivot` beside them is the last year that yy stands for"))
            }
            None => Ok(format),
        }
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
