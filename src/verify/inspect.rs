//! Tells everything that is wrong with a token, for people. Nothing here makes a token usable.

use super::claims;
use super::error::{Malformed, TokenError};
use super::key_set::KeySet;
use super::policy::Policy;
use super::verifier::{self, Verifier, header_problems};
use crate::jose::header::{self, Header, HeaderError};
use crate::jose::json;
use crate::jose::jws::{Compact, CompactError, MAX_TOKEN_SIZE, Segments, Spelling};
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
pub fn decode(token: &str, max_size: usize, spelling: Spelling) -> Result<(String, String), TokenError> {
    let compact = Compact::parse_spelled(token, max_size, spelling)?;
    compact.claims().map_err(|error| TokenError::Malformed(Malformed::Payload(error)))?;
    Ok((compact.header().json().to_owned(), compact.payload_text().to_owned()))
}

/// Looks at a token, under a verifier's policy and with its keys if there is one. One problem does not hide another: each segment
/// is looked at by itself, and the signature wherever there is a header that names an allowed algorithm.
pub fn inspect(now: Timestamp, token: &str, verifier: Option<(&Verifier, &KeySet)>) -> Inspection {
    inspect_judged(now, token, verifier, false)
}

/// The same with what somebody else has judged of a signature, see [`KeySet::question`].
pub fn inspect_judged(
    now: Timestamp,
    token: &str,
    verifier: Option<(&Verifier, &KeySet)>,
    judgement: bool,
) -> Inspection {
    let mut found = Inspection { header: None, payload: None, expired: None, problems: Vec::new() };
    let policy = verifier.map(|(verifier, _)| verifier.policy());
    let max_size = policy.map_or(MAX_TOKEN_SIZE, |policy| policy.max_token_size);
    let spelling = policy.map_or(Spelling::Unpadded, Policy::spelling);
    let segments = match Segments::split(token, max_size, spelling) {
        Ok(segments) => segments,
        Err(error) => {
            found.problems.push(error.into());
            return found;
        }
    };
    found.look_at_header(segments.header(), policy);
    match (Compact::parse_spelled(token, max_size, spelling), verifier) {
        (Ok(compact), Some((verifier, keys))) => {
            let algorithm = verifier::algorithm(verifier.policy(), compact.header()).ok();
            let problem =
                algorithm.and_then(|algorithm| keys.signature_problem(now, algorithm, &compact, judgement));
            found.problems.extend(problem);
        }
        _ => found.problems.extend(segments.signature().err().map(TokenError::from)),
    }
    found.look_at_payload(now, segments.payload(), policy);
    // The same spelling mistake in two segments is one problem, and so is a claim that two checks miss.
    let mut told = Vec::new();
    found.problems.retain(|problem| !told.contains(problem) && (told.push(problem.clone()), true).1);
    found
}

impl Inspection {
    fn look_at_header(&mut self, header: Result<Vec<u8>, CompactError>, policy: Option<&Policy>) {
        let bytes = match header {
            Ok(bytes) if bytes.len() <= header::MAX_SIZE => bytes,
            Ok(_) => return self.problems.push(CompactError::Header(HeaderError::TooLarge).into()),
            Err(error) => return self.problems.push(error.into()),
        };
        match json::parse_object(&bytes) {
            Ok(object) => {
                for problem in Header::problems(&object) {
                    self.problems.push(CompactError::Header(problem).into());
                }
                self.header = Some(String::from_utf8(bytes.clone()).unwrap_or_default());
            }
            Err(error) => self.problems.push(CompactError::Header(HeaderError::Json(error)).into()),
        }
        if let (Ok(header), Some(policy)) = (Header::parse(&bytes), policy) {
            self.problems.append(&mut header_problems(policy, &header));
        }
    }

    fn look_at_payload(
        &mut self,
        now: Timestamp,
        payload: Result<Vec<u8>, CompactError>,
        policy: Option<&Policy>,
    ) {
        let bytes = match payload {
            Ok(bytes) => bytes,
            Err(error) => return self.problems.push(error.into()),
        };
        match json::parse_object(&bytes) {
            Ok(object) => {
                self.expired = claims::is_expired(now, &object);
                if let Some(policy) = policy {
                    self.problems.append(&mut claims::problems(policy, now, &object));
                }
                self.payload = Some(String::from_utf8(bytes).unwrap_or_default());
            }
            Err(error) => self.problems.push(TokenError::Malformed(Malformed::Payload(error))),
        }
    }
}
