//! The endpoints' session part for servers written in Rust: `/refresh`, `/session` and `/logout` over a store of one's own, with
//! the rotation, the cookie and the guard of [`session`](crate::session). Like `wasm` a binding: it draws entropy and awaits
//! what the store and the token source do, and decides nothing. Not here: signing users in. The host proves who they are
//! and calls [`Endpoints::open`].
//!
//! Calling contract: serve [`Endpoints::handle`] over https, under the configured path, with the whole request: its `Host` and
//! address play no part, its headers and body do. Read no more than [`MAX_BODY`] bytes and one.
//!
//! ```
//! use strongroom::endpoints::{AccessToken, Asked, Config, Endpoints, SignedIn, Store, Tokens};
//! use strongroom::session::{Code, KeyRing};
//! # fn configured<S: Store>(store: S, secret: [u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
//! struct Issuer;
//! impl Tokens for Issuer {
//!     async fn token(&self, session: &SignedIn, asked: Asked<'_>) -> Result<AccessToken, Code> {
//!         // Sign one for `session.subject`, or ask whoever does.
//! #       let _ = (session, asked);
//!         Err(Code::ResourceUnknown)
//!     }
//! }
//!
//! let config = Config::new(["https://app.example.com"]);
//! let endpoints = Endpoints::new(config, KeyRing::new([secret])?, store, Issuer)?;
//! // axum: `.route("/auth/{route}", any(…))`, with `endpoints.handle(&request).await`
//! # let _ = endpoints;
//! # Ok(())
//! # }
//! ```

mod answer;
mod config;
mod handlers;
mod store;
mod tokens;

pub use answer::Refreshed;
pub use config::{Config, ConfigError};
pub use handlers::{Endpoints, MAX_BODY, Opened};
pub use store::{Loaded, Row, Store, Unavailable};
pub use tokens::{AccessToken, Asked, SignedIn, Tokens};
