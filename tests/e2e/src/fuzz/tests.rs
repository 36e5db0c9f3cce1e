#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use super::*;

fn target(read: fn(&[u8]) -> String) -> FuzzTarget {
    FuzzTarget { name: "planted", corpus: vec![b"{\"plate\":\"x\"}".to_vec()], read }
}

#[test]
fn a_panic_is_found_with_its_input() {
    let planted = target(|bytes| match bytes.contains(&0) {
        true => panic!("planted"),
        false => bytes.len().to_string(),
    });
    let (_, finding) = run(vec![planted], 1, FuzzLimit::Inputs(10_000));
    let finding = finding.unwrap();
    assert_eq!(finding.what, FuzzFailure::Panic);
    assert!(finding.input.contains(&0));
}

#[test]
fn a_hang_is_found_with_its_input() {
    let planted = target(|bytes| {
        while bytes.len() > 20 {
            std::thread::park();
        }
        bytes.len().to_string()
    });
    let (_, finding) = run(vec![planted], 1, FuzzLimit::Inputs(10_000));
    let finding = finding.unwrap();
    assert_eq!(finding.what, FuzzFailure::Hang);
    assert!(finding.input.len() > 20);
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let tried = || run(vec![target(|bytes| format!("{bytes:?}"))], 7, FuzzLimit::Inputs(3_000)).0;
    assert_eq!(tried(), tried());
}

#[test]
fn no_reader_panics_or_hangs() {
    let seed = rand::random();
    let (tried, finding) = run(targets::all(), seed, FuzzLimit::Inputs(4_000));
    let text = finding.as_ref().map(|finding| String::from_utf8_lossy(&finding.input).into_owned());
    assert_eq!(finding.map(|finding| (finding.target, finding.what)), None, "seed {seed}: {text:?}");
    for one in tried {
        assert!(one.outcomes > 1, "{} understands nothing: {one:?}", one.target);
    }
}
