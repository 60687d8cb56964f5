//! The session side as one object: secrets and constants, and everything that is done with a cookie and a stored text.

use super::codec::Unreadable;
use super::cookie::{read_cookie, write_cookie};
use super::decide::{Alert, Decision, End, Outcome, apply, decide};
use super::handle::{Family, Handle, Mint, SALT, Shard};
use super::keys::KeyRing;
use super::record::{Attempt, Record, Terms};
use super::rules::{Facts, Rule};
use super::timing::{Timing, TimingError};
use super::{Code, Problem};
use crate::time::Timestamp;
use core::time::Duration;

/// Fresh random bytes that a call may use up.
pub const ENTROPY: usize = 32;

/// Opens, finds and decides about sessions.
///
/// ```
/// use core::time::Duration;
/// use strongroom::session::{Attempt, KeyRing, Outcome, Sessions, Shard, Terms};
/// use strongroom::time::Timestamp;
///
/// let sessions = Sessions::new(KeyRing::new([[1; 32]])?);
///
/// // After a login: store `record`, send `cookie`.
/// let now = Timestamp::from_secs(1_800_000_000);
/// let shard = Shard::parse(b"eu-1").unwrap();
/// let (record, handle) = sessions.open(shard, None, Terms::DEFAULT, now, now, &[7; 32]);
/// let cookie = sessions.set_cookie(&handle, &record, now);
/// let header = cookie.split(';').next().unwrap();
///
/// // Eight minutes later, at /refresh: find the record, decide.
/// let now = now + Duration::from_secs(480);
/// let found = sessions.locate(Some(header.as_bytes())).unwrap();
/// assert_eq!(found.shard().as_str(), "eu-1");
/// let stored = record.encode();
/// let decision = sessions.decide(stored.as_bytes(), &found, Attempt([1; 16]), now, &[8; 32]);
/// assert_eq!(decision.outcome, Outcome::Rotated);
/// # Ok::<(), strongroom::session::KeyRingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sessions {
    keys: KeyRing,
    timing: Timing,
}

impl Sessions {
    /// With [`Timing::DEFAULT`].
    pub fn new(keys: KeyRing) -> Self {
        Sessions { keys, timing: Timing::DEFAULT }
    }

    /// With other constants.
    ///
    /// # Errors
    /// Constants that do not hold together.
    pub fn with_timing(keys: KeyRing, timing: Timing) -> Result<Self, TimingError> {
        timing.check()?;
        Ok(Sessions { keys, timing })
    }

    /// The handle in a `Cookie` header, authenticated. Any byte string is allowed.
    ///
    /// # Errors
    /// [`End::Missing`], [`End::Malformed`] or [`End::Unknown`] (rule 1: noise, nothing is looked up or written).
    pub fn locate(&self, cookie_header: Option<&[u8]>) -> Result<Handle, End> {
        let text = read_cookie(cookie_header.unwrap_or_default())?;
        self.keys.authenticate(text).map_err(|refusal| match refusal {
            Refusal::Malformed => End::Malformed,
            Refusal::Unknown => End::Unknown,
        })
    }

    /// A new session and its first handle. `family` is taken from the entropy unless one was reserved before.
    pub fn open(
        &self,
        shard: Shard,
        family: Option<Family>,
        terms: Terms,
        auth_time: Timestamp,
        now: Timestamp,
        entropy: &[u8; ENTROPY],
    ) -> (Record, Handle) {
        let mut id = [0; 16];
        id.copy_from_slice(&entropy[SALT..SALT + 16]);
        let mint = Mint { incarnation: 0, number: 1, salt: salt(entropy) };
        let handle = Handle { shard, family: family.unwrap_or(Family(id)), mint };
        (Record::open(&handle, terms, auth_time, now), handle)
    }

    /// Decides about a located handle and the stored text of its record.
    ///
    /// A text that cannot be read ends only its own session: `ended`, no write, and an alert.
    pub fn decide(
        &self,
        stored: &[u8],
        presented: &Handle,
        attempt: Attempt,
        now: Timestamp,
        entropy: &[u8; ENTROPY],
    ) -> Decision {
        match Record::decode(stored) {
            Ok(record) => decide(&record, presented, attempt, now, &self.timing, salt(entropy)),
            Err(Unreadable) => Decision {
                rule: Rule::Unknown,
                outcome: Outcome::Ended(End::Unknown),
                write: None,
                cookie: None,
                alert: Some(Alert::RecordUnreadable),
            },
        }
    }

    /// Who is signed in: the record, if the handle is one that [`decide`](Sessions::decide) would not take for reuse.
    /// Nothing is minted, written or set, so a reader of pages changes no state.
    ///
    /// # Errors
    /// Why there is no session.
    pub fn inspect(&self, stored: &[u8], presented: &Handle, now: Timestamp) -> Result<Record, End> {
        let record = Record::decode(stored).map_err(|Unreadable| End::Unknown)?;
        let attempt = Attempt::default();
        // Reading is no attempt to refresh: whatever id stands in for it must not be taken for a known one.
        let facts = Facts {
            known: false,
            same_attempt: false,
            ..Facts::gather(&record, presented, attempt, now, &self.timing)
        };
        let rule = Rule::first(&facts, &self.timing);
        match apply(rule, &facts, &record, presented, attempt, now, &self.timing, [0; SALT]).outcome {
            Outcome::Ended(end) => Err(end),
            Outcome::Reuse => Err(End::Reuse),
            _ => Ok(record),
        }
    }

    /// The record of a family that a login with this handle is about to replace. See [`Record::close`].
    ///
    /// # Errors
    /// A text that cannot be read.
    pub fn close(&self, stored: &[u8], presented: &Handle, now: Timestamp) -> Result<Record, Unreadable> {
        let mut record = Record::decode(stored)?;
        record.close(presented, now, &self.timing);
        Ok(record)
    }

    /// How long the login that replaces this family must wait before its own cookie is given. Never more than the client's
    /// time-out; nothing for a record that cannot be read, which gives no cookies. See [`Record::settles_at`].
    pub fn settling(&self, stored: &[u8], now: Timestamp) -> Duration {
        let record = Record::decode(stored).ok();
        record
            .and_then(|record| record.settles_at(now, &self.timing))
            .map_or(Duration::ZERO, |settled| settled - now)
    }

    /// The `Set-Cookie` value for a handle; its age is what is left of the record's absolute life.
    pub fn set_cookie(&self, handle: &Handle, record: &Record, now: Timestamp) -> String {
        write_cookie(&self.keys.seal(handle), record.absolute_expiry() - now)
    }
}

fn salt(entropy: &[u8; ENTROPY]) -> [u8; SALT] {
    let mut salt = [0; SALT];
    salt.copy_from_slice(&entropy[..SALT]);
    salt
}

/// Why a text is not a handle of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not the shape of a handle.
    Malformed,
    /// No key of ours made it.
    Unknown,
}

impl Outcome {
    /// The problem to answer with, unless the outcome serves.
    pub const fn problem(self) -> Option<Problem> {
        match self {
            Outcome::Ended(end) => Some(Problem::ended(end)),
            Outcome::Reuse => Some(Problem::ended(End::Reuse)),
            Outcome::Duplicate => Some(Problem { code: Code::DuplicateAttempt, reason: None }),
            Outcome::Rotated
            | Outcome::NoRotate
            | Outcome::Replay
            | Outcome::Coalesced
            | Outcome::Recovered => None,
        }
    }
}
