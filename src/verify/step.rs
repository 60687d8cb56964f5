//! What the key set machine says and is told: steps, tickets, calls, copies.

use crate::time::Timestamp;
use core::time::Duration;

/// How many fetches have succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// Permission for one fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// What a caller has to do.
#[derive(Debug)]
pub enum Step<T> {
    /// Nothing: here is the answer.
    Done(T),
    /// Fetch the keys, tell the outcome, ask again.
    Fetch(Ticket),
    /// Ask again after that time.
    Wait(Duration),
}

/// When keys that are held serve.
#[derive(Clone, Copy, Debug)]
pub struct KeyTimes {
    /// Not before: a clock that says so was set back by much.
    pub serve_from: Timestamp,
    /// From then on they are refreshed in the background.
    pub refresh_at: Timestamp,
    /// From then on they are refreshed before the next answer, if they can be.
    pub fresh_until: Timestamp,
    /// From then on they serve no more.
    pub dead_at: Timestamp,
}

/// One caller's question, from the first time it is asked: what had been fetched by then, and when that was.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What had been fetched.
    pub seen: Generation,
    /// When the question was asked first.
    pub since: Timestamp,
}

/// A call that has waited so long begins no fetch of its own any more …
const BEGIN_WITHIN: Duration = Duration::from_secs(2);

/// … and after this it waits for nobody else's either. With a fetch begun at the last moment, which the binding bounds by 5 s,
/// no call takes longer than 7 s.
const PATIENCE: Duration = Duration::from_secs(6);

impl Call {
    pub(super) fn may_begin(&self, now: Timestamp) -> bool {
        now - self.since < BEGIN_WITHIN
    }

    pub(super) fn may_wait(&self, now: Timestamp) -> bool {
        now - self.since < PATIENCE
    }
}

/// A document that a shared cache kept, the Cache API or a key-value store for example. It obeys the rules of one that comes
/// from the issuer: its size, its time of freshness, and the hard ceiling, all counted from when it left the issuer.
#[derive(Clone, Copy, Debug)]
pub struct KeyCopy<'a> {
    /// The document.
    pub body: &'a [u8],
    /// The `Cache-Control` of the issuer's answer.
    pub cache_control: Option<&'a str>,
    /// How long ago the issuer answered.
    pub age: Duration,
}
