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

/// Every code of ISO 4217 that money can be kept in, present (list one) and historic (list three), by the
/// number of digits of its minor unit. Not the ones of metals, baskets and tests, which have none.
const CURRENCIES: &[(u8, &str)] = &[
    (
        0,
        "ADP BEF BIF BYB BYR CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF MGF PTE PYG RWF TPE TRL \
         UGX UYI VND VUV XAF XOF XPF",
    ),
    (
        2,
        "AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARP ARS ARY ATS AUD AWG AYM AZM AZN BAD \
         BAM BBD BDT BEC BEL BGJ BGK BGL BGN BMD BND BOB BOP BOV BRB BRC BRE BRL BRN BRR BSD BTN \
         BUK BWP BYN BZD CAD CDF CHC CHE CHF CHW CNY COP COU CRC CSD CSJ CSK CUC CUP CVE CYP CZK \
         DDM DEM DKK DOP DZD ECS ECV EEK EGP ERN ESA ESB ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC \
         GHP GHS GIP GMD GNE GNS GQE GTQ GWE GWP GYD HKD HNL HRD HRK HTG HUF IDR IEP ILP ILR ILS \
         INR IRR ISJ JMD KES KGS KHR KPW KYD KZT LAJ LAK LBP LKR LRD LSL LSM LTL LTT LUC LUL LVL \
         LVR MAD MDL MGA MKD MLF MMK MNT MOP MRO MRU MTL MTP MUR MVQ MVR MWK MXN MXP MXV MYR MZE \
         MZM MZN NAD NGN NIC NIO NLG NOK NPR NZD PAB PEH PEI PEN PES PGK PHP PKR PLN PLZ QAR RHD \
         ROK ROL RON RSD RUB RUR SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLE SLL SOS SRD SRG \
         SSP STD STN SUR SVC SYP SZL THB TJR TJS TMM TMT TOP TRY TTD TWD TZS UAH UAK UGS UGW USD \
         USN USS UYN UYP UYU UZS VEB VED VEF VES VNC WST XCD XCG XEU YDD YER YUD YUM YUN ZAL ZAR \
         ZMK ZMW ZRN ZRZ ZWC ZWD ZWG ZWL ZWN ZWR",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
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
        let bytes = <[u8; 3]>::try_from(code.as_bytes()).ok()?;
        let (exponent, _) =
            CURRENCIES.iter().find(|(_, codes)| codes.split(' ').any(|known| known == code))?;
        Some(Self { code: bytes, exponent: *exponent })
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
    fn present_and_historic_currencies_are_known_with_their_exponent() {
        for (code, exponent) in [
            ("CNY", 2),
            ("HRK", 2),
            ("BGN", 2),
            ("LTL", 2),
            ("COP", 2),
            ("ITL", 0),
            ("JPY", 0),
            ("UGX", 0),
            ("KWD", 3),
            ("IQD", 3),
            ("CLF", 4),
            ("XCG", 2),
            ("ZWG", 2),
            ("DEM", 2),
            ("ISK", 0),
            ("MRU", 2),
        ] {
            assert_eq!(Currency::named(code).map(|known| known.exponent), Some(exponent), "{code}");
        }
        for code in ["", "XXX", "XAU", "XTS", "cny", "CN", "CNYY", "C Y", "Y B", "   "] {
            assert_eq!(Currency::named(code), None, "{code:?}");
        }
        // Of the historic ones those without a minor unit, as the Java platform has them in its
        // currency data; the standard itself gives list three no digits.
        let none = "ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL";
        for code in none.split(' ') {
            assert_eq!(Currency::named(code).map(|known| known.exponent), Some(0), "{code}");
        }
        let count = |exponent| {
            let of = CURRENCIES.iter().filter(|(digits, _)| *digits == exponent);
            of.flat_map(|(_, codes)| codes.split(' ')).count()
        };
        assert_eq!([0, 1, 2, 3, 4].map(count), [29, 0, 252, 7, 2]);
        let all: Vec<&str> = CURRENCIES.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all.iter().all(|code| code.len() == 3), "{all:?}");
    }

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
