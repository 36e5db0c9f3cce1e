//! Compares the box's clock with the server's.

use std::time::Duration;

use domain::time::Timestamp;

use super::report::SelfTestCheck;

/// A larger offset affects decisions at the edge of a window.
const NOTICED: Duration = Duration::from_secs(5);
/// With a larger offset the server rejects events as too far in the future, and plans of another day are used.
const WRONG: Duration = Duration::from_secs(24 * 3600);
/// The header's resolution is a second, rounded down.
const HALF_A_SECOND: Duration = Duration::from_millis(500);

const ADVICE: &str = "set the clock and give the box NTP or a battery";

/// `server` is the `Date` of the response that arrived just before `now`.
pub(super) fn compare(server: Option<Timestamp>, now: Timestamp) -> SelfTestCheck {
    let Some(server) = server else {
        let found = format!("{now} here; not compared, since the server has not answered");
        return SelfTestCheck::warning("clock", found, "see `server`");
    };
    let server = server + HALF_A_SECOND;
    let (off, how) =
        if now > server { (now.since(server), "ahead of") } else { (server.since(now), "behind") };
    let found = format!("{:.1} s {how} the server's", off.as_secs_f64());
    if off > WRONG {
        SelfTestCheck::failed("clock", found, ADVICE)
    } else if off > NOTICED {
        SelfTestCheck::warning("clock", found, ADVICE)
    } else {
        SelfTestCheck::ok("clock", found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::SelfTestVerdict;
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn seconds_are_noticed_and_days_are_wrong_in_either_direction() {
        let server = Timestamp::from_micros(1_790_000_000 * SECOND);
        let at = |seconds: i64| {
            let line = compare(Some(server), Timestamp::from_micros(server.micros() + seconds * SECOND));
            (line.verdict, line.found.contains("behind"))
        };
        assert_eq!(at(1), (SelfTestVerdict::Ok, false));
        assert_eq!(at(-4), (SelfTestVerdict::Ok, true));
        assert_eq!(at(6), (SelfTestVerdict::Warning, false));
        assert_eq!(at(-3_600), (SelfTestVerdict::Warning, true));
        assert_eq!(at(86_402), (SelfTestVerdict::Failed, false));
        assert_eq!(at(-86_402), (SelfTestVerdict::Failed, true));
        assert_eq!(compare(None, server).verdict, SelfTestVerdict::Warning);
    }
}
