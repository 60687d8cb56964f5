//! What the client and the endpoints must agree on.

#![cfg(feature = "session")]

use strongroom::session::Timing;
use strongroom::vault::refresh::TIMEOUT;

#[test]
fn a_worker_waits_exactly_as_long_as_the_rotation_counts_on() {
    assert_eq!(TIMEOUT, Timing::DEFAULT.timeout, "T: change both, and run the simulation");
}
