//! A camera that posts what it sees.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use devices::zhenshi::play::{self, Sight};
use devices::{dahua, hikvision, huaxia};
use serde_json::Value;

use super::Car;

/// A camera gives up sooner, and sends it again.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    Zhenshi,
    Huaxia,
    Hikvision,
    Dahua,
}

/// Which camera to be.
#[derive(Debug, Clone)]
pub struct Config {
    pub make: Make,
    /// As the make calls it: serial number, `cam_id`, `deviceID`.
    pub serial: String,
    /// Where it posts to.
    pub gateway: SocketAddr,
    /// Where it posts from: by this a gateway knows whose lane it is.
    pub address: IpAddr,
}

pub struct Camera {
    make: Make,
    serial: String,
    url: String,
    http: reqwest::Client,
    counter: AtomicI64,
}

/// What the camera was told.
#[derive(Debug, Clone)]
pub struct Answer {
    make: Make,
    pub status: u16,
    /// `Null` where it was not JSON.
    pub body: Value,
}

impl Camera {
    pub fn new(config: Config) -> Result<Self, reqwest::Error> {
        // In the garage's own network: no proxy.
        let http = reqwest::Client::builder().no_proxy().local_address(config.address).timeout(DEADLINE);
        let path = match config.make {
            Make::Hikvision | Make::Huaxia => "event",
            Make::Zhenshi | Make::Dahua => "NotificationInfo/TollgateInfo",
        };
        Ok(Self {
            make: config.make,
            serial: config.serial,
            url: format!("http://{}/{path}", config.gateway),
            http: http.build()?,
            counter: AtomicI64::new(0),
        })
    }

    /// Tells of a car once.
    pub async fn sees(&self, car: Car<'_>) -> Result<Answer, reqwest::Error> {
        self.post(self.reading(car)).await
    }

    /// What it would post; each is another reading. To be posted again it is kept.
    pub fn reading(&self, car: Car<'_>) -> Vec<u8> {
        let Self { serial, .. } = self;
        let number = self.counter.fetch_add(1, Ordering::Relaxed) + 1;
        match self.make {
            Make::Zhenshi => play::push(&sight(serial, number, car)),
            Make::Huaxia => huaxia::play(serial, Some((car.plate.unwrap_or("无牌车"), car.at, car.kept))),
            Make::Hikvision => hikvision::play(serial, number.unsigned_abs(), car.plate, car.at, car.kept),
            Make::Dahua => dahua::play(serial, car.plate, car.confidence, car.at),
        }
    }

    /// Any bytes: what it has posted before, what its inputs say, garbage.
    pub async fn post(&self, body: Vec<u8>) -> Result<Answer, reqwest::Error> {
        let answer = self.http.post(&self.url).body(body).send().await?;
        let status = answer.status().as_u16();
        Ok(Answer { make: self.make, status, body: answer.json().await.unwrap_or_default() })
    }
}

impl Answer {
    /// Whether the camera raises its barrier by this answer. Makes that are asked by a request ([`super::barrier`]) never do.
    pub fn opens(&self) -> bool {
        match self.make {
            Make::Zhenshi => self.zhenshi("info") == "ok",
            Make::Huaxia => self.body.get("gpio_data").is_some(),
            Make::Hikvision | Make::Dahua => false,
        }
    }

    /// Whether the camera forgets the reading; else it sends it again.
    pub fn settles(&self) -> bool {
        self.status == 200
            && match self.make {
                Make::Zhenshi => self.zhenshi("content") == "retransfer_stop",
                Make::Huaxia => self.body.get("error_num") == Some(&0.into()),
                Make::Hikvision => true,
                Make::Dahua => self.body.get("result") == Some(&"true".into()),
            }
    }

    fn zhenshi(&self, member: &str) -> &str {
        self.body.pointer(&format!("/Response_AlarmInfoPlate/{member}")).and_then(Value::as_str).unwrap_or("")
    }
}

pub(super) fn sight<'a>(serial: &'a str, number: i64, car: Car<'a>) -> Sight<'a> {
    let Car { plate, confidence, at, kept } = car;
    Sight { serial, number, plate, confidence, at, kept, opened: false }
}
