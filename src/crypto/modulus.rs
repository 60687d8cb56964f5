//! Moduli that are known when this is compiled: what Montgomery arithmetic needs of them is a constant, so that the long division which
//! it takes is in no artifact.

use crypto_bigint::modular::FixedMontyParams;
use crypto_bigint::{Limb, Uint, Word};

/// How many limbs so many bytes take.
pub(super) const fn limbs(bytes: usize) -> usize {
    bytes.div_ceil(Limb::BYTES)
}

/// Of an odd number, big-endian.
pub(super) const fn params<const LIMBS: usize>(modulus: &[u8]) -> FixedMontyParams<LIMBS> {
    let (mut words, mut place) = ([0; LIMBS], 0);
    while place < modulus.len() {
        let byte = modulus[modulus.len() - 1 - place];
        words[place / Limb::BYTES] |= (byte as Word) << (8 * (place % Limb::BYTES));
        place += 1;
    }
    FixedMontyParams::new_vartime(Uint::from_words(words).to_odd().expect_copied("a modulus is odd"))
}
