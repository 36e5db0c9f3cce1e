//! Admission checks for requests from the internet: source address, origin and request rate.

mod attempts;
mod forwarded;
mod log_ins;
mod network;

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

pub use attempts::SessionRateLimiter;
pub use log_ins::LoginRateLimiter;
pub use network::{IpNetwork, IpNetworkError};

/// Allowed origins and trusted proxies.
#[derive(Debug, Clone, Default)]
pub struct ConnectionPolicy {
    /// Origins besides our own host, such as `https://servicewechat.com`.
    pub allowed_origins: Vec<String>,
    /// Proxies in front of this process. `X-Forwarded-For` counts only from these.
    pub trusted_proxies: Vec<IpNetwork>,
}

impl ConnectionPolicy {
    /// Returns the nearest address on the request's path that is not a trusted proxy. Before an unreadable hop this is
    /// the trusted proxy that has reported it.
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        for hop in forwarded::hops(headers).into_iter().rev() {
            match hop {
                Some(hop) if self.trusts(nearest) => nearest = hop,
                _ => break,
            }
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }

    /// A browser names the page that connects; the mini-program and other programs often send no origin.
    pub fn allows_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let own = origin.split_once("://").map(|(_, host)| host);
        let same_host = own.zip(host).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host));
        same_host || self.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

#[cfg(test)]
mod tests {

    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_strangers_word_about_its_address_does_not_count() {
        let headers = headers(&[("x-forwarded-for", "1.2.3.4")]);
        assert_eq!(ConnectionPolicy::default().client_ip(ip("9.9.9.9"), &headers), ip("9.9.9.9"));
    }

    #[test]
    fn behind_our_proxies_the_last_foreign_hop_counts() {
        let doors = ConnectionPolicy {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "192.0.2.7".parse().unwrap()],
            ..ConnectionPolicy::default()
        };
        let forged = headers(&[("x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.1.1.1")]);
        assert_eq!(doors.client_ip(ip("192.0.2.7"), &forged), ip("1.2.3.4"));
        assert_eq!(doors.client_ip(ip("10.0.0.1"), &HeaderMap::new()), ip("10.0.0.1"));
        assert_eq!(doors.client_ip(ip("::ffff:10.0.0.1"), &forged), ip("1.2.3.4"));
    }

    #[test]
    fn a_port_or_an_unreadable_hop_does_not_let_an_invented_address_count() {
        let doors = ConnectionPolicy {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..ConnectionPolicy::default()
        };
        let cases = [
            ("6.6.6.6, 1.2.3.4:4711", "1.2.3.4"),
            ("6.6.6.6, [2001:db8::7]:4711, 10.1.1.1:80", "2001:db8::7"),
            ("6.6.6.6, unknown", "10.0.0.1"),
            ("6.6.6.6, 1.2.3.4:port, 10.1.1.1", "10.1.1.1"),
            ("6.6.6.6,", "10.0.0.1"),
        ];
        for (list, counts) in cases {
            let reported = headers(&[("x-forwarded-for", list)]);
            assert_eq!(doors.client_ip(ip("10.0.0.1"), &reported), ip(counts), "{list}");
        }
    }

    #[test]
    fn pages_of_other_hosts_may_not_connect() {
        let doors = ConnectionPolicy {
            allowed_origins: vec!["https://servicewechat.com".to_owned()],
            ..ConnectionPolicy::default()
        };
        let from = |origin| headers(&[("origin", origin), ("host", "pickup.example.com:8443")]);
        assert!(doors.allows_origin(&HeaderMap::new()));
        assert!(doors.allows_origin(&from("https://pickup.example.com:8443")));
        assert!(doors.allows_origin(&from("https://servicewechat.com")));
        assert!(!doors.allows_origin(&from("https://pickup.example.com")));
        assert!(!doors.allows_origin(&from("https://evil.example")));
        assert!(!doors.allows_origin(&from("null")));
    }
}
