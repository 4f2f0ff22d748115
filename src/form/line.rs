//! Lines, `FUND:YEAR[:ORIGIN[:CLASS]]`, and lines with an amount, `LINE=AMOUNT`.

use super::amount::AmountText;
use super::day;
use super::refusal::Refusal;
use crate::domain::ids::{Code, LineKey};
use std::str::FromStr;

/// A line.
///
/// ```
/// use earmark::form::line;
/// assert_eq!(line::parse("XC-ZX：2027").unwrap().to_string(), "XC-ZX:2027");
/// assert_eq!(line::parse("XC-ZX").unwrap_err().code, "line_malformed");
/// ```
///
/// # Errors
/// Code `line_malformed`.
pub fn parse(text: &str) -> Result<LineKey, Refusal> {
    let trimmed = text.trim();
    // A code may hold a full-width colon, so it parts only where plain ones do not.
    let plain = of_parts(trimmed.split(':'));
    let wide = of_parts(trimmed.split([':', '：']));
    if let (Some(plain), Some(wide)) = (&plain, &wide)
        && plain != wide
    {
        let rule =
            format!("it may be the line {wide}, or {plain} of a fund with a full-width colon");
        let next = format!("write {wide} with plain colons, if that is meant");
        let allowed = "FUND:YEAR, for example PD-INFO:2002";
        return Err(Refusal::new("line_malformed", rule, allowed, text).with_next(next));
    }
    plain.or(wide).ok_or_else(|| {
        let allowed = "FUND:YEAR, for example PD-INFO:2002, or FUND:YEAR:ORIGIN[:CLASS]";
        Refusal::new("line_malformed", "not a line", allowed, text)
            .with_next(format!("write {allowed}; see `earmark balance --by line`"))
    })
}

fn of_parts<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<LineKey> {
    let fund = parts.next().map(str::trim_end).filter(|fund| !fund.is_empty())?;
    let year = day::year(parts.next()?).ok()?;
    let origin = parts.next().map_or(Some(year), |origin| day::year(origin).ok())?;
    let class = Code::new(parts.next().unwrap_or_default().trim_start());
    let line = LineKey { fund: Code::new(fund), year, origin, class };
    parts.next().is_none().then_some(line)
}

/// A part of an amount on a line: `PD-INFO:2002=500000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePart {
    /// The line.
    pub line: LineKey,
    /// How much of it.
    pub amount: AmountText,
}

impl FromStr for LinePart {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        // A code holds no `=`, so the first one parts line and amount; it may hold a full-width one.
        let parts = text.split_once('=').or_else(|| text.rsplit_once('＝'));
        let (line, amount) = parts.ok_or_else(|| {
            let allowed = "LINE=AMOUNT, for example PD-INFO:2002=500000";
            Refusal::new("line_malformed", "not a line with an amount", allowed, text)
                .in_case("part")
        })?;
        Ok(Self { line: parse(line)?, amount: amount.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_years_of_four_digits() {
        for text in ["PD-INFO:2001", "PD-INFO:2002:2001", "PD-INFO:2002:2002:设备"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for text in ["", "PD-INFO", ":2001", "PD:1", "PD:+2001", "PD:2001:1", "PD:2001:2001:a:b"] {
            assert_eq!(parse(text).unwrap_err().code, "line_malformed", "{text}");
        }
        assert_eq!(
            parse("PD").unwrap_err().to_string(),
            "line_malformed: not a line; found `PD`\n  next: write FUND:YEAR, for example \
             PD-INFO:2002, or FUND:YEAR:ORIGIN[:CLASS]; see `earmark balance --by line`"
        );
    }

    #[test]
    fn a_line_part_is_a_line_and_an_amount() {
        let part: LinePart = "PD-INFO:2002=50万".parse().unwrap();
        assert_eq!(part.line.to_string(), "PD-INFO:2002");
        assert_eq!(part.amount, "50万".parse().unwrap());
        let code = |text: &str| text.parse::<LinePart>().unwrap_err().code;
        assert_eq!(code("PD-INFO:2002"), "line_malformed");
        assert_eq!(code("PD-INFO=5"), "line_malformed");
        assert_eq!(code("PD-INFO:2002=-5"), "amount_signed");
        assert_eq!(code("PD-INFO:2002=5=6"), "amount_malformed");
        assert_eq!(
            "PD-INFO:2002".parse::<LinePart>().unwrap_err().to_string(),
            "line_malformed: not a line with an amount; found `PD-INFO:2002`\n  \
             next: write LINE=AMOUNT, for example PD-INFO:2002=500000"
        );
    }
}
