//! Answers: never cached, never with CORS headers.

use super::store::Unavailable;
use super::tokens::{AccessToken, SignedIn};
use crate::session::json::Object;
use crate::session::{Alert, Code, End, Outcome, Problem};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};

const OUTCOME: HeaderName = HeaderName::from_static("strongroom-outcome");

/// How a refresh ended, in the extensions of its answer: for logs and metrics around [`Endpoints::handle`](super::Endpoints::handle).
/// No token, no cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The session's public id.
    pub session: String,
    /// What the client was told.
    pub outcome: Outcome,
    /// Something an operator should look at.
    pub alert: Option<Alert>,
}

/// An answer under construction.
pub(super) struct Answer(Response<String>);

impl Answer {
    pub(super) fn json(body: String) -> Answer {
        Answer::of(StatusCode::OK, "application/json", body)
    }

    pub(super) fn problem(problem: Problem) -> Answer {
        let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = Answer::of(status, "application/problem+json", problem.to_json());
        let headers = answer.0.headers_mut();
        match problem.code {
            Code::MethodNotAllowed => {
                headers.insert(ALLOW, HeaderValue::from_static("POST"));
            }
            Code::ProviderUnreachable | Code::StoreUnavailable | Code::RateLimited => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        answer
    }

    pub(super) fn not_found() -> Answer {
        Answer::of(StatusCode::NOT_FOUND, "text/plain", String::new())
    }

    pub(super) fn told(mut self, refreshed: Refreshed) -> Answer {
        self.0.headers_mut().insert(OUTCOME, HeaderValue::from_static(refreshed.outcome.name()));
        self.0.extensions_mut().insert(refreshed);
        self
    }

    /// What cannot be a header's value is none of our cookies.
    pub(super) fn cookie(mut self, value: &str) -> Answer {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.0.headers_mut().insert(SET_COOKIE, value);
        }
        self
    }

    pub(super) fn finish(self) -> Response<String> {
        self.0
    }

    fn of(status: StatusCode, kind: &'static str, body: String) -> Answer {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        Answer(response)
    }
}

/// The body of a refresh that serves.
pub(super) fn refreshed(token: &AccessToken, session: &SignedIn) -> String {
    let mut object = Object::new();
    object.string("access_token", token.token.expose());
    object.string("token_type", "Bearer");
    object.number("expires_in", token.expires_in.as_secs());
    object.string("scope", &token.scope);
    object.raw("session", &described(session));
    object.finish()
}

/// The body of `/session`.
pub(super) fn signed_in(session: &SignedIn) -> String {
    let mut object = Object::new();
    object.raw("session", &described(session));
    object.finish()
}

fn described(session: &SignedIn) -> String {
    let mut object = Object::new();
    object.string("id", &session.id);
    object.string("subject", &session.subject);
    object.raw("claims", "{}");
    object.number("auth_time", session.auth_time.as_secs());
    object.number("expires_at", session.expires_at.as_secs());
    object.number("idle_expires_at", session.idle_expires_at.as_secs());
    object.finish()
}

impl From<Unavailable> for Problem {
    fn from(Unavailable: Unavailable) -> Problem {
        Code::StoreUnavailable.into()
    }
}

impl From<End> for Problem {
    fn from(end: End) -> Problem {
        Problem::ended(end)
    }
}
