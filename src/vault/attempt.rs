//! The identity of a refresh attempt, and the entropy it is made of.

use core::fmt;

/// Fresh random bytes for one call of a machine: enough for an attempt id and a jitter.
///
/// Every call that may start something takes its own. Bytes that are not needed are simply not used.
#[derive(Clone, Copy)]
pub struct Entropy(pub [u8; Entropy::LEN]);

impl Entropy {
    /// How many bytes one call takes.
    pub const LEN: usize = 20;

    /// The `n`th variation, for a machine of several parts: as good as fresh for ids that only have to differ.
    pub(crate) fn nth(mut self, n: u8) -> Self {
        self.0[15] = self.0[15].wrapping_add(n);
        self.0[17] ^= n.wrapping_mul(0x9d);
        self
    }

    /// The attempt id in these bytes.
    pub(crate) fn attempt(&self) -> Attempt {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0[..16]);
        Attempt(id)
    }

    /// A number below 2^16 that does not depend on the attempt id.
    pub(crate) fn jitter(&self) -> u32 {
        u32::from(u16::from_le_bytes([self.0[16], self.0[17]]))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(…)")
    }
}

/// Names one attempt to refresh. It is sent again unchanged when the attempt is retried, so that the server can repeat
/// an answer that got lost and recognise a request that comes late.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attempt([u8; 16]);

impl Attempt {
    /// The raw id.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// As it travels in the `strongroom-attempt` header: 22 characters of unpadded base64url (RFC 4648 §5).
    pub fn text(&self) -> [u8; 22] {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let number = u128::from_be_bytes(self.0);
        core::array::from_fn(|i| {
            let at = 6 * i;
            let group = if at <= 122 { number >> (122 - at) } else { number << (at - 122) };
            ALPHABET[group as usize & 63]
        })
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().iter().try_for_each(|byte| fmt::Write::write_char(f, char::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_canonical_base64url() {
        assert_eq!(&Attempt([0; 16]).text(), b"AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(&Attempt([0xff; 16]).text(), b"_____________________w");
        let counting = Attempt(core::array::from_fn(|i| i as u8));
        assert_eq!(&counting.text(), b"AAECAwQFBgcICQoLDA0ODw");
    }
}
