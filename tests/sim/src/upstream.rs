//! Many isolates, one session, and a provider that ends the grant when it sees a refresh token twice: the shipped lease
//! (`strongroom::session::lease`) in virtual time, under holders that die, answers that are lost or late, and a store that fails.

use crate::dice::{Dice, Draw};
use core::cmp::Reverse;
use core::time::Duration;
use std::collections::BinaryHeap;
use strongroom::session::lease::{Access, Change, Lease, Outcome, Step, USABLE_PERCENT, next, settle};
use strongroom::time::Timestamp;

/// What the isolates and their surroundings do. Chances are in thousandths, times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Its name.
    pub name: &'static str,
    /// Isolates that serve the session.
    pub isolates: u64,
    /// From one request of an isolate to its next, at most.
    pub gap: u64,
    /// A holder dies before it has asked the provider.
    pub dies_before: u64,
    /// A holder dies when the provider has rotated, and nothing is written yet.
    pub dies_after: u64,
    /// The request does not reach the provider.
    pub request_lost: u64,
    /// The provider rotates and its answer is lost.
    pub answer_lost: u64,
    /// The answer takes up to the whole patience.
    pub slow: u64,
    /// The provider says that it is busy.
    pub busy: u64,
    /// A step of the store is made, and its answer is lost.
    pub store_lost: u64,
    /// Whether a grant that is lost is a defect.
    pub promised: bool,
}

/// Calm.
pub const CALM: Weather = Weather {
    name: "calm",
    isolates: 8,
    gap: 20_000,
    dies_before: 0,
    dies_after: 0,
    request_lost: 0,
    answer_lost: 0,
    slow: 0,
    busy: 0,
    store_lost: 0,
    promised: true,
};

/// Every weather, the promised ones first.
pub fn catalogue() -> [Weather; 9] {
    [
        CALM,
        Weather { name: "herd", isolates: 32, gap: 10_000, ..CALM },
        Weather { name: "holders die before they ask", dies_before: 100, ..CALM },
        Weather { name: "requests to the provider are lost", request_lost: 100, ..CALM },
        Weather { name: "the provider is slow and busy", slow: 200, busy: 200, ..CALM },
        Weather { name: "the store's answers are lost", store_lost: 20, ..CALM },
        Weather {
            name: "all of these",
            dies_before: 50,
            request_lost: 50,
            slow: 100,
            busy: 100,
            store_lost: 20,
            isolates: 16,
            ..CALM
        },
        Weather { name: "answers are lost after rotation", answer_lost: 10, promised: false, ..CALM },
        Weather { name: "holders die after rotation", dies_after: 10, slow: 50, promised: false, ..CALM },
    ]
}

/// One thing taken away, to see the harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Nothing,
    /// Leases are taken without comparing versions.
    Swap,
    /// Nobody looks at the lease.
    Lease,
    /// The answer goes out first, and what is new is written when there is time.
    PersistFirst,
}

/// How one session went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// Requests that got a token, and those among them that got an ageing one.
    pub served: u64,
    /// See `served`.
    pub old: u64,
    /// Requests told to try again.
    pub unreachable: u64,
    /// Requests told to log in again.
    pub reauth: u64,
    /// Uses of a refresh token at the provider.
    pub uses: u64,
    /// Rotations of which nobody wrote down the result.
    pub lost: u64,
    /// The provider has ended the grant.
    pub ended: bool,
    /// Invariants that did not hold.
    pub broken: u64,
}

const HOUR: u64 = 3_600_000;
const LENGTH: u64 = 2 * HOUR;
const LIFE: u64 = 600_000;
const PATIENCE: Duration = Duration::from_secs(25);
/// How long a browser's request waits.
const DEADLINE: u64 = 8_000;

#[derive(Clone, Copy)]
struct Row {
    version: u64,
    lease: Option<Lease>,
    written: u64,
    refresh: Option<u64>,
    access: Option<Access>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive { isolate: u64 },
    Look { since: u64 },
    Take { attempt: usize },
    Sent { holder: usize },
    Answered { holder: usize, outcome: u8, token: u64 },
}

/// Somebody about to take a lease.
#[derive(Clone, Copy)]
struct Attempt {
    since: u64,
    seen: Row,
    lease: Lease,
}

/// Somebody with a lease.
struct Holder {
    lease: Lease,
    before: u64,
    seen: Row,
    refresh: u64,
    since: u64,
    asked: u64,
    local_end: u64,
}

struct World {
    weather: Weather,
    missing: Missing,
    dice: Dice,
    rolls: u32,
    queue: BinaryHeap<Reverse<(u64, u64, Event)>>,
    order: u64,
    row: Row,
    attempts: Vec<Attempt>,
    holders: Vec<Holder>,
    /// The provider's: which token is good, and whether the grant lives.
    good: u64,
    alive: bool,
    ending: Ending,
}

/// One session of one seed.
pub fn run(weather: Weather, missing: Missing, seed: u64) -> Ending {
    let access = Access { expires: at(LIFE), lifetime: Duration::from_millis(LIFE) };
    let row = Row { version: 1, lease: None, written: 0, refresh: Some(0), access: Some(access) };
    let mut world = World {
        dice: Dice::new(seed, weather.name),
        rolls: 0,
        queue: BinaryHeap::new(),
        order: 0,
        attempts: Vec::new(),
        holders: Vec::new(),
        good: 0,
        alive: true,
        ending: Ending::default(),
        weather,
        missing,
        row,
    };
    for isolate in 0..weather.isolates {
        let first = world.up_to(weather.gap);
        world.push(first, Event::Arrive { isolate });
    }
    while let Some(Reverse((now, _, event))) = world.queue.pop() {
        world.step(now, event);
    }
    world.ending.ended = !world.alive;
    let excused = world.ending.lost > 0 || missing != Missing::Nothing;
    if !world.alive && !excused {
        world.ending.broken += 1;
    }
    world.ending
}

impl World {
    fn step(&mut self, now: u64, event: Event) {
        match event {
            Event::Arrive { isolate } => {
                if now < LENGTH {
                    let gap = self.up_to(self.weather.gap);
                    self.push(now + gap, Event::Arrive { isolate });
                    let read = self.up_to(8);
                    self.push(now + read, Event::Look { since: now });
                }
            }
            Event::Look { since } => self.look(now, since),
            Event::Take { attempt } => self.take(now, attempt),
            Event::Sent { holder } => self.use_token(now, holder),
            Event::Answered { holder, outcome, token } => self.write(now, holder, outcome, token),
        }
    }

    fn look(&mut self, now: u64, since: u64) {
        let row = self.row;
        let lease = row.lease.filter(|_| self.missing != Missing::Lease);
        match next(row.access, lease, row.refresh.is_some(), at(now), PATIENCE) {
            step @ (Step::Give | Step::GiveOld) => {
                self.ending.served += 1;
                self.ending.old += u64::from(step == Step::GiveOld);
                let left = row
                    .access
                    .map_or(0, |access| access.expires.as_millis().saturating_sub(at(now).as_millis()));
                self.check(u128::from(left) * 100 >= u128::from(LIFE) * USABLE_PERCENT);
            }
            // Only the provider ends a session's tokens, and then its access tokens end too.
            Step::Reauth => {
                self.ending.reauth += 1;
                self.check(!self.alive);
            }
            Step::Wait if now - since > DEADLINE => self.give_up(),
            Step::Wait => {
                let pause = 40 + self.up_to(300);
                self.push(now + pause, Event::Look { since });
            }
            Step::Ask(lease) => {
                self.attempts.push(Attempt { since, seen: row, lease });
                let way = self.up_to(8);
                self.push(now + way, Event::Take { attempt: self.attempts.len() - 1 });
            }
        }
    }

    /// The compare-and-swap that takes the lease.
    fn take(&mut self, now: u64, attempt: usize) {
        let Attempt { since, seen, lease } = self.attempts[attempt];
        if self.row.version != seen.version && self.missing != Missing::Swap {
            return self.push(now, Event::Look { since });
        }
        let Some(refresh) = seen.refresh else { return };
        self.row = Row { version: self.row.version + 1, lease: Some(lease), ..self.row };
        if self.chance(self.weather.store_lost) {
            // Nobody knows that the lease was taken: it is waited out.
            return self.give_up();
        }
        let local_end = now + (PATIENCE + Duration::from_secs(2)).as_millis() as u64;
        let holder =
            Holder { lease, before: seen.written, seen: self.row, refresh, since, asked: now, local_end };
        self.holders.push(holder);
        if self.chance(self.weather.dies_before) {
            return self.give_up();
        }
        let way = self.up_to(100);
        self.push(now + way, Event::Sent { holder: self.holders.len() - 1 });
    }

    /// At the provider.
    fn use_token(&mut self, now: u64, holder: usize) {
        let end = self.holders[holder].asked + PATIENCE.as_millis() as u64;
        if self.chance(self.weather.request_lost) {
            return self.push(end, Event::Answered { holder, outcome: UNKNOWN, token: 0 });
        }
        if self.chance(self.weather.busy) {
            return self.push(now + 50, Event::Answered { holder, outcome: UNUSED, token: 0 });
        }
        self.ending.uses += 1;
        let granted = self.alive && self.holders[holder].refresh == self.good;
        if !granted {
            // The second use of one token: a strict provider ends the grant.
            self.alive = false;
            return self.push(now + 50, Event::Answered { holder, outcome: ENDED, token: 0 });
        }
        self.good += 1;
        if self.chance(self.weather.dies_after) {
            self.ending.lost += 1;
            return self.give_up();
        }
        if self.chance(self.weather.answer_lost) {
            self.ending.lost += 1;
            return self.push(end, Event::Answered { holder, outcome: UNKNOWN, token: 0 });
        }
        let way = if self.chance(self.weather.slow) { self.up_to(end - now) } else { self.up_to(200) };
        let token = self.good;
        self.push(now + way, Event::Answered { holder, outcome: GRANTED, token });
    }

    /// The outcome is written, again and again if need be, and then there is an answer.
    fn write(&mut self, now: u64, holder: usize, outcome: u8, token: u64) {
        let Holder { lease, before, seen, since, asked, local_end, .. } = self.holders[holder];
        if self.missing == Missing::PersistFirst && self.chance(20) {
            self.ending.served += 1;
            return;
        }
        if self.chance(self.weather.store_lost) && now < local_end {
            return self.push(now + 50, Event::Answered { holder, outcome, token });
        }
        self.check(seen.version <= self.row.version);
        let kind =
            [Outcome::Granted, Outcome::Ended, Outcome::Unused, Outcome::Unknown][usize::from(outcome)];
        let row = self.row;
        let Some(settled) = settle(lease, before, row.written, row.lease, kind, at(now)) else {
            return self.push(now, Event::Look { since });
        };
        let mut after = Row { version: row.version + 1, lease: settled.lease, ..row };
        match settled.change {
            Change::Store => {
                self.check(lease.number > row.written);
                let access = Access { expires: at(asked + LIFE), lifetime: Duration::from_millis(LIFE) };
                after = Row { written: lease.number, refresh: Some(token), access: Some(access), ..after };
            }
            Change::Forget => {
                self.check(!self.alive);
                after.refresh = None;
            }
            Change::Keep => {}
        }
        self.row = after;
        // Persisted before anything is answered: at this moment the store has the only token that is any good.
        if kind == Outcome::Granted && self.alive && self.missing == Missing::Nothing {
            self.check(self.row.refresh == Some(self.good) || self.ending.lost > 0);
        }
        if now - since > DEADLINE { self.give_up() } else { self.push(now, Event::Look { since }) }
    }

    fn give_up(&mut self) {
        self.ending.unreachable += 1;
    }

    fn check(&mut self, holds: bool) {
        self.ending.broken += u64::from(!holds && self.missing == Missing::Nothing);
    }

    fn chance(&mut self, thousandths: u64) -> bool {
        thousandths > 0 && self.up_to(999) < thousandths
    }

    /// Evenly from zero to `most`.
    fn up_to(&mut self, most: u64) -> u64 {
        self.rolls += 1;
        self.dice.range(Draw::ProviderTime, 0, self.rolls, (0, most))
    }

    fn push(&mut self, at: u64, event: Event) {
        self.order += 1;
        self.queue.push(Reverse((at, self.order, event)));
    }
}

const GRANTED: u8 = 0;
const ENDED: u8 = 1;
const UNUSED: u8 = 2;
const UNKNOWN: u8 = 3;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}
