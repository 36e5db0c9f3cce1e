//! Fifty kills, half of them of the one process and half over all parts of the separate form. A failing run prints its seed:
//! `cargo xtask crash --cycles N -- --seed SEED` repeats it.

use e2e::crash::{CrashPlan, run};
use e2e::system::SystemForm;

fn survives(form: SystemForm) {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let report = e2e::run(run(CrashPlan { form, kills: 25, seed, garages: 3, per_second: 20.0 }));
    assert!(report.violations.is_empty(), "{report:#?}");
    assert!(report.events > 100, "hardly any load: {report:#?}");
}

#[test]
fn nothing_is_lost_doubled_or_stale_when_the_one_process_is_killed() {
    survives(SystemForm::Standalone);
}

#[test]
fn nothing_is_lost_doubled_or_stale_when_separate_processes_are_killed() {
    survives(SystemForm::Separate);
}
