//! Integers modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, in Montgomery form: a thin coat over `fiat-crypto`, which keeps every result
//! below p, so that equal numbers have equal limbs.

// A machine without wide multiplication is served better by narrow limbs; wasm is one.
#[cfg(not(target_pointer_width = "64"))]
use fiat_crypto::p256_32 as fiat;
#[cfg(target_pointer_width = "64")]
use fiat_crypto::p256_64 as fiat;

use crate::crypto::inverse::Modulus;
use crate::crypto::public::curve;
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

    /// 2^768
    const CUBE: Fe = Fe::SQUARE.times(&Fe::SQUARE);

    const MODULUS: Modulus = Modulus::of(&little(curve::P256.prime));

    /// From big-endian bytes of a number below p.
    pub(super) const fn of(bytes: &[u8; 32]) -> Fe {
        // What `fiat_p256_to_montgomery` does, by the multiplication that is there anyway.
        Fe::plain(&little(bytes)).times(&Fe::SQUARE)
    }

    /// Those very limbs, little-endian.
    const fn plain(bytes: &[u8; 32]) -> Fe {
        let mut limbs = ZERO;
        fiat_p256_from_bytes(&mut limbs, bytes);
        Fe(limbs)
    }

    const fn times(&self, other: &Fe) -> Fe {
        let mut out = Montgomery(ZERO);
        fiat_p256_mul(&mut out, &Montgomery(self.0), &Montgomery(other.0));
        Fe(out.0)
    }

    /// The inverse by division steps, where it is one.
    pub(super) fn inverse(&self) -> Option<Fe> {
        let mut bytes = [0; 32];
        fiat_p256_to_bytes(&mut bytes, &self.0);
        // The limbs are 2^256 times the number, and so must the inverse's be.
        let inverse = Fe::plain(&Fe::MODULUS.candidate(&bytes)).times(&Fe::CUBE);
        (inverse.times(self) == Fe::ONE).then_some(inverse)
    }

    /// self^(p-2) (Fermat).
    pub(super) fn power(&self) -> Fe {
        // The lowest byte of p is 255.
        let [head @ .., _] = curve::P256.prime else { return *self };
        let bits = head.iter().chain(&[0xfd]).flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        bits.fold(Fe::ONE, |power, bit| {
            let power = power.times(&power);
            if bit == 1 { power.times(self) } else { power }
        })
    }
}

const fn little(bytes: &[u8]) -> [u8; 32] {
    let (mut little, mut place) = ([0; 32], 0);
    while place < 32 {
        little[place] = bytes[31 - place];
        place += 1;
    }
    little
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
        self.times(other)
    }

    fn invert(&self) -> Fe {
        self.inverse().unwrap_or_else(|| self.power())
    }
}
