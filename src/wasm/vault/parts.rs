//! URLs, taken apart by the browser's own parser.

use crate::vault::{FORBIDDEN_HEADERS, Target};

/// A URL taken apart by the browser, and of a request whether it has a header that it must not have.
pub(super) struct Parts {
    pub(super) href: String,
    scheme: String,
    host: String,
    port: String,
    path: String,
    credentials: bool,
    pub(super) bare: bool,
    pub(super) forbidden_header: bool,
}

impl Parts {
    /// From what the host says of a URL.
    pub(super) fn new(told: Option<String>) -> Option<Self> {
        let told = told?;
        let mut lines = told.split('\n');
        let mut next = || lines.next().map(String::from);
        Some(Parts {
            href: next()?,
            scheme: next()?,
            host: next()?,
            port: next()?,
            path: next()?,
            credentials: !next()?.is_empty(),
            bare: next()?.is_empty(),
            forbidden_header: next()
                .is_some_and(|names| names.split(',').any(|name| FORBIDDEN_HEADERS.contains(&name))),
        })
    }

    pub(super) fn target(&self) -> Target<'_> {
        let Parts { scheme, host, port, path, credentials, .. } = self;
        Target { scheme, host, port, path, credentials: *credentials }
    }
}
