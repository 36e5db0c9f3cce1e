//! A camera of another make at the third entry posts over HTTP. Its link breaks while a car is there; it keeps the reading.

use std::net::{IpAddr, Ipv4Addr};

use simulator::camera::CameraCar;
use simulator::camera::posting::{PostingCamera, PostingCameraConfig, PostingMake};
use testkit::proxy::TcpProxy;

use super::stage::{AfternoonStage, EXITS};
use crate::scene::now;

pub(super) async fn run(stage: &mut AfternoonStage) {
    let link = TcpProxy::start(stage.system.cameras()).await;
    let camera = PostingCamera::new(PostingCameraConfig {
        make: PostingMake::Zhenshi,
        serial: "afternoon-1".to_owned(),
        gateway: link.address(),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    })
    .unwrap();
    let [seen, kept, after] = stage.cast.families();

    let reading = camera.reading(CameraCar::at_the_gate(&seen.plate, now()));
    for _ in 0..2 {
        // The second time as if the reply had been lost.
        let reply = camera.post(reading.clone()).await.unwrap();
        assert!(reply.opens() && reply.settles(), "{reply:?}");
    }
    stage.model.fetched_by(&seen);

    link.cut();
    let car = CameraCar::at_the_gate(&kept.plate, now());
    assert!(camera.sees(car).await.is_err(), "the link is cut");
    link.pass();
    let reading = camera.reading(CameraCar { kept: true, ..car });
    for _ in 0..2 {
        let reply = camera.post(reading.clone()).await.unwrap();
        assert!(reply.settles() && !reply.opens(), "the car has been let in by hand: {reply:?}");
    }
    stage.model.fetched_by(&kept);

    let reply = camera.sees(CameraCar::at_the_gate(&after.plate, now())).await.unwrap();
    assert!(reply.opens() && reply.settles(), "{reply:?}");
    stage.model.fetched_by(&after);
    stage.is_fetched(EXITS[0], &seen).await;
    stage.is_fetched(EXITS[1], &kept).await;
}
