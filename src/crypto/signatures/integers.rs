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
mod tests {
    //! Everything here must be what `crypto-bigint` says.

    use super::*;
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd, Resize};
    use proptest::prelude::*;

    /// Modulo a number of so many bytes.
    struct Pair(Modulus, BoxedMontyParams, usize);

    fn pair(bytes: &[u8]) -> Pair {
        let modulus = Odd::new(BoxedUint::from_be_slice_vartime(bytes)).unwrap();
        Pair(Modulus::of(bytes).unwrap(), BoxedMontyParams::new_vartime(modulus), bytes.len())
    }

    impl Pair {
        /// What a number is below the modulus: ours and the reference's.
        fn numbers(&self, bytes: &[u8]) -> (Number, BoxedMontyForm) {
            let bits = self.1.bits_precision();
            let number = BoxedUint::from_be_slice_vartime(bytes).rem_vartime(self.1.modulus().as_nz_ref());
            let number = number.resize(bits);
            let bytes = number.to_be_bytes();
            let ours = self.0.number(&bytes[bytes.len() - self.2..]).unwrap();
            (ours, BoxedMontyForm::new(number, &self.1))
        }

        fn check(&self, ours: &Number, reference: &BoxedMontyForm) {
            let expected = reference.retrieve().to_be_bytes();
            assert_eq!(ours.to_bytes(self.2), expected[expected.len() - self.2..]);
        }
    }

    fn check(modulus: &[u8], a: &[u8], b: &[u8]) {
        let pair = pair(modulus);
        let ((x, a), (y, b)) = (pair.numbers(a), pair.numbers(b));
        pair.check(&x, &a);
        pair.check(&x.add(&y), &a.add(&b));
        pair.check(&x.sub(&y), &a.sub(&b));
        pair.check(&x.neg(), &a.neg());
        pair.check(&x.mul(&y), &a.mul(&b));
        pair.check(&x.squared(), &a.square());
        pair.check(&x.one(), &BoxedMontyForm::one(&pair.1));
        for exponent in [1u32, 2, 3, 65_537, 0xffff_fffe] {
            pair.check(&x.pow(&exponent.to_be_bytes()), &a.pow(&BoxedUint::from(exponent)));
        }
        assert_eq!(x.is_zero(), bool::from(a.is_zero()));
        assert!(x.sub(&x).is_zero() && x == x.clone() && (x == y) == (a == b));
    }

    #[test]
    fn what_is_no_modulus_or_no_number_is_none() {
        assert!(Modulus::of(&[]).is_none() && Modulus::of(&[1, 0]).is_none() && Modulus::of(&[0]).is_none());
        // Of one there is but 0, and zeros in front are nothing.
        assert!(Modulus::of(&[1]).unwrap().number(&[0]).unwrap().pow(&[3]).is_zero());
        let same = Modulus::of(&[&[0; 40][..], &[0x80; 40], &[1]].concat()).unwrap();
        assert_eq!(same.number(&[9]).unwrap().pow(&[2]).to_bytes(1), [81]);
        for size in [8, 31, 32, 33, 66, 256, 257] {
            let mut bytes = vec![0x80; size];
            bytes[size - 1] = 3;
            let modulus = Modulus::of(&bytes).unwrap();
            let plus = |number: u8| [&bytes[..size - 1], &[3 + number]].concat();
            assert!(modulus.number(&bytes).is_none() && modulus.number(&plus(9)).is_none(), "{size}");
            assert!(modulus.reduced(&bytes).unwrap().is_zero());
            assert_eq!(modulus.reduced(&plus(9)).unwrap().to_bytes(1), [9]);
            // What is below is what it is, whichever way.
            let below = [&bytes[..size - 1], &[2]].concat();
            assert!(modulus.number(&below) == modulus.reduced(&below));
            assert_eq!(modulus.number(&below).unwrap().to_bytes(size), below);
            for number in [&[1], &vec![0; size + 8][..]].iter().map(|zeros| [&[1], *zeros].concat()).skip(1) {
                assert!(modulus.number(&number).is_none() && modulus.reduced(&number).is_none());
            }
        }
        let three = Modulus::of(&[3]).unwrap();
        assert_eq!(three.reduced(&[5]).unwrap().to_bytes(1), [2]);
        assert!(three.reduced(&[6]).is_none() && three.number(&[5]).is_none());
    }

    #[test]
    fn an_inverse_is_one() {
        // 2^521 - 1
        let prime = [&[1][..], &[0xff; 65]].concat();
        let pair = pair(&prime);
        for byte in 0..5 {
            let (number, _) = pair.numbers(&[byte; 66]);
            let product = number.mul(&number.invert());
            assert!(if number.is_zero() { product.is_zero() } else { product == number.one() });
        }
    }

    #[test]
    fn numbers_at_the_edges_are_those_of_the_reference() {
        for size in [9, 32, 48, 66, 128, 256, 259, 384] {
            for high in [1, 0x7f, 0x80, 0xff] {
                for low in [1, 0xff] {
                    let mut modulus = vec![if low == 1 { 0 } else { 0xff }; size];
                    (modulus[0], modulus[size - 1]) = (high, low);
                    let mut below = modulus.clone();
                    below[size - 1] -= 1;
                    for number in [
                        &below[..],
                        &[1],
                        &[0],
                        &vec![0xff; size - 1],
                        &[&[1][..], &vec![0; size / 2]].concat(),
                    ] {
                        check(&modulus, number, &below);
                        check(&modulus, &below, number);
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn numbers_are_those_of_the_reference(
            mut modulus in prop::collection::vec(any::<u8>(), 9..300),
            a in prop::collection::vec(any::<u8>(), 1..300),
            b in prop::collection::vec(any::<u8>(), 1..300),
        ) {
            *modulus.first_mut().unwrap() |= 1;
            *modulus.last_mut().unwrap() |= 1;
            check(&modulus, &a, &b);
        }
    }
}
