//! Exact decimals, signed, and how one becomes whole minor units: exactly, or rounded where somebody said so.

use std::fmt;

/// A decimal number: `digits` times ten to `power`. Zeros at its end are in the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    digits: i128,
    power: i32,
}

/// What becomes of a number that is finer than a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// It is refused.
    #[default]
    Refuse,
    /// The nearest minor unit; of two the even one.
    HalfEven,
    /// The nearest minor unit; of two the one farther from zero.
    HalfUp,
    /// What is left of it at fifteen digits, which is what a spreadsheet shows of its numbers; it is
    /// refused where that is finer than a minor unit still.
    FifteenDigits,
}

/// Why a number is no whole number of minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is finer.
    TooFine,
    /// It is beyond 128 bits.
    TooLarge,
}

/// The digits that a spreadsheet keeps of a number.
const KEPT_DIGITS: u32 = 15;

impl Exact {
    /// `digits` times ten to `power`.
    #[must_use]
    pub fn new(digits: i128, power: i32) -> Self {
        let mut exact = Self { digits, power };
        while let Some(0) = exact.digits.checked_rem(10) {
            if exact.digits == 0 {
                return Self::default();
            }
            exact.digits = exact.digits.checked_div(10).unwrap_or_default();
            exact.power = exact.power.saturating_add(1);
        }
        exact
    }

    /// So many minor units of a currency with `exponent` digits after the point, in major units.
    #[must_use]
    pub fn of_minor_units(units: i128, exponent: u8) -> Self {
        Self::new(units, i32::from(exponent).saturating_neg())
    }

    /// The digits, and the power of ten that they are multiplied by.
    #[must_use]
    pub fn parts(self) -> (i128, i32) {
        (self.digits, self.power)
    }

    /// True at zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// True below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The places after the point.
    #[must_use]
    pub fn places(self) -> u32 {
        self.power.min(0).unsigned_abs()
    }

    /// The sum, or `None` where 128 bits do not hold it.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.is_zero() {
            return Some(other);
        }
        if other.is_zero() {
            return Some(self);
        }
        let power = self.power.min(other.power);
        let at = |one: Self| {
            let ten = 10_i128.checked_pow(one.power.abs_diff(power))?;
            one.digits.checked_mul(ten)
        };
        Some(Self::new(at(self)?.checked_add(at(other)?)?, power))
    }

    /// The opposite, or `None` at the edge of 128 bits.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { digits: self.digits.checked_neg()?, power: self.power })
    }

    /// The difference, or `None` where 128 bits do not hold it.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.checked_neg()?)
    }

    /// The product, or `None` where 128 bits do not hold it.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self::new(digits, self.power.checked_add(other.power)?))
    }

    /// The same at fifteen digits, the nearest such number; of two the even one.
    #[must_use]
    pub fn at_fifteen_digits(self) -> Self {
        let count =
            self.digits.unsigned_abs().checked_ilog10().map_or(1, |log| log.saturating_add(1));
        let Some(cut) = count.checked_sub(KEPT_DIGITS).filter(|cut| *cut > 0) else { return self };
        let power = self.power.saturating_add(i32::try_from(cut).unwrap_or(i32::MAX));
        Self::new(divided(self.digits, cut, Rounding::HalfEven).unwrap_or_default(), power)
    }

    /// In minor units of a currency with `exponent` digits after the point.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn in_minor_units(self, exponent: u8, rounding: Rounding) -> Result<i128, Unfit> {
        if self.is_zero() {
            return Ok(0);
        }
        let places = self.power.saturating_add(i32::from(exponent));
        if places < 0 {
            return divided(self.digits, places.unsigned_abs(), rounding).ok_or(Unfit::TooFine);
        }
        let ten = 10_i128.checked_pow(places.unsigned_abs()).ok_or(Unfit::TooLarge)?;
        self.digits.checked_mul(ten).ok_or(Unfit::TooLarge)
    }
}

/// `digits` divided by ten to `places`; `None` where that is not whole and may not be rounded.
fn divided(digits: i128, places: u32, rounding: Rounding) -> Option<i128> {
    let rounds = matches!(rounding, Rounding::HalfEven | Rounding::HalfUp);
    let Some(ten) = 10_i128.checked_pow(places) else {
        // Ten to the 39 is more than twice all that 128 bits hold: the nearest is nothing.
        return (digits == 0 || rounds).then_some(0);
    };
    let (whole, rest) = (digits.checked_div(ten)?, digits.checked_rem(ten)?);
    if rest == 0 {
        return Some(whole);
    }
    if !rounds {
        return None;
    }
    let (rest, sign) = (rest.unsigned_abs(), digits.signum());
    let left = ten.unsigned_abs().checked_sub(rest)?;
    let is_odd = whole.checked_rem(2)? != 0;
    let up = rest > left || (rest == left && (rounding == Rounding::HalfUp || is_odd));
    if up { whole.checked_add(sign) } else { Some(whole) }
}

impl fmt::Display for Exact {
    /// Plain decimal text: `-0.0000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        if self.power >= 0 {
            let zeros = usize::try_from(self.power).unwrap_or_default();
            return write!(f, "{sign}{digits}{:0<zeros$}", "");
        }
        let places = usize::try_from(self.places()).unwrap_or_default();
        let padded = format!("{digits:0>width$}", width = places.saturating_add(1));
        let (whole, fraction) = padded.split_at(padded.len().saturating_sub(places));
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use proptest::prelude::*;

    fn units(digits: i128, power: i32, rounding: Rounding) -> Result<i128, Unfit> {
        Exact::new(digits, power).in_minor_units(2, rounding)
    }

    #[test]
    fn halves_go_where_they_are_told() {
        for (digits, even, up) in [
            (1_005, 100, 101),
            (1_015, 102, 102),
            (-1_005, -100, -101),
            (-1_015, -102, -102),
            (1_004, 100, 100),
            (1_006, 101, 101),
            (5, 0, 1),
            (-5, 0, -1),
        ] {
            assert_eq!(units(digits, -3, Rounding::HalfEven), Ok(even), "{digits}");
            assert_eq!(units(digits, -3, Rounding::HalfUp), Ok(up), "{digits}");
            assert_eq!(units(digits, -3, Rounding::Refuse), Err(Unfit::TooFine));
        }
        assert_eq!(units(i128::MAX, -80, Rounding::HalfUp), Ok(0));
        assert_eq!(units(i128::MAX, -38, Rounding::HalfUp), Ok(170));
        assert_eq!(units(1, 80, Rounding::HalfUp), Err(Unfit::TooLarge));
    }

    #[test]
    fn fifteen_digits_are_what_a_spreadsheet_shows() {
        for (digits, power, shown) in [
            (10_907_368_000_000_001, -11, "109073.68"),
            (-10_907_368_000_000_001, -11, "-109073.68"),
            (10_907_367_999_999_999, -11, "109073.68"),
            (12_345, -3, "12.345"),
            (123_456_789_012_345, -2, "1234567890123.45"),
            (9_999_999_999_999_996, 0, "10000000000000000"),
            (0, 5, "0"),
        ] {
            assert_eq!(Exact::new(digits, power).at_fifteen_digits().to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn sums_and_products_are_those_of_whole_numbers(a in -1_000_000_i128..1_000_000, b in -1_000_000_i128..1_000_000, p in -4_i32..4, q in -4_i32..4) {
            let (x, y) = (Exact::new(a, p), Exact::new(b, q));
            let whole = |n: i128, power: i32| n * 10_i128.pow(u32::try_from(power + 4).unwrap());
            let units = |exact: Exact| exact.in_minor_units(4, Rounding::Refuse).unwrap();
            prop_assert_eq!(units(x.checked_add(y).unwrap()), whole(a, p) + whole(b, q));
            prop_assert_eq!(units(x.checked_sub(y).unwrap()), whole(a, p) - whole(b, q));
            let product = x.checked_mul(y).unwrap().in_minor_units(8, Rounding::Refuse).unwrap();
            prop_assert_eq!(product, whole(a, p) * whole(b, q));
            prop_assert_eq!(x.checked_sub(x), Some(Exact::default()));
        }

        #[test]
        fn rounding_moves_by_half_a_unit_at_most(digits in any::<i64>(), places in 1_u32..9) {
            let exact = Exact::new(digits.into(), -2 - i32::try_from(places).unwrap());
            for rounding in [Rounding::HalfEven, Rounding::HalfUp] {
                let units = exact.in_minor_units(2, rounding).unwrap();
                let moved = units * 10_i128.pow(places) - i128::from(digits);
                prop_assert!(moved.abs() * 2 <= 10_i128.pow(places));
            }
        }
    }
}
