//! How an entry is named: `@1234`, its UUID, or for a disbursement `FUND/YEAR/VOUCHER`.

use super::day;
use super::refusal::Refusal;
use super::wide::fold_wide;
use crate::domain::calendar::Year;
use crate::domain::ids::Code;
use std::fmt;
use std::str::FromStr;

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryRef {
    /// Its index.
    Index(u64),
    /// Its id, the bytes of a UUID.
    Id([u8; 16]),
    /// A disbursement by the voucher number that its fund and fiscal year gave it.
    Voucher {
        /// The fund of its first line.
        fund: Code,
        /// The fiscal year of its first line.
        year: Year,
        /// The number.
        number: u64,
    },
}

impl FromStr for EntryRef {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let trimmed = text.trim();
        let digits = |text: &str| {
            let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u64>().ok().filter(|_| all)
        };
        if let Some(index) = trimmed.strip_prefix(['@', '＠']) {
            return match digits(&fold_wide(index)) {
                Some(index) => Ok(Self::Index(index)),
                None => Err(malformed(text)),
            };
        }
        if let Ok(id) = uuid::Uuid::try_parse(trimmed) {
            return Ok(Self::Id(id.into_bytes()));
        }
        // A fund's code may hold slashes; the year and the number never do.
        let mut parts = trimmed.rsplitn(3, ['/', '／']);
        let number = parts.next().and_then(|number| digits(&fold_wide(number)));
        let year = parts.next().and_then(|year| day::year(year).ok());
        let fund = parts.next().filter(|fund| !fund.is_empty()).map(Code::new);
        match (fund, year, number.filter(|number| *number > 0)) {
            (Some(fund), Some(year), Some(number)) => Ok(Self::Voucher { fund, year, number }),
            _ => Err(malformed(text)),
        }
    }
}

fn malformed(text: &str) -> Refusal {
    let allowed = "@12 (its index), its UUID, or FUND/YEAR/VOUCHER for a disbursement";
    let next = if text.trim().bytes().all(|b| b.is_ascii_digit()) && !text.trim().is_empty() {
        format!(
            "write @{} for the entry of this index, or FUND/YEAR/VOUCHER; see `earmark register`",
            text.trim()
        )
    } else {
        format!("write {allowed}, as PD-INFO/2002/7; see `earmark register`")
    };
    Refusal::new("entry_malformed", "not the name of an entry", allowed, text).with_next(next)
}

impl fmt::Display for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "@{index}"),
            Self::Id(id) => write!(f, "{}", uuid::Uuid::from_bytes(*id)),
            Self::Voucher { fund, year, number } => write!(f, "{fund}/{year}/{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_three_names() {
        for text in
            ["@0", "@1234", "PD-INFO/2002/7", "a/b/2002/1", "018f4d2e-6b5a-7c00-8000-000000000000"]
        {
            assert_eq!(text.parse::<EntryRef>().unwrap().to_string(), text);
        }
        let nested: EntryRef = "a/b/2002/1".parse().unwrap();
        assert_eq!(nested, EntryRef::Voucher { fund: Code::new("a/b"), year: 2002, number: 1 });
        for text in
            ["", "12", "@", "@-1", "@+1", "@x", "PD/2002", "PD/02/1", "PD/2002/0", "/2002/1"]
        {
            assert_eq!(text.parse::<EntryRef>().unwrap_err().code, "entry_malformed", "{text}");
        }
        assert_eq!(
            "12".parse::<EntryRef>().unwrap_err().to_string(),
            "entry_malformed: not the name of an entry; found `12`\n  next: write @12 for the \
             entry of this index, or FUND/YEAR/VOUCHER; see `earmark register`"
        );
    }
}
