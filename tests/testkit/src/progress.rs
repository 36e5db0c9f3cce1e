//! Lines about a long test, visible while it runs.

use std::io::Write;

/// Writes a line to standard error at once. The test runner captures the print macros and not this.
pub fn report(line: &str) {
    // A closed terminal is no reason to fail a test.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
