//! Exact fractions: what is divided is kept, and rounded only when it is written (domain: ratios).
//!
//! No floats, and no arithmetic beyond comparing and subtracting: a ratio is a thing to show.

use crate::domain::money::Amount;

/// A fraction of two whole numbers. A zero denominator is a ratio that does not apply: `n/a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// What is divided.
    pub numerator: i128,
    /// What divides it.
    pub denominator: i128,
}

impl Ratio {
    /// A ratio that does not apply.
    pub const NOT_APPLICABLE: Self = Self { numerator: 0, denominator: 0 };

    /// `part` of `whole`.
    #[must_use]
    pub fn of(part: Amount, whole: Amount) -> Self {
        Self { numerator: part.0, denominator: whole.0 }
    }

    /// True where the denominator is not zero.
    #[must_use]
    pub fn applies(self) -> bool {
        self.denominator != 0
    }

    /// The difference; not applicable where one of the two is. `None` beyond `i128`.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        if !self.applies() || !other.applies() {
            return Some(Self::NOT_APPLICABLE);
        }
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let denominator = self.denominator.checked_mul(other.denominator)?;
        Some(Self { numerator: left.checked_sub(right)?, denominator })
    }

    /// Decimal text with `digits` digits after the point, rounded half to even; `None`: n/a.
    ///
    /// ```
    /// use earmark::projection::ratio::Ratio;
    /// let ratio = |numerator, denominator| Ratio { numerator, denominator };
    /// assert_eq!(ratio(2, 3).decimal(6).as_deref(), Some("0.666667"));
    /// assert_eq!(ratio(1, 8).decimal(2).as_deref(), Some("0.12")); // half to even
    /// assert_eq!(ratio(-3, 8).decimal(2).as_deref(), Some("-0.38"));
    /// assert_eq!(ratio(1, 0).decimal(6), None);
    /// ```
    #[must_use]
    pub fn decimal(self, digits: u32) -> Option<String> {
        let (negative, whole, fraction) = self.rounded(digits)?;
        let sign = if negative { "-" } else { "" };
        Some(if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        })
    }

    /// A percentage with two digits, half to even, without the sign: `45.77`; `None`: n/a.
    #[must_use]
    pub fn percent(self) -> Option<String> {
        let (negative, whole, fraction) = self.rounded(4)?;
        let (hundreds, rest) = fraction.split_at_checked(2)?;
        let digits = format!("{whole}{hundreds}");
        let digits = match digits.trim_start_matches('0') {
            "" => "0",
            trimmed => trimmed,
        };
        Some(format!("{}{digits}.{rest}", if negative { "-" } else { "" }))
    }

    /// Sign, whole part and `digits` digits, by long division: nothing overflows, since a remainder
    /// is below 2^127 and is only ever doubled.
    fn rounded(self, digits: u32) -> Option<(bool, u128, String)> {
        let (part, whole) = (self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let mut quotient = part.checked_div(whole)?;
        let mut rest = part.checked_rem(whole)?;
        let mut fraction = Vec::new();
        for _ in 0..digits {
            let (digit, next) = ten_times(rest, whole);
            fraction.push(digit);
            rest = next;
        }
        let half = whole.saturating_sub(rest);
        let last_is_odd = match fraction.last() {
            Some(digit) => digit % 2 == 1,
            None => quotient % 2 == 1,
        };
        if rest > half || (rest == half && last_is_odd) {
            let mut carried = true;
            for digit in fraction.iter_mut().rev() {
                *digit = if *digit == 9 { 0 } else { digit.saturating_add(1) };
                carried = *digit == 0;
                if !carried {
                    break;
                }
            }
            if carried {
                quotient = quotient.saturating_add(1);
            }
        }
        let negative = (self.numerator < 0) != (self.denominator < 0);
        let is_zero = quotient == 0 && fraction.iter().all(|digit| *digit == 0);
        let text = fraction.iter().map(|digit| char::from(b'0'.saturating_add(*digit))).collect();
        Some((negative && !is_zero, quotient, text))
    }
}

/// The digit and the rest of ten times `rest` over `whole`, where `rest < whole`.
fn ten_times(rest: u128, whole: u128) -> (u8, u128) {
    let (mut digit, mut sum) = (0_u8, 0_u128);
    for _ in 0..10 {
        sum = sum.saturating_add(rest);
        if sum >= whole {
            sum = sum.saturating_sub(whole);
            digit = digit.saturating_add(1);
        }
    }
    (digit, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i128, denominator: i128) -> Ratio {
        Ratio { numerator, denominator }
    }

    #[test]
    fn rounds_half_to_even_at_every_edge() {
        for (n, d, digits, text) in [
            (1, 2, 0, "0"),
            (3, 2, 0, "2"),
            (5, 2, 0, "2"),
            (9_999_995, 10_000_000, 6, "1.000000"),
            (9_999_985, 10_000_000, 6, "0.999998"),
            (597_781_904, 1_306_089_976, 6, "0.457688"),
            (597_781_904, 2_634_375_224, 6, "0.226916"),
            (-1, 30_000_000, 6, "0.000000"),
            (-1, 3, 6, "-0.333333"),
            (1, -3, 6, "-0.333333"),
            (i128::MAX, i128::MIN, 6, "-1.000000"),
            (i128::MIN, 1, 1, "-170141183460469231731687303715884105728.0"),
        ] {
            assert_eq!(ratio(n, d).decimal(digits).as_deref(), Some(text), "{n}/{d}");
        }
        assert_eq!(ratio(0, 0).decimal(6), None);
    }

    #[test]
    fn percentages_have_two_digits() {
        for (n, d, text) in [
            (457_688, 1_000_000, "45.77"),
            (1, 1, "100.00"),
            (0, 5, "0.00"),
            (3, 2, "150.00"),
            (-1, 20, "-5.00"),
            (99_999, 100_000, "100.00"),
        ] {
            assert_eq!(ratio(n, d).percent().as_deref(), Some(text), "{n}/{d}");
        }
        assert_eq!(Ratio::NOT_APPLICABLE.percent(), None);
    }

    #[test]
    fn differences_are_exact_or_not_applicable() {
        let difference = ratio(1, 2).checked_sub(ratio(1, 3)).unwrap();
        assert_eq!(difference.decimal(6).as_deref(), Some("0.166667"));
        assert!(!ratio(1, 2).checked_sub(ratio(0, 0)).unwrap().applies());
        assert_eq!(ratio(i128::MAX, 1).checked_sub(ratio(1, 2)), None);
    }
}
