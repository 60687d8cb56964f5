//! The layer and its service.

use super::keys::{Fetched, Shared};
use super::refusal::{Refusal, bearer};
use crate::verify::{Claims, KeySet, Keys, Verified, Verifier};
use core::fmt;
use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};
use http::{Request, Response};
use std::sync::Arc;
use tower_layer::Layer;
use tower_service::Service;

/// Lets a request through only with a good bearer token, which it then carries as an extension: [`VerifiedToken`]. Any other is
/// answered with its status, challenge and problem document. One layer serves any number of routes and shares its keys.
#[derive(Clone)]
pub struct VerifyLayer {
    shared: Arc<Shared>,
    realm: Option<Arc<str>>,
}

impl VerifyLayer {
    /// With keys at hand.
    pub fn new(verifier: Verifier, keys: Keys) -> VerifyLayer {
        VerifyLayer { shared: Arc::new(Shared::new(verifier, KeySet::fixed(keys), None)), realm: None }
    }

    /// With keys, at most `max_keys` of them, that `fetch` brings from the issuer: the answer with status 200, `None` for any
    /// other outcome. It is called as seldom as [`KeySet`] says, and given five seconds. It must use https and follow no redirect.
    /// Needs a tokio runtime with its time driver.
    pub fn fetching<F, A>(verifier: Verifier, max_keys: usize, fetch: F) -> VerifyLayer
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Option<Fetched>> + Send + 'static,
    {
        let fetch = move || -> Pin<Box<dyn Future<Output = Option<Fetched>> + Send>> { Box::pin(fetch()) };
        let shared = Shared::new(verifier, KeySet::remote(max_keys), Some(Box::new(fetch)));
        VerifyLayer { shared: Arc::new(shared), realm: None }
    }

    /// The protection space that challenges name (RFC 9110 §11.5).
    #[must_use]
    pub fn realm(mut self, realm: &str) -> VerifyLayer {
        self.realm = Some(realm.into());
        self
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer").field("realm", &self.realm).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { inner, layer: self.clone() }
    }
}

/// The token that a request came with, verified. In axum: `Extension(token): Extension<VerifiedToken>`.
#[derive(Clone, Debug)]
pub struct VerifiedToken(Arc<Verified<Claims>>);

impl VerifiedToken {
    /// Its claims.
    pub fn claims(&self) -> &Claims {
        self.0.value()
    }
}

impl Deref for VerifiedToken {
    type Target = Verified<Claims>;

    fn deref(&self) -> &Verified<Claims> {
        &self.0
    }
}

/// A service behind a [`VerifyLayer`].
#[derive(Clone, Debug)]
pub struct Verify<S> {
    inner: S,
    layer: VerifyLayer,
}

/// The answer that a [`Verify`] is working on.
pub type VerifyFuture<R, E> = Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = VerifyFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to be called; its clone has to be polled first.
        let clone = self.inner.clone();
        let mut inner = core::mem::replace(&mut self.inner, clone);
        let VerifyLayer { shared, realm } = self.layer.clone();
        Box::pin(async move {
            let verdict = match bearer(request.headers()) {
                Ok(token) => {
                    let token = token.to_owned();
                    shared.verify(&token).await.map_err(Refusal::from)
                }
                Err(refusal) => Err(refusal),
            };
            match verdict {
                Ok(verified) => {
                    request.extensions_mut().insert(VerifiedToken(Arc::new(verified)));
                    inner.call(request).await
                }
                Err(refusal) => Ok(refusal.response(realm.as_deref())),
            }
        })
    }
}
