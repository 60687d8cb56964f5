//! HMAC-SHA-256 (RFC 2104) with keys derived by HKDF-SHA-256 (RFC 5869), one label a purpose.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a tag. Half of SHA-256's output: the least RFC 2104 §5 recommends, and 2^128 guesses a forgery.
pub const TAG: usize = 16;

/// A key for one purpose, ready to use: its first hash blocks are computed once.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Derives the key of the purpose `label` from `secret`.
    pub fn derive(secret: &[u8], label: &[u8]) -> Self {
        let mut key = Zeroizing::new([0u8; 64]);
        derive(secret, label, key.as_mut());
        MacKey(Hmac::new((&*key).into()))
    }

    /// The truncated tag of `message`.
    pub fn tag(&self, message: &[u8]) -> [u8; TAG] {
        let mut mac = self.0.clone();
        mac.update(message);
        let full = mac.finalize().into_bytes();
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }

    /// Whether `tag` belongs to `message`, in a time that does not depend on where they differ.
    pub fn verify(&self, message: &[u8], tag: &[u8; TAG]) -> bool {
        self.tag(message).ct_eq(tag).into()
    }
}

impl core::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

/// Fills `output` (at most 255 hash lengths) with key material for the purpose `label`.
pub fn derive(secret: &[u8], label: &[u8], output: &mut [u8]) {
    // The only error is an output beyond 255 * 32 bytes; the callers' sizes are constants far below.
    let filled = Hkdf::<Sha256>::new(None, secret).expand(label, output);
    debug_assert!(filled.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    }

    #[test]
    fn derivation_is_hkdf_sha256() {
        // RFC 5869, test case 3: no salt, no info.
        let mut okm = [0; 42];
        derive(&[0x0b; 22], b"", &mut okm);
        assert_eq!(
            okm.to_vec(),
            hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
        );
    }

    #[test]
    fn tag_is_truncated_hmac_sha256() {
        // RFC 4231, test case 2, whose key is padded with zeros to the block, as HMAC does itself.
        let mut key = [0u8; 64];
        key[..4].copy_from_slice(b"Jefe");
        let mac = MacKey(Hmac::new((&key).into()));
        let tag = mac.tag(b"what do ya want for nothing?");
        assert_eq!(tag.to_vec(), hex("5bdcc146bf60754e6a042426089575c7"));
        assert!(mac.verify(b"what do ya want for nothing?", &tag));
        assert!(!mac.verify(b"what do ya want for nothing!", &tag));
    }

    #[test]
    fn purposes_do_not_share_keys() {
        let (a, b) = (MacKey::derive(&[7; 32], b"a"), MacKey::derive(&[7; 32], b"b"));
        assert_ne!(a.tag(b"m"), b.tag(b"m"));
    }
}
