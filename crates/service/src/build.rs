//! Which build this is: for `--version`, the metric `build_info` and the operator's console.

/// The version of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Twelve digits of the commit, or `unknown`: a debug build, or a build without a checkout and without `BUILD_REVISION`.
pub const REVISION: &str = env!("BUILD_REVISION");

/// `VERSION (REVISION)`, as `--version` prints it.
pub const VERSION_AND_REVISION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("BUILD_REVISION"), ")");
