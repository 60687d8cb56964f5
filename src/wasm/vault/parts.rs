//! URLs, taken apart by the browser's own parser.

use crate::vault::Target;
use web_sys::Url;

/// A URL taken apart by the browser.
pub(super) struct Parts {
    pub(super) href: String,
    scheme: String,
    host: String,
    port: String,
    path: String,
    credentials: bool,
    pub(super) bare: bool,
}

impl Parts {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::new(text).ok()?;
        Some(Parts {
            href: url.href(),
            scheme: url.protocol(),
            host: url.hostname(),
            port: url.port(),
            path: url.pathname(),
            credentials: !url.username().is_empty() || !url.password().is_empty(),
            bare: url.search().is_empty() && url.hash().is_empty(),
        })
    }

    pub(super) fn target(&self) -> Target<'_> {
        let Parts { scheme, host, port, path, credentials, .. } = self;
        Target { scheme, host, port, path, credentials: *credentials }
    }
}
