//! Amounts as people write them: `10000000`, `10,000,000.00`, `1000万`, `0.1亿`, `１，２０４．００`.
//!
//! Exact: a whole number times a power of ten, made minor units of a currency by
//! [`AmountText::in_minor_units`]. It lacks signs on purpose (what a verb does to an amount says its
//! direction), and anything with a currency in it.

use super::unreadable;
use crate::domain::money::{Amount, Currency};
use crate::error::Error;
use std::str::FromStr;

const HINT: &str = "write 10000000, 10,000,000.00, 1000万 or 0.1亿";

/// An amount that was typed, in major units; not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AmountText {
    /// The digits, as a whole number …
    digits: i128,
    /// … times ten to this power: below zero the places after the point, above it 万 and 亿.
    power: i32,
    /// As it was typed, for messages.
    text: String,
}

impl AmountText {
    /// The same amount in minor units of `currency`.
    ///
    /// # Errors
    /// `amount_too_fine` where it is finer than a minor unit, `amount_too_large` beyond 2^127 − 1.
    pub(crate) fn in_minor_units(&self, currency: Currency) -> Result<Amount, Error> {
        let places = self.power.saturating_add(i32::from(currency.exponent));
        let ten = 10_i128.checked_pow(places.unsigned_abs());
        if places >= 0 {
            let units = ten.and_then(|ten| self.digits.checked_mul(ten));
            return units.map(Amount).ok_or_else(|| too_large(&self.text));
        }
        let whole = ten.and_then(|ten| {
            let rest = self.digits.checked_rem(ten)?;
            if rest == 0 { self.digits.checked_div(ten) } else { None }
        });
        let fine = || {
            let rule = format!(
                "amounts in {currency} have at most {} places after the point",
                currency.exponent
            );
            unreadable("amount_too_fine", &rule, &self.text, "round it as your office rounds")
        };
        // Zero is a whole number of anything, however it is written.
        if self.digits == 0 { Ok(Amount::ZERO) } else { whole.map(Amount).ok_or_else(fine) }
    }
}

impl FromStr for AmountText {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let plain: String = text.chars().map(narrow).collect();
        if plain.starts_with(['-', '+', '−', '(']) {
            return Err(unreadable(
                "amount_signed",
                "amounts are never signed; the verb says the direction",
                text,
                "leave the sign out, and choose the verb: supplement or reduce, increase or reduce",
            ));
        }
        let (number, unit) = take_unit(&plain);
        let malformed = || unreadable("amount_malformed", "not an amount", text, HINT);
        let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
        if minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        if major.starts_with('0') && major.contains(',') {
            let rule = "no group before a comma begins with zero";
            return Err(unreadable("amount_grouping", rule, text, "write 0.500 or 500"));
        }
        let major = ungroup(major).ok_or_else(malformed)?;
        // Zeros at the end of the fraction are no digits of the value.
        let minor = minor.trim_end_matches('0');
        let all = format!("{major}{minor}");
        let digits: i128 = all.parse().map_err(|_| too_large(text))?;
        let places = i32::try_from(minor.len()).map_err(|_| too_large(text))?;
        Ok(Self { digits, power: unit.saturating_sub(places), text: text.to_owned() })
    }
}

fn too_large(text: &str) -> Error {
    let rule = "an amount is at most 2^127 − 1 minor units";
    unreadable("amount_too_large", rule, text, "check the number of digits")
}

/// Full-width digits, comma, point and signs as ASCII.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => u32::from(c)
            .checked_sub(u32::from('０'))
            .and_then(|digit| char::from_digit(digit, 10))
            .unwrap_or(c),
        '，' => ',',
        '．' => '.',
        '－' => '-',
        '＋' => '+',
        '（' => '(',
        other => other,
    }
}

/// Takes 万, 亿 or 万亿 off the end: the power of ten they stand for.
fn take_unit(text: &str) -> (&str, i32) {
    let (text, hundred_million) = match text.strip_suffix(['亿', '億']) {
        Some(rest) => (rest, 8),
        None => (text, 0),
    };
    match text.strip_suffix(['万', '萬']) {
        Some(rest) => (rest, if hundred_million == 0 { 4 } else { 12 }),
        None => (text, hundred_million),
    }
}

/// Digits, with commas every three places or without any.
fn ungroup(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let mut out = first.to_owned();
    let mut grouped = false;
    for group in groups {
        if group.len() != 3 || !digits(group) {
            return None;
        }
        grouped = true;
        out.push_str(group);
    }
    let fits = digits(first) && (!grouped || first.len() <= 3);
    fits.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i128, Error> {
        let amount: AmountText = text.parse()?;
        amount.in_minor_units(Currency::named("CNY").unwrap()).map(|amount| amount.0)
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
            assert_eq!(read(text).unwrap(), 1_000_000_000, "{text}");
        }
        assert_eq!(read("0").unwrap(), 0);
        assert_eq!(read("0.00000").unwrap(), 0);
        assert_eq!(read("0.01").unwrap(), 1);
        assert_eq!(read("0.000001万").unwrap(), 1);
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "万",
            ".5",
            "5.",
            "1,00",
            "1,0000",
            "1000,000",
            ",100",
            "1,,000",
            "1.2.3",
            "1 000",
            "1000元",
            "¥5",
            "1e6",
            "0x10",
            "1.5千",
            "万1",
            "NaN",
            "1,000.0,0",
            "亿万",
            "١٢",
        ] {
            assert_eq!(read(text).unwrap_err().code(), "amount_malformed", "{text}");
        }
        assert_eq!(
            read("12元").unwrap_err().to_string(),
            "amount_malformed: not an amount; found `12元`\n  \
             next: write 10000000, 10,000,000.00, 1000万 or 0.1亿"
        );
    }

    #[test]
    fn a_group_that_begins_with_zero_is_refused() {
        for text in
            ["0,500", "0,500.00", "012,345", "０，５００", "0,500万", "0,000", "00,500", "0,5"]
        {
            assert_eq!(read(text).unwrap_err().code(), "amount_grouping", "{text}");
        }
        assert_eq!(
            read("0,500").unwrap_err().to_string(),
            "amount_grouping: no group before a comma begins with zero; found `0,500`\n  \
             next: write 0.500 or 500"
        );
    }

    #[test]
    fn a_sign_is_refused_with_the_verbs() {
        for text in ["-5", "+5", "−5", "－５", "(5)", "（5）"] {
            assert_eq!(read(text).unwrap_err().code(), "amount_signed", "{text}");
        }
        assert_eq!(
            read("-5").unwrap_err().to_string(),
            "amount_signed: amounts are never signed; the verb says the direction; found `-5`\n  \
             next: leave the sign out, and choose the verb: supplement or reduce, increase or reduce"
        );
    }

    #[test]
    fn finer_than_a_minor_unit_is_refused() {
        for text in ["0.001", "1.005", "0.0000001万"] {
            assert_eq!(read(text).unwrap_err().code(), "amount_too_fine", "{text}");
        }
        assert_eq!(
            read("0.001").unwrap_err().to_string(),
            "amount_too_fine: amounts in CNY have at most 2 places after the point; found `0.001`\n  \
             next: round it as your office rounds"
        );
        let yen = Currency::named("JPY").unwrap();
        let half: AmountText = "0.5".parse().unwrap();
        assert_eq!(half.in_minor_units(yen).unwrap_err().code(), "amount_too_fine");
    }

    #[test]
    fn beyond_i128_is_refused() {
        let most = "1701411834604692317316873037158841057.27";
        assert_eq!(read(most).unwrap(), i128::MAX);
        for text in [
            "1701411834604692317316873037158841057.28",
            &"9".repeat(60),
            "99999999999999999999999999999999999999亿",
        ] {
            assert_eq!(read(text).unwrap_err().code(), "amount_too_large", "{text}");
        }
        assert_eq!(
            read("1701411834604692317316873037158841057.28").unwrap_err().to_string(),
            "amount_too_large: an amount is at most 2^127 − 1 minor units; found \
             `1701411834604692317316873037158841057.28`\n  next: check the number of digits"
        );
    }
}
