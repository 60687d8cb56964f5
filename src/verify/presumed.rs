//! Verdicts that hang on a signature which somebody else checks: the runtime's own cryptography, for example.

use super::claims::Claims;
use super::error::TokenError;
use super::keys::KeyId;
use super::verifier::Verified;
use crate::jose::Algorithm;

/// An answer that hangs on a signature, if that was left to the caller. Key, algorithm and the signature's form are checked already.
#[derive(Debug)]
pub struct Presumed<'t> {
    pub(super) key_id: KeyId,
    pub(super) left: Option<Left<'t>>,
    pub(super) verdict: Result<Verified<Claims>, TokenError>,
}

/// A signature of good form, left to the caller.
#[derive(Debug)]
pub struct Left<'t> {
    /// The algorithm, one that policy and key allow.
    pub algorithm: Algorithm,
    /// What was signed: the beginning of the token.
    pub input: &'t [u8],
    /// What is to be shown to be the key's signature of it.
    pub signature: Vec<u8>,
}

impl<'t> Presumed<'t> {
    /// Which key it is about.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What the caller has to find out, if anything.
    pub fn left(&self) -> Option<&Left<'t>> {
        self.left.as_ref()
    }

    /// The verdict. `is_valid` is asked for the signature if it was left.
    ///
    /// # Errors
    /// [`TokenError::SignatureInvalid`], or what is wrong with the claims.
    pub fn settle(self, is_valid: impl FnOnce(&Left<'t>) -> bool) -> Result<Verified<Claims>, TokenError> {
        match &self.left {
            Some(left) if !is_valid(left) => Err(TokenError::SignatureInvalid),
            _ => self.verdict,
        }
    }

    /// The verdict for a signature that holds. Worth nothing before that is known.
    ///
    /// # Errors
    /// What is wrong with the claims.
    pub fn presumed(&self) -> Result<&Verified<Claims>, &TokenError> {
        self.verdict.as_ref()
    }
}
