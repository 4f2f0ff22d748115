//! Filters as they are typed: words with a prefix, and bare codes of funds.

use super::Reading;
use crate::domain::ids::Code;
use crate::domain::money::{Amount, Currency};
use crate::domain::rejection::{Rejection, Thing};
use crate::error::Result;
use crate::form::AmountText;
use crate::form::period::Period;
use crate::projection::filter::{Filter, PREFIXES, Readers, Term};
use crate::projection::names::Fund;
use std::collections::BTreeMap;

/// Reads filters; a word without a colon is a fund's code where `bare_is_fund`.
pub(crate) fn parse(reading: &Reading, words: &[String], bare_is_fund: bool) -> Result<Filter> {
    let currency = reading.facts.currency();
    let amount = |text: &str| signed(text, currency);
    let is_bare = |word: &&String| bare_is_fund && is_bare(word);
    let prefixed: Vec<&String> = words.iter().filter(|word| !is_bare(word)).collect();
    let period = |text: &str| {
        let period: Period = text.parse()?;
        Ok((period.first, period.last))
    };
    let readers = Readers { amount: &amount, period: &period };
    let mut filter = Filter::parse(&prefixed, &readers)?;
    for word in words.iter().filter(is_bare) {
        filter.add(Term::Fund(Code::new(word)));
    }
    Ok(filter)
}

/// A word without a prefix, typed in any width.
pub(crate) fn is_bare(word: &str) -> bool {
    let prefix = word.split_once('：').map(|(prefix, _)| prefix);
    let is_known = |prefix: &str| prefix == "not" || PREFIXES.contains(&prefix);
    !word.contains(':') && !prefix.is_some_and(is_known)
}

/// An amount to compare with. Below zero stands only history, but it stands.
fn signed(text: &str, currency: Currency) -> Result<Amount> {
    let text = text.trim();
    let below = text.strip_prefix(['-', '−', '－']);
    let amount = below.unwrap_or(text).parse::<AmountText>()?.in_minor_units(currency)?;
    Ok(if below.is_some() { Amount(amount.0.saturating_neg()) } else { amount })
}

/// The funds that were named, by flag.
pub(crate) fn of_funds(funds: &[Code]) -> Filter {
    let mut filter = Filter::default();
    funds.iter().for_each(|fund| filter.add(Term::Fund(fund.clone())));
    filter
}

/// Refuses a bare code or `--fund` that names no fund: an empty table would look like an answer.
pub(crate) fn check_funds<'a>(
    known: &BTreeMap<Code, Fund>,
    funds: impl IntoIterator<Item = &'a Code>,
) -> Result<()> {
    let mut unknown = funds.into_iter().filter(|fund| !known.contains_key(*fund));
    match unknown.next() {
        None => Ok(()),
        Some(fund) => {
            Err(Rejection::Unknown { thing: Thing::Fund, name: fund.into(), near: Vec::new() }
                .into())
        }
    }
}
