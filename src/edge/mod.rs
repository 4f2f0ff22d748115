//! The outside world as traits: clock, ids, keys, pins, config.
