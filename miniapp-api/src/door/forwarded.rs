//! `X-Forwarded-For`, read strictly. A hop is an address, alone or with a port: `192.0.2.7`, `192.0.2.7:4711`,
//! `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:4711`. Another text is an unreadable hop, which is never skipped: all
//! that stands before it may be invented.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The reported hops, the nearest one last; `None` for an unreadable hop.
pub(super) fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(FORWARDED_FOR) {
        match value.to_str() {
            Ok(list) => hops.extend(list.split(',').map(hop)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    // An IPv4 address has one form, so that it has one limit.
    address.or_else(with_port).or_else(in_brackets).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_hop_is_an_address_with_or_without_a_port() {
        let forms = [
            ("192.0.2.7", ip("192.0.2.7")),
            (" 192.0.2.7:4711 ", ip("192.0.2.7")),
            ("2001:db8::7", ip("2001:db8::7")),
            ("[2001:db8::7]", ip("2001:db8::7")),
            ("[2001:db8::7]:4711", ip("2001:db8::7")),
            ("::ffff:192.0.2.7", ip("192.0.2.7")),
        ];
        for (text, expected) in forms {
            assert_eq!(hop(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_unreadable() {
        for text in [
            "",
            "unknown",
            "_hidden",
            "192.0.2.7:",
            "192.0.2.7:99999",
            "192.0.2",
            "[192.0.2.7]",
            "for=192.0.2.7",
        ] {
            assert_eq!(hop(text), None, "{text}");
        }
    }
}
