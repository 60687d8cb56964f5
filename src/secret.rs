//! A value that must not be seen: wiped when dropped, redacted when printed.

use core::fmt;
use zeroize::Zeroize;

/// Holds a secret. `Debug` prints no byte of it, dropping it overwrites it, and it has no `Display`, no `Clone` and no
/// comparison, so that a copy or a leak has to be written out.
///
/// ```
/// use strongroom::secret::Secret;
///
/// let token = Secret::new(b"abc".to_vec());
/// assert_eq!(format!("{token:?}"), "Secret(…)");
/// assert_eq!(token.expose(), b"abc");
/// ```
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value over. The caller must not keep a copy.
    pub const fn new(value: T) -> Self {
        Secret(value)
    }

    /// The value itself. Named so that every use stands out in review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted_when_nested() {
        #[derive(Debug)]
        struct Holder {
            #[allow(dead_code, reason = "read through Debug only")]
            inner: Option<Secret<String>>,
        }
        let holder = Holder { inner: Some(Secret::new("canary".to_owned())) };
        assert!(!format!("{holder:?}").contains("canary"));
    }
}
