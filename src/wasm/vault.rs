//! The `vault` artifact: the shell around [`crate::vault::Vault`] inside the Web Worker. It performs the machine's
//! requests with the browser's `fetch` and passes the page's messages on. Token bytes lie in this module's memory and
//! become a JavaScript string only on their way into the `Headers` of a request to a listed origin.
//!
//! Promises are not awaited here: the host object calls [`VaultWorker::settled`] when one settles, with the stage and the
//! key it was given. That does without an executor and without closures, which the page's visitors would have to download.

mod page;
mod parts;
mod perform;
mod wire;

use self::parts::Parts;
use self::perform::{Exchange, Flight, ask, deliver, send};
use self::wire::{Host, code, hang_up, kind, name, socket, stage};
use crate::time::Timestamp;
use crate::vault::refresh::{Clock, Entropy};
use crate::vault::{Config, ConfigError, Failure, Http, Input, Output, Resource, Vault};
use core::time::Duration;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Response;
use zeroize::Zeroize;

/// The vault of one page. JavaScript holds the only reference, inside the worker.
#[wasm_bindgen]
pub struct VaultWorker {
    host: Host,
    endpoints: String,
    resources: Vec<Resource>,
    vault: Option<Vault>,
    exchanges: Vec<Exchange>,
    flights: Vec<Flight>,
    keys: u32,
}

#[wasm_bindgen]
impl VaultWorker {
    /// Not started yet: add resources, then [`start`](Self::start).
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host) -> VaultWorker {
        VaultWorker {
            host,
            endpoints: String::new(),
            resources: Vec::new(),
            vault: None,
            exchanges: Vec::new(),
            flights: Vec::new(),
            keys: 0,
        }
    }

    /// Lists a resource. Gives a sentence that names the option if it is refused.
    pub fn resource(
        &mut self,
        origin: &str,
        paths: Vec<String>,
        audience: Option<String>,
        scope: Option<String>,
        redirects: bool,
        socket_message: Option<String>,
    ) -> Option<String> {
        let Some(parts) = Parts::new(self.host.parse(origin)) else {
            return refusal(ConfigError::NotAnOrigin);
        };
        let resource = Config::resource(&parts.target(), parts.bare, paths, audience, scope, redirects);
        let resource = resource.and_then(|resource| match socket_message {
            Some(template) => resource.with_socket_message(template),
            None => Ok(resource),
        });
        match resource {
            Ok(resource) => {
                self.resources.push(resource);
                None
            }
            Err(error) => refusal(error),
        }
    }

    /// Locks the configuration and begins. Gives a sentence that names the option if it is refused.
    pub fn start(&mut self, own: &str, endpoints: &str, provider: Option<String>) -> Option<String> {
        if self.vault.is_some() {
            return None;
        }
        let (Some(own), Some(endpoints)) =
            (Parts::new(self.host.parse(own)), Parts::new(self.host.parse(endpoints)))
        else {
            return refusal(ConfigError::EndpointsOrigin);
        };
        let provider = match provider {
            Some(text) => match Parts::new(self.host.parse(&text)) {
                Some(parts) => Some(parts),
                None => return refusal(ConfigError::Forbidden),
            },
            None => None,
        };
        let resources = core::mem::take(&mut self.resources);
        let provider = provider.as_ref().map(Parts::target);
        match Config::new(&own.target(), &endpoints.target(), provider.as_ref(), resources) {
            Ok(config) => {
                let base = endpoints.href.as_str();
                self.endpoints = base.strip_suffix('/').unwrap_or(base).into();
                self.vault = Some(Vault::new(self.clock(), config));
                self.drive(Input::Start);
                None
            }
            Err(error) => refusal(error),
        }
    }

    /// A message of the page. What is not understood is ignored.
    pub fn message(&mut self, message: &JsValue) {
        let Some(message) = message.dyn_ref::<Array>() else { return };
        let Some(kind) = message.get(0).as_f64() else { return };
        let id = message.get(1).as_f64().unwrap_or(0.0) as u32;
        match kind {
            kind::FETCH => self.fetch(id, message),
            kind::CANCEL => {
                if let Some(flight) = self.take_flight(id) {
                    flight.end(&self.host);
                    if flight.socket {
                        self.host.socket(id, socket::GIVEN_UP, &JsValue::UNDEFINED);
                    }
                    self.drive(Input::Gone { id });
                }
            }
            kind::LOGOUT => self.drive(Input::Logout { id, everywhere: message.get(2).is_truthy() }),
            kind::AWAKE => self.drive(Input::Awake),
            kind::SOCKET => self.socket(id, message),
            _ => {}
        }
    }

    /// The time wished for has come.
    pub fn tick(&mut self) {
        self.drive(Input::Tick);
    }

    /// Another tab's worker told what session it sees.
    pub fn heard(&mut self, session: &str) {
        self.drive(Input::Heard { session });
    }

    /// A socket's connection is open, or it is closed, failed or could not be had.
    pub fn connected(&mut self, id: u32, open: bool) {
        if open {
            self.drive(Input::Opened { id });
        } else if self.take_flight(id).is_some() {
            self.drive(Input::Gone { id });
        }
    }

    /// A promise has settled: with `value`, or, if `failed`, with the error's message.
    pub fn settled(&mut self, stage: u32, key: u32, failed: bool, value: &JsValue) {
        match stage {
            stage::CALL => self.call_settled(key, failed, value),
            stage::BODY => {
                let exchange = take(&mut self.exchanges, |exchange| exchange.key == key);
                let Some(Exchange { call, head: Some((status, retry_after)), .. }) = exchange else { return };
                if failed {
                    return self.drive(Input::Answer { call, http: Http::Error });
                }
                let view = Uint8Array::new(value);
                let mut body = view.to_vec();
                view.fill(0, 0, view.length());
                let http = Http::Answer { status, retry_after: retry_after.as_deref(), body: &mut body };
                self.drive(Input::Answer { call, http });
                body.zeroize();
            }
            stage::FETCH => self.fetch_settled(key, failed, value),
            _ => self.body_settled(key, failed, value),
        }
    }
}

impl VaultWorker {
    fn call_settled(&mut self, key: u32, failed: bool, value: &JsValue) {
        let Some(at) = self.exchanges.iter().position(|exchange| exchange.key == key) else { return };
        let response = value.dyn_ref::<Response>();
        if let (false, Some(response)) = (failed, response)
            && let Ok(body) = response.array_buffer()
        {
            let retry_after = response.headers().get("retry-after").unwrap_or(None);
            self.exchanges[at].head = Some((response.status(), retry_after));
            self.host.settle(&body, stage::BODY, key);
        } else {
            let Exchange { call, .. } = self.exchanges.swap_remove(at);
            self.drive(Input::Answer { call, http: Http::Error });
        }
    }

    fn fetch_settled(&mut self, id: u32, failed: bool, value: &JsValue) {
        let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id) else { return };
        let Some(response) = value.dyn_ref::<Response>().filter(|_| !failed) else {
            self.take_flight(id);
            self.post_error(id, value);
            return self.drive(Input::Gone { id });
        };
        let status = response.status();
        let challenge = match status {
            401 => response.headers().get("www-authenticate").unwrap_or(None),
            _ => None,
        };
        flight.response = Some(Clone::clone(response));
        self.drive(Input::Response { id, status, challenge: challenge.as_deref() });
    }

    fn body_settled(&mut self, id: u32, failed: bool, value: &JsValue) {
        if self.take_flight(id).is_some() && failed {
            self.post_error(id, value);
        }
    }

    fn post_error(&self, id: u32, message: &JsValue) {
        self.host.post(&Array::of(&[kind::ERROR.into(), id.into(), message.clone()]));
    }

    fn take_flight(&mut self, id: u32) -> Option<Flight> {
        take(&mut self.flights, |flight| flight.id == id)
    }

    fn clock(&self) -> Clock {
        Clock {
            wall: Timestamp::from_millis(self.host.wall() as u64),
            monotonic: Duration::from_millis(self.host.monotonic() as u64),
        }
    }

    fn drive(&mut self, input: Input<'_>) {
        let now = self.clock();
        let mut entropy = [0; Entropy::LEN];
        self.host.random(&mut entropy);
        let VaultWorker { host, endpoints, vault: Some(vault), exchanges, flights, keys, .. } = self else {
            return;
        };
        vault.handle(now, Entropy(entropy), input);
        loop {
            match vault.poll() {
                Output::Send { id, authorization, follow } => {
                    if let Some(flight) = flights.iter().find(|flight| flight.id == id) {
                        send(host, flight, authorization, follow);
                    }
                }
                Output::Discard { id } => {
                    let flight = flights.iter_mut().find(|flight| flight.id == id);
                    if let Some(body) = flight.and_then(|flight| flight.response.take()?.body()) {
                        let _ = body.cancel();
                    }
                }
                Output::Deliver { id } | Output::Connect { id } => {
                    if let Some(flight) = flights.iter_mut().find(|flight| flight.id == id) {
                        deliver(host, flight);
                    }
                }
                Output::Greet { id, message } => host.socket(id, socket::GREET, &message.into()),
                Output::HangUp { id, cause } => {
                    take(flights, |flight| flight.id == id);
                    host.socket(id, hang_up(cause), &JsValue::UNDEFINED);
                }
                Output::Fail { id, failure, reason } => {
                    if let Some(flight) = take(flights, |flight| flight.id == id) {
                        flight.end(host);
                    }
                    post_failure(host, id, failure, reason);
                }
                Output::Call { call, route, attempt, body } => {
                    *keys = keys.wrapping_add(1);
                    let key = *keys;
                    if let Some(abort) = ask(host, endpoints, route, &attempt.text(), body, key) {
                        exchanges.push(Exchange { key, call, abort, head: None });
                    }
                }
                Output::Abort { call } => {
                    if let Some(exchange) = take(exchanges, |exchange| exchange.call == call) {
                        exchange.abort.abort();
                    }
                }
                Output::LoggedOut { id, url } => {
                    let message = [kind::LOGGED_OUT.into(), id.into(), url.into()];
                    host.post(&Array::of(&message));
                }
                Output::State { status, session } => {
                    let message = [kind::STATE.into(), name(status).into(), session.into()];
                    host.post(&Array::of(&message));
                }
                Output::Tell { session } => host.tell(session),
                Output::Wait(time) => {
                    return host.wake(time.map_or(-1.0, |time| time.as_millis() as f64 + 1.0));
                }
            }
        }
    }
}

fn post_failure(host: &Host, id: u32, failure: Failure, reason: &str) {
    let message = [kind::FAIL.into(), id.into(), code(failure).into(), reason.into()];
    host.post(&Array::of(&message));
}

fn take<T>(list: &mut Vec<T>, wanted: impl Fn(&T) -> bool) -> Option<T> {
    list.iter().position(wanted).map(|at| list.remove(at))
}

fn refusal(error: ConfigError) -> Option<String> {
    Some(error.message().into())
}
