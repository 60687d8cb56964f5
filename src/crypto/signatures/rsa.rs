//! RSA verification (RFC 8017), on public data only: nothing here takes constant time, and there is no private-key work.
//!
//! The power modulo n is worked out by HACL*'s integers, which are formally verified. What it has to be is written here, as RFC 8017
//! says it; the `rsa` crate is the reference that all of this is tested against.

use super::integers::Modulus;
use sha2::Digest;

/// A hash of parts, one after the other.
pub(super) type Hash = fn(&[&[u8]]) -> Vec<u8>;

pub(super) fn hash<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// A public key whose numbers are checked, see `public`.
pub(super) struct RsaKey {
    modulus: Modulus,
    /// Of the modulus, which has no zeros in front.
    bytes: usize,
    /// Bits of the first byte of the modulus.
    first: u32,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// `None` for a modulus that is even, of no bytes, or has a zero in front.
    pub(super) fn of(n: &[u8], e: &[u8]) -> Option<RsaKey> {
        let first = n.first()?.checked_ilog2()? + 1;
        Some(RsaKey { modulus: Modulus::of(n)?, bytes: n.len(), first, exponent: e.to_vec() })
    }

    /// Whether it is this key's RSASSA-PKCS1-v1_5 signature of the message (RFC 8017 §8.2.2): RS256, RS384, RS512.
    pub(super) fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        // There is but one encoding of each message.
        self.encoded(signature) == encode_pkcs1(&hash(&[message]), self.bytes)
    }

    /// Whether it is this key's RSASSA-PSS signature of the message (RFC 8017 §8.1.2), the salt as long as the hash and MGF1
    /// with the same hash (RFC 7518 §3.5): PS256, PS384, PS512.
    pub(super) fn verify_pss(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let encoded = self.encoded(signature);
        // The encoded message has a bit less than the modulus, and with it sometimes a byte.
        let (mask, encoded) = match self.first {
            1 if encoded.first() != Some(&0) => return false,
            1 => (0xff, &encoded[1..]),
            bits => (0xff >> (9 - bits), &encoded[..]),
        };
        is_pss(encoded, mask, hash, &hash(&[message])).unwrap_or_default()
    }

    /// What was signed (§5.2.2): the signature, which must be as long as the modulus and below it, to the power of e. Else nothing.
    fn encoded(&self, signature: &[u8]) -> Vec<u8> {
        if signature.len() != self.bytes {
            return Vec::new();
        }
        let power =
            self.modulus.number(signature).map(|number| number.pow(&self.exponent).to_bytes(self.bytes));
        power.unwrap_or_default()
    }
}

/// EMSA-PKCS1-v1_5 of a hash of SHA-2 (§9.2), of so many bytes.
fn encode_pkcs1(digest: &[u8], bytes: usize) -> Vec<u8> {
    let size = digest.len() as u8;
    // The last of the object identifiers' numbers: 1, 2 and 3 for 32, 48 and 64 bytes.
    let which = size / 16 - 1;
    // DER of the hash function's name, and that of the hash up to its bytes.
    let name = [0, 0x30, 17 + size, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, which, 5, 0, 4, size];
    let mut encoded = vec![0, 1];
    encoded.resize(bytes.saturating_sub(name.len() + digest.len()), 0xff);
    encoded.extend(name);
    encoded.extend_from_slice(digest);
    encoded
}

/// EMSA-PSS-VERIFY (§9.1.2) of what was signed, in whose first byte only the bits of the mask can be set.
fn is_pss(encoded: &[u8], mask: u8, hash: Hash, digest: &[u8]) -> Option<bool> {
    let (trailer, encoded) = encoded.split_last()?;
    let (masked, seed) = encoded.split_at_checked(encoded.len().checked_sub(digest.len())?)?;
    if *trailer != 0xbc || masked.first()? & !mask != 0 {
        return Some(false);
    }
    let mut data = Vec::with_capacity(masked.len());
    for (counter, chunk) in masked.chunks(digest.len()).enumerate() {
        // MGF1 (§B.2.1)
        let block = hash(&[seed, &(counter as u32).to_be_bytes()]);
        data.extend(chunk.iter().zip(block).map(|(byte, mask)| byte ^ mask));
    }
    *data.first_mut()? &= mask;
    let (padding, salt) = data.split_at_checked(data.len().checked_sub(digest.len())?)?;
    let (one, zeros) = padding.split_last()?;
    let is_padded = *one == 1 && zeros.iter().all(|byte| *byte == 0);
    Some(is_padded && hash(&[&[0; 8], digest, salt]) == seed)
}

#[cfg(test)]
mod tests;
