//! A person whose entitlement has ended cannot change or confirm, but can always cancel. A change to another pool
//! needs the entitlement of a new reservation.

use domain::ids::PoolId;
use protocol::district::DistrictSpec;
use protocol::sharing::{PoolSpec, WindowSpec};
use serde_json::{Value, json};

use crate::common::StoreFixture;
use crate::common::district::{MOTHER, SCHOOL, STAFF, plate};
use crate::world::{ServerWorld, WorldPerson, driver_plate, id, pickup, refused, stay, with};

fn until(hour: &str) -> Value {
    json!({ "ends_at": format!("2026-11-24T{hour}:00+08:00") })
}

fn block_mother(district: &mut DistrictSpec) {
    let mother = district.people.iter_mut().find(|person| person.key == "mother").unwrap();
    mother.children.iter_mut().for_each(|child| child.blocked = true);
}

fn permit_only_another_plate(district: &mut DistrictSpec) {
    let school = district.garages.iter_mut().find(|garage| garage.id.as_str() == SCHOOL).unwrap();
    let staff = school.permits.iter_mut().find(|permit| permit.plate == plate(STAFF)).unwrap();
    staff.plate = plate(&driver_plate(1));
}

/// A second pool, in which every class comes at the same time.
fn add_yard(district: &mut DistrictSpec) {
    let pool = |id: &str, size| PoolSpec {
        id: PoolId::parse(id).unwrap(),
        name: id.to_owned(),
        name_en: id.to_owned(),
        size,
        spaces: Vec::new(),
    };
    let school = district.garages.iter_mut().find(|garage| garage.id.as_str() == SCHOOL).unwrap();
    school.pools = vec![pool("main", 2), pool("yard", 1)];
    for window in &mut school.windows {
        window.pool = Some(PoolId::parse("main").unwrap());
    }
    let all_at_once = WindowSpec {
        pool: Some(PoolId::parse("yard").unwrap()),
        stagger: Vec::new(),
        ..school.windows[0].clone()
    };
    school.windows.push(all_at_once);
}

/// The mother's reservation, made when she still was a guardian.
async fn of_former_guardian(fixture: &StoreFixture, body: &Value) -> (ServerWorld, String, String) {
    let world = ServerWorld::start(fixture).await;
    let mother = world.person("mother").await;
    let (made, session) = (mother.reserved(SCHOOL, body).await, mother.session);
    let world = world.imported(fixture, block_mother).await;
    (world, session, id(&made).to_owned())
}

contract!(who_is_blocked_meanwhile_changes_nothing_and_may_cancel, |fixture| async {
    let (world, session, made) = of_former_guardian(fixture, &pickup("15:00-15:30")).await;
    let mother = WorldPerson::of(&world, &session);
    refused(&mother.patch(&made, &until("15:45")).await, 403, "not_entitled");
    refused(&mother.patch(&made, &json!({ "pool": "main" })).await, 403, "not_entitled");
    refused(&mother.patch(&made, &json!({ "plate": MOTHER })).await, 403, "not_entitled");
    assert_eq!(mother.act(&made, "confirm").await.body["state"], "confirmed", "that was done before");
    assert_eq!(mother.act(&made, "cancel").await.body["state"], "cancelled");
});

contract!(who_is_blocked_meanwhile_accepts_nothing_and_may_cancel, |fixture| async {
    let held = with(pickup("15:00-15:30"), "wish", "hold");
    let (world, session, made) = of_former_guardian(fixture, &held).await;
    let mother = WorldPerson::of(&world, &session);
    refused(&mother.act(&made, "confirm").await, 403, "not_entitled");
    assert_eq!(mother.get(&format!("/reservations/{made}")).await.body["state"], "held");
    assert_eq!(mother.act(&made, "cancel").await.body["state"], "cancelled");
});

contract!(a_permit_of_another_plate_is_none_of_this_one, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    driver.post("/plates", &json!({ "plate": STAFF })).await;
    let made = driver.reserved(SCHOOL, &stay("staff", STAFF, "08:00-09:00")).await;
    let held = with(stay("staff", STAFF, "10:00-11:00"), "wish", "hold");
    let (held, session) = (driver.reserved(SCHOOL, &held).await, driver.session);
    let world = world.imported(fixture, permit_only_another_plate).await;
    let driver = WorldPerson::of(&world, &session);
    refused(&driver.patch(id(&made), &until("09:30")).await, 403, "not_entitled");
    refused(&driver.act(id(&held), "confirm").await, 403, "not_entitled");
    let permitted = with(until("09:30"), "plate", driver_plate(1));
    assert_eq!(driver.patch(id(&made), &permitted).await.status, 200, "the plate that has the permit now");
});

contract!(a_plate_that_is_given_up_is_nobodys_to_extend, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let made = driver.reserved(SCHOOL, &stay("public", &driver_plate(1), "19:00-20:00")).await;
    let plates = driver.get("/plates").await.body;
    let path = format!("/plates/{}", plates["plates"][0]["id"].as_str().unwrap());
    let removed = crate::common::http::ask(driver.request(reqwest::Method::DELETE, &path)).await;
    assert_eq!(removed.status, 204);
    refused(&driver.patch(id(&made), &until("21:00")).await, 403, "not_your_plate");
    assert_eq!(driver.act(id(&made), "cancel").await.body["state"], "cancelled");
});

contract!(another_pool_has_the_hours_of_the_class_there, |fixture| async {
    let world = ServerWorld::start(fixture).await.imported(fixture, add_yard).await;
    let uncle = world.person("uncle").await;
    let early = with(stay("pickup", "鲁B10009", "15:00-15:45"), "pool", "yard");
    let made = uncle.reserved(SCHOOL, &early).await;
    let to_main = json!({ "pool": "main" });
    let moved = uncle.patch(id(&made), &to_main).await;
    refused(&moved, 409, "outside_window");
    assert_eq!(moved.body["help"]["next_start"], "2026-11-24T07:30:00.000000Z", "15:30");
    let later = json!({ "pool": "main", "starts_at": "2026-11-24T15:30:00+08:00" });
    let moved = uncle.patch(id(&made), &later).await;
    assert_eq!((moved.status, &moved.body["pool"]), (200, &json!("main")), "{moved:?}");
});
