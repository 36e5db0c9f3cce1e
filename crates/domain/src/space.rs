//! Spaces that are shared: pools, and what closes them.

use crate::audience::Audience;
use crate::ids::PoolId;
use crate::minute::MinuteSpan;

/// A set of interchangeable spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpacePool {
    pub size: u32,
    /// Labels of numbered spaces in order of assignment; may be empty.
    pub spaces: Vec<String>,
}

/// A suspension, a blackout, or spaces out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceClosure {
    /// Absent: all pools.
    pub pool: Option<PoolId>,
    /// Absent: all audiences.
    pub audience: Option<Audience>,
    pub span: MinuteSpan,
    /// Number of spaces out of service; absent: all are closed.
    pub spaces: Option<u32>,
}
