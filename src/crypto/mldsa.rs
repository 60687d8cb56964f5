//! ML-DSA verification (FIPS 204), with an empty context as JOSE uses it (RFC 9964: `kty` AKP, `alg` ML-DSA-44/65/87).

use crate::jose::Algorithm;
use crate::jose::jwk::{Jwk, KeyProblem};
use ml_dsa::{EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey};

/// A public key of one of the three parameter sets.
pub enum MlDsaKey {
    /// ML-DSA-44
    L44(Box<VerifyingKey<MlDsa44>>),
    /// ML-DSA-65
    L65(Box<VerifyingKey<MlDsa65>>),
    /// ML-DSA-87
    L87(Box<VerifyingKey<MlDsa87>>),
}

impl MlDsaKey {
    /// From the `pub` of a JWK, whose `alg` names the parameter set and must be there.
    ///
    /// # Errors
    /// [`KeyProblem::Algorithm`] without a suitable `alg`, [`KeyProblem::Member`] for another length.
    pub fn from_jwk(jwk: &Jwk) -> Result<MlDsaKey, KeyProblem> {
        let bytes = jwk.bytes("pub")?;
        match jwk.alg()? {
            Some(Algorithm::MlDsa44) => decode(&bytes).map(MlDsaKey::L44),
            Some(Algorithm::MlDsa65) => decode(&bytes).map(MlDsaKey::L65),
            Some(Algorithm::MlDsa87) => decode(&bytes).map(MlDsaKey::L87),
            _ => Err(KeyProblem::Algorithm),
        }
    }

    /// The one algorithm it is for.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            MlDsaKey::L44(_) => Algorithm::MlDsa44,
            MlDsaKey::L65(_) => Algorithm::MlDsa65,
            MlDsaKey::L87(_) => Algorithm::MlDsa87,
        }
    }

    /// Whether it is this key's signature of the message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            MlDsaKey::L44(key) => verify(key, message, signature),
            MlDsaKey::L65(key) => verify(key, message, signature),
            MlDsaKey::L87(key) => verify(key, message, signature),
        }
    }
}

fn decode<P: MlDsaParams>(bytes: &[u8]) -> Result<Box<VerifyingKey<P>>, KeyProblem> {
    let encoded = EncodedVerifyingKey::<P>::try_from(bytes).map_err(|_| KeyProblem::Member("pub"))?;
    Ok(Box::new(VerifyingKey::decode(&encoded)))
}

fn verify<P: MlDsaParams>(key: &VerifyingKey<P>, message: &[u8], signature: &[u8]) -> bool {
    Signature::<P>::try_from(signature)
        .is_ok_and(|signature| key.verify_with_context(message, &[], &signature))
}
