//! The sealed files beside the ledger, against the entries that committed to them.

use super::{Examined, Health, OPEN_IT, Observation};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::domain::state::State;
use crate::error::Result;
use crate::ledger::reader::sealed::{Claim, Held, Unborne, hold};
use std::collections::BTreeMap;
use std::path::Path;

const PART: &str = "sealed";

/// Says of every field whether its files are there and its own; nothing where there never was any.
///
/// # Errors
/// `Kind::Io` when a file is there and cannot be read.
pub(super) fn see(folder: &Path, state: &State, examined: &mut Examined) -> Result<()> {
    let Some(facts) = &state.ledger else { return Ok(()) };
    let ledger = LedgerId(facts.id.0);
    let claims: BTreeMap<Hash, Claim> = (state.confidential.iter())
        .map(|(commitment, fields)| {
            let claim = Claim { ledger, entry: fields.entry, erased_by: fields.erased_by };
            (Hash(commitment.0), claim)
        })
        .collect();
    let Held { whole, unborne, orphans, strange } = hold(folder, &claims)?;
    let before = examined.observations.len();
    let mut away = 0_u64;
    for (_, entry, unborne) in unborne {
        let (words, advice) = match unborne {
            Unborne::Away(_) => {
                away = away.saturating_add(1);
                continue;
            }
            Unborne::Left(by, _) => (
                format!("the fields of @{entry} were erased by @{by}, and files of them are left"),
                OPEN_IT,
            ),
            Unborne::Spoiled(error) => (
                format!("the fields of @{entry}: {}", error.message()),
                "put both files of that name back from a copy of confidential/; nothing else has them",
            ),
        };
        examined.see(Observation::new(PART, Health::Broken, words).advise(advice));
    }
    let mut note = |words: String, advice: &str| {
        examined.see(Observation::new(PART, Health::Note, words).advise(advice));
    };
    if away > 0 {
        let words = format!("the fields of {away} entries are not here, as in a copy of the log");
        note(words, "where they should be here, put them back from a copy of confidential/");
    }
    if orphans > 0 {
        let words = format!("{orphans} files of commands that were never recorded");
        note(words, "earmark confidential sweep removes them");
    }
    if let Some(name) = strange.first() {
        let count = strange.len();
        let words =
            format!("confidential/ has {count} files that are none of its own, {name} among them");
        note(words, "look what they are");
    }
    if examined.observations.len() == before && whole > 0 {
        let words = format!("the fields of {whole} entries open");
        examined.see(Observation::new(PART, Health::Whole, words));
    }
    Ok(())
}
