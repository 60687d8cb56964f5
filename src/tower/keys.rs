//! The key set machine under tower: performs its fetches, on this process's clock.

use crate::time::Timestamp;
use crate::verify::{Claims, KeyLookup, KeySet, Step, Ticket, TokenError, Verified, Verifier};
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{SystemTime, UNIX_EPOCH};

/// A key server's answer with status 200.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The JWKS document. One of more than 256 KiB is refused; better not to read on.
    pub body: Vec<u8>,
    /// The answer's `Cache-Control`.
    pub cache_control: Option<String>,
}

/// A fetch that takes longer has failed. The machine's lease is longer.
const TIMEOUT: Duration = Duration::from_secs(5);

type Fetch = dyn Fn() -> Pin<Box<dyn Future<Output = Option<Fetched>> + Send>> + Send + Sync;

/// A verifier, its issuer's keys, and the way to get them.
pub(super) struct Shared {
    verifier: Verifier,
    keys: RwLock<KeySet>,
    fetch: Option<Box<Fetch>>,
}

impl Shared {
    pub(super) fn new(verifier: Verifier, keys: KeySet, fetch: Option<Box<Fetch>>) -> Shared {
        Shared { verifier, keys: RwLock::new(keys), fetch }
    }

    pub(super) async fn verify(self: &Arc<Self>, token: &str) -> Result<Verified<Claims>, TokenError> {
        self.refresh_in_background();
        // With the keys at hand many requests verify at once.
        match self.read().verify_held(&self.verifier, now(), token) {
            // The issuer may have newer keys.
            Err(
                TokenError::AsyncRequired
                | TokenError::SignatureInvalid
                | TokenError::KeyNotFound(KeyLookup::Unknown),
            ) => {}
            verdict => return verdict,
        }
        let call = self.read().call(now());
        loop {
            let step = self.write().verify(&self.verifier, now(), token, call);
            match step {
                Step::Done(verdict) => return verdict,
                Step::Fetch(ticket) => self.fetch(ticket).await,
                Step::Wait(time) => tokio::time::sleep(time).await,
            }
        }
    }

    fn refresh_in_background(self: &Arc<Self>) {
        if !self.read().is_refresh_due(now()) {
            return;
        }
        let Some(ticket) = self.write().refresh_due(now()) else { return };
        let shared = Arc::clone(self);
        tokio::spawn(async move { shared.fetch(ticket).await });
    }

    async fn fetch(&self, ticket: Ticket) {
        let answer = match &self.fetch {
            Some(fetch) => tokio::time::timeout(TIMEOUT, fetch()).await.ok().flatten(),
            None => None,
        };
        let mut keys = self.write();
        match answer {
            Some(Fetched { body, cache_control }) => {
                keys.fetched(now(), ticket, &body, cache_control.as_deref(), jitter());
            }
            None => keys.failed(now(), ticket, jitter()),
        }
    }

    /// A panic elsewhere leaves the machine in a state that it can go on from: each of its steps is whole.
    fn read(&self) -> RwLockReadGuard<'_, KeySet> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, KeySet> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock before 1970 does not work: then no token is good.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(Timestamp::NEVER, |since| {
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    })
}

/// In 0..1, from the seed that every hash map of the standard library has.
fn jitter() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
