//! Choices read from words, so that a failing history shrinks to small words.

/// Words and how many of them are used; used up, it says zero.
pub struct Dice<'a> {
    words: &'a [u32],
    at: usize,
}

impl<'a> Dice<'a> {
    pub fn new(words: &'a [u32]) -> Self {
        Self { words, at: 0 }
    }

    pub fn word(&mut self) -> u32 {
        let word = self.words.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        word
    }

    /// A number below `sides`, which is not zero.
    pub fn below(&mut self, sides: usize) -> usize {
        self.word() as usize % sides
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub fn pick<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }

    /// A part of what is there, often all of it, now and then too much.
    pub fn part(&mut self, available: i128) -> i128 {
        let most = available.max(0);
        match self.below(20) {
            0..=2 => most,
            3 => most + i128::from(self.word() % 100) + 1,
            4 => 0,
            _ => most * i128::from(self.word() % 256) / 256,
        }
    }
}
