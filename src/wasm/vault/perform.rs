//! The requests and replies themselves.

use super::wire::{Host, socket, stage};
use crate::vault::{CallId, Route};
use js_sys::Array;
use web_sys::{AbortController, Response};

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
    /// The page's, until it has its answer.
    pub(super) message: Option<Array>,
    /// Whether it asks for a socket: then this is the request for the ticket.
    pub(super) socket: bool,
    pub(super) abort: AbortController,
    pub(super) response: Option<Response>,
}

impl Flight {
    /// The page does not want it, or is not given it: neither what is on its way nor what waits to be sent goes on.
    pub(super) fn end(&self, host: &Host) {
        self.abort.abort();
        if let Some(message) = &self.message {
            host.unsent(message);
        }
    }
}

/// The one place where a token leaves this module's memory.
pub(super) fn send(host: &Host, flight: &Flight, authorization: &str, follow: bool) {
    let Flight { url, message: Some(message), abort, .. } = flight else { return };
    host.send(message, url, authorization, follow, abort);
}

/// Hands the response to the page, or lets the socket connect that it has the ticket for. The body goes in messages that hand
/// its bytes over: engines copy every chunk of a stream that is itself transferred.
pub(super) fn deliver(host: &Host, flight: &mut Flight) {
    let Some(message) = flight.message.take() else { return };
    let response = flight.response.take();
    if flight.socket {
        let mut url = String::from(SOCKET_SCHEME);
        url.push_str(flight.url.strip_prefix(REQUEST_SCHEME).unwrap_or_default());
        message.set(2, url.into());
        message.set(6, response.into());
        host.socket(flight.id, socket::CONNECT, &message);
    } else if let Some(response) = response {
        host.settle(&host.deliver(&message, &response), stage::CHUNK, flight.id);
    }
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
    let attempt = core::str::from_utf8(attempt).ok()?;
    let mut url = String::from(endpoints);
    url.push_str(match route {
        Route::Session => "/session",
        Route::Refresh => "/refresh",
        Route::Logout => "/logout",
    });
    Some(host.ask(&url, attempt, body, key))
}
