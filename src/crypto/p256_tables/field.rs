//! Integers modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, in Montgomery form: a thin coat over `fiat-crypto`, which keeps every result
//! below p, so that equal numbers have equal limbs.

// A machine without wide multiplication is served better by narrow limbs; wasm is one.
#[cfg(not(target_pointer_width = "64"))]
use fiat_crypto::p256_32 as fiat;
#[cfg(target_pointer_width = "64")]
use fiat_crypto::p256_64 as fiat;

use crate::crypto::public::curve;
use crate::crypto::scalars::Prime;
use crate::crypto::weierstrass::Field;
use fiat::{
    fiat_p256_add, fiat_p256_from_bytes, fiat_p256_montgomery_domain_field_element as Montgomery,
    fiat_p256_mul, fiat_p256_non_montgomery_domain_field_element as Plain, fiat_p256_opp, fiat_p256_set_one,
    fiat_p256_sub, fiat_p256_to_bytes, fiat_p256_to_montgomery,
};

#[cfg(not(target_pointer_width = "64"))]
type Limbs = [u32; 8];
#[cfg(target_pointer_width = "64")]
type Limbs = [u64; 4];

const ZERO: Limbs = [0; 256 / usize::BITS as usize];

/// A field element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fe(Limbs);

impl Fe {
    pub(super) const ONE: Fe = {
        let mut one = Montgomery(ZERO);
        fiat_p256_set_one(&mut one);
        Fe(one.0)
    };

    /// 2^512
    const SQUARE: Fe = {
        let mut square = Montgomery(ZERO);
        fiat_p256_to_montgomery(&mut square, &Plain(Fe::ONE.0));
        Fe(square.0)
    };

    /// From big-endian bytes of a number below p.
    pub(super) const fn of(bytes: &[u8; 32]) -> Fe {
        let mut little = [0; 32];
        let mut i = 0;
        while i < 32 {
            little[i] = bytes[31 - i];
            i += 1;
        }
        let (mut limbs, mut element) = (ZERO, Montgomery(ZERO));
        fiat_p256_from_bytes(&mut limbs, &little);
        // What `fiat_p256_to_montgomery` does, by the multiplication that is there anyway.
        fiat_p256_mul(&mut element, &Montgomery(limbs), &Montgomery(Fe::SQUARE.0));
        Fe(element.0)
    }
}

impl Field for Fe {
    fn one(&self) -> Fe {
        Fe::ONE
    }

    fn is_zero(&self) -> bool {
        self.0 == ZERO
    }

    fn add(&self, other: &Fe) -> Fe {
        let mut out = Montgomery(ZERO);
        fiat_p256_add(&mut out, &Montgomery(self.0), &Montgomery(other.0));
        Fe(out.0)
    }

    fn sub(&self, other: &Fe) -> Fe {
        let mut out = Montgomery(ZERO);
        fiat_p256_sub(&mut out, &Montgomery(self.0), &Montgomery(other.0));
        Fe(out.0)
    }

    fn neg(&self) -> Fe {
        let mut out = Montgomery(ZERO);
        fiat_p256_opp(&mut out, &Montgomery(self.0));
        Fe(out.0)
    }

    // Its square is a product too: `fiat_p256_square` compiles to something six times slower for wasm.
    fn mul(&self, other: &Fe) -> Fe {
        let mut out = Montgomery(ZERO);
        fiat_p256_mul(&mut out, &Montgomery(self.0), &Montgomery(other.0));
        Fe(out.0)
    }

    fn invert(&self) -> Fe {
        const PRIME: Prime = Prime::of(curve::P256.prime);
        let (mut bytes, mut limbs) = ([0; 32], ZERO);
        fiat_p256_to_bytes(&mut bytes, &self.0);
        fiat_p256_from_bytes(&mut limbs, &PRIME.invert_montgomery(&bytes));
        Fe(limbs)
    }
}
