//! Keys that are held, and until when they serve.

use super::keys::Keys;
use super::step::{KeyCopy, KeyTimes};
use crate::crypto::TableStore;
use crate::time::{Timestamp, share};
use core::time::Duration;

/// How long a key set is fresh if the server does not say, and the bounds if it does.
const DEFAULT_FRESH: u64 = 600;
const FRESH_BOUNDS: (u64, u64) = (60, 24 * 60 * 60);

/// Keys older than this are not served, whatever happens.
pub(super) const HARD_CEILING: Duration = Duration::from_secs(24 * 60 * 60);

/// Clocks are corrected by seconds; one that loses more than this was wrong.
const SET_BACK: Duration = Duration::from_secs(60);

/// A larger document is not read.
const MAX_DOCUMENT: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct Held {
    pub(super) keys: Keys,
    /// When the issuer was asked for them, at the latest.
    pub(super) asked: Timestamp,
    /// When the issuer gave them.
    pub(super) since: Timestamp,
    pub(super) refresh_at: Timestamp,
    fresh_until: Timestamp,
    dead_at: Timestamp,
}

impl Held {
    /// Keys that are given once.
    pub(super) fn forever(keys: Keys) -> Held {
        let (never, always) = (Timestamp::NEVER, Timestamp::default());
        Held { keys, asked: always, since: always, refresh_at: never, fresh_until: never, dead_at: never }
    }

    /// The keys of a document, unless not one of them is of use.
    pub(super) fn new(
        now: Timestamp,
        asked: Timestamp,
        document: &KeyCopy<'_>,
        max_keys: usize,
        tables: &TableStore,
        jitter: f64,
    ) -> Option<Held> {
        if document.body.len() > MAX_DOCUMENT || document.age >= HARD_CEILING {
            return None;
        }
        let keys = Keys::from_json_sharing(document.body, max_keys, tables).ok().filter(Keys::is_usable)?;
        let fresh = freshness(document.cache_control);
        let since = now - document.age;
        Some(Held {
            keys,
            asked: asked.min(since),
            since,
            refresh_at: since + share(fresh, 0.75, 0.9, jitter),
            fresh_until: since + fresh,
            dead_at: since + HARD_CEILING,
        })
    }

    /// The same for whoever remembers what these keys have verified.
    pub(super) fn times(&self) -> KeyTimes {
        KeyTimes {
            // The first millisecond that is not too early.
            serve_from: self.since - SET_BACK + Duration::from_millis(1),
            refresh_at: self.refresh_at,
            fresh_until: self.fresh_until,
            dead_at: self.dead_at,
        }
    }

    /// Whether they may serve. Not if the clock was set back by much: then nobody knows how old they are.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        now < self.dead_at && self.since - now < SET_BACK
    }

    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.fresh_until && self.since - now < SET_BACK
    }
}

/// From the answer's `Cache-Control` (RFC 9111 §5.2.2), within bounds.
fn freshness(cache_control: Option<&str>) -> Duration {
    let (min, max) = FRESH_BOUNDS;
    let mut fresh = DEFAULT_FRESH;
    for directive in cache_control.unwrap_or_default().split(',') {
        let directive = directive.trim_ascii().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return Duration::from_secs(min);
        }
        let Some(age) = directive.strip_prefix("max-age=") else { continue };
        let bare = age.strip_prefix('"').and_then(|age| age.strip_suffix('"'));
        if let Ok(age) = bare.unwrap_or(age).parse() {
            fresh = age;
        }
    }
    Duration::from_secs(fresh.clamp(min, max))
}
