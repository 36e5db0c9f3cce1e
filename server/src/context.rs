//! What every use case needs: the database, the keys of personal data, and the clock.

use std::sync::Arc;

use domain::time::{Clock, Timestamp};
use store::Store;
use store::seal::SealingKeyring;

/// A use case that reads or writes only the database takes this; one that also uses a queue or a cache takes
/// [`App`](crate::app::App), which contains it.
#[derive(Clone)]
pub struct ServerContext {
    pub store: Store,
    pub keys: Arc<SealingKeyring>,
    pub clock: Arc<dyn Clock>,
}

impl ServerContext {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
