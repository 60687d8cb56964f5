//! What the page asks for: requests and sockets, taken in and handed to the machine.

use super::parts::Parts;
use super::perform::{Flight, REQUEST_SCHEME, SOCKET_SCHEME};
use super::{VaultWorker, post_failure};
use crate::vault::{FORBIDDEN_HEADERS, Failure, Input, REQUEST_LIMIT};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Headers, RequestInit};

/// What the page's requests may take up here, with bodies that are never read.
const BOARD_LIMIT: usize = 2 * REQUEST_LIMIT;

impl VaultWorker {
    pub(super) fn fetch(&mut self, id: u32, message: &Array) {
        let init = message.get(4);
        let (Some(parts), Ok(headers), true) = (
            message.get(2).as_string().and_then(|text| Parts::parse(&text)),
            Headers::new_with_str_sequence_sequence(&message.get(3)),
            init.is_object(),
        ) else {
            return self.post_error(id, &JsValue::from_str("Failed to parse the request"));
        };
        let forbidden_header = FORBIDDEN_HEADERS.iter().any(|name| headers.has(name).unwrap_or(true));
        if self.board(id, &parts, headers, init.unchecked_into(), None) {
            let replayable = message.get(5).is_truthy();
            self.drive(Input::Fetch { id, target: parts.target(), forbidden_header, replayable });
        }
    }

    pub(super) fn socket(&mut self, id: u32, message: &Array) {
        // `wss:` becomes `https:`, and the connection is made to exactly what is looked at here.
        let url = message.get(2).as_string();
        let url = url.as_deref().and_then(|url| url.strip_prefix(SOCKET_SCHEME));
        let parts = url.and_then(|rest| {
            let mut url = String::from(REQUEST_SCHEME);
            url.push_str(rest);
            Parts::parse(&url)
        });
        let (Some(parts), Ok(headers)) = (parts, Headers::new()) else {
            return self.post_error(id, &JsValue::from_str("Failed to parse the socket's URL"));
        };
        let init = RequestInit::new();
        init.set_method("POST");
        if self.board(id, &parts, headers, init, Some(message.clone())) {
            let first = message.get(5).as_string();
            self.drive(Input::Socket { id, target: parts.target(), message: first.as_deref() });
        }
    }

    /// Takes the page's request in, unless its number is in use or a page floods the worker with them.
    fn board(
        &mut self,
        id: u32,
        parts: &Parts,
        headers: Headers,
        init: RequestInit,
        socket: Option<Array>,
    ) -> bool {
        if self.flights.iter().any(|flight| flight.id == id) {
            return false;
        }
        if self.flights.len() >= BOARD_LIMIT {
            post_failure(&self.host, id, Failure::RequestLimit, "");
            self.host.unsent(&init);
            return false;
        }
        let Ok(abort) = AbortController::new() else { return false };
        let url = parts.href.clone();
        let flight = Flight { id, url, headers, init, abort, socket, response: None };
        self.flights.push(flight);
        true
    }
}
