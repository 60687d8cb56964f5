//! Points on curves y² = x³ + ax + b, and the range of the numbers in an ECDSA signature.

use super::modular::Ring;

/// A curve over a prime field, with numbers that are as long as the prime, big-endian.
pub(in crate::crypto) struct Curve {
    pub(in crate::crypto) prime: &'static [u8],
    /// Whether a is -3; else it is 0.
    pub(in crate::crypto) is_a_minus_three: bool,
    pub(in crate::crypto) b: &'static [u8],
    /// Of the group.
    pub(in crate::crypto) order: &'static [u8],
}

impl Curve {
    /// How long a number is, in bytes.
    pub(in crate::crypto) fn size(&self) -> usize {
        self.prime.len()
    }

    /// Whether x and y, each of full length, are the coordinates of a point.
    pub(super) fn contains(&self, x: &[u8], y: &[u8]) -> bool {
        let ring = Ring::new(self.prime);
        let numbers = [x, y, self.b].map(|number| ring.element(number));
        let [Some(x), Some(y), Some(b)] = numbers else { return false };
        let mut slope = ring.mul(&x, &x);
        if self.is_a_minus_three {
            slope = (0..3).fold(slope, |slope, _| ring.sub(&slope, &ring.one()));
        }
        ring.mul(&y, &y) == ring.add(&ring.mul(&slope, &x), &b)
    }

    /// Whether a signature is r and s, each of full length (RFC 7518 §3.4), both in [1, n-1].
    pub(in crate::crypto) fn fits(&self, signature: &[u8]) -> bool {
        let is_in_range = |number: &[u8]| number.iter().any(|byte| *byte != 0) && *number < *self.order;
        signature.len() == 2 * self.size() && signature.chunks(self.size()).all(is_in_range)
    }
}

/// P-256 (SEC 2 §2.4.2).
pub(in crate::crypto) const P256: Curve = Curve {
    prime: &hex::<32>("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    is_a_minus_three: true,
    b: &hex::<32>("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
    order: &hex::<32>("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
};

/// P-384 (SEC 2 §2.5.1).
pub(in crate::crypto) const P384: Curve = Curve {
    prime: &hex::<48>(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
             ffffffff0000000000000000ffffffff",
    ),
    is_a_minus_three: true,
    b: &hex::<48>(
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
             c656398d8a2ed19d2a85c8edd3ec2aef",
    ),
    order: &hex::<48>(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
             581a0db248b0a77aecec196accc52973",
    ),
};

/// P-521 (SEC 2 §2.6.1).
pub(in crate::crypto) const P521: Curve = Curve {
    prime: &hex::<66>(
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ffff",
    ),
    is_a_minus_three: true,
    b: &hex::<66>(
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1\
             09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b50\
             3f00",
    ),
    order: &hex::<66>(
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138\
             6409",
    ),
};

/// secp256k1 (SEC 2 §2.4.1).
pub(in crate::crypto) const SECP256K1: Curve = Curve {
    prime: &hex::<32>("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"),
    is_a_minus_three: false,
    b: &hex::<32>("0000000000000000000000000000000000000000000000000000000000000007"),
    order: &hex::<32>("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
};

/// The bytes of a hexadecimal text of just that length.
pub(in crate::crypto) const fn hex<const N: usize>(text: &str) -> [u8; N] {
    assert!(text.len() == 2 * N);
    let mut bytes = [0; N];
    let mut at = 0;
    while at < 2 * N {
        let character = text.as_bytes()[at];
        let digit = if character <= b'9' { character - b'0' } else { character - b'a' + 10 };
        bytes[at / 2] = bytes[at / 2] << 4 | digit;
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests;
