//! ECDSA verification on P-384, P-521 and secp256k1 (FIPS 186-5 §6.4.2). Signatures are r and s, of fixed length (RFC 7518 §3.4).
//!
//! One piece of code serves all three curves, with numbers whose size is known only at run time: compiled for each size by itself, as
//! the curves' crates are, it would be most of the wasm module. Those crates are the reference that all of this is tested against. Only
//! public data is worked on, so nothing here takes constant time.

mod multiples;

use super::integers::{Modulus, Number};
use crate::crypto::public::curve::{self, Curve, hex};
use crate::crypto::weierstrass::{Affine, Field, Shape};
use core::fmt;
use multiples::{Multiples, sum_of_products};
use std::sync::{Arc, OnceLock};

/// A curve, with its generator's coordinates.
pub(super) struct Domain {
    curve: Curve,
    generator: [&'static [u8]; 2],
    /// Among [`Generators`].
    place: usize,
}

/// The multiples of the curves' generators, once they are needed; clones share them. The keys have theirs themselves.
#[derive(Clone, Default)]
pub(super) struct Generators([Arc<OnceLock<Multiples>>; 3]);

impl fmt::Debug for Generators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generators(…)")
    }
}

/// A point on one of the curves.
pub(super) struct EcdsaKey {
    curve: &'static Curve,
    shape: Shape,
    field: Modulus,
    group: Modulus,
    /// The generator and the key.
    points: [Affine<Number>; 2],
    /// Of both, from the first signature on.
    multiples: [Arc<OnceLock<Multiples>>; 2],
}

impl EcdsaKey {
    /// From coordinates of full length; `None` unless they are a point's.
    pub(super) fn of(
        domain: &'static Domain,
        x: &[u8],
        y: &[u8],
        generators: &Generators,
    ) -> Option<EcdsaKey> {
        let Domain { curve, generator, place } = domain;
        let (field, group) = (Modulus::of(curve.prime)?, Modulus::of(curve.order)?);
        let points = [point(&field, generator[0], generator[1])?, point(&field, x, y)?];
        let multiples = [Arc::clone(generators.0.get(*place)?), Arc::default()];
        let key = EcdsaKey { curve, shape: shape(curve), field, group, points, multiples };
        is_point(curve, &key.field, x, y).then_some(key)
    }

    /// Whether it is this key's signature of the message with that hash, which is no longer than the order.
    pub(super) fn verify(&self, hash: &[u8], signature: &[u8]) -> bool {
        self.curve.fits(signature) && self.holds(hash, signature).unwrap_or_default()
    }

    fn holds(&self, hash: &[u8], signature: &[u8]) -> Option<bool> {
        let (r, s) = signature.split_at(self.curve.size());
        let inverse = self.group.number(s)?.invert();
        let [u1, u2] = [self.group.reduced(hash)?, self.group.number(r)?].map(|number| number.mul(&inverse));
        let size = self.curve.size();
        let [generator, key] = [0, 1].map(|which: usize| {
            self.multiples[which].get_or_init(|| Multiples::of(&self.points[which], size, self.shape))
        });
        let sum =
            sum_of_products([generator, key], [&u1.to_bytes(size), &u2.to_bytes(size)], size, self.shape);
        // The sum's x counts modulo the order, which is below the prime: it may be r itself, or r plus the order.
        let x = self.field.number(r)?;
        let second = x.add(&self.field.number(self.curve.order)?);
        // Reduced modulo the prime that sum is less than r, and none.
        Some(sum.has_x(&x) || (*second.to_bytes(size) > *r && sum.has_x(&second)))
    }
}

/// Whether they are the coordinates of a point, each of full length and below the prime.
fn is_point(curve: &Curve, field: &Modulus, x: &[u8], y: &[u8]) -> bool {
    let is_canonical = [x, y].iter().all(|number| number.len() == curve.size() && *number < curve.prime);
    let is_on_curve = || Some(point(field, x, y)?.is_on_curve(&field.number(curve.b)?, shape(curve)));
    is_canonical && is_on_curve().unwrap_or_default()
}

fn point(field: &Modulus, x: &[u8], y: &[u8]) -> Option<Affine<Number>> {
    Some(Affine { x: field.number(x)?, y: field.number(y)? })
}

fn shape(curve: &Curve) -> Shape {
    if curve.is_a_minus_three { Shape::MinusThree } else { Shape::Zero }
}

/// With SHA-384 it is ES384 (SEC 2 §2.5.1).
pub(super) const P384: Domain = Domain {
    curve: curve::P384,
    generator: [
        &hex::<48>(
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38\
             5502f25dbf55296c3a545e3872760ab7",
        ),
        &hex::<48>(
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0\
             0a60b1ce1d7e819d7a431d7c90ea0e5f",
        ),
    ],
    place: 0,
};

/// With SHA-512 it is ES512 (SEC 2 §2.6.1).
pub(super) const P521: Domain = Domain {
    curve: curve::P521,
    generator: [
        &hex::<66>(
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d\
             3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5\
             bd66",
        ),
        &hex::<66>(
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e\
             662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd1\
             6650",
        ),
    ],
    place: 1,
};

/// With SHA-256 it is ES256K (RFC 8812 §3.2, SEC 2 §2.4.1). s may be either of its two values: JOSE has not Bitcoin's rule.
pub(super) const SECP256K1: Domain = Domain {
    curve: curve::SECP256K1,
    generator: [
        &hex::<32>("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        &hex::<32>("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
    ],
    place: 2,
};

#[cfg(test)]
mod tests;
