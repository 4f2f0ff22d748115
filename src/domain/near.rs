//! Names that nobody knows, with known ones that look like them. Searched only on the way to a
//! refusal, and not without end: a ledger may know many payees.

use super::ids::Code;
use super::rejection::{Rejection, Thing};

/// The most known names that are looked at, and the most that are shown.
const LOOKED_AT: usize = 10_000;
const SHOWN: usize = 3;

/// `name` is no known thing; up to three names like it are.
pub(super) fn unknown<'a>(
    thing: Thing,
    name: &Code,
    known: impl Iterator<Item = &'a Code>,
) -> Rejection {
    let known = known.take(LOOKED_AT).map(Code::as_str);
    let mut near: Vec<String> =
        known.filter(|known| is_near(known, name.as_str())).map(str::to_owned).collect();
    near.sort_unstable();
    near.truncate(SHOWN);
    Rejection::Unknown { thing, name: name.into(), near }
}

/// True if one is the other but for case, or up to two characters put in, left out or changed.
fn is_near(a: &str, b: &str) -> bool {
    // A character has at most four bytes, so two characters make at most eight.
    if a.len().abs_diff(b.len()) > 8 {
        return false;
    }
    if a.to_lowercase() == b.to_lowercase() {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 || a.len().min(b.len()) < 3 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j.saturating_add(1)).copied().unwrap_or(usize::MAX);
            let changed = corner.saturating_add(usize::from(x != y));
            left = changed.min(above.saturating_add(1)).min(left.saturating_add(1));
            corner = above;
            if let Some(cell) = row.get_mut(j.saturating_add(1)) {
                *cell = left;
            }
        }
    }
    row.last().is_some_and(|distance| *distance <= 2)
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn names_are_near_by_case_or_two_characters() {
        for (a, b) in [
            ("PD-INFO", "pd-info"),
            ("PD-INFO", "PD-INFQ"),
            ("PD-INFO", "PDINFO"),
            ("PD-INFO", "PD-NIFO"),
            ("社保卡工程", "社保卡"),
        ] {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
        }
        for (a, b) in [("PD-INFO", "PD-1"), ("A", "B"), ("", "PD"), ("PD-INFO", "XH-IFNO")] {
            assert!(!is_near(a, b) && !is_near(b, a), "{a} {b}");
        }
    }
}
