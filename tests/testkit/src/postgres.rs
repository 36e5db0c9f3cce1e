//! Debian's PostgreSQL: one cluster for a test run, one database for a test.

mod cluster;
mod database;

pub use cluster::PostgresCluster;
pub use database::TestDatabase;

/// Where the tests find their cluster; set by `cargo xtask test`.
pub const URL_VARIABLE: &str = "TEST_POSTGRES_URL";
