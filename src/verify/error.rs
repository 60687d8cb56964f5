//! Why a token is refused. No message holds a token, a key, or a value out of a token.

use crate::jose::header::HeaderError;
use crate::jose::json::{JsonError, concat, join};
use crate::jose::jwk::KeyProblem;
use crate::jose::jws::CompactError;
use core::fmt;
use std::borrow::Cow;

/// A refusal. `code`, `status` and `www_authenticate` say how to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Not a compact JWS of three canonical base64url segments with a strict JSON claims set.
    Malformed(Malformed),
    /// Larger than the policy allows.
    TooLarge,
    /// The header is not strict JSON, or a parameter has the wrong type.
    HeaderInvalid(HeaderError),
    /// The header demands an extension: `crit` or `b64`.
    CriticalUnsupported,
    /// The header's `alg` is not allowed by the policy, or not by the key.
    AlgorithmNotAllowed,
    /// No key of the issuer has that id.
    KeyNotFound(KeyLookup),
    /// The key exists and cannot be used.
    KeyUnusable(KeyFault),
    /// The signature is not the key's.
    SignatureInvalid,
    /// `iss` is another.
    IssuerMismatch,
    /// `aud` names none of the accepted audiences.
    AudienceMismatch,
    /// `typ` is another.
    TypeMismatch,
    /// `exp` has passed.
    Expired,
    /// `nbf` is yet to come.
    NotActive,
    /// `iat` is yet to come.
    IssuedInFuture,
    /// `iat` is longer ago than the policy allows.
    TooOld,
    /// A required claim is missing; its name.
    ClaimMissing(String),
    /// A claim has the wrong type or is out of range.
    ClaimInvalid {
        /// Its name.
        claim: &'static str,
        /// What it should have been.
        reason: &'static str,
    },
    /// The token is good and lacks a scope; those that are required.
    ScopeInsufficient(Vec<String>),
    /// No keys are held and none can be fetched now.
    KeysUnavailable,
    /// A synchronous call that would have to fetch keys first.
    AsyncRequired,
}

/// What is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not three segments.
    Segments,
    /// An encrypted token.
    Encrypted,
    /// A segment is not canonical unpadded base64url.
    Base64,
    /// The payload is not strict JSON, or not an object.
    Payload(JsonError),
}

/// Why no key was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLookup {
    /// No key has the token's `kid`, or none suits a token without one.
    Unknown,
    /// The token has no `kid` and several keys suit it.
    KidMissing,
    /// The policy lists accepted key ids, and this is not one.
    KidNotAllowed,
}

/// Why a key that was found cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// The key itself is at fault.
    Key(KeyProblem),
    /// Several suitable keys have the same id.
    Ambiguous,
}

impl TokenError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            TokenError::Malformed(_) => "token_malformed",
            TokenError::TooLarge => "token_too_large",
            TokenError::HeaderInvalid(_) => "header_invalid",
            TokenError::CriticalUnsupported => "critical_unsupported",
            TokenError::AlgorithmNotAllowed => "algorithm_not_allowed",
            TokenError::KeyNotFound(_) => "key_not_found",
            TokenError::KeyUnusable(_) => "key_unusable",
            TokenError::SignatureInvalid => "signature_invalid",
            TokenError::IssuerMismatch => "issuer_mismatch",
            TokenError::AudienceMismatch => "audience_mismatch",
            TokenError::TypeMismatch => "type_mismatch",
            TokenError::Expired => "token_expired",
            TokenError::NotActive => "token_not_active",
            TokenError::IssuedInFuture => "issued_in_future",
            TokenError::TooOld => "token_too_old",
            TokenError::ClaimMissing(_) => "claim_missing",
            TokenError::ClaimInvalid { .. } => "claim_invalid",
            TokenError::ScopeInsufficient(_) => "scope_insufficient",
            TokenError::KeysUnavailable => "keys_unavailable",
            TokenError::AsyncRequired => "async_required",
        }
    }

    /// The HTTP status that answers it.
    pub const fn status(&self) -> u16 {
        match self {
            TokenError::ScopeInsufficient(_) => 403,
            TokenError::KeysUnavailable => 503,
            TokenError::AsyncRequired => 500,
            _ => 401,
        }
    }

    /// The name of the claim at fault.
    pub fn claim(&self) -> Option<&str> {
        match self {
            TokenError::ClaimMissing(claim) => Some(claim),
            TokenError::ClaimInvalid { claim, .. } => Some(claim),
            TokenError::IssuerMismatch => Some("iss"),
            TokenError::AudienceMismatch => Some("aud"),
            TokenError::Expired => Some("exp"),
            TokenError::NotActive => Some("nbf"),
            TokenError::IssuedInFuture | TokenError::TooOld => Some("iat"),
            TokenError::ScopeInsufficient(_) => Some("scope"),
            _ => None,
        }
    }

    /// What is wrong in more detail, as a stable word.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            TokenError::Malformed(malformed) => Some(malformed.reason()),
            TokenError::HeaderInvalid(error) => Some(header_reason(*error)),
            TokenError::KeyNotFound(lookup) => Some(lookup.reason()),
            TokenError::KeyUnusable(KeyFault::Key(problem)) => Some(problem.reason()),
            TokenError::KeyUnusable(KeyFault::Ambiguous) => Some("ambiguous_key"),
            TokenError::ClaimInvalid { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// What is wrong, in words: as `Display` writes it.
    pub fn message(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            TokenError::Malformed(Malformed::Segments) => "the token is not three segments separated by dots",
            TokenError::Malformed(Malformed::Encrypted) => "the token is encrypted; a signed one is expected",
            TokenError::Malformed(Malformed::Base64) => "a segment is not canonical unpadded base64url",
            TokenError::Malformed(Malformed::Payload(_)) => "the payload is not one strict JSON object",
            TokenError::TooLarge => "the token is larger than allowed",
            TokenError::HeaderInvalid(_) => {
                "the header is not one strict JSON object with well-typed parameters"
            }
            TokenError::CriticalUnsupported => "the header demands an extension that is not supported",
            TokenError::AlgorithmNotAllowed => "the algorithm is not allowed for this verifier and key",
            TokenError::KeyNotFound(KeyLookup::Unknown) => "the issuer has no such key",
            TokenError::KeyNotFound(KeyLookup::KidMissing) => {
                "the header has no kid and several keys would suit"
            }
            TokenError::KeyNotFound(KeyLookup::KidNotAllowed) => "the kid is not one of those accepted",
            TokenError::KeyUnusable(_) => "the key that the token names is not acceptable",
            TokenError::SignatureInvalid => "the signature is not valid",
            TokenError::IssuerMismatch => "the issuer is not the expected one",
            TokenError::AudienceMismatch => "the token is meant for another audience",
            TokenError::TypeMismatch => "the type is not the expected one",
            TokenError::Expired => "the token has expired",
            TokenError::NotActive => "the token is not active yet",
            TokenError::IssuedInFuture => "the token says it was issued in the future",
            TokenError::TooOld => "the token was issued too long ago",
            TokenError::ClaimMissing(claim) => return concat(&["the claim ", claim, " is missing"]).into(),
            TokenError::ClaimInvalid { claim, reason } => {
                return concat(&["the claim ", claim, " is not valid: ", reason]).into();
            }
            TokenError::ScopeInsufficient(_) => "the token lacks a required scope",
            TokenError::KeysUnavailable => "the issuer's keys cannot be had at the moment",
            TokenError::AsyncRequired => {
                "keys have to be fetched first: await verify, or await ready before verifySync"
            }
        })
    }

    /// The `WWW-Authenticate` challenge (RFC 6750 §3), if the status has one.
    ///
    /// ```
    /// use strongroom::verify::TokenError;
    /// assert_eq!(
    ///     TokenError::Expired.www_authenticate().unwrap(),
    ///     r#"Bearer error="invalid_token", error_description="the token has expired""#,
    /// );
    /// ```
    pub fn www_authenticate(&self) -> Option<String> {
        match self {
            TokenError::ScopeInsufficient(scopes) => {
                Some(concat(&[r#"Bearer error="insufficient_scope", scope=""#, &join(scopes, " "), "\""]))
            }
            TokenError::ClaimMissing(_) => Some(invalid_token("a required claim is missing")),
            _ if self.status() == 401 => Some(invalid_token(&self.message())),
            _ => None,
        }
    }
}

/// The description must stay within RFC 6750's characters: it is always one of this crate's own fixed texts.
fn invalid_token(description: &str) -> String {
    concat(&[r#"Bearer error="invalid_token", error_description=""#, description, "\""])
}

impl Malformed {
    const fn reason(self) -> &'static str {
        match self {
            Malformed::Segments => "segments",
            Malformed::Encrypted => "encrypted",
            Malformed::Base64 => "base64url",
            Malformed::Payload(error) => json_reason(error),
        }
    }
}

impl KeyLookup {
    const fn reason(self) -> &'static str {
        match self {
            KeyLookup::Unknown => "kid_unknown",
            KeyLookup::KidMissing => "kid_missing",
            KeyLookup::KidNotAllowed => "kid_not_allowed",
        }
    }
}

const fn header_reason(error: HeaderError) -> &'static str {
    match error {
        HeaderError::TooLarge => "header_too_large",
        HeaderError::Json(error) => json_reason(error),
        HeaderError::Parameter(name) => name,
        HeaderError::Critical => "crit",
    }
}

const fn json_reason(error: JsonError) -> &'static str {
    match error {
        JsonError::Encoding => "json_encoding",
        JsonError::Syntax => "json_syntax",
        JsonError::Duplicate => "json_duplicate_member",
        JsonError::TooDeep => "json_too_deep",
        JsonError::Number => "json_number",
        JsonError::NotAnObject => "json_not_an_object",
    }
}

impl From<CompactError> for TokenError {
    fn from(error: CompactError) -> Self {
        match error {
            CompactError::TooLarge => TokenError::TooLarge,
            CompactError::Segments => TokenError::Malformed(Malformed::Segments),
            CompactError::Encrypted => TokenError::Malformed(Malformed::Encrypted),
            CompactError::Base64(_) => TokenError::Malformed(Malformed::Base64),
            CompactError::Header(HeaderError::Critical) => TokenError::CriticalUnsupported,
            CompactError::Header(error) => TokenError::HeaderInvalid(error),
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for TokenError {}
