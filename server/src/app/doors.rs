//! Read cache of sessions, rights and garages: at peak times a thousand parents send several requests each, and their
//! sessions must not cost a database round trip every time.
//!
//! Log-out, binding of an account and changes of plates invalidate entries at once on this replica. On other replicas
//! an ended session, a replaced service token or a value changed by an import stays valid for up to [`TTL`].

use std::sync::Arc;
use std::time::Duration;

use domain::ids::GarageId;
use domain::shared_window::WindowOpening;
use uuid::Uuid;

use super::directory::Directory;
use super::recent::Recent;
use super::reservation::shared_garages::Bookable;
use super::standing::Standing;
use crate::store::session::Live;

const TTL: Duration = Duration::from_secs(5);

/// Entries of each kind, some 10 MB together: more than the people who use a district's phones within five seconds.
const MOST: usize = 20_000;

/// Services are few; unknown tokens are not cached.
const MOST_SERVICES: usize = 100;

/// A district has hundreds.
const MOST_GARAGES: usize = 2_000;

/// Cached sessions, rights and garages of one process.
#[derive(Debug)]
pub struct Doors {
    /// Live sessions by the hash of their token.
    pub(super) sessions: Recent<Vec<u8>, Live>,
    /// Names of services by the hash of their token.
    pub(super) services: Recent<Vec<u8>, String>,
    /// Plates, children and permits by person.
    pub(super) standings: Recent<Uuid, Arc<Standing>>,
    /// Names and positions of garages.
    pub(super) directory: Recent<(), Arc<Directory>>,
    /// Openings of windows by garage.
    pub(super) openings: Recent<GarageId, Arc<Vec<WindowOpening>>>,
    /// Garages with bookable windows.
    pub(super) bookable: Recent<(), Arc<Bookable>>,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            sessions: Recent::new(TTL, MOST),
            services: Recent::new(TTL, MOST_SERVICES),
            standings: Recent::new(TTL, MOST),
            directory: Recent::new(TTL, 1),
            openings: Recent::new(TTL, MOST_GARAGES),
            bookable: Recent::new(TTL, 1),
        }
    }
}

impl Doors {
    /// Invalidates a person's entries. Call it after a commit that has ended the person's sessions or moved its
    /// property.
    pub(super) fn forget_person(&self, person: Uuid) {
        self.sessions.forget_where(|live| live.person == person);
        self.standings.forget(&person);
    }
}
