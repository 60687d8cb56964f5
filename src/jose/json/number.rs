//! Decimal numbers. What has up to 15 digits, as every date has, is read exactly; for the rest the wasm artifacts do without the standard
//! library's tables of powers, which are larger than the verifier's policy: their value may be off by some of the last bits.

/// The value of a number that JSON's grammar has accepted; infinite where it is too large.
pub(super) fn parse(text: &str) -> Option<f64> {
    let decimal = Decimal::of(text);
    match decimal.exact() {
        Some(value) => Some(value),
        None if cfg!(target_arch = "wasm32") => Some(decimal.nearly()),
        None => text.parse().ok(),
    }
}

/// ±digits · 10^exponent
#[derive(Debug)]
struct Decimal {
    is_negative: bool,
    /// The first 19 digits at most, which is what fits.
    digits: u64,
    /// Whether there are more.
    is_cut: bool,
    exponent: i32,
}

impl Decimal {
    fn of(text: &str) -> Decimal {
        let (mantissa, written) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // Far outside of what a number can be: neither zero nor anything finite comes from it by digits that fit into a token.
        let bound = 1_000_000;
        let is_small = written.starts_with('-');
        let exponent = written.parse().unwrap_or(if is_small { -bound } else { bound });
        let mut decimal = Decimal {
            is_negative: mantissa.starts_with('-'),
            digits: 0,
            is_cut: false,
            exponent: exponent.clamp(-bound, bound),
        };
        let mut is_fraction = false;
        for character in mantissa.bytes() {
            match character {
                b'0'..=b'9' if decimal.digits < 10u64.pow(18) => {
                    decimal.digits = decimal.digits * 10 + u64::from(character - b'0');
                    decimal.exponent -= i32::from(is_fraction);
                }
                b'0'..=b'9' => {
                    decimal.is_cut = true;
                    decimal.exponent += i32::from(!is_fraction);
                }
                b'.' => is_fraction = true,
                _ => {}
            }
        }
        decimal
    }

    fn sign(&self, value: f64) -> f64 {
        if self.is_negative { -value } else { value }
    }

    /// Digits and power are both exact, so that there is one rounding (Clinger 1990).
    fn exact(&self) -> Option<f64> {
        let digits = self.digits as f64;
        let is_exact = !self.is_cut && self.digits < 1 << 53 && (-22..=22).contains(&self.exponent);
        is_exact.then(|| {
            self.sign(if self.exponent < 0 {
                digits / power(-self.exponent)
            } else {
                digits * power(self.exponent)
            })
        })
    }

    /// Step by step, with a rounding each.
    fn nearly(&self) -> f64 {
        let mut value = self.digits as f64;
        let mut left = self.exponent;
        while left != 0 && value != 0.0 && value.is_finite() {
            let step = left.clamp(-22, 22);
            value = if step < 0 { value / power(-step) } else { value * power(step) };
            left -= step;
        }
        self.sign(value)
    }
}

/// 10^exponent, exact up to 22.
fn power(exponent: i32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn std(text: &str) -> f64 {
        text.parse().unwrap()
    }

    /// Equal, or off by a few of the last bits.
    fn is_near(text: &str) -> bool {
        let (ours, exact) = (Decimal::of(text).nearly(), std(text));
        ours == exact || ((ours - exact) / exact).abs() < 1e-13 || exact.abs() < 1e-300
    }

    #[test]
    fn dates_are_exact() {
        for text in [
            "0",
            "-0",
            "1763759112",
            "1763759112.5",
            "253402300799",
            "253402300799.999",
            "1e3",
            "1.5E+2",
            "15e-1",
        ] {
            let exact = Decimal::of(text).exact().map(f64::to_bits);
            assert_eq!(exact, Some(std(text).to_bits()), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_is_infinite_and_what_is_too_small_is_zero() {
        for text in
            ["1e309", "1e999", "-1e999", "1e99999999999999999999", "179769313486231580793728971405301e277"]
        {
            assert!(Decimal::of(text).nearly().is_infinite() && parse(text).unwrap().is_infinite(), "{text}");
        }
        for text in ["1e-400", "0e999", "0e99999999999999999999", "1e-99999999999999999999", "0.0e5"] {
            assert_eq!((Decimal::of(text).nearly(), parse(text)), (0.0, Some(0.0)), "{text}");
        }
        let long = format!("1{}", "0".repeat(400));
        assert!(Decimal::of(&long).nearly().is_infinite());
        assert!(is_near(&format!("0.{}1e300", "0".repeat(299))));
        for text in [
            "1e308",
            "1.7976931348623157e308",
            "123456789012345678901234567890",
            "0.1234567890123456789012345",
        ] {
            assert!(is_near(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn others_are_what_the_standard_library_says_or_near_it(number: f64, digits: u64, exponent in -300i32..280) {
            prop_assume!(number.is_finite());
            for text in [format!("{number:e}"), format!("{digits}e{exponent}"), format!("{}.{digits}", digits / 7)] {
                prop_assert!(is_near(&text), "{}", text);
                if let Some(exact) = Decimal::of(&text).exact() {
                    prop_assert_eq!(exact.to_bits(), std(&text).to_bits(), "{}", text);
                }
            }
        }
    }
}
