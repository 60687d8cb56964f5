//! Points on edwards25519: -x² + y² = 1 + dx²y². Sums are in extended coordinates, what is added to them is prepared for it (Hisil, Wong,
//! Carter, Dawson: "Twisted Edwards Curves Revisited"). The formulas hold for all points whatsoever.

use super::field::{Fe, Loose};

/// -121665 / 121666
const D: Fe = Fe::of(&[
    0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00, 0x98,
    0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52,
]);

/// A square root of -1.
const I: Fe = Fe::of(&[
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f, 0xa7,
    0xd7, 0xfb, 0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b,
]);

/// 1 / 2
const HALF: Fe = Fe::of(&{
    let mut half = [0xff; 32];
    (half[0], half[31]) = (0xf7, 0x3f);
    half
});

/// (x/z, y/z), and t/z is their product.
#[derive(Clone, Copy)]
pub(super) struct Point {
    x: Fe,
    y: Fe,
    z: Fe,
    t: Fe,
}

/// A point to be added: (y + x) / 2, (y - x) / 2 and dxy. The halves save a doubling; they cancel out.
#[derive(Clone, Copy)]
pub(super) struct Addend {
    plus: Loose,
    minus: Loose,
    product: Loose,
}

impl Point {
    pub(super) const INFINITY: Point = Point { x: Fe::ZERO, y: Fe::ONE, z: Fe::ONE, t: Fe::ZERO };

    /// The base point (RFC 8032 §5.1).
    pub(super) const GENERATOR: Point = {
        let x = Fe::of(&[
            0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69,
            0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2, 0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21,
        ]);
        // 4 / 5
        let mut y = [0x66; 32];
        y[0] = 0x58;
        let y = Fe::of(&y);
        Point { x, y, z: Fe::ONE, t: x.mul(&y) }
    };

    /// From its encoding (RFC 8032 §5.1.3), where it is one of a point.
    pub(super) fn of(encoded: &[u8; 32]) -> Option<Point> {
        let y = Fe::of(encoded);
        let yy = y.square();
        // x² = u / v
        let (u, v) = (yy.sub(&Fe::ONE).carry(), D.mul(&yy).add(&Fe::ONE).carry());
        let vvv = v.square().mul(&v);
        let root = u.mul(&vvv).mul(&u.mul(&vvv).mul(&vvv).mul(&v).pow_2_252_less_3());
        let is_root = |x: &Fe| x.square().mul(&v) == u;
        let x = [root, root.mul(&I)].into_iter().find(is_root)?;
        let opposite = Fe::ZERO.sub(&x).carry();
        let x = if x.to_bytes()[0] & 1 == encoded[31] >> 7 { x } else { opposite };
        Some(Point { x, y, z: Fe::ONE, t: x.mul(&y) })
    }

    /// The one canonical encoding (RFC 8032 §5.1.2).
    pub(super) fn encode(&self) -> [u8; 32] {
        let inverse = self.z.invert();
        let mut encoded = self.y.mul(&inverse).to_bytes();
        encoded[31] |= self.x.mul(&inverse).to_bytes()[0] << 7;
        encoded
    }

    pub(super) fn neg(&self) -> Point {
        let opposite = |of: &Fe| Fe::ZERO.sub(of).carry();
        Point { x: opposite(&self.x), t: opposite(&self.t), ..*self }
    }

    pub(super) fn double(&self) -> Point {
        let (xx, yy, zz) = (self.x.square(), self.y.square(), self.z.square());
        let h = xx.add(&yy);
        let e = h.carry().sub(&self.x.add(&self.y).square());
        let g = xx.sub(&yy);
        let f = zz.add(&zz).carry().add(&g.carry());
        Point { x: e.mul(&f), y: g.mul(&h), t: e.mul(&h), z: f.mul(&g) }
    }

    /// Adds a point, or its opposite.
    pub(super) fn add(&mut self, other: &Addend, is_opposite: bool) {
        let (plus, minus) =
            if is_opposite { (&other.minus, &other.plus) } else { (&other.plus, &other.minus) };
        let a = self.y.sub(&self.x).mul(minus);
        let b = self.y.add(&self.x).mul(plus);
        let c = self.t.loose().mul(&other.product);
        let (e, h) = (b.sub(&a), b.add(&a));
        let (mut f, mut g) = (self.z.sub(&c), self.z.add(&c));
        if is_opposite {
            (f, g) = (g, f);
        }
        *self = Point { x: e.mul(&f), y: g.mul(&h), t: e.mul(&h), z: f.mul(&g) };
    }

    /// Whether its order divides the cofactor.
    pub(super) fn is_small_order(&self) -> bool {
        // Its fourfold is then infinity or the point of order two, the two whose x is 0.
        self.double().double().x == Fe::ZERO
    }
}

/// All of them ready to be added, with one inversion.
pub(super) fn addends(points: &[Point]) -> Vec<Addend> {
    let mut products = Vec::with_capacity(points.len());
    let mut product = Fe::ONE;
    for point in points {
        products.push(product);
        product = product.mul(&point.z);
    }
    // No z is ever 0.
    let mut inverse = product.invert();
    let mut addends: Vec<Addend> = points
        .iter()
        .zip(products)
        .rev()
        .map(|(point, before)| {
            let z_inverse = inverse.mul(&before);
            inverse = inverse.mul(&point.z);
            let (x, y) = (point.x.mul(&z_inverse), point.y.mul(&z_inverse));
            let half = |of: Loose| of.mul(&HALF.loose()).loose();
            Addend { plus: half(y.add(&x)), minus: half(y.sub(&x)), product: D.mul(&x).mul(&y).loose() }
        })
        .collect();
    addends.reverse();
    addends
}

/// The sum of two points, each multiplied by a little-endian scalar: for both at once, bit by bit (Shamir's trick).
pub(super) fn sum_of_products(points: [&Point; 2], scalars: [&[u8; 32]; 2]) -> Point {
    let [first, second] = points.map(|point| *point);
    let mut both = first;
    if let Some(second) = addends(&[second]).first() {
        both.add(second, false);
    }
    let addends = addends(&[first, second, both]);
    let mut sum = Point::INFINITY;
    for (first, second) in scalars[0].iter().zip(scalars[1]).rev() {
        for bit in (0..8).rev() {
            sum = sum.double();
            let which = usize::from((first >> bit & 1) | (second >> bit & 1) << 1);
            if let Some(addend) = which.checked_sub(1).and_then(|which| addends.get(which)) {
                sum.add(addend, false);
            }
        }
    }
    sum
}
