//! A person's notices about its reservations.

use protocol::reservation::{DriverNotice, DriverNotices};
use uuid::Uuid;

use super::ReservationError;
use crate::app::session::PersonCaller;
use crate::app::{App, directory};
use crate::context::ServerContext;
use store::notice_view;

const MOST: i64 = 50;

/// Newest first.
pub async fn list(app: &App, caller: &PersonCaller) -> Result<DriverNotices, ReservationError> {
    let directory = directory::read(app).await?;
    let mut tx = app.store.begin_read().await?;
    let views = notice_view::of_person(&mut tx, caller.person, MOST).await?;
    drop(tx);
    let notice = |view: notice_view::NoticeView| {
        let garage = directory.get(&view.garage);
        DriverNotice {
            id: view.id,
            at: view.at,
            kind: view.kind,
            reservation: view.reservation,
            garage_name: garage.map(|garage| garage.name.clone()).unwrap_or_default(),
            garage_name_en: garage.map(|garage| garage.name_en.clone()).unwrap_or_default(),
            detail: view.detail,
            read: view.read,
        }
    };
    Ok(DriverNotices { items: views.into_iter().map(notice).collect() })
}

/// Marks a notice as read; repeating it is no error.
pub async fn read(context: &ServerContext, caller: &PersonCaller, id: Uuid) -> Result<(), ReservationError> {
    let now = context.now();
    let mut tx = context.store.begin().await?;
    if !notice_view::read(&mut tx, caller.person, id, now).await? {
        return Err(ReservationError::NotFound);
    }
    Ok(tx.commit().await?)
}
