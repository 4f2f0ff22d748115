//! From a text in a style to its digits: what stands around them comes off, groups are checked, and what
//! does not fit is refused with the amounts that it may be.

use super::{AmountText, EXAMPLES, Groups, NumberStyle, Refusal, Signs, currency, too_large};
use crate::form::wide::fold_wide;
use std::borrow::Cow;

/// Units that may stand behind a number, longest first, as powers of ten.
pub(super) const UNITS: &[(&str, i32)] = &[
    ("万亿", 12),
    ("千亿", 11),
    ("百亿", 10),
    ("千万", 7),
    ("百万", 6),
    ("亿", 8),
    ("万", 4),
    ("千", 3),
];

/// What stands around the digits.
#[derive(Default)]
pub(super) struct Around {
    is_negative: Option<bool>,
    pub(super) sign: Option<String>,
    /// The power of ten of the unit, and whether it is one of yuan.
    pub(super) unit: Option<(i32, bool)>,
}

impl NumberStyle {
    /// Reads a text in this style.
    pub(super) fn parse(&self, text: &str) -> Result<AmountText, Refusal> {
        let folded = fold_wide(text.trim());
        let plain: Cow<'_, str> = if folded.contains(['萬', '億']) {
            Cow::Owned(folded.replace('萬', "万").replace('億', "亿"))
        } else {
            folded
        };
        let plain = without_whole(&plain);
        let (around, body) = self.strip(plain);
        let composed = self.composed(body, &around, text)?;
        let is_unit = around.unit.is_some() || composed.as_ref().is_some_and(|one| one.has_unit);
        self.check_unit(is_unit, body, text)?;
        let (digits, power) = match &composed {
            Some(composed) => (composed.digits, composed.power),
            None => {
                let (digits, places) = self.digits(body, text)?;
                let (unit, _) = around.unit.unwrap_or_default();
                (digits, unit.saturating_sub(places))
            }
        };
        let digits = digits.checked_mul(i128::from(self.scale)).ok_or_else(|| too_large(text))?;
        let of_yuan = around.unit.is_some_and(|(_, of_yuan)| of_yuan)
            || composed.is_some_and(|one| one.is_of_yuan);
        let yuan = of_yuan.then(|| "元".to_owned());
        let signs = match self.signs {
            Signs::Own => around.sign.into_iter().chain(yuan).collect(),
            Signs::Listed(_) => Vec::new(),
        };
        let is_negative = around.is_negative.unwrap_or(false);
        Ok(AmountText { digits, power, is_negative, signs, text: text.to_owned() })
    }

    /// A unit, or a point among whole minor units, would say twice what an amount is counted in.
    fn check_unit(&self, is_unit: bool, body: &str, text: &str) -> Result<(), Refusal> {
        if is_unit && self.scale != 1 {
            let rule = "a unit in the cell and a `scale` in the mapping would multiply twice";
            let allowed = format!("no unit, since scale = {}", self.scale);
            return Err(Refusal::new("amount_two_units", rule, &allowed, text)
                .with_figure("scale", self.scale));
        }
        if self.minor && (is_unit || body.contains(self.decimal)) {
            let rule = "the mapping says whole minor units (`minor = true`)";
            return Err(Refusal::new(
                "amount_malformed",
                rule,
                "digits without point and unit",
                text,
            )
            .with_next("write 1250 for 12.50, or leave `minor` out of the mapping")
            .in_case("minor"));
        }
        Ok(())
    }

    /// Takes off sign, parentheses, currency and unit, each once and in any order.
    fn strip<'a>(&self, plain: &'a str) -> (Around, &'a str) {
        let (mut around, mut rest) = (Around::default(), plain);
        loop {
            rest = rest.trim();
            if around.is_negative.is_none()
                && let Some((is_negative, inner)) = self.without_direction(rest)
            {
                around.is_negative = Some(is_negative);
                rest = inner;
            } else if around.sign.is_none()
                && let Some((sign, inner)) = self.without_sign(rest)
            {
                around.sign = Some(sign);
                rest = inner;
            } else if around.unit.is_none()
                && let Some((inner, power, of_yuan)) = without_unit(rest)
            {
                around.unit = Some((power, of_yuan));
                rest = inner;
            } else {
                return (around, rest);
            }
        }
    }

    fn without_direction<'a>(&self, text: &'a str) -> Option<(bool, &'a str)> {
        if let Some(rest) = text.strip_prefix('+') {
            return Some((false, rest));
        }
        if self.minus_in_front
            && let Some(rest) = text.strip_prefix(['-', '−'])
        {
            return Some((true, rest));
        }
        if self.minus_behind
            && let Some(rest) = text.strip_suffix(['-', '−'])
        {
            return Some((true, rest));
        }
        if self.parentheses {
            let rest = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))?;
            return Some((true, rest));
        }
        None
    }

    /// Takes a sign or code of a currency off; one that stands alone is none.
    fn without_sign<'a>(&self, text: &'a str) -> Option<(String, &'a str)> {
        // 万元 is a unit even where 元 is a currency.
        let is_unit = without_unit(text).is_some();
        match &self.signs {
            Signs::Own => {
                let found = currency::in_front(text);
                let found = found.or_else(|| currency::behind(text).filter(|_| !is_unit));
                found.map(|(sign, rest)| (sign.to_owned(), rest))
            }
            Signs::Listed(signs) => signs.iter().find_map(|sign| {
                let sign = fold_wide(sign);
                let rest = text
                    .strip_prefix(sign.as_ref())
                    .or_else(|| text.strip_suffix(sign.as_ref()).filter(|_| !is_unit));
                rest.filter(|rest| !rest.is_empty()).map(|rest| (sign.into_owned(), rest))
            }),
        }
    }

    /// Checks the digits and groups of `body`; their value without the point, and the places after it.
    pub(super) fn digits(&self, body: &str, text: &str) -> Result<(i128, i32), Refusal> {
        let (whole, fraction) = match body.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (body, None),
        };
        let whole = self.ungrouped(whole, text)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        // `.50` and `1200.` are amounts, a point alone is none.
        let fraction = fraction.unwrap_or_default();
        if (whole.is_empty() && fraction.is_empty()) || !digits(&whole) || !digits(fraction) {
            return Err(self.not_an_amount(body, text));
        }
        // Zeros at the end of the fraction are no digits of the value.
        let fraction = fraction.trim_end_matches('0');
        let mut value: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = i128::from(byte.saturating_sub(b'0'));
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(digit))
                .ok_or_else(|| too_large(text))?;
        }
        let places = i32::try_from(fraction.len()).map_err(|_| too_large(text))?;
        Ok((value, places))
    }

    /// The digits before the point without separators; groups must have as many digits as the style says.
    fn ungrouped<'a>(&self, whole: &'a str, text: &str) -> Result<Cow<'a, str>, Refusal> {
        let Some(separator) = self.thousands else { return Ok(Cow::Borrowed(whole)) };
        let like = |c: char| match separator {
            ' ' => matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'),
            '\'' => matches!(c, '\'' | '’'),
            other => c == other,
        };
        if !whole.contains(like) {
            return Ok(Cow::Borrowed(whole));
        }
        let groups: Vec<&str> = whole.split(like).collect();
        let last = groups.len().saturating_sub(1);
        let is_indian = self.groups == Groups::Indian;
        let bad = groups.iter().enumerate().find(|(i, group)| {
            let of = if is_indian && *i != last { 2 } else { 3 };
            let short = *i == 0 && (1..=of).contains(&group.len());
            !short && group.len() != of
        });
        let all_digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
        let refused = |rule: String, allowed: &str| {
            let refusal = Refusal::new("amount_grouping", rule, allowed, text);
            match groups.as_slice() {
                [first, last] if all_digits && !first.is_empty() && !last.is_empty() => {
                    let (point, none) = (format!("{first}.{last}"), format!("{first}{last}"));
                    let none = match none.trim_start_matches('0') {
                        "" => "0",
                        figure => figure,
                    };
                    let next = format!("write {point} or {none}, whichever is meant");
                    let refusal = refusal.with_next(next).in_case("either");
                    refusal.with_figure("meant", point).with_figure("meant", none)
                }
                _ => refusal.with_next("write it without separators of thousands, as 1204.50"),
            }
        };
        match bad {
            None if whole.starts_with('0') => Err(refused(
                format!("no group before a `{separator}` begins with zero"),
                "a point, or no zero in front",
            )),
            None => Ok(Cow::Owned(groups.concat())),
            Some((_, group)) => {
                let count = group.chars().count();
                let rule = format!("groups between `{separator}` have three digits");
                if is_indian {
                    let rule = format!("{rule} at the end and two before");
                    return Err(
                        refused(rule, "2 digits, the last 3").with_part(format!("{count} digits"))
                    );
                }
                Err(refused(rule, "3 digits").with_part(format!("{count} digits")))
            }
        }
    }

    fn not_an_amount(&self, body: &str, text: &str) -> Refusal {
        let is_sign = |c: char| !c.is_ascii_digit() && (c.is_alphabetic() || "$€£¥₩₹₽".contains(c));
        let core = body.trim_matches(|c: char| is_sign(c) || c.is_whitespace());
        let is_figure = |c: char| c.is_ascii_digit() || ".,'’ \u{a0}".contains(c);
        if core.len() < body.len() && !core.is_empty() && core.chars().all(is_figure) {
            return self.unknown_sign(text);
        }
        let allowed = if self.is_typed() {
            EXAMPLES.to_owned()
        } else {
            let thousands = self.thousands.map_or_else(|| "none".to_owned(), |c| format!("`{c}`"));
            format!("decimal `{}`, thousands {thousands}", self.decimal)
        };
        match readings(body).as_slice() {
            [] => Refusal::new("amount_malformed", "not an amount", &allowed, text),
            all => {
                let rule = format!("not an amount, though it may be {}", all.join(" or "));
                let refusal = Refusal::new("amount_malformed", rule, &allowed, text);
                let refusal = refusal.with_next(match all {
                    [one] => format!("write {one}, if that is meant"),
                    _ => format!("write {}, whichever is meant", all.join(" or ")),
                });
                let refusal = refusal.in_case("meant");
                all.iter().fold(refusal, |refusal, one| refusal.with_figure("meant", one))
            }
        }
    }

    pub(super) fn unknown_sign(&self, text: &str) -> Refusal {
        const CODE: &str = "amount_currency";
        match &self.signs {
            Signs::Own => {
                let rule = "a sign or unit that is not known";
                let allowed = "the currency's own sign or code; 千 百万 万 千万 亿 百亿 千亿 万亿";
                Refusal::new(CODE, rule, allowed, text)
                    .with_next(format!("write {EXAMPLES}"))
                    .in_case("unknown")
            }
            Signs::Listed(signs) => {
                let rule =
                    "a currency sign or unit must be listed in the mapping's `numbers.currency`";
                let known = if signs.is_empty() { "none".into() } else { signs.join(" ") };
                Refusal::new(CODE, rule, &known, text).in_case("listed")
            }
        }
    }

    fn is_typed(&self) -> bool {
        *self == Self::typed()
    }
}

/// Takes 整 off, which says that no smaller part follows.
fn without_whole(text: &str) -> &str {
    let front = text.strip_suffix(['整', '正']).map(str::trim_end);
    front.filter(|front| front.ends_with(['元', '圆', '圓', '角'])).unwrap_or(text)
}

/// Takes a unit off the end: the rest, its power of ten, and whether it says yuan.
fn without_unit(text: &str) -> Option<(&str, i32, bool)> {
    let (front, of_yuan) = match text.strip_suffix('元') {
        Some(front) => (front, true),
        None => (text, false),
    };
    UNITS.iter().find_map(|(unit, power)| {
        let rest = front.strip_suffix(unit)?;
        (!rest.is_empty()).then_some((rest, *power, of_yuan))
    })
}

/// The amounts that figures with separators may be, whoever wrote them: `1,204` is 1204 or 1.204.
fn readings(body: &str) -> Vec<String> {
    let marks: Vec<char> = body.chars().filter(|c| !c.is_ascii_digit()).collect();
    let groups: Vec<&str> = body.split(['.', ',']).collect();
    let Some((last, front)) = groups.split_last() else { return Vec::new() };
    let is_odd = |c: &char| !matches!(c, '.' | ',');
    let Some(mark) = marks.last() else { return Vec::new() };
    if marks.iter().any(is_odd) || groups.iter().any(|group| group.is_empty()) {
        return Vec::new();
    }
    let with_point = format!("{}.{last}", front.concat());
    let of_three = groups.iter().skip(1).all(|group| group.len() == 3);
    match marks.iter().filter(|other| *other == mark).count() {
        // The last mark stands once: a decimal mark, or the only one between thousands.
        1 if marks.len() == 1 && of_three => vec![groups.concat(), with_point],
        1 => vec![with_point],
        _ if of_three && marks.iter().all(|other| other == mark) => vec![groups.concat()],
        _ => Vec::new(),
    }
}
