//! Numbers modulo a prime of at most 256 bits, such as the order of a group: a thin coat over the Montgomery arithmetic of
//! `crypto-bigint`. Only public data is worked on, so nothing here takes constant time.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, U256, Word};

type Form = FixedMontyForm<{ U256::LIMBS }>;

/// What numbers are taken modulo. For constants: the long division that it takes is in no artifact then.
pub(super) struct Prime(FixedMontyParams<{ U256::LIMBS }>);

impl Prime {
    /// An odd number of at most 256 bits, big-endian.
    pub(super) const fn of(bytes: &[u8]) -> Prime {
        let (mut words, mut place) = ([0; U256::LIMBS], 0);
        while place < bytes.len() {
            let byte = bytes[bytes.len() - 1 - place];
            words[place / Limb::BYTES] |= (byte as Word) << (8 * (place % Limb::BYTES));
            place += 1;
        }
        let number = U256::from_words(words).to_odd().expect_copied("a prime is odd");
        Prime(FixedMontyParams::new_vartime(number))
    }

    /// What a number is modulo the prime, big-endian.
    pub(super) fn reduce(&self, bytes: &[u8; 32]) -> Scalar {
        Scalar(Form::new(&U256::from_be_slice(bytes), &self.0))
    }

    /// What a number of 512 bits is modulo the prime, little-endian.
    pub(super) fn reduce_wide(&self, bytes: &[u8; 64]) -> Scalar {
        let (low, high) = bytes.split_at(32);
        let [low, high] = [low, high].map(|half| Form::new(&U256::from_le_slice(half), &self.0));
        // 2^256 times the high half: that is how it would be written in Montgomery form.
        let shift = Form::from_montgomery(*self.0.r2(), &self.0);
        Scalar(high.mul(&shift).add(&low))
    }

    /// The inverse of a number in Montgomery form, in the same form; of 0 it is 0. Both little-endian.
    pub(super) fn invert_montgomery(&self, bytes: &[u8; 32]) -> [u8; 32] {
        let inverse = Form::from_montgomery(U256::from_le_slice(bytes), &self.0).invert_vartime();
        let inverse = inverse.into_option_copied().map_or(U256::ZERO, |inverse| inverse.to_montgomery());
        to_bytes(&inverse)
    }
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Scalar(Form);

impl Scalar {
    pub(super) fn mul(&self, other: &Scalar) -> Scalar {
        Scalar(self.0.mul(&other.0))
    }

    pub(super) fn neg(&self) -> Scalar {
        Scalar(self.0.neg())
    }

    /// `None` of 0.
    pub(super) fn invert(&self) -> Option<Scalar> {
        self.0.invert_vartime().into_option_copied().map(Scalar)
    }

    /// Little-endian.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        to_bytes(&self.0.retrieve())
    }
}

fn to_bytes(number: &U256) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_exact_mut(Limb::BYTES).zip(number.to_words()) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}
