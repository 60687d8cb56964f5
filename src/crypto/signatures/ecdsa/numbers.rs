//! Numbers modulo an odd prime that is known only at run time: a thin coat over the Montgomery arithmetic of `crypto-bigint`.

use crate::crypto::weierstrass::Field;
use crypto_bigint::BoxedUint;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams, FixedMontyParams};

/// What numbers are taken modulo.
#[derive(Clone)]
pub(super) struct Prime(BoxedMontyParams);

impl Prime {
    pub(super) fn of<const LIMBS: usize>(params: &FixedMontyParams<LIMBS>) -> Prime {
        Prime(params.into())
    }

    /// What a big-endian number is modulo the prime; `None` where it is longer than that.
    pub(super) fn number(&self, bytes: &[u8]) -> Option<Number> {
        let plain = BoxedUint::from_be_slice(bytes, self.0.bits_precision()).ok()?;
        Some(Number(BoxedMontyForm::new(plain, &self.0)))
    }

    /// Whether it is larger than the sum of a smaller prime and that number, which is no longer.
    pub(super) fn exceeds_sum(&self, other: &Prime, number: &[u8]) -> Option<bool> {
        let plain = BoxedUint::from_be_slice(number, self.0.bits_precision()).ok()?;
        Some(plain < self.0.modulus().wrapping_sub(&**other.0.modulus()))
    }
}

/// One of them.
#[derive(Clone)]
pub(super) struct Number(BoxedMontyForm);

impl Number {
    /// Big-endian, perhaps with zeros in front.
    pub(super) fn to_bytes(&self) -> Box<[u8]> {
        self.0.retrieve().to_be_bytes()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.as_montgomery() == other.0.as_montgomery()
    }
}

impl Field for Number {
    fn one(&self) -> Number {
        Number(BoxedMontyForm::one(self.0.params()))
    }

    fn is_zero(&self) -> bool {
        self.0.is_zero().into()
    }

    fn add(&self, other: &Number) -> Number {
        Number(self.0.add(&other.0))
    }

    fn sub(&self, other: &Number) -> Number {
        Number(self.0.sub(&other.0))
    }

    fn neg(&self) -> Number {
        Number(self.0.neg())
    }

    fn mul(&self, other: &Number) -> Number {
        Number(self.0.mul(&other.0))
    }

    /// And 0 for 0 (Fermat).
    fn invert(&self) -> Number {
        let exponent = self.0.params().modulus().wrapping_sub(BoxedUint::from(2u8));
        Number(self.0.pow(&exponent))
    }
}
