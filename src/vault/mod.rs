//! The browser's token keeper: which request may carry which token, and how the tokens stay fresh. Sans-IO: it is told
//! the time, entropy and what happened, and says what to do.

mod attempt;
mod clock;
pub mod refresh;
