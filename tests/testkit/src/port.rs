//! Ports for servers that need a fixed one.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rand::Rng;

/// Below the range from which Linux assigns ports by itself, so that no other connection or `bind(0)` takes the
/// port between this call and its use, nor while a server is down between `kill9` and `restart`.
const RANGE: Range<u16> = 15_000..32_000;

/// A free port of the loopback interface; never the same twice in one test process.
pub fn free() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1_000 {
        let port = rand::rng().random_range(RANGE);
        if !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            given.insert(port);
            return port;
        }
    }
    panic!("no free port in {RANGE:?}");
}

/// `count` free ports in a row, for a process that takes a base; returns the first.
pub fn free_block(count: u16) -> u16 {
    for _ in 0..1_000 {
        let first = rand::rng().random_range(RANGE.start..RANGE.end - count);
        if (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
    panic!("no {count} free ports in a row in {RANGE:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: BTreeSet<u16> = (0..200).map(|_| free()).collect();
        assert_eq!(ports.len(), 200);
    }
}
