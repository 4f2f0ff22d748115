//! The sealed files beside the ledger, against the entries that committed to them.

use super::{Examined, Health, OPEN_IT, Observation};
use crate::chain::entry::LedgerId;
use crate::chain::hash::Hash;
use crate::domain::event::Bytes32;
use crate::domain::state::State;
use crate::edge::sealed::{Listing, SealedFolder};
use crate::error::{Kind, Result};
use crate::ledger::reader::sealed::open_fields;
use std::path::Path;

const PART: &str = "sealed";

/// Says of every field whether its files are there and its own; nothing where there never was any.
///
/// # Errors
/// `Kind::Io` when a file is there and cannot be read.
pub(super) fn see(folder: &Path, state: &State, examined: &mut Examined) -> Result<()> {
    let listing = SealedFolder::of(folder).list()?;
    let is_empty = listing.of.is_empty() && listing.strange.is_empty();
    let Some(facts) = state.ledger.as_ref().filter(|_| !is_empty || !state.confidential.is_empty())
    else {
        return Ok(());
    };
    let before = examined.observations.len();
    let (mut whole, mut away) = (0_u64, 0_u64);
    for (commitment, fields) in &state.confidential {
        let (commitment, entry) = (Hash(commitment.0), fields.entry);
        match (listing.of.contains_key(&commitment), fields.erased_by) {
            (false, Some(_)) => {}
            (true, Some(by)) => {
                let words = format!(
                    "the fields of @{entry} were erased by @{by}, and files of them are left"
                );
                examined.see(Observation::new(PART, Health::Broken, words).advise(OPEN_IT));
            }
            (false, None) => away = away.saturating_add(1),
            (true, None) => match open_fields(folder, LedgerId(facts.id.0), entry, commitment) {
                Ok(_) => whole = whole.saturating_add(1),
                Err(error) if error.kind() == Kind::Io => return Err(error),
                Err(error) => {
                    let words = format!("the fields of @{entry}: {}", error.message());
                    examined.see(Observation::new(PART, Health::Broken, words).advise(
                        "put both files of that name back from a copy of confidential/; nothing else has them",
                    ));
                }
            },
        }
    }
    if away > 0 {
        let words = format!("the fields of {away} entries are not here, as in a copy of the log");
        let advice = "where they should be here, put them back from a copy of confidential/";
        examined.see(Observation::new(PART, Health::Note, words).advise(advice));
    }
    see_others(&listing, state, examined);
    if examined.observations.len() == before {
        let words = format!("the fields of {whole} entries open");
        examined.see(Observation::new(PART, Health::Whole, words));
    }
    Ok(())
}

/// Files that no entry has committed to.
fn see_others(listing: &Listing, state: &State, examined: &mut Examined) {
    let is_known = |commitment: &Hash| state.confidential.contains_key(&Bytes32(commitment.0));
    let orphans = listing.of.iter().filter(|(commitment, _)| !is_known(commitment));
    let orphans = orphans.map(|(_, names)| names.len()).fold(0, usize::saturating_add);
    if orphans > 0 {
        let words = format!("{orphans} files of commands that were never recorded");
        let advice = "earmark confidential sweep removes them";
        examined.see(Observation::new(PART, Health::Note, words).advise(advice));
    }
    if let Some(name) = listing.strange.first() {
        let count = listing.strange.len();
        let words =
            format!("confidential/ has {count} files that are none of its own, {name} among them");
        examined.see(Observation::new(PART, Health::Note, words).advise("look what they are"));
    }
}
