//! Sessions in this process's memory: a store as small as it gets. A real one is a table, with `UPDATE … WHERE version = …`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use strongroom::endpoints::{Loaded, Row, Store, Unavailable};
use strongroom::session::{Family, Shard};
use strongroom::time::Timestamp;

#[derive(Debug, Default)]
struct Rows {
    by_family: HashMap<[u8; 16], Row>,
    revoked_before: HashMap<String, Timestamp>,
}

/// Clones share their rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    rows: Arc<Mutex<Rows>>,
    /// Tests turn the clock, and the store off after some more calls.
    pub(crate) ahead: Arc<Mutex<std::time::Duration>>,
    pub(crate) away_after: Arc<Mutex<Option<u32>>>,
}

impl Memory {
    /// The subject's live sessions.
    pub(crate) fn list(&self, subject: &str) -> Vec<Row> {
        let (now, rows) = (self.time(), self.lock());
        let live = |row: &&Row| row.subject == subject && !row.revoked && row.expires_at > now;
        rows.by_family.values().filter(live).cloned().collect()
    }

    fn time(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::from_millis(0) + since + ahead
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As a database is reached: not at once, and not always.
    async fn reach(&self) -> Result<(), Unavailable> {
        tokio::task::yield_now().await;
        match &mut *self.away_after.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(0) => Err(Unavailable),
            Some(calls) => {
                *calls -= 1;
                Ok(())
            }
        }
    }
}

impl Store for Memory {
    async fn now(&self, _: Shard) -> Result<Timestamp, Unavailable> {
        self.reach().await?;
        Ok(self.time())
    }

    async fn create(&self, mut row: Row) -> Result<(), Unavailable> {
        self.reach().await?;
        let (now, mut rows) = (self.time(), self.lock());
        rows.by_family.retain(|_, other| other.expires_at > now);
        let before = rows.revoked_before.get(&row.subject);
        row.revoked = before.is_some_and(|before| row.created_at <= *before);
        rows.by_family.insert(row.family.0, row);
        Ok(())
    }

    async fn load(&self, _: Shard, family: Family) -> Result<Option<Loaded>, Unavailable> {
        self.reach().await?;
        let row = self.lock().by_family.get(&family.0).cloned();
        Ok(row.map(|row| Loaded { row, now: self.time() }))
    }

    async fn swap(
        &self,
        _: Shard,
        family: Family,
        version: u64,
        record: String,
        revoked: bool,
    ) -> Result<bool, Unavailable> {
        self.reach().await?;
        // Comparison and write under one lock: of many at once, one wins.
        let mut rows = self.lock();
        let row = rows.by_family.get_mut(&family.0);
        let Some(row) = row.filter(|row| row.version == version && !row.revoked) else { return Ok(false) };
        row.record = record;
        row.revoked = revoked;
        row.version += 1;
        Ok(true)
    }

    async fn revoke(&self, _: Shard, family: Family) -> Result<(), Unavailable> {
        self.reach().await?;
        if let Some(row) = self.lock().by_family.get_mut(&family.0) {
            row.revoked = true;
            row.version += 1;
        }
        Ok(())
    }

    async fn revoke_subject(&self, _: Shard, subject: &str, before: Timestamp) -> Result<(), Unavailable> {
        self.reach().await?;
        let mut rows = self.lock();
        let mark = rows.revoked_before.entry(subject.to_owned()).or_insert(before);
        // An earlier time takes nothing back.
        *mark = before.max(*mark);
        let theirs = |row: &&mut Row| row.subject == subject && row.created_at <= before;
        for row in rows.by_family.values_mut().filter(theirs) {
            row.revoked = true;
            row.version += 1;
        }
        Ok(())
    }
}
