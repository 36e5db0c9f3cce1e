//! The state of one WeChat account: codes, token, pending faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{APP_ID, APP_SECRET, WechatCall, WechatEndpoint, WechatFault};

/// Documented upper bound.
const TOKEN_LIFETIME: Duration = Duration::from_secs(7_200);

pub(super) const INVALID_CODE: i64 = 40_029;
pub(super) const CODE_USED: i64 = 40_163;
pub(super) const INVALID_APP_ID: i64 = 40_013;
pub(super) const INVALID_SECRET: i64 = 40_125;

#[derive(Debug, Default)]
pub(super) struct FakeWechatAccount {
    codes: BTreeMap<String, String>,
    used: BTreeSet<String>,
    pub(super) token: Option<(String, Instant)>,
    pub(super) faults: Vec<(WechatEndpoint, WechatFault, u32)>,
    pub(super) calls: Vec<WechatCall>,
}

impl FakeWechatAccount {
    pub(super) fn issue_code(&mut self, openid: &str) -> String {
        let code = Uuid::new_v4().simple().to_string();
        self.codes.insert(code.clone(), openid.to_owned());
        code
    }

    pub(super) fn take_fault(&mut self, endpoint: WechatEndpoint) -> Option<WechatFault> {
        let (_, fault, left) = self.faults.iter_mut().find(|(e, _, left)| *e == endpoint && *left > 0)?;
        *left -= 1;
        Some(*fault)
    }

    pub(super) fn check_identity(&self, app_id: Option<&str>, secret: Option<&str>) -> Result<(), i64> {
        match (app_id, secret) {
            (Some(APP_ID), Some(APP_SECRET)) => Ok(()),
            (Some(APP_ID), _) => Err(INVALID_SECRET),
            _ => Err(INVALID_APP_ID),
        }
    }

    pub(super) fn session(&mut self, code: &str) -> Result<Value, i64> {
        if self.used.contains(code) {
            return Err(CODE_USED);
        }
        let openid = self.codes.remove(code).ok_or(INVALID_CODE)?;
        self.used.insert(code.to_owned());
        Ok(json!({ "openid": openid, "session_key": "ZmFrZSBzZXNzaW9uIGtleQ==" }))
    }

    /// Normal mode returns the same token while it is valid.
    pub(super) fn stable_token(&mut self, force_refresh: bool) -> Value {
        let now = Instant::now();
        let fresh = || (format!("token-{}", Uuid::new_v4().simple()), now + TOKEN_LIFETIME);
        let valid = self.token.take().filter(|(_, until)| !force_refresh && *until > now);
        let (token, until) = valid.unwrap_or_else(fresh);
        let answer = json!({ "access_token": token, "expires_in": until.duration_since(now).as_secs() });
        self.token = Some((token, until));
        answer
    }
}
