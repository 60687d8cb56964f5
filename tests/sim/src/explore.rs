//! A small configuration in which everything that can happen does: two tabs on one jar, a network that holds back and
//! loses at will, two-step servers, and perhaps a thief. For an explorer that tries every order.
//!
//! Time moves only by [`Action::Wait`], in steps that cross the rotation's thresholds one by one.

use crate::policy::{Kind, Policy, Shipped, Verdict, start};
use crate::world::Broken;
use core::time::Duration;
use strongroom::session::{Attempt, Handle, Record, Timing};
use strongroom::time::Timestamp;

/// Seconds a request may be late.
const LATEST: u32 = 120;

/// How large the configuration is.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Rotations, recoveries and fast-forwards.
    pub rotations: u32,
    /// Requests of the tabs.
    pub sends: u8,
    /// Steps of time.
    pub waits: u8,
    /// Presentations of the thief; none means there is none.
    pub thefts: u8,
}

/// The configuration.
pub struct Small {
    policy: Shipped,
    bounds: Bounds,
    swap: bool,
    /// Seconds of one step of time: just beyond T, δ (twice that: ρ) and L.
    steps: [u32; 3],
}

/// Everything there is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    now: u32,
    record: Record,
    version: u8,
    jar: Handle,
    tabs: [Option<Sent>; 2],
    network: Vec<Request>,
    rotated: Vec<u32>,
    thief: Option<Copy>,
    left: (u8, u8, u8),
    serial: u8,
    broken: Option<Broken>,
}

/// What a tab waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Sent {
    serial: u8,
    attempt: u8,
    at: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    tab: u8,
    sent: Sent,
    handle: Handle,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Travelling,
    Read { version: u8, at: u32, record: Box<Record> },
    Answered { kind: Answered, cookie: Option<Handle> },
}

/// [`Kind`], as far as a client can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answered {
    Served,
    Late,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Copy {
    handle: Handle,
    given: bool,
    used: bool,
    /// Presentations of the owner that count since then, and the last one's time.
    answered: (u8, u32),
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The tab refreshes, with a new attempt.
    Send(u8),
    /// The tab has timed out and sends its attempt again.
    Repeat(u8),
    /// The tab has timed out and forgets its attempt (it was reloaded).
    Forget(u8),
    /// A server reads the record for this request.
    Read(u8),
    /// It writes and answers.
    Commit(u8),
    /// The answer arrives in time.
    Deliver(u8),
    /// Time passes.
    Wait(u32),
    /// The cookie is copied.
    Steal,
    /// The thief presents its copy.
    Present,
}

impl Small {
    /// With this policy and these bounds; `swap` says whether the store compares before it swaps.
    pub fn new(policy: Shipped, bounds: Bounds, swap: bool) -> Self {
        let seconds = |duration: Duration| duration.as_secs() as u32;
        let timing = Timing::DEFAULT;
        Small {
            policy,
            bounds,
            swap,
            steps: [seconds(timing.timeout) + 1, seconds(timing.overlap) + 1, seconds(timing.late) + 1],
        }
    }

    /// Where it begins: signed in ten minutes ago, so that the first request rotates.
    pub fn first(&self) -> State {
        let (record, jar) = self.policy.open(start(), 0);
        State {
            now: 600,
            record,
            version: 0,
            jar,
            tabs: [None; 2],
            network: Vec::new(),
            rotated: Vec::new(),
            thief: None,
            left: (self.bounds.sends, self.bounds.waits, self.bounds.thefts),
            serial: 0,
            broken: None,
        }
    }

    /// What may happen next.
    pub fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some()
            || state.record.is_revoked()
            || state.record.minted() > self.bounds.rotations
        {
            return;
        }
        let (sends, waits, thefts) = state.left;
        for tab in 0..2u8 {
            match state.tabs[usize::from(tab)] {
                // Two idle tabs are alike: it does not matter which one begins.
                None if sends > 0 && (tab == 0 || state.tabs[0].is_some()) => actions.push(Action::Send(tab)),
                Some(sent) if state.now - sent.at > self.steps[0] - 1 => {
                    actions.push(Action::Forget(tab));
                    if sends > 0 {
                        actions.push(Action::Repeat(tab));
                    }
                }
                _ => {}
            }
        }
        for (index, request) in state.network.iter().enumerate() {
            let index = index as u8;
            match &request.stage {
                Stage::Travelling => actions.push(Action::Read(index)),
                Stage::Read { .. } => actions.push(Action::Commit(index)),
                Stage::Answered { .. } => actions.push(Action::Deliver(index)),
            }
        }
        // Between its read and its write a server takes no time worth a step.
        if waits > 0 && !state.network.iter().any(|request| matches!(request.stage, Stage::Read { .. })) {
            actions.extend(self.steps.map(Action::Wait));
        }
        if thefts > 0 {
            actions.push(if state.thief.is_none() { Action::Steal } else { Action::Present });
        }
    }

    /// What then is.
    pub fn next(&self, last: &State, action: Action) -> State {
        let mut state = last.clone();
        match action {
            Action::Send(tab) => {
                let attempt = state.serial + 1;
                state.send(tab, attempt);
            }
            Action::Repeat(tab) => {
                if let Some(sent) = state.tabs[usize::from(tab)] {
                    state.send(tab, sent.attempt);
                }
            }
            Action::Forget(tab) => state.tabs[usize::from(tab)] = None,
            Action::Read(index) => {
                let (version, at, record) = (state.version, state.now, Box::new(state.record.clone()));
                state.network[usize::from(index)].stage = Stage::Read { version, at, record };
            }
            Action::Commit(index) => self.commit(&mut state, usize::from(index)),
            Action::Deliver(index) => state.deliver(usize::from(index)),
            Action::Wait(step) => {
                state.left.1 -= 1;
                state.now += step;
                state.forget_old(self.steps[0]);
            }
            Action::Steal => {
                let (handle, answered) = (state.jar, (0, 0));
                state.thief = Some(Copy { handle, given: false, used: false, answered });
            }
            Action::Present => self.steal(&mut state),
        }
        state.network.sort_by_key(|request| (request.tab, request.sent.serial));
        state
    }

    /// The invariant that is broken, if any.
    pub fn broken(state: &State) -> Option<Broken> {
        state.broken
    }

    fn time(now: u32) -> Timestamp {
        start() + Duration::from_secs(now.into())
    }

    fn decide(&self, record: &Record, handle: &Handle, attempt: u8, at: u32) -> Verdict<Shipped> {
        // A handle's salt depends on what it is minted for, so that equal histories are equal states.
        let salt = u64::from(attempt) << 32 | u64::from(record.minted());
        self.policy.decide(record, handle, Attempt([attempt; 16]), Self::time(at), salt)
    }

    fn commit(&self, state: &mut State, index: usize) {
        let request = state.network[index].clone();
        let Stage::Read { version, at, record } = request.stage else { return };
        let lost = self.swap && version != state.version;
        let (record, at) = if lost { (state.record.clone(), state.now) } else { (*record, at) };
        let verdict = self.decide(&record, &request.handle, request.sent.attempt, at);
        let (kind, cookie, rule) = (verdict.kind, verdict.cookie, verdict.rule);
        self.settle(state, &request.handle, verdict);
        state.owner_presented(kind, rule);
        let kind = match kind {
            Kind::Rotated | Kind::Served => Answered::Served,
            Kind::Duplicate => Answered::Late,
            Kind::Reuse | Kind::Ended => Answered::Over,
        };
        state.network[index].stage = Stage::Answered { kind, cookie };
        state.forget_old(self.steps[0]);
    }

    fn steal(&self, state: &mut State) {
        let Some(mut copy) = state.thief else { return };
        state.left.2 -= 1;
        let verdict = self.decide(&state.record, &copy.handle, 200 + state.left.2, state.now);
        if verdict.kind.serves() && copy.given && !copy.used {
            copy.used = true;
            copy.answered = (0, state.now);
        }
        let presented = copy.handle;
        if let Some(cookie) = verdict.cookie {
            copy.handle = cookie;
            copy.given = true;
        }
        state.thief = Some(copy);
        self.settle(state, &presented, verdict);
    }

    /// Writes, and checks what must hold of every write.
    fn settle(&self, state: &mut State, presented: &Handle, verdict: Verdict<Shipped>) {
        let number = presented.mint().number;
        let was_revoked = state.record.is_revoked();
        let mut broken = None;
        if !verdict.kind.serves() && verdict.cookie.is_some() {
            broken = Some(Broken::LoserWithCookie);
        }
        if was_revoked && verdict.kind.serves() {
            broken = Some(Broken::MintedAfterRevocation);
        }
        if verdict.kind == Kind::Rotated {
            if state.rotated.contains(&number) {
                broken = Some(Broken::RotatedTwice);
            }
            state.rotated.push(number);
        }
        if verdict.kind == Kind::Reuse && state.thief.is_none() {
            broken = Some(Broken::HonestReuse);
        }
        if let Some(write) = verdict.write {
            if write.absolute_expiry() != state.record.absolute_expiry() {
                broken = Some(Broken::AbsoluteMoved);
            }
            state.record = write;
            state.version += 1;
        }
        state.broken = state.broken.or(broken);
    }
}

impl State {
    fn send(&mut self, tab: u8, attempt: u8) {
        self.left.0 -= 1;
        self.serial += 1;
        let sent = Sent { serial: self.serial, attempt, at: self.now };
        self.tabs[usize::from(tab)] = Some(sent);
        self.network.push(Request { tab, sent, handle: self.jar, stage: Stage::Travelling });
    }

    fn deliver(&mut self, index: usize) {
        let request = self.network.remove(index);
        let Stage::Answered { cookie, .. } = request.stage else { return };
        if let Some(handle) = cookie {
            self.jar = handle;
        }
        self.tabs[usize::from(request.tab)] = None;
    }

    /// What is too late to matter: answers that nobody waits for, and requests that the network has given up.
    fn forget_old(&mut self, timeout: u32) {
        let (now, tabs) = (self.now, self.tabs);
        self.network.retain(|request| match request.stage {
            Stage::Answered { .. } => {
                let waiting =
                    tabs[usize::from(request.tab)].is_some_and(|sent| sent.serial == request.sent.serial);
                waiting && now - request.sent.at < timeout
            }
            _ => now - request.sent.at <= LATEST,
        });
    }

    /// Invariant 2, as [`World`](crate::World) counts it.
    fn owner_presented(&mut self, kind: Kind, rule: u8) {
        let late = Timing::DEFAULT.late.as_secs() as u32;
        let now = self.now;
        if let Some(copy) = &mut self.thief
            && copy.used
            && !self.record.is_revoked()
            && (now - copy.answered.1 > late || kind.serves() && !matches!(rule, 6 | 7))
        {
            copy.answered = (copy.answered.0 + 1, now);
            if copy.answered.0 >= 3 {
                self.broken = self.broken.or(Some(Broken::TheftUnseen));
            }
        }
    }
}
