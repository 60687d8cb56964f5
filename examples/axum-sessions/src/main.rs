//! Sessions in axum: a login of one's own, the endpoints of the session, an API behind the verifier.
//! `cargo run -p strongroom-example-axum-sessions`, then ask it what it prints.

#![allow(clippy::print_stdout, reason = "the program says how to ask it")]

mod issuer;
mod memory;
#[cfg(test)]
mod tests;

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::http::{StatusCode, request};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{any, get, post};
use axum::{Router, serve};
use issuer::Issuer;
use memory::Memory;
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;
use strongroom::endpoints::{Config, Endpoints, MAX_BODY, Unavailable};
use strongroom::session::{Code, KeyRing, Problem};
use strongroom::tower::VerifiedToken;
use tokio::net::TcpListener;

type Sessions = Arc<Endpoints<Memory, Issuer>>;

/// `/login` is the host's own, `/auth/…` the endpoints', `/me` the API.
fn app(origin: &str, store: Memory) -> Result<Router, Box<dyn Error>> {
    let secret = *b"thirty-two bytes, all random: no";
    let sessions = Endpoints::new(Config::new([origin]), KeyRing::new([secret])?, store, Issuer)?;
    let api = Router::new().route("/me", get(me)).layer(issuer::layer()?);
    let routes = Router::new().route("/auth/{route}", any(endpoints)).route("/login", post(login));
    Ok(routes.merge(api).with_state(Arc::new(sessions)))
}

async fn endpoints(State(sessions): State<Sessions>, request: Request) -> Response {
    sessions.handle(&whole(request).await).await.map(Body::from)
}

/// The request with its body. One that is too large is refused like any that is not JSON.
async fn whole(request: Request) -> request::Request<Vec<u8>> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    Request::from_parts(parts, bytes.to_vec())
}

/// Proves who the user is: whoever knows the one password, here.
async fn login(State(sessions): State<Sessions>, request: Request) -> Response {
    let arrived = Instant::now();
    let request = whole(request).await;
    if let Err(problem) = sessions.guard(&request) {
        return refusal(problem);
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let (Some(name), Some("correct horse battery staple")) =
        (body["name"].as_str(), body["password"].as_str())
    else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match sessions.open(request.headers(), name, None, arrived.elapsed()).await {
        Ok(opened) => {
            tokio::time::sleep(opened.settle).await;
            let mut response = Json(json!({ "session": opened.session.id })).into_response();
            if let Ok(value) = HeaderValue::from_str(&opened.set_cookie) {
                response.headers_mut().insert(SET_COOKIE, value);
            }
            response
        }
        Err(Unavailable) => refusal(Code::StoreUnavailable.into()),
    }
}

fn refusal(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [("content-type", "application/problem+json")], problem.to_json()).into_response()
}

async fn me(State(sessions): State<Sessions>, Extension(token): Extension<VerifiedToken>) -> Json<Value> {
    let subject = token.claims().subject().unwrap_or_default();
    Json(json!({ "hello": subject, "sessions": sessions.store().list(subject).len() }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let common = format!(
        "-H 'origin: {origin}' -H 'content-type: application/json' -H \"strongroom-attempt: $(head -c16 /dev/urandom | basenc --base64url | tr -d =)\""
    );
    println!(
        "curl -i {origin}/login {common} -d '{{\"name\":\"ada\",\"password\":\"correct horse battery staple\"}}'"
    );
    println!("curl -i {origin}/auth/refresh {common} -H 'cookie: __Host-Http-strongroom=…' -d '{{}}'");
    println!("curl -i {origin}/me -H 'authorization: Bearer …'");
    Ok(serve(listener, app(&origin, Memory::default())?).await?)
}
