//! Bindings: the only place that names `wasm_bindgen`, `js_sys` or `web_sys`. They translate and perform I/O; logic
//! lives in the modules they bind.

#[cfg(feature = "verify")]
mod edge;
#[cfg(feature = "session")]
mod session;
#[cfg(feature = "signatures")]
mod signatures;
#[cfg(feature = "vault")]
mod vault;

/// The verifier's two artifacts are for bundles that must be small: this allocator is an eighth of the standard one, and has no bad cases.
#[cfg(any(feature = "verify", feature = "signatures"))]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
