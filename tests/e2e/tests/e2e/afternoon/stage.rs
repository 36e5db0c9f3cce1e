//! The running system with everyone's devices, and what people do with them. Each act changes the model as well.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::ClassId;
use domain::minute::Minute;
use domain::occupancy::LaneDirection;
use domain::pickup::PickupAct;
use e2e::console::ConsoleClient;
use e2e::district::{DistrictKind, FamilyCar, pupils, teacher};
use e2e::phone::{PATIENCE, PhoneClient};
use e2e::system::{SystemForm, SystemLink, SystemSetup, TestSystem};
use protocol::people::{ArrivalAct, ClassArrival};
use simulator::controller::{AckOutcome, CommandAction, ControllerHandle, FirstCommand, ResendPolicy};
use testkit::wait;

use super::board::TeacherBoard;
use super::cast::AfternoonCast;
use super::model::AfternoonModel;
use crate::scene::{drive, now, school};

/// Lanes with a gate controller.
pub(super) const ENTRIES: [&str; 2] = ["b1-in-1", "b1-in-2"];
pub(super) const EXITS: [&str; 2] = ["b1-out-1", "b1-out-2"];

/// Shorter than a real controller's, so that a phase need not wait for the next attempt.
const RESEND: ResendPolicy = ResendPolicy { first: Duration::from_secs(1), most: Duration::from_secs(4) };

/// Before midnight a board of today would lose its arrivals in the middle of the afternoon.
const LAST_MINUTES: i64 = 4;
const DAY_MINUTES: i64 = 24 * 60;

pub(super) struct AfternoonStage {
    pub system: TestSystem,
    pub cast: AfternoonCast,
    pub model: AfternoonModel,
    pub console: ConsoleClient,
    pub boards: BTreeMap<ClassId, TeacherBoard>,
    lanes: BTreeMap<&'static str, ControllerHandle>,
    guardians: BTreeMap<String, PhoneClient>,
}

impl AfternoonStage {
    pub(super) async fn open(form: SystemForm) -> Self {
        long_before_midnight().await;
        let setup = SystemSetup {
            link: SystemLink::Breakable,
            ..SystemSetup::new(form, DistrictKind::DemoWithCamera)
        };
        let system = TestSystem::start(setup).await;
        let mut lanes = BTreeMap::new();
        for lane in ENTRIES.into_iter().chain(EXITS) {
            let mut config = system.controller_config(&school(), &system.lane(&school(), lane).device);
            config.resend = RESEND;
            lanes.insert(lane, system.connect(config).await);
        }
        let people = system.people().trim_start_matches("http://").parse().unwrap();
        let mut boards = BTreeMap::new();
        for class in system.invented().district.schools[0].classes.iter().map(|class| &class.id) {
            let token = system.log_in(teacher(system.invented(), class)).await.token;
            boards.insert(class.clone(), TeacherBoard::open(people, &token, class).await);
        }
        Self {
            cast: AfternoonCast::new(system.invented()),
            model: AfternoonModel::new(),
            console: system.operator("operator").await,
            boards,
            lanes,
            guardians: BTreeMap::new(),
            system,
        }
    }

    pub(super) fn lane(&self, lane: &str) -> ControllerHandle {
        self.lanes[lane].clone()
    }

    pub(super) fn lanes(&self) -> impl Iterator<Item = &ControllerHandle> {
        self.lanes.values()
    }

    /// Names of a class's children.
    pub(super) fn pupils_of(&self, class: &ClassId) -> Vec<&str> {
        let classes = &self.system.invented().district.schools[0].classes;
        let class = classes.iter().find(|known| &known.id == class).unwrap();
        class.pupils.iter().map(|pupil| pupil.name.as_str()).collect()
    }

    pub(super) fn all_pupils(&self) -> impl Iterator<Item = &str> {
        pupils(self.system.invented())
    }

    /// The phone of the person with this key.
    pub(super) async fn phone(&mut self, person: &str) -> PhoneClient {
        if let Some(known) = self.guardians.get(person) {
            return known.clone();
        }
        let phone = self.system.log_in(person).await;
        self.guardians.insert(person.to_owned(), phone.clone());
        phone
    }

    /// A car is read at an entry, which opens.
    pub(super) async fn is_let_in(&mut self, lane: &str, plate: &str) -> FirstCommand {
        let (decided, acked) = drive(&self.lane(lane), plate).await;
        assert_eq!(decided.action, CommandAction::Opened, "{plate}: {:?}", decided.command.decision);
        assert_eq!(acked.outcome, AckOutcome::Stored, "{plate}");
        decided
    }

    /// A car is read at an entry, which stays shut.
    pub(super) async fn is_refused(&mut self, lane: &str, plate: &str) -> FirstCommand {
        let (decided, _) = drive(&self.lane(lane), plate).await;
        assert_eq!(decided.action, CommandAction::Shown, "{plate}: {:?}", decided.command.decision);
        self.model.only_read(LaneDirection::In, Some(plate));
        decided
    }

    /// A parent's car comes in.
    pub(super) async fn comes(&mut self, lane: &str, family: &FamilyCar) -> FirstCommand {
        let decided = self.is_let_in(lane, &family.plate).await;
        self.model.fetched_by(family);
        decided
    }

    /// A car leaves through an exit, which opens.
    pub(super) async fn goes(&mut self, lane: &str, plate: &str) {
        let (decided, acked) = drive(&self.lane(lane), plate).await;
        assert_eq!(decided.action, CommandAction::Opened, "an exit is never closed: {plate}");
        assert_eq!(acked.outcome, AckOutcome::Stored, "{plate}");
        self.model.went_out(plate);
    }

    /// A teacher acts on a child, as it stands on the teacher's screen.
    pub(super) async fn acts(&mut self, name: &str, act: PickupAct) {
        let shown = self.on_the_board(name).await;
        let board = &self.boards[&shown.class];
        let answer = board.phone.act(shown.id, &ArrivalAct { act, seen: shown.cursor }).await;
        assert_eq!(answer.status(), 200, "{act:?} of {name}: {}", answer.text().await.unwrap());
        self.model.acted(name, act);
    }

    /// The child's arrival, once the teacher's WebSocket has shown it in the phase that the model has.
    pub(super) async fn on_the_board(&self, name: &str) -> ClassArrival {
        let expected = &self.model.children[name];
        let board = &self.boards[&expected.class];
        wait::until_ok(PATIENCE, &format!("{name} on the board of {}", expected.class), async || {
            let observed = board.observed();
            let shown = observed.latest.values().find(|arrival| arrival.pupil == name);
            let shown = shown.ok_or("not shown")?;
            if shown.phase == expected.phase { Ok(shown.clone()) } else { Err(format!("{shown:?}")) }
        })
        .await
    }

    /// The children are released and handed over, and the car leaves.
    pub(super) async fn is_fetched(&mut self, exit: &str, family: &FamilyCar) {
        for (name, _) in &family.children {
            self.acts(name, PickupAct::Release).await;
            self.acts(name, PickupAct::HandOver).await;
        }
        self.goes(exit, &family.plate).await;
    }
}

/// Near the end of the day, waits for the next one.
async fn long_before_midnight() {
    let day = Duration::from_secs(60 * (1 + LAST_MINUTES.unsigned_abs()));
    wait::until(day, "midnight has passed", async || {
        (Minute::floor(now()).local_minute_of_day() < DAY_MINUTES - LAST_MINUTES).then_some(())
    })
    .await;
}
