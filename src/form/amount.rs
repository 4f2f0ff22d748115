//! Amounts as the world writes them, read into exact minor units: `10,000,000.00`, `1000万`, `0.1亿`,
//! `10万元`, `￥12`, `1.5千`, `１，２０４．００`. No floats, no rounding, no guessing.
//!
//! [`AmountText`] is what a person typed, in the one style that everybody types in; a file may declare
//! another [`NumberStyle`] (schemas/mapping.md §4). What departs from a style is refused.

mod body;
mod composed;
pub mod exact;

use self::exact::{Exact, Rounding, Unfit};
use super::currency;
use super::refusal::Refusal;
use super::wide::fold_wide;
use crate::domain::money::{Amount, Currency};
use std::str::FromStr;

/// Examples of what can be typed.
const EXAMPLES: &str = "10000000, 10,000,000.00, 1000万, 0.1亿, 1.5千 or 12元";

/// Signs and codes of currencies that may stand before or behind an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signs {
    /// Those of the ledger's currency; of another one they are refused.
    Own,
    /// These, and no others.
    Listed(Vec<String>),
}

/// An amount as it is booked, and what rounding did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Minor units.
    pub units: i128,
    /// What was booked less what was written, in major units; nothing where nothing was rounded.
    pub difference: Option<Exact>,
}

/// How digits stand in groups before the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Groups {
    /// By three: `1,234,567`.
    #[default]
    Three,
    /// The last by three, those before it by two: `12,34,567`.
    Indian,
}

/// How amounts are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberStyle {
    /// The decimal separator.
    pub decimal: char,
    /// The separator of groups of digits, if there is one.
    pub thousands: Option<char>,
    /// How many digits a group has.
    pub groups: Groups,
    /// Signs or codes of currencies that may stand before or behind.
    pub signs: Signs,
    /// A `-` (or `−`) in front says below zero.
    pub minus_in_front: bool,
    /// A `-` behind says below zero.
    pub minus_behind: bool,
    /// Parentheses around say below zero.
    pub parentheses: bool,
    /// Every amount is multiplied by this; at least 1.
    pub scale: u64,
    /// Amounts are whole minor units.
    pub minor: bool,
    /// What becomes of an amount that is finer than a minor unit.
    pub rounding: Rounding,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: None,
            groups: Groups::Three,
            signs: Signs::Own,
            minus_in_front: true,
            minus_behind: false,
            parentheses: false,
            scale: 1,
            minor: false,
            rounding: Rounding::Refuse,
        }
    }
}

impl NumberStyle {
    /// What people type: a point, commas that may part thousands, no sign of direction.
    #[must_use]
    pub fn typed() -> Self {
        Self { thousands: Some(','), minus_in_front: false, ..Self::default() }
    }

    /// The amount in minor units of `currency`.
    ///
    /// ```
    /// use earmark::domain::money::Currency;
    /// use earmark::form::amount::NumberStyle;
    /// let cny = Currency::named("CNY").unwrap();
    /// let style = NumberStyle { thousands: Some(','), ..NumberStyle::default() };
    /// assert_eq!(style.read("1,204.00", cny).unwrap(), 120_400);
    /// assert_eq!(style.read("0.1亿元", cny).unwrap(), 1_000_000_000);
    /// assert_eq!(style.read("-0.005", cny).unwrap_err().code, "amount_too_fine");
    /// assert_eq!(style.read("1,23", cny).unwrap_err().code, "amount_grouping");
    /// assert_eq!(style.read("€12", cny).unwrap_err().code, "amount_currency");
    /// ```
    ///
    /// # Errors
    /// `amount_malformed`, `amount_grouping`, `amount_currency`, `amount_two_units`, `amount_too_fine`,
    /// `amount_too_large`, each with the text as found.
    pub fn read(&self, text: &str, currency: Currency) -> Result<i128, Refusal> {
        self.settle(text, currency).map(|settled| settled.units)
    }

    /// The same, with what rounding did.
    ///
    /// # Errors
    /// As [`NumberStyle::read`].
    pub fn settle(&self, text: &str, currency: Currency) -> Result<Settled, Refusal> {
        if let Some(units) = self.read_plain(text, currency.exponent) {
            return Ok(Settled { units, difference: None });
        }
        let amount = self.parse(text)?;
        amount.settled(self.written(&amount, currency)?, currency, self.rounding)
    }

    /// The number that a text says, in major units of `currency`, however fine it is; and, where only
    /// fifteen digits of it count, what it was before.
    ///
    /// # Errors
    /// As [`NumberStyle::read`], but for `amount_too_fine`.
    pub fn exact(&self, text: &str, currency: Currency) -> Result<(Exact, Exact), Refusal> {
        let amount = self.parse(text)?;
        let written = self.written(&amount, currency)?;
        let kept = match self.rounding {
            Rounding::FifteenDigits => written.at_fifteen_digits(),
            Rounding::Refuse | Rounding::HalfEven | Rounding::HalfUp => written,
        };
        Ok((kept, written))
    }

    /// What was written, in major units.
    fn written(&self, amount: &AmountText, currency: Currency) -> Result<Exact, Refusal> {
        amount.check_signs(currency)?;
        let digits =
            if amount.is_negative { amount.digits.checked_neg() } else { Some(amount.digits) };
        let minor = if self.minor { i32::from(currency.exponent) } else { 0 };
        let digits = digits.ok_or_else(|| too_large(&amount.text))?;
        Ok(Exact::new(digits, amount.power.saturating_sub(minor)))
    }

    /// The common case: ASCII digits with at most a `.` in front of at most `exponent` digits.
    fn read_plain(&self, text: &str, exponent: u8) -> Option<i128> {
        if text.len() > 17 || text.is_empty() || self.scale != 1 || self.minor {
            return None;
        }
        let mut value: i64 = 0;
        let mut fraction: Option<u8> = None;
        for byte in text.bytes() {
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
        if text.starts_with('.') || fraction == Some(0) {
            return None;
        }
        let missing = exponent.checked_sub(fraction.unwrap_or(0))?;
        i128::from(value).checked_mul(10_i128.checked_pow(u32::from(missing))?)
    }
}

/// An amount as it was written, in major units: exact, and of no currency yet.
///
/// ```
/// use earmark::domain::money::{Amount, Currency};
/// use earmark::form::AmountText;
/// let (cny, eur) = (Currency::named("CNY").unwrap(), Currency::named("EUR").unwrap());
/// let typed: AmountText = "￥10 万".parse().unwrap();
/// assert_eq!(typed.in_minor_units(cny), Ok(Amount(10_000_000)));
/// assert_eq!(typed.in_minor_units(eur).unwrap_err().code, "amount_currency");
/// assert_eq!("-5".parse::<AmountText>().unwrap_err().code, "amount_signed");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountText {
    /// The digits, as a whole number that is not below zero …
    digits: i128,
    /// … times ten to this power: below zero the places after the point, above it 万 and 亿.
    power: i32,
    is_negative: bool,
    /// The signs of currencies beside it, where they have to be the ledger's own.
    signs: Vec<String>,
    /// As it was typed, for messages.
    text: String,
}

impl AmountText {
    /// The same amount in minor units of `currency`.
    ///
    /// # Errors
    /// `amount_currency` where it names another currency, `amount_too_fine` where it is finer than a
    /// minor unit, `amount_too_large` beyond 2^127 − 1.
    pub fn in_minor_units(&self, currency: Currency) -> Result<Amount, Refusal> {
        let written = NumberStyle::typed().written(self, currency)?;
        self.settled(written, currency, Rounding::Refuse).map(|settled| Amount(settled.units))
    }

    /// Refuses a sign of another currency.
    fn check_signs(&self, currency: Currency) -> Result<(), Refusal> {
        let code = currency.to_string();
        if self.signs.iter().all(|sign| currency::fits(sign, &code)) {
            return Ok(());
        }
        let rule = format!("the ledger keeps its money in {code}, and amounts are not converted");
        Err(Refusal::new("amount_currency", rule, &code, &self.text)
            .with_next(format!("write the amount in {code}, with its sign or without any"))
            .in_case("other"))
    }

    /// What was `written`, in whole minor units.
    fn settled(
        &self,
        written: Exact,
        currency: Currency,
        rounding: Rounding,
    ) -> Result<Settled, Refusal> {
        let exact = match rounding {
            Rounding::FifteenDigits => written.at_fifteen_digits(),
            Rounding::Refuse | Rounding::HalfEven | Rounding::HalfUp => written,
        };
        let units =
            exact.in_minor_units(currency.exponent, rounding).map_err(|unfit| match unfit {
                Unfit::TooFine => self.too_fine(currency),
                Unfit::TooLarge => too_large(&self.text),
            })?;
        let booked = Exact::of_minor_units(units, currency.exponent);
        let difference = booked.checked_sub(written).filter(|difference| !difference.is_zero());
        Ok(Settled { units, difference })
    }

    fn too_fine(&self, currency: Currency) -> Refusal {
        let (most, places) = (currency.exponent, self.power.unsigned_abs());
        let rule = format!("amounts in {currency} have at most {most} places after the point");
        let allowed = format!("{most} decimal places");
        let mut refusal = Refusal::new("amount_too_fine", rule, &allowed, &self.text)
            .with_part(places)
            .with_next("round it as your office rounds")
            .with_figure("places", most)
            .with_figure("currency", currency);
        // Somebody may have meant 1.234 as one thousand two hundred and thirty-four.
        let is_bare = self.text.chars().all(|c| !c.is_alphabetic());
        if is_bare && self.power == -3 && (1_000..1_000_000).contains(&self.digits) {
            refusal.rule.push_str(&format!(", unless the point parts thousands: {}", self.digits));
            refusal.next = format!("write {}, or round it as your office rounds", self.digits);
            refusal = refusal.in_case("thousands").with_figure("meant", self.digits);
        }
        refusal
    }
}

impl FromStr for AmountText {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let plain = fold_wide(text.trim());
        let is_sign = |c: char| matches!(c, '-' | '+' | '−' | '(');
        let front = plain.find(|c: char| is_sign(c) || c.is_alphanumeric());
        let is_signed =
            front.and_then(|at| plain.get(at..)).is_some_and(|t| t.starts_with(is_sign));
        let is_signed_behind = plain.ends_with(['-', '−']);
        if plain.contains(|c: char| c.is_ascii_digit()) && (is_signed || is_signed_behind) {
            let rule = "amounts are never signed; the verb says the direction";
            let allowed = "an amount without a sign";
            let next =
                "leave the sign out, and choose the verb: supplement or reduce, increase or reduce";
            return Err(Refusal::new("amount_signed", rule, allowed, text).with_next(next));
        }
        NumberStyle::typed().parse(text)
    }
}

pub(super) fn too_large(found: &str) -> Refusal {
    let rule = "an amount is at most 2^127 − 1 minor units";
    Refusal::new("amount_too_large", rule, &format!("{} minor units", i128::MAX), found)
        .with_next("check the number of digits")
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
    use crate::domain::state::NO_CURRENCY;
    use proptest::prelude::*;

    fn of(exponent: u8) -> Currency {
        Currency { exponent, ..NO_CURRENCY }
    }

    fn european() -> NumberStyle {
        NumberStyle { decimal: ',', thousands: Some('.'), ..NumberStyle::default() }
    }

    fn english() -> NumberStyle {
        NumberStyle {
            thousands: Some(','),
            signs: Signs::Listed(vec!["£".into(), "GBP".into(), "元".into(), "￥".into()]),
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
            (".50", 50),
            ("-.5", -50),
            ("£.50", 50),
            ("1200.", 120_000),
            ("1,200.", 120_000),
            (".5万", 500_000),
        ] {
            assert_eq!(english().read(text, of(2)), Ok(minor), "{text}");
        }
        assert_eq!(european().read("1.238.920", of(2)), Ok(123_892_000));
        assert_eq!(european().read("107.097", of(2)), Ok(10_709_700));
        assert_eq!(european().read("-1.238,9", of(2)), Ok(-123_890));
        let swiss = NumberStyle { thousands: Some('\''), ..NumberStyle::default() };
        assert_eq!(swiss.read("1’238'920.05", of(2)), Ok(123_892_005));
        let french = NumberStyle { decimal: ',', thousands: Some(' '), ..NumberStyle::default() };
        assert_eq!(french.read("1\u{202f}238\u{a0}920,05", of(2)), Ok(123_892_005));
        assert_eq!(european().read(",5", of(2)), Ok(50));
        assert_eq!(european().read("1200,", of(2)), Ok(120_000));
        assert!(european().read("1.", of(2)).is_err(), "a separator parts groups");
        let wan = NumberStyle { scale: 10_000, ..NumberStyle::default() };
        assert_eq!(wan.read("0.000001", of(2)), Ok(1));
        assert_eq!(wan.read("12", of(0)), Ok(120_000));
    }

    #[test]
    fn each_refusal_says_rule_and_both_figures() {
        let plain = NumberStyle { signs: Signs::Listed(Vec::new()), ..NumberStyle::default() };
        let wan = NumberStyle { scale: 10_000, ..NumberStyle::default() };
        for (style, text, code, rule, allowed) in [
            (
                &plain,
                "12.505",
                "amount_too_fine",
                "amounts in XXX have at most 2 places after the point, unless the point parts thousands: 12505",
                "2 decimal places",
            ),
            (
                &european(),
                "1.23",
                "amount_grouping",
                "groups between `.` have three digits",
                "3 digits",
            ),
            (
                &plain,
                "1,204",
                "amount_malformed",
                "not an amount, though it may be 1204 or 1.204",
                "decimal `.`, thousands none",
            ),
            (&plain, "abc", "amount_malformed", "not an amount", "decimal `.`, thousands none"),
            (
                &plain,
                "$12",
                "amount_currency",
                "a currency sign or unit must be listed in the mapping's `numbers.currency`",
                "none",
            ),
            (
                &english(),
                "USD 12",
                "amount_currency",
                "a currency sign or unit must be listed in the mapping's `numbers.currency`",
                "£ GBP 元 ￥",
            ),
            (
                &wan,
                "3万",
                "amount_two_units",
                "a unit in the cell and a `scale` in the mapping would multiply twice",
                "no unit, since scale = 10000",
            ),
            (
                &plain,
                &"9".repeat(39),
                "amount_too_large",
                "an amount is at most 2^127 − 1 minor units",
                "170141183460469231731687303715884105727 minor units",
            ),
        ] {
            let refusal = style.read(text, of(2)).unwrap_err();
            let found = (refusal.code, refusal.rule.as_str(), refusal.allowed.as_str());
            assert_eq!(found, (code, rule, allowed), "{text}");
            assert_eq!(refusal.found, text);
        }
    }

    #[test]
    fn what_is_no_number_in_this_style_is_refused() {
        for text in [
            "", " ", "-", "()", "(", "1.2.3", ".", "-.", "1e5", "0x10", "--1", "(-1)", "1 2",
            "NaN", "inf", "1,,000", ",100", "1000,000", "£", "£££1", "1-2", "(1", "1)", "万",
            "1万万", "٣", "1_000",
        ] {
            assert!(
                english().read(text, of(2)).is_err(),
                "{text} is read as {:?}",
                english().read(text, of(2))
            );
        }
        let bare = NumberStyle { minus_in_front: false, ..NumberStyle::default() };
        assert!(bare.read("-1", of(2)).is_err());
        assert!(NumberStyle::default().read("(1)", of(2)).is_err());
        assert!(NumberStyle::default().read("1-", of(2)).is_err());
    }

    #[test]
    fn the_edges_of_128_bits() {
        let style = NumberStyle::default();
        assert_eq!(style.read("170141183460469231731687303715884105727", of(0)), Ok(i128::MAX));
        assert!(style.read("170141183460469231731687303715884105728", of(0)).is_err());
        assert!(style.read("170141183460469231731687303715884105727", of(1)).is_err());
        assert_eq!(style.read("-170141183460469231731687303715884105727", of(0)), Ok(-i128::MAX));
        assert!(style.read(&format!("0.{}1", "0".repeat(50)), of(2)).is_err());
        assert_eq!(style.read(&format!("0.{}", "0".repeat(50)), of(2)), Ok(0));
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
                let found = style.read(&cell, of(2)).unwrap_err();
                assert_eq!(found.code, "amount_grouping", "{cell}");
            }
            assert_eq!(style.read(&format!("0{decimal}5"), of(2)), Ok(50));
            assert_eq!(style.read(&format!("1{separator}000"), of(2)), Ok(100_000));
            assert_eq!(style.read("0500", of(2)), Ok(50_000));
        }
    }

    #[test]
    fn groups_of_two_and_minor_units() {
        let indian = NumberStyle { groups: Groups::Indian, ..english() };
        for (text, minor) in
            [("12,34,567", 123_456_700), ("1,234.5", 123_450), ("12,345", 1_234_500)]
        {
            assert_eq!(indian.read(text, of(2)), Ok(minor), "{text}");
        }
        for text in ["1,234,567", "123,456", "1,23", "12,34,56", "0,12,345", "12,345,67"] {
            assert_eq!(indian.read(text, of(2)).unwrap_err().code, "amount_grouping", "{text}");
        }
        assert_eq!(english().read("12,34,567", of(2)).unwrap_err().code, "amount_grouping");
        let pence = NumberStyle { minor: true, thousands: Some(','), ..NumberStyle::default() };
        for (text, exponent, minor) in
            [("1250", 2, 1_250), ("1,250", 2, 1_250), ("-7", 2, -7), ("7", 0, 7)]
        {
            assert_eq!(pence.read(text, of(exponent)), Ok(minor), "{text}");
        }
        for text in ["12.50", "12.", "1200.00", "3万", "1万2000", "5角"] {
            assert_eq!(pence.read(text, of(2)).unwrap_err().code, "amount_malformed", "{text}");
        }
    }

    #[test]
    fn rounding_says_what_it_did() {
        let with = |rounding| NumberStyle { rounding, ..NumberStyle::default() };
        for (rounding, text, units, difference) in [
            (Rounding::HalfEven, "1.005", 100, Some("-0.005")),
            (Rounding::HalfUp, "1.005", 101, Some("0.005")),
            (Rounding::HalfUp, "-1.005", -101, Some("-0.005")),
            (Rounding::HalfEven, "1.00", 100, None),
            (Rounding::FifteenDigits, "109073.68000000001", 10_907_368, Some("-0.00000000001")),
            (Rounding::FifteenDigits, "0.1", 10, None),
        ] {
            let settled = with(rounding).settle(text, of(2)).unwrap();
            let said = settled.difference.map(|difference| difference.to_string());
            assert_eq!((settled.units, said.as_deref()), (units, difference), "{text}");
        }
        for text in ["1.005", "0.001", "109073.685"] {
            let refusal = with(Rounding::FifteenDigits).read(text, of(2)).unwrap_err();
            assert_eq!(refusal.code, "amount_too_fine", "{text}");
        }
    }

    fn cny() -> Currency {
        Currency::named("CNY").unwrap()
    }

    fn typed(text: &str) -> Result<i128, Refusal> {
        let amount: AmountText = text.parse()?;
        amount.in_minor_units(cny()).map(|amount| amount.0)
    }

    #[test]
    fn the_same_amount_in_many_hands() {
        for text in [
            "10000000",
            "10,000,000.00",
            "1000万",
            "1,000万",
            "0.1亿",
            "1000萬",
            "10000000.000000000000000000000000000000000000000000000000",
            "１０，０００，０００．００",
            "１０００万",
            "00010000000",
            "0.00001万亿",
        ] {
            assert_eq!(typed(text).unwrap(), 1_000_000_000, "{text}");
        }
        assert_eq!(typed("0").unwrap(), 0);
        assert_eq!(typed("0.00000").unwrap(), 0);
        assert_eq!(typed("0.01").unwrap(), 1);
        assert_eq!(typed("0.000001万").unwrap(), 1);
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "万", ".", "..5", "1.2.3", "1 000", "1e6", "0x10", "NaN", "亿万", "١٢"]
        {
            assert_eq!(typed(text).unwrap_err().code, "amount_malformed", "{text}");
        }
    }

    #[test]
    fn a_group_that_begins_with_zero_is_refused() {
        for text in
            ["0,500", "0,500.00", "012,345", "０，５００", "0,500万", "0,000", "00,500", "0,5"]
        {
            assert_eq!(typed(text).unwrap_err().code, "amount_grouping", "{text}");
        }
        assert_eq!(
            typed("0,500").unwrap_err().to_string(),
            "amount_grouping: no group before a `,` begins with zero; found `0,500`\n  \
             next: write 0.500 or 500, whichever is meant"
        );
    }

    #[test]
    fn a_sign_is_refused_with_the_verbs() {
        for text in ["-5", "+5", "−5", "－５", "(5)", "（5）"] {
            assert_eq!(typed(text).unwrap_err().code, "amount_signed", "{text}");
        }
        assert_eq!(
            typed("-5").unwrap_err().to_string(),
            "amount_signed: amounts are never signed; the verb says the direction; found `-5`\n  \
             next: leave the sign out, and choose the verb: supplement or reduce, increase or reduce"
        );
    }

    #[test]
    fn finer_than_a_minor_unit_is_refused() {
        for text in ["0.001", "1.005", "0.0000001万"] {
            assert_eq!(typed(text).unwrap_err().code, "amount_too_fine", "{text}");
        }
        assert_eq!(
            typed("0.001").unwrap_err().to_string(),
            "amount_too_fine: amounts in CNY have at most 2 places after the point; found `0.001`\n  \
             next: round it as your office rounds"
        );
        let yen = Currency::named("JPY").unwrap();
        let half: AmountText = "0.5".parse().unwrap();
        assert_eq!(half.in_minor_units(yen).unwrap_err().code, "amount_too_fine");
    }

    #[test]
    fn beyond_i128_is_refused() {
        let most = "1701411834604692317316873037158841057.27";
        assert_eq!(typed(most).unwrap(), i128::MAX);
        for text in [
            "1701411834604692317316873037158841057.28",
            &"9".repeat(60),
            "99999999999999999999999999999999999999亿",
        ] {
            assert_eq!(typed(text).unwrap_err().code, "amount_too_large", "{text}");
        }
        assert_eq!(
            typed("1701411834604692317316873037158841057.28").unwrap_err().to_string(),
            "amount_too_large: an amount is at most 2^127 − 1 minor units; found \
             `1701411834604692317316873037158841057.28`\n  next: check the number of digits"
        );
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
            prop_assert_eq!(style.read(&text, of(exponent)), Ok(minor), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused_never_a_panic(text in "\\PC{0,24}", exponent in 0_u8..=4) {
            let _read = english().read(&text, of(exponent));
        }
    }
}
