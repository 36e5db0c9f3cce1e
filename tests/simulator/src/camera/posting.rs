//! A camera that posts its readings.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use devices::zhenshi::play::{self, ZhenshiSighting};
use devices::{dahua, hikvision, huaxia};
use serde_json::Value;

use super::CameraCar;

/// Longer than a real camera waits before it sends again.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostingMake {
    Zhenshi,
    Huaxia,
    Hikvision,
    Dahua,
}

/// Configuration of the camera.
#[derive(Debug, Clone)]
pub struct PostingCameraConfig {
    pub make: PostingMake,
    /// The make's identifier: serial number, `cam_id`, `deviceID`.
    pub serial: String,
    /// Target of the posts.
    pub gateway: SocketAddr,
    /// Source address of the posts: a gateway identifies the lane by it.
    pub address: IpAddr,
}

pub struct PostingCamera {
    make: PostingMake,
    serial: String,
    url: String,
    http: reqwest::Client,
    counter: AtomicI64,
}

/// The gateway's response.
#[derive(Debug, Clone)]
pub struct PostingReply {
    make: PostingMake,
    pub status: u16,
    /// `Null` if the body was not JSON.
    pub body: Value,
}

impl PostingCamera {
    pub fn new(config: PostingCameraConfig) -> Result<Self, reqwest::Error> {
        // In the garage's own network: no proxy.
        let http = reqwest::Client::builder().no_proxy().local_address(config.address).timeout(DEADLINE);
        let path = match config.make {
            PostingMake::Hikvision | PostingMake::Huaxia => "event",
            PostingMake::Zhenshi | PostingMake::Dahua => "NotificationInfo/TollgateInfo",
        };
        Ok(Self {
            make: config.make,
            serial: config.serial,
            url: format!("http://{}/{path}", config.gateway),
            http: http.build()?,
            counter: AtomicI64::new(0),
        })
    }

    /// Posts a reading of a car once.
    pub async fn sees(&self, car: CameraCar<'_>) -> Result<PostingReply, reqwest::Error> {
        self.post(self.reading(car)).await
    }

    /// The body of a new reading. To repeat a reading, keep these bytes and post them again.
    pub fn reading(&self, car: CameraCar<'_>) -> Vec<u8> {
        let Self { serial, .. } = self;
        let number = self.counter.fetch_add(1, Ordering::Relaxed) + 1;
        match self.make {
            PostingMake::Zhenshi => play::push(&sight(serial, number, car)),
            PostingMake::Huaxia => {
                huaxia::play(serial, Some((car.plate.unwrap_or("无牌车"), car.at, car.kept)))
            }
            PostingMake::Hikvision => {
                hikvision::play(serial, number.unsigned_abs(), car.plate, car.at, car.kept)
            }
            PostingMake::Dahua => dahua::play(serial, car.plate, car.confidence, car.at),
        }
    }

    /// Posts any bytes: an earlier reading, a report of the inputs, garbage.
    pub async fn post(&self, body: Vec<u8>) -> Result<PostingReply, reqwest::Error> {
        let answer = self.http.post(&self.url).body(body).send().await?;
        let status = answer.status().as_u16();
        Ok(PostingReply { make: self.make, status, body: answer.json().await.unwrap_or_default() })
    }
}

impl PostingReply {
    /// True if this response raises the barrier. Makes that open by a separate request ([`super::barrier`]) never do.
    pub fn opens(&self) -> bool {
        match self.make {
            PostingMake::Zhenshi => self.zhenshi("info") == "ok",
            PostingMake::Huaxia => self.body.get("gpio_data").is_some(),
            PostingMake::Hikvision | PostingMake::Dahua => false,
        }
    }

    /// True if the camera deletes the reading; otherwise it sends the reading again.
    pub fn settles(&self) -> bool {
        self.status == 200
            && match self.make {
                PostingMake::Zhenshi => self.zhenshi("content") == "retransfer_stop",
                PostingMake::Huaxia => self.body.get("error_num") == Some(&0.into()),
                PostingMake::Hikvision => true,
                PostingMake::Dahua => self.body.get("result") == Some(&"true".into()),
            }
    }

    fn zhenshi(&self, member: &str) -> &str {
        self.body.pointer(&format!("/Response_AlarmInfoPlate/{member}")).and_then(Value::as_str).unwrap_or("")
    }
}

pub(super) fn sight<'a>(serial: &'a str, number: i64, car: CameraCar<'a>) -> ZhenshiSighting<'a> {
    let CameraCar { plate, confidence, at, kept } = car;
    ZhenshiSighting { serial, number, plate, confidence, at, kept, opened: false }
}
