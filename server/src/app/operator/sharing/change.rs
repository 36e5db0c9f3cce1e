//! A change of what a garage shares: hold the book, look at the ground before and after, settle who is affected, write,
//! audit, raise the version.

use domain::ids::GarageId;
use domain::shared_window::Conflict;
use domain::time::Timestamp;
use protocol::sharing as wire;
use uuid::Uuid;

use super::affected::Affected;
use super::{SharingError, wire as answers};
use crate::app::App;
use crate::app::allocation::{self, Request};
use crate::app::operator::{Caller, OperatorError, record, require};
use crate::app::sharing::{Ground, conflict};
use crate::store::seal::Purpose;
use crate::store::{StoreError, Tx, book, garage};

pub(super) struct Change<'a> {
    app: &'a App,
    caller: &'a Caller,
    pub garage: &'a GarageId,
    pub tx: Tx,
    pub now: Timestamp,
    pub before: Ground,
    pub capacity: u32,
}

impl<'a> Change<'a> {
    /// Nobody decides on this garage's spaces until it is committed or dropped.
    pub async fn begin(app: &'a App, caller: &'a Caller, garage: &'a GarageId) -> Result<Self, SharingError> {
        settle(app, caller, garage).await?;
        let mut tx = app.store.begin().await?;
        require(&mut tx, caller, garage).await?;
        book::lock(&mut tx, std::slice::from_ref(garage)).await?;
        Self::on(app, caller, garage, tx).await
    }

    /// For a look at what would be: it is dropped, never committed.
    pub async fn preview(
        app: &'a App,
        caller: &'a Caller,
        garage: &'a GarageId,
    ) -> Result<Self, SharingError> {
        let mut tx = app.store.begin_read().await?;
        require(&mut tx, caller, garage).await?;
        Self::on(app, caller, garage, tx).await
    }

    async fn on(
        app: &'a App,
        caller: &'a Caller,
        garage: &'a GarageId,
        mut tx: Tx,
    ) -> Result<Self, SharingError> {
        let now = app.now();
        let found = garage::find(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
        let before = Ground::read(app, &mut tx, garage, now).await?;
        Ok(Self { app, caller, garage, tx, now, before, capacity: found.capacity })
    }

    pub fn operator(&self) -> &str {
        &self.caller.operator
    }

    /// The id of what this operator makes with this key: the same again, so that a repetition finds it.
    pub fn id_of(&self, kind: &str, key: &str) -> Uuid {
        let text = format!("{kind}:{}:{}:{key}", self.garage, self.caller.operator);
        let hash = self.app.keys.hash(Purpose::Key, &text);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(&hash).for_each(|(byte, hashed)| *byte = *hashed);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    async fn affected(&mut self, after: &Ground) -> Result<Affected, StoreError> {
        let (before, after) = (self.before.layout(self.now), after.layout(self.now));
        Affected::read(&mut self.tx, self.garage, &before, after).await
    }

    /// What the change would do.
    pub async fn seen(
        mut self,
        after: &Ground,
        conflicts: &[Conflict],
    ) -> Result<wire::Preview, SharingError> {
        let affected = self.affected(after).await?.shown();
        Ok(wire::Preview { conflicts: conflicts.iter().map(answers::conflict).collect(), affected })
    }

    /// Last of all: `action` and `subject` go to the audit log, `reason` to those whose reservations are cancelled.
    pub async fn finish(
        mut self,
        after: &Ground,
        wish: wire::Affected,
        reason: &str,
        (action, subject): (&str, &str),
    ) -> Result<(), SharingError> {
        let affected = self.affected(after).await?;
        let cancelled = affected.settle(&mut self.tx, self.garage, wish, reason, self.now).await?;
        let detail = if cancelled == 0 { String::new() } else { format!("cancelled {cancelled}") };
        self.commit(&detail, action, subject).await
    }

    /// For what takes nobody's space.
    pub async fn commit(mut self, detail: &str, action: &str, subject: &str) -> Result<(), SharingError> {
        let subject = format!("{}/{subject}", self.garage);
        record(&mut self.tx, self.now, &self.caller.operator, action, &subject, detail).await?;
        book::advance(&mut self.tx, std::slice::from_ref(self.garage)).await?;
        self.tx.commit().await?;
        // Somebody who waits may have a space now.
        self.app.allocation.nudge(self.garage);
        Ok(())
    }
}

/// Stops a change for conflicts that nobody could keep to.
pub(super) fn refuse_conflicts(after: &Ground, conflicts: &[Conflict]) -> Result<(), SharingError> {
    match conflicts.iter().find(|conflict| conflict.clash.is_refused()) {
        Some(refused) => Err(SharingError::Conflict(conflict::told(refused, &after.windows))),
        None => Ok(()),
    }
}

/// Lets the book hear what has passed the gate and what time it is, so that no reservation is cancelled whose car has just
/// come in.
async fn settle(app: &App, caller: &Caller, garage: &GarageId) -> Result<(), SharingError> {
    let mut tx = app.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    tx.rollback().await?;
    if let Err(error) = allocation::submit(app, garage, Request::Settle).await {
        tracing::warn!(%error, garage.id = %garage, "spaces are changed by a book that may be some moments behind");
    }
    Ok(())
}
