//! Scalars cut into digits, for tables of multiples.

/// How many digits to the base 2^bits a number below 2^255 has.
pub(super) const fn windows(bits: usize) -> usize {
    256usize.div_ceil(bits)
}

/// A number below 2^255, little-endian, as the sum of digit·2^(bits·i), for 2 to 8 bits. A digit is above -2^(bits-1) and at most
/// 2^(bits-1), so that a table holds half as many multiples: a negative one takes the opposite point. Nothing is carried beyond the
/// last: it has a bit less than `bits`, or as the last of 8 bits is at most 127, and 128 with what is carried.
pub(super) fn digits(number: &[u8; 32], bits: usize) -> impl Iterator<Item = i16> {
    let byte = |at: usize| u16::from(number.get(at).copied().unwrap_or(0));
    let mut carry = 0;
    (0..windows(bits)).map(move |window| {
        let (at, shift) = (window * bits / 8, window * bits % 8);
        let raw = (((byte(at) | byte(at + 1) << 8) >> shift) & ((1 << bits) - 1)) as i16 + carry;
        carry = i16::from(raw > 1 << (bits - 1));
        raw - (carry << bits)
    })
}

/// 1 to 2^(bits-1) times 2^(bits·i)·P, for all digits i of a scalar. Not all of them while they are being built.
pub(super) struct Windows<P> {
    pub(super) bits: usize,
    pub(super) points: Vec<P>,
}

impl<P> Windows<P> {
    /// None yet, for digits of so many bits, 2 to 8.
    pub(super) fn new(bits: usize) -> Windows<P> {
        Windows { bits, points: Vec::new() }
    }

    /// Multiples of each digit.
    pub(super) fn multiples(&self) -> usize {
        1 << (self.bits - 1)
    }

    /// For how many digits the next slice of at most so many points is.
    pub(super) fn missing(&self, slice: usize) -> usize {
        let multiples = self.multiples();
        (slice / multiples).min(windows(self.bits) - self.points.len() / multiples)
    }

    /// The multiples of the next digits.
    pub(super) fn append(&mut self, slice: Vec<P>) {
        let all = windows(self.bits) * self.multiples();
        self.points.reserve_exact(all - self.points.len());
        self.points.extend(slice);
    }

    pub(super) fn are_complete(&self) -> bool {
        self.points.len() == windows(self.bits) * self.multiples()
    }

    /// Gives the points whose sum is the scalar times P, and whether it is the point's opposite. The scalar is little-endian and below 2^255.
    pub(super) fn select(&self, scalar: &[u8; 32], mut take: impl FnMut(&P, bool)) {
        for (digit, multiples) in digits(scalar, self.bits).zip(self.points.chunks(self.multiples())) {
            // The digit 0 has none.
            let index = usize::from(digit.unsigned_abs()).checked_sub(1);
            if let Some(point) = index.and_then(|index| multiples.get(index)) {
                take(point, digit < 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The digits' sum, as a number again.
    fn sum(digits: &[i16], bits: usize) -> [u8; 32] {
        let mut sum = [0i32; 32];
        for (window, digit) in digits.iter().enumerate() {
            let (at, shift) = (window * bits / 8, window * bits % 8);
            // Of the last digit nothing may lie beyond.
            if *digit != 0 {
                sum[at] += i32::from(*digit) << shift;
            }
        }
        let mut carry = 0;
        let bytes = sum.map(|value| {
            carry += value;
            let byte = carry & 0xff;
            carry >>= 8;
            byte as u8
        });
        assert_eq!(carry, 0);
        bytes
    }

    fn check(number: &[u8; 32]) {
        for bits in 2..=8 {
            let digits: Vec<i16> = digits(number, bits).collect();
            assert_eq!(digits.len(), windows(bits));
            let most = 1 << (bits - 1);
            assert!(digits.iter().all(|digit| (1 - most..=most).contains(digit)), "{bits} {digits:?}");
            assert_eq!(sum(&digits, bits), *number, "{bits}");
        }
    }

    #[test]
    fn edges_are_cut_into_their_digits() {
        // The largest number: everything is carried, into the last digit too.
        let mut largest = [0xff; 32];
        largest[31] = 0x7f;
        check(&largest);
        check(&[0; 32]);
        for byte in 0..=0xff {
            let mut all = [byte; 32];
            all[31] &= 0x7f;
            check(&all);
        }
        // Every bit alone, and everything below it.
        for bit in 0..255 {
            let (mut one, mut below) = ([0; 32], [0; 32]);
            one[bit / 8] = 1 << (bit % 8);
            check(&one);
            below[..bit / 8].fill(0xff);
            below[bit / 8] = (1 << (bit % 8)) - 1;
            check(&below);
        }
    }

    proptest! {
        #[test]
        fn numbers_are_cut_into_their_digits(mut number: [u8; 32]) {
            number[31] &= 0x7f;
            check(&number);
        }
    }
}
