//! Everything here must be what the `p256` crate says, bit for bit.

use super::*;
use crate::crypto::table_store::Table as _;
use crate::crypto::weierstrass::Field;
use crate::crypto::windows::windows;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::Field as _;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{FieldBytes, ProjectivePoint, PublicKey, Scalar};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

fn bytes_of(point: &ProjectivePoint) -> [u8; 64] {
    let encoded = point.to_affine().to_sec1_point(false);
    encoded.as_bytes()[1..].try_into().unwrap()
}

fn multiple_of_generator(scalar: u64) -> [u8; 64] {
    bytes_of(&(ProjectivePoint::GENERATOR * Scalar::from(scalar)))
}

const BITS: [usize; 2] = [7, 8];

fn build(point: Affine, bits: usize) -> Table {
    grown(Table::start(point, bits))
}

fn grown(mut table: Table) -> Table {
    assert!((0..100).any(|_| table.grow()));
    table
}

fn both(point: &[u8; 64]) -> Tables {
    // That of the generator once for all tests.
    static GENERATOR_TABLE: LazyLock<Arc<Table>> =
        LazyLock::new(|| Arc::new(grown(key::of_generator().unwrap())));
    let key = P256Key::of(&point[..32], &point[32..], &TableStore::default()).unwrap();
    Tables { generator: Arc::clone(&GENERATOR_TABLE), key: Arc::new(grown(key.table().unwrap())) }
}

/// By tables and without, which must agree.
fn verify_hash(point: &[u8; 64], hash: &[u8; 32], signature: &Signature) -> bool {
    let halves = [signature.r(), signature.s()].map(|half| half.to_bytes().into());
    let by_tables = both(point).verify_hash(hash, &halves);
    assert_eq!(verify_hash_slowly(&point::of(point), hash, &halves), by_tables);
    by_tables
}

fn scalar(bytes: [u8; 32]) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(bytes))
}

/// Scalars with little in them, and with much: where carries run through all digits, or just not.
fn edges(bits: usize) -> Vec<Scalar> {
    // The largest that is taken as it is, and the smallest whose opposite is.
    let middle = -Scalar::ONE * Scalar::from(2u64).invert().unwrap();
    let mut edges = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2u64)];
    edges.extend([middle - Scalar::ONE, middle, middle + Scalar::ONE, middle + Scalar::from(2u64)]);
    let (base, half) = (1u64 << bits, 1u64 << (bits - 1));
    let mut unit = Scalar::ONE;
    for _ in 0..windows(bits) {
        for digit in [1, half - 1, half, half + 1, base - 1, base] {
            edges.push(unit * Scalar::from(digit));
            edges.push(-(unit * Scalar::from(digit)));
            edges.push(middle - unit * Scalar::from(digit));
        }
        unit *= Scalar::from(base);
    }
    for digit in [half - 1, half, half + 1, base - 1] {
        let all = (0..254 / bits).fold(Scalar::ZERO, |sum, _| sum * Scalar::from(base) + Scalar::from(digit));
        edges.extend([all, -all]);
    }
    edges
}

fn coordinates(sum: Sum) -> Option<[Fe; 2]> {
    point::normalize(&[sum]).first().map(|point| [point.x, point.y])
}

fn multiply(table: &Table, scalar: &Scalar) -> Option<[Fe; 2]> {
    let mut points = Vec::new();
    let (scalar, is_opposite) = halved(&GROUP.reduce(&scalar.to_bytes().into()));
    assert!(scalar[31] < 0x80);
    table.select(&scalar, is_opposite, &mut points);
    coordinates(sum_of(points))
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
fn only_points_are_keys() {
    let key = |x: &[u8], y: &[u8]| P256Key::of(x, y, &TableStore::default());
    for number in 1..6 {
        let point = multiple_of_generator(number);
        let (x, y) = point.split_at(32);
        assert!(key(x, y).is_some());
        assert!(key(y, x).is_none() && key(&x[1..], y).is_none() && key(x, &[y, &[0]].concat()).is_none());
        for at in 0..32 {
            let mut off = y.to_vec();
            off[at] ^= 1 << (at % 8);
            assert!(key(x, &off).is_none());
        }
    }
    assert!(key(&[0; 32], &[0; 32]).is_none() && key(&[], &[]).is_none());
    // A coordinate that has a second way to be written: the same modulo the prime.
    let mut found = 0;
    for small in 0..40u8 {
        let mut x = [0; 32];
        x[31] = small;
        let Ok(point) = PublicKey::from_sec1_bytes(&[&[2], &x[..]].concat()) else { continue };
        let encoded = point.to_sec1_point(false);
        let y = &encoded.as_bytes()[33..];
        assert!(key(&x, y).is_some());
        let mut large: [u8; 32] = curve::P256.prime.try_into().unwrap();
        let mut carry = u16::from(small);
        for byte in large.iter_mut().rev() {
            carry += u16::from(*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
        assert!(key(&large, y).is_none());
        found += 1;
    }
    assert!(found > 9);
}

#[test]
fn numbers_out_of_range_are_no_signature() {
    // A key for which a small s is a signature of the message: Q = (R·s - G·z) / r.
    let (nonce, s) = (ProjectivePoint::GENERATOR * Scalar::from(3u64), Scalar::from(5u64));
    let r = scalar(bytes_of(&nonce)[..32].try_into().unwrap());
    let z = scalar(Sha256::digest(b"message").into());
    let point = bytes_of(&((nonce * s - ProjectivePoint::GENERATOR * z) * r.invert().unwrap()));
    let key = P256Key::of(&point[..32], &point[32..], &TableStore::default()).unwrap();
    let good: Vec<u8> = [r, s].iter().flat_map(|number| number.to_bytes()).collect();
    assert!(key.verify(b"message", &good) && !key.verify(b"another", &good));
    assert!(!key.verify(b"message", &good[..63]) && !key.verify(b"message", &[&good[..], &[0]].concat()));
    // s plus the order, and zeros.
    let mut large = good.clone();
    large[32..].copy_from_slice(curve::P256.order);
    large[63] += 5;
    assert!(!key.verify(b"message", &large));
    for zero in [0..32, 32..64, 0..64] {
        let mut bytes = good.clone();
        bytes[zero].fill(0);
        assert!(!key.verify(b"message", &bytes));
    }
}

#[test]
fn every_point_of_a_table_is_its_multiple() {
    let base = ProjectivePoint::GENERATOR * Scalar::from(0xdead_beefu64);
    for bits in BITS {
        let table = build(point::of(&bytes_of(&base)), bits);
        let mut unit = Scalar::ONE;
        for window in 0..windows(bits) {
            for digit in 1..=1u64 << (bits - 1) {
                let scalar = unit * Scalar::from(digit);
                // Of the last digit no more is ever used.
                if window * bits + (64 - digit.leading_zeros() as usize) > 256 {
                    continue;
                }
                assert_eq!(multiply(&table, &scalar), expected(&base, &scalar), "{window} {digit}");
            }
            unit *= Scalar::from(1u64 << bits);
        }
    }
}

#[test]
fn edge_scalars_multiply_as_the_reference_does() {
    for bits in BITS {
        let table = build(GENERATOR, bits);
        for scalar in edges(bits) {
            assert_eq!(
                multiply(&table, &scalar),
                expected(&ProjectivePoint::GENERATOR, &scalar),
                "{scalar:?}"
            );
        }
    }
}

#[test]
fn a_slice_is_a_part_of_the_table() {
    for bits in BITS {
        let (mut table, mut slices) = (Table::start(GENERATOR, bits), 1);
        while !table.grow() {
            slices += 1;
        }
        assert_eq!(slices, if bits == 7 { 5 } else { 8 });
        // There is nothing more.
        assert!(table.grow());
    }
}

#[test]
fn pairs_add_up_as_the_reference_says() {
    let of = |scalar: u64| point::of(&multiple_of_generator(scalar));
    let pairs = [[of(1), of(2)], [of(5), of(5)], [of(9), of(4)], [of(7).neg(), of(8)], [of(1), of(1)]];
    let sums = add_pairs(&pairs, SHAPE).unwrap();
    assert_eq!(sums, [of(3), of(10), of(13), of(1), of(2)]);
    assert_eq!(add_pairs::<Fe>(&[], SHAPE), Some(Vec::new()));
    for place in 0..pairs.len() {
        let mut pairs = pairs;
        pairs[place] = [of(6), of(6).neg()];
        assert_eq!(add_pairs(&pairs, SHAPE), None);
    }
}

#[test]
fn any_number_of_points_add_up() {
    let of = |scalar: u64| point::of(&multiple_of_generator(scalar));
    for count in [0, 1, 2, 12, 13, 14, 15, 27, 28, 51, 52, 69] {
        let points: Vec<Affine> = (1..=count).map(of).collect();
        let sum = Scalar::from(count * (count + 1) / 2);
        assert_eq!(
            coordinates(sum_of(points.clone())),
            expected(&ProjectivePoint::GENERATOR, &sum),
            "{count}"
        );
        // Equal ones, and opposite ones at any place and at any step.
        assert_eq!(
            coordinates(sum_of(vec![of(3); count as usize])),
            expected(&ProjectivePoint::GENERATOR, &Scalar::from(3 * count))
        );
        for step in [1, 2, 3] {
            let mut some = points.clone();
            some.extend(points.iter().step_by(step).map(Affine::neg));
            let left = (1..=count).filter(|scalar| (scalar - 1) % step as u64 != 0).sum::<u64>();
            assert_eq!(
                coordinates(sum_of(some.clone())),
                expected(&ProjectivePoint::GENERATOR, &Scalar::from(left))
            );
            some.sort_by_key(|point| format!("{:?}", point.x));
            assert_eq!(coordinates(sum_of(some)), expected(&ProjectivePoint::GENERATOR, &Scalar::from(left)));
        }
    }
}

#[test]
fn inverses_by_division_steps_and_by_a_power_are_the_same() {
    let below_p = Fe::ONE.neg();
    for element in [Fe::ONE, below_p, Fe::of(&[0x11; 32]), Fe::of(&[0xfe; 32])] {
        assert!(element.inverse() == Some(element.power()) && element.invert() == element.power());
        assert_eq!(element.mul(&element.invert()), Fe::ONE);
    }
    let zero = Fe::of(&[0; 32]);
    assert!(zero.inverse().is_none() && zero.invert().is_zero());
    let [one, zero] = [1, 0].map(|last| GROUP.reduce(&std::array::from_fn(|at| last * u8::from(at == 31))));
    assert!(GROUP.invert(&zero).is_none() && GROUP.invert(&one).is_some());
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
    let small = [1u64, 2, 3, 63, 64, 65, 127, 128, 129, 256].map(Scalar::from);
    for secret in small.into_iter().chain([-Scalar::ONE]) {
        let key = SigningKey::from_slice(&secret.to_bytes()).unwrap();
        let public = *key.verifying_key();
        let point = bytes_of(&ProjectivePoint::from(*public.as_affine()));
        for r in [1u64, 2, 128, 1 << 14] {
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

/// r plus the order, where that is above the prime, is no x: not even the one that it is modulo the prime.
#[test]
fn an_x_is_not_reduced_twice() {
    // Sums whose x is r plus the order minus the prime, for an r that is not small: x + (p - n) = r.
    let mut tried = 0;
    for number in 1..40u64 {
        let nonce = ProjectivePoint::GENERATOR * Scalar::from(number);
        let x: [u8; 32] = bytes_of(&nonce)[..32].try_into().unwrap();
        let (mut r, mut carry) = (x, 0);
        for (byte, more) in r.iter_mut().zip(PRIME_MINUS_ORDER).rev() {
            carry += u16::from(*byte) + u16::from(more);
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 || r.as_slice() >= curve::P256.order {
            continue;
        }
        // A key for which the sum is that point: Q = (R·s - G·z) / r.
        let (r, s, z) = (scalar(r), Scalar::from(5u64), Scalar::from(11u64));
        let q = (nonce * s - ProjectivePoint::GENERATOR * z) * r.invert().unwrap();
        let signature = Signature::from_scalars(r.to_bytes(), s.to_bytes()).unwrap();
        let hash: [u8; 32] = z.to_bytes().into();
        assert!(!verify_hash(&bytes_of(&q), &hash, &signature));
        tried += 1;
    }
    assert!(tried > 9, "{tried}");
}

/// x may lie between the order and the prime; then r is x minus the order. A signature is built around such a point.
#[test]
fn an_x_above_the_order_is_reduced() {
    // The smallest x above the order that is on the curve.
    let mut found = None;
    for offset in 0u64..100 {
        let mut x: [u8; 32] = curve::P256.order.try_into().unwrap();
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
        for bits in BITS {
            let table = build(point::of(&bytes_of(&base)), bits);
            prop_assert_eq!(multiply(&table, &scalar(b)), expected(&base, &scalar(b)));
        }
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
