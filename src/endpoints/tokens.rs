//! Where access tokens come from.

use crate::secret::Secret;
use crate::session::{Code, Record};
use crate::time::Timestamp;
use core::future::Future;
use core::time::Duration;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session's public id: names it in lists, opens nothing.
    pub id: String,
    /// Who.
    pub subject: String,
    /// When they last proved it.
    pub auth_time: Timestamp,
    /// When the session ends unless it is refreshed before.
    pub idle_expires_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

impl SignedIn {
    pub(super) fn new(id: String, subject: &str, record: &Record) -> SignedIn {
        SignedIn {
            id,
            subject: subject.to_owned(),
            auth_time: record.auth_time(),
            idle_expires_at: record.idle_expiry(),
            expires_at: record.absolute_expiry(),
        }
    }
}

/// What a refresh asked for; nothing means the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The resource server.
    pub audience: Option<&'a str>,
    /// Space-separated.
    pub scope: Option<&'a str>,
}

/// A token to give to the browser.
#[derive(Debug)]
pub struct AccessToken {
    /// The token itself.
    pub token: Secret<String>,
    /// What it may do: what was asked for, or less.
    pub scope: String,
    /// What is left of its life. Longer than the rotation's rest of a minute.
    pub expires_in: Duration,
}

/// Makes access tokens, or gets them. Called before the new state of the session is written: an outage costs no generation.
pub trait Tokens: Send + Sync + 'static {
    /// A token for that session.
    ///
    /// # Errors
    /// `resource_unknown`, `scope_refused`, `provider_refused`: not to be had, the session goes on. `reauth_required`: only after
    /// a new login. `provider_unreachable`: try again.
    fn token(
        &self,
        session: &SignedIn,
        asked: Asked<'_>,
    ) -> impl Future<Output = Result<AccessToken, Code>> + Send;
}
