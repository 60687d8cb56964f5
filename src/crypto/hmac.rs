//! HMAC verification (RFC 7518 §3.2), with secrets that deserve the name.

use crate::jose::jwk::KeyProblem;
use crate::secret::Secret;
use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

/// A secret of at least 32 bytes that is not a public key in disguise.
#[derive(Debug)]
pub struct HmacKey(Secret<Vec<u8>>);

impl HmacKey {
    /// Takes the secret over.
    ///
    /// # Errors
    /// [`KeyProblem::SecretLength`] below 32 bytes, [`KeyProblem::PublicSecret`] for the text or bytes of a public key.
    pub fn new(secret: Secret<Vec<u8>>) -> Result<HmacKey, KeyProblem> {
        if secret.expose().len() < 32 {
            return Err(KeyProblem::SecretLength);
        }
        if is_public_key(secret.expose()) {
            return Err(KeyProblem::PublicSecret);
        }
        Ok(HmacKey(secret))
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.0.expose().len()
    }

    /// HS256. The tag must be complete; it is compared in constant time.
    pub fn verify_sha256(&self, message: &[u8], tag: &[u8]) -> bool {
        verify::<Sha256>(self.0.expose(), message, tag)
    }

    /// HS384, as above.
    pub fn verify_sha384(&self, message: &[u8], tag: &[u8]) -> bool {
        verify::<Sha384>(self.0.expose(), message, tag)
    }

    /// HS512, as above.
    pub fn verify_sha512(&self, message: &[u8], tag: &[u8]) -> bool {
        verify::<Sha512>(self.0.expose(), message, tag)
    }
}

fn verify<D: EagerHash>(secret: &[u8], message: &[u8], tag: &[u8]) -> bool
where
    Hmac<D>: Mac + KeyInit,
{
    <Hmac<D> as KeyInit>::new_from_slice(secret)
        .is_ok_and(|mac| mac.chain_update(message).verify_slice(tag).is_ok())
}

/// CVE-2016-5431, CVE-2022-29217, CVE-2024-33663 and their kin: PEM, OpenSSH and JWK texts anywhere in it, and whole DER structures.
fn is_public_key(secret: &[u8]) -> bool {
    let texts: [&[u8]; 6] =
        [b"-----BEGIN ", b"ssh-rsa ", b"ssh-ed25519 ", b"ecdsa-sha2-", b"ssh-dss ", b"\"kty\""];
    texts.iter().any(|text| secret.windows(text.len()).any(|window| window == *text))
        || is_der_sequence(secret)
}

/// A SEQUENCE that is exactly as long as it says, as X.509 and PKCS#1 keys are. A random secret is one with a chance of 2^-24.
fn is_der_sequence(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x81, length, rest @ ..] => rest.len() == usize::from(*length),
        [0x30, 0x82, high, low, rest @ ..] => rest.len() == usize::from(*high) << 8 | usize::from(*low),
        [0x30, length, rest @ ..] if *length < 0x80 => rest.len() == usize::from(*length),
        _ => false,
    }
}
