//! Arithmetic modulo an odd number, of any size: to check public keys with, once each. Only public data is worked on, so nothing
//! here takes constant time; no signature is verified by it.

/// Little-endian words.
type Words = Vec<u32>;

/// The integers modulo an odd number, in Montgomery form.
pub(super) struct Ring {
    modulus: Words,
    /// -1 / modulus, modulo 2^32.
    inverse: u32,
    one: Words,
    square: Words,
}

/// One of them, below the modulus.
#[derive(Clone, PartialEq)]
pub(super) struct Element(Words);

impl Ring {
    /// Modulo that number, big-endian and odd.
    pub(super) fn new(modulus: &[u8]) -> Ring {
        let modulus = words(modulus);
        // Newton: each step doubles the bits that are right, and an odd number is its own inverse modulo 8.
        let inverse =
            (0..4).fold(modulus[0], |x, _| x.wrapping_mul(2u32.wrapping_sub(modulus[0].wrapping_mul(x))));
        let mut ring =
            Ring { inverse: inverse.wrapping_neg(), one: Words::new(), square: Words::new(), modulus };
        let bits = 32 * ring.modulus.len();
        let mut unit = vec![0; ring.modulus.len()];
        unit[0] = 1;
        let mut power = Element(unit);
        for doubled in 1..=2 * bits {
            power = ring.add(&power, &power);
            if doubled == bits {
                ring.one.clone_from(&power.0);
            }
        }
        ring.square = power.0;
        ring
    }

    /// From a big-endian number; `None` unless it is below the modulus.
    pub(super) fn element(&self, bytes: &[u8]) -> Option<Element> {
        let mut plain = words(bytes);
        // Longer than the modulus it may be by zeros only.
        let size = self.modulus.len();
        if plain.iter().skip(size).any(|word| *word != 0) {
            return None;
        }
        plain.resize(size, 0);
        let is_below = plain.iter().rev().lt(self.modulus.iter().rev());
        is_below.then(|| self.mul(&Element(plain), &Element(self.square.clone())))
    }

    /// 1
    pub(super) fn one(&self) -> Element {
        Element(self.one.clone())
    }

    pub(super) fn add(&self, a: &Element, b: &Element) -> Element {
        let mut sum = Words::with_capacity(self.modulus.len() + 1);
        let mut carry = 0;
        for (a, b) in a.0.iter().zip(&b.0) {
            carry += u64::from(*a) + u64::from(*b);
            sum.push(carry as u32);
            carry >>= 32;
        }
        sum.push(carry as u32);
        self.reduce(sum)
    }

    pub(super) fn sub(&self, a: &Element, b: &Element) -> Element {
        self.add(a, &Element(difference(&self.modulus, &b.0)))
    }

    /// The product (Montgomery 1985), word by word.
    pub(super) fn mul(&self, a: &Element, b: &Element) -> Element {
        let size = self.modulus.len();
        let mut sum = vec![0u32; size + 2];
        for a in &a.0 {
            accumulate(&mut sum, *a, &b.0);
            let factor = sum[0].wrapping_mul(self.inverse);
            accumulate(&mut sum, factor, &self.modulus);
            // The lowest word is 0 now.
            sum.rotate_left(1);
        }
        sum.truncate(size + 1);
        self.reduce(sum)
    }

    /// To the power of a big-endian number.
    pub(super) fn pow(&self, base: &Element, exponent: &[u8]) -> Element {
        let mut power = self.one();
        for bit in exponent.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)) {
            power = self.mul(&power, &power);
            if bit == 1 {
                power = self.mul(&power, base);
            }
        }
        power
    }

    /// Of a number below twice the modulus, with one word more.
    fn reduce(&self, mut number: Words) -> Element {
        let is_below = number.last() == Some(&0) && number.iter().rev().skip(1).lt(self.modulus.iter().rev());
        if !is_below {
            number = difference(&number, &self.modulus);
        }
        number.truncate(self.modulus.len());
        Element(number)
    }
}

/// Adds factor · number, which is below 2^32 times the sum's room.
fn accumulate(sum: &mut [u32], factor: u32, number: &[u32]) {
    let mut carry = 0;
    for (place, word) in sum.iter_mut().enumerate() {
        let word_of_number = number.get(place).copied().unwrap_or(0);
        carry += u64::from(*word) + u64::from(factor) * u64::from(word_of_number);
        *word = carry as u32;
        carry >>= 32;
    }
}

/// a - b, where that is not negative.
fn difference(a: &[u32], b: &[u32]) -> Words {
    let mut borrow = 0;
    let words = a.iter().enumerate().map(|(place, a)| {
        let taken = i64::from(*a) - i64::from(b.get(place).copied().unwrap_or(0)) + borrow;
        borrow = taken >> 32;
        taken as u32
    });
    words.collect()
}

fn words(bytes: &[u8]) -> Words {
    bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(bytes: &[u8]) -> u128 {
        bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }

    proptest! {
        #[test]
        fn it_is_what_wide_integers_say(modulus: u64, a: u64, b: u64) {
            let modulus = modulus | 1;
            prop_assume!(modulus > 1);
            let ring = Ring::new(&modulus.to_be_bytes());
            let (a, b) = (a % modulus, b % modulus);
            let of = |n: u128| ring.element(&(n as u64).to_be_bytes()).unwrap();
            let (x, y, m) = (of(a.into()), of(b.into()), u128::from(modulus));
            let (a, b) = (u128::from(a), u128::from(b));
            prop_assert!(ring.mul(&x, &y) == of(a * b % m));
            prop_assert!(ring.add(&x, &y) == of((a + b) % m));
            prop_assert!(ring.sub(&x, &y) == of((m + a - b) % m));
            prop_assert!(ring.pow(&x, &[5]) == of((0..5).fold(1, |power, _| power * a % m)));
            prop_assert!(ring.one() == of(1 % m));
        }
    }

    #[test]
    fn only_what_is_below_the_modulus_is_an_element() {
        let modulus = [0xff, 0, 0, 0, 0, 0, 0, 1];
        let ring = Ring::new(&modulus);
        assert!(ring.element(&modulus).is_none());
        assert!(ring.element(&[0xff; 8]).is_none());
        assert!(ring.element(&[1, 0, 0, 0, 0, 0, 0, 0, 1]).is_none());
        assert!(ring.element(&[0, 0, 0, 0, 0, 0, 0, 0, 1]) == Some(ring.one()));
        let mut below = modulus;
        below[7] = 0;
        assert_eq!(number(&below), number(&modulus) - 1);
        assert!(ring.add(&ring.element(&below).unwrap(), &ring.one()) == ring.element(&[0; 8]).unwrap());
    }
}
