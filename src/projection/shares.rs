//! An amount shared by weight, in whole minor units that add up to it.

use super::overflow;
use crate::domain::ids::Code;
use crate::domain::money::Amount;
use crate::error::Result;

/// Shares of an amount by weight, in whole minor units that add up to it: each gets its part rounded
/// down, then one more unit those with the largest remainder, in order of code where equal.
/// Weights of zero or less get nothing; without any weight nobody gets it all.
pub(super) fn largest_remainder<'w>(
    amount: Amount,
    weights: &[(&'w Code, Amount)],
) -> Result<Vec<(Option<&'w Code>, Amount)>> {
    let beyond = || overflow("the shares of an investment");
    let weights: Vec<(&Code, i128)> = (weights.iter())
        .filter(|(_, weight)| *weight > Amount::ZERO)
        .map(|(fund, weight)| (*fund, weight.0))
        .collect();
    let whole = weights.iter().try_fold(0_i128, |sum, (_, weight)| sum.checked_add(*weight));
    let whole = whole.ok_or_else(beyond)?;
    if whole == 0 {
        return Ok(vec![(None, amount)]);
    }
    let (sign, size) = (amount.0.signum(), amount.0.checked_abs().ok_or_else(beyond)?);
    let mut left = size;
    let mut shares = Vec::with_capacity(weights.len());
    for (fund, weight) in weights {
        let (part, remainder) = part_of(size, weight, whole).ok_or_else(beyond)?;
        left = left.checked_sub(part).ok_or_else(beyond)?;
        shares.push((fund, part, remainder));
    }
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(shares.get(*i).map(|(_, _, remainder)| *remainder)));
    for i in order {
        if left == 0 {
            break;
        }
        if let Some((_, part, _)) = shares.get_mut(i) {
            *part = part.saturating_add(1);
            left = left.saturating_sub(1);
        }
    }
    let signed = |part: i128| Amount(part.saturating_mul(sign));
    Ok(shares.into_iter().map(|(fund, part, _)| (Some(fund), signed(part))).collect())
}

/// `size × weight / whole` rounded down, and the remainder, for `0 <= weight <= whole`: the product may
/// be beyond 128 bits where the part is not.
fn part_of(size: i128, weight: i128, whole: i128) -> Option<(i128, i128)> {
    if let Some(product) = size.checked_mul(weight) {
        return product.checked_div(whole).zip(product.checked_rem(whole));
    }
    let (size, weight, whole) = (size.unsigned_abs(), weight.unsigned_abs(), whole.unsigned_abs());
    let (mut part, mut rest) = (0_u128, 0_u128);
    for bit in (0..128).rev() {
        // Both stay below 2^128: `rest` and `weight` are below 2^127.
        (part, rest) = (part.checked_mul(2)?, rest.checked_mul(2)?);
        let more = if (size >> bit) & 1 == 1 { weight } else { 0 };
        for add in [0, more] {
            rest = rest.checked_add(add)?;
            if rest >= whole {
                rest = rest.checked_sub(whole)?;
                part = part.checked_add(1)?;
            }
        }
    }
    i128::try_from(part).ok().zip(i128::try_from(rest).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_amount() {
        let (a, b, c) = (Code::new("A"), Code::new("B"), Code::new("C"));
        let shared = |amount, weights: [i128; 3]| -> Vec<i128> {
            let weights: Vec<_> = [&a, &b, &c].into_iter().zip(weights.map(Amount)).collect();
            let shares = largest_remainder(Amount(amount), &weights).unwrap();
            shares.into_iter().map(|(_, part)| part.0).collect()
        };
        assert_eq!(shared(100, [1, 1, 1]), [34, 33, 33]);
        // 14.28…, 28.57…, 57.14…: the unit left goes to the second.
        assert_eq!(shared(100, [1, 2, 4]), [14, 29, 57]);
        assert_eq!(shared(-100, [1, 2, 4]), [-14, -29, -57]);
        assert_eq!(shared(5, [0, 3, 0]), [5]);
        assert_eq!(shared(0, [1, 1, 1]), [0, 0, 0]);
    }

    #[test]
    fn a_part_is_counted_where_the_product_cannot_be() {
        for (size, weight, whole, part, rest) in [
            (100, 2, 7, 28, 4),
            (i128::MAX, i128::MAX, i128::MAX, i128::MAX, 0),
            (i128::MAX, 1, 1, i128::MAX, 0),
            (i128::MAX, i128::MAX - 1, i128::MAX, i128::MAX - 1, 0),
            (1 << 126, 1 << 100, 3 << 100, (1 << 126) / 3, 1 << 100),
            (
                10_i128.pow(30),
                10_i128.pow(20),
                3 * 10_i128.pow(20),
                10_i128.pow(30) / 3,
                10_i128.pow(20),
            ),
        ] {
            assert_eq!(part_of(size, weight, whole), Some((part, rest)), "{size} {weight} {whole}");
        }
    }

    #[test]
    fn without_weights_nobody_gets_it_all() {
        let shares = largest_remainder(Amount(7), &[]).unwrap();
        assert_eq!(shares, [(None, Amount(7))]);
    }
}
