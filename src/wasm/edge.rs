//! The `edge` artifact: one class, [`EdgeVerifier`], and two functions. They answer in JSON texts, whose shapes
//! `pkg/src/edge/core.ts` spells out. Times are milliseconds since the Unix epoch. Only a bad configuration throws.

#![allow(unreachable_pub, reason = "wasm_bindgen exports public functions only")]

use crate::crypto::Key;
use crate::crypto::public::PublicKey;
use crate::jose::header::Header;
use crate::jose::json::{concat, join, quote};
use crate::jose::jws::Spelling;
use crate::jose::{Algorithm, AlgorithmSet};
use crate::time::Timestamp;
use crate::verify::{
    self, Call, Config, Generation, Inspection, KeyCopy, KeyId, KeySet, Left, Malformed, Step, Texts, Ticket,
    TokenError, Verifier,
};
use core::time::Duration;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// How [`EdgeVerifier::check`] ended.
#[derive(Clone, Copy)]
enum Outcome {
    /// What has to be done first, or the refusal: a JSON text.
    Text = 0,
    /// Verified: the claims' JSON text, the header, the key, the time.
    Verified = 1,
    /// The same if the caller finds that the signature is the key's.
    Left = 2,
    /// The JSON text of a refusal if the caller finds that; else the signature is what is wrong.
    LeftToRefuse = 3,
}

/// How much room the first token gets; longer ones ask for more.
const FIRST_ROOM: usize = 4096;

/// A verifier and its issuer's keys. A token is written into its room and the answer is read where it lies, so that nothing is
/// allocated or copied between the two sides on the way; both are good until the next call.
#[wasm_bindgen]
pub struct EdgeVerifier {
    verifier: Verifier,
    keys: KeySet,
    room: Vec<u8>,
    text: String,
    header: Option<Arc<Header>>,
    signature: Vec<u8>,
    numbers: [f64; 11],
}

#[wasm_bindgen]
impl EdgeVerifier {
    /// From the options as JSON; see [`Config::from_json`].
    ///
    /// # Errors
    /// The first option that is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<EdgeVerifier, JsError> {
        let Config { policy, keys } = Config::from_json(config).map_err(|error| JsError::new(error.0))?;
        Ok(EdgeVerifier {
            verifier: Verifier::new(policy),
            keys,
            room: Vec::new(),
            text: String::new(),
            header: None,
            signature: Vec::new(),
            numbers: [0.0; 11],
        })
    }

    /// How many fetches have succeeded.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.keys.generation().0
    }

    /// Makes room for a token of so many bytes; gives how many there is room for, which is less for a token that is too large.
    pub fn reserve(&mut self, bytes: u32) -> u32 {
        let most = self.verifier.max_token_size();
        let wanted = (bytes as usize).max(FIRST_ROOM.min(most));
        if (self.room.len() + 1..=most).contains(&wanted) {
            self.room = vec![0; wanted];
        }
        self.room.len() as u32
    }

    /// Where the room is in the memory.
    #[wasm_bindgen(getter)]
    pub fn room(&self) -> u32 {
        self.room.as_ptr() as u32
    }

    /// Where the answer is in the memory: eleven doubles, in the order of [`EdgeVerifier::tell`].
    #[wasm_bindgen(getter)]
    pub fn answer(&self) -> u32 {
        self.numbers.as_ptr() as u32
    }

    /// Verifies the token that lies in the room, or says what is needed first. Signatures of the algorithms in `leave`, a bit each
    /// in the order of [`algorithms`], are left to the caller, and so are those that are not [`Key::OWN`]. `seen` is the generation when this call
    /// began, and `since` the time; `held`: with the keys that are held, or not at all. Gives an [`Outcome`].
    pub fn check(&mut self, length: u32, now: f64, seen: u32, since: f64, leave: u32, held: bool) -> u8 {
        let leave = AlgorithmSet::from_bits(leave).or(Key::OWN.not());
        let token = core::str::from_utf8(self.room.get(..length as usize).unwrap_or_default());
        let (now, token) = (time(now), token.unwrap_or_default());
        let answer = if held {
            Step::Done(self.keys.presume_held(&self.verifier, now, token, leave))
        } else {
            self.keys.presume(&self.verifier, now, token, call(seen, since), leave)
        };
        let presumed = match answer {
            Step::Done(Ok(presumed)) => presumed,
            other => {
                self.text = step(other, |result| match result {
                    Ok(_) => String::new(),
                    Err(error) => refused(&error),
                });
                return self.tell(Outcome::Text, [0.0; 6]);
            }
        };
        let key = presumed.key_id();
        let (left, verdict) = presumed.into_texts();
        let is_left = left.is_some();
        let mut facts = facts(&mut self.signature, key, left);
        match verdict {
            Ok(Texts { claims, header, window }) => {
                facts[4] = window.from.as_millis() as f64;
                facts[5] = window.until.as_millis() as f64;
                (self.text, self.header) = (claims, Some(header));
                self.tell(if is_left { Outcome::Left } else { Outcome::Verified }, facts)
            }
            Err(error) => {
                self.text = refused(&error);
                self.tell(if is_left { Outcome::LeftToRefuse } else { Outcome::Text }, facts)
            }
        }
    }

    /// Key id, algorithm; length of the signing input; the signature's place and length; first moment of the window and first after it;
    /// place and length of the text and of the header.
    fn tell(&mut self, outcome: Outcome, [key, algorithm, input, signature, from, until]: [f64; 6]) -> u8 {
        let place = |text: &str| f64::from(text.as_ptr() as u32);
        let header = self.header.as_deref().map_or("", Header::json);
        self.numbers = [
            key,
            algorithm,
            input,
            signature,
            self.signature.len() as f64,
            from,
            until,
            place(&self.text),
            self.text.len() as f64,
            place(header),
            header.len() as f64,
        ];
        outcome as u8
    }

    /// What to do about a signature that was left and is not the key's.
    pub fn rejected(&mut self, now: f64, seen: u32, since: f64) -> String {
        step(self.keys.rejected::<()>(time(now), call(seen, since)), |result| match result {
            Ok(()) => String::new(),
            Err(error) => refused(&error),
        })
    }

    /// The refusal of a token whose signature was left and is not the key's, where no newer keys can be had.
    pub fn invalid(&self) -> String {
        refused(&TokenError::SignatureInvalid)
    }

    /// The refusal of a text that there is no room for, or that is more than ASCII: it cannot be a token that passes.
    pub fn refuse(&self, token: &str) -> String {
        let refusal = self.verifier.parse(token).err();
        refused(&refusal.unwrap_or(TokenError::Malformed(Malformed::Base64)))
    }

    /// The ids of the keys that are held.
    #[wasm_bindgen(js_name = keyIds)]
    pub fn key_ids(&self) -> Vec<u32> {
        self.keys.held().map_or_else(Vec::new, |(keys, _)| keys.ids().map(|id| id.0).collect())
    }

    /// From when on the keys that are held serve, are refreshed, are stale, and are dead.
    #[wasm_bindgen(js_name = keyTimes)]
    pub fn key_times(&self) -> Vec<f64> {
        self.keys.held().map_or_else(Vec::new, |(_, times)| {
            let times = [times.serve_from, times.refresh_at, times.fresh_until, times.dead_at];
            times.map(|time| time.as_millis() as f64).to_vec()
        })
    }

    /// A public key that is held, as a JWK of its mathematics alone.
    #[wasm_bindgen(js_name = publicKey)]
    pub fn public_key(&self, id: u32) -> Option<String> {
        self.keys.held()?.0.key(KeyId(id))?.public_jwk().map(str::to_owned)
    }

    /// The same as the `signatures` artifact takes it; nothing for a secret.
    #[wasm_bindgen(js_name = publicNumbers)]
    pub fn public_numbers(&self, id: u32) -> Vec<u8> {
        let key = self.keys.held().and_then(|(keys, _)| keys.key(KeyId(id)));
        key.and_then(Key::public).map(PublicKey::to_bytes).unwrap_or_default()
    }

    /// Makes sure that keys are held, or says what is needed first.
    pub fn prepare(&mut self, now: f64, since: f64) -> String {
        step(self.keys.prepare(time(now), call(self.generation(), since)), |result| match result {
            Ok(()) => r#"{"is":"ready"}"#.to_owned(),
            Err(error) => refused(&error),
        })
    }

    /// Whether the signature of the token that lies in the room is one for the caller to judge, before [`inspect`](Self::inspect): then
    /// [`Outcome::LeftToRefuse`].
    pub fn question(&mut self, length: u32, now: f64) -> u8 {
        let token = core::str::from_utf8(self.room.get(..length as usize).unwrap_or_default());
        match self.keys.question(&self.verifier, time(now), token.unwrap_or_default()) {
            Some((key, left)) => {
                let facts = facts(&mut self.signature, key, Some(left));
                self.tell(Outcome::LeftToRefuse, facts)
            }
            None => Outcome::Text as u8,
        }
    }

    /// Everything that is wrong with a token. `judgement` is that of the [`question`](Self::question), if there was one.
    pub fn inspect(&self, token: &str, now: f64, judgement: bool) -> String {
        let with = Some((&self.verifier, &self.keys));
        inspection(&verify::inspect_judged(time(now), token, with, judgement), true)
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

/// The part of an answer that is about the signature, which is put where it can be read.
fn facts(place: &mut Vec<u8>, key: KeyId, left: Option<Left<'_>>) -> [f64; 6] {
    let mut facts = [f64::from(key.0), 0.0, 0.0, 0.0, 0.0, 0.0];
    if let Some(left) = left {
        facts[1] = f64::from(left.algorithm as u8);
        facts[2] = left.input.len() as f64;
        *place = left.signature;
        facts[3] = place.as_ptr() as u32 as f64;
    }
    facts
}

fn call(seen: u32, since: f64) -> Call {
    Call { seen: Generation(seen), since: time(since) }
}

/// What is no age is too old.
fn copy<'a>(body: &'a [u8], cache_control: Option<&'a str>, age: f64) -> KeyCopy<'a> {
    let age = if age >= 0.0 { Duration::from_millis(age as u64) } else { Duration::MAX };
    KeyCopy { body, cache_control, age }
}

/// The names of all algorithms, in the order of their bits, each with a space behind.
#[wasm_bindgen]
pub fn algorithms() -> String {
    Algorithm::ALL.iter().fold(String::new(), |names, algorithm| names + algorithm.name() + " ")
}

/// The addresses of an issuer's metadata, to be tried in this order, with a space between.
#[wasm_bindgen(js_name = metadataUrls)]
pub fn metadata_urls(issuer: &str) -> String {
    join(&verify::metadata_urls(issuer), " ")
}

/// The address of the keys in this issuer's metadata.
#[wasm_bindgen(js_name = jwksUri)]
pub fn jwks_uri(metadata: &[u8], issuer: &str) -> Option<String> {
    verify::jwks_uri(metadata, issuer)
}

/// Takes a token apart, whose segments are padded if so said. No trust implied.
#[wasm_bindgen]
pub fn decode(token: &str, max_size: u32, padded: bool) -> String {
    let spelling = if padded { Spelling::Padded } else { Spelling::Unpadded };
    match verify::decode(token, max_size as usize, spelling) {
        Ok((header, payload)) => concat(&[r#"{"header":"#, &header, r#","payload":"#, &payload, "}"]),
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
        Step::Fetch(Ticket(ticket)) => concat(&[r#"{"is":"fetch","ticket":"#, &ticket.to_string(), "}"]),
        Step::Wait(time) => {
            let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            concat(&[r#"{"is":"wait","millis":"#, &millis.to_string(), "}"])
        }
    }
}

fn refused(error: &TokenError) -> String {
    concat(&[r#"{"is":"refused","error":"#, &problem(error), "}"])
}

fn problem(error: &TokenError) -> String {
    let (message, status) = (quote(&error.message()), u32::from(error.status()).to_string());
    let code = quote(error.code());
    let mut json = concat(&[r#"{"code":"#, &code, r#","message":"#, &message, r#","status":"#, &status]);
    let optional = [
        ("wwwAuthenticate", error.www_authenticate()),
        ("claim", error.claim().map(str::to_owned)),
        ("reason", error.reason().map(str::to_owned)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            json += &concat(&[",\"", name, "\":", &quote(&value)]);
        }
    }
    json + "}"
}

fn inspection(found: &Inspection, had_verifier: bool) -> String {
    let problems: Vec<String> = found.problems.iter().map(problem).collect();
    let word = |yes: bool| if yes { "true" } else { "false" };
    let valid = word(had_verifier && problems.is_empty());
    let mut json = concat(&[r#"{"valid":"#, valid, r#","problems":["#, &join(&problems, ","), "]"]);
    let expired = found.expired.map(|expired| word(expired).to_owned());
    for (name, text) in [("header", &found.header), ("payload", &found.payload), ("expired", &expired)] {
        if let Some(text) = text {
            json += &concat(&[",\"", name, "\":", text]);
        }
    }
    json + "}"
}
