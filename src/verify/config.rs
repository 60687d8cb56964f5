//! A policy and the given keys, as the bindings write them: one JSON object.

use super::key_set::KeySet;
use super::keys::{Keys, MAX_KEYS};
use super::policy::{Policy, PolicyError, Quirk};
use crate::jose::Algorithm;
use crate::jose::base64url;
use crate::jose::json::{self, Object, Value};
use crate::jose::jwk::KeyProblem;
use crate::secret::Secret;
use core::time::Duration;

/// What a verifier is made of.
#[derive(Debug)]
pub struct Config {
    /// What is demanded.
    pub policy: Policy,
    /// The issuer's keys.
    pub keys: KeySet,
}

impl Config {
    /// From JSON with the members of the TypeScript options, `audience` and the like always lists, `jwks` a JWKS document as
    /// text, and each of `secrets` an object of `kid`, `secret` in base64url, and `algorithm`. Without either the keys are to
    /// be fetched.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn from_json(text: &str) -> Result<Config, PolicyError> {
        let config =
            json::parse_object(text.as_bytes()).map_err(|_| PolicyError("the options are not plain data"))?;
        let max_keys = number(&config, "maxKeys")?.map_or(MAX_KEYS, |count| count as usize);
        Ok(Config { policy: policy(&config)?, keys: key_set(&config, max_keys)? })
    }
}

fn policy(config: &Object) -> Result<Policy, PolicyError> {
    let issuer = config.string("issuer").ok_or(PolicyError("issuer must be a non-empty string"))?;
    let audience =
        strings(config, "audience")?.ok_or(PolicyError("audience must be one or more non-empty strings"))?;
    let mut algorithms = Vec::new();
    for name in strings(config, "algorithms")?.unwrap_or_default() {
        let algorithm = Algorithm::from_name(name);
        algorithms.push(algorithm.ok_or(PolicyError("algorithms names one that is not supported"))?);
    }
    let mut policy = Policy::new(issuer, audience, &algorithms)?;
    if let Some(seconds) = number(config, "clockTolerance")? {
        policy = policy.clock_tolerance(duration(seconds))?;
    }
    if let Some(seconds) = number(config, "maxTokenAge")? {
        policy = policy.max_age(duration(seconds))?;
    }
    if let Some(typ) = config.member("type") {
        policy = policy.typ(typ.as_str().ok_or(PolicyError("type must be a non-empty string"))?)?;
    }
    if let Some(claims) = strings(config, "requiredClaims")? {
        policy = policy.required_claims(claims)?;
    }
    match config.member("profile").map(Value::as_str) {
        None => {}
        Some(Some("rfc9068")) => policy = policy.rfc9068(),
        Some(_) => return Err(PolicyError("profile must be \"rfc9068\"")),
    }
    if let Some(scopes) = strings(config, "requiredScopes")? {
        policy = policy.required_scopes(scopes)?;
    }
    if let Some(kids) = strings(config, "kids")? {
        policy = policy.kids(kids)?;
    }
    if let Some(bytes) = number(config, "maxTokenSize")? {
        policy = policy.max_token_size(bytes as usize)?;
    }
    let mut quirks = Vec::new();
    for name in strings(config, "quirks")?.unwrap_or_default() {
        quirks.push(Quirk::from_name(name).ok_or(PolicyError("quirks names one that is not known"))?);
    }
    policy = policy.quirks(&quirks);
    Ok(policy)
}

fn key_set(config: &Object, max_keys: usize) -> Result<KeySet, PolicyError> {
    if let Some(Value::Array(secrets)) = config.member("secrets") {
        return secret_keys(secrets).map(KeySet::fixed);
    }
    let Some(jwks) = config.member("jwks") else {
        return Ok(KeySet::remote(max_keys));
    };
    let document = jwks.as_str().unwrap_or_default();
    let keys = Keys::from_json(document.as_bytes(), max_keys)
        .map_err(|_| PolicyError("keys.jwks must be a JWKS: an object whose keys is a list of JWKs"))?;
    if keys.is_usable() {
        Ok(KeySet::fixed(keys))
    } else {
        Err(PolicyError("keys.jwks holds no usable public key"))
    }
}

fn secret_keys(secrets: &[Value]) -> Result<Keys, PolicyError> {
    const SHAPE: PolicyError = PolicyError("keys.secrets must be a list of { kid, secret }");
    let mut keys = Keys::default();
    for secret in secrets {
        let Value::Object(entry) = secret else { return Err(SHAPE) };
        let bytes =
            entry.string("secret").and_then(|text| base64url::decode(text.as_bytes())).ok_or(SHAPE)?;
        let only = match entry.string("algorithm").map(Algorithm::from_name) {
            Some(None) => return Err(PolicyError("keys.secrets names an algorithm that is not supported")),
            Some(only) => only,
            None => None,
        };
        let kid = entry.string("kid").map(str::to_owned);
        keys.add_secret(kid, Secret::new(bytes), only).map_err(|problem| match problem {
            KeyProblem::SecretLength => PolicyError("an HMAC secret must have at least 32 random bytes"),
            KeyProblem::PublicSecret => PolicyError("an HMAC secret must not be a public key"),
            _ => PolicyError("an HMAC secret must be at least as long as its algorithm's hash"),
        })?;
    }
    if keys.is_usable() { Ok(keys) } else { Err(SHAPE) }
}

fn strings<'a>(config: &'a Object, name: &str) -> Result<Option<Vec<&'a str>>, PolicyError> {
    match config.member(name).map(Value::as_strings) {
        None => Ok(None),
        Some(Some(strings)) => Ok(Some(strings)),
        Some(None) => Err(PolicyError("lists in the options must hold strings")),
    }
}

fn number(config: &Object, name: &str) -> Result<Option<f64>, PolicyError> {
    match config.member(name) {
        None => Ok(None),
        Some(Value::Number(number)) if *number >= 0.0 => Ok(Some(*number)),
        Some(_) => Err(PolicyError("numbers in the options must be finite and not negative")),
    }
}

/// To the millisecond.
fn duration(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 1000.0 + 0.5) as u64)
}
