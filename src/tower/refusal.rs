//! Why a request is refused, and the answer to it.

use crate::jose::json::quote;
use crate::verify::TokenError;
use core::fmt;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No `Authorization` header.
    Missing,
    /// Not one bearer token in one header (RFC 6750 §2.1).
    InvalidRequest,
    /// The token.
    Token(TokenError),
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::Missing => "token_missing",
            Refusal::InvalidRequest => "invalid_request",
            Refusal::Token(error) => error.code(),
        }
    }

    /// The HTTP status that answers it.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Missing => StatusCode::UNAUTHORIZED,
            Refusal::InvalidRequest => StatusCode::BAD_REQUEST,
            Refusal::Token(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// The `WWW-Authenticate` challenge (RFC 6750 §3), if the status has one.
    pub fn www_authenticate(&self) -> Option<String> {
        match self {
            Refusal::Missing => Some("Bearer".to_owned()),
            Refusal::InvalidRequest => {
                Some(format!(r#"Bearer error="invalid_request", error_description="{self}""#))
            }
            Refusal::Token(error) => error.www_authenticate(),
        }
    }

    /// Status, challenge, and a problem document (RFC 9457).
    pub(super) fn response<B: From<String>>(&self, realm: Option<&str>) -> Response<B> {
        let status = self.status();
        let mut body = format!(
            r#"{{"type":"about:blank","title":{},"status":{},"code":{},"detail":{}"#,
            quote(status.canonical_reason().unwrap_or("Error")),
            status.as_u16(),
            quote(self.code()),
            quote(&self.to_string())
        );
        if let Refusal::Token(error) = self {
            for (name, value) in [("claim", error.claim()), ("reason", error.reason())] {
                if let Some(value) = value {
                    body.push_str(&format!(",{}:{}", quote(name), quote(value)));
                }
            }
        }
        body.push('}');
        let mut response = Response::new(B::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        let challenge = self.www_authenticate().map(|challenge| with_realm(&challenge, realm));
        if let Some(value) = challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        response
    }
}

fn with_realm(challenge: &str, realm: Option<&str>) -> String {
    let Some(realm) = realm else { return challenge.to_owned() };
    let realm = realm.replace('\\', r"\\").replace('"', r#"\""#);
    match challenge.strip_prefix("Bearer ") {
        Some(parameters) => format!(r#"Bearer realm="{realm}", {parameters}"#),
        None => format!(r#"Bearer realm="{realm}""#),
    }
}

/// The one bearer token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let value = match (given.next(), given.next()) {
        (None, _) => return Err(Refusal::Missing),
        (Some(value), None) => value.to_str().map_err(|_| Refusal::InvalidRequest)?,
        (Some(_), Some(_)) => return Err(Refusal::InvalidRequest),
    };
    let (scheme, token) = value.split_once(' ').ok_or(Refusal::InvalidRequest)?;
    let token = token.trim_start_matches(' ');
    let is_one = !token.is_empty() && !token.contains([' ', '\t', ',']);
    if scheme.eq_ignore_ascii_case("bearer") && is_one { Ok(token) } else { Err(Refusal::InvalidRequest) }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Refusal {
        Refusal::Token(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing => f.write_str("the request has no Authorization header"),
            Refusal::InvalidRequest => f.write_str("the Authorization header is not one bearer token"),
            Refusal::Token(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}
