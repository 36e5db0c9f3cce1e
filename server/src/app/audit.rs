//! The audit log: what people, operators, gateways and the command line have done, and what staff have read.
//!
//! [`AuditAction`] is the whole vocabulary. The texts are stored and never change; `docs/audit.md` lists them, and a
//! test compares both. [`record`] is the only way to write an entry. It takes the transaction of the act, so that an
//! entry exists if and only if the act does. No entry contains a name or a plate.

use std::fmt;

use domain::ids::{ArrivalId, ClassId, GarageId, PersonId, ReservationId, SchoolId, VehicleId};
use domain::pickup::PickupAct;
use domain::time::Timestamp;
use uuid::Uuid;

use store::{StoreError, Tx, audit};

/// The author of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditActor<'a> {
    Person(PersonId),
    /// Operator by id.
    Operator(&'a str),
    /// Gateway of a garage.
    Gateway(&'a GarageId),
    /// An administrator at the command line of the server.
    CommandLine,
    /// The server, by passages that prove a stored count wrong.
    Evidence,
}

impl AuditActor<'_> {
    const fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Operator(_) => "operator",
            Self::Gateway(_) => "gateway",
            Self::CommandLine => "cli",
            Self::Evidence => "server",
        }
    }

    fn id(self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Operator(id) => id.to_owned(),
            Self::Gateway(garage) => garage.to_string(),
            Self::CommandLine => "server".to_owned(),
            Self::Evidence => "evidence".to_owned(),
        }
    }
}

/// A window, a closure or the rules of a garage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaragePart<'a> {
    pub garage: &'a GarageId,
    /// Its id, or what it is if a garage has one of them.
    pub part: &'a str,
}

impl fmt::Display for GaragePart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.garage, self.part)
    }
}

/// The object of an import that has no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportScope {
    District,
    City,
}

impl fmt::Display for ImportScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::District => "district",
            Self::City => "city",
        })
    }
}

/// Defines the actions: name, type of the subject, stored text.
macro_rules! audit_actions {
    ($($action:ident($subject:ty) = $text:literal,)*) => {
        /// An act with its object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AuditAction<'a> {
            $($action($subject),)*
        }

        impl AuditAction<'_> {
            /// The stored text of every action.
            pub const TEXTS: &'static [&'static str] = &[$($text,)*];

            pub const fn text(&self) -> &'static str {
                match self {
                    $(Self::$action(_) => $text,)*
                }
            }

            fn subject(&self) -> String {
                match self {
                    $(Self::$action(subject) => subject.to_string(),)*
                }
            }
        }
    };
}

audit_actions! {
    // Persons.
    SessionOpen(PersonId) = "session.open",
    SessionEnd(PersonId) = "session.end",
    DriverRegister(PersonId) = "driver.register",
    DriverHandOver(PersonId) = "driver.hand_over",
    PersonBind(PersonId) = "person.bind",
    PersonUnbind(PersonId) = "person.unbind",
    PlateAdd(VehicleId) = "plate.add",
    PlateRemove(VehicleId) = "plate.remove",
    ArrivalClaim(ArrivalId) = "arrival.claim",
    ArrivalConfirm(ArrivalId) = "arrival.confirm",
    ArrivalReject(ArrivalId) = "arrival.reject",
    ArrivalRelease(ArrivalId) = "arrival.release",
    ArrivalHandOver(ArrivalId) = "arrival.hand_over",
    ArrivalUndo(ArrivalId) = "arrival.undo",
    ArrivalNotHere(ArrivalId) = "arrival.not_here",
    ArrivalsRead(&'a ClassId) = "arrivals.read",
    GateEnter(&'a GarageId) = "gate.enter",
    // Operators.
    OperatorSessionOpen(&'a str) = "operator_session.open",
    OperatorSessionEnd(&'a str) = "operator_session.end",
    AccessCheck(&'a GarageId) = "access.check",
    GateEventRead(&'a GarageId) = "gate_event.read",
    DeadLetterRead(&'a GarageId) = "dead_letter.read",
    WaitingCarRead(&'a GarageId) = "waiting_car.read",
    ReservationRead(&'a GarageId) = "reservation.read",
    TimelineRead(&'a GarageId) = "timeline.read",
    ClearingRead(&'a GarageId) = "clearing.read",
    BlockRead(&'a GarageId) = "block.read",
    GateOpen(&'a GarageId) = "gate.open",
    FireEnd(&'a GarageId) = "fire.end",
    CountAdjust(&'a GarageId) = "count.adjust",
    InventoryPreview(&'a GarageId) = "inventory.preview",
    InventoryAdd(&'a GarageId) = "inventory.add",
    NoReadingShapeMark(&'a GarageId) = "no_reading_shape.mark",
    NoReadingShapeUnmark(&'a GarageId) = "no_reading_shape.unmark",
    ReservationCreate(ReservationId) = "reservation.create",
    ReservationChange(ReservationId) = "reservation.change",
    ReservationConfirm(ReservationId) = "reservation.confirm",
    ReservationCancel(ReservationId) = "reservation.cancel",
    BlockAdd(Uuid) = "block.add",
    BlockEnd(Uuid) = "block.end",
    StrikeLift(Uuid) = "strike.lift",
    WindowCreate(GaragePart<'a>) = "window.create",
    WindowChange(GaragePart<'a>) = "window.change",
    WindowEnd(GaragePart<'a>) = "window.end",
    ClosureCreate(GaragePart<'a>) = "closure.create",
    ClosureEnd(GaragePart<'a>) = "closure.end",
    PoolsChange(GaragePart<'a>) = "pools.change",
    SharingRulesChange(GaragePart<'a>) = "sharing_rules.change",
    SchoolCalendarPut(&'a SchoolId) = "school_calendar.put",
    // Gateways and the server.
    GatewayEnrol(&'a GarageId) = "gateway.enrol",
    GatewayCredentialRenew(&'a GarageId) = "gateway_credential.renew",
    EpochBegin(&'a GarageId) = "epoch.begin",
    CountStart(&'a GarageId) = "count.start",
    CountHeal(&'a GarageId) = "count.heal",
    // The command line.
    DistrictImport(ImportScope) = "district.import",
    CalendarImportHolidays(i32) = "calendar.import_holidays",
    CalendarImportCityDays(ImportScope) = "calendar.import_city_days",
    BindCodeCreate(PersonId) = "bind_code.create",
    ServiceTokenCreate(&'a str) = "service_token.create",
    GatewayTokenSet(&'a GarageId) = "gateway_token.set",
    GatewayCodeCreate(&'a GarageId) = "gateway_code.create",
    GatewayCredentialAsk(&'a GarageId) = "gateway_credential.ask",
    OperatorCreate(&'a str) = "operator.create",
    OperatorSetPassword(&'a str) = "operator.set_password",
}

impl AuditAction<'static> {
    /// A teacher's act on an arrival.
    pub const fn of_pickup(act: PickupAct, arrival: ArrivalId) -> Self {
        match act {
            PickupAct::Confirm => Self::ArrivalConfirm(arrival),
            PickupAct::Reject => Self::ArrivalReject(arrival),
            PickupAct::Release => Self::ArrivalRelease(arrival),
            PickupAct::HandOver => Self::ArrivalHandOver(arrival),
            PickupAct::Undo => Self::ArrivalUndo(arrival),
            PickupAct::NotHere => Self::ArrivalNotHere(arrival),
        }
    }
}

/// Writes an entry in the transaction of the act.
pub async fn record(
    tx: &mut Tx,
    at: Timestamp,
    actor: AuditActor<'_>,
    action: AuditAction<'_>,
    detail: &str,
) -> Result<(), StoreError> {
    let (actor_id, subject) = (actor.id(), action.subject());
    let entry = audit::AuditEntry {
        at,
        actor_kind: actor.kind(),
        actor_id: &actor_id,
        action: action.text(),
        subject: &subject,
        detail,
    };
    audit::append(tx, &entry).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use store::codec;

    const DOCUMENT: &str = include_str!("../../../docs/audit.md");

    #[test]
    fn the_document_lists_each_action_once_and_no_other() {
        let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let rows: Vec<&str> = rows.collect();
        let listed: BTreeSet<&str> = rows.iter().copied().collect();
        assert_eq!(rows.len(), listed.len(), "an action is listed twice");
        assert_eq!(listed, AuditAction::TEXTS.iter().copied().collect());
        assert_eq!(AuditAction::TEXTS.len(), listed.len(), "two actions have one text");
    }

    #[test]
    fn an_act_of_a_teacher_has_the_wire_name_of_the_act() {
        for act in [
            PickupAct::Confirm,
            PickupAct::Reject,
            PickupAct::Release,
            PickupAct::HandOver,
            PickupAct::Undo,
            PickupAct::NotHere,
        ] {
            let text = AuditAction::of_pickup(act, ArrivalId::nil()).text();
            assert_eq!(text, format!("arrival.{}", codec::encode(act)));
        }
    }

    #[test]
    fn a_subject_is_the_id_of_the_object() {
        let garage = GarageId::parse("haifeng-b1").unwrap();
        let window = GaragePart { garage: &garage, part: "evening" };
        assert_eq!(AuditAction::WindowEnd(window).subject(), "haifeng-b1/evening");
        assert_eq!(AuditAction::DistrictImport(ImportScope::District).subject(), "district");
        assert_eq!(AuditActor::Gateway(&garage).id(), "haifeng-b1");
    }
}
