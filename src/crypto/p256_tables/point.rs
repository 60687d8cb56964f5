//! Points on y² = x³ - 3x + b. Sums are in Jacobian coordinates, tables in affine ones.

use super::field::Fe;

/// A point that is not infinity: (x, y).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) x: Fe,
    pub(super) y: Fe,
}

/// (x/z², y/z³); infinity where z is 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian {
    pub(super) x: Fe,
    pub(super) y: Fe,
    pub(super) z: Fe,
}

impl Affine {
    /// The base point (SEC 2 §2.4.2).
    pub(super) const GENERATOR: Affine = Affine {
        x: Fe::of(&[
            0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
            0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
        ]),
        y: Fe::of(&[
            0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
            0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
        ]),
    };

    /// From x and y, big-endian, of a point that is known to be on the curve.
    pub(super) fn of(bytes: &[u8; 64]) -> Affine {
        let mut halves = [[0; 32]; 2];
        halves[0].copy_from_slice(&bytes[..32]);
        halves[1].copy_from_slice(&bytes[32..]);
        Affine { x: Fe::of(&halves[0]), y: Fe::of(&halves[1]) }
    }

    pub(super) fn neg(&self) -> Affine {
        Affine { x: self.x, y: self.y.neg() }
    }
}

impl From<Affine> for Jacobian {
    fn from(Affine { x, y }: Affine) -> Jacobian {
        Jacobian { x, y, z: Fe::ONE }
    }
}

impl Jacobian {
    pub(super) const INFINITY: Jacobian = Jacobian { x: Fe::ONE, y: Fe::ONE, z: Fe::ZERO };

    pub(super) fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// The doubling for a = -3. There is no point of order two, so that only infinity gives infinity.
    pub(super) fn double(&self) -> Jacobian {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x.mul(&gamma);
        let product = self.x.sub(&delta).mul(&self.x.add(&delta));
        let alpha = product.double().add(&product);
        let beta4 = beta.double().double();
        let x = alpha.square().sub(&beta4.double());
        let z = self.y.add(&self.z).square().sub(&gamma).sub(&delta);
        let gamma8 = gamma.square().double().double().double();
        let y = alpha.mul(&beta4.sub(&x)).sub(&gamma8);
        Jacobian { x, y, z }
    }

    /// The sum with an affine point, whatever the two are: equal, opposite, or this one infinity.
    pub(super) fn add(&self, other: &Affine) -> Jacobian {
        if self.is_infinity() {
            return Jacobian::from(*other);
        }
        let zz = self.z.square();
        let h = other.x.mul(&zz).sub(&self.x);
        let r = other.y.mul(&self.z).mul(&zz).sub(&self.y);
        if h.is_zero() {
            return if r.is_zero() { self.double() } else { Jacobian::INFINITY };
        }
        let hh = h.square();
        let hhh = h.mul(&hh);
        let v = self.x.mul(&hh);
        let x = r.square().sub(&hhh).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&self.y.mul(&hhh));
        Jacobian { x, y, z: self.z.mul(&h) }
    }
}

/// All of them in affine coordinates, with one inversion. None may be infinity.
pub(super) fn normalize(points: &[Jacobian]) -> Vec<Affine> {
    let mut products = Vec::with_capacity(points.len());
    let mut product = Fe::ONE;
    for point in points {
        products.push(product);
        product = product.mul(&point.z);
    }
    let mut inverse = product.invert();
    let mut affine = vec![Affine::GENERATOR; points.len()];
    for (i, point) in points.iter().enumerate().rev() {
        let z_inverse = inverse.mul(&products[i]);
        inverse = inverse.mul(&point.z);
        let zz = z_inverse.square();
        affine[i] = Affine { x: point.x.mul(&zz), y: point.y.mul(&zz).mul(&z_inverse) };
    }
    affine
}
