//! State of the fake server.

use std::collections::{BTreeMap, HashMap};

use axum::http::HeaderMap;
use domain::ids::{ArrivalId, ClassId, SchoolId};
use domain::pickup::PickupPhase;
use domain::time::{Clock, Timestamp};
use protocol::people::{
    ArrivalFeedPage, ClassArrival, ClassArrivals, ClassFeedUpdate, FeedCursor, HallArrival, HallArrivals,
    PAGE, PersonProfile, SchoolClass, SchoolReference,
};
use serde_json::Value;
use service::clock::SystemClock;
use uuid::Uuid;

const SCHOOL: &str = "macau-road-primary";

/// A request that has arrived, for assertions.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub method: String,
    pub path: String,
    pub session: Option<String>,
    /// `Idempotency-Key` and `If-Match`.
    pub key: Option<String>,
    pub seen: Option<String>,
    pub headers: HeaderMap,
    pub body: Value,
}

/// A response in place of the fake's own one.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub classes: Vec<ClassId>,
    pub hall: bool,
}

#[derive(Debug, Default)]
pub(crate) struct District {
    pub people: HashMap<String, Person>,
    pub arrivals: BTreeMap<ArrivalId, ClassArrival>,
    pub feed: Vec<(FeedCursor, ClassId)>,
    pub calls: Vec<Call>,
    /// Number of next requests that end in a 500.
    pub failures: u32,
    /// The response to the next request that is not for the feed.
    pub canned: Option<Canned>,
    pub cursor: FeedCursor,
}

pub(crate) fn class(name: &str) -> ClassId {
    ClassId::parse(name).unwrap()
}

pub(super) fn school() -> SchoolReference {
    SchoolReference { id: SchoolId::parse(SCHOOL).unwrap(), name: "青岛澳门路小学".to_owned() }
}

pub(super) fn class_of(id: &ClassId) -> SchoolClass {
    SchoolClass { id: id.clone(), name: format!("{id}班"), school: school() }
}

impl District {
    pub(crate) fn teacher(&mut self, session: &str, class: &ClassId) {
        self.people.entry(session.to_owned()).or_default().classes.push(class.clone());
    }

    pub(crate) fn hall(&mut self, session: &str) {
        self.people.entry(session.to_owned()).or_default().hall = true;
    }

    pub(crate) fn arrive(&mut self, class: &ClassId, pupil: &str) -> ArrivalId {
        let id = ArrivalId::from(Uuid::now_v7());
        let now = SystemClock.now();
        let order = 1 + self.arrivals.values().filter(|a| a.class == *class).count() as i64;
        let cursor = self.next_cursor(class);
        let arrival = ClassArrival {
            id,
            cursor,
            pupil_id: Uuid::new_v4().into(),
            pupil: pupil.to_owned(),
            class: class.clone(),
            class_name: class_of(class).name,
            phase: PickupPhase::Waiting,
            order,
            arrived_at: now,
            changed_at: now,
            undo_until: None,
            plate_tail: Some("345".to_owned()),
            guardian: Some("母亲".to_owned()),
            note: None,
            car_left_at: None,
            at_gate: false,
            doubt: None,
        };
        self.arrivals.insert(id, arrival);
        id
    }

    pub(crate) fn set_phase(&mut self, id: ArrivalId, phase: PickupPhase) {
        let class = self.arrivals[&id].class.clone();
        let cursor = self.next_cursor(&class);
        let arrival = self.arrivals.get_mut(&id).unwrap();
        (arrival.phase, arrival.cursor, arrival.changed_at) = (phase, cursor, SystemClock.now());
    }

    fn next_cursor(&mut self, class: &ClassId) -> FeedCursor {
        self.cursor += 1;
        self.feed.push((self.cursor, class.clone()));
        self.cursor
    }

    pub(crate) fn me(&self, person: &Person) -> PersonProfile {
        PersonProfile {
            person_id: Uuid::nil().into(),
            name: "李老师".to_owned(),
            classes: person.classes.iter().map(class_of).collect(),
            guardian: true,
            hall: person.hall.then(school),
            driver: false,
        }
    }

    fn changed_since(
        &self,
        after: Option<FeedCursor>,
        of: impl Fn(&ClassArrival) -> bool,
    ) -> (FeedCursor, bool, Vec<ClassArrival>) {
        let mut list: Vec<_> =
            self.arrivals.values().filter(|a| of(a) && a.cursor > after.unwrap_or(0)).cloned().collect();
        list.sort_by_key(|arrival| arrival.cursor);
        let more = list.len() > PAGE as usize;
        list.truncate(PAGE as usize);
        let cursor = if more { list.last().unwrap().cursor } else { self.cursor };
        (cursor, more, list)
    }

    pub(crate) fn class_arrivals(&self, class: &ClassId, after: Option<FeedCursor>) -> ClassArrivals {
        let (cursor, more, arrivals) = self.changed_since(after, |arrival| arrival.class == *class);
        ClassArrivals { class: class_of(class), cursor, more, arrivals }
    }

    pub(crate) fn hall_arrivals(&self, after: Option<FeedCursor>) -> HallArrivals {
        let (cursor, more, arrivals) = self.changed_since(after, |_| true);
        HallArrivals { school: school(), cursor, more, arrivals: arrivals.iter().map(masked).collect() }
    }

    /// `None`: no news yet.
    pub(crate) fn feed_page(&self, after: FeedCursor) -> Option<ArrivalFeedPage> {
        if self.cursor == after {
            return None;
        }
        let mut newest: BTreeMap<&ClassId, FeedCursor> = BTreeMap::new();
        for (cursor, class) in self.feed.iter().filter(|(cursor, _)| *cursor > after) {
            newest.insert(class, *cursor);
        }
        let news = newest.into_iter().map(|(class, cursor)| ClassFeedUpdate {
            class: class.clone(),
            school: school().id,
            cursor,
        });
        Some(ArrivalFeedPage { cursor: self.cursor, news: news.collect() })
    }
}

fn masked(arrival: &ClassArrival) -> HallArrival {
    HallArrival {
        id: arrival.id,
        cursor: arrival.cursor,
        pupil: "王*明".to_owned(),
        class_name: arrival.class_name.clone(),
        phase: arrival.phase,
        order: arrival.order,
        changed_at: arrival.changed_at,
        at_gate: arrival.at_gate,
        doubt: arrival.doubt,
    }
}

pub(super) fn in_an_hour() -> Timestamp {
    SystemClock.now() + std::time::Duration::from_secs(3600)
}
