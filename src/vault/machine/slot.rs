//! One token of the vault, and how it is asked for.

use crate::secret::Secret;
use crate::vault::json::push_string;
use crate::vault::refresh::Refresh;

/// A token, its refresh, and what is asked to get it. The first slot has no token: it asks for the session alone.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) refresh: Refresh,
    pub(super) token: Option<Secret<String>>,
    /// What tells the token that came last from others, so that its bytes need not be kept for that.
    mark: u64,
    pub(super) body: String,
}

impl Slot {
    pub(super) fn new(body: String) -> Self {
        Slot { refresh: Refresh::new(), token: None, mark: 0, body }
    }

    /// Takes the token that has just come.
    pub(super) fn take(&mut self, token: Option<Secret<String>>) {
        let mark = token.as_ref().map_or(0, |token| mark(token.expose()));
        if mark == self.mark {
            self.refresh.unchanged();
        }
        (self.token, self.mark) = (token, mark);
    }
}

/// The body of a refresh request.
pub(super) fn question(audience: Option<&str>, scope: Option<&str>) -> String {
    let mut body = String::from("{");
    for (name, value) in [("audience", audience), ("scope", scope)] {
        if let Some(value) = value {
            if body.len() > 1 {
                body.push(',');
            }
            push_string(&mut body, name);
            body.push(':');
            push_string(&mut body, value);
        }
    }
    body.push('}');
    body
}

/// FNV-1a: nothing that could be turned back into the token.
fn mark(token: &str) -> u64 {
    token
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
