//! Signs of currencies: those of another currency than the ledger's are not read.

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
pub(super) fn fits(sign: &str, code: &str) -> bool {
    let sign = super::number::fold_wide(sign.trim());
    if crate::domain::money::Currency::named(&sign.to_uppercase()).is_some() {
        return sign.eq_ignore_ascii_case(code);
    }
    let known = SIGNS.iter().find(|(known, _)| {
        known.trim_end_matches('.').eq_ignore_ascii_case(sign.trim_end_matches('.'))
    });
    known.is_none_or(|(_, codes)| codes.split(' ').any(|one| one == code))
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
}
