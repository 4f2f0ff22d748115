//! Signs and codes of currencies, as they stand beside an amount. Those of another currency than the
//! ledger's are not read: amounts are never converted.

use super::wide::fold_wide;
use crate::domain::money::Currency;

/// Signs, with the codes of the currencies that use them. A sign that is not here may be anybody's.
const SIGNS: &[(&str, &str)] = &[
    ("£", "GBP EGP GIP FKP SHP SYP LBP SDG SSP SDP IEP CYP MTL ITL TRL"),
    ("€", "EUR XEU"),
    (
        "$",
        "USD CAD AUD NZD HKD TWD SGD MXN MXP ARS CLP COP BMD BBD BSD BZD BND BRL CUP CVE DOP FJD GYD JMD KYD LRD MOP NAD NIO SBD SRD SRG TTD TOP UYU WST XCD XCG ZWL",
    ),
    ("US$", "USD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("R$", "BRL"),
    ("¥", "CNY JPY"),
    ("元", "CNY TWD HKD MOP"),
    ("圆", "CNY"),
    ("圓", "TWD HKD JPY"),
    ("円", "JPY"),
    ("RMB", "CNY"),
    ("人民币", "CNY"),
    ("人民幣", "CNY"),
    ("₩", "KRW KPW"),
    ("₹", "INR"),
    ("₽", "RUB RUR"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₪", "ILS"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("zł", "PLN PLZ"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("kr", "DKK NOK SEK ISK EEK"),
    ("CHF", "CHF"),
    ("лв", "BGN BGL"),
];

/// Whether `sign` may stand at an amount in the currency with this code.
#[must_use]
pub fn fits(sign: &str, code: &str) -> bool {
    let sign = fold_wide(sign.trim());
    if is_code(&sign) {
        return sign.eq_ignore_ascii_case(code);
    }
    let known = SIGNS.iter().find(|(known, _)| {
        known.trim_end_matches('.').eq_ignore_ascii_case(sign.trim_end_matches('.'))
    });
    known.is_none_or(|(_, codes)| codes.split(' ').any(|one| one == code))
}

fn is_code(text: &str) -> bool {
    Currency::named(&text.to_uppercase()).is_some()
}

/// A known sign or code in front of a text, and the rest; none where there is nothing else.
pub(super) fn in_front(text: &str) -> Option<(&str, &str)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let code = text.split_at_checked(letters).filter(|(sign, _)| is_code(sign));
    let found = code.or_else(|| {
        longest(|sign| {
            let (front, rest) = text.split_at_checked(sign.len())?;
            front.eq_ignore_ascii_case(sign).then_some((front, rest))
        })
    });
    found.filter(|(_, rest)| !rest.is_empty())
}

/// A known sign or code behind a text, and what is in front of it; none where there is nothing else.
pub(super) fn behind(text: &str) -> Option<(&str, &str)> {
    let split = |bytes: usize| {
        let (rest, sign) = text.split_at_checked(text.len().checked_sub(bytes)?)?;
        Some((sign, rest))
    };
    let letters = text.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let code = split(letters).filter(|(sign, _)| is_code(sign));
    let found = code.or_else(|| {
        longest(|sign| split(sign.len()).filter(|(tail, _)| tail.eq_ignore_ascii_case(sign)))
    });
    found.filter(|(_, rest)| !rest.is_empty())
}

/// What the longest sign finds that finds anything: `US$` before `$`.
fn longest<'a>(find: impl Fn(&str) -> Option<(&'a str, &'a str)>) -> Option<(&'a str, &'a str)> {
    SIGNS.iter().filter_map(|(sign, _)| find(sign)).max_by_key(|(sign, _)| sign.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_those_of_their_currencies() {
        for (sign, code) in [
            ("£", "GBP"),
            ("￡", "GBP"),
            ("€", "EUR"),
            ("$", "TWD"),
            ("¥", "CNY"),
            ("￥", "JPY"),
            ("元", "CNY"),
            ("EUR", "EUR"),
            ("eur", "EUR"),
            ("kr.", "DKK"),
            ("ƒ", "AWG"),
            ("HRK", "HRK"),
        ] {
            assert!(fits(sign, code), "{sign} {code}");
        }
        for (sign, code) in [
            ("£", "EUR"),
            ("GBP", "EUR"),
            ("$", "CNY"),
            ("€", "HRK"),
            ("HRK", "EUR"),
            ("元", "EUR"),
            ("kr", "EUR"),
        ] {
            assert!(!fits(sign, code), "{sign} {code}");
        }
    }

    #[test]
    fn signs_stand_in_front_or_behind() {
        assert_eq!(in_front("US$5"), Some(("US$", "5")));
        assert_eq!(in_front("cny 5"), Some(("cny", " 5")));
        assert_eq!(behind("5元"), Some(("元", "5")));
        assert_eq!(behind("5人民币"), Some(("人民币", "5")));
        assert_eq!(behind("5 EUR"), Some(("EUR", "5 ")));
        for text in ["", "元", "$", "EUR", "5", "A$5", "HT-1"] {
            assert_eq!(in_front(text).or_else(|| behind(text)), None, "{text}");
        }
    }
}
