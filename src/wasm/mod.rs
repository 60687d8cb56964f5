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
