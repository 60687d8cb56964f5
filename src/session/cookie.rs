//! The session cookie (RFC 6265bis): one name, one handle, never chunked.

use super::End;
use core::time::Duration;

/// The cookie's only name. A browser that does not know the second prefix still enforces the first; accepting two names
/// would allow fixation.
pub const COOKIE: &str = "__Host-Http-strongroom";

/// Reads the handle's text out of a `Cookie` header. Any byte string is allowed.
///
/// # Errors
/// [`End::Missing`] if the cookie is not there, [`End::Malformed`] if it is there more than once: a browser sends one, so
/// somebody planted another.
///
/// ```
/// use strongroom::session::{End, read_cookie};
/// assert_eq!(read_cookie(b"theme=dark; __Host-Http-strongroom=abc"), Ok(b"abc".as_slice()));
/// assert_eq!(read_cookie(b"__host-http-strongroom=abc"), Err(End::Missing));
/// ```
pub fn read_cookie(header: &[u8]) -> Result<&[u8], End> {
    let mut values = header.split(|byte| *byte == b';').filter_map(|pair| {
        // Spaces and tabs, as browsers do, and nothing else: a name that begins with another kind of space is not under
        // the prefix's protection.
        let start = pair.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        pair[start..].strip_prefix(COOKIE.as_bytes())?.strip_prefix(b"=")
    });
    match (values.next(), values.next()) {
        (None, _) => Err(End::Missing),
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(End::Malformed),
    }
}

/// The `Set-Cookie` value for a handle's text; at most 200 bytes. `life` is what is left of the absolute life.
pub(crate) fn write_cookie(handle: &str, life: Duration) -> String {
    // Browsers cap the age at 400 days; a longer number would only make the line longer.
    let seconds = life.as_secs().min(400 * 86_400);
    format!("{COOKIE}={handle}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The `Set-Cookie` value that removes the cookie.
pub fn clear_cookie() -> String {
    write_cookie("", Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_line_stays_within_200_bytes() {
        let line = write_cookie(&"h".repeat(crate::session::keys::MAX_HANDLE), Duration::MAX);
        assert!(line.len() <= 200, "{}", line.len());
    }

    #[test]
    fn only_the_exact_name_counts_and_only_once() {
        let name = COOKIE;
        for (header, expected) in [
            (String::new(), Err(End::Missing)),
            (name.to_owned(), Err(End::Missing)),
            (format!("x{name}=a"), Err(End::Missing)),
            (format!("{name}x=a"), Err(End::Missing)),
            (format!("{name} =a"), Err(End::Missing)),
            (format!("\x0c{name}=a"), Err(End::Missing)),
            (format!("\u{a0}{name}=a"), Err(End::Missing)),
            (format!("a=b; \t{name}=a"), Ok(b"a".as_slice())),
            (format!("{name}="), Ok(b"".as_slice())),
            (format!("a=b;{name}=c;d"), Ok(b"c".as_slice())),
            (format!("{name}=a; {name}=a"), Err(End::Malformed)),
            (format!("{name}=a; {name}=b"), Err(End::Malformed)),
        ] {
            assert_eq!(read_cookie(header.as_bytes()), expected, "{header:?}");
        }
    }

    #[test]
    fn attributes_are_what_the_prefixes_demand() {
        assert_eq!(
            write_cookie("a", Duration::from_secs(5)),
            "__Host-Http-strongroom=a; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
        assert_eq!(
            clear_cookie(),
            "__Host-Http-strongroom=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
    }
}
