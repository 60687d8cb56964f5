//! Where no signature is verified nothing is worked out for it.

/// Keeps nothing: stands in for what the feature `signatures` has.
#[derive(Clone, Debug, Default)]
pub struct TableStore(());
