//! JSON Web Keys and key sets (RFC 7517): their shape. Whether a key is any good is for `crypto` to say.

use super::algorithm::Algorithm;
use super::base64url;
use super::json::{self, JsonError, Object, Value};

/// One key of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwk(Object);

/// Why a key cannot be used. Says nothing of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// A key type or curve that is not supported.
    Unsupported,
    /// A member is missing, of the wrong type, not canonical base64url, or of the wrong length.
    Member(&'static str),
    /// Not for verifying signatures: `use` or `key_ops` says so (RFC 7517 §4.2, §4.3).
    Usage,
    /// `alg` names an algorithm that the key cannot do, or that is not supported.
    Algorithm,
    /// Private members in what should be a public key: it has leaked.
    Private,
    /// An RSA modulus shorter than 2048 or longer than 8192 bits, or even.
    Modulus,
    /// An RSA exponent that is even, smaller than 65537, or of 2^32 and more.
    Exponent,
    /// A modulus with the fingerprint of a broken generator (CVE-2017-15361, ROCA).
    WeakModulus,
    /// A point that is not on the curve, of small order, or not canonical.
    Point,
    /// An HMAC secret shorter than the hash (RFC 7518 §3.2).
    SecretLength,
    /// A public key given as an HMAC secret.
    PublicSecret,
}

impl KeyProblem {
    /// A stable word for it.
    pub const fn reason(self) -> &'static str {
        match self {
            KeyProblem::Unsupported => "unsupported_key_type",
            KeyProblem::Member(_) => "malformed_key",
            KeyProblem::Usage => "not_for_signatures",
            KeyProblem::Algorithm => "algorithm_of_key",
            KeyProblem::Private => "private_key_published",
            KeyProblem::Modulus => "modulus_size",
            KeyProblem::Exponent => "exponent",
            KeyProblem::WeakModulus => "weak_modulus",
            KeyProblem::Point => "invalid_point",
            KeyProblem::SecretLength => "secret_too_short",
            KeyProblem::PublicSecret => "secret_is_a_public_key",
        }
    }
}

/// Why a text is not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwksError {
    /// Not strict JSON.
    Json(JsonError),
    /// No `keys` array of objects (RFC 7517 §5).
    Shape,
    /// More keys than the limit.
    TooMany,
}

/// Parses a key set with at most `max_keys` keys.
///
/// # Errors
/// The first thing that is wrong with the set as such; single keys are judged one by one, later.
pub fn parse_set(bytes: &[u8], max_keys: usize) -> Result<Vec<Jwk>, JwksError> {
    let object = json::parse_object(bytes).map_err(JwksError::Json)?;
    let Some(Value::Array(values)) = object.into_member("keys") else { return Err(JwksError::Shape) };
    if values.len() > max_keys {
        return Err(JwksError::TooMany);
    }
    let mut keys = Vec::with_capacity(values.len());
    for value in values {
        let Value::Object(object) = value else { return Err(JwksError::Shape) };
        keys.push(Jwk(object));
    }
    Ok(keys)
}

impl Jwk {
    /// The key type.
    ///
    /// # Errors
    /// [`KeyProblem::Member`] if there is none.
    pub fn kty(&self) -> Result<&str, KeyProblem> {
        self.text("kty")?.ok_or(KeyProblem::Member("kty"))
    }

    /// The curve.
    ///
    /// # Errors
    /// [`KeyProblem::Member`] if there is none.
    pub fn crv(&self) -> Result<&str, KeyProblem> {
        self.text("crv")?.ok_or(KeyProblem::Member("crv"))
    }

    /// The key id.
    ///
    /// # Errors
    /// [`KeyProblem::Member`] if it is not a string.
    pub fn kid(&self) -> Result<Option<&str>, KeyProblem> {
        self.text("kid")
    }

    /// The only algorithm that the key is for, if it says so.
    ///
    /// # Errors
    /// [`KeyProblem::Algorithm`] if that is not a supported one.
    pub fn alg(&self) -> Result<Option<Algorithm>, KeyProblem> {
        match self.text("alg")? {
            None => Ok(None),
            Some(name) => Algorithm::from_name(name).map(Some).ok_or(KeyProblem::Algorithm),
        }
    }

    /// Accepts a key that may verify signatures and holds no private member.
    ///
    /// # Errors
    /// [`KeyProblem::Usage`] or [`KeyProblem::Private`].
    pub fn check_public_use(&self) -> Result<(), KeyProblem> {
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"] {
            if self.0.member(member).is_some() {
                return Err(KeyProblem::Private);
            }
        }
        self.check_use()
    }

    /// Accepts a key whose `use` and `key_ops`, if any, allow it to verify signatures.
    ///
    /// # Errors
    /// [`KeyProblem::Usage`].
    pub fn check_use(&self) -> Result<(), KeyProblem> {
        if self.text("use")?.is_some_and(|usage| usage != "sig") {
            return Err(KeyProblem::Usage);
        }
        match self.0.member("key_ops").map(Value::as_strings) {
            None => Ok(()),
            Some(Some(operations)) if operations.contains(&"verify") => Ok(()),
            Some(Some(_)) => Err(KeyProblem::Usage),
            Some(None) => Err(KeyProblem::Member("key_ops")),
        }
    }

    /// A member in base64url.
    ///
    /// # Errors
    /// [`KeyProblem::Member`] if it is missing or not canonical.
    pub fn bytes(&self, name: &'static str) -> Result<Vec<u8>, KeyProblem> {
        let text = self.text(name)?.ok_or(KeyProblem::Member(name))?;
        base64url::decode(text.as_bytes()).ok_or(KeyProblem::Member(name))
    }

    fn text(&self, name: &'static str) -> Result<Option<&str>, KeyProblem> {
        match self.0.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(KeyProblem::Member(name)),
        }
    }
}
