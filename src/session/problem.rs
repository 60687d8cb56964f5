//! Problem documents (RFC 9457): every refusal of the endpoints, with a stable code.

use super::End;
use super::json;

/// The stable code of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the title and detail say it")]
pub enum Code {
    MethodNotAllowed,
    OriginRefused,
    FetchSiteRefused,
    ContentTypeRefused,
    AttemptMissing,
    RequestInvalid,
    ResourceUnknown,
    ScopeRefused,
    ReturnToRefused,
    StateInvalid,
    IssuerMismatch,
    NonceMismatch,
    IdTokenInvalid,
    LogoutTokenInvalid,
    ProviderRefused,
    SessionEnded,
    ReauthRequired,
    DuplicateAttempt,
    RateLimited,
    ProviderUnreachable,
    StoreUnavailable,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 21] = [
        Code::MethodNotAllowed,
        Code::OriginRefused,
        Code::FetchSiteRefused,
        Code::ContentTypeRefused,
        Code::AttemptMissing,
        Code::RequestInvalid,
        Code::ResourceUnknown,
        Code::ScopeRefused,
        Code::ReturnToRefused,
        Code::StateInvalid,
        Code::IssuerMismatch,
        Code::NonceMismatch,
        Code::IdTokenInvalid,
        Code::LogoutTokenInvalid,
        Code::ProviderRefused,
        Code::SessionEnded,
        Code::ReauthRequired,
        Code::DuplicateAttempt,
        Code::RateLimited,
        Code::ProviderUnreachable,
        Code::StoreUnavailable,
    ];

    /// The `code` member.
    pub const fn name(self) -> &'static str {
        match self {
            Code::MethodNotAllowed => "method_not_allowed",
            Code::OriginRefused => "origin_refused",
            Code::FetchSiteRefused => "fetch_site_refused",
            Code::ContentTypeRefused => "content_type_refused",
            Code::AttemptMissing => "attempt_missing",
            Code::RequestInvalid => "request_invalid",
            Code::ResourceUnknown => "resource_unknown",
            Code::ScopeRefused => "scope_refused",
            Code::ReturnToRefused => "return_to_refused",
            Code::StateInvalid => "state_invalid",
            Code::IssuerMismatch => "issuer_mismatch",
            Code::NonceMismatch => "nonce_mismatch",
            Code::IdTokenInvalid => "id_token_invalid",
            Code::LogoutTokenInvalid => "logout_token_invalid",
            Code::ProviderRefused => "provider_refused",
            Code::SessionEnded => "session_ended",
            Code::ReauthRequired => "reauth_required",
            Code::DuplicateAttempt => "duplicate_attempt",
            Code::RateLimited => "rate_limited",
            Code::ProviderUnreachable => "provider_unreachable",
            Code::StoreUnavailable => "store_unavailable",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Code::MethodNotAllowed => 405,
            Code::OriginRefused | Code::FetchSiteRefused => 403,
            Code::ContentTypeRefused => 415,
            Code::AttemptMissing
            | Code::RequestInvalid
            | Code::ResourceUnknown
            | Code::ScopeRefused
            | Code::ReturnToRefused
            | Code::StateInvalid
            | Code::IssuerMismatch
            | Code::NonceMismatch
            | Code::IdTokenInvalid
            | Code::LogoutTokenInvalid
            | Code::ProviderRefused => 400,
            Code::SessionEnded | Code::ReauthRequired => 401,
            Code::DuplicateAttempt => 409,
            Code::RateLimited => 429,
            Code::ProviderUnreachable => 502,
            Code::StoreUnavailable => 503,
        }
    }

    /// The `title` member: the same for every occurrence.
    pub const fn title(self) -> &'static str {
        match self {
            Code::MethodNotAllowed => "Method not allowed",
            Code::OriginRefused => "Origin refused",
            Code::FetchSiteRefused => "Cross-site request refused",
            Code::ContentTypeRefused => "Content type refused",
            Code::AttemptMissing => "Attempt id missing",
            Code::RequestInvalid => "Request invalid",
            Code::ResourceUnknown => "Resource unknown",
            Code::ScopeRefused => "Scope refused",
            Code::ReturnToRefused => "Return address refused",
            Code::StateInvalid => "Login state invalid",
            Code::IssuerMismatch => "Issuer mismatch",
            Code::NonceMismatch => "Nonce mismatch",
            Code::IdTokenInvalid => "ID token invalid",
            Code::LogoutTokenInvalid => "Logout token invalid",
            Code::ProviderRefused => "Provider refused",
            Code::SessionEnded => "Session ended",
            Code::ReauthRequired => "Login required again",
            Code::DuplicateAttempt => "Late or repeated request",
            Code::RateLimited => "Too many requests",
            Code::ProviderUnreachable => "Provider unreachable",
            Code::StoreUnavailable => "Session store unavailable",
        }
    }

    /// The `detail` member. Fixed texts: nothing of the request is ever repeated.
    pub const fn detail(self) -> &'static str {
        match self {
            Code::MethodNotAllowed => "This route takes another method.",
            Code::OriginRefused => "The Origin header is missing or names an origin that is not listed.",
            Code::FetchSiteRefused => "The Sec-Fetch-Site header says that the request is not same-origin.",
            Code::ContentTypeRefused => "The request's content type must be application/json.",
            Code::AttemptMissing => "The strongroom-attempt header must hold 16 bytes as base64url.",
            Code::RequestInvalid => "The request's body or parameters are not what this route takes.",
            Code::ResourceUnknown => "No configured resource has this audience.",
            Code::ScopeRefused => "The scope goes beyond what is configured for the resource.",
            Code::ReturnToRefused => "return_to must lead to a listed origin.",
            Code::StateInvalid => "The login was not started in this browser, or too long ago.",
            Code::IssuerMismatch => "The answer came from another issuer than was asked.",
            Code::NonceMismatch => "The ID token belongs to another login.",
            Code::IdTokenInvalid => "The ID token did not verify.",
            Code::LogoutTokenInvalid => "The logout token did not verify, or was used before.",
            Code::ProviderRefused => "The provider refused the login.",
            Code::SessionEnded => "There is no live session. Log in.",
            Code::ReauthRequired => "The provider asks for a new login.",
            Code::DuplicateAttempt => {
                "The request came late and changed nothing. Try anew with a new attempt id."
            }
            Code::RateLimited => "Wait as long as Retry-After says.",
            Code::ProviderUnreachable => "The provider did not answer. The session goes on; try again.",
            Code::StoreUnavailable => "The session store did not answer. The session goes on; try again.",
        }
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Code::ALL.into_iter().find(|code| code.name() == name)
    }
}

/// A refusal, ready to be sent as `application/problem+json`.
///
/// ```
/// use strongroom::session::{End, Problem};
/// let json = Problem::ended(End::Expired).to_json();
/// assert!(json.starts_with(r#"{"type":"urn:strongroom:problem:session_ended","title":"Session ended","status":401,"#));
/// assert!(json.ends_with(r#""code":"session_ended","detail":"There is no live session. Log in.","reason":"expired"}"#));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// Why there is no session, with [`Code::SessionEnded`].
    pub reason: Option<End>,
}

impl Problem {
    /// A `session_ended` with its reason.
    pub const fn ended(end: End) -> Self {
        Problem { code: Code::SessionEnded, reason: Some(end) }
    }

    /// The document.
    pub fn to_json(&self) -> String {
        let mut object = json::Object::new();
        object.string("type", &format!("urn:strongroom:problem:{}", self.code.name()));
        object.string("title", self.code.title());
        object.number("status", self.code.status().into());
        object.string("code", self.code.name());
        object.string("detail", self.code.detail());
        if let Some(reason) = self.reason {
            object.string("reason", reason.name());
        }
        object.finish()
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Problem { code, reason: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_found_again() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.name()), Some(code));
        }
        assert_eq!(Code::parse("nonsense"), None);
    }
}
