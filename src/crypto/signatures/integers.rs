//! Integers modulo an odd number that is known only at run time, in Montgomery form: a thin coat over HACL*'s, which are formally
//! verified. Only public data is worked on.

// A machine without wide multiplication is served better by narrow limbs; wasm is one.
#[cfg(not(target_pointer_width = "64"))]
use libcrux_hacl_rs::bignum::{base, bignum32 as bignum};
#[cfg(target_pointer_width = "64")]
use libcrux_hacl_rs::bignum::{base, bignum64 as bignum};

#[cfg(not(target_pointer_width = "64"))]
use base::{
    bn_add_mod_n_u32 as add, bn_from_mont_u32 as from_montgomery, bn_mont_ctx_u32 as Context,
    bn_mont_mul_u32 as multiply, bn_mont_sqr_u32 as square, bn_sub_mod_n_u32 as subtract,
    bn_to_mont_u32 as to_montgomery, mod_inv_uint32 as inverse,
};
#[cfg(target_pointer_width = "64")]
use base::{
    bn_add_mod_n_u64 as add, bn_from_mont_u64 as from_montgomery, bn_mont_ctx_u64 as Context,
    bn_mont_mul_u64 as multiply, bn_mont_sqr_u64 as square, bn_sub_mod_n_u64 as subtract,
    bn_to_mont_u64 as to_montgomery, mod_inv_uint64 as inverse,
};

use crate::crypto::weierstrass::Field;
use std::sync::Arc;

#[cfg(not(target_pointer_width = "64"))]
type Limb = u32;
#[cfg(target_pointer_width = "64")]
type Limb = u64;

/// What numbers are taken modulo; clones share it.
#[derive(Clone)]
pub(super) struct Modulus(Arc<Context>);

impl Modulus {
    /// A big-endian number; `None` where it is even.
    pub(super) fn of(bytes: &[u8]) -> Option<Modulus> {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = &bytes[zeros..];
        if bytes.last()? % 2 == 0 {
            return None;
        }
        let n = bignum::new_bn_from_bytes_be(bytes.len() as u32, bytes);
        let mut power: Box<[Limb]> = vec![0; n.len()].into();
        // Below the number, whose highest limb is not 0; for 1 there is but 0.
        power[n.len() - 1] = Limb::from(bytes != [1]);
        let (len, mu) = (n.len() as u32, inverse(n[0]));
        // R² takes numbers into Montgomery form, where a number stands as R times itself. Doublings alone would be thousands: after the
        // first the power is 2^len in that form, and squarings make 2^(len · bits of a limb) of it, which is R.
        for _ in 0..Limb::BITS + len {
            let half = power.clone();
            add(len, &n, &half, &half, &mut power);
        }
        for _ in 0..Limb::BITS.ilog2() {
            let root = power.clone();
            square(len, &n, mu, &root, &mut power);
        }
        Some(Modulus(Arc::new(Context { len, n, mu, r2: power })))
    }

    /// From a big-endian number; `None` unless it is below the modulus.
    pub(super) fn number(&self, bytes: &[u8]) -> Option<Number> {
        self.montgomery(&self.plain(bytes)?)
    }

    /// The same of a number that may be as long as the modulus, and is reduced where it is not below it.
    pub(super) fn reduced(&self, bytes: &[u8]) -> Option<Number> {
        let (context, larger) = (self.context(), self.plain(bytes)?);
        let mut plain = self.zero();
        bignum::sub(context.len, &larger, &context.n, &mut plain);
        self.montgomery(&larger).or_else(|| self.montgomery(&plain))
    }

    /// Limbs, as many as the modulus has; `None` for what needs more.
    fn plain(&self, bytes: &[u8]) -> Option<Vec<Limb>> {
        let mut plain = bignum::new_bn_from_bytes_be(bytes.len() as u32, bytes).into_vec();
        let limbs = self.context().len as usize;
        if plain.len() > limbs {
            return None;
        }
        plain.resize(limbs, 0);
        Some(plain)
    }

    fn montgomery(&self, plain: &[Limb]) -> Option<Number> {
        let context = self.context();
        if bignum::lt_mask(context.len, plain, &context.n) == 0 {
            return None;
        }
        Some(self.written(|limbs| {
            to_montgomery(context.len, &context.n, context.mu, &context.r2, plain, limbs);
        }))
    }

    fn context(&self) -> &Context {
        &self.0
    }

    fn zero(&self) -> Box<[Limb]> {
        vec![0; self.context().len as usize].into()
    }

    /// The number whose limbs `write` gives.
    fn written(&self, write: impl FnOnce(&mut [Limb])) -> Number {
        let mut limbs = self.zero();
        write(&mut limbs);
        Number { limbs, modulus: self.clone() }
    }
}

/// One of them.
#[derive(Clone)]
pub(super) struct Number {
    /// Below the modulus, so that equal numbers have equal limbs.
    limbs: Box<[Limb]>,
    modulus: Modulus,
}

impl Number {
    /// Big-endian, of so many bytes, which are as many as the modulus has.
    pub(super) fn to_bytes(&self, size: usize) -> Vec<u8> {
        let (context, mut plain, mut bytes) = (self.modulus.context(), self.modulus.zero(), vec![0; size]);
        from_montgomery(context.len, &context.n, context.mu, &self.limbs, &mut plain);
        bignum::bn_to_bytes_be(size as u32, &plain, &mut bytes);
        bytes
    }

    fn squared(&self) -> Number {
        let context = self.modulus.context();
        self.modulus.written(|limbs| square(context.len, &context.n, context.mu, &self.limbs, limbs))
    }

    /// To the power of a number that is not 0, big-endian.
    pub(super) fn pow(&self, exponent: &[u8]) -> Number {
        let bits = exponent.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        let mut power = self.clone();
        // The highest bit is there already.
        for bit in bits.skip_while(|bit| *bit == 0).skip(1) {
            power = power.squared();
            if bit == 1 {
                power = power.mul(self);
            }
        }
        power
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.limbs == other.limbs
    }
}

impl Field for Number {
    fn one(&self) -> Number {
        let context = self.modulus.context();
        // R² in Montgomery form is R, and R is how 1 is written.
        self.modulus.written(|limbs| from_montgomery(context.len, &context.n, context.mu, &context.r2, limbs))
    }

    fn is_zero(&self) -> bool {
        self.limbs.iter().all(|limb| *limb == 0)
    }

    fn add(&self, other: &Number) -> Number {
        let context = self.modulus.context();
        self.modulus.written(|limbs| add(context.len, &context.n, &self.limbs, &other.limbs, limbs))
    }

    fn sub(&self, other: &Number) -> Number {
        let context = self.modulus.context();
        self.modulus.written(|limbs| subtract(context.len, &context.n, &self.limbs, &other.limbs, limbs))
    }

    fn neg(&self) -> Number {
        let zero = Number { limbs: self.modulus.zero(), modulus: self.modulus.clone() };
        zero.sub(self)
    }

    fn mul(&self, other: &Number) -> Number {
        let context = self.modulus.context();
        self.modulus.written(|limbs| {
            multiply(context.len, &context.n, context.mu, &self.limbs, &other.limbs, limbs);
        })
    }

    /// And 0 for 0 (Fermat).
    fn invert(&self) -> Number {
        let context = self.modulus.context();
        let mut two = self.modulus.zero();
        two[0] = 2;
        let mut exponent = self.modulus.zero();
        bignum::sub(context.len, &context.n, &two, &mut exponent);
        let size = size_of_val(&*exponent);
        let mut bytes = vec![0; size];
        bignum::bn_to_bytes_be(size as u32, &exponent, &mut bytes);
        self.pow(&bytes)
    }
}

#[cfg(test)]
mod tests;
