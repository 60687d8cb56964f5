//! Verdicts that hang on a signature which somebody else checks: the runtime's own cryptography, for example.

use super::claims::Claims;
use super::error::TokenError;
use super::keys::KeyId;
use super::verifier::Verified;
use super::window::Window;
use crate::jose::Algorithm;
use crate::jose::header::Header;
use std::sync::Arc;

/// An answer that hangs on a signature, if that was left to the caller. Key, algorithm and the signature's form are checked already.
#[derive(Debug)]
pub struct Presumed<'t> {
    pub(super) key_id: KeyId,
    pub(super) left: Option<Left<'t>>,
    pub(super) verdict: Result<Verified<Claims>, TokenError>,
}

/// A good verdict as texts.
pub struct Texts {
    /// The claims' very JSON text.
    pub claims: String,
    /// The header.
    pub header: Arc<Header>,
    /// When the same token passes the same checks again.
    pub window: Window,
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

    /// What is left, and the verdict for a signature that holds: the claims' and the header's JSON texts, and when they pass again. Worth
    /// nothing before it is known that it does.
    ///
    /// The inner error is what is wrong with the claims.
    pub fn into_texts(self) -> (Option<Left<'t>>, Result<Texts, TokenError>) {
        let texts = self.verdict.map(|verified| {
            let window = verified.window();
            let (claims, header) = verified.into_parts();
            Texts { claims: claims.into_json(), header, window }
        });
        (self.left, texts)
    }
}
