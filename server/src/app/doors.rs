//! Who may come in, as it was read a moment ago: at the rush a thousand parents ask several times each, and their
//! sessions must not cost a database round trip every time.
//!
//! Logging out, binding an account and changing plates forget at once on this replica. On the others a session that has
//! ended may live for [`TTL`] longer, and so may a service token that was replaced and what an import has changed.

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

/// Entries of each kind, some 10 MB together: more people than use a district's phones in five seconds.
const MOST: usize = 20_000;

/// Services are few; what is not one of them is not remembered.
const MOST_SERVICES: usize = 100;

/// A district has hundreds.
const MOST_GARAGES: usize = 2_000;

/// What one process remembers of who may do what.
#[derive(Debug)]
pub struct Doors {
    /// Live sessions by the hash of their token.
    pub(super) sessions: Recent<Vec<u8>, Live>,
    /// Services' names by the hash of their token.
    pub(super) services: Recent<Vec<u8>, String>,
    /// What people own, by person.
    pub(super) standings: Recent<Uuid, Arc<Standing>>,
    /// What garages are called.
    pub(super) directory: Recent<(), Arc<Directory>>,
    /// When windows are open.
    pub(super) openings: Recent<GarageId, Arc<Vec<WindowOpening>>>,
    /// Where one may reserve.
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
    /// After a commit that has ended this person's sessions or moved what it owns.
    pub(super) fn forget_person(&self, person: Uuid) {
        self.sessions.forget_where(|live| live.person == person);
        self.standings.forget(&person);
    }
}
