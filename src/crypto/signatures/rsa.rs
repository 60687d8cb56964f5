//! RSA verification. Never private-key work: its timing leaks (RUSTSEC-2023-0071), and signing goes through WebCrypto.

use rsa::{BoxedUint, RsaPublicKey, pkcs1v15, pss};
use sha2::digest::const_oid::AssociatedOid;
use sha2::digest::{Digest, FixedOutputReset};
use signature::Verifier;

/// A public key whose numbers are checked, see `public`. Signatures must have been found to fit it.
pub(super) struct RsaKey(RsaPublicKey);

impl RsaKey {
    pub(super) fn of(n: &[u8], e: &[u8]) -> Option<RsaKey> {
        let number = BoxedUint::from_be_slice_vartime;
        RsaPublicKey::new(number(n), number(e)).ok().map(RsaKey)
    }

    /// Whether it is this key's RSASSA-PKCS1-v1_5 signature of the message (RFC 8017 §8.2.2): RS256, RS384, RS512.
    pub(super) fn verify_pkcs1<D: Digest + AssociatedOid>(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = || pkcs1v15::VerifyingKey::<D>::new(self.0.clone());
        pkcs1v15::Signature::try_from(signature)
            .is_ok_and(|signature| key().verify(message, &signature).is_ok())
    }

    /// Whether it is this key's RSASSA-PSS signature of the message (RFC 8017 §8.1.2), the salt as long as the hash and MGF1
    /// with the same hash (RFC 7518 §3.5): PS256, PS384, PS512.
    pub(super) fn verify_pss<D: Digest + FixedOutputReset>(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = || pss::VerifyingKey::<D>::new(self.0.clone());
        pss::Signature::try_from(signature).is_ok_and(|signature| key().verify(message, &signature).is_ok())
    }
}
