//! RSA public keys: their sizes, and weaknesses that show in the modulus.

use crate::jose::jwk::KeyProblem;

/// Accepted sizes of a modulus in bits.
const MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// Accepted public exponents, of which the odd ones (RFC 8017 §3.1). Larger ones only make verification slow.
const EXPONENT: core::ops::RangeInclusive<u64> = 65_537..=0xffff_ffff;

/// Checks modulus and exponent, big-endian (RFC 7518 §6.3.1).
pub(super) fn check(n: &[u8], e: &[u8]) -> Result<(), KeyProblem> {
    if n.first().is_none_or(|byte| *byte == 0) {
        return Err(KeyProblem::Member("n"));
    }
    let bits = n.len() * 8 - n[0].leading_zeros() as usize;
    if !MODULUS_BITS.contains(&bits) || n[n.len() - 1].is_multiple_of(2) {
        return Err(KeyProblem::Modulus);
    }
    exponent(e)?;
    if has_roca_fingerprint(n) { Err(KeyProblem::WeakModulus) } else { Ok(()) }
}

/// Whether a signature is as long as the modulus, and as a number smaller (RFC 8017 §5.2.2).
pub(super) fn fits(modulus: &[u8], signature: &[u8]) -> bool {
    signature.len() == modulus.len() && signature < modulus
}

fn exponent(bytes: &[u8]) -> Result<u64, KeyProblem> {
    if bytes.first().is_none_or(|byte| *byte == 0) {
        return Err(KeyProblem::Member("e"));
    }
    if bytes.len() > 4 {
        return Err(KeyProblem::Exponent);
    }
    let value = bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    if EXPONENT.contains(&value) && value % 2 == 1 { Ok(value) } else { Err(KeyProblem::Exponent) }
}

/// The primes of the published ROCA test. A broken generator made primes that are powers of 65537 modulo each of these; a
/// sound modulus passes for one with a chance of about 2^-27.
const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    ROCA_PRIMES.iter().all(|prime| {
        let residue = modulus.iter().fold(0, |residue, byte| (residue * 256 + u32::from(*byte)) % prime);
        is_power_of_65537(residue, *prime)
    })
}

fn is_power_of_65537(residue: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * (65_537 % prime) % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product of powers of 65537, as the broken generator's moduli are, modulo all test primes at once.
    #[test]
    fn a_modulus_of_the_broken_generator_is_recognised() {
        // 65537^k for k = 128 has 2049 bits: the simplest number with the fingerprint.
        let mut modulus = vec![1u8];
        for _ in 0..128 {
            let mut carry = 0u32;
            for byte in modulus.iter_mut().rev() {
                let product = u32::from(*byte) * 65_537 + carry;
                *byte = product as u8;
                carry = product >> 8;
            }
            while carry > 0 {
                modulus.insert(0, carry as u8);
                carry >>= 8;
            }
        }
        assert!(has_roca_fingerprint(&modulus));
        let last = modulus.len() - 1;
        modulus[last] ^= 2;
        assert!(!has_roca_fingerprint(&modulus));
    }

    #[test]
    fn exponents_are_bounded_and_odd() {
        assert_eq!(exponent(&[1, 0, 1]), Ok(65_537));
        assert_eq!(exponent(&[0xff, 0xff, 0xff, 0xff]), Ok(0xffff_ffff));
        for bytes in [&[3][..], &[1, 0, 0], &[1, 0, 2], &[1, 0, 0, 0, 1], &[255; 8]] {
            assert_eq!(exponent(bytes), Err(KeyProblem::Exponent), "{bytes:?}");
        }
        assert_eq!(exponent(&[0, 1, 0, 1]), Err(KeyProblem::Member("e")));
        assert_eq!(exponent(&[]), Err(KeyProblem::Member("e")));
    }
}
