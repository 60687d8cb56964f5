//! Which request may carry a token: exact origins and whole path segments, on URLs that a URL parser has taken apart.

/// A URL as the browser's own parser took it apart. Nothing here parses URL text, so there is no second opinion on what
/// a URL means.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// `URL.protocol`, with its colon: `https:`.
    pub scheme: &'a str,
    /// `URL.hostname`: lower case, punycode, brackets around an IPv6 address.
    pub host: &'a str,
    /// `URL.port`: empty for the scheme's default.
    pub port: &'a str,
    /// `URL.pathname`: dot segments resolved.
    pub path: &'a str,
    /// Whether the URL carries a user name or a password.
    pub credentials: bool,
}

impl Target<'_> {
    /// HTTPS, or HTTP to this very machine.
    pub fn secure(&self) -> bool {
        match self.scheme {
            "https:" => true,
            "http:" => loopback(self.host),
            _ => false,
        }
    }
}

/// Scheme, host and port. The boundary that a token does not cross.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: String,
}

impl Origin {
    /// The origin of a URL.
    pub fn of(target: &Target<'_>) -> Self {
        Origin { scheme: target.scheme.into(), host: target.host.into(), port: target.port.into() }
    }

    /// Whether a URL belongs to exactly this origin. The parser leaves a default port empty, so equal texts are equal
    /// origins.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        self.scheme == target.scheme && self.host == target.host && self.port == target.port
    }
}

/// `localhost` and its subdomains (RFC 6761 §6.3), 127.0.0.0/8, `[::1]`.
fn loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || (host.starts_with("127.") && host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Whether `path` lies at or below `rule`, by whole segments: `/v1/` and `/v1` cover `/v1` and `/v1/me`, not `/v10`.
/// A path with an encoded slash or backslash is below nothing, since servers disagree on what it means.
pub fn path_covers(rule: &str, path: &str) -> bool {
    let rule = rule.strip_suffix('/').unwrap_or(rule);
    let below = path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && !encoded_separator(path.as_bytes())
}

fn encoded_separator(path: &[u8]) -> bool {
    path.windows(3).any(|window| matches!(window, [b'%', b'2', b'f' | b'F'] | [b'%', b'5', b'c' | b'C']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target<'a>(scheme: &'a str, host: &'a str, port: &'a str) -> Target<'a> {
        Target { scheme, host, port, path: "/", credentials: false }
    }

    #[test]
    fn an_origin_covers_itself_alone() {
        let api = Origin::of(&target("https:", "api.example.com", ""));
        assert!(api.covers(&target("https:", "api.example.com", "")));
        for (scheme, host, port) in [
            ("http:", "api.example.com", ""),
            ("https:", "api.example.com", "8443"),
            ("https:", "api.example.com.evil.com", ""),
            ("https:", "evil-api.example.com", ""),
            ("https:", "example.com", ""),
            ("https:", "api.example.co", ""),
            ("https:", "api.example.com.", ""),
            ("wss:", "api.example.com", ""),
        ] {
            assert!(!api.covers(&target(scheme, host, port)), "{scheme}//{host}:{port}");
        }
    }

    #[test]
    fn only_loopback_may_do_without_tls() {
        for host in ["localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(target("http:", host, "8080").secure(), "{host}");
        }
        for host in
            ["example.com", "localhost.example.com", "evillocalhost", "127.0.0.1.example.com", "10.0.0.1"]
        {
            assert!(!target("http:", host, "").secure(), "{host}");
            assert!(target("https:", host, "").secure(), "{host}");
        }
        for scheme in ["ftp:", "file:", "data:", "blob:", "ws:", "javascript:"] {
            assert!(!target(scheme, "localhost", "").secure(), "{scheme}");
        }
    }

    #[test]
    fn path_rules_compare_whole_segments() {
        for rule in ["/v1", "/v1/"] {
            for path in ["/v1", "/v1/", "/v1/me", "/v1//me", "/v1/a%20b"] {
                assert!(path_covers(rule, path), "{rule} {path}");
            }
            for path in ["/", "/v", "/v10", "/v1.5/me", "/V1/me", "/v2/v1", "/v1/..%2Fadmin", "/v1/a%5cb"] {
                assert!(!path_covers(rule, path), "{rule} {path}");
            }
        }
        assert!(path_covers("/", "/anything"));
    }
}
