//! Which type each answer and each golden file of the fakes has.

use protocol::alarm::{GatewayAlarm, LaneAlarm};
use protocol::at_gate::{GateEntry, WaitingCar, WaitingCars};
use protocol::calendar::{CalendarDay, CalendarDays, SchoolCalendarSpec, SchoolList};
use protocol::operator::{
    CursorPage, DeadLetterEntry, EventLogEntry, GarageOverview, GarageOverviews, InventoryPreview,
    InventorySummary, LaneOverview, MarkedShapeEntry,
};
use protocol::order::RemoteOrderEntry;
use protocol::people::{
    ChildArrival, ClassArrival, ClassArrivals, GuardianOverview, HallArrival, HallArrivals, OwnPlate,
    OwnPlates, PersonProfile, PersonSession, StreamFrame,
};
use protocol::problem::ProblemDetails;
use protocol::public::{FeedSource, FeedSources, ParkingSite, ParkingSites};
use protocol::reservation::operator::{
    ClearingList, DayTimeline, PlateBlockEntry, PlateBlockList, PoolLevel,
};
use protocol::reservation::{
    AvailabilityQuote, DriverNotice, DriverNotices, PoolForecasts, Reservation, ReservationPage,
    ReservationSeries, SharedGarages,
};
use protocol::sharing::{
    ClosureEntry, ClosureList, OpeningSchedule, PoolList, ScheduledOpening, SharingChangePreview,
    SharingRulesSpec, WindowEntry, WindowList,
};
use serde_json::Value;
use standalone::demo::login::{DemoOperators, PersonList};

use super::difference::{nothing, same};

type BodyCheck = fn(&Value) -> Result<(), String>;

pub(super) const PROBLEM: BodyCheck = same::<ProblemDetails>;

/// `*` is any one segment of a path.
const CALLS: &[(&str, BodyCheck)] = &[
    ("GET /demo/people", same::<PersonList>),
    ("POST /demo/sessions", same::<PersonSession>),
    ("GET /demo/operators", same::<DemoOperators>),
    // The mini-program API.
    ("GET /api/v1/me", same::<PersonProfile>),
    ("GET /api/v1/guardian", same::<GuardianOverview>),
    ("POST /api/v1/guardian/claims", same::<GuardianOverview>),
    ("GET /api/v1/plates", same::<OwnPlates>),
    ("POST /api/v1/plates", same::<OwnPlate>),
    ("DELETE /api/v1/plates/*", nothing),
    ("POST /api/v1/gate-entries", same::<GateEntry>),
    ("GET /api/v1/classes/*/arrivals", same::<ClassArrivals>),
    ("FRAME /api/v1/classes/*/arrivals/stream", same::<StreamFrame<ClassArrival>>),
    ("GET /api/v1/hall/arrivals", same::<HallArrivals>),
    ("FRAME /api/v1/hall/stream", same::<StreamFrame<HallArrival>>),
    ("POST /api/v1/arrivals/*/acts", same::<ClassArrival>),
    ("GET /api/v1/garages", same::<SharedGarages>),
    ("GET /api/v1/garages/*/quote", same::<AvailabilityQuote>),
    ("POST /api/v1/garages/*/reservations", same::<Reservation>),
    ("POST /api/v1/garages/*/reservation-series", same::<ReservationSeries>),
    ("GET /api/v1/reservations", same::<ReservationPage>),
    ("PATCH /api/v1/reservations/*", same::<Reservation>),
    ("POST /api/v1/reservations/*/acts", same::<Reservation>),
    ("GET /api/v1/notices", same::<DriverNotices>),
    ("POST /api/v1/notices/*/read", nothing),
    // The operator console.
    ("POST /api/operator/v1/sessions", nothing),
    ("GET /api/operator/v1/garages", same::<GarageOverviews>),
    ("GET /api/operator/v1/garages/*/events", same::<CursorPage<EventLogEntry>>),
    ("GET /api/operator/v1/garages/*/dead-letters", same::<CursorPage<DeadLetterEntry>>),
    ("GET /api/operator/v1/garages/*/waiting-cars", same::<WaitingCars>),
    ("GET /api/operator/v1/garages/*/open-orders", same::<CursorPage<RemoteOrderEntry>>),
    ("POST /api/operator/v1/garages/*/open-orders", same::<RemoteOrderEntry>),
    ("POST /api/operator/v1/garages/*/fire-ends", same::<RemoteOrderEntry>),
    ("GET /api/operator/v1/garages/*/no-reading-shapes", same::<CursorPage<MarkedShapeEntry>>),
    ("POST /api/operator/v1/garages/*/no-reading-shapes", same::<MarkedShapeEntry>),
    ("DELETE /api/operator/v1/garages/*/no-reading-shapes/*/*", nothing),
    ("GET /api/operator/v1/garages/*/inventories", same::<CursorPage<InventorySummary>>),
    ("POST /api/operator/v1/garages/*/inventories", same::<InventorySummary>),
    ("POST /api/operator/v1/garages/*/inventories/preview", same::<InventoryPreview>),
    ("GET /api/operator/v1/schools", same::<SchoolList>),
    ("GET /api/operator/v1/schools/*/calendar", same::<SchoolCalendarSpec>),
    ("PUT /api/operator/v1/schools/*/calendar", same::<SchoolCalendarSpec>),
    ("GET /api/operator/v1/garages/*/calendar", same::<CalendarDays>),
    ("GET /api/operator/v1/garages/*/timeline", same::<DayTimeline>),
    ("GET /api/operator/v1/garages/*/clearing", same::<ClearingList>),
    ("POST /api/operator/v1/garages/*/reservations", same::<Reservation>),
    ("PATCH /api/operator/v1/garages/*/reservations/*", same::<Reservation>),
    ("POST /api/operator/v1/garages/*/reservations/*/acts", same::<Reservation>),
    ("GET /api/operator/v1/garages/*/blocks", same::<PlateBlockList>),
    ("POST /api/operator/v1/garages/*/blocks", same::<PlateBlockEntry>),
    ("DELETE /api/operator/v1/garages/*/blocks/*", nothing),
    ("POST /api/operator/v1/garages/*/strikes/*/lift", nothing),
    ("GET /api/operator/v1/garages/*/openings", same::<OpeningSchedule>),
    ("GET /api/operator/v1/garages/*/windows", same::<WindowList>),
    ("POST /api/operator/v1/garages/*/windows", same::<WindowEntry>),
    ("POST /api/operator/v1/garages/*/windows/preview", same::<SharingChangePreview>),
    ("PUT /api/operator/v1/garages/*/windows/*", same::<WindowEntry>),
    ("DELETE /api/operator/v1/garages/*/windows/*", nothing),
    ("GET /api/operator/v1/garages/*/closures", same::<ClosureList>),
    ("POST /api/operator/v1/garages/*/closures", same::<ClosureEntry>),
    ("POST /api/operator/v1/garages/*/closures/preview", same::<SharingChangePreview>),
    ("DELETE /api/operator/v1/garages/*/closures/*", nothing),
    ("GET /api/operator/v1/garages/*/sharing-rules", same::<SharingRulesSpec>),
    ("PUT /api/operator/v1/garages/*/sharing-rules", same::<SharingRulesSpec>),
    // The public feed.
    ("GET /api/public/v3/parking-sites", same::<ParkingSites>),
    ("GET /api/public/v3/parking-sites/*/forecast", same::<PoolForecasts>),
    ("GET /api/public/v3/sources", same::<FeedSources>),
];

const GOLDEN_FILES: &[(&str, BodyCheck)] = &[
    ("block", same::<PlateBlockEntry>),
    ("calendar_day", same::<CalendarDay>),
    ("child_arrival", same::<ChildArrival>),
    ("class_arrival", same::<ClassArrival>),
    ("closure", same::<ClosureEntry>),
    ("feed_source", same::<FeedSource>),
    ("garage", same::<GarageOverview>),
    ("gateway_alarm", same::<GatewayAlarm>),
    ("guardian", same::<GuardianOverview>),
    ("inventory", same::<InventorySummary>),
    ("lane", same::<LaneOverview>),
    ("lane_alarm", same::<LaneAlarm>),
    ("marked_shape", same::<MarkedShapeEntry>),
    ("notice", same::<DriverNotice>),
    ("opening", same::<ScheduledOpening>),
    ("parking_site", same::<ParkingSite>),
    ("pool_level", same::<PoolLevel>),
    ("pools_mall", same::<PoolList>),
    ("pools_school", same::<PoolList>),
    ("problem", same::<ProblemDetails>),
    ("profile", same::<PersonProfile>),
    ("remote_order", same::<RemoteOrderEntry>),
    ("reservation", same::<Reservation>),
    ("school_calendar", same::<SchoolCalendarSpec>),
    ("shared_garages", same::<SharedGarages>),
    ("sharing_rules", same::<SharingRulesSpec>),
    ("waiting_car", same::<WaitingCar>),
    ("window", same::<WindowEntry>),
];

pub(super) fn of_call(call: &str) -> Option<BodyCheck> {
    CALLS.iter().find(|(pattern, _)| is_match(pattern, call)).map(|(_, check)| *check)
}

pub(super) fn golden_names() -> impl Iterator<Item = &'static str> {
    GOLDEN_FILES.iter().map(|(file, _)| *file)
}

pub(super) fn of_golden(name: &str) -> Option<BodyCheck> {
    GOLDEN_FILES.iter().find(|(file, _)| *file == name).map(|(_, check)| *check)
}

fn is_match(pattern: &str, call: &str) -> bool {
    pattern.split('/').count() == call.split('/').count()
        && pattern
            .split('/')
            .zip(call.split('/'))
            .all(|(expected, segment)| ["*", segment].contains(&expected))
}
