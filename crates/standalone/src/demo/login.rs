//! The demo's log-in: a person is chosen from a list. These routes exist only in this crate; no configuration adds them to
//! the production binaries.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::ids::{ClassId, PersonId, SchoolId};
use domain::plate::Plate;
use protocol::district::{DistrictSpec, OperatorSpec, PersonSpec};
use protocol::people::PersonSession;
use protocol::problem::ProblemDetails;
use serde::{Deserialize, Serialize};
use server::app::App;
use service::http::{ApiJson, ProblemResponse};

/// A person who can be chosen; by role in the order of the list.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoPerson {
    pub person_id: PersonId,
    /// `key` of the district file.
    pub key: String,
    pub name: String,
    pub role: PersonRole,
    /// Classes taught, children with their classes, the hall's school, or a driver's plates.
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    Teacher,
    Hall,
    Driver,
    Guardian,
}

/// A link from the start page to a page of the server.
#[derive(Clone, Serialize, Deserialize)]
pub struct StartPageLink {
    pub url: String,
    pub label: String,
    pub label_en: String,
}

#[derive(Clone)]
struct DemoPersonLogIn {
    app: App,
    list: Arc<PersonList>,
}

/// `GET /demo/people`.
#[derive(Serialize, Deserialize)]
pub struct PersonList {
    pub people: Vec<DemoPerson>,
    pub links: Vec<StartPageLink>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonChoice {
    person_id: PersonId,
}

/// `/demo/people` and `/demo/sessions`, served with the mini-program API.
pub fn people(app: App, people: Vec<DemoPerson>, links: Vec<StartPageLink>) -> Router {
    let list = Arc::new(PersonList { people, links });
    Router::new()
        .route(
            "/demo/people",
            get(async |State(picks): State<DemoPersonLogIn>| Json(&*picks.list).into_response()),
        )
        .route("/demo/sessions", post(pick))
        .with_state(DemoPersonLogIn { app, list })
}

async fn pick(
    State(picks): State<DemoPersonLogIn>,
    ApiJson(pick): ApiJson<PersonChoice>,
) -> Result<(StatusCode, Json<PersonSession>), ProblemResponse> {
    let session = server::app::session::issue(&picks.app, pick.person_id).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

#[derive(Clone)]
struct DemoOperatorLogIn {
    app: App,
    district: Arc<DistrictSpec>,
}

/// `GET /demo/operators`.
#[derive(Serialize, Deserialize)]
pub struct DemoOperators {
    pub operators: Vec<OperatorSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorChoice {
    username: String,
}

/// `/demo/operators` and `/demo/operator-sessions`, served with the operator console.
pub fn operators(app: App, district: Arc<DistrictSpec>) -> Router {
    Router::new()
        .route("/demo/operators", get(list_operators))
        .route("/demo/operator-sessions", post(pick_operator))
        .with_state(DemoOperatorLogIn { app, district })
}

async fn list_operators(State(operators): State<DemoOperatorLogIn>) -> Json<DemoOperators> {
    Json(DemoOperators { operators: operators.district.operators.clone() })
}

async fn pick_operator(
    State(operators): State<DemoOperatorLogIn>,
    headers: HeaderMap,
    ApiJson(pick): ApiJson<OperatorChoice>,
) -> Result<Response, ProblemResponse> {
    if headers.get("x-requested-with").is_none_or(|value| value != "console") {
        return Err(ProblemResponse(ProblemDetails::new(403, "cross_site", "Cross-site request refused")));
    }
    let token = server::app::operator::session::issue(&operators.app, &pick.username).await?;
    let mut response = StatusCode::CREATED.into_response();
    if let Some(cookie) = server::http::operator::cookie::set(&operators.app, &token) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The person's role in the list; staff come first, then families.
pub fn role_of(person: &PersonSpec) -> PersonRole {
    if !person.teaches.is_empty() {
        PersonRole::Teacher
    } else if person.hall.is_some() {
        PersonRole::Hall
    } else if person.children.is_empty() {
        PersonRole::Driver
    } else {
        PersonRole::Guardian
    }
}

/// Labels of people in the list. Maps by key, because a large district has tens of thousands of people.
pub struct PersonLabels<'a> {
    schools: HashMap<&'a SchoolId, &'a str>,
    classes: HashMap<&'a ClassId, &'a str>,
    /// Class and name by the pupil's key.
    pupils: HashMap<&'a str, String>,
}

impl<'a> PersonLabels<'a> {
    pub fn new(district: &'a DistrictSpec) -> Self {
        let classes = || district.schools.iter().flat_map(|school| &school.classes);
        let pupils = classes().flat_map(|class| class.pupils.iter().map(move |pupil| (class, pupil)));
        Self {
            schools: district.schools.iter().map(|school| (&school.id, school.name.as_str())).collect(),
            classes: classes().map(|class| (&class.id, class.name.as_str())).collect(),
            pupils: pupils
                .map(|(class, pupil)| (pupil.key.as_str(), format!("{} {}", class.name, pupil.name)))
                .collect(),
        }
    }

    /// The classes taught, the children with their classes, the hall's school, or a driver's plates.
    pub fn of(&self, person: &PersonSpec) -> String {
        let taught = person.teaches.iter().filter_map(|class| self.classes.get(class).copied());
        let children = person
            .children
            .iter()
            .filter_map(|child| self.pupils.get(child.pupil.as_str()).map(String::as_str));
        let hall = person.hall.iter().filter_map(|school| self.schools.get(school).copied());
        let plates =
            person.plates.iter().filter(|_| role_of(person) == PersonRole::Driver).map(Plate::as_str);
        taught.chain(children).chain(hall).chain(plates).collect::<Vec<_>>().join("、")
    }
}
