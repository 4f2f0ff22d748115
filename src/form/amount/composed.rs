//! Amounts of several parts, each with its unit: `1亿2000万`, `1,200元5角3分`. Units fall, each part is
//! smaller than the unit before it, and only the last has a fraction, so that there is one reading only.

use super::body::{Around, UNITS};
use super::exact::Exact;
use super::{NumberStyle, Refusal, Signs, too_large};

/// Units of yuan, which stand behind all others.
const YUAN: &[(&str, i32)] = &[("元", 0), ("圆", 0), ("圓", 0), ("角", -1), ("分", -2)];

/// What the parts come to.
pub(super) struct Composed {
    pub(super) digits: i128,
    pub(super) power: i32,
    /// A unit other than 元 stands in it.
    pub(super) has_unit: bool,
    pub(super) is_of_yuan: bool,
}

/// A part: its figures, the power of its unit, and whether that is one of yuan. A last part may have no unit.
struct Part<'a> {
    figures: &'a str,
    unit: Option<(i32, bool)>,
}

impl NumberStyle {
    /// The parts of `body`, from which the outermost sign and unit are off; `None` where it has one part
    /// without a unit, which is a plain amount.
    pub(super) fn composed(
        &self,
        body: &str,
        around: &Around,
        text: &str,
    ) -> Result<Option<Composed>, Refusal> {
        let mut parts = parts(body);
        if parts.iter().all(|part| part.unit.is_none()) {
            return Ok(None);
        }
        let is_yuan = |sign: &str| matches!(sign, "元" | "圆" | "圓");
        let ends_in_yuan = around.sign.as_deref().is_some_and(is_yuan);
        let behind = around.unit.or_else(|| ends_in_yuan.then_some((0, true)));
        match parts.last_mut() {
            Some(last) if last.unit.is_none() => last.unit = behind,
            // A second unit behind the last part: `1亿万`.
            Some(last) if around.unit.is_some() || (ends_in_yuan && is_small(last)) => {
                return Err(refused("a second unit stands behind the last part", text));
            }
            Some(_) | None => {}
        }
        let is_of_yuan = parts.iter().any(|part| part.unit.is_some_and(|(_, of_yuan)| of_yuan));
        if let Signs::Listed(signs) = &self.signs
            && !signs.iter().any(|sign| is_yuan(sign))
            && parts
                .iter()
                .any(|part| part.unit.is_some_and(|(unit, of_yuan)| of_yuan && unit <= 0))
        {
            return Err(self.unknown_sign(text));
        }
        let has_unit = parts.iter().any(|part| part.unit.is_some_and(|(unit, _)| unit != 0));
        let value = self.sum(&parts, text)?;
        let (digits, power) = value.parts();
        Ok(Some(Composed { digits, power, has_unit, is_of_yuan }))
    }

    fn sum(&self, parts: &[Part<'_>], text: &str) -> Result<Exact, Refusal> {
        let (mut sum, mut above) = (Exact::default(), None);
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.iter().enumerate() {
            let (digits, places) = self.digits(part.figures, text)?;
            let unit = match (part.unit, above) {
                (Some((unit, _)), _) => unit,
                (None, Some(above)) if whole_below(part.figures, above) => 0,
                (None, Some(above)) => return Err(two_readings(sum, part.figures, above, text)),
                (None, None) => return Err(refused("the last part has no unit", text)),
            };
            if above.is_some_and(|above| unit >= above) {
                return Err(refused("the units of an amount fall from part to part", text));
            }
            if places != 0 && (number != last || unit < 0) {
                return Err(refused(
                    "only the last part has a fraction, and 角 and 分 have none",
                    text,
                ));
            }
            let value = Exact::new(digits, unit.saturating_sub(places));
            let is_smaller = |above| {
                let rest = Exact::new(1, above).checked_sub(value);
                rest.is_some_and(|rest| !rest.is_negative() && !rest.is_zero())
            };
            if above.is_some_and(|above| !is_smaller(above)) {
                return Err(refused("a part is smaller than the unit before it", text));
            }
            sum = sum.checked_add(value).ok_or_else(|| too_large(text))?;
            above = Some(unit);
        }
        Ok(sum)
    }
}

/// `2000` behind 万 can be nothing else; `1万2` is said for 12000 too.
fn whole_below(figures: &str, above: i32) -> bool {
    let all = figures.bytes().all(|byte| byte.is_ascii_digit());
    all && usize::try_from(above).is_ok_and(|above| above == figures.len())
}

fn refused(rule: &str, text: &str) -> Refusal {
    let allowed = "units that fall, each part smaller than the unit before: 1亿2000万";
    Refusal::new("amount_malformed", rule, allowed, text)
        .with_next("write it as 1亿2000万 or 1200元5角3分")
        .in_case("composed")
}

/// `1万2` says 12000 in speech, and 10002 by its letters.
fn two_readings(sum: Exact, figures: &str, above: i32, text: &str) -> Refusal {
    let tail: Option<i128> = figures.parse().ok();
    let length = i32::try_from(figures.len()).unwrap_or(i32::MAX);
    let spoken = above.checked_sub(length).filter(|power| *power > 0);
    let reading = |power| sum.checked_add(Exact::new(tail?, power));
    match (spoken.and_then(reading), reading(0)) {
        (Some(spoken), Some(written)) => {
            let rule = format!("not an amount, though it may be {spoken} or {written}");
            Refusal::new("amount_malformed", rule, "a unit behind every part", text)
                .with_next(format!("write {spoken} or {written}, whichever is meant"))
                .in_case("meant")
                .with_figure("meant", spoken)
                .with_figure("meant", written)
        }
        _ => refused("the last part has no unit", text),
    }
}

/// True for a part in yuan or less.
fn is_small(part: &Part<'_>) -> bool {
    part.unit.is_some_and(|(_, of_yuan)| of_yuan)
}

/// The parts of a text, each ended by its unit.
fn parts(body: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let is_unit =
            |c: char| matches!(c, '千' | '百' | '万' | '亿' | '元' | '圆' | '圓' | '角' | '分');
        let (figures, behind) = rest.split_at(rest.find(is_unit).unwrap_or(rest.len()));
        let of_yuan = YUAN.iter().map(|unit| (*unit, true));
        let units = UNITS.iter().map(|unit| (*unit, false)).chain(of_yuan);
        let found = units.into_iter().find_map(|((word, power), of_yuan)| {
            Some((behind.strip_prefix(word)?, power, of_yuan))
        });
        let (next, unit) = match found {
            None if behind.is_empty() => ("", None),
            // A bare 百 is no unit here: the figures keep it and are refused.
            None => return vec![Part { figures: body, unit: None }],
            Some((next, power, of_yuan)) => (next, Some((power, of_yuan))),
        };
        // 万元 in the middle: 元 is of the unit before it.
        let (next, unit) = match (unit, next.strip_prefix('元')) {
            (Some((power, false)), Some(next)) => (next, Some((power, true))),
            (unit, _) => (next, unit),
        };
        parts.push(Part { figures: figures.trim(), unit });
        rest = next.trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::domain::money::Currency;
    use crate::form::AmountText;
    use proptest::prelude::*;

    fn typed(text: &str) -> Result<i128, &'static str> {
        let amount: AmountText = text.parse().map_err(|refusal: Refusal| refusal.code)?;
        let cny = Currency::named("CNY").unwrap();
        amount.in_minor_units(cny).map(|amount| amount.0).map_err(|refusal| refusal.code)
    }

    #[test]
    fn parts_add_up() {
        for (text, minor) in [
            ("1亿2000万", 12_000_000_000),
            ("1亿2000万元", 12_000_000_000),
            ("1億2000萬元", 12_000_000_000),
            ("人民币1亿2000万元整", 12_000_000_000),
            ("1亿 2000万", 12_000_000_000),
            ("1亿2000.5万", 12_000_500_000),
            ("3万5千", 3_500_000),
            ("1万2000", 1_200_000),
            ("1万200元", 1_020_000),
            ("￥1万200元", 1_020_000),
            ("1,200元5角3分", 120_053),
            ("1200元5角", 120_050),
            ("1200元3分", 120_003),
            ("5角", 50),
            ("人民币1200元整", 120_000),
            ("1200元整", 120_000),
            ("1200圆正", 120_000),
            ("10万元整", 10_000_000),
            ("１亿２０００万", 12_000_000_000),
        ] {
            assert_eq!(typed(text), Ok(minor), "{text}");
        }
    }

    #[test]
    fn what_has_two_readings_or_none_is_refused() {
        for text in [
            "1万2",
            "1亿2",
            "1亿20000万",
            "1万1亿",
            "1万2万",
            "1.5亿2000万",
            "1元12角",
            "5角3",
            "1元2元",
            "5.5角",
            "3千5百万",
            "1亿万",
            "万1",
            "1万整",
            "整",
            "元",
            "1元整5角",
            "1万-2",
            "5分3角",
            "0.5分",
        ] {
            let found = typed(text);
            let refused = ["amount_malformed", "amount_currency"];
            assert!(found.is_err_and(|code| refused.contains(&code)), "{text}: {found:?}");
        }
        let refusal = "1亿2000万5".parse::<AmountText>().unwrap_err();
        assert_eq!(refusal.next, "write 120005000 or 120000005, whichever is meant");
        assert_eq!(
            "1万2".parse::<AmountText>().unwrap_err().next,
            "write 12000 or 10002, whichever is meant"
        );
        let eur = Currency::named("EUR").unwrap();
        for text in ["1200元5角", "5角", "3分", "1亿2000万元"] {
            let amount: AmountText = text.parse().unwrap();
            assert_eq!(amount.in_minor_units(eur).unwrap_err().code, "amount_currency", "{text}");
        }
        let listed =
            NumberStyle { signs: Signs::Listed(vec!["€".into()]), ..NumberStyle::default() };
        for text in ["1200元5角", "5角"] {
            assert_eq!(listed.read(text, eur).unwrap_err().code, "amount_currency", "{text}");
        }
        let scaled = NumberStyle { scale: 10_000, ..NumberStyle::default() };
        assert_eq!(scaled.read("1亿2000万", eur).unwrap_err().code, "amount_two_units");
    }

    proptest! {
        #[test]
        fn parts_written_are_the_amount_read(yi in 1_i128..10_000, wan in 1_i128..10_000, yuan in 1_i128..10_000, fen in 1_i128..10) {
            let text = format!("{yi}亿{wan}万{yuan}元{fen}分");
            let minor = ((yi * 10_000 + wan) * 10_000 + yuan) * 100 + fen;
            prop_assert_eq!(typed(&text), Ok(minor));
        }

        #[test]
        fn any_parts_are_read_or_refused(text in "[0-9.,]{0,3}([万亿千百元角分整零][0-9.,]{0,3}){0,4}") {
            let _read = typed(&text);
        }
    }
}
