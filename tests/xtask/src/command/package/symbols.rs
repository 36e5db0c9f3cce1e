//! The symbols of a binary in a file of their own.
//!
//! The binary keeps the names of its functions, for panics. Line tables are ten times as large and go into `gateway.debug`. The binary has a
//! link to that file, so that a backtrace and a debugger find it beside the binary.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::output;

/// Puts `gateway` into `stripped` and `gateway.debug` into `symbols`.
pub(super) fn split(built: &Path, stripped: &Path, symbols: &Path) -> Result<()> {
    let debug = symbols.join("gateway.debug");
    let binary = stripped.join("gateway");
    let mut keep = Command::new("objcopy");
    output(keep.args(["--only-keep-debug", "--compress-debug-sections"]).arg(built).arg(&debug))?;
    let mut strip = Command::new("objcopy");
    // The link is the file's name and checksum.
    strip.current_dir(symbols).args(["--strip-debug", "--add-gnu-debuglink=gateway.debug"]);
    output(strip.arg(built).arg(&binary))?;
    eprintln!("gateway {}, gateway.debug {}", mebibytes(&binary)?, mebibytes(&debug)?);
    Ok(())
}

fn mebibytes(file: &Path) -> Result<String> {
    let length = file.metadata().with_context(|| format!("cannot read {}", file.display()))?.len();
    Ok(format!("{} MiB", length / (1 << 20)))
}
