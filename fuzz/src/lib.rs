//! What the verifier's targets share: one issuer, its keys, and tokens that it truly signed.

use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::Sha256;
use std::sync::LazyLock;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::encode;
use strongroom::jose::json::{Object, Value};
use strongroom::secret::Secret;
use strongroom::time::Timestamp;
use strongroom::verify::{Keys, Policy};

/// The issuer that the policy accepts.
pub const ISSUER: &str = "https://issuer.example";
/// The audience that the policy accepts.
pub const AUDIENCE: &str = "https://api.example";
/// The targets' time, in seconds.
pub const NOW: u64 = 1_800_000_000;
/// The header of a good token.
pub const HEADER: &str = r#"{"alg":"ES256","typ":"JWT","kid":"ec"}"#;
/// The claims of a good token.
pub const CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":"https://api.example","exp":1800000600,"iat":1800000000,"sub":"user-1"}"#;

/// The header of a good token under the shared secret.
pub const SHARED_HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"hs"}"#;

/// A secret that the issuer shares with the verifier: its tags are a thousand times as fast as signatures, so that the fuzzer
/// reaches as much more of what lies behind them.
const SHARED: [u8; 32] = [7; 32];

/// A token under the shared secret with that header and payload, whatever they are.
pub fn tag(header: &[u8], payload: &[u8]) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&SHARED).unwrap().chain_update(&message);
    format!("{message}.{}", encode(&mac.finalize().into_bytes()))
}

/// The shared secret as the verifier holds it.
pub fn shared() -> Keys {
    let mut keys = Keys::default();
    keys.add_secret(Some("hs".to_owned()), Secret::new(SHARED.to_vec()), Some(Algorithm::Hs256)).unwrap();
    keys
}

static OLD: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).unwrap());
static NEW: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[9; 32]).unwrap());

/// Which of the issuer's keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, arbitrary::Arbitrary)]
pub enum Signer {
    /// The one that it has always had.
    Old,
    /// The one that it rotates to.
    New,
}

impl Signer {
    fn key(self) -> &'static SigningKey {
        match self {
            Signer::Old => &OLD,
            Signer::New => &NEW,
        }
    }

    /// The key's id.
    pub fn kid(self) -> &'static str {
        match self {
            Signer::Old => "ec",
            Signer::New => "ec-2",
        }
    }

    /// The public key as a JWK.
    pub fn jwk(self) -> String {
        let point = self.key().verifying_key().to_sec1_point(false);
        let (x, y) = (encode(&point.as_bytes()[1..33]), encode(&point.as_bytes()[33..]));
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{}","alg":"ES256"}}"#, self.kid())
    }

    /// A token with that header and payload, whatever they are, truly signed.
    pub fn sign(self, header: &[u8], payload: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature: Signature = self.key().sign(message.as_bytes());
        format!("{message}.{}", encode(&signature.to_bytes()))
    }
}

/// A good token.
pub static GOOD: LazyLock<String> = LazyLock::new(|| Signer::Old.sign(HEADER.as_bytes(), CLAIMS.as_bytes()));

/// The targets' time.
pub fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

/// The policy that accepts the good token, and nothing beyond need.
pub fn policy() -> Policy {
    Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Es256]).unwrap()
}

/// Whether both parsers read the same object.
pub fn reads_alike(ours: &Object, theirs: &serde_json::Value) -> bool {
    let Some(members) = theirs.as_object() else { return false };
    ours.iter().count() == members.len()
        && ours.iter().all(|(name, value)| members.get(name).is_some_and(|theirs| alike(value, theirs)))
}

fn alike(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::Number(ours), serde_json::Value::Number(theirs)) => theirs.as_f64() == Some(*ours),
        (Value::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| alike(ours, theirs))
        }
        (Value::Object(ours), theirs @ serde_json::Value::Object(_)) => reads_alike(ours, theirs),
        _ => false,
    }
}
