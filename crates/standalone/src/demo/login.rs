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
use domain::ids::{ClassId, SchoolId};
use domain::plate::Plate;
use protocol::district::{District, PersonSpec};
use protocol::people::Session;
use protocol::problem::Problem;
use serde::{Deserialize, Serialize};
use server::app::App;
use service::http::{ApiJson, ProblemResponse};
use uuid::Uuid;

/// A person who can be chosen; by role in the order of the list.
#[derive(Clone, Serialize)]
pub struct Person {
    pub person_id: Uuid,
    /// `key` of the district file.
    pub key: String,
    pub name: String,
    pub role: Role,
    /// Classes taught, children with their classes, the hall's school, or a driver's plates.
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Teacher,
    Hall,
    Driver,
    Guardian,
}

/// A link from the start page to a page of the server.
#[derive(Clone, Serialize)]
pub struct Link {
    pub url: String,
    pub label: &'static str,
    pub label_en: &'static str,
}

#[derive(Clone)]
struct Picks {
    app: App,
    list: Arc<List>,
}

#[derive(Serialize)]
struct List {
    people: Vec<Person>,
    links: Vec<Link>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pick {
    person_id: Uuid,
}

/// `/demo/people` and `/demo/sessions`, served with the mini-program API.
pub fn people(app: App, people: Vec<Person>, links: Vec<Link>) -> Router {
    let list = Arc::new(List { people, links });
    Router::new()
        .route("/demo/people", get(async |State(picks): State<Picks>| Json(&*picks.list).into_response()))
        .route("/demo/sessions", post(pick))
        .with_state(Picks { app, list })
}

async fn pick(
    State(picks): State<Picks>,
    ApiJson(pick): ApiJson<Pick>,
) -> Result<(StatusCode, Json<Session>), ProblemResponse> {
    let session = server::app::session::issue(&picks.app, pick.person_id).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

#[derive(Clone)]
struct Operators {
    app: App,
    district: Arc<District>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorPick {
    username: String,
}

/// `/demo/operators` and `/demo/operator-sessions`, served with the operator console.
pub fn operators(app: App, district: Arc<District>) -> Router {
    Router::new()
        .route("/demo/operators", get(list_operators))
        .route("/demo/operator-sessions", post(pick_operator))
        .with_state(Operators { app, district })
}

async fn list_operators(State(operators): State<Operators>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "operators": operators.district.operators }))
}

async fn pick_operator(
    State(operators): State<Operators>,
    headers: HeaderMap,
    ApiJson(pick): ApiJson<OperatorPick>,
) -> Result<Response, ProblemResponse> {
    if headers.get("x-requested-with").is_none_or(|value| value != "console") {
        return Err(ProblemResponse(Problem::new(403, "cross_site", "Cross-site request refused")));
    }
    let token = server::app::operator::session::issue(&operators.app, &pick.username).await?;
    let mut response = StatusCode::CREATED.into_response();
    if let Some(cookie) = server::http::operator::cookie::set(&operators.app, &token) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The person's role in the list; staff come first, then families.
pub fn role_of(person: &PersonSpec) -> Role {
    if !person.teaches.is_empty() {
        Role::Teacher
    } else if person.hall.is_some() {
        Role::Hall
    } else if person.children.is_empty() {
        Role::Driver
    } else {
        Role::Guardian
    }
}

/// Labels of people in the list. Maps by key, because a large district has tens of thousands of people.
pub struct Labels<'a> {
    schools: HashMap<&'a SchoolId, &'a str>,
    classes: HashMap<&'a ClassId, &'a str>,
    /// Class and name by the pupil's key.
    pupils: HashMap<&'a str, String>,
}

impl<'a> Labels<'a> {
    pub fn new(district: &'a District) -> Self {
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
        let plates = person.plates.iter().filter(|_| role_of(person) == Role::Driver).map(Plate::as_str);
        taught.chain(children).chain(hall).chain(plates).collect::<Vec<_>>().join("、")
    }
}
