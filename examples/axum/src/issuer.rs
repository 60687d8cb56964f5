//! An issuer for the demonstration. A real one has a key pair and a JWKS, and `VerifyLayer::fetching` gets it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};
use strongroom::jose::{Algorithm, base64url};
use strongroom::secret::Secret;
use strongroom::tower::VerifyLayer;
use strongroom::verify::{Keys, Policy, Verifier};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// Nobody else knows it, as long as nobody reads this file.
const SECRET: &[u8] = b"a demonstration's own secret, of more than 32 bytes";

/// What the API demands.
pub(crate) fn verifier() -> Result<Verifier, Box<dyn Error>> {
    Ok(Verifier::new(Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Hs256])?))
}

/// The API's layer, with the issuer's secret.
pub(crate) fn layer() -> Result<VerifyLayer, Box<dyn Error>> {
    let mut keys = Keys::default();
    let secret = Secret::new(SECRET.to_vec());
    keys.add_secret(Some("demo".to_owned()), secret, None).map_err(|problem| problem.reason())?;
    Ok(VerifyLayer::new(verifier()?, keys).realm("demo"))
}

/// A token that is good for so many seconds.
pub(crate) fn token(subject: &str, seconds: i64) -> Result<String, Box<dyn Error>> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let header = r#"{"alg":"HS256","typ":"JWT","kid":"demo"}"#;
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"{subject}","iat":{now},"exp":{}}}"#,
        now + seconds
    );
    let message =
        format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET)?;
    mac.update(message.as_bytes());
    Ok(format!("{message}.{}", base64url::encode(&mac.finalize().into_bytes())))
}
