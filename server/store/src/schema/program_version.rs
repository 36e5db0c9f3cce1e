//! The comparison of program versions.

/// Whether `program` is `lowest` or later, by major, minor and patch: a pre-release of a version has that version's schema.
/// A `lowest` of another form is of a later version and allows no program of today.
pub(super) fn allows(lowest: &str, program: &str) -> bool {
    match (numbers(lowest), numbers(program)) {
        (Some(lowest), Some(program)) => lowest <= program,
        _ => false,
    }
}

/// The numbers of `MAJOR.MINOR.PATCH`, `MAJOR.MINOR.PATCH-PRERELEASE` or `MAJOR.MINOR.PATCH+BUILD`.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let release = version.split(['-', '+']).next()?;
    let numbers: Result<Vec<u64>, _> = release.split('.').map(str::parse).collect();
    numbers.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_allows_its_lowest_program_and_later_ones() {
        for program in ["0.2.0", "0.2.1", "0.10.0", "1.0.0"] {
            assert!(allows("0.2.0", program), "{program}");
        }
    }

    #[test]
    fn a_schema_refuses_older_programs() {
        for (lowest, program) in
            [("0.2.0", "0.1.9"), ("0.10.0", "0.9.0"), ("0.2.1", "0.2.0"), ("1.0.0", "0.99.99")]
        {
            assert!(!allows(lowest, program), "{lowest} {program}");
        }
    }

    #[test]
    fn a_pre_release_counts_as_its_release() {
        assert!(allows("0.3.0", "0.3.0-rc.1"));
        assert!(allows("0.3.0-rc.1", "0.3.0"));
        assert!(!allows("0.3.0", "0.2.9+build.7"));
    }

    #[test]
    fn a_version_of_another_form_allows_no_program() {
        for lowest in ["", "2", "0.3", "0.3.0.1", "v0.2.0", "-1.0.0", "0.x.0", "99999999999999999999.0.0"] {
            assert!(!allows(lowest, "9.9.9"), "{lowest:?}");
        }
    }
}
