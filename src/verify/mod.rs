//! Strict JWT verification (RFC 7519, RFC 8725): policy, verifier, key set machine.
//!
//! ```text
//!   token ── parse ──► Candidate ── authenticate(key) ──► Authentic ── check_claims ──► Verified<Claims>
//!            form,                  signature                          iss aud exp nbf iat …
//!            header                     ▲
//!                                     Keys ◄── KeySet: when to fetch, how long to serve
//! ```
//!
//! What needs an answer from elsewhere (a deny list, introspection, a proof of possession) has its place behind `Verified`, as
//! further states in files of their own: it never runs for a token that fails here. An encrypted token would be opened before
//! `parse`, in `jose`; until then it is refused.

mod claims;
mod config;
mod discovery;
mod error;
mod fetching;
mod held;
mod inspect;
mod key_set;
mod keys;
mod known_headers;
mod policy;
mod presumed;
mod step;
mod verifier;
mod window;

pub use claims::Claims;
pub use config::Config;
pub use discovery::{jwks_uri, metadata_urls};
pub use error::{KeyFault, KeyLookup, Malformed, TokenError};
pub use inspect::{Inspection, decode, inspect, inspect_judged};
pub use key_set::KeySet;
pub use keys::{KeyId, Keys, MAX_KEYS};
pub use policy::{Policy, PolicyError, Quirk};
pub use presumed::{Left, Presumed, Texts};
pub use step::{Call, Generation, KeyCopy, KeyTimes, Step, Ticket};
pub use verifier::{Authentic, Candidate, Verified, Verifier};
pub use window::Window;
