//! The `session` artifact: one class, [`SessionCore`], that answers in JSON texts. It holds the configured secrets and
//! nothing else; every fact about a session comes in as an argument and goes out as a value.
//!
//! Times are milliseconds since the Unix epoch, always the **store's** (`now` is what the store said). `entropy` is 32
//! fresh random bytes a call. Only a programming error throws (a bad configuration, too little entropy); whatever a
//! request carries gets a typed refusal.
//!
//! ```ts
//! type Problem = { type: string; title: string; status: number; code: string; detail: string; reason?: string };
//! type Refused = { ok: false; problem: Problem };
//!
//! class SessionCore {
//!   // secrets: base64url, at least 32 bytes each, newest first. origins: exact ("https://app.example.com").
//!   constructor(secrets: string[], origins: string[]);
//!   // Milliseconds: client time-out T, δ, ρ, L of docs/rotation.md. Leave uncalled in production.
//!   setTiming(timeout: number, overlap: number, rest: number, late: number): void;
//!   // The request guard of POST /refresh, /session and /logout.
//!   guard(method: string, origin?: string, secFetchSite?: string, contentType?: string, attempt?: string): string;
//!     // → { ok: true } | Refused
//!   // Where the presented session lives. Checks the MAC, so what it names was named by us.
//!   locate(cookieHeader?: string): string;
//!     // → { ok: true, shard: string, family: string } | Refused (401 session_ended: missing | malformed | unknown)
//!   // A new session. `shard` is 1 to 16 base64url characters that lead to the store's partition. `family` is made
//!   // from the entropy, or pass one (22 base64url characters) that was reserved before.
//!   open(shard: string, family: string | undefined, authTime: number, idleSeconds: number, absoluteSeconds: number,
//!        now: number, entropy: Uint8Array): string;
//!     // → { family, record, setCookie, authTime, idleExpiresAt, absoluteExpiresAt }
//!   decide(record: string, cookieHeader: string | undefined, attempt: string, now: number, entropy: Uint8Array): string;
//!     // → { outcome: "rotated"|"no_rotate"|"replay"|"coalesced"|"recovered"|"duplicate"|"reuse"|"ended",
//!     //     status: 200 | 401 | 409,
//!     //     mint: boolean,            // an access token may be given; get it first, then commit `write`, then answer
//!     //     write?: string,           // the new record: commit by compare-and-swap before answering, else decide again
//!     //     setCookie?: string,       // only with status 200 and only after `write` is committed
//!     //     problem?: Problem,        // when status is not 200
//!     //     alert?: "reuse" | "lost_writes" | "record_unreadable",
//!     //     rule: number,             // which rule of docs/rotation.md decided
//!     //     authTime, idleExpiresAt, absoluteExpiresAt: number, revoked: boolean }   // as of `write` (or the record)
//!   // Who is signed in, for POST /session and server rendering: mints nothing, never writes, never sets a cookie.
//!   inspect(record: string, cookieHeader: string | undefined, now: number): string;
//!     // → { ok: true, authTime, idleExpiresAt, absoluteExpiresAt } | Refused
//!   // Marks the family as about to be replaced by a login: access tokens only, no cookie, for ten minutes.
//!   close(record: string, cookieHeader: string | undefined, now: number): string;
//!     // → { ok: true, record } | Refused (no handle, or an unreadable record)
//!   // How many milliseconds the callback of that login must wait: a cookie of the old family may be under way. At most T.
//!   settling(record: string, now: number): number;
//!   revoke(record: string): string;                   // → { ok: true, record } | Refused (unreadable record)
//!   // Who may use the provider's refresh token (src/session/lease.rs). A lease of number 0 is none; `expiresAt` undefined: no
//!   // access token is cached.
//!   static upstreamStep(expiresAt: number | undefined, lifetime: number, leaseNumber: number, leaseUntil: number,
//!                       hasToken: boolean, now: number, patience: number): string;
//!     // → { step: "give" | "give_old" | "wait" | "reauth" } | { step: "ask", number, until }
//!   static upstreamSettle(held: number, before: number, written: number, leaseNumber: number, leaseUntil: number,
//!                         outcome: "granted" | "rotated" | "ended" | "unused" | "unknown", now: number): string;
//!     // → { change: "store" | "forget" | "keep", until: number } | { change: "superseded" }
//!   clearCookie(): string;                            // the Set-Cookie of logout
//!   static problem(code: string, reason?: string): string;  // the Problem of any code of the endpoints
//! }
//! ```

use crate::jose::base64url;
use crate::session::json::Object;
use crate::session::lease::{self, Access, Change, Lease, Step};
use crate::session::{
    self, Attempt, Code, ENTROPY, End, Family, KeyRing, Problem, Record, Request, Sessions, Shard, Terms,
    Timing,
};
use crate::time::Timestamp;
use core::time::Duration;
use wasm_bindgen::prelude::*;

/// The session side's core as JavaScript sees it. The shapes are documented at the top of this file.
#[wasm_bindgen]
pub struct SessionCore {
    keys: KeyRing,
    sessions: Sessions,
    origins: Vec<String>,
}

#[wasm_bindgen]
impl SessionCore {
    /// Takes the secrets (base64url, newest first) and the exact origins that may call.
    #[wasm_bindgen(constructor)]
    pub fn new(secrets: Vec<String>, origins: Vec<String>) -> Result<SessionCore, JsError> {
        let decode = |secret: String| base64url::decode(secret.as_bytes()).map(zeroize::Zeroizing::new);
        let secrets: Option<Vec<_>> = secrets.into_iter().map(decode).collect();
        let secrets = secrets.ok_or_else(|| JsError::new("a secret is not base64url"))?;
        let keys = KeyRing::new(secrets.iter().map(|secret| secret.as_slice()))?;
        Ok(SessionCore { sessions: Sessions::new(keys.clone()), keys, origins })
    }

    /// Replaces the protocol's constants, in milliseconds.
    #[wasm_bindgen(js_name = setTiming)]
    pub fn set_timing(&mut self, timeout: f64, overlap: f64, rest: f64, late: f64) -> Result<(), JsError> {
        let millis = |value: f64| Duration::from_millis(value as u64);
        let timing = Timing {
            timeout: millis(timeout),
            overlap: millis(overlap),
            rest: millis(rest),
            late: millis(late),
            ..Timing::DEFAULT
        };
        self.sessions = Sessions::with_timing(self.keys.clone(), timing)?;
        Ok(())
    }

    /// The request guard: the same for every route that changes something.
    pub fn guard(
        &self,
        method: &str,
        origin: Option<String>,
        sec_fetch_site: Option<String>,
        content_type: Option<String>,
        attempt: Option<String>,
    ) -> String {
        let request = Request {
            method: method.as_bytes(),
            origin: origin.as_deref().map(str::as_bytes),
            fetch_site: sec_fetch_site.as_deref().map(str::as_bytes),
            content_type: content_type.as_deref().map(str::as_bytes),
            attempt: attempt.as_deref().map(str::as_bytes),
        };
        match session::guard(&request, &self.origins) {
            Ok(_) => passed().finish(),
            Err(problem) => refused(problem),
        }
    }

    /// Where the presented session lives.
    pub fn locate(&self, cookie_header: Option<String>) -> String {
        match self.sessions.locate(cookie_header.as_deref().map(str::as_bytes)) {
            Ok(handle) => {
                let mut object = passed();
                object.string("shard", handle.shard().as_str());
                object.string("family", &handle.family().text());
                object.finish()
            }
            Err(end) => refused(Problem::ended(end)),
        }
    }

    /// A new session.
    #[allow(clippy::too_many_arguments, reason = "flat arguments spare a JSON parser")]
    pub fn open(
        &self,
        shard: &str,
        family: Option<String>,
        auth_time: f64,
        idle_seconds: f64,
        absolute_seconds: f64,
        now: f64,
        entropy: &[u8],
    ) -> Result<String, JsError> {
        let shard = Shard::parse(shard.as_bytes())
            .ok_or_else(|| JsError::new("shard: 1 to 16 base64url characters are needed"))?;
        let family = match family {
            Some(text) => Some(
                Family::parse(text.as_bytes())
                    .ok_or_else(|| JsError::new("family: 16 bytes as base64url are needed"))?,
            ),
            None => None,
        };
        let terms = Terms {
            idle: Duration::from_secs(idle_seconds as u64),
            absolute: Duration::from_secs(absolute_seconds as u64),
        };
        let now = time(now);
        let (record, handle) =
            self.sessions.open(shard, family, terms, time(auth_time), now, enough(entropy)?);
        let mut object = Object::new();
        object.string("family", &handle.family().text());
        object.string("record", &record.encode());
        object.string("setCookie", &self.sessions.set_cookie(&handle, &record, now));
        facts(&mut object, &record);
        Ok(object.finish())
    }

    /// Decides about the presented cookie.
    pub fn decide(
        &self,
        record: &str,
        cookie_header: Option<String>,
        attempt: &str,
        now: f64,
        entropy: &[u8],
    ) -> Result<String, JsError> {
        let entropy = enough(entropy)?;
        let attempt = Attempt::parse(attempt.as_bytes())
            .ok_or_else(|| JsError::new("attempt: pass what the guard let pass"))?;
        let now = time(now);
        let located = self.sessions.locate(cookie_header.as_deref().map(str::as_bytes));
        let decision = match located {
            Ok(handle) => self.sessions.decide(record.as_bytes(), &handle, attempt, now, entropy),
            Err(end) => session::Decision::noise(end),
        };

        let mut object = Object::new();
        let problem = decision.outcome.problem();
        object.string("outcome", decision.outcome.name());
        object.number("status", problem.map_or(200, |problem| problem.code.status()).into());
        object.raw("mint", if decision.outcome.serves() { "true" } else { "false" });
        object.number("rule", decision.rule.number().into());
        if let Some(problem) = problem {
            object.raw("problem", &problem.to_json());
        }
        if let Some(alert) = decision.alert {
            object.string("alert", alert.name());
        }
        if let Some(write) = &decision.write {
            object.string("write", &write.encode());
            if let Some(handle) = &decision.cookie {
                object.string("setCookie", &self.sessions.set_cookie(handle, write, now));
            }
            facts(&mut object, write);
        } else if let Ok(record) = Record::decode(record.as_bytes()) {
            facts(&mut object, &record);
        }
        Ok(object.finish())
    }

    /// Who is signed in.
    pub fn inspect(&self, record: &str, cookie_header: Option<String>, now: f64) -> String {
        let located = self.sessions.locate(cookie_header.as_deref().map(str::as_bytes));
        match located.and_then(|handle| self.sessions.inspect(record.as_bytes(), &handle, time(now))) {
            Ok(record) => {
                let mut object = passed();
                facts(&mut object, &record);
                object.finish()
            }
            Err(end) => refused(Problem::ended(end)),
        }
    }

    /// Marks the family as about to be replaced by a login.
    pub fn close(&self, record: &str, cookie_header: Option<String>, now: f64) -> String {
        let located = self.sessions.locate(cookie_header.as_deref().map(str::as_bytes));
        let closed = |handle| self.sessions.close(record.as_bytes(), &handle, time(now)).ok();
        stored(located.ok().and_then(closed))
    }

    /// How many milliseconds the login that replaces this family must wait before its cookie is given.
    pub fn settling(&self, record: &str, now: f64) -> f64 {
        self.sessions.settling(record.as_bytes(), time(now)).as_millis() as f64
    }

    /// Ends the session.
    pub fn revoke(&self, record: &str) -> String {
        let mut revoked = Record::decode(record.as_bytes()).ok();
        revoked.iter_mut().for_each(Record::revoke);
        stored(revoked)
    }

    /// What to do about a wanted access token.
    #[wasm_bindgen(js_name = upstreamStep)]
    pub fn upstream_step(
        expires_at: Option<f64>,
        lifetime: f64,
        lease_number: f64,
        lease_until: f64,
        has_token: bool,
        now: f64,
        patience: f64,
    ) -> String {
        let access = expires_at.map(|at| Access { expires: time(at), lifetime: millis(lifetime) });
        let lease = lease_of(lease_number, lease_until);
        let step = lease::next(access, lease, has_token, time(now), millis(patience));
        let mut object = Object::new();
        let name = match step {
            Step::Give => "give",
            Step::GiveOld => "give_old",
            Step::Ask(_) => "ask",
            Step::Wait => "wait",
            Step::Reauth => "reauth",
        };
        object.string("step", name);
        if let Step::Ask(lease) = step {
            object.number("number", lease.number);
            object.number("until", lease.until.as_millis());
        }
        object.finish()
    }

    /// What the outcome of using a refresh token does to the row.
    #[wasm_bindgen(js_name = upstreamSettle)]
    pub fn upstream_settle(
        held: f64,
        before: f64,
        written: f64,
        lease_number: f64,
        lease_until: f64,
        outcome: &str,
        now: f64,
    ) -> Result<String, JsError> {
        let outcome = match outcome {
            "granted" => lease::Outcome::Granted,
            "rotated" => lease::Outcome::Rotated,
            "ended" => lease::Outcome::Ended,
            "unused" => lease::Outcome::Unused,
            "unknown" => lease::Outcome::Unknown,
            _ => return Err(JsError::new("outcome: unknown word")),
        };
        let held = Lease { number: held as u64, until: Timestamp::from_millis(0) };
        let current = lease_of(lease_number, lease_until);
        let settled = lease::settle(held, before as u64, written as u64, current, outcome, time(now));
        let mut object = Object::new();
        let Some(settled) = settled else {
            object.string("change", "superseded");
            return Ok(object.finish());
        };
        let change = match settled.change {
            Change::Store => "store",
            Change::Forget => "forget",
            Change::Keep => "keep",
        };
        object.string("change", change);
        object.number("until", settled.lease.map_or(0, |lease| lease.until.as_millis()));
        Ok(object.finish())
    }

    /// The `Set-Cookie` of logout.
    #[wasm_bindgen(js_name = clearCookie)]
    pub fn clear_cookie(&self) -> String {
        session::clear_cookie()
    }

    /// The problem document of any code; `reason` is one of `session_ended`'s.
    pub fn problem(code: &str, reason: Option<String>) -> Result<String, JsError> {
        let code = Code::parse(code).ok_or_else(|| JsError::new("code: not one of the endpoints' codes"))?;
        let reason = match reason {
            Some(name) => {
                Some(End::parse(&name).ok_or_else(|| JsError::new("reason: not one of session_ended's"))?)
            }
            None => None,
        };
        Ok(Problem { code, reason }.to_json())
    }
}

fn millis(millis: f64) -> Duration {
    Duration::from_millis(millis as u64)
}

/// Number 0 is no lease.
fn lease_of(number: f64, until: f64) -> Option<Lease> {
    (number > 0.0).then(|| Lease { number: number as u64, until: time(until) })
}

fn passed() -> Object {
    let mut object = Object::new();
    object.raw("ok", "true");
    object
}

fn refused(problem: Problem) -> String {
    let mut object = Object::new();
    object.raw("ok", "false");
    object.raw("problem", &problem.to_json());
    object.finish()
}

fn stored(record: Option<Record>) -> String {
    let Some(record) = record else { return refused(Problem::ended(End::Unknown)) };
    let mut object = passed();
    object.string("record", &record.encode());
    object.finish()
}

fn facts(object: &mut Object, record: &Record) {
    object.number("authTime", record.auth_time().as_millis());
    object.number("idleExpiresAt", record.idle_expiry().as_millis());
    object.number("absoluteExpiresAt", record.absolute_expiry().as_millis());
    object.raw("revoked", if record.is_revoked() { "true" } else { "false" });
}

/// A negative or broken number becomes the epoch: the cast saturates.
fn time(millis: f64) -> Timestamp {
    Timestamp::from_millis(millis as u64)
}

fn enough(entropy: &[u8]) -> Result<&[u8; ENTROPY], JsError> {
    entropy.first_chunk().ok_or_else(|| JsError::new("entropy: 32 bytes are needed"))
}
