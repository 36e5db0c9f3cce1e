//! Read cache of sessions, rights and garages: at peak times a thousand parents send several requests each, and their
//! sessions must not cost a database round trip every time.
//!
//! Log-out, binding of an account and changes of plates invalidate entries at once on this replica. On other replicas
//! an ended session, a replaced service token or a value changed by an import stays valid for up to [`TTL`].

use std::sync::Arc;
use std::time::Duration;

use domain::allocation::reserved_entry::GarageHours;
use domain::ids::{GarageId, PersonId};

use super::directory::GarageDirectory;
use super::shared_garages::BookableGarages;
use super::standing::PersonEntitlements;
use super::ttl_cache::TtlCache;
use store::session::LiveSession;

const TTL: Duration = Duration::from_secs(5);

/// Entries of each kind, some 10 MB together: more than the people who use a district's phones within five seconds.
const MOST: usize = 20_000;

/// Services are few; unknown tokens are not cached.
const MOST_SERVICES: usize = 100;

/// A district has hundreds.
const MOST_GARAGES: usize = 2_000;

/// Cached sessions, rights and garages of one process.
#[derive(Debug)]
pub struct ReadCache {
    /// Live sessions by the hash of their token.
    pub(super) sessions: TtlCache<Vec<u8>, LiveSession>,
    /// Names of services by the hash of their token.
    pub(super) services: TtlCache<Vec<u8>, String>,
    /// Plates, children and permits by person.
    pub(super) standings: TtlCache<PersonId, Arc<PersonEntitlements>>,
    /// Names and positions of garages.
    pub(super) directory: TtlCache<(), Arc<GarageDirectory>>,
    /// Openings of windows by garage.
    pub(super) openings: TtlCache<GarageId, Arc<GarageHours>>,
    /// Garages with bookable windows.
    pub(super) bookable: TtlCache<(), Arc<BookableGarages>>,
}

impl Default for ReadCache {
    fn default() -> Self {
        Self {
            sessions: TtlCache::new(TTL, MOST),
            services: TtlCache::new(TTL, MOST_SERVICES),
            standings: TtlCache::new(TTL, MOST),
            directory: TtlCache::new(TTL, 1),
            openings: TtlCache::new(TTL, MOST_GARAGES),
            bookable: TtlCache::new(TTL, 1),
        }
    }
}

impl ReadCache {
    /// Invalidates a person's entries. Call it after a commit that has ended the person's sessions or moved its
    /// property.
    pub(super) fn forget_person(&self, person: PersonId) {
        self.sessions.invalidate_where(|live| live.person == person);
        self.standings.invalidate(&person);
    }
}
