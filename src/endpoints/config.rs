//! What the endpoints are configured with.

use crate::session::{Terms, Timing, TimingError};
use core::fmt;

/// The configuration, with defaults for all but the origins.
#[derive(Clone, Debug)]
pub struct Config {
    /// The exact origins whose pages may call.
    pub origins: Vec<String>,
    /// Where the routes are mounted: `/auth`.
    pub path: String,
    /// Idle and absolute life of sessions.
    pub terms: Terms,
    /// The rotation's constants: other ones are for tests.
    pub timing: Timing,
}

impl Config {
    /// For these origins, mounted at `/auth`.
    pub fn new<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> Config {
        Config {
            origins: origins.into_iter().map(Into::into).collect(),
            path: "/auth".to_owned(),
            terms: Terms::DEFAULT,
            timing: Timing::DEFAULT,
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.origins.is_empty() || !self.origins.iter().all(|origin| is_secure(origin)) {
            return Err(ConfigError::Origins);
        }
        let is_path = self.path.is_empty() || (self.path.starts_with('/') && !self.path.ends_with('/'));
        if is_path { self.timing.check().map_err(ConfigError::Timing) } else { Err(ConfigError::Path) }
    }
}

/// `https://host[:port]` and nothing more; http on this machine alone.
fn is_secure(origin: &str) -> bool {
    let (host, is_local) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(host), _) => (host, false),
        (None, Some(host)) => (host, true),
        (None, None) => return false,
    };
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':');
    let is_plain = !name.is_empty() && host.bytes().all(plain);
    is_plain && (!is_local || name == "localhost" || name == "127.0.0.1")
}

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// `origins`: none, or one that is not exactly `https://host[:port]`.
    Origins,
    /// `path`: not like `/auth`.
    Path,
    /// `timing`: constants that do not hold together.
    Timing(TimingError),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Origins => f.write_str("origins: each must be exactly https://host[:port]"),
            ConfigError::Path => f.write_str("path: must be like /auth"),
            ConfigError::Timing(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact() {
        for origin in ["https://app.example.com", "https://a.example:8443", "http://localhost:8080"] {
            assert_eq!(Config::new([origin]).check(), Ok(()), "{origin}");
        }
        for origin in [
            "",
            "https://",
            "https://A.example",
            "https://a.example/",
            "https://*.example",
            "http://a.example",
            "null",
        ] {
            assert_eq!(Config::new([origin]).check(), Err(ConfigError::Origins), "{origin}");
        }
        assert_eq!(Config::new([""; 0]).check(), Err(ConfigError::Origins));
    }
}
