//! What operators see of calendars and change in them, on both databases.

use domain::ids::SchoolId;
use protocol::district::SchoolSpec;
use reqwest::Method;
use serde_json::{Value, json};
use server::app::import;
use server::app::operator::session;
use store::{audit, calendar};

use crate::common::StoreFixture;
use crate::common::district::{MALL, SCHOOL, district, garage};
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::time;

const OWN: &str = "/schools/primary/calendar";

struct CalendarConsole {
    server: ServedRouter,
    cookie: String,
}

impl CalendarConsole {
    /// Of the operator of the school's garage; another school is at the mall.
    async fn open(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        let mut district = district();
        let middle = SchoolSpec {
            id: SchoolId::parse("middle").unwrap(),
            name: "中学".to_owned(),
            garage: garage(MALL),
            classes: vec![],
            calendar: None,
        };
        district.schools.push(middle);
        import::run(&app, &district).await.unwrap();
        let token = session::issue(&app, "li").await.unwrap();
        Self { server: ServedRouter::start(app).await, cookie: format!("operator_session={token}") }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = self.server.url(&format!("/api/operator/v1{path}"));
        let request = self.server.client.request(method, url);
        request.header("x-requested-with", "console").header("cookie", &self.cookie)
    }

    async fn get(&self, path: &str) -> HttpReply {
        ask(self.request(Method::GET, path)).await
    }

    async fn put(&self, path: &str, seen: &str, body: &Value) -> HttpReply {
        ask(self.request(Method::PUT, path).header("if-match", seen).json(body)).await
    }

    async fn days(&self, from: &str, to: &str) -> HttpReply {
        self.get(&format!("/garages/{SCHOOL}/calendar?from={from}&to={to}")).await
    }
}

fn own() -> Value {
    json!({
        "weekdays": 31,
        "spans": [
            { "kind": "term", "name": "第一学期", "first_day": "2026-09-01", "last_day": "2027-01-22" },
            { "kind": "break", "name": "秋假", "first_day": "2026-10-19", "last_day": "2026-10-23" },
        ],
        "days": [
            { "date": "2026-10-10", "lessons": true, "acts_as": "Wed", "earlier_minutes": null, "name": "补周三" },
            { "date": "2026-11-20", "lessons": true, "acts_as": null, "earlier_minutes": 90, "name": "家长会" },
        ],
    })
}

contract!(an_operator_sees_own_schools_only, |f| async {
    let console = CalendarConsole::open(f).await;
    let schools = console.get("/schools").await;
    assert_eq!(schools.body, json!({ "schools": [{ "id": "primary", "name": "小学", "garage": SCHOOL }] }));
    for school in ["middle", "none"] {
        let path = format!("/schools/{school}/calendar");
        let (read, changed) = (console.get(&path).await, console.put(&path, "*", &own()).await);
        assert_eq!((read.code(), changed.code()), ("not_found", "not_found"), "{school}");
    }
    let other = console.get(&format!("/garages/{MALL}/calendar?from=2026-10-01&to=2026-10-02")).await;
    assert_eq!((other.status, other.code()), (404, "not_found"));
    let stranger = console.server.client.get(console.server.url("/api/operator/v1/schools"));
    assert_eq!(ask(stranger).await.code(), "unauthorized");
});

contract!(a_schools_calendar_is_read_changed_and_read, |f| async {
    let console = CalendarConsole::open(f).await;
    let before = console.get(OWN).await;
    assert_eq!(before.body, json!({ "weekdays": 31, "spans": [], "days": [] }));
    let put = console.put(OWN, before.header("etag"), &own()).await;
    assert_eq!((put.status, &put.body), (200, &own()), "{put:?}");
    let after = console.get(OWN).await;
    assert_eq!((after.header("etag"), &after.body), (put.header("etag"), &own()));
    let known = console.request(Method::GET, OWN).header("if-none-match", put.header("etag"));
    assert_eq!(ask(known).await.status, 304);
    let mut tx = f.store.begin_read().await.unwrap();
    let log = audit::since(&mut tx, time("2026-01-01T00:00:00Z"), 100).await.unwrap();
    let line = log.iter().find(|line| line.action == "school_calendar.put").unwrap();
    assert_eq!((line.subject.as_str(), line.detail.as_str()), ("primary", "2 spans, 2 days"));
});

contract!(two_operators_do_not_overwrite_each_other, |f| async {
    let console = CalendarConsole::open(f).await;
    let seen = console.get(OWN).await.header("etag").to_owned();
    let other = json!({ "weekdays": 63, "spans": [], "days": [] });
    let own = own();
    let (one, two) = tokio::join!(console.put(OWN, &seen, &own), console.put(OWN, &seen, &other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{one:?} {two:?}");
    let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(lost.code(), "calendar_changed");
    assert_eq!(console.get(OWN).await.body, won.body);
    let blind = ask(console.request(Method::PUT, OWN).json(&other)).await;
    assert_eq!((blind.status, blind.code()), (428, "if_match_missing"));
    let mut tx = f.store.begin_read().await.unwrap();
    assert_eq!(calendar::version(&mut tx).await.unwrap(), 2, "what was refused has changed nothing");
});

contract!(a_mistake_in_a_schools_calendar_is_named_and_changes_nothing, |f| async {
    let console = CalendarConsole::open(f).await;
    let seen = console.get(OWN).await.header("etag").to_owned();
    let mut backwards = own();
    backwards["spans"][1]["last_day"] = json!("2026-10-18");
    let mut nowhere = own();
    nowhere["days"][0]["date"] = json!("2026-02-30");
    let mut empty = own();
    empty["weekdays"] = json!(0);
    for (body, field) in [(backwards, "spans[1].last_day"), (nowhere, "days[0].date"), (empty, "weekdays")] {
        let answer = console.put(OWN, &seen, &body).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)), "{answer:?}");
    }
    assert_eq!(console.get(OWN).await.header("etag"), seen);
});

contract!(days_say_what_they_are_and_what_the_school_does, |f| async {
    let console = CalendarConsole::open(f).await;
    let seen = console.get(OWN).await.header("etag").to_owned();
    assert_eq!(console.put(OWN, &seen, &own()).await.status, 200);
    let answer = console.days("2026-10-01", "2026-11-30").await;
    let days = answer.body["days"].as_array().unwrap();
    assert_eq!(days.len(), 61);
    assert_eq!(
        days[0],
        json!({
            "date": "2026-10-01", "kind": "holiday", "acts_as": "Sun", "acts_as_stated": true, "name": "国庆节",
            "source": "national", "schools": [{ "school": "primary", "lessons": "none", "acts_as": "Sun" }],
        })
    );
    assert_eq!((&days[9]["acts_as"], &days[9]["schools"][0]["acts_as"]), (&json!("Fri"), &json!("Wed")));
    let early = json!({ "school": "primary", "lessons": "earlier", "earlier_minutes": 90, "acts_as": "Fri" });
    assert_eq!(days[50]["schools"][0], early);
    let warnings = answer.body["warnings"].as_array().unwrap();
    assert_eq!(
        (warnings.len(), &warnings[0]["year"]),
        (1, &json!(2027)),
        "the school has stated its Saturday"
    );
});

contract!(what_the_calendar_lacks_is_on_the_answer, |f| async {
    let console = CalendarConsole::open(f).await;
    let codes = |answer: &HttpReply| -> Vec<String> {
        let warnings = answer.body["warnings"].as_array().unwrap();
        warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    };
    let answer = console.days("2026-10-10", "2026-10-10").await;
    assert_eq!(codes(&answer), ["missing_year", "acts_as_not_stated", "no_terms"]);
    assert_eq!(answer.body["warnings"][2]["school"], json!("primary"));
    let missing = console.days("2027-01-02", "2027-01-02").await;
    assert_eq!(missing.body["days"][0]["source"], json!("assumed"));
    assert_eq!(missing.body["days"][0]["schools"][0]["lessons"], json!("full"), "capacity stays kept");
    f.clock.set("2026-10-31T12:00:00+08:00");
    assert_eq!(codes(&console.days("2026-10-12", "2026-10-12").await), ["no_terms"], "not due yet");
});

contract!(too_many_days_are_refused, |f| async {
    let console = CalendarConsole::open(f).await;
    assert_eq!(console.days("2026-01-01", "2027-02-04").await.status, 200);
    for (from, to) in
        [("2026-01-01", "2027-02-05"), ("2026-01-02", "2026-01-01"), ("2026-13-01", "2026-01-01")]
    {
        let answer = console.days(from, to).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_query"), "{from} {to}");
    }
});
