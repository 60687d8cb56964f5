//! Everything here must be what `crypto-bigint` says.

use super::*;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, Resize};
use proptest::prelude::*;

/// Modulo a number of so many bytes.
struct Pair(Modulus, BoxedMontyParams, usize);

fn pair(bytes: &[u8]) -> Pair {
    let modulus = Odd::new(BoxedUint::from_be_slice_vartime(bytes)).unwrap();
    Pair(Modulus::of(bytes).unwrap(), BoxedMontyParams::new_vartime(modulus), bytes.len())
}

impl Pair {
    /// What a number is below the modulus: ours and the reference's.
    fn numbers(&self, bytes: &[u8]) -> (Number, BoxedMontyForm) {
        let bits = self.1.bits_precision();
        let number = BoxedUint::from_be_slice_vartime(bytes).rem_vartime(self.1.modulus().as_nz_ref());
        let number = number.resize(bits);
        let bytes = number.to_be_bytes();
        let ours = self.0.number(&bytes[bytes.len() - self.2..]).unwrap();
        (ours, BoxedMontyForm::new(number, &self.1))
    }

    fn check(&self, ours: &Number, reference: &BoxedMontyForm) {
        let expected = reference.retrieve().to_be_bytes();
        assert_eq!(ours.to_bytes(self.2), expected[expected.len() - self.2..]);
    }
}

fn check(modulus: &[u8], a: &[u8], b: &[u8]) {
    let pair = pair(modulus);
    let ((x, a), (y, b)) = (pair.numbers(a), pair.numbers(b));
    pair.check(&x, &a);
    pair.check(&x.add(&y), &a.add(&b));
    pair.check(&x.sub(&y), &a.sub(&b));
    pair.check(&x.neg(), &a.neg());
    pair.check(&x.mul(&y), &a.mul(&b));
    pair.check(&x.squared(), &a.square());
    pair.check(&x.one(), &BoxedMontyForm::one(&pair.1));
    for exponent in [1u32, 2, 3, 65_537, 0xffff_fffe] {
        pair.check(&x.pow(&exponent.to_be_bytes()), &a.pow(&BoxedUint::from(exponent)));
    }
    assert_eq!(x.is_zero(), bool::from(a.is_zero()));
    assert!(x.sub(&x).is_zero() && x == x.clone() && (x == y) == (a == b));
}

#[test]
fn what_is_no_modulus_or_no_number_is_none() {
    assert!(Modulus::of(&[]).is_none() && Modulus::of(&[1, 0]).is_none() && Modulus::of(&[0]).is_none());
    // Of one there is but 0, and zeros in front are nothing.
    assert!(Modulus::of(&[1]).unwrap().number(&[0]).unwrap().pow(&[3]).is_zero());
    let same = Modulus::of(&[&[0; 40][..], &[0x80; 40], &[1]].concat()).unwrap();
    assert_eq!(same.number(&[9]).unwrap().pow(&[2]).to_bytes(1), [81]);
    for size in [8, 31, 32, 33, 66, 256, 257] {
        let mut bytes = vec![0x80; size];
        bytes[size - 1] = 3;
        let modulus = Modulus::of(&bytes).unwrap();
        let plus = |number: u8| [&bytes[..size - 1], &[3 + number]].concat();
        assert!(modulus.number(&bytes).is_none() && modulus.number(&plus(9)).is_none(), "{size}");
        assert!(modulus.reduced(&bytes).unwrap().is_zero());
        assert_eq!(modulus.reduced(&plus(9)).unwrap().to_bytes(1), [9]);
        // What is below is what it is, whichever way.
        let below = [&bytes[..size - 1], &[2]].concat();
        assert!(modulus.number(&below) == modulus.reduced(&below));
        assert_eq!(modulus.number(&below).unwrap().to_bytes(size), below);
        for number in [&[1], &vec![0; size + 8][..]].iter().map(|zeros| [&[1], *zeros].concat()).skip(1) {
            assert!(modulus.number(&number).is_none() && modulus.reduced(&number).is_none());
        }
    }
    let three = Modulus::of(&[3]).unwrap();
    assert_eq!(three.reduced(&[5]).unwrap().to_bytes(1), [2]);
    assert!(three.reduced(&[6]).is_none() && three.number(&[5]).is_none());
}

#[test]
fn an_inverse_is_one() {
    // 2^521 - 1
    let prime = [&[1][..], &[0xff; 65]].concat();
    let pair = pair(&prime);
    for byte in 0..5 {
        let (number, _) = pair.numbers(&[byte; 66]);
        let product = number.mul(&number.invert());
        assert!(if number.is_zero() { product.is_zero() } else { product == number.one() });
    }
}

#[test]
fn numbers_at_the_edges_are_those_of_the_reference() {
    for size in [9, 32, 48, 66, 128, 256, 259, 384] {
        for high in [1, 0x7f, 0x80, 0xff] {
            for low in [1, 0xff] {
                let mut modulus = vec![if low == 1 { 0 } else { 0xff }; size];
                (modulus[0], modulus[size - 1]) = (high, low);
                let mut below = modulus.clone();
                below[size - 1] -= 1;
                for number in
                    [&below[..], &[1], &[0], &vec![0xff; size - 1], &[&[1][..], &vec![0; size / 2]].concat()]
                {
                    check(&modulus, number, &below);
                    check(&modulus, &below, number);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_are_those_of_the_reference(
        mut modulus in prop::collection::vec(any::<u8>(), 9..300),
        a in prop::collection::vec(any::<u8>(), 1..300),
        b in prop::collection::vec(any::<u8>(), 1..300),
    ) {
        *modulus.first_mut().unwrap() |= 1;
        *modulus.last_mut().unwrap() |= 1;
        check(&modulus, &a, &b);
    }
}
