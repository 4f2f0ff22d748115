//! Which trials are made: a choice by a seed that is printed, or all.

/// Numbers that need not be good, only the same for the same seed.
#[derive(Debug)]
pub(crate) struct Dice {
    state: u64,
    all: bool,
}

impl Dice {
    /// `EARMARK_SEED`, else the number of this process; `EARMARK_FAULTS=all` chooses everything.
    pub(crate) fn of_environment() -> Self {
        let given = std::env::var("EARMARK_SEED").ok().map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
        println!("EARMARK_SEED={seed}");
        Self::new(seed, std::env::var("EARMARK_FAULTS").is_ok_and(|value| value == "all"))
    }

    pub(crate) fn new(seed: u64, all: bool) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, all }
    }

    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % sides
    }

    /// One in so many.
    pub(crate) fn chooses(&mut self, sides: u64) -> bool {
        self.all || self.below(sides) == 0
    }
}
