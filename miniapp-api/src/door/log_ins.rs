//! Rate limit per address for log-ins: one bucket each, refilled steadily.
//!
//! The limit keeps one address from using up our quota at WeChat and from guessing. A school's network or a mobile carrier
//! puts many people behind one address, hence a default of some tens a minute, set in the configuration. The server limits
//! the guessing of bind codes per person.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::counter;
use service::token_buckets::TokenBuckets;

/// Most addresses remembered, some 1 MB. When all of them are busy, new ones share one bucket: an attack from so
/// many addresses slows log-ins down but fills no memory.
const MOST_ADDRESSES: usize = 20_000;

const SHARED: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

#[derive(Debug)]
pub struct LoginRateLimiter {
    buckets: Mutex<TokenBuckets<IpAddr>>,
}

impl LoginRateLimiter {
    pub fn per_minute(most: u32) -> Self {
        Self { buckets: Mutex::new(TokenBuckets::per_minute(most)) }
    }

    /// Takes one log-in from the bucket, or returns how long to wait.
    pub fn admit(&self, address: IpAddr) -> Result<(), Duration> {
        self.admit_at(address, Instant::now())
    }

    fn admit_at(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = block(address);
        let key = if buckets.has_room(&known, MOST_ADDRESSES, now) { known } else { SHARED };
        buckets.take(key, now).inspect_err(|_| counter!("log_ins_refused_total").increment(1))
    }
}

/// One customer of a provider has a whole /64 of IPv6.
fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn a_burst_passes_then_it_trickles() {
        let log_ins = LoginRateLimiter::per_minute(10);
        let start = Instant::now();
        for _ in 0..10 {
            assert!(log_ins.admit_at(A, start).is_ok());
        }
        assert_eq!(log_ins.admit_at(A, start), Err(Duration::from_secs(6)));
        assert!(log_ins.admit_at(B, start).is_ok());
        assert!(log_ins.admit_at(A, start + Duration::from_secs(6)).is_ok());
        assert!(log_ins.admit_at(A, start + Duration::from_secs(6)).is_err());
    }

    #[test]
    fn the_addresses_of_one_customer_share_a_bucket() {
        let log_ins = LoginRateLimiter::per_minute(1);
        let now = Instant::now();
        let address = |n| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, n));
        assert!(log_ins.admit_at(address(1), now).is_ok());
        assert!(log_ins.admit_at(address(2), now).is_err());
    }

    #[test]
    fn memory_has_a_bound() {
        let log_ins = LoginRateLimiter::per_minute(1);
        let now = Instant::now();
        for n in 0..30_000_u32 {
            let _ = log_ins.admit_at(IpAddr::V4(n.into()), now);
        }
        assert!(log_ins.buckets.lock().map(|buckets| buckets.entries()).unwrap_or(0) <= MOST_ADDRESSES + 1);
    }
}
