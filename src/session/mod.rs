//! Refresh-token families: the handle in the cookie, the record in the store, and the pure decision between them.
