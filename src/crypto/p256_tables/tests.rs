//! Everything here must be what the `p256` crate says, bit for bit.

use super::*;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{SigningKey, VerifyingKey};
use p256::elliptic_curve::Field;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{ProjectivePoint, PublicKey};
use proptest::prelude::*;

fn bytes_of(point: &ProjectivePoint) -> [u8; 64] {
    let encoded = point.to_affine().to_sec1_point(false);
    encoded.as_bytes()[1..].try_into().unwrap()
}

pub(super) fn multiple_of_generator(scalar: u64) -> [u8; 64] {
    bytes_of(&(ProjectivePoint::GENERATOR * Scalar::from(scalar)))
}

fn both(point: &[u8; 64]) -> Tables {
    let table = |point| Arc::new(Table::build(point));
    Tables { generator: table(GENERATOR), key: table(point::of(point)) }
}

/// By tables and without, which must agree.
fn verify_hash(point: &[u8; 64], hash: &[u8; 32], signature: &Signature) -> bool {
    let by_tables = both(point).verify_hash(hash, signature);
    assert_eq!(verify_hash_slowly(&point::of(point), hash, signature), by_tables);
    by_tables
}

fn scalar(bytes: [u8; 32]) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(bytes))
}

/// Scalars with little in them, and with much: where carries run through all windows, or just not.
fn edges() -> Vec<Scalar> {
    let mut edges = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2u64)];
    let mut unit = Scalar::ONE;
    for _ in 0..table::WINDOWS {
        for digit in [1u64, 31, 32, 33, 63, 64] {
            edges.push(unit * Scalar::from(digit));
            edges.push(-(unit * Scalar::from(digit)));
        }
        unit *= Scalar::from(64u64);
    }
    for digit in [31u64, 32, 33, 63] {
        let all = (0..42).fold(Scalar::ZERO, |sum, _| sum * Scalar::from(64u64) + Scalar::from(digit));
        edges.extend([all, -all]);
    }
    edges
}

fn multiply(table: &Table, scalar: &Scalar) -> Option<[Fe; 2]> {
    let mut sum = Sum::Infinity;
    for (window, digit) in digits(&scalar.to_bytes().into()).into_iter().enumerate() {
        table.add_to(&mut sum, window, digit);
    }
    point::normalize(&[sum]).first().map(|point| [point.x, point.y])
}

fn expected(point: &ProjectivePoint, scalar: &Scalar) -> Option<[Fe; 2]> {
    let product = *point * scalar;
    if product == ProjectivePoint::IDENTITY {
        return None;
    }
    let Affine { x, y } = point::of(&bytes_of(&product));
    Some([x, y])
}

#[test]
fn digits_are_those_of_the_scalar() {
    for scalar in edges() {
        let digits = digits(&scalar.to_bytes().into());
        assert!(digits.iter().all(|digit| (-31..=32).contains(digit)));
        let value = digits.iter().rev().fold(Scalar::ZERO, |sum, digit| {
            let digit = if *digit < 0 {
                -Scalar::from(u64::from(digit.unsigned_abs()))
            } else {
                Scalar::from(*digit as u64)
            };
            sum * Scalar::from(64u64) + digit
        });
        assert_eq!(value, scalar);
    }
}

#[test]
fn every_point_of_a_table_is_its_multiple() {
    let base = ProjectivePoint::GENERATOR * Scalar::from(0xdead_beefu64);
    let table = Table::build(point::of(&bytes_of(&base)));
    let mut unit = Scalar::ONE;
    for window in 0..table::WINDOWS {
        for digit in 1..=32i8 {
            let mut sum = Sum::Infinity;
            table.add_to(&mut sum, window, digit);
            let scalar = unit * Scalar::from(digit as u64);
            let point = point::normalize(&[sum])[0];
            assert_eq!(Some([point.x, point.y]), expected(&base, &scalar), "{window} {digit}");
        }
        unit *= Scalar::from(64u64);
    }
}

#[test]
fn edge_scalars_multiply_as_the_reference_does() {
    let table = Table::build(GENERATOR);
    for scalar in edges() {
        assert_eq!(multiply(&table, &scalar), expected(&ProjectivePoint::GENERATOR, &scalar), "{scalar:?}");
    }
}

#[test]
fn a_table_grown_in_slices_is_the_same() {
    let whole = Table::build(GENERATOR);
    for slice in [1, 5, 6, 42, 100] {
        let mut table = Table::start(GENERATOR);
        while !table.is_complete() {
            table.grow(slice);
        }
        table.grow(slice);
        for scalar in edges().iter().step_by(37) {
            assert_eq!(multiply(&table, scalar), multiply(&whole, scalar));
        }
    }
}

#[test]
fn equal_opposite_and_infinite_points_add_up() {
    let (one, two) = (GENERATOR, point::of(&multiple_of_generator(2)));
    let affine = |sum: Sum| point::normalize(&[sum]).first().copied();
    let sum = |first: Sum, second: &Affine| {
        let mut sum = first;
        sum.add(second, SHAPE);
        sum
    };
    assert_eq!(affine(sum(one.into(), &one)), Some(two));
    assert_eq!(affine(Sum::from(one).double(SHAPE)), Some(two));
    assert_eq!(affine(sum(one.into(), &one.neg())), None);
    assert_eq!(affine(Sum::Infinity.double(SHAPE)), None);
    assert_eq!(affine(sum(Sum::Infinity, &one)), Some(one));
    // Equal and opposite, where the sum is not in its simplest coordinates.
    let three = sum(two.into(), &one);
    let same = affine(three).unwrap();
    assert_eq!(affine(sum(three, &same)), affine(Sum::from(same).double(SHAPE)));
    assert_eq!(affine(sum(three, &same.neg())), None);
    // Infinity among others is left out.
    let some = [three, Sum::Infinity, two.into()];
    assert_eq!(point::normalize(&some), [same, two]);
    assert_eq!(point::normalize::<Fe>(&[]), []);
}

/// A key whose scalar is small makes sums meet equal and opposite points on the way.
#[test]
fn small_keys_and_crafted_hashes_agree_with_the_reference() {
    // The last is the generator's opposite.
    let small = [1u64, 2, 3, 31, 32, 33, 64, 65].map(Scalar::from);
    for secret in small.into_iter().chain([-Scalar::ONE]) {
        let key = SigningKey::from_slice(&secret.to_bytes()).unwrap();
        let public = *key.verifying_key();
        let point = bytes_of(&ProjectivePoint::from(*public.as_affine()));
        for r in [1u64, 2, 64, 4096] {
            // u1 + u2·secret = 0: infinity, which is never a signature.
            let (r, s) = (Scalar::from(r), Scalar::from(7u64));
            let hash = -(r * secret);
            let signature = Signature::from_scalars(r.to_bytes(), s.to_bytes()).unwrap();
            let hash: [u8; 32] = hash.to_bytes().into();
            assert!(!verify_hash(&point, &hash, &signature));
            assert!(public.verify_prehash(&hash, &signature).is_err());
            // u1 = u2·secret: the same point twice.
            let hash: [u8; 32] = (r * secret).to_bytes().into();
            assert_eq!(
                verify_hash(&point, &hash, &signature),
                public.verify_prehash(&hash, &signature).is_ok()
            );
        }
    }
}

/// x may lie between the order and the prime; then r is x minus the order. A signature is built around such a point.
#[test]
fn an_x_above_the_order_is_reduced() {
    // The smallest x above the order that is on the curve.
    let mut found = None;
    for offset in 0u64..100 {
        let mut x = ORDER;
        let mut carry = offset;
        for byte in x.iter_mut().rev() {
            carry += u64::from(*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
        let encoded = [&[2u8][..], &x].concat();
        if let Ok(point) = PublicKey::from_sec1_bytes(&encoded) {
            found = Some((offset, point));
            break;
        }
    }
    let (offset, point) = found.unwrap();
    // R is that point: Q = (R·s - G·z) / r.
    let (r, s, z) = (Scalar::from(offset), Scalar::from(5u64), Scalar::from(11u64));
    if bool::from(r.is_zero()) {
        return;
    }
    let q = (point.to_projective() * s - ProjectivePoint::GENERATOR * z) * r.invert().unwrap();
    let public = VerifyingKey::from_affine(q.to_affine()).unwrap();
    let signature = Signature::from_scalars(r.to_bytes(), s.to_bytes()).unwrap();
    let hash: [u8; 32] = z.to_bytes().into();
    assert!(public.verify_prehash(&hash, &signature).is_ok());
    assert!(verify_hash(&bytes_of(&q), &hash, &signature));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn multiples_are_those_of_the_reference(a: [u8; 32], b: [u8; 32]) {
        let base = ProjectivePoint::GENERATOR * (scalar(a) + Scalar::ONE);
        prop_assume!(base != ProjectivePoint::IDENTITY);
        let table = Table::build(point::of(&bytes_of(&base)));
        prop_assert_eq!(multiply(&table, &scalar(b)), expected(&base, &scalar(b)));
    }

    #[test]
    fn signatures_are_judged_as_the_reference_does(secret: [u8; 32], hash: [u8; 32], flip in 0usize..600) {
        let secret = scalar(secret);
        prop_assume!(!bool::from(secret.is_zero()));
        let key = SigningKey::from_slice(&secret.to_bytes()).unwrap();
        let public = *key.verifying_key();
        let point = bytes_of(&ProjectivePoint::from(*public.as_affine()));
        let (signature, _) = key.sign_prehash_recoverable(&hash);
        let mut bytes: [u8; 64] = signature.to_bytes().into();
        // Some are left whole.
        if let Some(byte) = bytes.get_mut(flip / 8) {
            *byte ^= 1 << (flip % 8);
        }
        if let Ok(signature) = Signature::from_slice(&bytes) {
            prop_assert_eq!(verify_hash(&point, &hash, &signature), public.verify_prehash(&hash, &signature).is_ok());
        }
    }
}
