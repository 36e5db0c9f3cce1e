//! `cargo xtask mutate`

use anyhow::Result;
use clap::Args;

use crate::packages;
use crate::steps::TaskSteps;
use crate::workspace::cargo;

/// The test that takes a share of the damages in `cargo xtask test`.
const TEST: &str = "no_damaged_field_traps_a_car_or_leaves_it_unseen";

#[derive(Args)]
pub(crate) struct MutateTaskOptions {}

pub(crate) fn run(_: &MutateTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    packages::install_all(&mut steps)?;
    let mut test = cargo(&["test", "--workspace", "--test", "gateway", TEST, "--", "--nocapture"])?;
    test.env("MUTATION_SHARE", "all");
    steps.run("every field of every message damaged, at an exit and at an entry", &mut test)
}
