//! A school with three spaces, a mall with two half a kilometre away, and one far off; clients for people and operators.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::access::Audience;
use domain::ids::ClassId;
use domain::window::Weekdays;
use protocol::district::{ChildSpec, DistrictSpec, GarageSpec, PermitSpec, PersonSpec};
use protocol::people::SESSION_HEADER;
use protocol::sharing::{LockOut, StaggerSpec, WindowSpec};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::app::operator::session as operator_session;
use server::app::{App, gateway_token, import, service_token, session};

use crate::common::StoreFixture;
use crate::common::district::{
    FATHER, MALL, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, STAFF, district, garage, plate,
};
use crate::common::gateway::heartbeat;
use crate::common::http::{HttpReply, ServedRouter, ask};

pub(crate) const FAR: &str = "far";

pub(crate) struct ServerWorld {
    pub app: App,
    pub server: ServedRouter,
    service: String,
    operator: String,
    keys: AtomicU32,
}

fn window(audience: Audience, weekdays: Weekdays, start_minute: u32, length_minutes: u32) -> WindowSpec {
    WindowSpec::new(audience, weekdays, start_minute, length_minutes)
}

/// Pickup 15:00-17:00 on school days, the class `c-1-2` half an hour later; staff 7:00-15:00, residents 17:00-18:00, the public
/// by night.
fn school(of: &GarageSpec) -> GarageSpec {
    let week = Weekdays::SCHOOL_WEEK;
    let late = StaggerSpec { class: ClassId::parse("c-1-2").unwrap(), offset_minutes: 30 };
    let pickup = WindowSpec { stagger: vec![late], ..window(Audience::Pickup, week, 15 * 60, 120) };
    let staff = window(Audience::Staff, week, 7 * 60, 480);
    let walk_in_only = WindowSpec { bookable: Some(false), ..window(Audience::Resident, week, 17 * 60, 60) };
    let night = window(Audience::Public, Weekdays::ALL, 18 * 60, 720);
    let resident = PermitSpec { plate: plate(FATHER), audience: Audience::Resident, plate_color: None };
    GarageSpec {
        capacity: 3,
        windows: vec![pickup, staff, walk_in_only, night],
        permits: vec![
            PermitSpec { plate: plate(STAFF), audience: Audience::Staff, plate_color: None },
            resident,
        ],
        ..of.clone()
    }
}

/// Two spaces for the public, day and night, without movement from 2:00 to 4:00; stays of 30 minutes to 8 hours, two
/// days ahead.
fn mall(of: &GarageSpec) -> GarageSpec {
    let always = WindowSpec {
        min_stay_minutes: Some(30),
        max_stay_minutes: Some(480),
        horizon_minutes: Some(2880),
        lock_out: Some(LockOut { start_minute: 120, length_minutes: 120 }),
        ..window(Audience::Public, Weekdays::ALL, 0, 1440)
    };
    GarageSpec { capacity: 2, lat: 36.0645, windows: vec![always], permits: Vec::new(), ..of.clone() }
}

fn far(of: &GarageSpec) -> GarageSpec {
    let always = window(Audience::Public, Weekdays::ALL, 0, 1440);
    GarageSpec { id: garage(FAR), lat: 36.2, windows: vec![always], permits: Vec::new(), ..of.clone() }
}

fn small_district() -> DistrictSpec {
    let mut district = district();
    let both = (school(&district.garages[0]), mall(&district.garages[1]));
    district.garages = vec![far(&both.1), both.0, both.1];
    let hong = ChildSpec { pupil: "hong".to_owned(), relation: "父亲".to_owned(), blocked: false };
    district.people.push(PersonSpec {
        key: "uncle".to_owned(),
        name: "家长uncle".to_owned(),
        children: vec![hong],
        plates: vec![plate("鲁B10009")],
        ..PersonSpec::default()
    });
    district
}

impl ServerWorld {
    /// The clock is at Monday, 2026-11-23, 15:40.
    pub(crate) async fn start(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        import::run(&app, &small_district()).await.unwrap();
        let service = service_token::create(&app, "miniapp-api").await.unwrap();
        let operator = operator_session::issue(&app, "li").await.unwrap();
        let server = ServedRouter::start(app.clone()).await;
        Self { app, server, service, operator, keys: AtomicU32::new(0) }
    }

    /// The same district after an import of the file that `change` modifies. The server restarts, because a running
    /// one may use cached data for some seconds.
    pub(crate) async fn imported(
        self,
        fixture: &StoreFixture,
        change: impl FnOnce(&mut DistrictSpec),
    ) -> Self {
        let mut district = small_district();
        change(&mut district);
        let app = fixture.app();
        import::run(&app, &district).await.unwrap();
        let server = ServedRouter::start(app.clone()).await;
        Self { app, server, ..self }
    }

    pub(crate) async fn person(&self, key: &str) -> WorldPerson<'_> {
        let person = import::person_id(&self.app, key).await.unwrap().unwrap();
        WorldPerson { world: self, session: session::issue(&self.app, person).await.unwrap().token }
    }

    /// A public driver with this plate.
    pub(crate) async fn driver(&self, number: u32) -> WorldPerson<'_> {
        let body = json!({ "openid": format!("driver-{number}"), "register": true });
        let opened = ask(self.internal(Method::POST, "/sessions").json(&body)).await;
        let person = WorldPerson { world: self, session: opened.body["token"].as_str().unwrap().to_owned() };
        person.post("/plates", &json!({ "plate": driver_plate(number) })).await;
        person
    }

    fn internal(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.server.url(&format!("/internal/v1{path}"));
        self.server.client.request(method, url).bearer_auth(&self.service)
    }

    /// Sends as the operator of the school's garage.
    pub(crate) fn operator(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1/garages/{path}"));
        let request = self.server.client.request(method, url).header("x-requested-with", "console");
        request.header("cookie", format!("operator_session={}", self.operator))
    }

    /// The gateways of school and mall are online, and no car is inside.
    pub(crate) async fn count_nobody(&self) {
        for (id, token) in [(SCHOOL, SCHOOL_TOKEN), (MALL, MALL_TOKEN)] {
            gateway_token::set(&self.app, &garage(id), token).await.unwrap();
            self.server.take(token, &heartbeat("e-1")).await;
            let mut tx = self.app.store.begin().await.unwrap();
            store::garage::set_count(&mut tx, &garage(id), 0, self.app.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    fn next_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst))
    }
}

pub(crate) fn driver_plate(number: u32) -> String {
    format!("鲁B7{number:04}")
}

pub(crate) struct WorldPerson<'a> {
    world: &'a ServerWorld,
    pub session: String,
}

impl<'a> WorldPerson<'a> {
    pub(crate) fn of(world: &'a ServerWorld, session: &str) -> Self {
        Self { world, session: session.to_owned() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.world.internal(method, path).header(SESSION_HEADER, &self.session)
    }

    pub(crate) async fn get(&self, path: &str) -> HttpReply {
        ask(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> HttpReply {
        ask(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, id: &str, body: &Value) -> HttpReply {
        ask(self.request(Method::PATCH, &format!("/reservations/{id}")).json(body)).await
    }

    pub(crate) async fn act(&self, id: &str, act: &str) -> HttpReply {
        self.post(&format!("/reservations/{id}/acts"), &json!({ "act": act })).await
    }

    /// Sends with a new key.
    pub(crate) async fn reserve(&self, garage: &str, body: &Value) -> HttpReply {
        self.reserve_with(garage, &self.world.next_key(), body).await
    }

    pub(crate) async fn reserve_with(&self, garage: &str, key: &str, body: &Value) -> HttpReply {
        let request = self.request(Method::POST, &format!("/garages/{garage}/reservations"));
        ask(request.header("idempotency-key", key).json(body)).await
    }

    /// A reservation that must succeed.
    pub(crate) async fn reserved(&self, garage: &str, body: &Value) -> Value {
        let answer = self.reserve(garage, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }
}

/// `hours` are local and on 2026-11-24, a Tuesday, as `14:00-15:00`.
pub(crate) fn stay(audience: &str, plate: &str, hours: &str) -> Value {
    let (from, until) = hours.split_once('-').unwrap();
    let at = |hour: &str| format!("2026-11-24T{hour}:00+08:00");
    json!({ "audience": audience, "plate": plate, "starts_at": at(from), "ends_at": at(until) })
}

pub(crate) fn pickup(hours: &str) -> Value {
    stay("pickup", MOTHER, hours)
}

pub(crate) fn public(number: u32, hours: &str) -> Value {
    stay("public", &driver_plate(number), hours)
}

pub(crate) fn with(mut body: Value, field: &str, value: impl Into<Value>) -> Value {
    body[field] = value.into();
    body
}

#[track_caller]
pub(crate) fn refused(answer: &HttpReply, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
}

pub(crate) fn id(reservation: &Value) -> &str {
    reservation["id"].as_str().unwrap()
}
