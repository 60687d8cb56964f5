//! Refresh-token families: the handle in the cookie, the record in the store, and the pure decision between them.
//!
//! ```text
//!   Cookie header ──read_cookie──► text ──KeyRing::authenticate──► Handle ─┐
//!   stored text ──Record::decode──► Record ────────────────────────────────┼─► decide ──► Decision
//!   strongroom-attempt ──guard──► Attempt ─────────────────────────────────┘    { outcome, write, cookie, alert }
//! ```
//!
//! [`Sessions`] ties this together for a server. Nothing here reads a clock or a random source; the store's time and
//! fresh entropy are arguments. [`lease`] decides who may use a provider's refresh token; speaking to the provider is not here.

mod codec;
mod cookie;
mod decide;
mod guard;
mod handle;
pub(crate) mod json;
mod keys;
pub mod lease;
mod problem;
mod record;
mod rules;
mod sessions;
mod timing;

pub use codec::Unreadable;
pub use cookie::{COOKIE, clear_cookie, read_cookie};
pub use decide::{Alert, Decision, End, Outcome, apply, decide};
pub use guard::{Request, guard};
pub use handle::{Family, Handle, Mint, SALT, Shard};
pub use keys::{KeyRing, KeyRingError};
pub use problem::{Code, Problem};
pub use record::{Attempt, Record, Terms};
pub use rules::{Facts, Place, Rule};
pub use sessions::{ENTROPY, Refusal, Sessions};
pub use timing::{Timing, TimingError};
