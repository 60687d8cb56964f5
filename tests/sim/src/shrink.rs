//! Makes a failing seed small: fewer tabs, a shorter session, fewer faults, as long as it goes on failing.

use crate::policy::Policy;
use crate::scenario::Scenario;
use crate::world::{Ending, Faults, Options, World};

/// A failing session made small, with its timeline.
pub fn shrink<P: Policy>(
    policy: &P,
    scenario: &Scenario,
    seed: u64,
    fails: impl Fn(&Ending) -> bool,
) -> (Scenario, Ending) {
    let replay = |scenario: &Scenario, without: &Faults, seed: u64| {
        let options = Options { assert: true, trace: true, without: Some(without), ..Options::default() };
        let ending = World::new(policy, scenario).run(seed, options);
        fails(&ending).then_some(ending)
    };
    let mut without = Faults::default();
    let mut small = scenario.clone();
    let Some(mut ending) = replay(&small, &without, seed) else {
        return (small, Ending::default());
    };

    let at = ending.broken.map(|(at, _)| at).or(ending.logout.map(|(at, _)| at));
    small.length = at.map_or(small.length, |at| at + 1);
    // One tab after another is left out. If the seed's story does not survive that, another seed's may.
    let mut seed = seed;
    while small.tabs > 1 {
        let fewer = Scenario { tabs: small.tabs - 1, ..small.clone() };
        let found = core::iter::once(seed)
            .chain(0..500)
            .find_map(|seed| Some((seed, replay(&fewer, &without, seed)?)));
        let Some((other, still)) = found else { break };
        (small, ending, seed) = (fewer, still, other);
    }

    // Ever smaller groups of faults are left out, until no single one can be.
    let mut group = ending.faults.len().div_ceil(2).max(1);
    loop {
        let mut progress = false;
        let faults = ending.faults.clone();
        for some in faults.chunks(group) {
            let mut fewer = without.clone();
            fewer.extend(some);
            if let Some(still) = replay(&small, &fewer, seed) {
                (without, ending, progress) = (fewer, still, true);
            }
        }
        if group == 1 && !progress {
            return (small, ending);
        }
        if !progress {
            group = group.div_ceil(2);
        }
    }
}
