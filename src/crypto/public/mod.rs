//! Public keys as numbers: whether they are good ones, and which form their signatures have. Nothing is verified here, so that whoever verifies
//! them, the crates or the runtime's own cryptography, gets nothing that two verifiers could judge differently.

pub(super) mod curve;
pub(super) mod edwards;
mod modular;
mod rsa;

use crate::jose::jwk::{Jwk, KeyProblem};
use crate::jose::{Algorithm, AlgorithmSet};
use curve::Curve;

/// A public key whose mathematics are checked.
pub struct PublicKey {
    kind: Kind,
    first: Vec<u8>,
    second: Vec<u8>,
}

/// What a public key is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A point on P-256.
    P256,
    /// A point on P-384.
    P384,
    /// A point on P-521.
    P521,
    /// A point on secp256k1.
    Secp256k1,
    /// A point on edwards25519.
    Ed25519,
    /// RSA.
    Rsa,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

impl Kind {
    /// In the order of their numbers.
    const ALL: [Kind; 9] = [
        Kind::P256,
        Kind::P384,
        Kind::P521,
        Kind::Secp256k1,
        Kind::Ed25519,
        Kind::Rsa,
        Kind::MlDsa44,
        Kind::MlDsa65,
        Kind::MlDsa87,
    ];
}

impl PublicKey {
    /// From what [`to_bytes`](Self::to_bytes) gave of a key that was checked; that is not repeated here.
    pub fn from_bytes(bytes: &[u8]) -> Option<PublicKey> {
        let [numbers @ .., length, kind] = bytes else { return None };
        let (second, first) = numbers.split_at_checked((*length).into())?;
        let kind = *Kind::ALL.get(usize::from(*kind))?;
        Some(PublicKey { kind, first: first.to_vec(), second: second.to_vec() })
    }

    /// Its numbers in one piece: the second member, the first one, how long the second is, and the kind's number.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.second.clone();
        bytes.extend_from_slice(&self.first);
        // A second member is a coordinate or an exponent, of 66 bytes at most.
        bytes.extend_from_slice(&[self.second.len() as u8, self.kind as u8]);
        bytes
    }

    /// From the members of a JWK: RFC 7518 §6.2.1 and §6.3.1, RFC 8037 §2, RFC 9964.
    ///
    /// # Errors
    /// [`KeyProblem::Unsupported`], or what is wrong with the numbers. [`KeyProblem::Private`] for a secret, which has no place in a key set.
    pub fn from_jwk(jwk: &Jwk) -> Result<PublicKey, KeyProblem> {
        match jwk.kty()? {
            "EC" => match jwk.crv()? {
                "P-256" => on_curve(jwk, Kind::P256, &curve::P256),
                "P-384" => on_curve(jwk, Kind::P384, &curve::P384),
                "P-521" => on_curve(jwk, Kind::P521, &curve::P521),
                "secp256k1" => on_curve(jwk, Kind::Secp256k1, &curve::SECP256K1),
                _ => Err(KeyProblem::Unsupported),
            },
            "OKP" if jwk.crv()? == "Ed25519" => {
                let x = jwk.bytes("x")?;
                let encoded = x.as_slice().try_into().map_err(|_| KeyProblem::Member("x"))?;
                let key = PublicKey { kind: Kind::Ed25519, first: x.clone(), second: Vec::new() };
                if edwards::is_key(encoded) { Ok(key) } else { Err(KeyProblem::Point) }
            }
            "RSA" => {
                let (first, second) = (jwk.bytes("n")?, jwk.bytes("e")?);
                rsa::check(&first, &second)?;
                Ok(PublicKey { kind: Kind::Rsa, first, second })
            }
            "AKP" => {
                let first = jwk.bytes("pub")?;
                // Its `alg` names the parameter set and must be there.
                let (kind, size) = match jwk.alg()? {
                    Some(Algorithm::MlDsa44) => (Kind::MlDsa44, 1312),
                    Some(Algorithm::MlDsa65) => (Kind::MlDsa65, 1952),
                    Some(Algorithm::MlDsa87) => (Kind::MlDsa87, 2592),
                    _ => return Err(KeyProblem::Algorithm),
                };
                let key = PublicKey { kind, first, second: Vec::new() };
                if key.first.len() == size { Ok(key) } else { Err(KeyProblem::Member("pub")) }
            }
            "oct" => Err(KeyProblem::Private),
            _ => Err(KeyProblem::Unsupported),
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its one or two numbers: x and y, n and e, or the encoded key alone.
    pub fn members(&self) -> (&[u8], &[u8]) {
        (&self.first, &self.second)
    }

    /// What it can be used for.
    pub fn algorithms(&self) -> AlgorithmSet {
        use Algorithm::*;
        match self.kind {
            Kind::P256 => AlgorithmSet::of(&[Es256]),
            Kind::P384 => AlgorithmSet::of(&[Es384]),
            Kind::P521 => AlgorithmSet::of(&[Es512]),
            Kind::Secp256k1 => AlgorithmSet::of(&[Es256k]),
            Kind::Ed25519 => AlgorithmSet::of(&[EdDsa, Ed25519]),
            Kind::Rsa => AlgorithmSet::of(&[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]),
            Kind::MlDsa44 => AlgorithmSet::of(&[MlDsa44]),
            Kind::MlDsa65 => AlgorithmSet::of(&[MlDsa65]),
            Kind::MlDsa87 => AlgorithmSet::of(&[MlDsa87]),
        }
    }

    /// Whether a signature has the one form that its verification demands.
    pub fn fits(&self, signature: &[u8]) -> bool {
        match self.kind {
            Kind::P256 => curve::P256.fits(signature),
            Kind::P384 => curve::P384.fits(signature),
            Kind::P521 => curve::P521.fits(signature),
            Kind::Secp256k1 => curve::SECP256K1.fits(signature),
            Kind::Ed25519 => edwards::fits(signature),
            Kind::Rsa => rsa::fits(&self.first, signature),
            // FIPS 204 table 2.
            Kind::MlDsa44 => signature.len() == 2420,
            Kind::MlDsa65 => signature.len() == 3309,
            Kind::MlDsa87 => signature.len() == 4627,
        }
    }
}

fn on_curve(jwk: &Jwk, kind: Kind, curve: &Curve) -> Result<PublicKey, KeyProblem> {
    let (first, second) = (jwk.bytes("x")?, jwk.bytes("y")?);
    if first.len() != curve.size() {
        Err(KeyProblem::Member("x"))
    } else if second.len() != curve.size() {
        Err(KeyProblem::Member("y"))
    } else if curve.contains(&first, &second) {
        Ok(PublicKey { kind, first, second })
    } else {
        Err(KeyProblem::Point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_key_again() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            for (first, second) in
                [(vec![1, 2, 3], vec![]), (vec![4; 66], vec![5; 66]), (vec![6; 1024], vec![1, 0, 1])]
            {
                let bytes = PublicKey { kind, first, second }.to_bytes();
                let again = PublicKey::from_bytes(&bytes).unwrap();
                assert_eq!((again.kind(), again.to_bytes()), (kind, bytes));
            }
        }
        for bytes in [&[][..], &[0], &[1, 0, 9], &[1, 2, 3, 0]] {
            assert!(PublicKey::from_bytes(bytes).is_none());
        }
    }
}
