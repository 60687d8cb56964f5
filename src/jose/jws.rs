//! The compact serialization of a JWS (RFC 7515 §7.1).

use super::base64url;
use super::header::{Header, HeaderError};
use super::json::{self, JsonError, Object};
use core::fmt;
use std::sync::Arc;

/// The largest accepted token in bytes, unless set otherwise.
pub const MAX_TOKEN_SIZE: usize = 16 * 1024;

/// A token taken apart. Its header is parsed, its payload is not: it is worth a look only once the signature holds.
pub struct Compact<'t> {
    header: Arc<Header>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signing_input: &'t str,
}

/// Why a token is not a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompactError {
    /// Larger than the limit.
    TooLarge,
    /// Not three segments.
    Segments,
    /// Five segments: an encrypted token (RFC 7516 §7.1).
    Encrypted,
    /// A segment is not canonical unpadded base64url.
    Base64(&'static str),
    /// The header is refused.
    Header(HeaderError),
}

/// How segments are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// Base64url without padding (RFC 7515 §2).
    #[default]
    Unpadded,
    /// Base64url with padding, which some issuers write against the RFC. All three segments must have it, and exactly: a token
    /// has one spelling here too.
    Padded,
}

/// A token's three segments, as they are spelled.
#[derive(Clone, Copy)]
pub struct Segments<'t> {
    token: &'t str,
    texts: [&'t str; 3],
    spelling: Spelling,
}

impl<'t> Segments<'t> {
    /// Takes a token of at most `max_size` bytes apart.
    ///
    /// # Errors
    /// If it is larger, or not three segments.
    pub fn split(token: &'t str, max_size: usize, spelling: Spelling) -> Result<Segments<'t>, CompactError> {
        if token.len() > max_size {
            return Err(CompactError::TooLarge);
        }
        let mut segments = token.splitn(6, '.');
        let (Some(header), Some(payload), Some(signature)) =
            (segments.next(), segments.next(), segments.next())
        else {
            return Err(CompactError::Segments);
        };
        match segments.count() {
            0 => {}
            2 => return Err(CompactError::Encrypted),
            _ => return Err(CompactError::Segments),
        }
        Ok(Segments { token, texts: [header, payload, signature], spelling })
    }

    /// The header as it is spelled.
    pub fn header_text(&self) -> &'t str {
        self.texts[0]
    }

    /// The header's bytes.
    ///
    /// # Errors
    /// If it is not spelled as it should be.
    pub fn header(&self) -> Result<Vec<u8>, CompactError> {
        self.decode(0, "header")
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// If it is not spelled as it should be.
    pub fn payload(&self) -> Result<Vec<u8>, CompactError> {
        self.decode(1, "payload")
    }

    /// The signature's bytes.
    ///
    /// # Errors
    /// If it is not spelled as it should be.
    pub fn signature(&self) -> Result<Vec<u8>, CompactError> {
        self.decode(2, "signature")
    }

    fn decode(&self, place: usize, name: &'static str) -> Result<Vec<u8>, CompactError> {
        let text = self.texts[place].as_bytes();
        let bytes = match self.spelling {
            Spelling::Unpadded => base64url::decode(text),
            Spelling::Padded => base64url::decode_padded(text),
        };
        bytes.ok_or(CompactError::Base64(name))
    }

    fn signing_input(&self) -> &'t str {
        let [header, payload, _] = self.texts;
        self.token.get(..header.len() + 1 + payload.len()).unwrap_or_default()
    }
}

impl fmt::Debug for Segments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Segments(…)")
    }
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(token: &'t str, max_size: usize) -> Result<Compact<'t>, CompactError> {
        Compact::parse_spelled(token, max_size, Spelling::Unpadded)
    }

    /// Takes a token apart whose segments are spelled so.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse_spelled(
        token: &'t str,
        max_size: usize,
        spelling: Spelling,
    ) -> Result<Compact<'t>, CompactError> {
        let segments = Segments::split(token, max_size, spelling)?;
        let header = Header::parse(&segments.header()?).map_err(CompactError::Header)?;
        Compact::with_header(&segments, Arc::new(header))
    }

    /// Takes the rest of a token apart whose header has been parsed, in this token or in another one that has the same.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn with_header(segments: &Segments<'t>, header: Arc<Header>) -> Result<Compact<'t>, CompactError> {
        let (payload, signature) = (segments.payload()?, segments.signature()?);
        Ok(Compact { header, payload, signature, signing_input: segments.signing_input() })
    }

    /// The parsed header.
    pub fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// What was signed (RFC 7515 §5.1).
    pub fn signing_input(&self) -> &'t [u8] {
        self.signing_input.as_bytes()
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Parses the payload as a claims set (RFC 7519 §7.2).
    ///
    /// # Errors
    /// What is wrong with it as strict JSON, or that it is not an object.
    pub fn claims(&self) -> Result<Object, JsonError> {
        json::parse_object(&self.payload)
    }

    /// The same as a text; empty if it is none, which [`Compact::claims`] refuses.
    pub fn payload_text(&self) -> &str {
        core::str::from_utf8(&self.payload).unwrap_or_default()
    }

    /// The payload's bytes: meaningful text only after [`Compact::claims`] has accepted them.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Nothing but the header and the payload, for whoever knows that the signature holds, or will.
    pub fn into_parts(self) -> (Arc<Header>, Vec<u8>) {
        (self.header, self.payload)
    }

    /// The signature, which is gone afterwards.
    pub fn take_signature(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.signature)
    }
}

impl fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compact(…)")
    }
}
