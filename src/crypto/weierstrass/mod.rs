//! Points of y² = x³ + ax + b over any prime field, on public data only: nothing here takes constant time.
//!
//! Whoever brings a [`Field`] gets sums of points for it, compiled for its very type.

mod pairs;
mod point;

pub(super) use pairs::add_pairs;
pub(super) use point::{Affine, Shape, Sum, normalize, sum_of_products};

/// An element of a prime field. What is known only at run time, such as the prime itself, an element may carry with it.
pub(super) trait Field: Clone + PartialEq {
    /// 1, in this element's field.
    fn one(&self) -> Self;

    fn is_zero(&self) -> bool;

    fn add(&self, other: &Self) -> Self;

    fn sub(&self, other: &Self) -> Self;

    fn neg(&self) -> Self;

    fn double(&self) -> Self {
        self.add(self)
    }

    fn mul(&self, other: &Self) -> Self;

    fn square(&self) -> Self {
        self.mul(self)
    }

    /// 1 / self; of 0 it may be anything.
    fn invert(&self) -> Self;
}
