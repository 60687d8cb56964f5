//! The demonstration's tokens, and what its API demands of them. A real issuer signs with a key pair.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use strongroom::endpoints::{AccessToken, Asked, SignedIn, Tokens};
use strongroom::jose::json::quote;
use strongroom::jose::{Algorithm, base64url};
use strongroom::secret::Secret;
use strongroom::session::Code;
use strongroom::tower::VerifyLayer;
use strongroom::verify::{Keys, Policy, Verifier};

const ISSUER: &str = "https://app.example";
const AUDIENCE: &str = "https://api.example";
const SCOPE: &str = "account";
const LIFE: Duration = Duration::from_secs(600);

/// Nobody else knows it, as long as nobody reads this file.
const SECRET: &[u8] = b"a demonstration's own secret, of more than 32 bytes";

/// The API's layer, with the issuer's secret.
pub(crate) fn layer() -> Result<VerifyLayer, Box<dyn Error>> {
    let mut keys = Keys::default();
    let secret = Secret::new(SECRET.to_vec());
    keys.add_secret(Some("demo".to_owned()), secret, None).map_err(|problem| problem.reason())?;
    Ok(VerifyLayer::new(Verifier::new(Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Hs256])?), keys))
}

/// Makes a token for each refresh.
#[derive(Debug)]
pub(crate) struct Issuer;

impl Tokens for Issuer {
    async fn token(&self, session: &SignedIn, asked: Asked<'_>) -> Result<AccessToken, Code> {
        if asked.audience.is_some_and(|audience| audience != AUDIENCE) {
            return Err(Code::ResourceUnknown);
        }
        if asked.scope.is_some_and(|scope| scope != SCOPE) {
            return Err(Code::ScopeRefused);
        }
        let token = sign(&session.subject, &session.id).ok_or(Code::ProviderUnreachable)?;
        Ok(AccessToken { token: Secret::new(token), scope: SCOPE.to_owned(), expires_in: LIFE })
    }
}

fn sign(subject: &str, session: &str) -> Option<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let header = r#"{"alg":"HS256","typ":"JWT","kid":"demo"}"#;
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":{},"sid":{},"iat":{now},"exp":{}}}"#,
        quote(subject),
        quote(session),
        now + LIFE.as_secs()
    );
    let message =
        format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET).ok()?;
    mac.update(message.as_bytes());
    Some(format!("{message}.{}", base64url::encode(&mac.finalize().into_bytes())))
}
