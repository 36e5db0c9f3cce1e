//! miniapp-api as a target of the matrix.

use domain::ids::GarageId;
use reqwest::Method;
use reqwest::header::HeaderValue;
use server::app::allocation::{self, AllocationRequest};
use store::Store;
use testkit::authorization::call::{MatrixCall, MatrixIdentity, MatrixReply};
use testkit::authorization::dump::{self, TableDump};
use testkit::authorization::run::MatrixTarget;
use testkit::authorization::table::MatrixRow;
use uuid::Uuid;

use super::scene::MiniappScene;
use super::{calls, identity, stream};

impl MatrixTarget for MiniappScene {
    async fn identities(&self) -> Vec<MatrixIdentity> {
        identity::all(self).await
    }

    async fn call(&self, row: &MatrixRow) -> MatrixCall {
        calls::miniapp(self, row).await.complete()
    }

    async fn send(&self, call: &MatrixCall, identity: &MatrixIdentity) -> MatrixReply {
        let url = format!("{}{}", self.miniapp, call.path);
        if call.path.ends_with("/stream") {
            return stream::read(&url, identity).await;
        }
        let method: Method = call.method.parse().unwrap();
        let mut request = self.client.request(method, url);
        request = request.header("idempotency-key", Uuid::now_v7().to_string());
        for (name, value) in call.headers.iter().chain(&identity.headers) {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
        let (status, headers) = (response.status().as_u16(), headers.collect::<Vec<_>>());
        MatrixReply::new(status, &headers, &response.text().await.unwrap())
    }

    async fn dump(&self) -> TableDump {
        for id in ["north", "south"] {
            let garage = GarageId::parse(id).unwrap();
            allocation::submit(&self.app, &garage, AllocationRequest::Settle).await.unwrap();
        }
        let Store::Sqlite { read, .. } = &self.app.store else { panic!("the scene is on SQLite") };
        dump::sqlite(read).await
    }
}
