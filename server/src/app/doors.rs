//! Who may come in, as it was read a moment ago: at the rush a thousand parents ask several times each, and their
//! sessions must not cost a database round trip every time.
//!
//! Logging out, binding an account and changing plates forget at once on this replica. On the others a session that has
//! ended may live for [`TTL`] longer, and so may a service token that was replaced and what an import has changed.

use std::time::Duration;

use uuid::Uuid;

use super::recent::Recent;
use super::standing::Standing;
use crate::store::session::Live;

const TTL: Duration = Duration::from_secs(5);

/// Entries of each kind, some 10 MB together: more people than use a district's phones in five seconds.
const MOST: usize = 20_000;

/// Services are few; what is not one of them is not remembered.
const MOST_SERVICES: usize = 100;

/// What one process remembers of who may do what.
#[derive(Debug)]
pub struct Doors {
    /// Live sessions by the hash of their token.
    pub(super) sessions: Recent<Vec<u8>, Live>,
    /// Services' names by the hash of their token.
    pub(super) services: Recent<Vec<u8>, String>,
    /// What people own, by person.
    pub(super) standings: Recent<Uuid, std::sync::Arc<Standing>>,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            sessions: Recent::new(TTL, MOST),
            services: Recent::new(TTL, MOST_SERVICES),
            standings: Recent::new(TTL, MOST),
        }
    }
}

impl Doors {
    /// After a commit that has ended this person's sessions or moved what it owns.
    pub(super) fn forget_person(&self, person: Uuid) {
        self.sessions.forget_where(|live| live.person == person);
        self.standings.forget(&person);
    }
}
