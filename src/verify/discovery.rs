//! Where an issuer says its keys are: OpenID Connect Discovery 1.0 §4 and RFC 8414 §3.

use crate::jose::json::{self, concat};

/// The addresses of an issuer's metadata, to be tried in this order. Empty if the issuer is no address.
///
/// ```
/// let urls = strongroom::verify::metadata_urls("https://issuer.example/tenant");
/// assert_eq!(urls[0], "https://issuer.example/tenant/.well-known/openid-configuration");
/// assert_eq!(urls[1], "https://issuer.example/.well-known/oauth-authorization-server/tenant");
/// ```
pub fn metadata_urls(issuer: &str) -> Vec<String> {
    let parts = issuer.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
    let Some((scheme, rest)) = parts else { return Vec::new() };
    let mut rest = rest;
    while let Some(shorter) = rest.strip_suffix('/') {
        rest = shorter;
    }
    let host = rest.split('/').next().unwrap_or(rest);
    let path = rest.strip_prefix(host).unwrap_or_default();
    vec![
        concat(&[scheme, "://", rest, "/.well-known/openid-configuration"]),
        concat(&[scheme, "://", host, "/.well-known/oauth-authorization-server", path]),
    ]
}

/// The address of the keys in a metadata document that is truly this issuer's: `issuer` must be the very same text, so that one
/// issuer cannot name another's keys or pose as it (RFC 8414 §3.3).
pub fn jwks_uri(metadata: &[u8], issuer: &str) -> Option<String> {
    let object = json::parse_object(metadata).ok()?;
    if object.string("issuer")? != issuer {
        return None;
    }
    object.string("jwks_uri").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_dropped_and_a_path_kept() {
        assert_eq!(
            metadata_urls("https://a.example/")[0],
            "https://a.example/.well-known/openid-configuration"
        );
        assert_eq!(
            metadata_urls("https://a.example/x/y/")[1],
            "https://a.example/.well-known/oauth-authorization-server/x/y"
        );
        assert!(metadata_urls("accounts.example").is_empty());
    }

    #[test]
    fn metadata_of_another_issuer_is_refused() {
        let of = |issuer: &str| format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://a.example/keys"}}"#);
        let ours = "https://a.example";
        assert_eq!(jwks_uri(of(ours).as_bytes(), ours).as_deref(), Some("https://a.example/keys"));
        for other in ["https://a.example/", "https://A.example", "https://evil.example", ""] {
            assert_eq!(jwks_uri(of(other).as_bytes(), ours), None, "{other}");
        }
        for rubbish in
            ["", "[]", r#"{"issuer":"https://a.example"}"#, r#"{"issuer":"https://a.example","jwks_uri":1}"#]
        {
            assert_eq!(jwks_uri(rubbish.as_bytes(), ours), None, "{rubbish}");
        }
        let twice = r#"{"issuer":"https://evil.example","issuer":"https://a.example","jwks_uri":"https://a.example/keys"}"#;
        assert_eq!(jwks_uri(twice.as_bytes(), ours), None);
    }
}
