//! Sums are in XYZZ coordinates, what is added to them in affine ones (Explicit-Formulas Database, "short Weierstrass, XYZZ").

use super::Field;

/// The curve's a. No sum needs its b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Shape {
    /// a = -3: the curves of NIST.
    MinusThree,
    /// a = 0: secp256k1.
    Zero,
}

/// A point that is not infinity: (x, y).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Affine<F> {
    pub(in super::super) x: F,
    pub(in super::super) y: F,
}

impl<F: Field> Affine<F> {
    /// Whether it is a point of the curve with that b.
    pub(in super::super) fn is_on_curve(&self, b: &F, shape: Shape) -> bool {
        let mut slope = self.x.square();
        if shape == Shape::MinusThree {
            let one = self.x.one();
            slope = slope.sub(&one.double().add(&one));
        }
        self.y.square() == slope.mul(&self.x).add(b)
    }

    pub(in super::super) fn neg(&self) -> Affine<F> {
        Affine { x: self.x.clone(), y: self.y.neg() }
    }
}

/// Any point.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Sum<F> {
    Infinity,
    /// (x/zz, y/zzz), where zz³ is zzz² and neither is 0.
    Point {
        x: F,
        y: F,
        zz: F,
        zzz: F,
    },
}

impl<F: Field> From<Affine<F>> for Sum<F> {
    fn from(Affine { x, y }: Affine<F>) -> Sum<F> {
        let one = x.one();
        Sum::Point { x, y, zz: one.clone(), zzz: one }
    }
}

impl<F: Field> Sum<F> {
    /// There must be no point of order two: true of every curve whose order is an odd prime.
    pub(in super::super) fn double(&self, shape: Shape) -> Sum<F> {
        let Sum::Point { x, y, zz, zzz } = self else { return Sum::Infinity };
        let u = y.double();
        let v = u.square();
        let w = u.mul(&v);
        let s = x.mul(&v);
        let product = match shape {
            Shape::MinusThree => x.sub(zz).mul(&x.add(zz)),
            Shape::Zero => x.square(),
        };
        let m = product.double().add(&product);
        let x = m.square().sub(&s.double());
        let y = m.mul(&s.sub(&x)).sub(&w.mul(y));
        Sum::Point { x, y, zz: v.mul(zz), zzz: w.mul(zzz) }
    }

    /// Adds a point, whatever the two are: equal, opposite, or this one infinity.
    pub(in super::super) fn add(&mut self, other: &Affine<F>, shape: Shape) {
        let Sum::Point { x, y, zz, zzz } = self else {
            *self = other.clone().into();
            return;
        };
        let p = other.x.mul(zz).sub(x);
        let r = other.y.mul(zzz).sub(y);
        if p.is_zero() {
            *self = if r.is_zero() { self.double(shape) } else { Sum::Infinity };
            return;
        }
        let pp = p.square();
        let ppp = p.mul(&pp);
        let q = x.mul(&pp);
        *x = r.square().sub(&ppp).sub(&q.double());
        *y = r.mul(&q.sub(x)).sub(&y.mul(&ppp));
        *zz = zz.mul(&pp);
        *zzz = zzz.mul(&ppp);
    }

    /// Whether it is not infinity and has this affine x.
    pub(in super::super) fn has_x(&self, candidate: &F) -> bool {
        matches!(self, Sum::Point { x, zz, .. } if candidate.mul(zz) == *x)
    }
}

/// All of them in affine coordinates, with one inversion; infinity is left out.
pub(in super::super) fn normalize<F: Field>(sums: &[Sum<F>]) -> Vec<Affine<F>> {
    let points: Vec<[&F; 4]> = sums
        .iter()
        .filter_map(|sum| match sum {
            Sum::Infinity => None,
            Sum::Point { x, y, zz, zzz } => Some([x, y, zz, zzz]),
        })
        .collect();
    let Some([first, ..]) = points.first() else { return Vec::new() };
    let mut product = first.one();
    let mut affine = Vec::with_capacity(points.len());
    for [_, _, _, zzz] in &points {
        // Until its turn comes each keeps the product of those before it.
        affine.push(Affine { x: product.clone(), y: product.clone() });
        product = product.mul(zzz);
    }
    let mut inverse = product.invert();
    for (place, [x, y, zz, zzz]) in affine.iter_mut().zip(points).rev() {
        let zzz_inverse = inverse.mul(&place.x);
        inverse = inverse.mul(zzz);
        // zz²/zzz² is 1/zz.
        let zz_inverse = zz.mul(&zzz_inverse).square();
        *place = Affine { x: x.mul(&zz_inverse), y: y.mul(&zzz_inverse) };
    }
    affine
}

/// The sum of two points, each multiplied by a big-endian scalar of the same length: for both at once, bit by bit (Shamir's trick).
pub(in super::super) fn sum_of_products<F: Field>(
    points: [&Affine<F>; 2],
    scalars: [&[u8]; 2],
    shape: Shape,
) -> Sum<F> {
    let mut both = Sum::from(points[0].clone());
    both.add(points[1], shape);
    let both = normalize(&[both]);
    let mut sum = Sum::Infinity;
    for (first, second) in scalars[0].iter().zip(scalars[1]) {
        for bit in (0..8).rev() {
            sum = sum.double(shape);
            let other = match (first >> bit & 1, second >> bit & 1) {
                (0, 0) => None,
                (_, 0) => Some(points[0]),
                (0, _) => Some(points[1]),
                // `None` where the two are opposite.
                _ => both.first(),
            };
            if let Some(other) = other {
                sum.add(other, shape);
            }
        }
    }
    sum
}
