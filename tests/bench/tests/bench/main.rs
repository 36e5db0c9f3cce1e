//! The benches work and lose nothing; their figures are for release builds on a quiet machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::process::Command;

use serde_json::Value;

#[test]
fn a_quick_run_loses_nothing_and_ends_with_its_figures() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-arrival")).arg("--quick").output().unwrap();
    let (text, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}\n{text}");
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let configurations = figures["configurations"].as_array().unwrap();
    assert_eq!(configurations.len(), 2, "both forms");
    for configuration in configurations {
        let total = &configuration["total"];
        assert!(total["frame"]["count"].as_u64().unwrap() >= 150, "{configuration:#}");
        assert_eq!(total["open_command"]["count"], 150, "{configuration:#}");
        assert_eq!(total["lost"]["frames"], 0);
    }
}

#[test]
fn a_quick_run_of_reservations_sells_nothing_twice_and_ends_with_its_figures() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-allocate")).arg("--quick").output().unwrap();
    let (text, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}\n{text}");
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let rounds = figures["scenarios"][0]["rounds"].as_array().unwrap();
    assert_eq!(rounds.len(), 10, "each contestant once");
    for round in rounds {
        assert!(round["accepted"]["count"].as_u64().unwrap() >= 5, "{round:#}");
        assert_eq!(round["oversold"], 0);
        assert_eq!(round["astray"], 0);
    }
    for races in figures["races"].as_array().unwrap() {
        assert_eq!(races["won_by_one"], races["races"], "{races:#}");
        assert_eq!(races["attempts_oversold"], 0);
    }
    assert_eq!(figures["rebuild"].as_array().unwrap().len(), 2, "both databases");
}

#[test]
fn a_quick_run_of_the_gateway_loses_nothing_and_ends_with_its_figures() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-gateway")).arg("--quick").output().unwrap();
    let (text, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}\n{text}");
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let rounds = figures["rounds"].as_array().unwrap();
    assert_eq!(
        rounds.len(),
        10,
        "two loads for four contestants, one for the gateway with the link up and down"
    );
    for round in rounds {
        assert_eq!(round["answered"]["count"], round["events"], "{round:#}");
        let gateway = round["turn"].as_str().unwrap().starts_with("link");
        assert_eq!(round["up"]["count"] == round["events"], gateway, "{round:#}");
    }
    let backlog = &figures["backlog"];
    assert_eq!(backlog["catch_up"]["taken"], 2_000, "{backlog:#}");
    assert_eq!(backlog["restarts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_quick_run_of_the_feed_answers_everything_and_ends_with_its_figures() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-feed")).arg("--quick").output().unwrap();
    let (text, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}\n{text}");
    let figures: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let rounds = figures["rounds"].as_array().unwrap();
    assert_eq!(rounds.len(), 8, "both encodings: ours, nginx, nginx, ours");
    for round in rounds {
        assert_eq!(round["failed"], 0, "{round:#}");
        assert!(
            round["requests"].as_u64().unwrap() > 0 && round["p99_us"].as_f64().unwrap() > 0.0,
            "{round:#}"
        );
    }
    assert_eq!(figures["ratios"].as_array().unwrap().len(), 2);
}
