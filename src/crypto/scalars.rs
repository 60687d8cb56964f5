//! Numbers modulo a prime of at most 256 bits, such as the order of a group: a thin coat over the Montgomery arithmetic of
//! `crypto-bigint`. Only public data is worked on, so nothing here takes constant time.

use super::inverse::Modulus;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, U256, Word};

type Form = FixedMontyForm<{ U256::LIMBS }>;

/// What numbers are taken modulo. For constants: the long division that it takes is in no artifact then.
pub(super) struct Prime {
    form: FixedMontyParams<{ U256::LIMBS }>,
    modulus: Modulus,
}

impl Prime {
    /// An odd number of at most 256 bits, big-endian.
    pub(super) const fn of(bytes: &[u8]) -> Prime {
        let (mut words, mut little, mut place) = ([0; U256::LIMBS], [0; 32], 0);
        while place < bytes.len() {
            let byte = bytes[bytes.len() - 1 - place];
            words[place / Limb::BYTES] |= (byte as Word) << (8 * (place % Limb::BYTES));
            little[place] = byte;
            place += 1;
        }
        let number = U256::from_words(words).to_odd().expect_copied("a prime is odd");
        Prime { form: FixedMontyParams::new_vartime(number), modulus: Modulus::of(&little) }
    }

    /// What a number is modulo the prime, big-endian.
    pub(super) fn reduce(&self, bytes: &[u8; 32]) -> Scalar {
        Scalar(Form::new(&U256::from_be_slice(bytes), &self.form))
    }

    /// What a number of 512 bits is modulo the prime, little-endian.
    pub(super) fn reduce_wide(&self, bytes: &[u8; 64]) -> Scalar {
        let (low, high) = bytes.split_at(32);
        let [low, high] = [low, high].map(|half| Form::new(&U256::from_le_slice(half), &self.form));
        // 2^256 times the high half: that is how it would be written in Montgomery form.
        let shift = Form::from_montgomery(*self.form.r2(), &self.form);
        Scalar(high.mul(&shift).add(&low))
    }

    /// `None` of 0.
    pub(super) fn invert(&self, scalar: &Scalar) -> Option<Scalar> {
        let candidate = U256::from_le_slice(&self.modulus.candidate(&scalar.to_bytes()));
        let inverse = Scalar(Form::new(&candidate, &self.form));
        (inverse.mul(scalar).0 == Form::one(&self.form)).then_some(inverse)
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

    /// Little-endian.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.chunks_exact_mut(Limb::BYTES).zip(self.0.retrieve().to_words()) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}
