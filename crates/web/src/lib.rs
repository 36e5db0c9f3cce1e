//! The web pages, embedded in the binary: a parent's, a teacher's and the waiting hall's ([`people_router`]),
//! the operator console and the public open-space page ([`operator_router`]).
//!
//! Plain HTML, CSS and JavaScript modules, as they are in `assets/`: no build step, no framework, and nothing is
//! loaded from another host, so the pages work in a school without internet access. `kit.css` and `kit.js` are
//! shared by all pages. The pages contain no data: all personal data comes from the API with a session.

mod asset;
mod http;
#[cfg(test)]
mod tests;

use axum::Router;

use asset::{EmbeddedAsset, asset};

const KIT: &[EmbeddedAsset] = &[
    asset!("kit.css"),
    asset!("kit.js"),
    asset!("api.js"),
    asset!("dom.js"),
    asset!("lang.js"),
    asset!("icon.svg"),
];

const PEOPLE: &[EmbeddedAsset] = &[
    asset!("people.js"),
    asset!("stream.js"),
    asset!("index.css"),
    asset!("index.js"),
    asset!("teacher.css"),
    asset!("teacher.js"),
    asset!("teacher-card.js"),
    asset!("teacher-words.js"),
    asset!("alert.js"),
    asset!("parent.css"),
    asset!("parent.js"),
    asset!("parent-child.js"),
    asset!("parent-plates.js"),
    asset!("parent-space.js"),
    asset!("parent-words.js"),
    asset!("book.css"),
    asset!("book.js"),
    asset!("book-answer.js"),
    asset!("book-series.js"),
    asset!("book-words.js"),
    asset!("garage-time.js"),
    asset!("gate.js"),
    asset!("gate-words.js"),
    asset!("reservation-card.js"),
    asset!("reservation-words.js"),
    asset!("reservations.js"),
    asset!("reservations-words.js"),
    asset!("hall.css"),
    asset!("hall.js"),
    asset!("hall-column.js"),
];

const PEOPLE_PAGES: &[(&str, EmbeddedAsset)] = &[
    ("/", asset!("index.html")),
    ("/teacher", asset!("teacher.html")),
    ("/parent", asset!("parent.html")),
    ("/hall", asset!("hall.html")),
    ("/book", asset!("book.html")),
    ("/reservations", asset!("reservations.html")),
    ("/gate", asset!("gate.html")),
];

const OPERATOR: &[EmbeddedAsset] = &[
    asset!("operator.css"),
    asset!("operator.js"),
    asset!("operator-api.js"),
    asset!("operator-build.js"),
    asset!("operator-detail.js"),
    asset!("operator-frame.js"),
    asset!("inventory-words.js"),
    asset!("operator-inventory.js"),
    asset!("operator-lanes.js"),
    asset!("lane-alarm.js"),
    asset!("lane-words.js"),
    asset!("open-words.js"),
    asset!("opening-words.js"),
    asset!("waiting-car.js"),
    asset!("operator-log-in.js"),
    asset!("operator-nav.js"),
    asset!("operator-words.js"),
    asset!("sharing.css"),
    asset!("sharing-api.js"),
    asset!("share-stack.js"),
    asset!("share-words.js"),
    asset!("svg.js"),
    asset!("event-words.js"),
    asset!("form-parts.js"),
    asset!("dialog-form.js"),
    asset!("reason.js"),
    asset!("rove.js"),
    asset!("preview-step.js"),
    asset!("garage-time.js"),
    asset!("reservation-words.js"),
    asset!("operator-week.css"),
    asset!("operator-week.js"),
    asset!("week-head.js"),
    asset!("week-lists.js"),
    asset!("week-pools.js"),
    asset!("week-row.js"),
    asset!("week-shapes.js"),
    asset!("week-words.js"),
    asset!("window-fields.js"),
    asset!("window-form.js"),
    asset!("window-rule.js"),
    asset!("closure-form.js"),
    asset!("rules-form.js"),
    asset!("operator-day.css"),
    asset!("operator-day.js"),
    asset!("day-bars.js"),
    asset!("day-blocks.js"),
    asset!("day-chart.js"),
    asset!("day-clearing.js"),
    asset!("day-words.js"),
    asset!("reservation-change.js"),
    asset!("reservation-panel.js"),
    asset!("reserve-form.js"),
    asset!("operator-calendar.css"),
    asset!("operator-calendar.js"),
    asset!("calendar-cell.js"),
    asset!("calendar-day.js"),
    asset!("calendar-school.js"),
    asset!("calendar-words.js"),
    asset!("spaces.css"),
    asset!("spaces.js"),
    asset!("spaces-forecast.js"),
];

const OPERATOR_PAGES: &[(&str, EmbeddedAsset)] = &[
    ("/operator", asset!("operator.html")),
    ("/operator/week", asset!("operator-week.html")),
    ("/operator/day", asset!("operator-day.html")),
    ("/operator/calendar", asset!("operator-calendar.html")),
    ("/spaces", asset!("spaces.html")),
];

/// `/`, `/teacher`, `/parent`, `/hall`, `/book`, `/reservations`, `/gate` and their files under `/assets/`, for `miniapp-api`.
pub fn people_router() -> Router {
    http::router(PEOPLE_PAGES, &[KIT, PEOPLE])
}

/// `/operator` with week, day and calendar, `/spaces`, and their files under `/assets/`, for the server.
pub fn operator_router() -> Router {
    http::router(OPERATOR_PAGES, &[KIT, OPERATOR])
}
