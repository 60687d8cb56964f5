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
//!   // The request guard of POST /refresh, /session and /logout. `route` is one of those three words.
//!   guard(route: string, method: string, origin?: string, secFetchSite?: string, contentType?: string,
//!         attempt?: string): string;
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
//!   close(record: string, now: number): string;       // → { ok: true, record } | Refused (unreadable record)
//!   revoke(record: string): string;                   // → { ok: true, record } | Refused (unreadable record)
//!   clearCookie(): string;                            // the Set-Cookie of logout
//!   static problem(code: string, reason?: string): string;  // the Problem of any code of the endpoints
//! }
//! ```

use wasm_bindgen::prelude::*;

/// The session side's core as JavaScript sees it. The shapes are documented at the top of this file.
#[wasm_bindgen]
pub struct SessionCore {
    origins: Vec<String>,
}

#[wasm_bindgen]
impl SessionCore {
    /// Takes the secrets (newest first) and the exact origins that may call.
    #[wasm_bindgen(constructor)]
    pub fn new(secrets: Vec<String>, origins: Vec<String>) -> Result<SessionCore, JsError> {
        if secrets.is_empty() {
            return Err(JsError::new("secrets: at least one is needed"));
        }
        Ok(SessionCore { origins })
    }

    /// Replaces the protocol's constants, in milliseconds.
    #[wasm_bindgen(js_name = setTiming)]
    pub fn set_timing(&mut self, _timeout: f64, _overlap: f64, _rest: f64, _late: f64) -> Result<(), JsError> {
        Ok(())
    }

    /// The request guard.
    pub fn guard(
        &self,
        _route: &str,
        _method: &str,
        origin: Option<String>,
        _sec_fetch_site: Option<String>,
        _content_type: Option<String>,
        _attempt: Option<String>,
    ) -> String {
        let listed = origin.is_some_and(|origin| self.origins.contains(&origin));
        format!("{{\"ok\":{listed}}}")
    }
}
