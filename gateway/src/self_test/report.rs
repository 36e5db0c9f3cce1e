//! The self-test's report: one line per check.

use std::error::Error;
use std::fmt;

use serde::Serialize;

use crate::cause::causes;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfTestVerdict {
    Ok,
    /// It works or cannot be determined now; a person should look.
    Warning,
    Failed,
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelfTestCheck {
    pub check: String,
    pub verdict: SelfTestVerdict,
    pub found: String,
    /// The remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl SelfTestCheck {
    pub fn ok(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: SelfTestVerdict::Ok, found: found.into(), advice: None }
    }

    pub fn warning(check: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: SelfTestVerdict::Warning, advice: Some(advice.into()), ..Self::ok(check, found) }
    }

    pub fn failed(check: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: SelfTestVerdict::Failed, advice: Some(advice.into()), ..Self::ok(check, found) }
    }
}

/// An error with its causes, in one line.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    match causes(error) {
        causes if causes.is_empty() => error.to_string(),
        causes => format!("{error}: {causes}"),
    }
}

impl fmt::Display for SelfTestCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            SelfTestVerdict::Ok => "ok",
            SelfTestVerdict::Warning => "warning",
            SelfTestVerdict::Failed => "failed",
        };
        write!(f, "{verdict:<8} {}: {}", self.check, self.found)?;
        self.advice.iter().try_for_each(|advice| write!(f, " -> {advice}"))
    }
}

/// Every check in the order of execution.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SelfTestReport {
    pub checks: Vec<SelfTestCheck>,
}

impl SelfTestReport {
    /// The report if the configuration cannot be read: no other check is possible.
    pub fn of_configuration(error: &(dyn Error + 'static)) -> Self {
        let advice = "put the named field right; gateway.example.toml explains each";
        Self { checks: vec![SelfTestCheck::failed("configuration", told(error), advice)] }
    }

    pub(super) fn add(&mut self, line: SelfTestCheck) {
        self.checks.push(line);
    }

    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|line| line.verdict == SelfTestVerdict::Failed)
    }
}

impl fmt::Display for SelfTestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
