//! The handle: what the cookie holds. `kid.shard.family.mint.salt.MAC`, 71 to 86 bytes, opaque to everyone else.
//!
//! It is not a token: it says nothing about the subject, and without the store's record it opens nothing.

use super::Attempt;
use crate::jose::base64url;

/// Bytes of fresh entropy in a handle: two handles with one number differ by it.
pub const SALT: usize = 8;

/// Where a session's record lives: 1 to 16 base64url characters, chosen by the store's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    text: [u8; 16],
    length: u8,
}

impl Shard {
    /// For a store that is not divided.
    pub const SINGLE: Shard = Shard { text: *b"s\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", length: 1 };

    /// `None` unless `text` is 1 to 16 characters of the base64url alphabet.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
        if text.is_empty() || text.len() > 16 || !text.iter().all(allowed) {
            return None;
        }
        let mut shard = Shard { text: [0; 16], length: text.len() as u8 };
        shard.text[..text.len()].copy_from_slice(text);
        Some(shard)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }
}

/// A session's id: 16 random bytes, 22 characters as text. Not a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Family(pub [u8; 16]);

impl Family {
    /// `None` unless `text` is the canonical base64url of 16 bytes.
    pub fn parse(text: &[u8]) -> Option<Self> {
        array(text).map(Family)
    }

    /// 22 base64url characters.
    pub fn text(&self) -> String {
        base64url::encode(&self.0)
    }
}

impl Attempt {
    /// `None` unless `text` is the canonical base64url of 16 bytes (the `strongroom-attempt` header).
    ///
    /// ```
    /// use strongroom::session::Attempt;
    /// assert!(Attempt::parse(b"AAAAAAAAAAAAAAAAAAAAAA").is_some());
    /// assert!(Attempt::parse(b"AAAAAAAAAAAAAAAAAAAAAB").is_none()); // trailing bits
    /// ```
    pub fn parse(text: &[u8]) -> Option<Self> {
        array(text).map(Attempt)
    }
}

/// One mint of a family: what tells its handles apart.
///
/// `incarnation` counts how often the record had to be fast-forwarded because its store lost writes; `number` counts
/// mints. The record holds mints, never handles: a leaked record cannot be turned into a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mint {
    /// Fast-forwards before this mint.
    pub incarnation: u16,
    /// Mints in the family up to and including this one.
    pub number: u32,
    /// Fresh entropy.
    pub salt: [u8; SALT],
}

/// A handle known to be ours: authenticated by a [`KeyRing`](super::KeyRing), or just minted. There is no other way to
/// come by one, so a decision about an unauthenticated handle does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    pub(super) shard: Shard,
    pub(super) family: Family,
    pub(super) mint: Mint,
}

impl Handle {
    /// Which partition of the store to ask.
    pub fn shard(&self) -> &Shard {
        &self.shard
    }

    /// Which record to ask for.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// Which mint of the family it is.
    pub fn mint(&self) -> &Mint {
        &self.mint
    }

    /// Everything after the key id and before the MAC.
    pub(super) fn write_body(&self, text: &mut String) {
        let mut counter = [0; 6];
        counter[..2].copy_from_slice(&self.mint.incarnation.to_be_bytes());
        counter[2..].copy_from_slice(&self.mint.number.to_be_bytes());
        text.push_str(self.shard.as_str());
        for part in [self.family.0.as_slice(), &counter, &self.mint.salt] {
            text.push('.');
            text.push_str(&base64url::encode(part));
        }
    }

    /// Reads what [`Handle::write_body`] writes. Private to the module that checks the MAC first.
    pub(super) fn read_body(parts: [&[u8]; 4]) -> Option<Self> {
        let [shard, family, counter, salt] = parts;
        let [a, b, c, d, e, f] = array::<6>(counter)?;
        Some(Handle {
            shard: Shard::parse(shard)?,
            family: Family::parse(family)?,
            mint: Mint {
                incarnation: u16::from_be_bytes([a, b]),
                number: u32::from_be_bytes([c, d, e, f]),
                salt: array(salt)?,
            },
        })
    }
}

/// Exactly `N` bytes from canonical base64url.
pub(super) fn array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    base64url::decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_short_and_plain() {
        assert_eq!(Shard::parse(b"s-_0").unwrap().as_str(), "s-_0");
        for text in ["", "12345678901234567", "a.b", "ä", "a b"] {
            assert_eq!(Shard::parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn arrays_have_exactly_one_text() {
        assert_eq!(array::<2>(b"AAE"), Some([0, 1]));
        for text in ["AAF", "AA", "AAEA", "AA=", ""] {
            assert_eq!(array::<2>(text.as_bytes()), None, "{text:?}");
        }
    }
}
