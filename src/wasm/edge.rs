//! The `edge` artifact.
