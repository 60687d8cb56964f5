//! Rotation policies behind one door: the shipped one, variations of it, and what others do.

mod baselines;
mod shipped;

pub use baselines::{CurrentOrPrevious, ForkWindow, OneBehind, Strict};
pub use shipped::{Shipped, start};

use core::time::Duration;
use strongroom::session::{Attempt, Timing};
use strongroom::time::Timestamp;

/// How a server rotates.
pub trait Policy: Sync {
    /// What the store holds of a session.
    type Record: Clone;
    /// What the cookie holds.
    type Handle: Copy + PartialEq;

    /// A new session.
    fn open(&self, now: Timestamp, salt: u64) -> (Self::Record, Self::Handle);

    /// Answers one presented handle.
    fn decide(
        &self,
        record: &Self::Record,
        presented: &Self::Handle,
        attempt: Attempt,
        now: Timestamp,
        salt: u64,
    ) -> Verdict<Self>;

    /// Called when a login starts, with the handle it came with.
    fn close(&self, _record: &mut Self::Record, _presented: &Self::Handle, _now: Timestamp) {}

    /// How long a login must wait before its cookie is given.
    fn settling(&self, _record: &Self::Record, _now: Timestamp) -> u64 {
        0
    }

    /// Ends the session.
    fn revoke(&self, record: &mut Self::Record);

    /// Whether it has been revoked.
    fn is_revoked(&self, record: &Self::Record) -> bool;

    /// When the session ends whatever happens.
    fn absolute_expiry(&self, _record: &Self::Record) -> Timestamp {
        Timestamp::NEVER
    }

    /// When it ends unless it is refreshed before.
    fn idle_expiry(&self, _record: &Self::Record) -> Timestamp {
        Timestamp::default()
    }

    /// For how long a spent handle is served, as far as a thief has to know.
    fn overlap(&self) -> Duration {
        Timing::DEFAULT.overlap
    }

    /// A number for a handle, for timelines and for counting: distinct within one history of the store.
    fn number(&self, handle: &Self::Handle) -> u32;

    /// Sends a handle and a record through their texts and back, as the wire and the store do.
    fn through_text(&self, _record: &mut Self::Record, _handle: &mut Self::Handle) {}
}

/// An answer.
pub struct Verdict<P: Policy + ?Sized> {
    /// What kind.
    pub kind: Kind,
    /// The record to commit.
    pub write: Option<P::Record>,
    /// The handle to set as cookie.
    pub cookie: Option<P::Handle>,
    /// Which rule decided, where rules have numbers.
    pub rule: u8,
}

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An access token, after spending the handle.
    Rotated,
    /// An access token, in another way.
    Served,
    /// Late: try anew.
    Duplicate,
    /// The family is revoked by this request.
    Reuse,
    /// There is no session.
    Ended,
}

impl Kind {
    /// Whether an access token is given.
    pub fn serves(self) -> bool {
        matches!(self, Kind::Rotated | Kind::Served)
    }
}
