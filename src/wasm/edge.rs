//! The `edge` artifact: one class, [`EdgeVerifier`], and two functions. They answer in JSON texts, whose shapes
//! `pkg/src/edge/core.ts` spells out. Times are milliseconds since the Unix epoch. Only a bad configuration throws.

#![allow(unreachable_pub, reason = "wasm_bindgen exports public functions only")]

use crate::jose::json::quote;
use crate::jose::jws::{MAX_TOKEN_SIZE, Spelling};
use crate::time::Timestamp;
use crate::verify::{
    self, Call, Claims, Config, Generation, Inspection, KeyCopy, KeySet, Step, Ticket, TokenError, Verified,
    Verifier,
};
use core::time::Duration;
use wasm_bindgen::prelude::*;

/// A verifier and its issuer's keys.
#[wasm_bindgen]
pub struct EdgeVerifier {
    verifier: Verifier,
    keys: KeySet,
}

#[wasm_bindgen]
impl EdgeVerifier {
    /// From the options as JSON; see [`Config::from_json`].
    ///
    /// # Errors
    /// The first option that is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<EdgeVerifier, JsError> {
        let Config { policy, keys } =
            Config::from_json(config).map_err(|error| JsError::new(&error.to_string()))?;
        Ok(EdgeVerifier { verifier: Verifier::new(policy), keys })
    }

    /// How many fetches have succeeded.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.keys.generation().0
    }

    /// Verifies a token, or says what is needed first. `seen` is the generation when this call began, and `since` the time.
    pub fn verify(&mut self, token: &str, now: f64, seen: u32, since: f64) -> String {
        step(self.keys.verify(&self.verifier, time(now), token, call(seen, since)), verdict)
    }

    /// Verifies with the keys that are held.
    #[wasm_bindgen(js_name = verifyHeld)]
    pub fn verify_held(&self, token: &str, now: f64) -> String {
        verdict(self.keys.verify_held(&self.verifier, time(now), token))
    }

    /// Makes sure that keys are held, or says what is needed first.
    pub fn prepare(&mut self, now: f64, since: f64) -> String {
        step(self.keys.prepare(time(now), call(self.generation(), since)), |result| match result {
            Ok(()) => r#"{"is":"ready"}"#.to_owned(),
            Err(error) => refused(&error),
        })
    }

    /// Everything that is wrong with a token.
    pub fn inspect(&self, token: &str, now: f64) -> String {
        inspection(&verify::inspect(time(now), token, Some((&self.verifier, &self.keys))), true)
    }

    /// The ticket of a background refresh that is due, or 0.
    #[wasm_bindgen(js_name = refreshDue)]
    pub fn refresh_due(&mut self, now: f64) -> u32 {
        self.keys.refresh_due(time(now)).map_or(0, |ticket| ticket.0)
    }

    /// Whether a copy from a shared cache may serve this ticket.
    #[wasm_bindgen(js_name = mayUseCopy)]
    pub fn may_use_copy(&self, ticket: u32) -> bool {
        self.keys.may_use_copy(Ticket(ticket))
    }

    /// A shared cache had this copy, `age` milliseconds old. False if the issuer has to be asked all the same.
    pub fn copied(
        &mut self,
        ticket: u32,
        body: &[u8],
        cache_control: Option<String>,
        age: f64,
        now: f64,
        jitter: f64,
    ) -> bool {
        self.keys.copied(time(now), Ticket(ticket), &copy(body, cache_control.as_deref(), age), jitter)
    }

    /// A fetch brought this document. True if its keys are held now.
    pub fn fetched(
        &mut self,
        ticket: u32,
        body: &[u8],
        cache_control: Option<String>,
        now: f64,
        jitter: f64,
    ) -> bool {
        self.keys.fetched(time(now), Ticket(ticket), body, cache_control.as_deref(), jitter)
    }

    /// A fetch failed.
    pub fn failed(&mut self, ticket: u32, now: f64, jitter: f64) {
        self.keys.failed(time(now), Ticket(ticket), jitter);
    }

    /// After a failure: a shared cache has this copy, `age` milliseconds old.
    #[wasm_bindgen(js_name = fallBack)]
    pub fn fall_back(&mut self, body: &[u8], cache_control: Option<String>, age: f64, now: f64, jitter: f64) {
        self.keys.fall_back(time(now), &copy(body, cache_control.as_deref(), age), jitter);
    }
}

fn call(seen: u32, since: f64) -> Call {
    Call { seen: Generation(seen), since: time(since) }
}

/// What is no age is too old.
fn copy<'a>(body: &'a [u8], cache_control: Option<&'a str>, age: f64) -> KeyCopy<'a> {
    let age = if age >= 0.0 { Duration::from_millis(age as u64) } else { Duration::MAX };
    KeyCopy { body, cache_control, age }
}

/// The addresses of an issuer's metadata, to be tried in this order.
#[wasm_bindgen(js_name = metadataUrls)]
pub fn metadata_urls(issuer: &str) -> Vec<String> {
    verify::metadata_urls(issuer)
}

/// The address of the keys in this issuer's metadata.
#[wasm_bindgen(js_name = jwksUri)]
pub fn jwks_uri(metadata: &[u8], issuer: &str) -> Option<String> {
    verify::jwks_uri(metadata, issuer)
}

/// Takes a token apart, whose segments are padded if so said. No trust implied.
#[wasm_bindgen]
pub fn decode(token: &str, max_size: Option<u32>, padded: Option<bool>) -> String {
    let spelling = if padded.unwrap_or(false) { Spelling::Padded } else { Spelling::Unpadded };
    match verify::decode(token, max_size.map_or(MAX_TOKEN_SIZE, |bytes| bytes as usize), spelling) {
        Ok((header, payload)) => format!(r#"{{"header":{header},"payload":{payload}}}"#),
        Err(error) => refused(&error),
    }
}

/// Everything that is wrong with a token, as far as can be said without a verifier.
#[wasm_bindgen]
pub fn inspect(token: &str, now: f64) -> String {
    inspection(&verify::inspect(time(now), token, None), false)
}

/// A broken clock must not bring expired tokens back to life: what is not a time is the end of time.
fn time(millis: f64) -> Timestamp {
    if millis >= 0.0 { Timestamp::from_millis(millis as u64) } else { Timestamp::NEVER }
}

fn step<T>(step: Step<T>, done: impl FnOnce(T) -> String) -> String {
    match step {
        Step::Done(answer) => done(answer),
        Step::Fetch(Ticket(ticket)) => format!(r#"{{"is":"fetch","ticket":{ticket}}}"#),
        Step::Wait(time) => format!(r#"{{"is":"wait","millis":{}}}"#, time.as_millis()),
    }
}

fn verdict(result: Result<Verified<Claims>, TokenError>) -> String {
    match result {
        Ok(verified) => {
            let (header, claims) = (verified.header_json(), verified.value().json());
            format!(r#"{{"is":"verified","header":{header},"claims":{claims}}}"#)
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &TokenError) -> String {
    format!(r#"{{"is":"refused","error":{}}}"#, problem(error))
}

fn problem(error: &TokenError) -> String {
    let mut json = format!(
        r#"{{"code":{},"message":{},"status":{}"#,
        quote(error.code()),
        quote(&error.to_string()),
        error.status()
    );
    let optional = [
        ("wwwAuthenticate", error.www_authenticate()),
        ("claim", error.claim().map(str::to_owned)),
        ("reason", error.reason().map(str::to_owned)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            json.push_str(&format!(",{}:{}", quote(name), quote(&value)));
        }
    }
    json + "}"
}

fn inspection(found: &Inspection, had_verifier: bool) -> String {
    let problems: Vec<String> = found.problems.iter().map(problem).collect();
    let mut json =
        format!(r#"{{"valid":{},"problems":[{}]"#, had_verifier && problems.is_empty(), problems.join(","));
    let expired = found.expired.map(|expired| expired.to_string());
    for (name, text) in [("header", &found.header), ("payload", &found.payload), ("expired", &expired)] {
        if let Some(text) = text {
            json.push_str(&format!(",{}:{text}", quote(name)));
        }
    }
    json + "}"
}
