//! The vault machine: what the Web Worker knows and decides. It performs no I/O and sees no clock.
