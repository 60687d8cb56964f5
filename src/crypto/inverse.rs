//! Inverses modulo an odd number of at most 256 bits, by division steps (Bernstein, Yang: "Fast constant-time gcd computation and modular
//! inversion", 2019) of which as many as can be are taken at once. Only public data is worked on, so nothing here takes constant time.
//!
//! All other arithmetic on integers behind signatures is that of others; this is ours. It need not be trusted: whoever asks multiplies what
//! he gets with what he asked about, by theirs, and takes nothing for the inverse whose product is not 1.

/// How many division steps are taken at once, and how many bits a limb has.
const STEP: u32 = 30;
const MASK: i64 = (1 << STEP) - 1;
const LIMBS: usize = 9;

/// After so many times 30 division steps a number of 256 bits is 0: 741 are enough.
const STEPS: usize = 25;

/// Limbs from 0 to 2^30, the lowest first; the highest has the sign.
type Number = [i32; LIMBS];

/// What 30 division steps make of f and g, times 2^30: u·f + v·g and q·f + r·g.
type Matrix = [i32; 4];

/// What inverses are taken modulo.
pub(super) struct Modulus {
    limbs: Number,
    /// Of the modulus, modulo 2^30.
    inverse: i32,
}

impl Modulus {
    /// An odd number, little-endian.
    pub(super) const fn of(bytes: &[u8; 32]) -> Modulus {
        let limbs = split(bytes);
        // Each turn doubles the bits that are right: three are, since the square of an odd number is 1 modulo 8.
        let (mut inverse, mut bits) = (limbs[0], 3);
        while bits < STEP {
            inverse = inverse.wrapping_mul(2i32.wrapping_sub(limbs[0].wrapping_mul(inverse)));
            bits *= 2;
        }
        Modulus { limbs, inverse }
    }

    /// The inverse of a number below the modulus if it has one, to be checked by whoever asks; both little-endian.
    pub(super) fn candidate(&self, bytes: &[u8; 32]) -> [u8; 32] {
        let (mut f, mut g) = (self.limbs, split(bytes));
        // f is always d times the number, and g is e times the number, modulo the modulus.
        let (mut d, mut e) = ([0; LIMBS], [0; LIMBS]);
        e[0] = 1;
        let mut eta = -1;
        for _ in 0..STEPS {
            let matrix = steps(&mut eta, f[0] as u32, g[0] as u32);
            self.apply_modulo(&matrix, &mut d, &mut e);
            apply(&matrix, &mut f, &mut g);
            if g == [0; LIMBS] {
                break;
            }
        }
        // f is 1 or -1; d was less than twice the modulus below 0, and is less than once then.
        let inverse = self.lifted(d);
        let is_opposite = f[LIMBS - 1] < 0;
        join(&self.lifted(if is_opposite { carried(inverse.map(|limb| -limb)) } else { inverse }))
    }

    /// d and e after those steps, divided by 2^30: multiples of the modulus make them divisible, and keep them between its opposite's
    /// double and itself.
    fn apply_modulo(&self, &[u, v, q, r]: &Matrix, d: &mut Number, e: &mut Number) {
        let [d_sign, e_sign] = [d[LIMBS - 1] >> 31, e[LIMBS - 1] >> 31];
        let low = |d_factor: i32, e_factor: i32| {
            let multiple = (d_factor & d_sign) + (e_factor & e_sign);
            let sum = d_factor.wrapping_mul(d[0]).wrapping_add(e_factor.wrapping_mul(e[0]));
            let rest = self.inverse.wrapping_mul(sum).wrapping_add(multiple) & MASK as i32;
            i64::from(multiple - rest)
        };
        let (for_d, for_e) = (low(u, v), low(q, r));
        let [u, v, q, r] = [u, v, q, r].map(i64::from);
        let (mut d_carry, mut e_carry) = (0, 0);
        for at in 0..LIMBS {
            let [d_limb, e_limb, limb] = [d[at], e[at], self.limbs[at]].map(i64::from);
            d_carry += u * d_limb + v * e_limb + for_d * limb;
            e_carry += q * d_limb + r * e_limb + for_e * limb;
            // The lowest is 0 by now.
            if let Some(to) = at.checked_sub(1) {
                (d[to], e[to]) = ((d_carry & MASK) as i32, (e_carry & MASK) as i32);
            }
            (d_carry, e_carry) = (d_carry >> STEP, e_carry >> STEP);
        }
        (d[LIMBS - 1], e[LIMBS - 1]) = (d_carry as i32, e_carry as i32);
    }

    /// The modulus more, where it is negative.
    fn lifted(&self, mut number: Number) -> Number {
        if number[LIMBS - 1] >= 0 {
            return number;
        }
        for (limb, more) in number.iter_mut().zip(&self.limbs) {
            *limb += more;
        }
        carried(number)
    }
}

/// f and g after those steps.
fn apply(matrix: &Matrix, f: &mut Number, g: &mut Number) {
    let [u, v, q, r] = matrix.map(i64::from);
    let (mut f_carry, mut g_carry) = (0, 0);
    for at in 0..LIMBS {
        let [f_limb, g_limb] = [f[at], g[at]].map(i64::from);
        f_carry += u * f_limb + v * g_limb;
        g_carry += q * f_limb + r * g_limb;
        // The lowest is 0: that is what the steps are chosen for.
        if let Some(to) = at.checked_sub(1) {
            (f[to], g[to]) = ((f_carry & MASK) as i32, (g_carry & MASK) as i32);
        }
        (f_carry, g_carry) = (f_carry >> STEP, g_carry >> STEP);
    }
    (f[LIMBS - 1], g[LIMBS - 1]) = (f_carry as i32, g_carry as i32);
}

/// 30 division steps by the lowest bits of f and g, which are all that they depend on. `eta` is the opposite of the paper's delta.
fn steps(eta: &mut i32, mut f: u32, mut g: u32) -> Matrix {
    let [mut u, mut v, mut q, mut r] = [1, 0, 0, 1];
    let mut left = STEP;
    // Each turn but the first takes one off at least.
    for _ in 0..=STEP {
        // Each 0 at the end of g is a step that halves it; f is doubled in place of that.
        let zeros = (g | u32::MAX << left).trailing_zeros();
        (g, u, v) = (g >> zeros, u << zeros, v << zeros);
        *eta -= zeros as i32;
        left -= zeros;
        if left == 0 {
            break;
        }
        if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, v, q, r) = (q, r, -u, -v);
        }
        // The multiple of f that makes so many bits of g 0, as long as no step between them would exchange the two. Modulo 64 the inverse
        // of an odd f is f·(2 - f²).
        let bits = (*eta as u32 + 1).min(left).min(6);
        let opposite = f.wrapping_mul(f.wrapping_mul(f).wrapping_sub(2));
        let multiple = opposite.wrapping_mul(g) & ((1 << bits) - 1);
        g = g.wrapping_add(f.wrapping_mul(multiple));
        q += u * multiple as i32;
        r += v * multiple as i32;
    }
    [u, v, q, r]
}

/// With every limb but the highest where it should be.
fn carried(mut number: Number) -> Number {
    for at in 1..LIMBS {
        number[at] += number[at - 1] >> STEP;
        number[at - 1] &= MASK as i32;
    }
    number
}

const fn split(bytes: &[u8; 32]) -> Number {
    let (mut limbs, mut limb, mut held, mut bits, mut at) = ([0; LIMBS], 0, 0, 0, 0);
    while at < bytes.len() {
        held |= (bytes[at] as i64) << bits;
        (bits, at) = (bits + 8, at + 1);
        if bits >= STEP {
            limbs[limb] = (held & MASK) as i32;
            (held, bits, limb) = (held >> STEP, bits - STEP, limb + 1);
        }
    }
    limbs[limb] = held as i32;
    limbs
}

fn join(number: &Number) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (mut limbs, mut held, mut bits) = (number.iter(), 0, 0);
    for byte in &mut bytes {
        if bits < 8 {
            held |= limbs.next().map_or(0, |limb| i64::from(*limb)) << bits;
            bits += STEP;
        }
        *byte = held as u8;
        (held, bits) = (held >> 8, bits - 8);
    }
    bytes
}

#[cfg(test)]
mod tests;
