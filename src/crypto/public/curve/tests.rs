//! Everything here must be what the crates say.

use super::*;
use proptest::prelude::*;

macro_rules! as_the_crate_says {
    ($name:ident, $curve:ident, $constant:ident, $size:literal) => {
        mod $name {
            use super::*;
            use $curve::ecdsa::{Signature, SigningKey, VerifyingKey};
            use $curve::elliptic_curve::sec1::ToSec1Point;

            fn is_point(x: &[u8], y: &[u8]) -> bool {
                VerifyingKey::from_sec1_bytes(&[&[4][..], x, y].concat()).is_ok()
            }

            fn agree(x: &[u8], y: &[u8]) -> bool {
                assert_eq!($constant.contains(x, y), is_point(x, y));
                is_point(x, y)
            }

            #[test]
            fn points() {
                for secret in 1..=9u8 {
                    let mut bytes = [0; $size];
                    bytes[$size - 1] = secret;
                    bytes[$size - 9] = secret;
                    let key = SigningKey::from_slice(&bytes).unwrap();
                    let point = key.verifying_key().as_affine().to_sec1_point(false);
                    let (x, y) = point.as_bytes()[1..].split_at($size);
                    assert!(agree(x, y) && !agree(y, x));
                    for at in 0..$size {
                        let mut off = y.to_vec();
                        off[at] ^= 1 << (at % 8);
                        assert!(!agree(x, &off) && !agree(&off, y));
                    }
                    // The same number modulo the prime, written a second way.
                    let zero = [0; $size];
                    assert!(!agree($constant.prime, y) && !agree(x, $constant.prime) && !agree(&zero, &zero));
                }
                assert!(!$constant.contains(&[0xff; $size], &[0xff; $size]));
            }

            #[test]
            fn signatures_up_to_the_order_and_no_further() {
                let order: [u8; $size] = $constant.order.try_into().unwrap();
                let (mut one, mut below) = ([0; $size], order);
                (one[$size - 1], below[$size - 1]) = (1, below[$size - 1] - 1);
                let numbers = [[0; $size], one, below, order, [0xff; $size]];
                for (i, r) in numbers.iter().enumerate() {
                    for (j, s) in numbers.iter().enumerate() {
                        let signature = [&r[..], &s[..]].concat();
                        let is_good = [1, 2].contains(&i) && [1, 2].contains(&j);
                        assert_eq!($constant.fits(&signature), is_good, "{i} {j}");
                        assert_eq!(Signature::from_slice(&signature).is_ok(), is_good, "{i} {j}");
                    }
                }
                let good = [one, one].concat();
                assert!(!$constant.fits(&good[1..]) && !$constant.fits(&[&good[..], &[1]].concat()));
                assert!(!$constant.fits(&[]));
            }

            proptest! {
                #[test]
                fn what_is_any_number(x: [u8; $size / 2], y: [u8; $size / 2]) {
                    agree(&[x, y].concat(), &[y, x].concat());
                }
            }
        }
    };
}

as_the_crate_says!(on_p256, p256, P256, 32);
as_the_crate_says!(on_p384, p384, P384, 48);
as_the_crate_says!(on_p521, p521, P521, 66);
as_the_crate_says!(on_secp256k1, k256, SECP256K1, 32);
