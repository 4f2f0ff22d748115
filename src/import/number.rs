//! Amounts as the world writes them, read into exact minor units. No floats, no rounding, no
//! guessing: a style is declared (schemas/mapping.md §4), and what departs from it is refused.

use super::problem::{Problem, quoted};
use std::borrow::Cow;

/// How the amounts of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberStyle {
    /// The decimal separator.
    pub decimal: char,
    /// The separator of groups of three digits, if there is one.
    pub thousands: Option<char>,
    /// Signs or codes of currencies that may stand before or behind.
    pub currency: Vec<String>,
    /// A `-` (or `−`) in front says below zero.
    pub minus_in_front: bool,
    /// A `-` behind says below zero.
    pub minus_behind: bool,
    /// Parentheses around say below zero.
    pub parentheses: bool,
    /// Every amount is multiplied by this; at least 1.
    pub scale: u64,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: None,
            currency: Vec::new(),
            minus_in_front: true,
            minus_behind: false,
            parentheses: false,
            scale: 1,
        }
    }
}

/// Units that may stand behind a number, longest first.
const UNITS: &[(&str, u64)] = &[
    ("百万元", 1_000_000),
    ("百萬元", 1_000_000),
    ("百万", 1_000_000),
    ("百萬", 1_000_000),
    ("亿元", 100_000_000),
    ("億元", 100_000_000),
    ("亿", 100_000_000),
    ("億", 100_000_000),
    ("万元", 10_000),
    ("萬元", 10_000),
    ("万", 10_000),
    ("萬", 10_000),
    ("千元", 1_000),
    ("千", 1_000),
];

impl NumberStyle {
    /// The amount in minor units of a currency whose minor unit has `exponent` digits.
    ///
    /// ```
    /// use earmark::import::number::NumberStyle;
    /// let style = NumberStyle { thousands: Some(','), ..NumberStyle::default() };
    /// assert_eq!(style.read("1,204.00", 2).unwrap(), 120_400);
    /// assert_eq!(style.read("0.1亿", 2).unwrap(), 1_000_000_000);
    /// assert_eq!(style.read("-0.005", 2).unwrap_err().code, "amount_too_fine");
    /// assert_eq!(style.read("1,23", 2).unwrap_err().code, "amount_grouping");
    /// ```
    ///
    /// # Errors
    /// `amount_not_a_number`, `amount_grouping`, `amount_currency`, `amount_two_units`,
    /// `amount_too_fine`, `amount_too_large`, each with the cell as found.
    pub fn read(&self, cell: &str, exponent: u8) -> Result<i128, Problem> {
        if let Some(amount) = self.read_plain(cell, exponent) {
            return Ok(amount);
        }
        let folded = fold_wide(cell.trim());
        let (negative, body, unit) = self.strip(&folded, cell)?;
        let number = self.digits(body, cell)?;
        self.scaled(&number, negative, unit, exponent, cell)
    }

    /// The common case: ASCII digits with at most a `.` in front of at most `exponent` digits.
    fn read_plain(&self, cell: &str, exponent: u8) -> Option<i128> {
        if cell.len() > 17 || cell.is_empty() || self.scale != 1 {
            return None;
        }
        let mut value: i64 = 0;
        let mut fraction: Option<u8> = None;
        for byte in cell.bytes() {
            if byte.is_ascii_digit() {
                value = value.checked_mul(10)?.checked_add(i64::from(byte.checked_sub(b'0')?))?;
                fraction = match fraction {
                    Some(digits) => Some(digits.checked_add(1)?),
                    None => None,
                };
            } else if byte == b'.' && self.decimal == '.' && fraction.is_none() {
                fraction = Some(0);
            } else {
                return None;
            }
        }
        // A bare or outer point is for the careful reader to judge.
        if cell.starts_with('.') || fraction == Some(0) {
            return None;
        }
        let missing = exponent.checked_sub(fraction.unwrap_or(0))?;
        i128::from(value).checked_mul(10_i128.checked_pow(u32::from(missing))?)
    }

    /// Takes off sign, parentheses, currency and unit: (below zero, digits, factor of the unit).
    fn strip<'a>(&self, folded: &'a str, cell: &str) -> Result<(bool, &'a str, u64), Problem> {
        let mut rest = folded;
        let (mut negative, mut currency, mut unit) = (None, false, None);
        loop {
            let before = rest;
            rest = rest.trim();
            if negative.is_none()
                && let Some((below_zero, inner)) = self.without_sign(rest)
            {
                negative = Some(below_zero);
                rest = inner;
                continue;
            }
            if !currency && let Some(inner) = self.without_currency(rest) {
                currency = true;
                rest = inner;
                continue;
            }
            if unit.is_none()
                && let Some((inner, factor)) = without_unit(rest)
            {
                unit = Some(factor);
                rest = inner;
                continue;
            }
            if rest == before {
                break;
            }
        }
        if unit.is_some() && self.scale != 1 {
            return Err(Problem::new(
                "amount_two_units",
                "a unit in the cell and a `scale` in the mapping would multiply twice",
                format!("no unit, since scale = {}", self.scale),
                quoted(cell),
            ));
        }
        Ok((negative.unwrap_or(false), rest, unit.unwrap_or(1)))
    }

    fn without_sign<'a>(&self, text: &'a str) -> Option<(bool, &'a str)> {
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

    fn without_currency<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.currency.iter().find_map(|sign| {
            let sign = fold_wide(sign);
            let rest = text.strip_prefix(sign.as_ref()).or_else(|| {
                // 万元 is a unit even where 元 is a currency.
                text.strip_suffix(sign.as_ref()).filter(|_| without_unit(text).is_none())
            });
            rest.filter(|rest| !rest.is_empty())
        })
    }

    /// Checks the digits and groups of `body`; the value without its point, and the digits after it.
    fn digits(&self, body: &str, cell: &str) -> Result<Number, Problem> {
        let (whole, fraction) = match body.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (body, None),
        };
        let whole = self.ungrouped(whole, cell)?;
        let fraction = fraction.unwrap_or_default();
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let point_ends = fraction.is_empty() && body.contains(self.decimal);
        if whole.is_empty() || !digits(&whole) || !digits(fraction) || point_ends {
            return Err(self.not_a_number(body, cell));
        }
        let fraction = fraction.trim_end_matches('0');
        let mut value: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = i128::from(byte.saturating_sub(b'0'));
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(digit))
                .ok_or_else(|| too_large(cell))?;
        }
        Ok(Number { value, fraction_digits: fraction.len() })
    }

    /// The digits before the point without separators; groups must have three digits.
    fn ungrouped<'a>(&self, whole: &'a str, cell: &str) -> Result<Cow<'a, str>, Problem> {
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
        let bad = groups.iter().enumerate().find(|(i, group)| {
            let short = *i == 0 && (1..=3).contains(&group.len());
            !short && group.len() != 3
        });
        match bad {
            None if whole.starts_with('0') => Err(Problem::new(
                "amount_grouping",
                format!("no group before a `{separator}` begins with zero"),
                "a point, or no zero in front",
                quoted(cell),
            )),
            None => Ok(Cow::Owned(groups.concat())),
            Some((_, group)) => Err(Problem::new(
                "amount_grouping",
                format!("groups between `{separator}` have three digits"),
                "3 digits",
                format!("{} digits in {}", group.chars().count(), quoted(cell)),
            )),
        }
    }

    fn not_a_number(&self, body: &str, cell: &str) -> Problem {
        let is_sign = |c: char| !c.is_ascii_digit() && (c.is_alphabetic() || "$€£¥₩₹₽".contains(c));
        let first = body.chars().next().is_some_and(is_sign);
        let last = body.chars().next_back().is_some_and(is_sign);
        if (first || last) && body.bytes().any(|byte| byte.is_ascii_digit()) {
            let known =
                if self.currency.is_empty() { "none".into() } else { self.currency.join(" ") };
            return Problem::new(
                "amount_currency",
                "a currency sign or unit must be listed in the mapping's `numbers.currency`",
                known,
                quoted(cell),
            );
        }
        let thousands = self.thousands.map_or_else(|| "none".to_owned(), |c| format!("`{c}`"));
        Problem::new(
            "amount_not_a_number",
            "an amount is digits in the mapping's number style",
            format!("decimal `{}`, thousands {thousands}", self.decimal),
            quoted(cell),
        )
    }

    fn scaled(
        &self,
        number: &Number,
        negative: bool,
        unit: u64,
        exponent: u8,
        cell: &str,
    ) -> Result<i128, Problem> {
        let large = || too_large(cell);
        let factor = i128::from(unit).checked_mul(i128::from(self.scale)).ok_or_else(large)?;
        let zeros = usize::from(exponent);
        let magnitude = number.value.checked_mul(factor).ok_or_else(large)?;
        let magnitude = if number.fraction_digits <= zeros {
            let missing = zeros.saturating_sub(number.fraction_digits);
            power_of_ten(missing).and_then(|p| magnitude.checked_mul(p)).ok_or_else(large)?
        } else {
            let surplus = number.fraction_digits.saturating_sub(zeros);
            let fine = || {
                Problem::new(
                    "amount_too_fine",
                    "an amount is a whole number of minor units of the ledger's currency",
                    format!("{exponent} decimal places"),
                    format!("{} in {}", number.fraction_digits, quoted(cell)),
                )
            };
            let divisor = power_of_ten(surplus).ok_or_else(fine)?;
            let exact = magnitude.checked_rem(divisor) == Some(0);
            magnitude.checked_div(divisor).filter(|_| exact).ok_or_else(fine)?
        };
        if negative { magnitude.checked_neg().ok_or_else(large) } else { Ok(magnitude) }
    }
}

/// Digits read so far: the value is `value` / 10^`fraction_digits`.
struct Number {
    value: i128,
    fraction_digits: usize,
}

fn power_of_ten(zeros: usize) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(zeros).ok()?)
}

fn too_large(cell: &str) -> Problem {
    Problem::new(
        "amount_too_large",
        "an amount in minor units fits 128 bits",
        format!("{} minor units", i128::MAX),
        quoted(cell),
    )
}

fn without_unit(text: &str) -> Option<(&str, u64)> {
    UNITS.iter().find_map(|(unit, factor)| {
        let rest = text.strip_suffix(unit)?;
        (!rest.is_empty()).then_some((rest, *factor))
    })
}

/// Full-width ASCII, signs and the minus as their plain selves.
pub(super) fn fold_wide(text: &str) -> Cow<'_, str> {
    let wide = |c: char| ('\u{ff01}'..='\u{ff5e}').contains(&c) || matches!(c, '￥' | '￡');
    if text.is_ascii() || !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let fold = |c: char| match c {
        '￥' => '¥',
        '￡' => '£',
        c if wide(c) => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    };
    Cow::Owned(text.chars().map(fold).collect())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::wildcard_enum_match_arm,
        reason = "test code"
    )]
    use super::*;
    use proptest::prelude::*;

    fn european() -> NumberStyle {
        NumberStyle { decimal: ',', thousands: Some('.'), ..NumberStyle::default() }
    }

    fn english() -> NumberStyle {
        NumberStyle {
            thousands: Some(','),
            currency: vec!["£".into(), "GBP".into(), "元".into(), "￥".into()],
            parentheses: true,
            minus_behind: true,
            ..NumberStyle::default()
        }
    }

    #[test]
    fn styles_of_the_world_are_read_exactly() {
        for (text, minor) in [
            ("1,204.00", 120_400),
            ("£1,204.00", 120_400),
            ("£ 1,204", 120_400),
            ("1204 GBP", 120_400),
            ("(12.50)", -1_250),
            ("£(12.50)", -1_250),
            ("(£12.50)", -1_250),
            ("-£12.50", -1_250),
            ("£-12.50", -1_250),
            ("12.50-", -1_250),
            ("−3", -300),
            ("+3", 300),
            ("0", 0),
            ("-0", 0),
            ("1000万元", 1_000_000_000),
            ("0.1亿", 1_000_000_000),
            ("１，２０４．００", 120_400),
            ("1.5万", 1_500_000),
            ("0.000001亿元", 10_000),
            ("2千元", 200_000),
            ("12元", 1_200),
            ("￥12", 1_200),
            ("¥12", 1_200),
            ("3百万", 300_000_000),
            ("12.5000", 1_250),
            (" 7 ", 700),
            ("（12.50）", -1_250),
            ("－4", -400),
            ("00012", 1_200),
            ("7.5", 750),
        ] {
            assert_eq!(english().read(text, 2), Ok(minor), "{text}");
        }
        assert_eq!(european().read("1.238.920", 2), Ok(123_892_000));
        assert_eq!(european().read("107.097", 2), Ok(10_709_700));
        assert_eq!(european().read("-1.238,9", 2), Ok(-123_890));
        let swiss = NumberStyle { thousands: Some('\''), ..NumberStyle::default() };
        assert_eq!(swiss.read("1’238'920.05", 2), Ok(123_892_005));
        let french = NumberStyle { decimal: ',', thousands: Some(' '), ..NumberStyle::default() };
        assert_eq!(french.read("1\u{202f}238\u{a0}920,05", 2), Ok(123_892_005));
        let wan = NumberStyle { scale: 10_000, ..NumberStyle::default() };
        assert_eq!(wan.read("0.000001", 2), Ok(1));
        assert_eq!(wan.read("12", 0), Ok(120_000));
    }

    #[test]
    fn each_refusal_says_rule_and_both_figures() {
        let plain = NumberStyle::default();
        let wan = NumberStyle { scale: 10_000, ..NumberStyle::default() };
        let huge = "9".repeat(39);
        let huge_cell = format!(
            "{}: an amount in minor units fits 128 bits; allowed 170141183460469231731687303715884105727 minor units, found `{huge}`",
            "amount_too_large"
        );
        for (style, text, message) in [
            (
                &plain,
                "12.505",
                "amount_too_fine: an amount is a whole number of minor units of the ledger's currency; allowed 2 decimal places, found 3 in `12.505`",
            ),
            (
                &european(),
                "1.23",
                "amount_grouping: groups between `.` have three digits; allowed 3 digits, found 2 digits in `1.23`",
            ),
            (
                &plain,
                "1,204",
                "amount_not_a_number: an amount is digits in the mapping's number style; allowed decimal `.`, thousands none, found `1,204`",
            ),
            (
                &plain,
                "abc",
                "amount_not_a_number: an amount is digits in the mapping's number style; allowed decimal `.`, thousands none, found `abc`",
            ),
            (
                &plain,
                "$12",
                "amount_currency: a currency sign or unit must be listed in the mapping's `numbers.currency`; allowed none, found `$12`",
            ),
            (
                &english(),
                "USD 12",
                "amount_currency: a currency sign or unit must be listed in the mapping's `numbers.currency`; allowed £ GBP 元 ￥, found `USD 12`",
            ),
            (
                &wan,
                "3万",
                "amount_two_units: a unit in the cell and a `scale` in the mapping would multiply twice; allowed no unit, since scale = 10000, found `3万`",
            ),
            (&plain, huge.as_str(), huge_cell.as_str()),
        ] {
            assert_eq!(style.read(text, 2).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_is_no_number_in_this_style_is_refused() {
        for text in [
            "", " ", "-", "()", "(", "1.2.3", "1.", ".5", "1e5", "0x10", "--1", "(-1)", "1 2",
            "NaN", "inf", "1,,000", ",100", "1000,000", "£", "£££1", "1-2", "(1", "1)", "万",
            "1万万", "٣", "1_000",
        ] {
            assert!(
                english().read(text, 2).is_err(),
                "{text} is read as {:?}",
                english().read(text, 2)
            );
        }
        let bare = NumberStyle { minus_in_front: false, ..NumberStyle::default() };
        assert!(bare.read("-1", 2).is_err());
        assert!(NumberStyle::default().read("(1)", 2).is_err());
        assert!(NumberStyle::default().read("1-", 2).is_err());
    }

    #[test]
    fn the_edges_of_128_bits() {
        let style = NumberStyle::default();
        assert_eq!(style.read("170141183460469231731687303715884105727", 0), Ok(i128::MAX));
        assert!(style.read("170141183460469231731687303715884105728", 0).is_err());
        assert!(style.read("170141183460469231731687303715884105727", 1).is_err());
        assert_eq!(style.read("-170141183460469231731687303715884105727", 0), Ok(-i128::MAX));
        assert!(style.read(&format!("0.{}1", "0".repeat(50)), 2).is_err());
        assert_eq!(style.read(&format!("0.{}", "0".repeat(50)), 2), Ok(0));
    }

    /// Writes `minor` in a style, as a spreadsheet would.
    fn write(
        minor: i128,
        exponent: u8,
        style: &NumberStyle,
        negative: usize,
        sign: bool,
    ) -> String {
        let width = usize::from(exponent) + 1;
        let digits = format!("{:0>width$}", minor.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(exponent));
        let mut out = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i != 0 && (whole.len() - i) % 3 == 0 {
                out.extend(style.thousands);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(style.decimal);
            out.push_str(fraction);
        }
        if sign {
            out.insert(0, '£');
        }
        match (minor < 0, negative) {
            (false, _) => out,
            (true, 0) => format!("-{out}"),
            (true, 1) => format!("{out}-"),
            (true, _) => format!("({out})"),
        }
    }

    #[test]
    fn nobody_groups_a_leading_zero() {
        for (separator, decimal) in [(',', '.'), ('.', ','), (' ', ','), ('\'', '.'), ('٬', '٫')]
        {
            let style = NumberStyle { decimal, thousands: Some(separator), ..english() };
            for text in
                ["0~500", "0~500~000", "012~345", "00~500", "-0~500", "£0~500", "0~500万", "０~500"]
            {
                let cell = text.replace('~', &separator.to_string());
                let found = style.read(&cell, 2).unwrap_err();
                assert_eq!(found.code, "amount_grouping", "{cell}");
            }
            assert_eq!(style.read(&format!("0{decimal}5"), 2), Ok(50));
            assert_eq!(style.read(&format!("1{separator}000"), 2), Ok(100_000));
            assert_eq!(style.read("0500", 2), Ok(50_000));
        }
    }

    proptest! {
        #[test]
        fn written_and_read_is_the_same(
            minor in prop_oneof![any::<i128>().prop_map(|n| n / 2), -10_000_000_i128..10_000_000],
            exponent in 0_u8..=4,
            style in 0_usize..4,
            negative in 0_usize..3,
            sign in any::<bool>(),
        ) {
            let (decimal, thousands) = [('.', Some(',')), (',', Some('.')), ('.', None), (',', Some(' '))][style];
            let style = NumberStyle { decimal, thousands, ..english() };
            let text = write(minor, exponent, &style, negative, sign);
            prop_assert_eq!(style.read(&text, exponent), Ok(minor), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused_never_a_panic(text in "\\PC{0,24}", exponent in 0_u8..=4) {
            let _read = english().read(&text, exponent);
        }
    }
}
