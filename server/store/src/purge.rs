//! Purge of personal data (invariant 9). Each call deletes one bounded batch and returns its number of rows, so that
//! no batch holds the database for long. Counts, events and visits stay without the identity of their persons.

use domain::time::Timestamp;

use super::{StoreError, Tx};

/// Rows in one batch.
pub const BATCH_ROWS: i64 = 1000;

/// A kind of data with a retention period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeKind {
    EventPlates,
    VisitPlates,
    DeadLetters,
    Arrivals,
    Feed,
    Audit,
    Sessions,
    OperatorSessions,
    BindCodes,
    GatewayCodes,
    BindAttempts,
    Reservations,
    Notices,
    Strikes,
    Blocks,
    OrderPlates,
    OpenOrders,
    AdjustmentReasons,
    InventoryReasons,
    ClosureReasons,
    ShapeReasons,
}

impl PurgeKind {
    pub const ALL: [Self; 21] = [
        Self::EventPlates,
        Self::VisitPlates,
        Self::DeadLetters,
        Self::Arrivals,
        Self::Feed,
        Self::Audit,
        Self::Sessions,
        Self::OperatorSessions,
        Self::BindCodes,
        Self::GatewayCodes,
        Self::BindAttempts,
        Self::Reservations,
        Self::Notices,
        Self::Strikes,
        Self::Blocks,
        Self::OrderPlates,
        Self::OpenOrders,
        Self::AdjustmentReasons,
        Self::InventoryReasons,
        Self::ClosureReasons,
        Self::ShapeReasons,
    ];

    /// Value of the metric's label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::EventPlates => "event_plates",
            Self::VisitPlates => "visit_plates",
            Self::DeadLetters => "dead_letters",
            Self::Arrivals => "arrivals",
            Self::Feed => "feed",
            Self::Audit => "audit",
            Self::Sessions => "sessions",
            Self::OperatorSessions => "operator_sessions",
            Self::BindCodes => "bind_codes",
            Self::GatewayCodes => "gateway_codes",
            Self::BindAttempts => "bind_attempts",
            Self::Reservations => "reservations",
            Self::Notices => "notices",
            Self::Strikes => "strikes",
            Self::Blocks => "blocks",
            Self::OrderPlates => "order_plates",
            Self::OpenOrders => "open_orders",
            Self::AdjustmentReasons => "adjustment_reasons",
            Self::InventoryReasons => "inventory_reasons",
            Self::ClosureReasons => "closure_reasons",
            Self::ShapeReasons => "shape_reasons",
        }
    }

    const fn statement(self) -> &'static str {
        match self {
            Self::EventPlates => EVENT_PLATES,
            Self::VisitPlates => VISIT_PLATES,
            Self::DeadLetters => DEAD_LETTERS,
            Self::Arrivals => ARRIVALS,
            Self::Feed => FEED,
            Self::Audit => AUDIT,
            Self::Sessions => SESSIONS,
            Self::OperatorSessions => OPERATOR_SESSIONS,
            Self::BindCodes => BIND_CODES,
            Self::GatewayCodes => GATEWAY_CODES,
            Self::BindAttempts => BIND_ATTEMPTS,
            Self::Reservations => RESERVATIONS,
            Self::Notices => NOTICES,
            Self::Strikes => STRIKES,
            Self::Blocks => BLOCKS,
            Self::OrderPlates => ORDER_PLATES,
            Self::OpenOrders => OPEN_ORDERS,
            Self::AdjustmentReasons => ADJUSTMENT_REASONS,
            Self::InventoryReasons => INVENTORY_REASONS,
            Self::ClosureReasons => CLOSURE_REASONS,
            Self::ShapeReasons => SHAPE_REASONS,
        }
    }
}

const EVENT_PLATES: &str = "update gate_event set plate_hash = null, plate_enc = null where no in \
    (select no from gate_event where plate_enc is not null and stored_at < $1 limit $2)";

/// A car that has been inside for this long has left unseen, whether its plate was read or not.
const VISIT_PLATES: &str = "update visit set plate_hash = null, plate_enc = null, \
    book_due = case when ended_by is null then 1 else book_due end, \
    ended_why = case when ended_by is null then 'forgotten' else ended_why end, \
    ended_by = coalesce(ended_by, 'exit_missed') where id in \
    (select id from visit where (plate_enc is not null or ended_by is null) \
    and coalesce(exited_at, entered_at) < $1 limit $2)";

const DEAD_LETTERS: &str = "delete from dead_letter where no in \
    (select no from dead_letter where stored_at < $1 order by no limit $2)";

const ARRIVALS: &str =
    "delete from arrival where id in (select id from arrival where arrived_at < $1 limit $2)";

const FEED: &str = "delete from feed where cursor in \
    (select cursor from feed where at < $1 order by cursor limit $2)";

const AUDIT: &str = "delete from audit where no in (select no from audit where at < $1 order by at limit $2)";

const SESSIONS: &str = "delete from session where token_hash in \
    (select token_hash from session where expires_at < $1 limit $2)";

const OPERATOR_SESSIONS: &str = "delete from operator_session where token_hash in \
    (select token_hash from operator_session where expires_at < $1 limit $2)";

const BIND_CODES: &str = "delete from bind_code where code_hash in \
    (select code_hash from bind_code where expires_at < $1 limit $2)";

const GATEWAY_CODES: &str = "delete from gateway_code where code_hash in \
    (select code_hash from gateway_code where expires_at < $1 limit $2)";

const BIND_ATTEMPTS: &str = "delete from bind_attempt where openid_hash in \
    (select openid_hash from bind_attempt where since < $1 limit $2)";

/// The reservation stays for the day's timeline; the person and the plate are removed.
const RESERVATIONS: &str = "update reservation set plate_hash = null, plate_enc = null, person_id = null, \
    client_key = null, made_by = 'forgotten' where id in \
    (select id from reservation where plate_enc is not null and live = 0 and ends_at < $1 limit $2)";

const NOTICES: &str = "delete from notice where id in (select id from notice where at < $1 limit $2)";

/// Only strikes that the garage's rule no longer counts.
const STRIKES: &str = "delete from strike where id in (select s.id from strike s \
    left join sharing_rules r on r.garage_id = s.garage_id \
    where s.at < $1 - coalesce(r.strike_days, 30) * 86400000000 limit $2)";

const BLOCKS: &str = "delete from block where id in \
    (select id from block where coalesce(ended_at, until_at) < $1 limit $2)";

const ORDER_PLATES: &str = "update open_order set plate_enc = null, person_id = null where id in \
    (select id from open_order where plate_enc is not null and expires_at < $1 limit $2)";

/// An operator's reason may contain a person's name.
const OPEN_ORDERS: &str =
    "delete from open_order where id in (select id from open_order where expires_at < $1 limit $2)";

// Below, the row is a part of the count's history or still in force; its text may name a person.

const ADJUSTMENT_REASONS: &str = "update adjustment set reason = '' where id in \
    (select id from adjustment where reason <> '' and at < $1 limit $2)";

const INVENTORY_REASONS: &str = "update inventory set reason = '' where id in \
    (select id from inventory where reason <> '' and at < $1 limit $2)";

const CLOSURE_REASONS: &str = "update closure set reason = '' where id in \
    (select id from closure where reason <> '' and coalesce(ended_at, until_at) < $1 limit $2)";

const SHAPE_REASONS: &str = "update no_reading_shape set reason = '' where (garage_id, device, shape) in \
    (select garage_id, device, shape from no_reading_shape where reason <> '' and marked_at < $1 limit $2)";

/// Deletes or anonymises up to [`BATCH_ROWS`] rows of this kind from before `before`; returns the number of rows.
pub async fn delete_batch(tx: &mut Tx, kind: PurgeKind, before: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, kind.statement(), before.micros(), BATCH_ROWS)
}
