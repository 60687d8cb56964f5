//! Many sums at once: what is slow in affine coordinates, the inversion, is shared.

use super::{Affine, Field, Shape};

/// The sums of pairs of points, equal ones too. `None` if the two of any pair are opposite. Of order two there must be no point.
pub(in super::super) fn add_pairs<F: Field>(
    pairs: &[[Affine<F>; 2]],
    shape: Shape,
) -> Option<Vec<Affine<F>>> {
    let Some([first, _]) = pairs.first() else { return Some(Vec::new()) };
    let mut product = first.x.one();
    let mut divisors = Vec::with_capacity(pairs.len());
    for [p, q] in pairs {
        let difference = q.x.sub(&p.x);
        let divisor = match difference.is_zero() {
            false => difference,
            true if p.y == q.y => p.y.double(),
            true => return None,
        };
        let next = product.mul(&divisor);
        divisors.push((divisor, product));
        product = next;
    }
    let mut inverse = product.invert();
    let mut sums = Vec::with_capacity(pairs.len());
    for ([p, q], (divisor, before)) in pairs.iter().zip(&divisors).rev() {
        let dividend = if p.x == q.x { p.tangent(shape) } else { q.y.sub(&p.y) };
        let slope = dividend.mul(&inverse.mul(before));
        inverse = inverse.mul(divisor);
        let x = slope.square().sub(&p.x).sub(&q.x);
        let y = slope.mul(&p.x.sub(&x)).sub(&p.y);
        sums.push(Affine { x, y });
    }
    sums.reverse();
    Some(sums)
}

impl<F: Field> Affine<F> {
    /// 3x² + a
    fn tangent(&self, shape: Shape) -> F {
        let xx = self.x.square();
        let xx = match shape {
            Shape::MinusThree => xx.sub(&self.x.one()),
            Shape::Zero => xx,
        };
        xx.double().add(&xx)
    }
}
