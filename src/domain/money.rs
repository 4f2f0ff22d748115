//! Money: a whole number of minor units in `i128`, in the one currency of the ledger. Checked
//! arithmetic only; no floats, no rounding, no conversion.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in minor units (fen for CNY) of the ledger's currency.
///
/// ```
/// use earmark::domain::money::Amount;
/// assert_eq!(Amount(150).checked_add(Amount(50)), Some(Amount(200)));
/// assert_eq!(Amount(i128::MAX).checked_add(Amount(1)), None); // overflow is never silent
/// assert_eq!(Amount(i128::MIN).checked_neg(), None); // nor at the edge
/// assert_eq!(Amount(-5).checked_sub(Amount(1)), Some(Amount(-6))); // negative is a value, not an error
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
pub struct Amount(pub i128);

impl Serialize for Amount {
    /// As a plain integer in bytes; as `{"minor_units": "123"}` for people, since a bare number in
    /// JSON would say neither unit nor survive a reader that thinks in floats.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_map([("minor_units", self.0.to_string())])
        } else {
            serializer.serialize_newtype_struct("Amount", &self.0)
        }
    }
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum, or `None` beyond `i128`.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` beyond `i128`.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The opposite, or `None` for the smallest `i128`.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The sum of all, or `None` beyond `i128`.
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// True below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True at zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// A currency: its ISO 4217 code and the number of digits of its minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// Three capital letters.
    pub code: [u8; 3],
    /// Digits after the point: 2 for CNY, 0 for JPY, at most 4.
    pub exponent: u8,
}

/// Currencies that a ledger can be opened in, with the exponent of ISO 4217.
const CURRENCIES: &[(&str, u8)] = &[
    ("AUD", 2),
    ("BHD", 3),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CNY", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("HUF", 2),
    ("IDR", 2),
    ("ILS", 2),
    ("INR", 2),
    ("JOD", 3),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("MOP", 2),
    ("MXN", 2),
    ("MYR", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("OMR", 3),
    ("PHP", 2),
    ("PLN", 2),
    ("RON", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TND", 3),
    ("TRY", 2),
    ("TWD", 2),
    ("UAH", 2),
    ("USD", 2),
    ("VND", 0),
    ("ZAR", 2),
];

impl Currency {
    /// The currency with this ISO 4217 code, or `None` if `earmark` does not know it.
    ///
    /// ```
    /// use earmark::domain::money::Currency;
    /// assert_eq!(Currency::named("CNY").unwrap().exponent, 2);
    /// assert!(Currency::named("XYZ").is_none());
    /// ```
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        CURRENCIES.iter().find(|(name, _)| *name == code).and_then(|(name, exponent)| {
            let code = <[u8; 3]>::try_from(name.as_bytes()).ok()?;
            Some(Self { code, exponent: *exponent })
        })
    }

    /// The codes that [`Currency::named`] knows.
    #[must_use]
    pub fn known() -> Vec<&'static str> {
        CURRENCIES.iter().map(|(name, _)| *name).collect()
    }

    /// Exact decimal text in major units: `-1234.50`.
    #[must_use]
    pub fn plain(self, amount: Amount) -> String {
        let digits = usize::from(self.exponent);
        let sign = if amount.is_negative() { "-" } else { "" };
        let all = format!("{:0>width$}", amount.0.unsigned_abs(), width = digits.saturating_add(1));
        let (major, minor) = all.split_at(all.len().saturating_sub(digits));
        if minor.is_empty() { format!("{sign}{major}") } else { format!("{sign}{major}.{minor}") }
    }

    /// Decimal text with thousands separators: `-1,234.50`.
    #[must_use]
    pub fn grouped(self, amount: Amount) -> String {
        let plain = self.plain(amount);
        let (sign, rest) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (major, minor) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
        let mut out = String::with_capacity(plain.len().saturating_mul(2));
        out.push_str(sign);
        for (i, digit) in major.chars().enumerate() {
            if i != 0 && major.len().saturating_sub(i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(minor) = minor {
            out.push('.');
            out.push_str(minor);
        }
        out
    }

    /// An amount with this currency, for messages: `CNY 1,234.50`.
    #[must_use]
    pub fn money(self, amount: Amount) -> Money {
        Money { amount, currency: self }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.iter().try_for_each(|b| fmt::Write::write_char(f, char::from(*b)))
    }
}

/// An amount that knows its currency, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The amount.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.currency.grouped(self.amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact_at_every_exponent_and_edge() {
        let (cny, jpy) = (Currency::named("CNY").unwrap(), Currency::named("JPY").unwrap());
        assert_eq!(cny.plain(Amount(-5)), "-0.05");
        assert_eq!(cny.grouped(Amount(100_000_000_000)), "1,000,000,000.00");
        assert_eq!(cny.grouped(Amount(-123_456)), "-1,234.56");
        assert_eq!(jpy.grouped(Amount(1_000)), "1,000");
        assert_eq!(cny.plain(Amount(i128::MIN)), "-1701411834604692317316873037158841057.28");
        assert_eq!(cny.money(Amount(150)).to_string(), "CNY 1.50");
    }
}
