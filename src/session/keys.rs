//! The key ring of handles: seals new handles with the newest secret, authenticates with any configured one.

use super::Refusal;
use super::handle::{Handle, array};
use crate::crypto::mac::{self, MacKey, TAG};
use crate::jose::base64url;

/// The purposes the configured secrets are put to here. A label is never reused for another purpose.
const LABEL_MAC: &[u8] = b"strongroom/session/handle/mac/1";
const LABEL_KID: &[u8] = b"strongroom/session/handle/kid/1";

/// Longest text that can be a handle; anything longer is refused unread.
pub(super) const MAX_HANDLE: usize = 90;

struct Key {
    kid: [u8; 2],
    mac: MacKey,
}

/// The keys derived from the configured secrets, newest first.
///
/// ```
/// use strongroom::session::{Handle, KeyRing};
///
/// let old = KeyRing::new([[1u8; 32]])?;
/// let both = KeyRing::new([[2u8; 32], [1u8; 32]])?; // the new secret goes in front
/// # let sessions = strongroom::session::Sessions::new(old.clone());
/// # let shard = strongroom::session::Shard::parse(b"s").unwrap();
/// # let terms = strongroom::session::Terms::DEFAULT;
/// # let now = strongroom::time::Timestamp::from_secs(1_800_000_000);
/// # let handle: Handle = sessions.open(shard, None, terms, now, now, &[7; 32]).1;
/// let text = old.seal(&handle);
/// assert_eq!(both.authenticate(text.as_bytes()), Ok(handle));
/// assert!((60..=90).contains(&text.len()));
/// # Ok::<(), strongroom::session::KeyRingError>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    keys: std::sync::Arc<[Key]>,
}

impl KeyRing {
    /// Takes at least one secret of at least 32 bytes, newest first.
    pub fn new<S: AsRef<[u8]>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, KeyRingError> {
        let keys =
            secrets.into_iter().map(|secret| Key::derive(secret.as_ref())).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        Ok(KeyRing { keys: keys.into() })
    }

    /// The handle's text, for the cookie.
    pub fn seal(&self, handle: &Handle) -> String {
        let key = &self.keys[0];
        let mut text = String::with_capacity(MAX_HANDLE);
        text.push(char::from(key.kid[0]));
        text.push(char::from(key.kid[1]));
        text.push('.');
        handle.write_body(&mut text);
        let tag = key.mac.tag(text.as_bytes());
        text.push('.');
        text.push_str(&base64url::encode(&tag));
        text
    }

    /// Reads a handle and checks its MAC. Any byte string is allowed.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if it is not a handle's text, [`Refusal::Unknown`] if no key of ours made it.
    pub fn authenticate(&self, text: &[u8]) -> Result<Handle, Refusal> {
        let Unproven { kid, message, handle, tag } = Unproven::parse(text).ok_or(Refusal::Malformed)?;
        let ours = |key: &Key| key.kid == kid && key.mac.verify(message, &tag);
        if self.keys.iter().any(ours) { Ok(handle) } else { Err(Refusal::Unknown) }
    }
}

impl core::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeyRing({} keys)", self.keys.len())
    }
}

impl Key {
    fn derive(secret: &[u8]) -> Result<Self, KeyRingError> {
        if secret.len() < 32 {
            return Err(KeyRingError::TooShort);
        }
        let mut bytes = [0; 3];
        mac::derive(secret, LABEL_KID, &mut bytes);
        let text = base64url::encode(&bytes);
        let kid = [text.as_bytes()[0], text.as_bytes()[1]];
        Ok(Key { kid, mac: MacKey::derive(secret, LABEL_MAC) })
    }
}

/// A handle's text, taken apart and not yet believed.
struct Unproven<'a> {
    kid: [u8; 2],
    /// What the MAC covers.
    message: &'a [u8],
    handle: Handle,
    tag: [u8; TAG],
}

impl<'a> Unproven<'a> {
    fn parse(text: &'a [u8]) -> Option<Self> {
        if text.len() > MAX_HANDLE {
            return None;
        }
        let mut parts = text.split(|byte| *byte == b'.');
        let kid = parts.next()?.try_into().ok()?;
        let handle = Handle::read_body([parts.next()?, parts.next()?, parts.next()?, parts.next()?])?;
        let tag = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        let message = &text[..text.len() - tag.len() - 1];
        Some(Unproven { kid, message, handle, tag: array(tag)? })
    }
}

/// Why a [`KeyRing`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRingError {
    /// No secret was given.
    Empty,
    /// A secret has less than 32 bytes.
    TooShort,
}

impl core::fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            KeyRingError::Empty => "at least one secret is needed",
            KeyRingError::TooShort => "a secret needs at least 32 bytes",
        })
    }
}

impl core::error::Error for KeyRingError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::handle::{Family, Mint, Shard};

    fn handle(shard: &str) -> Handle {
        Handle {
            shard: Shard::parse(shard.as_bytes()).unwrap(),
            family: Family([9; 16]),
            mint: Mint { incarnation: 3, number: 70_000, salt: [5; 8] },
        }
    }

    #[test]
    fn every_single_bit_flip_is_refused() {
        let ring = KeyRing::new([[1u8; 32]]).unwrap();
        let text = ring.seal(&handle("shard"));
        for index in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[index] ^= 1 << bit;
                assert!(ring.authenticate(&bytes).is_err(), "byte {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn length_stays_within_the_promise() {
        let ring = KeyRing::new([[1u8; 32]]).unwrap();
        assert_eq!(ring.seal(&handle("s")).len(), 71);
        assert_eq!(ring.seal(&handle("0123456789abcdef")).len(), 86);
    }

    #[test]
    fn a_removed_secret_no_longer_opens() {
        let text = KeyRing::new([[1u8; 32]]).unwrap().seal(&handle("s"));
        let other = KeyRing::new([[2u8; 32]]).unwrap();
        assert_eq!(other.authenticate(text.as_bytes()), Err(Refusal::Unknown));
        let both = KeyRing::new([[2u8; 32], [1u8; 32]]).unwrap();
        assert_eq!(both.authenticate(text.as_bytes()), Ok(handle("s")));
        assert_eq!(other.authenticate(both.seal(&handle("s")).as_bytes()), Ok(handle("s")));
    }

    #[test]
    fn shape_is_strict() {
        let ring = KeyRing::new([[1u8; 32]]).unwrap();
        let text = ring.seal(&handle("s"));
        for bad in
            [String::new(), text.replace('.', ""), format!("{text}."), format!(".{text}"), format!("{text}A")]
        {
            assert_eq!(ring.authenticate(bad.as_bytes()), Err(Refusal::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn short_or_missing_secrets_are_refused() {
        assert_eq!(KeyRing::new([[0u8; 31]]).unwrap_err(), KeyRingError::TooShort);
        assert_eq!(KeyRing::new::<[u8; 32]>([]).unwrap_err(), KeyRingError::Empty);
    }
}
