//! A small district: a school with a garage, and a mall beside it. All people are invented.

use domain::access::Audience;
use domain::ids::{ClassId, GarageId, SchoolId};
use domain::plate::Plate;
use domain::window::Weekdays;
use protocol::district::{
    ChildSpec, ClassSpec, DistrictSpec, GarageSpec, OperatorSpec, PermitSpec, PersonSpec, PupilSpec,
    SchoolSpec, WindowSpec,
};
use server::app::{App, gateway_token, import};

/// The mother of Ming (class 1-1) and Hong (class 1-2).
pub(crate) const MOTHER: &str = "鲁B10001";
/// The father of Ming.
pub(crate) const FATHER: &str = "鲁B10002";
/// A car that an aunt of Ming shares with a man who is blocked from Ming.
pub(crate) const SHARED: &str = "鲁B10003";
pub(crate) const STAFF: &str = "鲁B20001";
pub(crate) const STRANGER: &str = "鲁B99999";

pub(crate) const SCHOOL: &str = "school";
pub(crate) const MALL: &str = "mall";

pub(crate) const SCHOOL_TOKEN: &str = "pkg_school_school_school_school_school_school";
pub(crate) const MALL_TOKEN: &str = "pkg_mall_mall_mall_mall_mall_mall_mall_mall_m";

pub(crate) fn garage(id: &str) -> GarageId {
    GarageId::parse(id).unwrap()
}

pub(crate) fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

fn window(audience: Audience, weekdays: Weekdays, start_minute: u32, length_minutes: u32) -> WindowSpec {
    WindowSpec::new(audience, weekdays, start_minute, length_minutes)
}

fn garage_spec(id: &str, capacity: u32, windows: Vec<WindowSpec>) -> GarageSpec {
    GarageSpec {
        id: garage(id),
        name: format!("{id}停车场"),
        name_en: format!("{id} car park"),
        operator_name: "Operator".to_owned(),
        address: "Qingdao".to_owned(),
        lat: 36.06,
        lon: 120.38,
        capacity,
        pools: Vec::new(),
        windows,
        permits: vec![PermitSpec { plate: plate(STAFF), audience: Audience::Staff, plate_color: None }],
        published: None,
    }
}

fn guardian(key: &str, plates: &[&str], children: &[(&str, bool)]) -> PersonSpec {
    let child = |(pupil, blocked): &(&str, bool)| ChildSpec {
        pupil: (*pupil).to_owned(),
        relation: if key == "mother" { "母亲".to_owned() } else { "亲属".to_owned() },
        blocked: *blocked,
    };
    PersonSpec {
        key: key.to_owned(),
        name: format!("家长{key}"),
        children: children.iter().map(child).collect(),
        plates: plates.iter().map(|text| plate(text)).collect(),
        ..PersonSpec::default()
    }
}

fn class(id: &str, pupil: &str) -> ClassSpec {
    let pupil = PupilSpec { key: pupil.to_owned(), name: format!("学生{pupil}") };
    ClassSpec { id: ClassId::parse(id).unwrap(), name: id.to_owned(), pupils: vec![pupil] }
}

pub(crate) fn district() -> DistrictSpec {
    let school_week = Weekdays::SCHOOL_WEEK;
    let pickup = window(Audience::Pickup, school_week, 15 * 60, 120);
    let staff = window(Audience::Staff, school_week, 7 * 60, 600);
    let night = window(Audience::Public, Weekdays::ALL, 18 * 60, 810);
    let always = window(Audience::Public, Weekdays::ALL, 0, 1440);
    DistrictSpec {
        garages: vec![
            garage_spec(SCHOOL, 107, vec![pickup, staff, night]),
            garage_spec(MALL, 300, vec![always]),
        ],
        schools: vec![SchoolSpec {
            id: SchoolId::parse("primary").unwrap(),
            name: "小学".to_owned(),
            garage: garage(SCHOOL),
            classes: vec![class("c-1-1", "ming"), class("c-1-2", "hong")],
            calendar: None,
        }],
        people: vec![
            guardian("mother", &[MOTHER], &[("ming", false), ("hong", false)]),
            guardian("father", &[FATHER], &[("ming", false)]),
            guardian("aunt", &[SHARED], &[("ming", false), ("hong", false)]),
            guardian("blocked", &[SHARED], &[("ming", true)]),
        ],
        operators: vec![OperatorSpec {
            username: "li".to_owned(),
            name: "李值班".to_owned(),
            garages: vec![garage(SCHOOL)],
        }],
        source: None,
    }
}

/// Fills the database and sets the tokens of both garages' gateways.
pub(crate) async fn fill(app: &App) {
    import::run(app, &district()).await.unwrap();
    gateway_token::set(app, &garage(SCHOOL), SCHOOL_TOKEN).await.unwrap();
    gateway_token::set(app, &garage(MALL), MALL_TOKEN).await.unwrap();
}
