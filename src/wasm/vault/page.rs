//! What the page asks for: requests and sockets, taken in and handed to the machine.

use super::parts::Parts;
use super::perform::{Flight, REQUEST_SCHEME, SOCKET_SCHEME};
use super::{VaultWorker, post_failure};
use crate::vault::{Failure, Input, REQUEST_LIMIT};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

/// What the page's requests may take up here, with bodies that are never read.
const BOARD_LIMIT: usize = 2 * REQUEST_LIMIT;

impl VaultWorker {
    pub(super) fn fetch(&mut self, id: u32, message: &Array) {
        let Some(parts) = Parts::new(self.host.admit(message)) else {
            return self.post_error(id, &JsValue::from_str("Failed to parse the request"));
        };
        if self.board(id, &parts, message, false) {
            let Parts { forbidden_header, .. } = parts;
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
            Parts::new(self.host.parse(&url))
        });
        let Some(parts) = parts else {
            return self.post_error(id, &JsValue::from_str("Failed to parse the socket's URL"));
        };
        if self.board(id, &parts, message, true) {
            let first = message.get(5).as_string();
            self.drive(Input::Socket { id, target: parts.target(), message: first.as_deref() });
        }
    }

    /// Takes the page's request in, unless its number is in use or a page floods the worker with them.
    fn board(&mut self, id: u32, parts: &Parts, message: &Array, socket: bool) -> bool {
        if self.flights.iter().any(|flight| flight.id == id) {
            return false;
        }
        if self.flights.len() >= BOARD_LIMIT {
            post_failure(&self.host, id, Failure::RequestLimit, "");
            self.host.unsent(message);
            return false;
        }
        let Ok(abort) = AbortController::new() else { return false };
        // What the host reads of the message is what is looked at here.
        message.set(1, id.into());
        let (url, message) = (parts.href.clone(), Some(message.clone()));
        self.flights.push(Flight { id, url, message, socket, abort, response: None });
        true
    }
}
