//! Randomness by name instead of by order: each draw is a hash of the seed and of what it is for.
//!
//! Taking one fault away leaves every other draw as it was. That is what lets a failing seed be shrunk.

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Draw {
    Entropy = 1,
    Salt,
    UseGap,
    RequestTime,
    ResponseTime,
    ProviderTime,
    RequestLost,
    ResponseLost,
    RequestLate,
    ResponseLate,
    Duplicate,
    DuplicateTime,
    DuplicateAnswers,
    Crash,
    StaleRead,
    Reload,
    Freeze,
    Sleep,
    ClientClock,
    StoreClock,
    Restore,
    Login,
    Theft,
    ThiefTime,
}

/// The draws of one seed.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of this seed, in this scenario.
    pub fn new(seed: u64, scenario: &str) -> Self {
        let name = scenario.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        Dice(mix(seed ^ name))
    }

    /// 64 bits for the `count`th time that `who` needs them for `draw`.
    pub fn bits(self, draw: Draw, who: u32, count: u32) -> u64 {
        mix(self.0 ^ mix(((draw as u64) << 56) ^ (u64::from(who) << 32) ^ u64::from(count)))
    }

    /// Evenly from `0.0..1.0`.
    pub fn unit(self, draw: Draw, who: u32, count: u32) -> f64 {
        (self.bits(draw, who, count) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly from `low..=high`.
    pub fn range(self, draw: Draw, who: u32, count: u32, (low, high): (u64, u64)) -> u64 {
        let width = high - low + 1;
        low + ((u128::from(self.bits(draw, who, count)) * u128::from(width)) >> 64) as u64
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_repeatable() {
        let dice = Dice::new(7, "x");
        let mut hits = [0u32; 10];
        for count in 0..10_000 {
            hits[dice.range(Draw::UseGap, 1, count, (0, 9)) as usize] += 1;
        }
        assert!(hits.iter().all(|hits| (900..1100).contains(hits)), "{hits:?}");
        assert_eq!(dice.bits(Draw::Salt, 1, 2), Dice::new(7, "x").bits(Draw::Salt, 1, 2));
        assert_ne!(dice.bits(Draw::Salt, 1, 2), Dice::new(7, "y").bits(Draw::Salt, 1, 2));
    }
}
