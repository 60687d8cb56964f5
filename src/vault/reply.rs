//! What the endpoints answered, as the machine needs it.

use super::json::{complete, member, plain_string, whole_number};
use super::refresh::Answer;
use crate::secret::Secret;
use core::time::Duration;
use zeroize::Zeroize;

/// How a request to one of the endpoints ended, as the network gave it.
#[derive(Debug)]
pub enum Http<'a> {
    /// There was an answer.
    Answer {
        /// The status code.
        status: u16,
        /// The `Retry-After` header, in seconds; a date counts as none.
        retry_after: Option<&'a str>,
        /// The whole body. It is overwritten with zeros once read.
        body: &'a mut [u8],
    },
    /// There was none.
    Error,
}

/// A read answer: what the refresh machine has to know, and what comes with it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    /// The finished `authorization` header.
    pub(crate) token: Option<Secret<String>>,
    /// The session, as JSON text.
    pub(crate) session: Option<String>,
    pub(crate) logout_url: Option<String>,
    /// The problem document's `code`, or nothing.
    pub(crate) code: String,
}

impl Reply {
    /// `tokens`: whether the route gives tokens.
    pub(crate) fn read(http: Http<'_>, tokens: bool) -> Self {
        let Http::Answer { status, retry_after, body } = http else {
            return Reply::bare(Answer::Failed);
        };
        let code = if status >= 400 { code(body) } else { "" }.to_owned();
        let mut reply = match status {
            _ if cut(status, body) => Reply::bare(Answer::Failed),
            200 => Reply::success(body, tokens),
            401 if code == "session_ended" => Reply::bare(Answer::Ended),
            409 if code == "duplicate_attempt" => Reply::bare(Answer::Duplicate),
            429 | 503 => {
                let seconds = retry_after.and_then(|text| whole_number(text.trim().as_bytes()));
                Reply::bare(Answer::Busy { retry_after: seconds.map(Duration::from_secs) })
            }
            // Those of the 4xx that speak of the connection, not of what was asked.
            408 | 421 | 425 | 500.. => Reply::bare(Answer::Failed),
            _ => Reply::bare(Answer::Refused),
        };
        body.zeroize();
        reply.code = code;
        reply
    }

    fn bare(answer: Answer) -> Self {
        Reply { answer, token: None, session: None, logout_url: None, code: String::new() }
    }

    /// A 200 without what it should have is no reason to sign anyone out, nor to ask again at once.
    fn success(body: &[u8], tokens: bool) -> Self {
        let session = member(body, "session").filter(|value| value.starts_with(b"{"));
        let session = session.and_then(|value| core::str::from_utf8(value).ok()).map(str::to_owned);
        let logout_url = member(body, "logout_url").and_then(plain_string).map(str::to_owned);
        let mut expires_in = Duration::ZERO;
        let mut token = None;
        if tokens {
            let text = member(body, "access_token").and_then(plain_string).filter(|text| sendable(text));
            let seconds = member(body, "expires_in").and_then(whole_number);
            let (Some(text), Some(seconds)) = (text, seconds) else {
                return Reply::bare(Answer::Refused);
            };
            token = Some(bearer(text));
            expires_in = Duration::from_secs(seconds.min(u64::from(u32::MAX)));
        }
        Reply { answer: Answer::Token { expires_in }, token, session, logout_url, code: String::new() }
    }
}

/// Whether the answer is not what the endpoints have sent: a body that ends where its connection does (RFC 9112 §6.3)
/// looks whole wherever it broke off. A 200 that is no JSON comes from somebody in between; so may another status with HTML,
/// but that is a refusal all the same.
fn cut(status: u16, body: &[u8]) -> bool {
    (status == 200 || body.starts_with(b"{")) && !complete(body)
}

/// The stable `code` of a problem document (RFC 9457).
fn code(body: &[u8]) -> &str {
    let code = member(body, "code").and_then(plain_string).unwrap_or_default();
    let stable = code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if stable { code } else { "" }
}

/// The `b64token` of RFC 6750 §2.1: anything else could break out of the header.
fn sendable(token: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !token.is_empty() && token.bytes().all(allowed)
}

/// What an `authorization` header has in front of the token.
pub(crate) const SCHEME: &str = "Bearer ";

fn bearer(token: &str) -> Secret<String> {
    // Sized at once: growing would leave a copy behind that nothing wipes.
    let mut header = String::with_capacity(SCHEME.len() + token.len());
    header.push_str(SCHEME);
    header.push_str(token);
    Secret::new(header)
}

/// Whether a `WWW-Authenticate` header says that the token is expired or otherwise no longer good (RFC 6750 §3.1).
pub(crate) fn token_is_rejected(challenge: &str) -> bool {
    let contains = |text: &str| {
        challenge.as_bytes().windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    };
    (contains("bearer") || contains("dpop"))
        && (contains("error=\"invalid_token\"") || contains("error=invalid_token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, text: &str) -> Reply {
        let mut body = text.as_bytes().to_vec();
        let reply = Reply::read(Http::Answer { status, retry_after: None, body: &mut body }, true);
        assert!(body.iter().all(|byte| *byte == 0), "the body is wiped");
        reply
    }

    #[test]
    fn a_token_is_read() {
        let reply = read(
            200,
            r#"{"access_token":"a.b-c_d~+/=","expires_in":600,"session":{"id":"s","subject":"é"}}"#,
        );
        assert_eq!(reply.answer, Answer::Token { expires_in: Duration::from_secs(600) });
        assert_eq!(reply.token.unwrap().expose(), "Bearer a.b-c_d~+/=");
        assert_eq!(reply.session.unwrap(), r#"{"id":"s","subject":"é"}"#);
    }

    #[test]
    fn a_token_that_could_break_out_of_the_header_is_refused() {
        for token in ["", "a b", "a\\nb", "a\\u000d", "é", "a,b", "a\\\"b"] {
            let reply = read(200, &format!(r#"{{"access_token":"{token}","expires_in":600}}"#));
            assert_eq!(reply.answer, Answer::Refused, "{token}");
            assert!(reply.token.is_none());
        }
    }

    #[test]
    fn answers_are_told_apart_by_status_and_code() {
        let code = |code: &str| format!(r#"{{"status":0,"code":"{code}"}}"#);
        assert_eq!(read(401, &code("session_ended")).answer, Answer::Ended);
        assert_eq!(read(401, &code("reauth_required")).answer, Answer::Refused);
        assert_eq!(read(401, "<html>").answer, Answer::Refused);
        assert_eq!(read(403, &code("session_ended")).answer, Answer::Refused);
        assert_eq!(read(409, &code("duplicate_attempt")).answer, Answer::Duplicate);
        assert_eq!(read(409, "").answer, Answer::Refused);
        assert_eq!(read(429, "").answer, Answer::Busy { retry_after: None });
        assert_eq!(read(502, &code("session_ended")).answer, Answer::Failed);
        assert_eq!(read(425, "").answer, Answer::Failed);
        assert_eq!(read(200, "{}").answer, Answer::Refused);
        assert_eq!(read(302, "").answer, Answer::Refused);
    }

    #[test]
    fn an_answer_that_broke_off_is_no_answer_wherever_it_did() {
        let token = r#"{"access_token":"a.b","expires_in":600,"session":{"id":"s","subject":"é"}}"#;
        for (status, whole) in
            [(200, token), (401, r#"{"code":"session_ended"}"#), (409, r#"{"code":"duplicate_attempt"}"#)]
        {
            for end in 0..whole.len() {
                let mut body = whole.as_bytes()[..end].to_vec();
                let http = Http::Answer { status, retry_after: None, body: &mut body };
                let reply = Reply::read(http, true);
                // Without a byte of it nobody can tell whose answer it was: only a 200 would promise something.
                let expected = if end == 0 && status != 200 { Answer::Refused } else { Answer::Failed };
                assert_eq!(reply.answer, expected, "{status}, {end} bytes");
                assert!(reply.token.is_none() && reply.session.is_none());
                assert!(body.iter().all(|byte| *byte == 0), "the body is wiped");
            }
        }
        for text in ["<!doctype html>", "null", "", "[]"] {
            assert_eq!(read(200, text).answer, Answer::Failed, "{text}");
        }
    }

    #[test]
    fn challenges() {
        assert!(token_is_rejected(r#"Bearer realm="x", error="invalid_token", error_description="expired""#));
        assert!(token_is_rejected(r#"Basic realm="x", bearer error=invalid_token"#));
        assert!(token_is_rejected(r#"DPoP error="invalid_token""#));
        for challenge in
            ["", "Bearer", r#"Bearer error="insufficient_scope""#, r#"Basic error="invalid_token""#]
        {
            assert!(!token_is_rejected(challenge), "{challenge}");
        }
    }
}
