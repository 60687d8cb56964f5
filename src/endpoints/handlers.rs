//! The routes.

use super::answer::{Answer, Refreshed, refreshed, signed_in};
use super::config::{Config, ConfigError};
use super::store::{Loaded, Row, Store, Unavailable};
use super::tokens::{AccessToken, Asked, SignedIn, Tokens};
use crate::jose::json;
use crate::session::{
    self, Attempt, Code, Decision, ENTROPY, End, Family, Handle, KeyRing, Problem, Sessions, Shard,
};
use crate::time::Timestamp;
use core::time::Duration;
use http::header::{CONTENT_TYPE, COOKIE, HeaderName, ORIGIN};
use http::{HeaderMap, Request, Response};

/// The largest body that is read, in bytes.
pub const MAX_BODY: usize = 4096;

/// How often a lost compare-and-swap is decided again: more than requests one session ever has at once.
const MOST_TRIES: u32 = 200;

/// The same where a login closes the session that it replaces.
const MOST_CLOSINGS: u32 = 16;

/// The endpoints of one application.
#[derive(Debug)]
pub struct Endpoints<S, T> {
    config: Config,
    sessions: Sessions,
    store: S,
    tokens: T,
}

/// A session that has just been opened.
#[derive(Debug)]
pub struct Opened {
    /// The `Set-Cookie` of the login's answer.
    pub set_cookie: String,
    /// Answer no sooner than this: a cookie of the session that is replaced may still be under way, and would displace the new
    /// one. Nearly always nothing, at most the client's time-out of ten seconds.
    pub settle: Duration,
    /// Who is signed in.
    pub session: SignedIn,
}

/// A session that a login replaces.
struct Closed {
    shard: Shard,
    family: Family,
    /// How long its cookies may still be under way.
    settle: Duration,
}

impl<S: Store, T: Tokens> Endpoints<S, T> {
    /// Nothing is read or written yet.
    ///
    /// # Errors
    /// A configuration that is not safe.
    pub fn new(config: Config, keys: KeyRing, store: S, tokens: T) -> Result<Self, ConfigError> {
        config.check()?;
        let sessions = Sessions::with_timing(keys, config.timing).map_err(ConfigError::Timing)?;
        Ok(Endpoints { config, sessions, store, tokens })
    }

    /// Where sessions are kept: to list and to end them.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Answers a request. Its body must be there as a whole, up to [`MAX_BODY`] bytes.
    pub async fn handle<B: AsRef<[u8]>>(&self, request: &Request<B>) -> Response<String> {
        let path = request.uri().path();
        let route = path.strip_prefix(self.config.path.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let (Some(route @ ("refresh" | "session" | "logout")), headers) = (route, request.headers()) else {
            return Answer::not_found().finish();
        };
        let attempt = match self.guard(request) {
            Ok(attempt) => attempt,
            Err(problem) => return Answer::problem(problem).finish(),
        };
        let cookies = cookies(headers);
        let body = request.body().as_ref();
        match route {
            "refresh" => self.refresh(&cookies, attempt, body).await.unwrap_or_else(Answer::problem),
            "session" => match self.signed_in(&cookies).await {
                Ok(session) => Answer::json(signed_in(&session)),
                Err(problem) => Answer::problem(problem),
            },
            _ => match parse(body) {
                Ok(body) => {
                    let ended = self.logout(&cookies, &body).await;
                    let answer = ended.map_or_else(Answer::problem, |()| Answer::json("{}".to_owned()));
                    // Also where the store is away: this browser wants to be rid of it.
                    answer.cookie(&session::clear_cookie())
                }
                // Whoever asks for nothing that can be understood has ended nothing, and keeps the cookie.
                Err(problem) => Answer::problem(problem),
            },
        }
        .finish()
    }

    /// Opens a session for a user whom the host has just proven, and ends the one that the request's cookie names: whatever was
    /// in the jar before a login is not what comes out of it. `auth_time` is when they proved it, now if missing. `took`: how long
    /// ago the proof came in. Whoever ends all of the user's sessions while a password is hashed means this one too.
    ///
    /// # Errors
    /// The store, or no entropy.
    pub async fn open(
        &self,
        headers: &HeaderMap,
        subject: &str,
        auth_time: Option<Timestamp>,
        took: Duration,
    ) -> Result<Opened, Unavailable> {
        let shard = self.store.shard(subject);
        let now = self.store.now(shard).await?;
        let closed = self.close(&cookies(headers)).await?;
        let auth_time = auth_time.map_or(now, |time| time.min(now));
        let (record, handle) =
            self.sessions.open(shard, None, self.config.terms, auth_time, now, &entropy()?);
        let row = Row {
            shard,
            family: *handle.family(),
            subject: subject.to_owned(),
            version: 1,
            record: record.encode(),
            revoked: false,
            // By the store's clock, like the revocations that it is compared with.
            created_at: now - took,
            expires_at: record.absolute_expiry(),
        };
        self.store.create(row).await?;
        // Not before there is another: a store that fails meanwhile signs nobody out.
        let mut settle = Duration::ZERO;
        if let Some(closed) = closed {
            self.store.revoke(closed.shard, closed.family).await?;
            settle = closed.settle;
        }
        let set_cookie = self.sessions.set_cookie(&handle, &record, now);
        Ok(Opened { set_cookie, settle, session: SignedIn::new(id(&handle), subject, &record) })
    }

    /// Who is signed in, for pages that the server renders: gives no token, writes nothing, sets no cookie.
    ///
    /// # Errors
    /// `session_ended` with its reason, `store_unavailable`.
    pub async fn session(&self, headers: &HeaderMap) -> Result<SignedIn, Problem> {
        self.signed_in(&cookies(headers)).await
    }

    /// What [`handle`](Endpoints::handle) demands of a request before it looks at its cookie: for the host's own routes that change
    /// something, its login above all.
    ///
    /// # Errors
    /// `method_not_allowed`, `origin_refused`, `fetch_site_refused`, `content_type_refused`, `attempt_missing`.
    pub fn guard<B>(&self, request: &Request<B>) -> Result<Attempt, Problem> {
        let header = |name: HeaderName| single(request.headers(), name);
        let guarded = session::Request {
            method: request.method().as_str().as_bytes(),
            origin: header(ORIGIN),
            fetch_site: header(HeaderName::from_static("sec-fetch-site")),
            content_type: header(CONTENT_TYPE),
            attempt: header(HeaderName::from_static("strongroom-attempt")),
        };
        session::guard(&guarded, &self.config.origins)
    }

    async fn refresh(&self, cookies: &[u8], attempt: Attempt, body: &[u8]) -> Result<Answer, Problem> {
        let body = parse(body)?;
        let asked = Asked { audience: text(&body, "audience")?, scope: text(&body, "scope")? };
        let handle = self.sessions.locate(Some(cookies))?;
        let mut token = None;
        for _ in 0..MOST_TRIES {
            let Loaded { row, now } = self.load(&handle).await?;
            let entropy = entropy()?;
            let decision = self.sessions.decide(row.record.as_bytes(), &handle, attempt, now, &entropy);
            if decision.outcome.serves() && token.is_none() {
                token = Some(self.token(&handle, &row, &decision, asked).await?);
            }
            if let Some(write) = &decision.write {
                let (record, revoked) = (write.encode(), write.is_revoked());
                if !self.store.swap(row.shard, row.family, row.version, record, revoked).await? {
                    continue;
                }
            }
            return Ok(self.answer(&handle, &row, &decision, token.as_ref(), now));
        }
        Err(Code::StoreUnavailable.into())
    }

    /// Got before the new state is written: an outage costs no generation.
    async fn token(
        &self,
        handle: &Handle,
        row: &Row,
        decision: &Decision,
        asked: Asked<'_>,
    ) -> Result<AccessToken, Problem> {
        let record = decision.write.as_ref().ok_or(Code::StoreUnavailable)?;
        let session = SignedIn::new(id(handle), &row.subject, record);
        Ok(self.tokens.token(&session, asked).await?)
    }

    fn answer(
        &self,
        handle: &Handle,
        row: &Row,
        decision: &Decision,
        token: Option<&AccessToken>,
        now: Timestamp,
    ) -> Answer {
        let (outcome, alert) = (decision.outcome, decision.alert);
        let told = Refreshed { session: id(handle), outcome, alert };
        let (None, Some(token), Some(record)) = (outcome.problem(), token, &decision.write) else {
            let problem = outcome.problem().unwrap_or(Problem::ended(End::Unknown));
            return Answer::problem(problem).told(told);
        };
        let session = SignedIn::new(id(handle), &row.subject, record);
        let answer = Answer::json(refreshed(token, &session)).told(told);
        match &decision.cookie {
            Some(next) => answer.cookie(&self.sessions.set_cookie(next, record, now)),
            None => answer,
        }
    }

    async fn signed_in(&self, cookies: &[u8]) -> Result<SignedIn, Problem> {
        let handle = self.sessions.locate(Some(cookies))?;
        let Loaded { row, now } = self.load(&handle).await?;
        let record = self.sessions.inspect(row.record.as_bytes(), &handle, now)?;
        Ok(SignedIn::new(id(&handle), &row.subject, &record))
    }

    async fn logout(&self, cookies: &[u8], body: &json::Object) -> Result<(), Problem> {
        if matches!(body.member("everywhere"), Some(json::Value::Bool(true))) {
            return self.logout_everywhere(cookies).await;
        }
        // Nobody is signed in: that is what was asked for.
        let Ok(handle) = self.sessions.locate(Some(cookies)) else { return Ok(()) };
        Ok(self.store.revoke(*handle.shard(), *handle.family()).await?)
    }

    /// Ends all of the subject's sessions, its own last: as long as it lives the others can be ended still.
    async fn logout_everywhere(&self, cookies: &[u8]) -> Result<(), Problem> {
        let handle = self.sessions.locate(Some(cookies))?;
        let Loaded { row, now } = self.load(&handle).await?;
        // Only a handle that is still good may end other sessions than its own.
        let good = self.sessions.inspect(row.record.as_bytes(), &handle, now);
        if good.is_ok() {
            self.store.revoke_subject(row.shard, &row.subject, now).await?;
        }
        self.store.revoke(row.shard, row.family).await?;
        Ok(good.map(|_| ())?)
    }

    /// Keeps the session that a login replaces from giving cookies: a late one would displace the new session's.
    async fn close(&self, cookies: &[u8]) -> Result<Option<Closed>, Unavailable> {
        let Ok(handle) = self.sessions.locate(Some(cookies)) else { return Ok(None) };
        let (shard, family) = (*handle.shard(), *handle.family());
        let mut closed = Closed { shard, family, settle: Duration::ZERO };
        // Where other tabs keep winning, the login ends the session all the same.
        for _ in 0..MOST_CLOSINGS {
            let Some(Loaded { row, now }) = self.store.load(shard, family).await? else { return Ok(None) };
            if row.revoked {
                return Ok(None);
            }
            // A record that cannot be read gives no cookies: it must not keep its user from a new session.
            let Ok(record) = self.sessions.close(row.record.as_bytes(), &handle, now) else { break };
            let record = record.encode();
            closed.settle = self.sessions.settling(record.as_bytes(), now);
            if self.store.swap(shard, family, row.version, record, false).await? {
                break;
            }
        }
        Ok(Some(closed))
    }

    async fn load(&self, handle: &Handle) -> Result<Loaded, Problem> {
        let loaded = self.store.load(*handle.shard(), *handle.family()).await?;
        let loaded = loaded.ok_or(End::Unknown)?;
        if loaded.row.revoked { Err(End::Revoked.into()) } else { Ok(loaded) }
    }
}

/// HTTP/2 may cut the Cookie header in pieces (RFC 9113 §8.2.3).
fn cookies(headers: &HeaderMap) -> Vec<u8> {
    let pieces: Vec<_> = headers.get_all(COOKIE).iter().map(|value| value.as_bytes()).collect();
    pieces.join(b"; ".as_slice())
}

/// A header's value. One that comes twice is no value that anything allows.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.as_bytes() } else { b"" })
}

fn parse(body: &[u8]) -> Result<json::Object, Problem> {
    let body = Some(body).filter(|body| body.len() <= MAX_BODY);
    body.and_then(|body| json::parse_object(body).ok()).ok_or(Code::RequestInvalid.into())
}

fn text<'a>(body: &'a json::Object, name: &str) -> Result<Option<&'a str>, Problem> {
    let member = body.member(name);
    member.map(|value| value.as_str().ok_or(Code::RequestInvalid.into())).transpose()
}

/// The session's public id.
fn id(handle: &Handle) -> String {
    format!("{}.{}", handle.shard().as_str(), handle.family().text())
}

/// Without randomness nothing can be minted: that is an outage too.
fn entropy() -> Result<[u8; ENTROPY], Unavailable> {
    let mut bytes = [0; ENTROPY];
    getrandom::fill(&mut bytes).map_err(|_| Unavailable)?;
    Ok(bytes)
}
