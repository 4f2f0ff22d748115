//! A payment over the shares of its contract, by what is still owed on each.

use super::Scene;
use super::drawing::Candidate;
use crate::domain::command::Drawing;
use crate::domain::event::Split;
use crate::domain::ids::Code;
use crate::domain::money::Amount;
use crate::domain::rejection::Rejection;

impl Scene<'_> {
    /// Splits of a payment by what is still owed on each share of `contract` that the drawing leaves
    /// possible, by the largest remainder: each share has its part rounded down to a minor unit, and the
    /// units that are left go, one each, to the shares that lost most by that; of two that lost the same,
    /// to the one whose line, then project, comes first. A share without a part is left out.
    pub(super) fn by_shares(
        &self,
        contract: &Code,
        drawing: &Drawing,
    ) -> Result<Vec<Split>, Rejection> {
        let mut shares = self.contract_candidates(contract, drawing, true)?;
        shares.sort_by(|a, b| (&a.line, &a.project).cmp(&(&b.line, &b.project)));
        let owed: Vec<Amount> = shares.iter().map(|share| share.available).collect();
        if shares.len() < 2 || drawing.amount.is_zero() || owed.iter().all(|owed| owed.is_zero()) {
            return self.only(drawing, shares);
        }
        let parts = divided(drawing.amount, &owed).ok_or(Rejection::Overflow)?;
        let split = |(Candidate { line, project, .. }, amount)| Split { line, project, amount };
        let splits = shares.into_iter().zip(parts).filter(|(_, amount)| !amount.is_zero());
        Ok(splits.map(split).collect())
    }
}

/// `amount` in parts like `weights`, by the largest remainder; the parts add up to it.
fn divided(amount: Amount, weights: &[Amount]) -> Option<Vec<Amount>> {
    let total = Amount::sum(weights.iter().copied())?.0;
    let (whole, sign) = (amount.0.checked_abs()?, amount.0.signum());
    let (mut parts, mut lost) = (Vec::new(), Vec::new());
    for (number, weight) in weights.iter().enumerate() {
        let product = whole.checked_mul(weight.0)?;
        parts.push(product.checked_div_euclid(total)?);
        lost.push((std::cmp::Reverse(product.checked_rem_euclid(total)?), number));
    }
    lost.sort_unstable();
    let given = parts.iter().try_fold(0_i128, |sum, part| sum.checked_add(*part))?;
    let left = usize::try_from(whole.checked_sub(given)?).ok()?;
    for (_, number) in lost.iter().take(left) {
        let part = parts.get_mut(*number)?;
        *part = part.checked_add(1)?;
    }
    parts.into_iter().map(|part| part.checked_mul(sign).map(Amount)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use proptest::prelude::*;

    fn parts(amount: i128, weights: &[i128]) -> Vec<i128> {
        let weights: Vec<Amount> = weights.iter().map(|weight| Amount(*weight)).collect();
        divided(Amount(amount), &weights).unwrap().into_iter().map(|part| part.0).collect()
    }

    #[test]
    fn the_units_that_are_left_go_to_who_lost_most() {
        assert_eq!(parts(100, &[1, 1, 1]), [34, 33, 33], "of equals the first");
        assert_eq!(parts(101, &[1, 1, 1]), [34, 34, 33]);
        assert_eq!(parts(10, &[1, 2]), [3, 7]);
        assert_eq!(parts(5, &[300, 100]), [4, 1]);
        assert_eq!(parts(1, &[1, 0, 5]), [0, 0, 1]);
        assert_eq!(parts(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(parts(700, &[300, 400]), [300, 400]);
        assert_eq!(divided(Amount(i128::MAX), &[Amount(2), Amount(1)]), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_above_what_is_owed(
            weights in proptest::collection::vec(0_i64..1_000_000_000, 1..6),
            share in 0_u32..=100,
        ) {
            let weights: Vec<i128> = weights.into_iter().map(i128::from).collect();
            let total: i128 = weights.iter().sum();
            prop_assume!(total > 0);
            let amount = total * i128::from(share) / 100;
            let parts = parts(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i128>(), amount);
            for (part, owed) in parts.iter().zip(&weights) {
                prop_assert!(*part >= 0 && part <= owed);
            }
        }
    }
}
