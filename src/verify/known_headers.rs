//! Headers that have been parsed and that the policy accepts, by their spelling: one issuer's tokens have few different ones.
//!
//! What is remembered is a pure function of the text and of a policy that never changes: it spares the parser, and changes no
//! verdict. Nothing about a key is remembered here: the key is looked up for every token.

use crate::jose::header::Header;
use core::fmt;
use std::sync::{Arc, Mutex};

/// How many are remembered.
const MAX: usize = 16;

/// Longer ones are parsed each time: anybody can send headers.
const MAX_LENGTH: usize = 512;

#[derive(Default)]
pub(super) struct KnownHeaders(Mutex<Vec<Known>>);

struct Known {
    text: Box<str>,
    header: Arc<Header>,
}

impl KnownHeaders {
    /// The header that this segment is, if it was [remembered](Self::remember).
    pub(super) fn find(&self, text: &str) -> Option<Arc<Header>> {
        // Whoever finds another thread at work parses.
        let mut known = self.0.try_lock().ok()?;
        let place = known.iter().position(|known| *known.text == *text)?;
        // The latest first: what is used all the time stays.
        let used = known.remove(place);
        let header = Arc::clone(&used.header);
        known.insert(0, used);
        Some(header)
    }

    /// Remembers one that the policy accepts.
    pub(super) fn remember(&self, text: &str, header: &Arc<Header>) {
        let Ok(mut known) = self.0.try_lock() else { return };
        if text.len() <= MAX_LENGTH {
            known.truncate(MAX - 1);
            known.insert(0, Known { text: text.into(), header: Arc::clone(header) });
        }
    }
}

impl Clone for KnownHeaders {
    /// Begins anew.
    fn clone(&self) -> KnownHeaders {
        KnownHeaders::default()
    }
}

impl fmt::Debug for KnownHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownHeaders(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kid: usize) -> Arc<Header> {
        Arc::new(Header::parse(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#).as_bytes()).unwrap())
    }

    fn found(known: &KnownHeaders, text: &str) -> Option<String> {
        Some(known.find(text)?.kid()?.to_owned())
    }

    #[test]
    fn the_very_text_is_found_and_nothing_else() {
        let known = KnownHeaders::default();
        known.remember("abcd", &header(1));
        known.remember("abce", &header(2));
        assert_eq!(found(&known, "abcd").as_deref(), Some("1"));
        assert_eq!(found(&known, "abce").as_deref(), Some("2"));
        for other in ["", "abc", "abcde", "Abcd", "abcf"] {
            assert!(known.find(other).is_none(), "{other}");
        }
        assert!(known.clone().find("abcd").is_none());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_recently_used_goes() {
        let known = KnownHeaders::default();
        for number in 0..100 {
            known.remember(&number.to_string(), &header(number));
            assert!(known.find("0").is_some() && known.0.lock().unwrap().len() <= MAX);
        }
        assert!(known.find("99").is_some() && known.find("50").is_none());
        known.remember(&"x".repeat(MAX_LENGTH + 1), &header(7));
        assert!(known.find(&"x".repeat(MAX_LENGTH + 1)).is_none());
    }
}
