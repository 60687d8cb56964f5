//! The protected header of a JWS (RFC 7515 §4).

use super::json::{self, JsonError, Object, Value};

/// The largest accepted header in bytes, decoded.
pub const MAX_SIZE: usize = 2048;

/// A header that is well-formed. Nothing of it is trusted: `jwk`, `jku`, `x5c` and `x5u` are never looked at.
#[derive(Clone, Debug)]
pub struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    object: Object,
    text: String,
}

/// Why a header is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// Larger than [`MAX_SIZE`].
    TooLarge,
    /// Not strict JSON.
    Json(JsonError),
    /// A parameter of the wrong type, missing, or one that only an encrypted token has.
    Parameter(&'static str),
    /// `crit` or `b64`: no extension is implemented (RFC 7515 §4.1.11, RFC 7797).
    Critical,
}

impl Header {
    /// Parses the decoded header.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Header, HeaderError> {
        if bytes.len() > MAX_SIZE {
            return Err(HeaderError::TooLarge);
        }
        let object = json::parse_object(bytes).map_err(HeaderError::Json)?;
        if let Some(problem) = Header::problems(&object).first() {
            return Err(*problem);
        }
        let alg = text(&object, "alg")?.ok_or(HeaderError::Parameter("alg"))?;
        let (kid, typ) = (text(&object, "kid")?, text(&object, "typ")?);
        let text = core::str::from_utf8(bytes).unwrap_or_default().to_owned();
        Ok(Header { alg, kid, typ, object, text })
    }

    /// Everything that is wrong with the parameters, beginning with what [`Header::parse`] refuses the header for.
    pub fn problems(object: &Object) -> Vec<HeaderError> {
        let mut found = Vec::new();
        if object.member("crit").is_some() || object.member("b64").is_some() {
            found.push(HeaderError::Critical);
        }
        // RFC 7516 §9: this member marks a JWE, whose `alg` means something else.
        if object.member("enc").is_some() {
            found.push(HeaderError::Parameter("enc"));
        }
        if object.member("alg").is_none() {
            found.push(HeaderError::Parameter("alg"));
        }
        for name in ["alg", "kid", "typ"] {
            if let Err(problem) = text(object, name) {
                found.push(problem);
            }
        }
        found
    }

    /// The algorithm that the sender names. A claim to be compared, never a choice.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The key id.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The type.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Every parameter.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Its very JSON text. Parsed strictly, so that every JSON parser reads the same in it.
    pub fn json(&self) -> &str {
        &self.text
    }
}

fn text(object: &Object, name: &'static str) -> Result<Option<String>, HeaderError> {
    match object.member(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(HeaderError::Parameter(name)),
    }
}
