//! Integers modulo 2^255 - 19: a thin coat over `fiat-crypto`, whose two types for a number say how much its limbs may hold.

// A machine without wide multiplication is served better by narrow limbs; wasm is one.
#[cfg(not(target_pointer_width = "64"))]
use fiat_crypto::curve25519_32 as fiat;
#[cfg(target_pointer_width = "64")]
use fiat_crypto::curve25519_64 as fiat;

use crate::crypto::inverse::Modulus;
use fiat::{
    fiat_25519_add, fiat_25519_carry, fiat_25519_carry_mul, fiat_25519_carry_square, fiat_25519_from_bytes,
    fiat_25519_loose_field_element as LooseLimbs, fiat_25519_relax, fiat_25519_sub,
    fiat_25519_tight_field_element as Limbs, fiat_25519_to_bytes,
};

const MODULUS: Modulus = Modulus::of(&{
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    prime
});

const NONE: Limbs = Limbs([0; if cfg!(target_pointer_width = "64") { 5 } else { 10 }]);

/// A field element: what products are.
#[derive(Clone, Copy)]
pub(super) struct Fe(Limbs);

/// A field element: what is multiplied. Sums and differences are such.
#[derive(Clone, Copy)]
pub(super) struct Loose(LooseLimbs);

impl Fe {
    pub(super) const ZERO: Fe = Fe(NONE);

    pub(super) const ONE: Fe = Fe::of(&{
        let mut one = [0; 32];
        one[0] = 1;
        one
    });

    /// From little-endian bytes. The highest bit does not count.
    pub(super) const fn of(bytes: &[u8; 32]) -> Fe {
        let (mut bytes, mut limbs) = (*bytes, NONE);
        bytes[31] &= 0x7f;
        fiat_25519_from_bytes(&mut limbs, &bytes);
        Fe(limbs)
    }

    /// Little-endian, reduced: equal numbers have equal bytes.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        fiat_25519_to_bytes(&mut bytes, &self.0);
        bytes
    }

    pub(super) const fn loose(&self) -> Loose {
        let mut out = LooseLimbs(NONE.0);
        fiat_25519_relax(&mut out, &self.0);
        Loose(out)
    }

    pub(super) fn add(&self, other: &Fe) -> Loose {
        let mut out = LooseLimbs(NONE.0);
        fiat_25519_add(&mut out, &self.0, &other.0);
        Loose(out)
    }

    pub(super) fn sub(&self, other: &Fe) -> Loose {
        let mut out = LooseLimbs(NONE.0);
        fiat_25519_sub(&mut out, &self.0, &other.0);
        Loose(out)
    }

    pub(super) const fn mul(&self, other: &Fe) -> Fe {
        self.loose().mul(&other.loose())
    }

    pub(super) fn square(&self) -> Fe {
        self.loose().square()
    }

    /// 1 / self, and 0 for 0.
    pub(super) fn invert(&self) -> Fe {
        self.inverse().unwrap_or_else(|| self.power())
    }

    /// The inverse by division steps, where it is one.
    pub(super) fn inverse(&self) -> Option<Fe> {
        let inverse = Fe::of(&MODULUS.candidate(&self.to_bytes()));
        (inverse.mul(self) == Fe::ONE).then_some(inverse)
    }

    /// self^(p-2) (Fermat).
    pub(super) fn power(&self) -> Fe {
        // p - 2 = 8·(2^252 - 3) + 3
        self.pow_2_252_less_3().squared(3).mul(&self.square().mul(self))
    }

    /// self^(2^252 - 3), where that is (p - 5) / 8.
    pub(super) fn pow_2_252_less_3(&self) -> Fe {
        // All its bits are 1 but the last but one. Each power has twice as many as one before.
        let two = self.square().mul(self);
        let four = two.squared(2).mul(&two);
        let five = four.square().mul(self);
        let ten = five.squared(5).mul(&five);
        let twenty = ten.squared(10).mul(&ten);
        let forty = twenty.squared(20).mul(&twenty);
        let fifty = forty.squared(10).mul(&ten);
        let hundred = fifty.squared(50).mul(&fifty);
        let two_hundred = hundred.squared(100).mul(&hundred);
        two_hundred.squared(50).mul(&fifty).squared(2).mul(self)
    }

    fn squared(&self, times: usize) -> Fe {
        (0..times).fold(*self, |power, _| power.square())
    }
}

impl PartialEq for Fe {
    fn eq(&self, other: &Fe) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Loose {
    pub(super) const fn mul(&self, other: &Loose) -> Fe {
        let mut out = NONE;
        fiat_25519_carry_mul(&mut out, &self.0, &other.0);
        Fe(out)
    }

    pub(super) fn square(&self) -> Fe {
        let mut out = NONE;
        fiat_25519_carry_square(&mut out, &self.0);
        Fe(out)
    }

    pub(super) fn carry(&self) -> Fe {
        let mut out = NONE;
        fiat_25519_carry(&mut out, &self.0);
        Fe(out)
    }
}
