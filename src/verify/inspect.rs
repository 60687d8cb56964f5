//! Tells everything that is wrong with a token, for people. Nothing here makes a token usable.

use super::claims;
use super::error::{Malformed, TokenError};
use super::key_set::KeySet;
use super::verifier::{Verifier, header_problems};
use crate::jose::jws::{Compact, MAX_TOKEN_SIZE};
use crate::time::Timestamp;

/// What was found.
#[derive(Debug)]
pub struct Inspection {
    /// The header's JSON text, if the token can be taken apart.
    pub header: Option<String>,
    /// The payload's JSON text, if it is strict JSON.
    pub payload: Option<String>,
    /// Whether `exp` has passed, if there is a usable one.
    pub expired: Option<bool>,
    /// Everything that is wrong.
    pub problems: Vec<TokenError>,
}

/// Takes a token of at most `max_size` bytes apart: the JSON texts of its header and payload. No trust implied.
///
/// # Errors
/// What is wrong with its form.
pub fn decode(token: &str, max_size: usize) -> Result<(String, String), TokenError> {
    let compact = Compact::parse(token, max_size)?;
    compact.claims().map_err(|error| TokenError::Malformed(Malformed::Payload(error)))?;
    Ok((compact.header_text().to_owned(), String::from_utf8_lossy(compact.payload()).into_owned()))
}

/// Looks at a token, under a verifier's policy and with its keys if there is one.
pub fn inspect(now: Timestamp, token: &str, verifier: Option<(&Verifier, &KeySet)>) -> Inspection {
    let mut found = Inspection { header: None, payload: None, expired: None, problems: Vec::new() };
    let max_size = verifier.map_or(MAX_TOKEN_SIZE, |(verifier, _)| verifier.policy().max_token_size);
    let compact = match Compact::parse(token, max_size) {
        Ok(compact) => compact,
        Err(error) => {
            found.problems.push(error.into());
            return found;
        }
    };
    found.header = Some(compact.header_text().to_owned());
    if let Some((verifier, keys)) = verifier {
        found.problems.extend(header_problems(verifier.policy(), compact.header()));
        found.problems.extend(keys.signature_problem(verifier, now, token));
    }
    match compact.claims() {
        Ok(object) => {
            found.expired = claims::is_expired(now, &object);
            found.payload = Some(String::from_utf8_lossy(compact.payload()).into_owned());
            if let Some((verifier, _)) = verifier {
                found.problems.extend(claims::problems(verifier.policy(), now, &object));
            }
        }
        Err(error) => found.problems.push(TokenError::Malformed(Malformed::Payload(error))),
    }
    found
}
