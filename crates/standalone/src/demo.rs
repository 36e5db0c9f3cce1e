//! The demo: an invented district, simulated gate controllers, and a log-in as any of its people.

mod district_import;
pub mod login;
mod options;
mod reservations;
mod robot;
mod show;
mod traffic;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeviceId, GarageId};
use domain::occupancy::PassDetection;
use domain::plate::Plate;
use protocol::mqtt::MqttPermissions;
use server::app::App;
use simulator::controller::{ControllerConfig, ControllerHandle, SimulatedController};
use simulator::district::{self, GarageSite, InventedDistrict, SiteLane};
use simulator::traffic::{ProgressSender, TrafficLane};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::assembly::{ExtraRoutes, HttpListeners, SystemAssembly, open};
use crate::folder::DataFolder;
use login::{DemoPerson, PersonLabels, StartPageLink};
use robot::{ActionDelays, ObservedArrival, TeacherRobot};
use traffic::{DismissalTraffic, GarageLanes};

pub use options::DemoOptions;

/// Most lines queued for the terminal; more than a busy second produces.
const LINES: usize = 1_000;

/// Time from the open barrier until the car has crossed the loop.
const OVER_THE_LOOP: Duration = Duration::from_millis(1_200);

/// Runs the demo until `stop` is cancelled.
pub async fn run(options: &DemoOptions, stop: CancellationToken) -> anyhow::Result<()> {
    let mut folder = DataFolder::open(&options.data)?;
    let addresses = options.addresses();
    let listeners = HttpListeners::bind(addresses).await?;
    let invented = match options.uniform {
        Some([schools, classes, cars]) => district::uniform(schools, classes, cars),
        None if addresses.cameras.is_some() => district::demo_with_camera(),
        None => district::demo(),
    };
    let app = open(&folder).await?;
    district_import::run(&app, &folder, &invented.district).await?;
    let people = people(&app, &invented).await?;
    let extra = ExtraRoutes {
        people: login::people(app.clone(), people.clone(), links(addresses.server)),
        server: login::operators(app.clone(), Arc::new(invented.district.clone())),
    };
    let assembly = SystemAssembly::start(&app, &mut folder, &invented, addresses, listeners, extra).await?;
    show::welcome(&addresses, &invented, &people);
    let mut traffic = JoinSet::new();
    let parked = CancellationToken::new();
    if !options.no_traffic {
        reservations::reserve(&app, &invented).await?;
        let mut cars = DemoTraffic {
            app: &app,
            invented: &invented,
            mqtt: addresses.mqtt,
            folder: &mut folder,
            stop: parked.clone(),
        };
        cars.start(options, &format!("http://{}", addresses.people), &people, &mut traffic).await?;
    }
    // Cars and robots stop first, because they would report errors of a system that is stopping.
    let park = async {
        stop.cancelled().await;
        parked.cancel();
        while traffic.join_next().await.is_some() {}
    };
    let result = assembly.run_until(park).await;
    parked.cancel();
    app.store.close().await;
    Ok(result?)
}

async fn people(app: &App, invented: &InventedDistrict) -> anyhow::Result<Vec<DemoPerson>> {
    let labels = PersonLabels::new(&invented.district);
    let mut people = Vec::new();
    for person in &invented.district.people {
        let Some(person_id) = server::app::import::person_id(app, &person.key).await? else { continue };
        people.push(DemoPerson {
            person_id,
            key: person.key.clone(),
            name: person.name.clone(),
            role: login::role_of(person),
            label: labels.of(person),
        });
    }
    people.sort_by_key(|person| person.role);
    Ok(people)
}

fn links(server: SocketAddr) -> Vec<StartPageLink> {
    let link = |path: &str, label: &str, label_en: &str| StartPageLink {
        url: format!("http://{server}{path}"),
        label: label.to_owned(),
        label_en: label_en.to_owned(),
    };
    vec![link("/operator", "车库值班台", "Garage console"), link("/spaces", "空余车位", "Open spaces")]
}

/// Simulated cars and the teachers' robots.
struct DemoTraffic<'a> {
    app: &'a App,
    invented: &'a InventedDistrict,
    mqtt: SocketAddr,
    folder: &'a mut DataFolder,
    stop: CancellationToken,
}

impl DemoTraffic<'_> {
    async fn start(
        &mut self,
        options: &DemoOptions,
        api: &str,
        people: &[DemoPerson],
        tasks: &mut JoinSet<()>,
    ) -> anyhow::Result<()> {
        let (reports, progress) = ProgressSender::channel(LINES);
        let (seen, told) = mpsc::channel(LINES);
        let (shown, screen) = mpsc::channel(LINES);
        tasks.spawn(show::lines(progress, screen, options.quiet));
        self.robots(options, api, people, seen, tasks).await?;
        let school = self.school_queue(options, &reports, tasks).await?;
        tasks.spawn(show::fork(told, shown, school));
        Ok(())
    }

    /// Starts the cars of every garage. Returns the queue that feeds the school's cars.
    async fn school_queue(
        &mut self,
        options: &DemoOptions,
        reports: &ProgressSender,
        tasks: &mut JoinSet<()>,
    ) -> anyhow::Result<mpsc::Sender<ObservedArrival>> {
        let (to_school, from_robots) = mpsc::channel(LINES);
        let mut from_robots = Some(from_robots);
        for (n, site) in self.invented.sites.iter().enumerate() {
            let gates = self.gates(site)?;
            let inside = self.inside(&site.garage).await?;
            let cars = self.invented.pickup_plates(&site.garage);
            match from_robots.take_if(|_| !cars.is_empty()) {
                Some(seen) => {
                    let takes = Duration::from_secs(options.dismissal);
                    let fetches = DismissalTraffic::fetches(self.invented);
                    let school = DismissalTraffic { gates, cars, fetches, takes };
                    let (reports, stop) = (reports.clone(), self.stop.clone());
                    tasks.spawn(async move {
                        stop.clone().run_until_cancelled(school.run(inside, seen, reports, stop)).await;
                    });
                }
                None => {
                    let permitted = self.permitted(&site.garage);
                    let seed = u64::try_from(n)?;
                    let everyday = traffic::everyday(gates, permitted, inside, seed);
                    tasks.spawn(everyday.run(reports.clone(), self.stop.clone()));
                }
            }
        }
        Ok(to_school)
    }

    fn permitted(&self, garage: &GarageId) -> Vec<Plate> {
        let permits = self.invented.garage(garage).map(|garage| &garage.permits);
        permits.into_iter().flatten().map(|permit| permit.plate.clone()).collect()
    }

    /// Cars that an earlier run has left in the garage, without the car for manual trials.
    async fn inside(&self, garage: &GarageId) -> anyhow::Result<Vec<Plate>> {
        let inside = server::app::visit::inside(self.app, garage).await?;
        Ok(inside.into_iter().filter(|plate| plate.as_str() != district::TRY_PLATE).collect())
    }

    fn gates(&mut self, site: &GarageSite) -> anyhow::Result<GarageLanes> {
        let mut controllers = HashMap::new();
        for lane in &site.lanes {
            if !lane.by_hand {
                controllers.insert(lane.device.clone(), self.controller(&site.garage, lane)?);
            }
        }
        let lane = |lane: &SiteLane| {
            let name =
                format!("{} {}", self.invented.garage(&site.garage).map_or("", |g| &g.name), lane.name);
            controllers
                .get(&lane.device)
                .map(|handle| TrafficLane::new(&name, lane.direction, handle.clone()))
        };
        Ok(GarageLanes::new(site, lane))
    }

    fn controller(&mut self, garage: &GarageId, lane: &SiteLane) -> anyhow::Result<ControllerHandle> {
        let device: &DeviceId = &lane.device;
        let password = self.folder.mqtt_password(&MqttPermissions::device(garage, device).username)?;
        let host = self.mqtt.ip().to_string();
        let config =
            ControllerConfig::new(&host, self.mqtt.port(), garage.clone(), device.clone(), &password);
        let config = match lane.pass_by {
            PassDetection::Loop => config.drive_over(OVER_THE_LOOP),
            PassDetection::Plate => config,
        };
        Ok(SimulatedController::start(config, self.stop.clone()))
    }

    /// Starts one robot per class. The first teacher's robots have longer delays, because a person usually tries that class.
    async fn robots(
        &self,
        options: &DemoOptions,
        api: &str,
        people: &[DemoPerson],
        seen: mpsc::Sender<ObservedArrival>,
        tasks: &mut JoinSet<()>,
    ) -> anyhow::Result<()> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        let ids: HashMap<&str, _> = people.iter().map(|p| (p.key.as_str(), p.person_id)).collect();
        let teachers = self.invented.district.people.iter().filter(|person| !person.teaches.is_empty());
        for (n, teacher) in teachers.enumerate() {
            let Some(id) = ids.get(teacher.key.as_str()) else { continue };
            let session = server::app::session::issue(self.app, *id).await?;
            let dismissal = Duration::from_secs(options.dismissal);
            let patience =
                if n == 0 { ActionDelays::long(dismissal) } else { ActionDelays::short(dismissal) };
            for class in &teacher.teaches {
                let robot = TeacherRobot {
                    http: http.clone(),
                    api: api.to_owned(),
                    token: session.token.clone(),
                    class: class.clone(),
                    delays: patience,
                    seen: seen.clone(),
                };
                tasks.spawn(robot.run(self.stop.clone()));
            }
        }
        Ok(())
    }
}
