//! The entries in question, each index with its variants and where they were found.

use super::copies::Place;
use crate::chain::entry::{self, Head, Sealed};
use crate::chain::hash::Hash;
use std::collections::BTreeMap;

/// One form of an entry.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) sealed: Sealed,
    pub(super) in_store: bool,
    pub(super) in_archive: bool,
}

/// Variants by index.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    variants: BTreeMap<u64, Vec<Variant>>,
}

impl Candidates {
    pub(super) fn add(&mut self, place: Place, sealed: Sealed) {
        let variants = self.variants.entry(sealed.index).or_default();
        let at = variants.iter().position(|known| known.sealed.hash == sealed.hash);
        let at = at.unwrap_or_else(|| {
            variants.push(Variant { sealed, in_store: false, in_archive: false });
            variants.len().saturating_sub(1)
        });
        if let Some(variant) = variants.get_mut(at) {
            match place {
                Place::Store => variant.in_store = true,
                Place::Archive => variant.in_archive = true,
            }
        }
    }

    /// The variant with this hash.
    pub(super) fn get(&self, index: u64, hash: Hash) -> Option<&Sealed> {
        let variants = self.variants.get(&index)?;
        variants.iter().map(|variant| &variant.sealed).find(|sealed| sealed.hash == hash)
    }

    /// Takes out everything below `size`.
    pub(super) fn take_below(&mut self, size: u64) -> BTreeMap<u64, Vec<Variant>> {
        let rest = self.variants.split_off(&size);
        std::mem::replace(&mut self.variants, rest)
    }

    /// Every sequence of entries from `head` on that forms one whole command by the look of its
    /// envelopes: chained, in its places, ending with the signed one.
    pub(super) fn commands(&self, head: Head) -> Vec<Vec<Sealed>> {
        let mut whole = Vec::new();
        let mut open: Vec<Vec<&Sealed>> = vec![Vec::new()];
        while let Some(mut so_far) = open.pop() {
            // Nearly always there is one way on: it is followed without a copy of the way so far.
            loop {
                let mut next = self.following(head, &so_far);
                let Some((sealed, is_last)) = next.pop() else { break };
                for (other, other_is_last) in next {
                    let longer: Vec<&Sealed> = so_far.iter().copied().chain([other]).collect();
                    if other_is_last { whole.push(longer) } else { open.push(longer) }
                }
                so_far.push(sealed);
                if is_last {
                    whole.push(so_far);
                    break;
                }
            }
        }
        whole.into_iter().map(|command| command.into_iter().cloned().collect()).collect()
    }

    /// The entries that go on with a command, and whether each ends it.
    fn following(&self, head: Head, so_far: &[&Sealed]) -> Vec<(&Sealed, bool)> {
        let (index, previous) = match so_far.last() {
            Some(last) => (last.index.saturating_add(1), last.hash),
            None => (head.size, head.hash),
        };
        let mut following = Vec::new();
        for Variant { sealed, .. } in self.variants.get(&index).into_iter().flatten() {
            let Ok(envelope) = entry::parse(&sealed.bytes) else { continue };
            let in_place = usize::from(envelope.place) == so_far.len();
            if envelope.previous == previous && in_place {
                following.push((sealed, envelope.is_last()));
            }
        }
        following
    }
}
