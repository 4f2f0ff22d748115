//! The word that was probably meant.

/// The one of `known` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.chars().count().max(word.chars().count()).div_ceil(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Number of characters to insert, delete, replace or swap with a neighbour (optimal alignment).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=b.len()).collect();
    let mut before = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let replace = at(&back, j).saturating_add(usize::from(x != *y));
            let delete = at(&back, j.saturating_add(1)).saturating_add(1);
            let insert = at(&row, j).saturating_add(1);
            let mut best = replace.min(delete).min(insert);
            if let Some(previous) = j.checked_sub(1)
                && before == Some(*y)
                && b.get(previous) == Some(&x)
            {
                best = best.min(at(&two_back, previous).saturating_add(1));
            }
            row.push(best);
        }
        two_back = std::mem::replace(&mut back, row);
        before = Some(x);
    }
    back.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_or_none() {
        let known = ["column", "template", "default", "map"];
        assert_eq!(nearest("colum", known), Some("column"));
        assert_eq!(nearest("Template", known), Some("template"));
        assert_eq!(nearest("colunm", known), Some("column"));
        assert_eq!(nearest("xyz", known), None);
    }
}
