//! Where sessions are kept: what a store owes. docs/stores.md tells what is easy to get wrong.

use crate::session::{Family, Shard};
use crate::time::Timestamp;
use core::fmt;
use core::future::Future;

/// One session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its partition.
    pub shard: Shard,
    /// Its key.
    pub family: Family,
    /// Whose it is.
    pub subject: String,
    /// One more after every swap.
    pub version: u64,
    /// The rotation record: opaque here. No cookie can be made of it.
    pub record: String,
    /// Over, whatever the record says.
    pub revoked: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends whatever happens; a day later the row may go.
    pub expires_at: Timestamp,
}

/// A row, and the store's time when it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The row.
    pub row: Row,
    /// By the store's clock: no server's own takes part in any decision.
    pub now: Timestamp,
}

/// The store did not answer, or failed. Its reason is its own to log: a browser is told to try again, and nobody is logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session store is not available")
    }
}

impl core::error::Error for Unavailable {}

/// A session store. Every change of a row is one durable compare-and-swap on its version.
pub trait Store: Send + Sync + 'static {
    /// The partition of a subject's rows: the cookie names it, so that they are found again. One for all by default.
    fn shard(&self, subject: &str) -> Shard {
        let _ = subject;
        Shard::SINGLE
    }

    /// The time on the clock that [`load`](Store::load) reports.
    fn now(&self, shard: Shard) -> impl Future<Output = Result<Timestamp, Unavailable>> + Send;

    /// Writes a new session. Also one that [`revoke_subject`](Store::revoke_subject) has met on its way is dead on arrival.
    fn create(&self, row: Row) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// A consistent read: never older than the last [`swap`](Store::swap) that succeeded.
    fn load(
        &self,
        shard: Shard,
        family: Family,
    ) -> impl Future<Output = Result<Option<Loaded>, Unavailable>> + Send;

    /// Replaces the record, and `revoked` where that is true, if the version is still `version` and the session is not revoked;
    /// adds one to the version. `false` changes nothing: the caller loads and decides again.
    fn swap(
        &self,
        shard: Shard,
        family: Family,
        version: u64,
        record: String,
        revoked: bool,
    ) -> impl Future<Output = Result<bool, Unavailable>> + Send;

    /// Ends one session, whatever its version.
    fn revoke(&self, shard: Shard, family: Family) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// Ends every session of the subject that was created at or before this time, also one that is only written later.
    fn revoke_subject(
        &self,
        shard: Shard,
        subject: &str,
        before: Timestamp,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;
}
