//! Many seeds of one scenario, on all cores. The sums do not depend on which thread ran which seed.

use crate::policy::Policy;
use crate::scenario::Scenario;
use crate::world::{Broken, Ending, Options, World};
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// One row of the table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// Sessions simulated.
    pub sessions: u64,
    /// Honest browsers logged out.
    pub logouts: u64,
    /// Which rules logged them out.
    pub logout_rules: [u64; 14],
    /// The lowest seed that logged one out.
    pub logout_seed: Option<u64>,
    /// Sessions that broke an invariant, and the lowest seed of those.
    pub broken: u64,
    /// The lowest seed that broke one, and which.
    pub broken_seed: Option<(u64, Broken)>,
    /// Requests that reached a server.
    pub requests: u64,
    /// How often each rule decided.
    pub rules: [u64; 14],
    /// Thieves' takings.
    pub thefts: Thefts,
    /// Wall time.
    pub seconds: f64,
}

/// What the thieves of a row got.
#[derive(Clone, Debug, Default)]
pub struct Thefts {
    /// Sessions whose thief got at least one token.
    pub served: u64,
    /// Sessions revoked because of the thief.
    pub caught: u64,
    /// Sessions whose thief got a token, and was not caught within three token lives of the first.
    pub escaped: u64,
    /// Thieves with a token in one life, and in two or more lives that do not overlap.
    pub lives: [u64; 2],
    /// Tokens.
    pub tokens: u64,
    /// Sum of milliseconds from the first token to the revocation, over those caught.
    pub window: u64,
    /// The longest of those.
    pub longest: u64,
    /// Sum of milliseconds in which a thief held a living token.
    pub access: u64,
}

/// Called about once a second with the sessions done.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Runs the seeds and adds them up.
pub fn run<P: Policy>(
    policy: &P,
    scenario: &Scenario,
    seeds: Range<u64>,
    assert: bool,
    progress: Progress<'_>,
) -> Row {
    const CHUNK: u64 = 64;
    let started = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut world = World::new(policy, scenario);
        let mut row = Row::default();
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= seeds.end {
                return row;
            }
            progress(from - seeds.start);
            for seed in from..seeds.end.min(from + CHUNK) {
                let options = Options { assert, text: assert && seed % 64 == 0, ..Options::default() };
                row.add(seed, &world.run(seed, options), scenario.life);
            }
        }
    };
    let mut total = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).fold(Row::default(), Row::plus)
    });
    total.scenario = scenario.name.to_owned();
    total.seconds = started.elapsed().as_secs_f64();
    total
}

impl Row {
    fn add(&mut self, seed: u64, ending: &Ending, life: u64) {
        self.sessions += 1;
        self.requests += ending.requests;
        self.rules.iter_mut().zip(ending.rules).for_each(|(sum, count)| *sum += count);
        if let Some((_, rule)) = ending.logout {
            self.logouts += 1;
            self.logout_rules[usize::from(rule)] += 1;
            self.logout_seed = Some(self.logout_seed.map_or(seed, |known| known.min(seed)));
        }
        if let Some((_, broken)) = ending.broken {
            self.broken += 1;
            let known = self.broken_seed.filter(|(known, _)| *known < seed);
            self.broken_seed = known.or(Some((seed, broken)));
        }
        if let Some(loot) = ending.loot {
            let thefts = &mut self.thefts;
            thefts.tokens += u64::from(loot.tokens);
            thefts.access += loot.access;
            thefts.caught += u64::from(loot.caught.is_some());
            if let Some(first) = loot.first {
                thefts.served += 1;
                thefts.lives[usize::from(loot.lives > 1)] += 1;
                let window = loot.caught.map(|at| at - first);
                thefts.escaped += u64::from(window.is_none_or(|window| window > 3 * life));
                thefts.window += window.unwrap_or(0);
                thefts.longest = thefts.longest.max(window.unwrap_or(0));
            }
        }
    }

    fn plus(mut self, other: Row) -> Row {
        self.sessions += other.sessions;
        self.requests += other.requests;
        self.logouts += other.logouts;
        self.broken += other.broken;
        self.rules.iter_mut().zip(other.rules).for_each(|(sum, count)| *sum += count);
        self.logout_rules.iter_mut().zip(other.logout_rules).for_each(|(sum, count)| *sum += count);
        self.logout_seed = [self.logout_seed, other.logout_seed].into_iter().flatten().min();
        self.broken_seed =
            [self.broken_seed, other.broken_seed].into_iter().flatten().min_by_key(|pair| pair.0);
        let (sum, more) = (&mut self.thefts, &other.thefts);
        sum.served += more.served;
        sum.caught += more.caught;
        sum.escaped += more.escaped;
        sum.lives = [sum.lives[0] + more.lives[0], sum.lives[1] + more.lives[1]];
        sum.tokens += more.tokens;
        sum.window += more.window;
        sum.longest = sum.longest.max(more.longest);
        sum.access += more.access;
        self
    }
}
