//! Points in time as the caller tells them. The core never reads a clock.

use core::ops::{Add, Sub};
use core::time::Duration;

/// Milliseconds since the Unix epoch, as the caller's clock says.
///
/// Arithmetic saturates: a hostile or broken clock must not be able to wrap a deadline around.
///
/// ```
/// use core::time::Duration;
/// use strongroom::time::Timestamp;
///
/// let now = Timestamp::from_millis(1_000);
/// let later = now + Duration::from_secs(2);
/// assert_eq!(later - now, Duration::from_secs(2));
/// assert_eq!(now - later, Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// A point so far away that it never comes.
    pub const NEVER: Timestamp = Timestamp(u64::MAX);

    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Timestamp(millis)
    }

    /// From seconds since the Unix epoch (the unit of a JWT's NumericDate, RFC 7519 §2).
    pub const fn from_secs(secs: u64) -> Self {
        Timestamp(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// The time from `earlier` to `self`, or zero if `earlier` is later.
    fn sub(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// From `least`, in 0..1, of a duration up to `most` of it, in milliseconds, as a jitter in 0..1 says.
#[cfg(feature = "verify")]
pub(crate) fn share(duration: Duration, least: f64, most: f64, jitter: f64) -> Duration {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis((millis as f64 * (least + (most - least) * jitter.clamp(0.0, 1.0))) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::NEVER + Duration::from_secs(1), Timestamp::NEVER);
        assert_eq!(Timestamp::from_millis(5) - Duration::from_secs(1), Timestamp::from_millis(0));
        assert_eq!(Timestamp::from_secs(u64::MAX), Timestamp::NEVER);
    }
}
