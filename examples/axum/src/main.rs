//! An API on axum behind the verifier: `cargo run -p strongroom-example-axum`, then ask it what it prints.

#![allow(clippy::print_stdout, reason = "the program says how to ask it")]

mod issuer;
#[cfg(test)]
mod tests;

use axum::extract::Extension;
use axum::response::Json;
use axum::routing::get;
use axum::{Router, serve};
use serde_json::{Value, json};
use strongroom::tower::{VerifiedToken, VerifyLayer};
use tokio::net::TcpListener;

/// `/health` is for everybody, `/me` for those with a token.
fn app(layer: VerifyLayer) -> Router {
    Router::new().route("/me", get(me)).layer(layer).route("/health", get(|| async { "ok" }))
}

async fn me(Extension(token): Extension<VerifiedToken>) -> Json<Value> {
    Json(json!({ "hello": token.claims().subject() }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    println!("curl -i http://{address}/me -H 'authorization: Bearer {}'", issuer::token("user-1", 600)?);
    println!("curl -i http://{address}/me");
    Ok(serve(listener, app(issuer::layer()?)).await?)
}
