use super::*;
use crate::crypto::public::curve;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, U256};

fn little(number: &U256) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_exact_mut(Limb::BYTES).zip(number.to_words()) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// The primes that are asked about, and moduli that are the edges of what may be: with other low bits, short, with high limbs of ones.
fn moduli() -> Vec<U256> {
    let (one, max) = (U256::ONE, U256::MAX);
    let mut moduli = vec![
        U256::from_be_slice(curve::P256.prime),
        U256::from_be_slice(curve::P256.order),
        max.wrapping_shr(1).wrapping_sub(&U256::from(18_u8)),
        U256::from_be_hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"),
        max,
        max.wrapping_sub(&U256::from(188_u8)),
        one.shl(255).wrapping_add(&one),
        U256::from(3_u8),
        U256::from(0x3fff_ffff_u32),
        one.shl(30).wrapping_add(&one),
    ];
    moduli.extend((1..256).step_by(7).map(|bits| one.shl(bits).wrapping_sub(&one)));
    moduli
}

/// Numbers from a generator that is good enough to be different, and those near the ends, powers of two, and long rows of equal bits.
fn numbers(modulus: &U256) -> Vec<U256> {
    let (one, modulus_nz) = (U256::ONE, modulus.to_nz().unwrap());
    let mut numbers: Vec<U256> = (1..=40_u8).map(U256::from).collect();
    numbers.extend((1..=40_u8).map(|less| modulus.wrapping_sub(&U256::from(less))));
    for bits in 1..256 {
        numbers.push(one.shl(bits));
        numbers.push(one.shl(bits).wrapping_sub(&one));
        numbers.push(U256::MAX.shl(bits));
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..3_000 {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            chunk.copy_from_slice(&(state ^ state >> 29).to_le_bytes());
        }
        numbers.push(U256::from_le_slice(&bytes));
    }
    numbers.iter().map(|number| number.rem(&modulus_nz)).collect()
}

#[test]
fn inverses_are_those_of_the_reference() {
    for modulus in moduli() {
        let params = FixedMontyParams::new_vartime(modulus.to_odd().unwrap());
        let ours = Modulus::of(&little(&modulus));
        for number in numbers(&modulus) {
            let reference = FixedMontyForm::new(&number, &params).invert_vartime().into_option_copied();
            // What has no inverse gets something that its asker refuses.
            let Some(reference) = reference else { continue };
            let candidate = ours.candidate(&little(&number));
            assert_eq!(candidate, little(&reference.retrieve()), "{number} modulo {modulus}");
        }
    }
}

#[test]
fn what_has_no_inverse_gets_a_number_that_is_none() {
    for modulus in moduli() {
        let ours = Modulus::of(&little(&modulus));
        let candidate = U256::from_le_slice(&ours.candidate(&[0; 32]));
        assert!(candidate < modulus);
    }
    // 3 divides both.
    let ours = Modulus::of(&little(&U256::from(9_u8)));
    assert_ne!(ours.candidate(&little(&U256::from(3_u8)))[0] * 3 % 9, 1);
}
