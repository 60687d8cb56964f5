//! The record: all that is known of one session. A plain value; [`encode`](Record::encode) gives its stored form.

use super::handle::{Family, Handle, Mint};
use super::timing::{MAX_ATTEMPTS, MAX_CHILDREN, MAX_SPENT, Timing};
use crate::time::Timestamp;
use core::time::Duration;

/// The id a client gave one attempt to refresh; the same again when it repeats that attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attempt(pub [u8; 16]);

/// A live child of the last spent handle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Child {
    pub(crate) mint: Mint,
    pub(crate) minted_at: Timestamp,
    /// The attempt it answered; none for the first handle, which a login gave.
    pub(crate) attempt: Option<Attempt>,
    pub(crate) presented: bool,
}

/// A handle that was the parent once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Spent {
    pub(crate) mint: Mint,
    /// When its last child was minted: no jar of an honest browser holds it much longer than that.
    pub(crate) at: Timestamp,
}

/// What is remembered of the last fast-forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Forward {
    /// The highest number of the lost history known then.
    pub(crate) from: u32,
    pub(crate) at: Timestamp,
}

/// How long a session may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Ends this long after the last refresh.
    pub idle: Duration,
    /// Ends this long after it was opened, whatever happens.
    pub absolute: Duration,
}

impl Terms {
    /// Seven days idle, thirty days absolute.
    pub const DEFAULT: Terms =
        Terms { idle: Duration::from_secs(7 * 86_400), absolute: Duration::from_secs(30 * 86_400) };
}

/// One session: a family of handles, of which the parent P (the last spent one) and its live children C matter.
///
/// The fields are the protocol's and change only through [`decide`](super::decide()), [`Record::close`] and
/// [`Record::revoke`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    pub(crate) family: Family,
    pub(crate) incarnation: u16,
    pub(crate) minted: u32,
    pub(crate) forward: Option<Forward>,
    pub(crate) parent: Option<Mint>,
    /// Oldest first, never empty. The newest answers for P: P was last spent when it was minted, by its attempt.
    pub(crate) children: Ring<Child, MAX_CHILDREN>,
    pub(crate) spent: Ring<Spent, MAX_SPENT>,
    pub(crate) attempts: Ring<Attempt, MAX_ATTEMPTS>,
    pub(crate) auth_time: Timestamp,
    pub(crate) idle: Duration,
    pub(crate) idle_expiry: Timestamp,
    pub(crate) absolute_expiry: Timestamp,
    pub(crate) closing: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl Record {
    /// A new session with its first handle.
    pub(crate) fn open(first: &Handle, terms: Terms, auth_time: Timestamp, now: Timestamp) -> Self {
        let mut children = Ring::default();
        children.push(Child { mint: first.mint, minted_at: now, attempt: None, presented: false }, 1);
        let absolute_expiry = now + terms.absolute;
        Record {
            family: first.family,
            incarnation: first.mint.incarnation,
            minted: first.mint.number,
            forward: None,
            parent: None,
            children,
            spent: Ring::default(),
            attempts: Ring::default(),
            auth_time,
            idle: terms.idle,
            idle_expiry: absolute_expiry.min(now + terms.idle),
            absolute_expiry,
            closing: None,
            revoked: false,
        }
    }

    /// Whose record it is.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// When the user last proved who they are.
    pub fn auth_time(&self) -> Timestamp {
        self.auth_time
    }

    /// When the session ends unless it is refreshed before.
    pub fn idle_expiry(&self) -> Timestamp {
        self.idle_expiry
    }

    /// When the session ends whatever happens. Never moves.
    pub fn absolute_expiry(&self) -> Timestamp {
        self.absolute_expiry
    }

    /// Whether it was revoked. Never becomes false again.
    pub fn is_revoked(&self) -> bool {
        self.revoked
    }

    /// How many handles were minted.
    pub fn minted(&self) -> u32 {
        self.minted
    }

    /// Marks the family as about to be replaced by the login that came with this handle: no cookie is given until that
    /// is over.
    ///
    /// A family that is closing does not rotate, and only rotation tells two jars apart. So whoever holds a handle must
    /// not be able to keep it closing: the login counts as presenting the handle, and the mark is renewed only for a
    /// generation that is young or came after the mark. A handle that is spent may be one whose answer is under way,
    /// but presents nothing: it renews only a mark that lapsed long before the newest child.
    pub fn close(&mut self, presented: &Handle, now: Timestamp, timing: &Timing) {
        let (closing, long) = (self.closing, timing.closing * 2);
        let newest = self.newest().minted_at;
        let children = self.children.as_mut_slice();
        let sibling_presented = children.iter().any(|child| child.presented && child.mint != presented.mint);
        let due = match children.iter_mut().find(|child| child.mint == presented.mint) {
            Some(_) if sibling_presented => false,
            Some(child) => {
                child.presented = true;
                now - child.minted_at < long || closing.is_none_or(|since| child.minted_at > since)
            }
            None => closing.is_none_or(|since| newest - since > long),
        };
        if due {
            self.closing = Some(now);
        }
    }

    /// When the last answer that carries a cookie of this family is certain to have come or to have been given up, if that
    /// is later than `now`: until then it would displace the cookie of the login that replaces the family.
    ///
    /// A closing family gives no cookies, so what is under way left before the mark, and counts no longer than the client's
    /// time-out. Nothing is under way once every child has been presented, or is too old to be replayed.
    pub fn settles_at(&self, now: Timestamp, timing: &Timing) -> Option<Timestamp> {
        let young = timing.overlap + timing.timeout;
        let due = |child: &Child| !child.presented && now - child.minted_at < young;
        if self.revoked || !self.children.as_slice().iter().any(due) {
            return None;
        }
        let given = self.closing.filter(|since| now - *since < timing.closing).unwrap_or(now);
        Some(given + timing.timeout).filter(|settled| *settled > now)
    }

    /// Ends the session.
    pub fn revoke(&mut self) {
        self.revoked = true;
    }

    /// The newest child, which stands for the last mint.
    pub(crate) fn newest(&self) -> &Child {
        // `children` is never empty: opened with one, replaced by one, and the decoder insists.
        self.children.last()
    }
}

/// The last few of something, oldest first, without allocation. Unused places hold the default, so that equal lists
/// are equal bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ring<T, const N: usize> {
    items: [T; N],
    length: u8,
}

impl<T: Copy + Default, const N: usize> Ring<T, N> {
    /// Adds one, dropping the oldest beyond `limit` (at least one, at most `N`).
    pub(crate) fn push(&mut self, item: T, limit: usize) {
        let limit = limit.clamp(1, N);
        let excess = (usize::from(self.length) + 1).saturating_sub(limit);
        if excess > 0 {
            self.items.copy_within(excess.., 0);
            self.items[N - excess..].fill(T::default());
            self.length -= excess as u8;
        }
        self.items[usize::from(self.length)] = item;
        self.length += 1;
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.items[..usize::from(self.length)]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items[..usize::from(self.length)]
    }

    fn last(&self) -> &T {
        &self.items[usize::from(self.length).saturating_sub(1)]
    }
}

impl<T: Copy + Default, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Ring { items: [T::default(); N], length: 0 }
    }
}

impl<T: core::fmt::Debug + Copy + Default, const N: usize> core::fmt::Debug for Ring<T, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_keeps_the_newest_and_forgets_without_trace() {
        let mut ring = Ring::<u8, 4>::default();
        for item in 1..=9 {
            ring.push(item, 3);
        }
        assert_eq!(ring.as_slice(), [7, 8, 9]);
        let mut fresh = Ring::<u8, 4>::default();
        (7..=9).for_each(|item| fresh.push(item, 3));
        assert_eq!(ring, fresh);
        ring.push(10, 2);
        assert_eq!(ring.as_slice(), [9, 10]);
    }
}
