//! The `session` artifact.
