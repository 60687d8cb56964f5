//! The eight invariants.

use core::fmt;

/// Which invariant was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// 1: reuse was found although there is one jar and no thief.
    HonestReuse,
    /// 2: a thief used what it was given, the owner presented three times, and nothing was revoked.
    TheftUnseen,
    /// 3: one handle was rotated twice.
    RotatedTwice,
    /// 4: a losing or failing request carried a cookie.
    LoserWithCookie,
    /// 5: the absolute expiry moved.
    AbsoluteMoved,
    /// 6: something was minted after the revocation was committed.
    MintedAfterRevocation,
    /// 7: a decision was committed over a record that it had not seen.
    NotSwapped,
    /// 8: a decision saw another time than the store's.
    ForeignTime,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Broken::HonestReuse => "1: reuse without a thief",
            Broken::TheftUnseen => "2: both jars presented, and nothing was revoked",
            Broken::RotatedTwice => "3: one handle rotated twice",
            Broken::LoserWithCookie => "4: a loser carried a cookie",
            Broken::AbsoluteMoved => "5: the absolute expiry moved",
            Broken::MintedAfterRevocation => "6: minted after revocation",
            Broken::NotSwapped => "7: decision and write are not one swap",
            Broken::ForeignTime => "8: decided by another clock than the store's",
        })
    }
}
