//! Strict JWT verification (RFC 7519, RFC 8725): policy, verifier, key set machine.
