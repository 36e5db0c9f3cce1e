//! Limits of the hub. Only tests change them, except for the two counts of sockets.

use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    pub sockets: usize,
    pub sockets_per_session: usize,
    /// Interval of pings, and of `live` frames while the socket is up to date.
    pub ping_every: Duration,
    /// A phone that has been silent for so long is gone: two pings went unanswered.
    pub silent_for: Duration,
    /// A session is checked again at the first ping after this time: within a minute in all.
    pub check_every: Duration,
    /// A frame that the network has not taken in this time belongs to a phone that reads too slowly.
    pub send_within: Duration,
    /// Deadline for the close frame.
    pub close_within: Duration,
    /// How long a new socket waits for an unresponsive server.
    pub first_read_within: Duration,
    /// Messages accepted from a phone between two pings: only pongs are expected.
    pub messages_per_ping: u32,
    /// The server may hold a feed request for so long when there is no news.
    pub feed_wait: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            sockets: 20_000,
            sockets_per_session: 8,
            ping_every: Duration::from_secs(20),
            silent_for: Duration::from_secs(60),
            check_every: Duration::from_secs(35),
            send_within: Duration::from_secs(10),
            close_within: Duration::from_secs(5),
            first_read_within: Duration::from_secs(20),
            messages_per_ping: 30,
            feed_wait: Duration::from_secs(20),
        }
    }
}
