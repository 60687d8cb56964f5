//! The constants of the rotation. docs/rotation.md shows what each costs and buys.

use core::time::Duration;

/// Capacities of the record's lists; [`Timing`] chooses lengths up to these.
pub(crate) const MAX_CHILDREN: usize = 4;
pub(crate) const MAX_SPENT: usize = 4;
pub(crate) const MAX_ATTEMPTS: usize = 24;

/// How long and how many. [`Timing::DEFAULT`] is what the simulation was run with.
///
/// ```
/// use core::time::Duration;
/// use strongroom::session::Timing;
///
/// assert!(Timing::DEFAULT.check().is_ok());
/// let hasty = Timing { overlap: Duration::from_secs(5), ..Timing::DEFAULT };
/// assert!(hasty.check().is_err()); // δ must be at least 2T
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timing {
    /// T: a client ignores an answer older than this. The server only relies on it.
    pub timeout: Duration,
    /// δ: how long a spent handle is taken for a racing tab or a retry. At least 2T, so that a client which gave up
    /// and tried again still falls within it.
    pub overlap: Duration,
    /// ρ: a child younger than this is not rotated again. Access tokens must live longer than this.
    pub rest: Duration,
    /// L: the latest a request may arrive after the last child of its handle was minted. A replay gives that child out
    /// until δ, its answer takes until T, and then comes the longest delay to be survived: δ + T + 120 s.
    pub late: Duration,
    /// How long a family stays closing; as long as a login may take.
    pub closing: Duration,
    /// Most live children of one parent.
    pub children: usize,
    /// How many spent handles are remembered.
    pub spent: usize,
    /// How many served attempts are remembered.
    pub attempts: usize,
}

impl Timing {
    /// T = 10 s, δ = 30 s, ρ = 60 s, L = 160 s; four children, four spent handles, sixteen attempts.
    pub const DEFAULT: Timing = Timing {
        timeout: Duration::from_secs(10),
        overlap: Duration::from_secs(30),
        rest: Duration::from_secs(60),
        late: Duration::from_secs(160),
        closing: Duration::from_secs(600),
        children: 4,
        spent: 4,
        attempts: 16,
    };

    /// Refuses constants with which the rules do not hold together.
    pub fn check(&self) -> Result<(), TimingError> {
        if self.overlap < self.timeout * 2 {
            return Err(TimingError::OverlapBelowTwoTimeouts);
        }
        if self.rest < self.overlap {
            return Err(TimingError::RestBelowOverlap);
        }
        if self.late < self.overlap + self.timeout {
            return Err(TimingError::LateBelowOverlap);
        }
        let sizes = [
            (self.children, 2..=MAX_CHILDREN),
            (self.spent, 1..=MAX_SPENT),
            (self.attempts, 1..=MAX_ATTEMPTS),
        ];
        if sizes.iter().any(|(size, allowed)| !allowed.contains(size)) {
            return Err(TimingError::ListSize);
        }
        // What moves out of sight must already be too old to matter: `spent` outlasts L at the fastest rotation.
        if self.rest * u32::try_from(self.spent).unwrap_or(u32::MAX) < self.late {
            return Err(TimingError::ListSize);
        }
        Ok(())
    }
}

impl Default for Timing {
    fn default() -> Self {
        Timing::DEFAULT
    }
}

/// Why a [`Timing`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimingError {
    /// δ must be at least 2T.
    OverlapBelowTwoTimeouts,
    /// ρ must be at least δ.
    RestBelowOverlap,
    /// L must be at least δ + T.
    LateBelowOverlap,
    /// A list is empty, longer than the record can hold, or too short for L.
    ListSize,
}

impl core::fmt::Display for TimingError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            TimingError::OverlapBelowTwoTimeouts => "overlap must be at least two client time-outs",
            TimingError::RestBelowOverlap => "rest must be at least the overlap",
            TimingError::LateBelowOverlap => "late must be at least the overlap and one client time-out",
            TimingError::ListSize => "a list of the record would be too long or too short",
        })
    }
}

impl core::error::Error for TimingError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inconsistent_constants_are_refused() {
        let base = Timing::DEFAULT;
        let second = Duration::from_secs(1);
        let cases = [
            (Timing { overlap: second * 19, ..base }, TimingError::OverlapBelowTwoTimeouts),
            (Timing { rest: second * 29, ..base }, TimingError::RestBelowOverlap),
            (Timing { late: second * 39, ..base }, TimingError::LateBelowOverlap),
            (Timing { children: 1, ..base }, TimingError::ListSize),
            (Timing { attempts: 25, ..base }, TimingError::ListSize),
            (Timing { spent: 2, ..base }, TimingError::ListSize),
        ];
        for (timing, error) in cases {
            assert_eq!(timing.check(), Err(error));
        }
    }
}
