//! MQTT topic filters as permissions.
//!
//! A user may subscribe to a filter only if one of its granted filters covers it completely: the granted filter matches
//! every topic that the wanted filter can match. A comparison of the topics that exist today would allow `#`.

/// A valid topic filter (MQTT 5, 4.7); a topic name is a filter without wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicFilter(Vec<FilterLevel>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum FilterLevel {
    Name(String),
    /// `+`: exactly one level, whatever its name.
    One,
    /// `#`: this level's parent and everything below; the last level only.
    Rest,
}

impl TopicFilter {
    /// `None` for an invalid filter: empty, with NUL, or with a wildcard that does not fill its level.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.contains('\0') {
            return None;
        }
        let levels: Vec<FilterLevel> = text.split('/').map(FilterLevel::parse).collect::<Option<_>>()?;
        let rest_is_last = levels.iter().rev().skip(1).all(|level| *level != FilterLevel::Rest);
        rest_is_last.then_some(Self(levels))
    }

    /// Parses the topic name of a publish, which must not contain a wildcard.
    pub(super) fn parse_topic(text: &str) -> Option<Self> {
        Self::parse(text).filter(|t| t.0.iter().all(|level| matches!(level, FilterLevel::Name(_))))
    }

    /// Whether `self` matches every topic that `wanted` matches.
    pub(super) fn covers(&self, wanted: &Self) -> bool {
        if wanted.is_reserved() && !self.is_reserved() {
            return false;
        }
        covers(&self.0, &wanted.0)
    }

    /// Whether the filter begins with `$SYS`, `$share` or the like; a wildcard at the root does not match these.
    fn is_reserved(&self) -> bool {
        matches!(self.0.first(), Some(FilterLevel::Name(name)) if name.starts_with('$'))
    }
}

impl FilterLevel {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "+" => Some(Self::One),
            "#" => Some(Self::Rest),
            name if name.contains(['+', '#']) => None,
            name => Some(Self::Name(name.to_owned())),
        }
    }
}

fn covers(granted: &[FilterLevel], wanted: &[FilterLevel]) -> bool {
    match (granted.split_first(), wanted.split_first()) {
        (Some((FilterLevel::Rest, _)), _) | (None, None) => true,
        (None, Some(_)) | (Some(_), None) | (Some(_), Some((FilterLevel::Rest, _))) => false,
        (Some((FilterLevel::One, granted)), Some((_, wanted))) => covers(granted, wanted),
        (Some((FilterLevel::Name(name), granted)), Some((FilterLevel::Name(other), wanted))) => {
            name == other && covers(granted, wanted)
        }
        (Some((FilterLevel::Name(_), _)), Some((FilterLevel::One, _))) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(granted: &str, wanted: &str) -> bool {
        TopicFilter::parse(granted).unwrap().covers(&TopicFilter::parse(wanted).unwrap())
    }

    #[test]
    fn a_filter_covers_what_is_narrower_and_nothing_wider() {
        for (granted, wanted, expected) in [
            ("a/b/event", "a/b/event", true),
            ("a/b/event", "a/c/event", false),
            ("a/b/event", "a/b", false),
            ("a/b/event", "a/b/event/x", false),
            ("a/b/event", "a/+/event", false),
            ("a/b/event", "a/b/#", false),
            ("a/b/event", "#", false),
            ("a/+/event", "a/b/event", true),
            ("a/+/event", "a/+/event", true),
            ("a/+/event", "a/#", false),
            ("a/+", "a/#", false),
            ("a/#", "a", true),
            ("a/#", "a/+/b", true),
            ("a/#", "a/#", true),
            ("a/#", "+/b", false),
            ("#", "a/#", true),
            ("#", "$SYS/broker", false),
            ("+/broker", "$SYS/broker", false),
            ("#", "$share/g/a/b", false),
            ("$SYS/#", "$SYS/broker", true),
            ("/a", "a", false),
        ] {
            assert_eq!(covered(granted, wanted), expected, "{granted} covers {wanted}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in ["", "a/b+", "a#", "#/a", "a/#/b", "a\0"] {
            assert_eq!(TopicFilter::parse(text), None, "{text:?}");
        }
        assert_eq!(TopicFilter::parse_topic("a/+"), None);
    }
}
