//! The request guard: what must be true of a request before its cookie is looked at. Cross-site request forgery ends
//! here; docs/endpoints.md tells why no double-submit token is needed.

use super::record::Attempt;
use super::{Code, Problem};

/// What the guard looks at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The method, in upper case as HTTP has it.
    pub method: &'a [u8],
    /// The `Origin` header.
    pub origin: Option<&'a [u8]>,
    /// The `Sec-Fetch-Site` header.
    pub fetch_site: Option<&'a [u8]>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a [u8]>,
    /// The `strongroom-attempt` header.
    pub attempt: Option<&'a [u8]>,
}

/// Lets a state-changing request pass, and gives its attempt id. Any byte strings are allowed.
///
/// `origins` are compared exactly, as bytes. The checks are made in this order: method, origin, Fetch Metadata, content
/// type, attempt.
///
/// # Errors
/// `method_not_allowed`, `origin_refused`, `fetch_site_refused`, `content_type_refused`, `attempt_missing`.
///
/// ```
/// use strongroom::session::{Code, Request, guard};
/// let request = Request {
///     method: b"POST",
///     origin: Some(b"https://app.example.com"),
///     fetch_site: Some(b"same-origin"),
///     content_type: Some(b"application/json"),
///     attempt: Some(b"AAAAAAAAAAAAAAAAAAAAAA"),
/// };
/// assert!(guard(&request, ["https://app.example.com"]).is_ok());
/// let refused = guard(&request, ["https://app.example.com.evil.com"]).unwrap_err();
/// assert_eq!(refused.code, Code::OriginRefused);
/// ```
pub fn guard<S: AsRef<str>>(
    request: &Request<'_>,
    origins: impl IntoIterator<Item = S>,
) -> Result<Attempt, Problem> {
    if request.method != b"POST" {
        return Err(Code::MethodNotAllowed.into());
    }
    // Browsers send Origin with every POST. `null` is the origin of a sandbox: it can never be listed.
    let sent = request.origin.filter(|origin| *origin != b"null").ok_or(Code::OriginRefused)?;
    if !origins.into_iter().any(|origin| origin.as_ref().as_bytes() == sent) {
        return Err(Code::OriginRefused.into());
    }
    // A browser without Fetch Metadata leaves the header away; no page script can.
    if request.fetch_site.is_some_and(|site| site != b"same-origin") {
        return Err(Code::FetchSiteRefused.into());
    }
    if !request.content_type.is_some_and(is_json) {
        return Err(Code::ContentTypeRefused.into());
    }
    request.attempt.and_then(Attempt::parse).ok_or(Code::AttemptMissing.into())
}

/// `application/json`, with parameters or without: neither is a type that an HTML form can send.
fn is_json(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Request<'static> = Request {
        method: b"POST",
        origin: Some(b"https://app.example.com"),
        fetch_site: Some(b"same-origin"),
        content_type: Some(b"application/json; charset=utf-8"),
        attempt: Some(b"AAAAAAAAAAAAAAAAAAAAAA"),
    };

    fn refused(request: Request<'_>) -> Option<Code> {
        guard(&request, ["https://app.example.com"]).err().map(|problem| problem.code)
    }

    #[test]
    fn a_good_request_passes() {
        assert_eq!(refused(GOOD), None);
        assert_eq!(refused(Request { fetch_site: None, ..GOOD }), None);
        assert_eq!(refused(Request { content_type: Some(b"Application/JSON"), ..GOOD }), None);
    }

    #[test]
    fn each_check_refuses_with_its_own_code() {
        for method in [b"GET".as_slice(), b"post", b"", b"PUT"] {
            assert_eq!(refused(Request { method, ..GOOD }), Some(Code::MethodNotAllowed));
        }
        for origin in [
            None,
            Some(b"null".as_slice()),
            Some(b""),
            Some(b"https://app.example.com/"),
            Some(b"https://app.example.com:443"),
            Some(b"http://app.example.com"),
            Some(b"HTTPS://APP.EXAMPLE.COM"),
            Some(b"https://app.example.com, https://app.example.com"),
        ] {
            assert_eq!(refused(Request { origin, ..GOOD }), Some(Code::OriginRefused));
        }
        for site in [b"same-site".as_slice(), b"cross-site", b"none", b"", b"same-origin, cross-site"] {
            assert_eq!(refused(Request { fetch_site: Some(site), ..GOOD }), Some(Code::FetchSiteRefused));
        }
        for kind in [None, Some(b"text/plain".as_slice()), Some(b"text/plain; application/json"), Some(b"")] {
            assert_eq!(refused(Request { content_type: kind, ..GOOD }), Some(Code::ContentTypeRefused));
        }
        for attempt in [None, Some(b"".as_slice()), Some(b"AAAA"), Some(b"AAAAAAAAAAAAAAAAAAAAA\xff")] {
            assert_eq!(refused(Request { attempt, ..GOOD }), Some(Code::AttemptMissing));
        }
    }

    #[test]
    fn a_listed_null_is_still_refused() {
        let request = Request { origin: Some(b"null"), ..GOOD };
        assert_eq!(guard(&request, ["null"]).unwrap_err().code, Code::OriginRefused);
    }
}
