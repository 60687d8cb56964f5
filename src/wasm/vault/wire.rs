//! What the shell says to its surroundings: the host object, the numbers of messages and stages, the names of states.

use crate::vault::{Failure, HangUp, Status};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Response};

#[wasm_bindgen]
extern "C" {
    /// What the worker's script gives: the worker's globals, taken before anything else ran.
    pub type Host;
    /// Takes a URL apart: `href`, `protocol`, `hostname`, `port`, `pathname`, credentials, and query with fragment, a line each.
    #[wasm_bindgen(method)]
    pub(super) fn parse(this: &Host, url: &str) -> Option<String>;
    /// The same for a FETCH message, with one line more: the names of its headers, with commas between. Nothing if a part of it is
    /// not what it has to be.
    #[wasm_bindgen(method)]
    pub(super) fn admit(this: &Host, message: &Array) -> Option<String>;
    /// Makes the page's request with this header, which it forgets at once; it settles the stage FETCH.
    #[wasm_bindgen(method)]
    pub(super) fn send(
        this: &Host,
        message: &Array,
        url: &str,
        authorization: &str,
        follow: bool,
        abort: &AbortController,
    );
    /// Makes a request to the endpoints; it settles the stage CALL.
    #[wasm_bindgen(method)]
    pub(super) fn ask(this: &Host, url: &str, attempt: &str, body: &str, key: u32) -> AbortController;
    /// Calls `settled(stage, key, …)` once the promise is settled.
    #[wasm_bindgen(method)]
    pub(super) fn settle(this: &Host, promise: &JsValue, stage: u32, key: u32);
    /// Sends a message to the page.
    #[wasm_bindgen(method)]
    pub(super) fn post(this: &Host, message: &Array);
    /// Sends the page the response to its message; the promise is settled once all of its body has been sent.
    #[wasm_bindgen(method)]
    pub(super) fn deliver(this: &Host, message: &Array, response: &Response) -> JsValue;
    /// Lets the source of a message's body go that no request has taken.
    #[wasm_bindgen(method)]
    pub(super) fn unsent(this: &Host, message: &Array);
    /// Does something with a socket: see [`socket`].
    #[wasm_bindgen(method)]
    pub(super) fn socket(this: &Host, id: u32, what: u32, value: &JsValue);
    /// Sends a text to the other tabs' workers.
    #[wasm_bindgen(method)]
    pub(super) fn tell(this: &Host, text: &str);
    /// Calls `tick` once after so many milliseconds; forgets an earlier wish; never, if negative.
    #[wasm_bindgen(method)]
    pub(super) fn wake(this: &Host, millis: f64);
    #[wasm_bindgen(method)]
    pub(super) fn monotonic(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn wall(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn random(this: &Host, bytes: &mut [u8]);
}

/// The first member of a message: what it is. The same numbers stand in `pkg/src/protocol.ts`.
pub(super) mod kind {
    pub(in crate::wasm::vault) const FETCH: f64 = 0.0;
    pub(in crate::wasm::vault) const CANCEL: f64 = 1.0;
    pub(in crate::wasm::vault) const LOGOUT: f64 = 3.0;
    pub(in crate::wasm::vault) const AWAKE: f64 = 4.0;
    pub(in crate::wasm::vault) const SOCKET: f64 = 5.0;

    pub(in crate::wasm::vault) const FAIL: u32 = 3;
    pub(in crate::wasm::vault) const ERROR: u32 = 4;
    pub(in crate::wasm::vault) const STATE: u32 = 6;
    pub(in crate::wasm::vault) const LOGGED_OUT: u32 = 7;
}

/// What to do with a socket; larger numbers are the codes to close it with. The same stand in `pkg/src/protocol.ts`.
pub(super) mod socket {
    /// The value is the page's message, with the parsed URL, and with the answer that has the ticket as its last member.
    pub(in crate::wasm::vault) const CONNECT: u32 = 0;
    /// The value is what to send.
    pub(in crate::wasm::vault) const GREET: u32 = 1;
    /// The page does not want it any more.
    pub(in crate::wasm::vault) const GIVEN_UP: u32 = 1000;
}

/// The code that a socket is closed with (RFC 6455 §7.4.2, private use).
pub(super) const fn hang_up(cause: HangUp) -> u32 {
    match cause {
        HangUp::SessionOver => 4401,
        HangUp::TokenOver => 4408,
    }
}

/// Which promise has settled.
pub(super) mod stage {
    pub(in crate::wasm::vault) const CALL: u32 = 0;
    pub(in crate::wasm::vault) const BODY: u32 = 1;
    pub(in crate::wasm::vault) const FETCH: u32 = 2;
    pub(in crate::wasm::vault) const CHUNK: u32 = 3;
}

pub(super) const fn name(status: Status) -> &'static str {
    match status {
        Status::Starting => "starting",
        Status::SignedIn => "signed-in",
        Status::SignedOut => "signed-out",
        Status::Unreachable => "unreachable",
    }
}

/// The `code` of the page's `VaultError`.
pub(super) const fn code(failure: Failure) -> &'static str {
    match failure {
        Failure::ResourceNotAllowed => "resource_not_allowed",
        Failure::InsecureUrl => "insecure_url",
        Failure::HeaderForbidden => "header_forbidden",
        Failure::SignedOut => "signed_out",
        Failure::SessionEnded => "session_ended",
        Failure::RefreshFailed => "refresh_failed",
        Failure::Unreachable => "unreachable",
        Failure::RequestLimit => "request_limit",
    }
}
