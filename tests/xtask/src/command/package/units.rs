//! The units of systemd, verified by systemd itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::output;
use crate::workspace::root;

const UNITS: [&str; 3] = ["parking-gateway.service", "parking-server.service", "parking-miniapp-api.service"];

/// Each unit starts the one binary that is there.
pub(super) fn verify(out: &Path, gateway: &Path) -> Result<()> {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("there is no systemd-analyze here: the units are not verified");
        return Ok(());
    }
    let folder = out.join("units");
    fs::create_dir_all(&folder)?;
    for unit in UNITS {
        let text = fs::read_to_string(root()?.join("deploy/systemd").join(unit))?;
        let line =
            text.lines().find(|line| line.starts_with("ExecStart=")).context("a unit starts something")?;
        let program = line.split(' ').next().unwrap_or(line);
        let here = text.replace(program, &format!("ExecStart={}", gateway.display()));
        fs::write(folder.join(unit), here)?;
        output(Command::new("systemd-analyze").arg("verify").arg(folder.join(unit)))?;
    }
    fs::remove_dir_all(folder).context("the copies of the units")
}
