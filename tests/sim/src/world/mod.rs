//! One session in virtual time.

mod broken;
mod browser;
mod network;
mod server;
mod thief;

pub use broken::Broken;
pub use thief::Loot;

use crate::dice::{Dice, Draw};
use crate::policy::{Kind, Policy, start};
use crate::queue::{Event, Queue};
use crate::scenario::{Scenario, Uses};
use browser::Tab;
use core::time::Duration;
use network::Flight;
use server::Row;
use std::collections::HashSet;
use strongroom::time::Timestamp;
use thief::Mind;

/// The names of faults: those that happened, or those that must not.
pub type Faults = HashSet<u64>;

/// How to run a session.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Assert the invariants. Baselines do not keep them.
    pub assert: bool,
    /// Send every handle and record through its text, as the wire and the store do.
    pub text: bool,
    /// Write a timeline and collect the faults that happened.
    pub trace: bool,
    /// Leave these faults out.
    pub without: Option<&'a Faults>,
}

/// How a session ended.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// An honest browser was logged out: when, by which rule.
    pub logout: Option<(u64, u8)>,
    /// An invariant was broken: when, which.
    pub broken: Option<(u64, Broken)>,
    /// What the thief got.
    pub loot: Option<Loot>,
    /// Requests that reached a server.
    pub requests: u64,
    /// How often each rule decided.
    pub rules: [u64; 14],
    /// The timeline, if it was asked for.
    pub timeline: Vec<String>,
    /// The faults that happened, if a timeline was asked for.
    pub faults: Vec<u64>,
}

/// One session under way. Its buffers are used again from seed to seed.
pub struct World<'a, P: Policy> {
    policy: &'a P,
    scenario: &'a Scenario,
    options: Options<'a>,
    dice: Dice,
    now: u64,
    queue: Queue,
    /// The browser's cookie: which family, which handle.
    jar: Option<(u8, P::Handle)>,
    tabs: Vec<Tab>,
    flights: Vec<Flight<P>>,
    free: Vec<u16>,
    rows: Vec<Row<P>>,
    mind: Mind<P>,
    asleep_until: u64,
    slept: u64,
    store_clock: i64,
    login_pending: bool,
    old_family: u8,
    counter: u32,
    over: bool,
    ending: Ending,
}

impl<'a, P: Policy> World<'a, P> {
    /// Prepares for sessions of this scenario.
    pub fn new(policy: &'a P, scenario: &'a Scenario) -> Self {
        World {
            policy,
            scenario,
            options: Options::default(),
            dice: Dice::new(0, scenario.name),
            now: 0,
            queue: Queue::default(),
            jar: None,
            tabs: Vec::new(),
            flights: Vec::new(),
            free: Vec::new(),
            rows: Vec::new(),
            mind: Mind::default(),
            asleep_until: 0,
            slept: 0,
            store_clock: 0,
            login_pending: false,
            old_family: 0,
            counter: 0,
            over: false,
            ending: Ending::default(),
        }
    }

    /// Runs one seed to its end.
    pub fn run(&mut self, seed: u64, options: Options<'a>) -> Ending {
        self.begin(seed, options);
        while let Some((at, event)) = self.queue.pop() {
            if at > self.scenario.length || self.over {
                break;
            }
            self.now = at;
            self.step(event);
        }
        self.ending.loot = self.scenario.thief.map(|_| self.mind.loot());
        core::mem::take(&mut self.ending)
    }

    fn begin(&mut self, seed: u64, options: Options<'a>) {
        let scenario = self.scenario;
        self.options = options;
        self.dice = Dice::new(seed, scenario.name);
        self.now = 0;
        self.queue.clear();
        self.flights.clear();
        self.free.clear();
        self.rows.clear();
        self.tabs.clear();
        self.mind = Mind::default();
        self.asleep_until = 0;
        self.slept = 0;
        self.store_clock = 0;
        self.login_pending = false;
        self.counter = 0;
        self.over = false;
        self.ending = Ending::default();

        self.open_family();
        for tab in 0..scenario.tabs {
            self.tabs.push(Tab::new());
            self.schedule_use(tab);
            self.schedule_reload(tab);
        }
        let first = |span: Option<_>, draw| span.map(|span| self.dice.range(draw, 0, 0, span));
        let firsts = [
            (first(scenario.sleep, Draw::Sleep), Event::Sleep),
            (first(scenario.login, Draw::Login), Event::Login),
            (first(scenario.thief.map(|thief| thief.theft), Draw::Theft), Event::Theft),
        ];
        for (at, event) in firsts {
            if let Some(at) = at {
                self.queue.push(at, event);
            }
        }
        self.schedule_restore();
    }

    fn step(&mut self, event: Event) {
        match event {
            Event::Use { tab } => self.use_tokens(tab),
            Event::Tick { tab, audience, turn } => self.tick(tab, audience, turn),
            Event::Reload { tab } => self.reload(tab),
            Event::Sleep => self.fall_asleep(),
            Event::Deliver { flight } => self.deliver(flight),
            Event::Arrive { flight } => self.arrive(flight),
            Event::Commit { flight } => self.commit(flight),
            Event::Snapshot => self.snapshot(),
            Event::Restore => self.restore(),
            Event::Login => self.login(),
            Event::Callback => self.callback(),
            Event::Broadcast => self.broadcast(),
            Event::Theft => self.theft(),
            Event::Thief => self.thief(),
        }
    }

    /// The store's time, the only one that decisions see.
    fn store_now(&self) -> Timestamp {
        let at = start().as_millis() as i64 + self.now as i64 + self.store_clock;
        Timestamp::from_millis(at as u64)
    }

    /// Whether a fault happens. Names and remembers it.
    fn fault(&mut self, probability: f64, draw: Draw, who: u32, count: u32) -> bool {
        if probability == 0.0 || self.dice.unit(draw, who, count) >= probability {
            return false;
        }
        let name = ((draw as u64) << 56) ^ (u64::from(who) << 32) ^ u64::from(count);
        if self.options.without.is_some_and(|without| without.contains(&name)) {
            return false;
        }
        if self.options.trace {
            self.ending.faults.push(name);
        }
        true
    }

    /// When the tab uses its tokens next.
    fn schedule_use(&mut self, index: u8) {
        let tab = &mut self.tabs[usize::from(index)];
        let count = tab.uses;
        tab.uses += 1;
        let at = match self.scenario.uses {
            Uses::Aligned { gap, spread } => {
                u64::from(count) * gap + self.dice.range(Draw::UseGap, index.into(), count, (0, spread))
            }
            Uses::Apart(_) if count == 0 => self.dice.range(Draw::UseGap, index.into(), 0, (0, 5_000)),
            Uses::Apart(span) => self.now + self.dice.range(Draw::UseGap, index.into(), count, span),
        };
        self.queue.push(at.max(self.now), Event::Use { tab: index });
        self.thief_sees_use(at, index, count);
    }

    /// An honest browser was told that its session is over.
    fn logged_out(&mut self, rule: u8) {
        self.trace(|_| "LOGGED OUT".to_owned());
        self.over = true;
        if self.mind.caught_at().is_none() {
            self.ending.logout = Some((self.now, rule));
        }
    }

    fn break_invariant(&mut self, broken: Broken) {
        if self.options.assert && self.ending.broken.is_none() {
            self.trace(|_| format!("BROKEN: {broken}"));
            self.ending.broken = Some((self.now, broken));
            self.over = true;
        }
    }

    fn trace(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.options.trace {
            let text = line(self);
            let at = Duration::from_millis(self.now).as_secs_f64();
            let (hours, minutes, seconds) = ((at / 3600.0) as u64, (at / 60.0) as u64 % 60, at % 60.0);
            self.ending.timeline.push(format!("{hours:02}:{minutes:02}:{seconds:06.3}  {text}"));
        }
    }

    fn describe(kind: Kind, rule: u8) -> String {
        if rule == 0 { format!("{kind:?}") } else { format!("{kind:?} by rule {rule}") }
    }
}
