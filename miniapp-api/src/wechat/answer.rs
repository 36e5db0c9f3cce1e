//! The response of code2Session: an openid, or one of its error numbers.

use serde::Deserialize;

/// A success often has no `errcode`. The `session_key` is not read.
#[derive(Deserialize)]
pub(super) struct CodeToSessionReply {
    openid: Option<String>,
    #[serde(default)]
    errcode: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum WechatError {
    /// 40029: not a code of this mini-program, or too old.
    #[error("WeChat login code invalid")]
    InvalidCode,
    /// 40163: seen in practice, not documented.
    #[error("this code has been used already")]
    CodeUsed,
    /// 45011: 100 a minute per user.
    #[error("this user logs in too often")]
    TooOften,
    /// 40226: WeChat rates the user as high-risk.
    #[error("WeChat has blocked this user")]
    Blocked,
    /// -1: WeChat requests a retry.
    #[error("WeChat is busy")]
    Busy,
    /// Any other number: our appid or secret is wrong, or WeChat has changed something.
    #[error("WeChat answered with error {0}")]
    Other(i64),
    #[error("WeChat answered with status {0}")]
    Status(u16),
    #[error("WeChat cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("WeChat's answer cannot be read")]
    Garbled(#[source] serde_json::Error),
    #[error("WeChat's answer has neither an openid nor an error")]
    Empty,
}

impl CodeToSessionReply {
    pub(super) fn openid(self) -> Result<String, WechatError> {
        match self.errcode {
            0 => self.openid.filter(|openid| !openid.is_empty()).ok_or(WechatError::Empty),
            -1 => Err(WechatError::Busy),
            40029 => Err(WechatError::InvalidCode),
            40163 => Err(WechatError::CodeUsed),
            40226 => Err(WechatError::Blocked),
            45011 => Err(WechatError::TooOften),
            other => Err(WechatError::Other(other)),
        }
    }
}

impl WechatError {
    /// Label of the metric.
    pub fn label(&self) -> &'static str {
        match self {
            Self::InvalidCode => "invalid_code",
            Self::CodeUsed => "code_used",
            Self::TooOften => "too_often",
            Self::Blocked => "blocked",
            Self::Busy => "busy",
            Self::Other(_) | Self::Status(_) => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Garbled(_) | Self::Empty => "garbled",
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn openid(json: &str) -> Result<String, &'static str> {
        serde_json::from_str::<CodeToSessionReply>(json).unwrap().openid().map_err(|error| error.label())
    }

    #[test]
    fn a_success_needs_no_errcode() {
        assert_eq!(openid(r#"{"openid":"o1","session_key":"k","unionid":"u"}"#), Ok("o1".to_owned()));
        assert_eq!(openid(r#"{"openid":"o1","errcode":0,"errmsg":"ok"}"#), Ok("o1".to_owned()));
    }

    #[test]
    fn every_known_error_is_told_apart() {
        let cases = [
            ("-1", "busy"),
            ("40029", "invalid_code"),
            ("40163", "code_used"),
            ("40226", "blocked"),
            ("45011", "too_often"),
            ("40125", "refused"),
            ("0", "garbled"),
        ];
        for (number, label) in cases {
            assert_eq!(openid(&format!(r#"{{"errcode":{number},"errmsg":"x"}}"#)), Err(label));
        }
    }
}
