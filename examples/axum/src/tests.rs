//! The layer inside axum: what gets through, what is answered, and how keys are fetched.

use crate::{app, issuer};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use strongroom::tower::{Fetched, VerifyLayer};
use strongroom::verify::MAX_KEYS;
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    challenge: Option<String>,
    retry_after: Option<String>,
    body: Value,
}

async fn ask(app: &Router, path: &str, authorization: &[&str]) -> Answer {
    let mut request = Request::builder().uri(path);
    for value in authorization {
        request = request.header(AUTHORIZATION, *value);
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = move |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let (challenge, retry_after) = (text(WWW_AUTHENTICATE), text(RETRY_AFTER));
    if !status.is_success() {
        assert_eq!(text(CONTENT_TYPE).as_deref(), Some("application/problem+json"));
        assert_eq!(text(CACHE_CONTROL).as_deref(), Some("no-store"));
    }
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status, challenge, retry_after, body }
}

fn bearer(subject: &str, seconds: i64) -> String {
    format!("Bearer {}", issuer::token(subject, seconds).unwrap())
}

#[tokio::test]
async fn a_good_token_gets_through_and_the_handler_sees_its_claims() {
    let app = app(issuer::layer().unwrap());
    let answer = ask(&app, "/me", &[&bearer("user-1", 600)]).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({ "hello": "user-1" })));
    assert_eq!(ask(&app, "/health", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn anything_else_is_answered_with_its_status_challenge_and_problem() {
    let app = app(issuer::layer().unwrap());
    let good = bearer("user-1", 600);
    // Another last character, of those that a signature can end with.
    let last = if good.ends_with('A') { 'E' } else { 'A' };
    let forged = format!("{}{last}", &good[..good.len() - 1]);
    let cases: [(&[&str], u16, &str, Option<&str>); 8] = [
        (&[], 401, "token_missing", None),
        (&["Basic dXNlcjpwYXNz"], 400, "invalid_request", Some("invalid_request")),
        (&["Bearer"], 400, "invalid_request", Some("invalid_request")),
        (&[&good, &good], 400, "invalid_request", Some("invalid_request")),
        (&[&format!("{good}, {good}")], 400, "invalid_request", Some("invalid_request")),
        (&["Bearer a.b.c"], 401, "token_malformed", Some("invalid_token")),
        (&[&forged], 401, "signature_invalid", Some("invalid_token")),
        (&[&bearer("user-1", -600)], 401, "token_expired", Some("invalid_token")),
    ];
    for (authorization, status, code, error) in cases {
        let answer = ask(&app, "/me", authorization).await;
        assert_eq!((answer.status.as_u16(), &answer.body["code"]), (status, &json!(code)));
        assert_eq!(answer.body["status"], json!(status));
        let challenge = answer.challenge.unwrap();
        assert!(challenge.starts_with(r#"Bearer realm="demo""#), "{challenge}");
        assert_eq!(
            error.is_some_and(|error| challenge.contains(&format!("error=\"{error}\""))),
            error.is_some()
        );
    }
}

/// A key server that answers so, and how often it was asked.
fn fetching(document: Option<&'static str>, delay: u64) -> (Router, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    let layer = VerifyLayer::fetching(issuer::verifier().unwrap(), MAX_KEYS, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            document
                .map(|document| Fetched { body: document.into(), cache_control: Some("max-age=300".into()) })
        }
    });
    (app(layer), count)
}

/// A public key, which no HMAC token can be meant for.
const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"demo","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

#[tokio::test]
async fn many_cold_requests_make_one_fetch() {
    let (app, count) = fetching(Some(JWKS), 50);
    let token = bearer("user-1", 600);
    let requests = (0..50).map(|_| {
        let (app, token) = (app.clone(), token.clone());
        tokio::spawn(async move { ask(&app, "/me", &[&token]).await.body["code"].clone() })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap(), json!("algorithm_not_allowed"));
    }
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_503() {
    let (app, count) = fetching(None, 0);
    for _ in 0..20 {
        let answer = ask(&app, "/me", &[&bearer("user-1", 600)]).await;
        assert_eq!(answer.body["code"], json!("keys_unavailable"));
        assert_eq!((answer.status.as_u16(), answer.retry_after.as_deref()), (503, Some("5")));
        assert_eq!(answer.challenge, None);
    }
    assert!(count.load(Ordering::Relaxed) <= 2, "the key server is hammered");
}

#[tokio::test(start_paused = true)]
async fn a_key_server_that_hangs_holds_nobody_for_ever() {
    let (app, _) = fetching(Some(JWKS), 1_000_000);
    let asked = tokio::time::Instant::now();
    let answer = ask(&app, "/me", &[&bearer("user-1", 600)]).await;
    assert_eq!(answer.body["code"], json!("keys_unavailable"));
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
}
