//! A change of sharing: locks the book, compares the state before and after, settles affected reservations, writes,
//! audits and raises the version.

use domain::ids::GarageId;
use domain::shared_window::WindowConflict;
use domain::time::Timestamp;
use protocol::sharing as wire;
use store::{StoreError, Tx, book, garage};
use uuid::Uuid;

use super::affected::ReservationImpact;
use super::{SharingError, wire as answers};
use crate::app::App;
use crate::app::allocation::{self, AllocationRequest};
use crate::app::audit::{AuditAction, GaragePart, record};
use crate::app::idempotency::{self, IdempotencyKey};
use crate::app::operator::{OperatorCaller, OperatorError, require};
use crate::app::sharing::{SharingState, conflict};

pub(super) struct SharingChange<'a> {
    app: &'a App,
    caller: &'a OperatorCaller,
    pub garage: &'a GarageId,
    pub tx: Tx,
    pub now: Timestamp,
    pub before: SharingState,
    pub capacity: u32,
}

impl<'a> SharingChange<'a> {
    /// Locks the garage's book: no space is allocated until the change is committed or dropped.
    pub(super) async fn begin(
        app: &'a App,
        caller: &'a OperatorCaller,
        garage: &'a GarageId,
    ) -> Result<Self, SharingError> {
        settle(app, caller, garage).await?;
        let mut tx = app.store.begin().await?;
        require(&mut tx, caller, garage).await?;
        book::lock(&mut tx, std::slice::from_ref(garage)).await?;
        Self::on(app, caller, garage, tx).await
    }

    /// Opens a read-only change for a preview; it is dropped, never committed.
    pub(super) async fn preview(
        app: &'a App,
        caller: &'a OperatorCaller,
        garage: &'a GarageId,
    ) -> Result<Self, SharingError> {
        let mut tx = app.store.begin_read().await?;
        require(&mut tx, caller, garage).await?;
        Self::on(app, caller, garage, tx).await
    }

    async fn on(
        app: &'a App,
        caller: &'a OperatorCaller,
        garage: &'a GarageId,
        mut tx: Tx,
    ) -> Result<Self, SharingError> {
        let now = app.now();
        let found = garage::find(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
        let before = SharingState::read(app, &mut tx, garage, now).await?;
        Ok(Self { app, caller, garage, tx, now, before, capacity: found.capacity })
    }

    pub(super) fn operator(&self) -> &str {
        &self.caller.operator
    }

    /// The id of what this operator creates with this key.
    pub(super) fn id_of(&self, kind: &str, key: &IdempotencyKey) -> Uuid {
        idempotency::derived_id(&self.app.keys, kind, (self.garage, &self.caller.operator), key)
    }

    async fn affected(&mut self, after: &SharingState) -> Result<ReservationImpact, StoreError> {
        let (before, after) = (self.before.layout(self.now), after.layout(self.now));
        ReservationImpact::read(&mut self.tx, self.garage, &before, after).await
    }

    /// A preview of the change.
    pub(super) async fn seen(
        mut self,
        after: &SharingState,
        conflicts: &[WindowConflict],
    ) -> Result<wire::SharingChangePreview, SharingError> {
        let affected = self.affected(after).await?.shown();
        Ok(wire::SharingChangePreview {
            conflicts: conflicts.iter().map(answers::conflict).collect(),
            affected,
        })
    }

    /// A part of the garage as the subject of an audit entry.
    pub(super) fn part<'p>(&self, part: &'p str) -> GaragePart<'p>
    where
        'a: 'p,
    {
        GaragePart { garage: self.garage, part }
    }

    /// Settles affected reservations and commits. `action` goes to the audit log with the number of cancelled
    /// reservations, `reason` to the persons whose reservations are cancelled.
    pub(super) async fn finish(
        mut self,
        after: &SharingState,
        wish: wire::AffectedPolicy,
        reason: &str,
        action: AuditAction<'_>,
    ) -> Result<(), SharingError> {
        let affected = self.affected(after).await?;
        let cancelled = affected.settle(&mut self.tx, self.garage, wish, reason, self.now).await?;
        let detail = if cancelled == 0 { String::new() } else { format!("cancelled {cancelled}") };
        self.commit(&detail, action).await
    }

    /// Commits a change that takes no person's space.
    pub(super) async fn commit(mut self, detail: &str, action: AuditAction<'_>) -> Result<(), SharingError> {
        record(&mut self.tx, self.now, self.caller.actor(), action, detail).await?;
        book::advance(&mut self.tx, std::slice::from_ref(self.garage)).await?;
        self.tx.commit().await?;
        self.app.allocation.sharing_changed(self.garage);
        Ok(())
    }
}

/// Refuses a change whose windows conflict.
pub(super) fn refuse_conflicts(
    after: &SharingState,
    conflicts: &[WindowConflict],
) -> Result<(), SharingError> {
    match conflicts.iter().find(|conflict| conflict.clash.is_refused()) {
        Some(refused) => Err(SharingError::Conflict(conflict::describe(refused, &after.windows))),
        None => Ok(()),
    }
}

/// Applies passages and what is due by the clock to the book, so that no reservation is cancelled whose car has just
/// entered.
async fn settle(app: &App, caller: &OperatorCaller, garage: &GarageId) -> Result<(), SharingError> {
    let mut tx = app.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    tx.rollback().await?;
    if let Err(error) = allocation::submit(app, garage, AllocationRequest::Settle).await {
        tracing::warn!(%error, garage.id = %garage, "settling the book before a sharing change failed; book may be stale");
    }
    Ok(())
}
