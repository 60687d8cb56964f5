//! The claims set and what is checked of it (RFC 7519 §4.1).

use super::error::TokenError;
use super::policy::{Policy, Quirk};
use crate::jose::json::{self, JsonError, Object, Value};
use crate::time::Timestamp;
use core::fmt;
use std::sync::OnceLock;

/// The claims of a token.
pub struct Claims {
    /// Those that checks look at.
    checked: Object,
    text: String,
    /// All of them, once one is asked for that no check looks at.
    all: OnceLock<Object>,
}

impl Claims {
    pub(super) fn new(checked: Object, text: String) -> Claims {
        Claims { checked, text, all: OnceLock::new() }
    }

    /// The claim of that name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        let all = || json::parse_object(self.text.as_bytes()).unwrap_or_default();
        self.checked.member(name).or_else(|| self.all.get_or_init(all).member(name))
    }

    /// `sub`
    pub fn subject(&self) -> Option<&str> {
        self.checked.string("sub")
    }

    /// `exp`
    pub fn expires_at(&self) -> Option<Timestamp> {
        date(&self.checked, "exp")
            .ok()
            .flatten()
            .map(|seconds| Timestamp::from_millis((seconds * 1000.0) as u64))
    }

    /// The very JSON text that was checked.
    pub fn json(&self) -> &str {
        &self.text
    }

    pub(super) fn into_json(self) -> String {
        self.text
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(…)")
    }
}

/// The claims that checks look at, under any policy; others only if it requires them.
const LOOKED_AT: [&str; 10] = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "client_id", "scope", "scp"];

/// Parses a claims set strictly, and keeps what is [looked at](LOOKED_AT).
pub(super) fn parse(policy: &Policy, text: &str) -> Result<Object, JsonError> {
    let is_required = |name: &str| policy.required_claims.iter().any(|required| required == name);
    json::parse_members(text, &|name| LOOKED_AT.contains(&name) || is_required(name))
}

/// Everything that the policy finds wrong, in a fixed order; scope last, since only a token that is good otherwise is answered
/// with 403.
pub(super) fn problems(policy: &Policy, now: Timestamp, claims: &Object) -> Vec<TokenError> {
    let mut found = Vec::new();
    // A loop for each: an iterator over all of them is three times the code.
    for check in CHECKS {
        tell(&mut found, check(policy, now, claims));
    }
    for claim in WELL_KNOWN {
        tell(&mut found, well_known_type(claim, claims));
    }
    for name in &policy.required_claims {
        tell(&mut found, required_claim(name, claims));
    }
    tell(&mut found, scopes(policy, claims));
    found
}

/// Adds what a check has found. Something may be found by two of them.
pub(super) fn tell(found: &mut Vec<TokenError>, verdict: Result<(), TokenError>) {
    if let Err(problem) = verdict {
        found.push(problem);
    }
}

/// Whether `exp` has passed, by the policy's clock.
pub(super) fn is_expired(now: Timestamp, claims: &Object) -> Option<bool> {
    date(claims, "exp").ok().flatten().map(|exp| seconds(now) >= exp)
}

type Check = fn(&Policy, Timestamp, &Object) -> Result<(), TokenError>;

const CHECKS: [Check; 6] = [issuer, audience, expiry, not_before, issued_at, max_age];

fn issuer(policy: &Policy, _: Timestamp, claims: &Object) -> Result<(), TokenError> {
    if required_text(claims, "iss")? == policy.issuer { Ok(()) } else { Err(TokenError::IssuerMismatch) }
}

fn audience(policy: &Policy, _: Timestamp, claims: &Object) -> Result<(), TokenError> {
    let invalid = TokenError::ClaimInvalid { claim: "aud", reason: "not a string or a list of strings" };
    let named = match claims.member("aud") {
        None if policy.waives(Quirk::AudienceInClientId) => claims.member("client_id"),
        named => named,
    };
    let audiences = match named.ok_or_else(|| TokenError::ClaimMissing("aud".to_owned()))? {
        Value::String(audience) => vec![audience.as_str()],
        list => list.as_strings().filter(|audiences| !audiences.is_empty()).ok_or(invalid)?,
    };
    let accepted = |audience: &&str| policy.audiences.iter().any(|accepted| accepted == audience);
    if audiences.iter().any(accepted) { Ok(()) } else { Err(TokenError::AudienceMismatch) }
}

fn expiry(policy: &Policy, now: Timestamp, claims: &Object) -> Result<(), TokenError> {
    let expiry = date(claims, "exp")?.ok_or_else(|| TokenError::ClaimMissing("exp".to_owned()))?;
    if seconds(now) >= expiry + policy.tolerance.as_secs_f64() { Err(TokenError::Expired) } else { Ok(()) }
}

fn not_before(policy: &Policy, now: Timestamp, claims: &Object) -> Result<(), TokenError> {
    match date(claims, "nbf")? {
        Some(from) if seconds(now) + policy.tolerance.as_secs_f64() < from => Err(TokenError::NotActive),
        _ => Ok(()),
    }
}

fn issued_at(policy: &Policy, now: Timestamp, claims: &Object) -> Result<(), TokenError> {
    match date(claims, "iat")? {
        Some(issued) if seconds(now) + policy.tolerance.as_secs_f64() < issued => {
            Err(TokenError::IssuedInFuture)
        }
        _ => Ok(()),
    }
}

fn max_age(policy: &Policy, now: Timestamp, claims: &Object) -> Result<(), TokenError> {
    let Some(max_age) = policy.max_age else { return Ok(()) };
    let issued = date(claims, "iat")?.ok_or_else(|| TokenError::ClaimMissing("iat".to_owned()))?;
    let age = seconds(now) - issued;
    if age > (max_age + policy.tolerance).as_secs_f64() { Err(TokenError::TooOld) } else { Ok(()) }
}

/// RFC 7519 §4.1, RFC 9068 §2.2: these are strings where they exist.
const WELL_KNOWN: [&str; 3] = ["sub", "jti", "client_id"];

fn well_known_type(claim: &'static str, claims: &Object) -> Result<(), TokenError> {
    match claims.member(claim) {
        Some(value) if value.as_str().is_none() => {
            Err(TokenError::ClaimInvalid { claim, reason: NOT_A_STRING })
        }
        _ => Ok(()),
    }
}

fn required_claim(name: &str, claims: &Object) -> Result<(), TokenError> {
    if matches!(claims.member(name), None | Some(Value::Null)) {
        return Err(TokenError::ClaimMissing(name.to_owned()));
    }
    Ok(())
}

/// `scope` is a string of tokens (RFC 8693 §4.2); some issuers write `scp`, as a string or a list.
fn scopes(policy: &Policy, claims: &Object) -> Result<(), TokenError> {
    if policy.required_scopes.is_empty() {
        return Ok(());
    }
    let granted: Vec<&str> = match (claims.member("scope"), claims.member("scp")) {
        (Some(Value::String(scopes)), _) | (None, Some(Value::String(scopes))) => scopes.split(' ').collect(),
        (Some(_), _) => return Err(TokenError::ClaimInvalid { claim: "scope", reason: NOT_A_STRING }),
        (None, Some(list)) => {
            let reason = "not a string or a list of strings";
            list.as_strings().ok_or(TokenError::ClaimInvalid { claim: "scp", reason })?
        }
        (None, None) => Vec::new(),
    };
    if policy.required_scopes.iter().all(|scope| granted.contains(&scope.as_str())) {
        Ok(())
    } else {
        Err(TokenError::ScopeInsufficient(policy.required_scopes.clone()))
    }
}

const NOT_A_STRING: &str = "not a string";

fn required_text<'a>(claims: &'a Object, claim: &'static str) -> Result<&'a str, TokenError> {
    let value = claims.member(claim).ok_or_else(|| TokenError::ClaimMissing(claim.to_owned()))?;
    value.as_str().ok_or(TokenError::ClaimInvalid { claim, reason: NOT_A_STRING })
}

/// The last second of the year 9999. A later date is a mistake of unit or an attack.
const MAX_DATE: f64 = 253_402_300_799.0;

/// A NumericDate (RFC 7519 §2) in seconds.
pub(super) fn date(claims: &Object, claim: &'static str) -> Result<Option<f64>, TokenError> {
    match claims.member(claim) {
        None => Ok(None),
        Some(Value::Number(seconds)) if (0.0..=MAX_DATE).contains(seconds) => Ok(Some(*seconds)),
        Some(Value::Number(_)) => {
            Err(TokenError::ClaimInvalid { claim, reason: "not in the range of dates in seconds" })
        }
        Some(_) => Err(TokenError::ClaimInvalid { claim, reason: "not a number of seconds" }),
    }
}

fn seconds(time: Timestamp) -> f64 {
    time.as_millis() as f64 / 1000.0
}
