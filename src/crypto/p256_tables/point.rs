//! P-256: y² = x³ - 3x + b over the integers modulo p.

use super::field::Fe;
use crate::crypto::public::curve::hex;
use crate::crypto::weierstrass;

pub(super) use crate::crypto::weierstrass::{add_pairs, normalize};

pub(super) const SHAPE: weierstrass::Shape = weierstrass::Shape::MinusThree;

pub(super) type Affine = weierstrass::Affine<Fe>;
pub(super) type Sum = weierstrass::Sum<Fe>;

/// The curve's b.
pub(super) const B: Fe = Fe::of(&hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"));

/// The base point (SEC 2 §2.4.2).
pub(super) const GENERATOR: Affine = Affine {
    x: Fe::of(&[
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77,
        0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    ]),
    y: Fe::of(&[
        0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b,
        0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
    ]),
};

/// From x and y, big-endian, of a point that is known to be on the curve.
pub(super) fn of(bytes: &[u8; 64]) -> Affine {
    let mut halves = [[0; 32]; 2];
    halves[0].copy_from_slice(&bytes[..32]);
    halves[1].copy_from_slice(&bytes[32..]);
    Affine { x: Fe::of(&halves[0]), y: Fe::of(&halves[1]) }
}
