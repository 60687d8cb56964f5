//! The `vault` artifact.
