//! The requests and replies themselves.

use super::wire::{Host, kind, socket, stage};
use crate::vault::{CallId, Route};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestInit, RequestMode, RequestRedirect, Response,
};

/// `wss:` stands for `https:`, and `ws:` for `http:`.
pub(super) const SOCKET_SCHEME: &str = "ws";
pub(super) const REQUEST_SCHEME: &str = "http";

/// A request to the endpoints.
pub(super) struct Exchange {
    pub(super) key: u32,
    pub(super) call: CallId,
    pub(super) abort: AbortController,
    pub(super) head: Option<(u16, Option<String>)>,
}

/// A request of the page.
pub(super) struct Flight {
    pub(super) id: u32,
    pub(super) url: String,
    pub(super) headers: Headers,
    pub(super) init: RequestInit,
    pub(super) abort: AbortController,
    /// The page's message, if it asks for a socket: then this is the request for the ticket.
    pub(super) socket: Option<Array>,
    pub(super) response: Option<Response>,
}

impl Flight {
    /// The page does not want it, or is not given it: neither what is on its way nor what waits to be sent goes on.
    pub(super) fn end(&self, host: &Host) {
        self.abort.abort();
        host.unsent(&self.init);
    }
}

/// The one place where a token leaves this module's memory.
pub(super) fn send(host: &Host, flight: &Flight, authorization: &str, follow: bool) {
    let Flight { id, url, headers, init, abort, .. } = flight;
    if headers.set("authorization", authorization).is_err() {
        return;
    }
    init.set_headers(headers);
    init.set_mode(RequestMode::Cors);
    init.set_signal(Some(&abort.signal()));
    if !follow && init.get_redirect() != Some(RequestRedirect::Manual) {
        init.set_redirect(RequestRedirect::Error);
    }
    host.settle(&host.fetch(url, init), stage::FETCH, *id);
    let _ = headers.delete("authorization");
}

/// Hands the response to the page, or lets the socket connect that it has the ticket for. Whether the flight goes on. The
/// body follows in messages that hand its bytes over: engines copy every chunk of a stream that is itself transferred.
pub(super) fn deliver(host: &Host, flight: &mut Flight) -> bool {
    if let Some(details) = &flight.socket {
        let mut url = String::from(SOCKET_SCHEME);
        url.push_str(flight.url.strip_prefix(REQUEST_SCHEME).unwrap_or_default());
        details.set(2, url.into());
        details.set(6, flight.response.take().into());
        host.socket(flight.id, socket::CONNECT, details);
        return true;
    }
    let Some(response) = flight.response.take() else { return false };
    let message = Array::of(&[
        kind::RESPONSE.into(),
        flight.id.into(),
        response.status().into(),
        response.status_text().into(),
        response.url().into(),
        response.redirected().into(),
        JsValue::from(response.type_()),
        Array::from(&response.headers()).into(),
    ]);
    if response.body().is_none() {
        message.push(&JsValue::NULL);
        host.post(&message);
        return false;
    };
    message.push(&JsValue::TRUE);
    host.post(&message);
    flight.init = RequestInit::new();
    host.settle(&host.body(flight.id, &response), stage::CHUNK, flight.id);
    true
}

/// Makes a request to the endpoints.
pub(super) fn ask(
    host: &Host,
    endpoints: &str,
    route: Route,
    attempt: &[u8],
    body: &str,
    key: u32,
) -> Option<AbortController> {
    let abort = AbortController::new().ok()?;
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    headers.set("strongroom-attempt", core::str::from_utf8(attempt).ok()?).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body.into());
    init.set_mode(RequestMode::SameOrigin);
    // Under `no-referrer`, which a worker takes over from its file's headers, Firefox sends `Origin: null` as Fetch has it
    // (3.2, "append a request `Origin` header"); the endpoints would refuse that.
    init.set_referrer_policy(ReferrerPolicy::SameOrigin);
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&abort.signal()));
    let mut url = String::from(endpoints);
    url.push_str(match route {
        Route::Session => "/session",
        Route::Refresh => "/refresh",
        Route::Logout => "/logout",
    });
    host.settle(&host.fetch(&url, &init), stage::CALL, key);
    Some(abort)
}
