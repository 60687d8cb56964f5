//! ML-DSA verification (FIPS 204), with an empty context as JOSE uses it (RFC 9964).

use ml_dsa::{EncodedVerifyingKey, MlDsaParams, Signature, VerifyingKey};

/// A public key of one of the three parameter sets.
pub(super) fn key<P: MlDsaParams>(bytes: &[u8]) -> Option<Box<VerifyingKey<P>>> {
    let encoded = EncodedVerifyingKey::<P>::try_from(bytes).ok()?;
    Some(Box::new(VerifyingKey::decode(&encoded)))
}

/// Whether it is this key's signature of the message.
pub(super) fn verify<P: MlDsaParams>(key: &VerifyingKey<P>, message: &[u8], signature: &[u8]) -> bool {
    Signature::<P>::try_from(signature)
        .is_ok_and(|signature| key.verify_with_context(message, &[], &signature))
}
