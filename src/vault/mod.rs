//! The browser's token keeper: which request may carry which token, and how the tokens stay fresh. Sans-IO: it is told
//! the time, entropy and what happened, and says what to do.
//!
//! - [`Config`] and `origin`: what may be done at all, fixed at the start; the attach rule is [`Config::find`].
//! - [`refresh`]: one token's refresh, without its bytes.
//! - [`Vault`]: one page's machine. Call [`handle`](Vault::handle) with each input, then [`poll`](Vault::poll) until it
//!   says [`Output::Wait`]. Bytes of a token come out in [`Output::Send`] and [`Output::Greet`], and nowhere else.

mod attempt;
mod clock;
mod config;
mod io;
mod json;
mod machine;
mod origin;
pub mod refresh;
mod reply;

pub use config::{Config, ConfigError, PLACEHOLDER, Resource};
pub use io::{CallId, FORBIDDEN_HEADERS, Failure, HangUp, Input, Output, REQUEST_LIMIT, Route, Status};
pub use machine::Vault;
pub use origin::{Origin, Target, path_covers};
pub use reply::Http;
