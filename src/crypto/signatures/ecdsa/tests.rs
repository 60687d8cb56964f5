//! Everything here must be what the curves' crates say, bit for bit.

use super::*;
use proptest::prelude::*;

/// A message of `size` bytes that ends with that number, big-endian.
fn padded(number: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    bytes[size - 8..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// A big-endian number plus another.
fn plus(number: &[u8], other: u64) -> Vec<u8> {
    let mut sum = number.to_vec();
    let mut carry = u128::from(other);
    for byte in sum.iter_mut().rev() {
        carry += u128::from(*byte);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    sum
}

/// A big-endian number minus a smaller one.
fn minus(number: &[u8], other: &[u8]) -> Vec<u8> {
    let mut difference = number.to_vec();
    let mut borrow = 0i16;
    for (byte, other) in difference.iter_mut().zip(other).rev() {
        let taken = i16::from(*byte) - i16::from(*other) + borrow;
        *byte = taken as u8;
        borrow = taken >> 8;
    }
    difference
}

macro_rules! as_the_crate_says {
    ($name:ident, $curve:ident, $domain:ident, $size:literal, $hash:literal) => {
        mod $name {
            use super::*;
            use $curve::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use $curve::ecdsa::{Signature, SigningKey, VerifyingKey};
            use $curve::elliptic_curve::PrimeField;
            use $curve::elliptic_curve::ops::Reduce;
            use $curve::elliptic_curve::sec1::ToSec1Point;
            use $curve::{FieldBytes, ProjectivePoint, PublicKey, Scalar};

            fn bytes_of(scalar: &Scalar) -> Vec<u8> {
                scalar.to_repr().to_vec()
            }

            fn scalar(bytes: &[u8]) -> Scalar {
                <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::try_from(bytes).unwrap())
            }

            fn key_of(point: &ProjectivePoint) -> Option<EcdsaKey> {
                let encoded = point.to_affine().to_sec1_point(false);
                let (x, y) = encoded.as_bytes().get(1..)?.split_at_checked($size)?;
                EcdsaKey::of(&$domain, x, y, &Generators::default())
            }

            /// A key of ours, and the same of the crate's.
            struct Pair(EcdsaKey, VerifyingKey);

            fn pair(public: &ProjectivePoint) -> Pair {
                Pair(key_of(public).unwrap(), VerifyingKey::from_affine(public.to_affine()).unwrap())
            }

            /// As the crate, which must agree. One that has Bitcoin's rule is asked about both values of s.
            fn verify(Pair(key, public): &Pair, hash: &[u8], bytes: &[u8]) -> bool {
                let is_good = key.verify(hash, bytes);
                let reference = Signature::from_slice(bytes).is_ok_and(|signature| {
                    let (r, s) = signature.split_scalars();
                    let opposite = Signature::from_scalars(*r, -*s).unwrap();
                    [signature, opposite].iter().any(|form| public.verify_prehash(hash, form).is_ok())
                });
                assert_eq!(is_good, reference);
                is_good
            }

            fn verifies(public: &Pair, hash: &Scalar, r: &Scalar, s: &Scalar) -> bool {
                let hash = bytes_of(hash);
                // The hash of ES512 has two bytes less than the order.
                let (zeros, hash) = hash.split_at($size - $hash);
                assert!(zeros.iter().all(|byte| *byte == 0));
                verify(public, hash, &[bytes_of(r), bytes_of(s)].concat())
            }

            #[test]
            fn only_points_are_keys() {
                for number in 1..6u64 {
                    let point = ProjectivePoint::GENERATOR * Scalar::from(number);
                    let encoded = point.to_affine().to_sec1_point(false);
                    let (x, y) = encoded.as_bytes()[1..].split_at($size);
                    assert!(EcdsaKey::of(&$domain, x, y, &Generators::default()).is_some());
                    assert!(EcdsaKey::of(&$domain, y, x, &Generators::default()).is_none());
                    assert!(EcdsaKey::of(&$domain, &x[1..], y, &Generators::default()).is_none());
                    assert!(EcdsaKey::of(&$domain, x, &[y, &[0]].concat(), &Generators::default()).is_none());
                    for at in 0..$size {
                        let mut off = y.to_vec();
                        off[at] ^= 1 << (at % 8);
                        assert!(EcdsaKey::of(&$domain, x, &off, &Generators::default()).is_none());
                    }
                }
                assert!(EcdsaKey::of(&$domain, &[0; $size], &[0; $size], &Generators::default()).is_none());
                // A coordinate that has a second way to be written: the same modulo the prime.
                let mut found = 0;
                for x in 0..40 {
                    let encoded = [vec![2], padded(x, $size)].concat();
                    let Ok(point) = PublicKey::from_sec1_bytes(&encoded) else { continue };
                    let encoded = point.to_sec1_point(false);
                    let (small, y) = encoded.as_bytes()[1..].split_at($size);
                    assert!(EcdsaKey::of(&$domain, small, y, &Generators::default()).is_some());
                    let large = plus($domain.curve.prime, x);
                    assert!(EcdsaKey::of(&$domain, &large, y, &Generators::default()).is_none());
                    found += 1;
                }
                assert!(found > 9);
            }

            #[test]
            fn small_keys_and_crafted_hashes_agree_with_the_reference() {
                let small = [1u64, 2, 3, 15, 16, 17, 31, 32, 33].map(Scalar::from);
                let mut accepted = 0;
                // The last is the generator's opposite.
                for secret in small.into_iter().chain([-Scalar::ONE]) {
                    let public = pair(&(ProjectivePoint::GENERATOR * secret));
                    for hash in [0u64, 1, 32].map(Scalar::from) {
                        for nonce in [1u64, 2, 16, 1 << 40].map(Scalar::from) {
                            let point = (ProjectivePoint::GENERATOR * nonce).to_affine().to_sec1_point(false);
                            let r = scalar(&point.as_bytes()[1..=$size]);
                            let s = (hash + r * secret) * nonce.invert().unwrap();
                            assert!(verifies(&public, &hash, &r, &s));
                            // Its opposite is the other signature.
                            assert!(verifies(&public, &hash, &r, &-s));
                            assert!(!verifies(&public, &(hash + Scalar::ONE), &r, &s));
                            accepted += 1;
                        }
                    }
                }
                assert_eq!(accepted, 120);
            }

            /// u1·G + u2·Q is infinity, which is never a signature, or one point twice.
            #[test]
            fn opposite_and_equal_summands_agree_with_the_reference() {
                for number in 1..5u64 {
                    let (hash, r) = (Scalar::from(number), Scalar::from(5 * number + 2));
                    let opposite = -(hash * r.invert().unwrap());
                    let public = ProjectivePoint::GENERATOR * opposite;
                    assert!(!verifies(&pair(&public), &hash, &r, &Scalar::from(7u64)));
                    verifies(&pair(&-public), &hash, &r, &Scalar::from(7u64));
                    // The same, where it is a signature: r is the x of twice u1·G.
                    let double = (ProjectivePoint::GENERATOR * Scalar::from(2 * number)).to_affine();
                    let r = scalar(&double.to_sec1_point(false).as_bytes()[1..=$size]);
                    let public = ProjectivePoint::GENERATOR * (hash * r.invert().unwrap());
                    assert!(verifies(&pair(&public), &hash, &r, &Scalar::ONE));
                }
            }

            /// x may lie between the order and the prime; then r is x minus the order. A signature is built around such a point.
            #[test]
            fn an_x_above_the_order_is_reduced() {
                let mut found = 0;
                for offset in 1..20u64 {
                    let x = plus($domain.curve.order, offset);
                    let Ok(point) = PublicKey::from_sec1_bytes(&[&[2][..], &x].concat()) else { continue };
                    // R is that point: Q = (R·s - G·z) / r.
                    let (r, s, z) = (Scalar::from(offset), Scalar::from(5u64), Scalar::from(11u64));
                    let public = point.to_projective() * s - ProjectivePoint::GENERATOR * z;
                    let public = pair(&(public * r.invert().unwrap()));
                    assert!(verifies(&public, &z, &r, &s));
                    // The same numbers modulo the order, each written a second way.
                    let hash = bytes_of(&z)[$size - $hash..].to_vec();
                    let (r, s) = (bytes_of(&r), bytes_of(&s));
                    assert!(!verify(&public, &hash, &[&x[..], &s].concat()));
                    assert!(!verify(&public, &hash, &[r, plus($domain.curve.order, 5)].concat()));
                    found += 1;
                }
                assert!(found > 3);
            }

            /// r plus the order is no x once it reaches the prime: it would be a small number that is one.
            #[test]
            fn an_x_is_not_reduced_twice() {
                let gap = minus($domain.curve.prime, $domain.curve.order);
                let mut found = 0;
                for offset in 0..20u64 {
                    let x = padded(offset, $size);
                    let Ok(point) = PublicKey::from_sec1_bytes(&[&[2][..], &x].concat()) else { continue };
                    let (r, s, z) = (scalar(&plus(&gap, offset)), Scalar::from(5u64), Scalar::from(11u64));
                    let public = point.to_projective() * s - ProjectivePoint::GENERATOR * z;
                    assert!(!verifies(&pair(&(public * r.invert().unwrap())), &z, &r, &s));
                    found += 1;
                }
                assert!(found > 3);
            }

            #[test]
            fn numbers_out_of_range_are_no_signature() {
                let public = pair(&(ProjectivePoint::GENERATOR * Scalar::from(77u64)));
                let Pair(key, _) = &public;
                let order = $domain.curve.order.to_vec();
                let numbers = [
                    vec![0; $size],
                    padded(1, $size),
                    bytes_of(&-Scalar::ONE),
                    order.clone(),
                    plus(&order, 1),
                    $domain.curve.prime.to_vec(),
                    vec![0xff; $size],
                ];
                for r in &numbers {
                    for s in &numbers {
                        verify(&public, &[7; $hash], &[&r[..], s].concat());
                    }
                }
                let good = [numbers[1].clone(), numbers[1].clone()].concat();
                assert!(!key.verify(&[7; $hash], &good[1..]) && !key.verify(&[7; $hash], &[]));
                assert!(!key.verify(&[7; $hash], &[&good[..], &[1]].concat()));
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(24))]

                #[test]
                fn signatures_are_judged_as_the_reference_does(
                    secret in prop::collection::vec(any::<u8>(), $size),
                    hash in prop::collection::vec(any::<u8>(), $hash),
                    all_ones: bool,
                    flip in 0usize..3 * 8 * $size,
                ) {
                    let secret = scalar(&secret);
                    prop_assume!(!bool::from(secret.is_zero()));
                    // Above the order, where that has as many bits.
                    let hash = if all_ones { vec![0xff; $hash] } else { hash };
                    let key = SigningKey::from_slice(&bytes_of(&secret)).unwrap();
                    let signature: Signature = key.sign_prehash(&hash).unwrap();
                    let mut bytes = signature.to_bytes().to_vec();
                    // Some are left whole.
                    if let Some(byte) = bytes.get_mut(flip / 8) {
                        *byte ^= 1 << (flip % 8);
                    }
                    let public = pair(&ProjectivePoint::from(*key.verifying_key().as_affine()));
                    let is_valid = verify(&public, &hash, &bytes);
                    prop_assert_eq!(is_valid, flip / 8 >= 2 * $size);
                }
            }
        }
    };
}

as_the_crate_says!(on_p384, p384, P384, 48, 48);
as_the_crate_says!(on_p521, p521, P521, 66, 64);
as_the_crate_says!(on_secp256k1, k256, SECP256K1, 32, 32);
