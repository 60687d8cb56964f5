//! The verifier as a [tower](https://docs.rs/tower) layer, for axum and whatever else is built on tower. Like `wasm` a binding: it
//! reads the clock and performs what the core asks for, and decides nothing.
//!
//! ```
//! use strongroom::jose::Algorithm;
//! use strongroom::tower::{Fetched, VerifyLayer};
//! use strongroom::verify::{MAX_KEYS, Policy, Verifier};
//!
//! let policy = Policy::new("https://issuer.example", ["https://api.example"], &[Algorithm::Es256]).unwrap();
//! let layer = VerifyLayer::fetching(Verifier::new(policy), MAX_KEYS, || async {
//!     // With any HTTP client: the issuer's JWKS over https, without following redirects.
//!     let (status, body, cache_control) = (200, br#"{"keys":[]}"#.to_vec(), Some("max-age=300".to_owned()));
//!     (status == 200).then_some(Fetched { body, cache_control })
//! });
//! // axum: `Router::new().route("/me", get(me)).layer(layer)`
//! # let _ = layer;
//! ```

mod keys;
mod layer;
mod refusal;

pub use keys::Fetched;
pub use layer::{VerifiedToken, Verify, VerifyFuture, VerifyLayer};
pub use refusal::Refusal;
