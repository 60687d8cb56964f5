//! ECDSA verification on P-384, P-521 and secp256k1. Signatures are r and s, of fixed length (RFC 7518 §3.4).

use signature::Verifier;

/// A key on one curve: the crates share their shape, and no type that could be generic over them.
macro_rules! curve {
    ($(#[$doc:meta])* $name:ident: $curve:ident, $normalize:expr) => {
        $(#[$doc])*
        pub(super) struct $name($curve::ecdsa::VerifyingKey);

        impl $name {
            /// From coordinates of full length.
            pub(super) fn of(x: &[u8], y: &[u8]) -> Option<$name> {
                // SEC 1 §2.3.3 without compression.
                let point = [&[4][..], x, y].concat();
                $curve::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok().map($name)
            }

            /// Whether it is this key's signature of the message. r and s must lie in [1, n-1].
            pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
                let normalize: fn($curve::ecdsa::Signature) -> $curve::ecdsa::Signature = $normalize;
                $curve::ecdsa::Signature::from_slice(signature)
                    .is_ok_and(|signature| self.0.verify(message, &normalize(signature)).is_ok())
            }
        }
    };
}

curve! {
    /// A point on P-384; with SHA-384 it is ES384.
    P384Key: p384, |signature| signature
}

curve! {
    /// A point on P-521; with SHA-512 it is ES512.
    P521Key: p521, |signature| signature
}

curve! {
    /// A point on secp256k1; with SHA-256 it is ES256K (RFC 8812 §3.2).
    // The crate has Bitcoin's rule that s must be the lower of its two values; JOSE has not.
    Secp256k1Key: k256, |signature| signature.normalize_s()
}
