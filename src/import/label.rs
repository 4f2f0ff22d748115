//! The `reject_key` of a refused row: its row key and a check, in letters that no spreadsheet takes for
//! a number, so that the mended row is known as the one it came from. Nothing secret is in it.

use crate::chain::hash;

const PREFIX: &str = "r-";
/// RFC 4648, lower case.
const LETTERS: [u8; 32] = *b"abcdefghijklmnopqrstuvwxyz234567";

/// What the rows of one ledger and source are labelled with.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    ledger: [u8; 16],
    source: String,
}

impl Labels {
    pub(super) fn new(ledger: [u8; 16], source: &str) -> Self {
        Self { ledger, source: source.to_owned() }
    }

    /// The label of the row with this key.
    pub(super) fn of(&self, key: [u8; 16]) -> String {
        let check = hash::reject_check(&self.ledger, &self.source, &key);
        let mut out = String::from(PREFIX);
        let (mut bits, mut held) = (0_u16, 0_u32);
        for byte in key.into_iter().chain(check) {
            bits = (bits << 8) | u16::from(byte);
            held = held.saturating_add(8);
            while held >= 5 {
                held = held.saturating_sub(5);
                let letter = usize::from((bits >> held) & 31);
                out.push(char::from(LETTERS.get(letter).copied().unwrap_or_default()));
            }
            // What is left of the byte: fewer than five bits.
            bits &= 31;
        }
        out
    }

    /// The key that a label is of; `None` for one of another ledger or source, or one that was changed.
    pub(super) fn key(&self, label: &str) -> Option<[u8; 16]> {
        let letters = label.trim().strip_prefix(PREFIX)?;
        let (mut bits, mut held) = (0_u16, 0_u32);
        let mut bytes = Vec::with_capacity(20);
        for letter in letters.bytes() {
            let value = LETTERS.iter().position(|known| *known == letter)?;
            bits = (bits << 5) | u16::try_from(value).ok()?;
            held = held.saturating_add(5);
            if held >= 8 {
                held = held.saturating_sub(8);
                bytes.push(u8::try_from((bits >> held) & 255).ok()?);
            }
            bits &= 255;
        }
        let (key, check) = bytes.split_at_checked(16)?;
        let key: [u8; 16] = key.try_into().ok()?;
        let expected = hash::reject_check(&self.ledger, &self.source, &key);
        (check == expected.as_slice() && letters.len() == 32).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_is_bound_to_ledger_and_source() {
        let labels = Labels::new([7; 16], "menu");
        let label = labels.of([0xab; 16]);
        assert_eq!(label.len(), 34);
        assert_eq!(label, "r-vov2xk5lvov2xk5lvov2xk5lvpmwl2x6");
        assert_eq!(labels.key(&label), Some([0xab; 16]));
        assert_eq!(labels.key(&format!(" {label} ")), Some([0xab; 16]));
        assert_eq!(Labels::new([7; 16], "menu2").key(&label), None);
        assert_eq!(Labels::new([8; 16], "menu").key(&label), None);
        for text in
            ["", "r-", &label[..33], &format!("{label}a"), &label[2..], &label.to_uppercase()]
        {
            assert_eq!(labels.key(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_key_comes_back_and_no_slip_does(key: [u8; 16], at in 2_usize..34, letter in 0_usize..32) {
            let labels = Labels::new([1; 16], "s");
            let label = labels.of(key);
            prop_assert_eq!(labels.key(&label), Some(key));
            let mut slip = label.clone().into_bytes();
            slip[at] = LETTERS[letter];
            let slip = String::from_utf8(slip).unwrap();
            prop_assert_eq!(labels.key(&slip).is_some(), slip == label);
        }
    }
}
